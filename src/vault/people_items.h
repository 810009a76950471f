/* Writing an item of ours, for the handlers of what a person asks. */
#ifndef BOC_VAULT_PEOPLE_ITEMS_H
#define BOC_VAULT_PEOPLE_ITEMS_H

#include "vault/state.h"
#include "wire/peer_msg.h"

/* To whom, and whether a new item may be written at all. ERR_LOCAL_MISSING, ERR_PEER_POLICY, ERR_PEER_LIMIT. */
err_t items_may_write(struct vault *v, u64 contact, struct contact *ret) MUST_CHECK;

/* Stores an item of ours, with id, time_ms, kind and body, and sends it on its way. The answer is the message as it is now;
 * with req 0 there is none. */
err_t items_write(struct vault *v, u32 req, struct contact *c, struct peer_item *item) MUST_CHECK;

#endif
