/* How many people a vault keeps. Whom the user wants or has blocked stays until the user says otherwise; of strangers only
 * so many are kept, and they take no room from the others. */
#ifndef BOC_VAULT_ROOM_H
#define BOC_VAULT_ROOM_H

#include "vault/state.h"

/* Whether the user may have one more contact. */
bool room_for_contact(struct vault *v);

/* Whether one more may be blocked. */
bool room_to_block(struct vault *v);

/* One more request is to come, or to be rejected: when there are MAX_REQUESTS or MAX_REJECTED, the oldest goes; of requests
 * one that has no link, if there is any. */
void room_make(struct vault *v, enum contact_state state);

/* The contact is gone, with everything about it, and net and web are told. */
void room_forget(struct vault *v, const struct contact *c);

#endif
