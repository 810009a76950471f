/* What a handshake needs from the holder of the keys before anything is settled: signatures, policy, pins. */
#include "vault/peers.h"
#include "crypto/kdf.h"
#include "crypto/onion_key.h"
#include "peer/handshake.h"
#include "vault/continuity.h"
#include "vault/delivery.h"
#include "vault/room.h"
#include "vault/tell.h"
#include "vault/trust.h"

const struct identity *peers_self(const struct vault *v, u32 identity)
{
	return identity ? identities_find(v->ids, identity) : NULL;
}

bool peers_is_refused(const struct contact *c)
{
	return c->state == CONTACT_REJECTED || c->state == CONTACT_BLOCKED;
}

/* PROTO 3.6.3: "a handshake that chose less is refused: by A before M3, by B before the signatures are verified" */
static bool is_below_floor(struct vault *v, u64 contact, u8 version, u32 suite)
{
	struct floor f = trust_floor(v->store, contact);
	return version < f.version || suite < f.suite;
}

/* Signs what authmsg makes of the request, never bytes that net chose: no oracle for other signatures. */
static err_t sign(struct vault *v, const struct identity *self, const struct auth_request *r, struct auth_sigs *ret)
{
	struct auth_msg msg = authmsg_for_ed(r);
	TRY(onion_sign(&self->sec, auth_msg_slice(&msg), ret->ed));
	msg = authmsg_for_pq(r, ret->ed);
	return mldsa_sign(self->key, v->env, auth_msg_slice(&msg), authmsg_ctx(r->role), ret->pq);
}

static void answer_signature(struct vault *v, u32 req, const struct auth_sigs *sigs, const struct hs_tags *tags)
{
	struct ipc_msg out = IPC_MSG(req, signature, .ed25519 = {0});
	memcpy(out.signature.ed25519, sigs->ed, sizeof sigs->ed);
	memcpy(out.signature.mldsa, sigs->pq, sizeof sigs->pq);
	if (tags)
		memcpy(out.signature.tags, tags, sizeof *tags);
	vault_send(v, ROLE_NET, &out);
}

err_t vault_on_sign_responder(struct vault *v, u32 req, const struct ipc_sign_responder *m)
{
	const struct identity *self = peers_self(v, m->identity);
	struct auth_request r = {.role = AUTH_RESPONDER};
	struct auth_sigs sigs;
	if (!self)
		return ERR_LOCAL_MISSING;
	memcpy(r.th, m->th, sizeof r.th);
	TRY(sign(v, self, &r, &sigs));
	answer_signature(v, req, &sigs, NULL);
	return OK;
}

bool peers_invite_key(struct vault *v, u64 contact, struct secret32 *ret)
{
	struct invite_held held;
	bool has = invites_held(v->store, contact, &held) && !held.is_refused;
	if (has)
		invites_key(&held.secret, ret);
	wipe(&held, sizeof held);
	return has;
}

err_t vault_on_sign_initiator(struct vault *v, u32 req, const struct ipc_sign_initiator *m)
{
	const struct identity *self = peers_self(v, m->identity);
	struct contact c;
	struct auth_request r = {.role = AUTH_INITIATOR};
	struct auth_sigs sigs;
	struct hs_tags tags;
	struct cont_pair pair;
	struct secret32 inv_key;
	u8 th6[64];
	if (!self || !contacts_get(v->store, m->contact, &c) || c.identity != self->id)
		return ERR_LOCAL_MISSING;
	if (peers_is_refused(&c) || is_below_floor(v, c.id, m->version, m->suite))
		return ERR_PEER_POLICY;
	memcpy(r.token, m->token, sizeof r.token);
	memcpy(r.th, m->th, sizeof r.th);
	TRY(sign(v, self, &r, &sigs));

	cont_th6(r.th, &sigs, th6);
	continuity_load(v->store, c.id, &pair);
	bool invited = peers_invite_key(v, c.id, &inv_key);
	cont_tags(v->env, th6, &pair, invited ? &inv_key : NULL, &tags);
	answer_signature(v, req, &sigs, &tags);
	wipe(&pair, sizeof pair);
	secret32_wipe(&inv_key);
	return OK;
}

