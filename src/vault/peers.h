/* What vault/peers.c and vault/accept.c share. */
#ifndef BOC_VAULT_PEERS_H
#define BOC_VAULT_PEERS_H

#include "peer/handshake.h"
#include "vault/state.h"

/* The identity that net names; NULL: none of ours. */
const struct identity *peers_self(const struct vault *v, u32 identity);

bool peers_is_refused(const struct contact *c);

/* Whether it names an invitation at all. */
bool peers_is_invited(const u8 inv_id[static HS_INV_ID_LEN]);

/* The key of the invitation with which we dial the contact; false: none. Wipe *ret. */
bool peers_invite_key(struct vault *v, u64 contact, struct secret32 *ret);

/* What pq is to what we know of the contact: its pin or, before there is one, the invitation it gave us. *ret_invited: that
 * invitation names it. */
enum pq_relation peers_relation_of(struct vault *v, const struct contact *c, const struct pq_identity *pq,
                                   bool *ret_invited);

/* The contact has shown, and proved, pq instead of its pin: CHANGED. */
void peers_changed(struct vault *v, struct contact *c, const struct pq_identity *pq);

#endif
