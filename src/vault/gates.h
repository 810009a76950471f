/* The contacts' address of each identity of ours, and those of contacts (PROTO 3.3.2, 4.5.17; docs/decisions/0013): who is
 * let in, who is told what, what tor has to know. */
#ifndef BOC_VAULT_GATES_H
#define BOC_VAULT_GATES_H

#include "vault/state.h"

/* Of a database that was just opened: draws the secret of each identity that has none yet, in a commit of its own. */
err_t gates_begin(struct store *s, const struct env *env) MUST_CHECK;

/* Draws that of a new identity; the address and what proves it, of what is stored, into *i. */
void gates_create(struct store *s, const struct env *env, u32 identity);
err_t gates_load(struct identity *i) MUST_CHECK;

/* The contact is accepted and this link to it is up: it is let in and told, once. */
void gates_say(struct vault *v, struct flow_link *l, const struct contact *c);

/* An ADDRESS of a contact that both sides have accepted. ERR_PEER_*: ends the link. */
err_t gates_came(struct vault *v, const struct contact *c, struct flow_link *l, struct slice payload) MUST_CHECK;

/* The contacts' address of a contact. False: not known. */
bool gates_theirs(struct store *s, u64 contact, struct onion_pub *ret);

/* The contact is not one that both sides have accepted any more: what it was told is worth nothing from now on, and what it
 * told us is forgotten. Before its row is changed. */
void gates_revoke(struct vault *v, const struct contact *c);

/* Accepted contacts of the identity that cannot reach it at its contacts' address, as far as they said. */
u32 gates_unaware(struct store *s, u32 identity);

/* Both services of an identity, and what tor has to know to dial its contacts. */
void gates_tell(struct vault *v, const struct identity *i);

/* One of the two, if it is to be there. */
void gates_tell_one(struct vault *v, const struct identity *i, enum gate gate);

/* Whether the public address is there at all. */
void gates_set_listed(struct vault *v, struct identity *i, bool listed);

/* Several changes are one new descriptor: when, in ms; VAULT_NEVER. The tick says it. */
u64 gates_wait_ms(const struct vault *v);
void gates_tick(struct vault *v);

#endif