bool peers_is_invited(const u8 inv_id[static HS_INV_ID_LEN])
{
	static const u8 none[HS_INV_ID_LEN];
	return memcmp(inv_id, none, sizeof none) != 0;
}

err_t vault_on_peer_ask(struct vault *v, u32 req, const struct ipc_peer_ask *m)
{
	const struct identity *self = peers_self(v, m->identity);
	struct contact c;
	struct onion_pub onion;
	struct pq_identity pin = {0};
	struct ipc_msg out = IPC_MSG(req, peer_verdict, .allow = 0);
	if (!self)
		return ERR_LOCAL_MISSING;
	memcpy(onion.b, m->onion, sizeof onion.b);
	if (contacts_find(v->store, m->identity, &onion, &c)) {
		out.peer_verdict.allow = !peers_is_refused(&c) && !is_below_floor(v, c.id, m->version, m->suite);
		out.peer_verdict.pinned = out.peer_verdict.allow && contacts_pin(v->store, c.id, &pin);
		memcpy(out.peer_verdict.pk, pin.pk, sizeof out.peer_verdict.pk);
		memcpy(out.peer_verdict.next, pin.next, sizeof out.peer_verdict.next);
		out.peer_verdict.seq = pin.seq;
	} else {
		/* PROTO 7.6: "An unknown A with an `inv_id` goes on to its signatures, whether the invitation is good or not; one
		 * without goes on only where the user lets strangers ask." */
		out.peer_verdict.allow =
			!v->receive && (peers_is_invited(m->inv_id) ? room_for_contact(v) : self->strangers);
	}
	vault_send(v, ROLE_NET, &out);
	return OK;
}

void peers_changed(struct vault *v, struct contact *c, const struct pq_identity *pq)
{
	claims_forget(&v->claims, c->id);
	delivery_key_changed(v, c);
	trust_set_candidate(v->store, c, pq);
}

enum pq_relation peers_relation_of(struct vault *v, const struct contact *c, const struct pq_identity *pq,
                                   bool *ret_invited)
{
	enum pq_relation r = trust_compare(v->store, c->id, pq);
	struct invite_held held;
	u8 fp[PQ_FP_LEN];
	*ret_invited = false;
	if (r != PQ_NEW || !invites_held(v->store, c->id, &held))
		return r;
	/* PROTO 7.5: "Another identity than the fingerprint's is one that changed (5.4)." */
	pq_fingerprint(&c->onion, pq, fp);
	*ret_invited = ct_equal(fp, held.pqfp, sizeof fp);
	wipe(&held, sizeof held);
	return *ret_invited ? PQ_NEW : PQ_CHANGED;
}

err_t vault_on_peer_pin(struct vault *v, u32 req, const struct ipc_peer_pin *m)
{
	struct contact c;
	struct pq_identity pq = {.seq = m->seq};
	bool invited;
	enum pq_relation relation;
	memcpy(pq.pk, m->pk, sizeof pq.pk);
	memcpy(pq.next, m->next, sizeof pq.next);
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	if (peers_is_refused(&c))
		return ERR_PEER_POLICY;
	relation = peers_relation_of(v, &c, &pq, &invited);
	if (relation == PQ_CHANGED) {
		peers_changed(v, &c, &pq);
		/* net knows that it ends here, or else another handshake has pinned another key since */
		if (m->relation != PQ_CHANGED)
			return ERR_PEER_PIN;
	} else {
		if (relation == PQ_ROTATED)
			delivery_renewed(v, &c);
		TRY(trust_pin(v->store, c.id, &pq, env_wall_ms(v->env)));
		if (invited)
			trust_set_level(v->store, c.id, TRUST_INVITED);
		tell_changed(v, &c);
	}
	vault_send(v, ROLE_NET, &IPC_MSG(req, net_ok));
	return OK;
}
