/* How an identity of ours is seen: its name and its picture, told to its contacts as an item of theirs (PROTO 4.5.14). Rows
 * only: who calls it sends what is in the outbox. */
#ifndef BOC_VAULT_PROFILE_H
#define BOC_VAULT_PROFILE_H

#include "vault/state.h"

/* Writes the contact the profile as it is now, unless it was written already or the outbox is full. Gives whether it did. */
bool profile_write(struct vault *v, struct contact *c);

/* Likewise to an accepted contact that should have it and has not: one who knows no picture of ours needs none to hear that
 * there is none, and the name comes with HELLO. */
void profile_catch_up(struct vault *v, struct contact *c);

#endif
