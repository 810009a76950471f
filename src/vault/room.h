/* How many people a vault keeps. Whom the user wants or has blocked stays until the user says otherwise; of strangers only
 * so many are kept, and they take no room from the others. */
#ifndef BOC_VAULT_ROOM_H
#define BOC_VAULT_ROOM_H

#include "vault/state.h"

/* Whether the user may have one more contact. */
bool room_for_contact(struct vault *v);

/* Whether one more may be blocked. */
bool room_to_block(struct vault *v);

/* One more contact of this identity is to be in this state: when it has max, the oldest goes, of those that have no link if there
 * are any. What comes to one address is not seen at another: a link that ends would tell a stranger that both are ours. */
void room_make(struct vault *v, u32 identity, enum contact_state state, u64 max);

/* The contact is gone, with everything about it, and net and web are told. */
void room_forget(struct vault *v, const struct contact *c);

#endif
