/* Where a conversation stands in the list: what a person chose for it on this side, told to nobody. Rows only, no IPC. */
#ifndef BOC_VAULT_SHELF_H
#define BOC_VAULT_SHELF_H

#include "vault/store.h"

/* Of enum conversation_part: what is chosen. An archived conversation comes back with the next message, unless it is muted:
 * last is the ordinal of its last one (0: none). */
u8 shelf_get(struct store *s, u64 contact, u64 last);

/* which: those that are set to what `on` says; the others stay. */
void shelf_set(struct store *s, u64 contact, u8 which, u8 on, u64 last);

#endif
