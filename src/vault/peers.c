/* What a handshake needs from the holder of the keys: signatures, policy, pins. */
#include "crypto/onion_key.h"
#include "peer/handshake.h"
#include "vault/delivery.h"
#include "vault/tell.h"

/* Signs what authmsg makes of the request, never bytes that net chose: no oracle for other signatures. */
static err_t sign(struct vault *v, u32 req, u32 identity, const struct auth_request *r)
{
	const struct identity *self = identity ? identities_find(v->ids, identity) : NULL;
	if (!self)
		return ERR_LOCAL_MISSING;
	struct ipc_msg out = IPC_MSG(req, signature, .ed25519 = {0});
	struct auth_msg msg = authmsg_for_ed(r);
	TRY(onion_sign(&self->sec, auth_msg_slice(&msg), out.signature.ed25519));
	msg = authmsg_for_pq(r, out.signature.ed25519);
	TRY(mldsa_sign(self->key, v->env, auth_msg_slice(&msg), authmsg_ctx(r->role), out.signature.mldsa));
	vault_send(v, ROLE_NET, &out);
	return OK;
}

err_t vault_on_sign_responder(struct vault *v, u32 req, const struct ipc_sign_responder *m)
{
	struct auth_request r = {.role = AUTH_RESPONDER};
	memcpy(r.th, m->th, sizeof r.th);
	return sign(v, req, m->identity, &r);
}

err_t vault_on_sign_initiator(struct vault *v, u32 req, const struct ipc_sign_initiator *m)
{
	struct auth_request r = {.role = AUTH_INITIATOR};
	memcpy(r.token, m->token, sizeof r.token);
	memcpy(r.th, m->th, sizeof r.th);
	return sign(v, req, m->identity, &r);
}

static bool is_refused(const struct contact *c)
{
	return c->state == CONTACT_REJECTED || c->state == CONTACT_BLOCKED;
}

/* Whether one more stranger may ask. */
static bool has_room_for_stranger(struct vault *v)
{
	return contacts_count_in(v->store, CONTACT_REQUEST_RECEIVED) < MAX_REQUESTS &&
	       contacts_count(v->store) < MAX_CONTACTS;
}

err_t vault_on_peer_ask(struct vault *v, u32 req, const struct ipc_peer_ask *m)
{
	struct contact c;
	struct onion_pub onion;
	struct pq_identity pin = {0};
	struct ipc_msg out = IPC_MSG(req, peer_verdict, .allow = 0);
	if (!m->identity || !identities_find(v->ids, m->identity))
		return ERR_LOCAL_MISSING;
	memcpy(onion.b, m->onion, sizeof onion.b);
	if (contacts_find(v->store, m->identity, &onion, &c)) {
		out.peer_verdict.allow = !is_refused(&c);
		out.peer_verdict.pinned = out.peer_verdict.allow && contacts_pin(v->store, c.id, &pin);
		memcpy(out.peer_verdict.pk, pin.pk, sizeof out.peer_verdict.pk);
		memcpy(out.peer_verdict.next, pin.next, sizeof out.peer_verdict.next);
		out.peer_verdict.seq = pin.seq;
	} else {
		out.peer_verdict.allow = has_room_for_stranger(v);
	}
	vault_send(v, ROLE_NET, &out);
	return OK;
}

err_t vault_on_peer_pin(struct vault *v, u32 req, const struct ipc_peer_pin *m)
{
	struct contact c;
	struct pq_identity pq = {.seq = m->seq};
	memcpy(pq.pk, m->pk, sizeof pq.pk);
	memcpy(pq.next, m->next, sizeof pq.next);
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	if (is_refused(&c))
		return ERR_PEER_POLICY;
	if (contacts_pin_first(v->store, c.id, &pq) != OK) {
		delivery_key_changed(v, &c);
		return ERR_PEER_PIN;
	}
	tell_peer(v, &c);
	vault_send(v, ROLE_NET, &IPC_MSG(req, net_ok));
	return OK;
}

static void answer_accept(struct vault *v, u32 req, const struct contact *c, enum accept_status status)
{
	vault_send(v, ROLE_NET, &IPC_MSG(req, accept_status, .contact = c->id, .status = (u8)status));
}

/* The pin of a contact we know already. */
static err_t accept_known(struct vault *v, u32 req, struct contact *c, const struct pq_identity *pq)
{
	struct pq_identity have;
	bool was_pinned = contacts_pin(v->store, c->id, &have);
	if (contacts_pin_first(v->store, c->id, pq) != OK) {
		/* Another handshake pinned another key since net asked: this one ends. */
		delivery_key_changed(v, c);
		return ERR_PEER_PIN;
	}
	if (c->state == CONTACT_REQUEST_SENT)
		delivery_accepted(v, c); /* both asked */
	else if (!was_pinned)
		tell_peer(v, c);
	answer_accept(v, req, c, c->state == CONTACT_ACCEPTED ? ACCEPT_OK : ACCEPT_PENDING);
	return OK;
}

static err_t accept_stranger(struct vault *v, u32 req, u32 identity, const struct onion_pub *onion,
                             const struct pq_identity *pq)
{
	struct contact c = {.identity = identity,
	                    .onion = *onion,
	                    .state = CONTACT_REQUEST_RECEIVED,
	                    .created_ms = env_wall_ms(v->env)};
	if (!has_room_for_stranger(v))
		return ERR_PEER_POLICY;
	contacts_add(v->store, &c);
	TRY(contacts_pin_first(v->store, c.id, pq));
	tell_changed(v, &c);
	answer_accept(v, req, &c, ACCEPT_PENDING);
	return OK;
}

err_t vault_on_peer_accept(struct vault *v, u32 req, const struct ipc_peer_accept *m)
{
	struct contact c;
	struct onion_pub onion;
	struct pq_identity pq = {.seq = m->seq};
	memcpy(onion.b, m->onion, sizeof onion.b);
	memcpy(pq.pk, m->pk, sizeof pq.pk);
	memcpy(pq.next, m->next, sizeof pq.next);
	if (!m->identity || !identities_find(v->ids, m->identity))
		return ERR_LOCAL_MISSING;
	bool known = contacts_find(v->store, m->identity, &onion, &c);
	if (known && is_refused(&c))
		return ERR_PEER_POLICY;
	if (known && m->key_changed) {
		delivery_key_changed(v, &c);
		answer_accept(v, req, &c, ACCEPT_KEY_CHANGED);
		return OK;
	}
	if (m->key_changed)
		return ERR_LOCAL_MISSING; /* removed since net asked */
	return known ? accept_known(v, req, &c, &pq) : accept_stranger(v, req, m->identity, &onion, &pq);
}
