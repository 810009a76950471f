/* What a vault that was restored from a backup may not do again (docs/decisions/0009). It went back in time; whatever was used
 * once since, or told somebody, it does not know. */
#ifndef BOC_VAULT_RESTORED_H
#define BOC_VAULT_RESTORED_H

#include "base/env.h"
#include "vault/contacts.h"
#include "wire/peer_msg.h"

/* Of a database that was just opened. Where it is a backup that is opened for the first time: forgets what serves once, in one
 * commit, before anything else is done with it. *ret: it was. An error of store_error(): nothing has changed. */
err_t restored_begin(struct store *s, const struct env *env, bool *ret) MUST_CHECK;

/* Of the last backup that the vault was restored from: when it was made, when it was first opened; 0: none. */
void restored_get(struct store *s, u64 *ret_from_ms, u64 *ret_at_ms);

/* The contact says what it has of ours. The first time after a restoring what we write goes on behind that, instead of giving
 * its numbers again; c->out_seq follows. */
void restored_synced(struct store *s, struct contact *c, const struct peer_sync *sync);

#endif
