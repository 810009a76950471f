/* What both sides settle at the end of a handshake: the status, the secret that enters R_1, and what becomes of
 * continuity, trust and invitations. */
#include "crypto/kdf.h"
#include "peer/continuity.h"
#include "vault/continuity.h"
#include "vault/delivery.h"
#include "vault/peers.h"
#include "vault/room.h"
#include "vault/tell.h"

/* ---- as B ---- */

/* What A claims, as the vault sees it. Secrets in it: wipe. */
struct arrival {
	const struct ipc_peer_accept *m;
	struct onion_pub onion;
	struct pq_identity pq;
	struct hs_tags tags;
	struct contact c;
	bool known;
	enum pq_relation relation;
	bool is_inviter;         /* is whom an invitation that we hold names */
	bool invited;            /* names an invitation that counts here */
	bool has_invite;         /* which is good: */
	struct invite invite;    /* this one, */
	struct secret32 inv_key; /* and A has its secret */
};

/* PROTO 5.5.4: "B ends this one: A signed it with what it remembered then." Slow streams do that, and links that end soon. */
static bool is_stale(struct vault *v, u64 contact, u64 age_ms)
{
	return env_mono_ms(v->env) - age_ms < flow_of(&v->flows, contact)->settled_ms;
}

/* Makes R_1, keeps what waits for A's confirmation, answers. */
static err_t answer(struct vault *v, u32 req, struct arrival *a, enum accept_status status)
{
	struct claim claim = {
		.link = a->m->link, .contact = a->c.id, .floor = {.version = a->m->version, .suite = a->m->suite}};
	struct cont_choice choice = {0};
	struct record_root root;
	struct ipc_msg out = IPC_MSG(req, accept_status, .contact = a->c.id);
	u8 payload[ACCEPT_LEN], hash[64];
	bool settles = status < ACCEPT_INVITE_BAD;
	if (settles) {
		continuity_load(v->store, a->c.id, &claim.pair);
		cont_choose(a->m->th6, &a->tags, &claim.pair, a->has_invite ? &a->inv_key : NULL, &choice);
		if (choice.lost && is_stale(v, a->c.id, a->m->age_ms)) {
			wipe(&claim, sizeof claim);
			wipe(&choice, sizeof choice);
			return ERR_PEER_POLICY;
		}
		/* PROTO 5.5.4: "B tells A by status 2" */
		if (choice.lost && status == ACCEPT_OK)
			status = ACCEPT_CONT_LOST;
	}
	accept_payload(status, choice.psk_sel, payload);
	sha512(hash, PARTS(slice_of(a->m->th7, 64), slice_of(payload, sizeof payload)));
	memcpy(root.b, a->m->root, sizeof root.b);
	cont_root(&root, &choice.psk, hash);
	if (settles) {
		cont_next(&claim.pair, &choice, &root, a->m->th7);
		claim.lost = choice.lost;
		claims_add(&v->claims, &claim);
	}
	out.accept_status.status = (u8)status;
	out.accept_status.psk_sel = choice.psk_sel;
	memcpy(out.accept_status.root, root.b, sizeof root.b);
	vault_send(v, ROLE_NET, &out);
	wipe(&claim, sizeof claim);
	wipe(&choice, sizeof choice);
	wipe(&root, sizeof root);
	wipe(&out, sizeof out);
	return OK;
}

/* PROTO 7.7: "The invitation counts where A is not a contact yet that both sides have accepted: it is good if it is open
 * and `inv_mac` fits." */
static void look_at_invite(struct vault *v, struct arrival *a)
{
	bool agreed = a->known && (a->c.state == CONTACT_ACCEPTED || a->c.state == CONTACT_REQUEST_SENT);
	a->invited = !agreed && peers_is_invited(a->m->inv_id);
	if (!a->invited || !invites_find_open(v->store, a->m->identity, a->m->inv_id, env_wall_ms(v->env), &a->invite))
		return;
	/* PROTO 7.2: "`inv_key = Expand(secret, "inv key", "", 32)`" */
	invites_key(&a->invite.secret, &a->inv_key);
	a->has_invite = cont_inv_fits(a->m->th6, &a->tags, &a->inv_key);
}

static void use_invite(struct vault *v, struct arrival *a)
{
	if (!a->has_invite)
		return;
	/* PROTO 7.1: "given by B to one person and serves once"
	 * PROTO 7.8: "It is used up in the same commit in which A becomes a contact" */
	invites_use(v->store, &a->invite, a->c.id);
	trust_set_level(v->store, a->c.id, TRUST_INVITED);
	tell_invite(v, 0, &a->invite);
}

/* The identity is as pinned, or is pinned now. */
static err_t accept_known(struct vault *v, u32 req, struct arrival *a)
{
	struct contact *c = &a->c;
	if (a->relation == PQ_ROTATED)
		delivery_renewed(v, c);
	TRY(trust_pin(v->store, c->id, &a->pq, env_wall_ms(v->env)));
	if (a->is_inviter)
		trust_set_level(v->store, c->id, TRUST_INVITED);
	use_invite(v, a);
	if (c->key_changed)
		trust_drop_candidate(v->store, c);
	if (c->state == CONTACT_REQUEST_SENT || (a->has_invite && c->state == CONTACT_REQUEST_RECEIVED))
		delivery_accepted(v, c); /* both want it */
	else if (a->relation != PQ_SAME)
		tell_changed(v, c);
	return answer(v, req, a, c->state == CONTACT_ACCEPTED ? ACCEPT_OK : ACCEPT_PENDING);
}

static err_t accept_unknown(struct vault *v, u32 req, struct arrival *a)
{
	if (a->has_invite ? !room_for_contact(v) : !peers_self(v, a->m->identity)->strangers)
		return ERR_PEER_POLICY;
	if (!a->has_invite)
		room_make(v, a->m->identity, CONTACT_REQUEST_RECEIVED, MAX_REQUESTS);
	a->c = (struct contact){
		.identity = a->m->identity,
		.onion = a->onion,
		.state = a->has_invite ? CONTACT_ACCEPTED : CONTACT_REQUEST_RECEIVED,
		.created_ms = env_wall_ms(v->env),
	};
	contacts_add(v->store, &a->c);
	TRY(trust_pin(v->store, a->c.id, &a->pq, 0));
	use_invite(v, a);
	tell_changed(v, &a->c);
	return answer(v, req, a, a->has_invite ? ACCEPT_OK : ACCEPT_PENDING);
}

static err_t decide(struct vault *v, u32 req, struct arrival *a)
{
	if (a->known && peers_is_refused(&a->c))
		return ERR_PEER_POLICY;
	/* Only the database knows who it is, and whether an invitation is open: it tries again. */
	if (!a->known && v->receive)
		return ERR_PEER_POLICY;
	if (a->relation == PQ_CHANGED) {
		peers_changed(v, &a->c, &a->pq);
		/* net does not know it if another handshake has pinned another key since it asked */
		if (a->m->relation != PQ_CHANGED)
			return ERR_PEER_PIN;
		return answer(v, req, a, ACCEPT_KEY_CHANGED);
	}
	if (a->m->relation == PQ_CHANGED)
		return ERR_LOCAL_MISSING; /* removed, or its key trusted, since net asked */
	look_at_invite(v, a);
	if (a->invited && !a->has_invite) {
		return answer(v, req, a, ACCEPT_INVITE_BAD);
	}
	return a->known ? accept_known(v, req, a) : accept_unknown(v, req, a);
}

err_t vault_on_peer_accept(struct vault *v, u32 req, const struct ipc_peer_accept *m)
{
	struct arrival a = {.m = m, .pq = {.seq = m->seq}, .relation = PQ_NEW};
	memcpy(a.onion.b, m->onion, sizeof a.onion.b);
	memcpy(a.pq.pk, m->pk, sizeof a.pq.pk);
	memcpy(a.pq.next, m->next, sizeof a.pq.next);
	memcpy(&a.tags, m->tags, sizeof a.tags);
	if (!peers_self(v, m->identity))
		return ERR_LOCAL_MISSING;
	a.known = contacts_find(v->store, m->identity, &a.onion, &a.c);
	if (a.known)
		/* PROTO 7.5: "whoever of the two dials" */
		a.relation = peers_relation_of(v, &a.c, &a.pq, &a.is_inviter);
	err_t e = decide(v, req, &a);
	wipe(&a, sizeof a);
	return e;
}

/* What the handshake settled is true for both. */
static void settle(struct vault *v, u64 contact, const struct cont_pair *pair, bool lost, struct floor floor)
{
	struct contact c;
	if (!contacts_get(v->store, contact, &c))
		return;
	continuity_commit(v->store, contact, pair, lost, env_wall_ms(v->env));
	flow_of(&v->flows, contact)->settled_ms = env_mono_ms(v->env);
	trust_raise_floor(v->store, contact, floor);
	tell_peer(v, &c);
	if (lost)
		tell_contact(v, 0, &c);
}

err_t vault_on_link_confirmed(struct vault *v, u32 req, const struct ipc_link_confirmed *m)
{
	struct claim claim;
	(void)req;
	if (v->store && claims_take(&v->claims, m->link, &claim)) {
		settle(v, claim.contact, &claim.pair, claim.lost, claim.floor);
		wipe(&claim, sizeof claim);
	}
	return OK;
}

/* ---- as A ---- */

err_t vault_on_peer_root(struct vault *v, u32 req, const struct ipc_peer_root *m)
{
	struct contact c;
	struct cont_pair pair;
	struct cont_choice choice;
	struct secret32 inv_key;
	struct hs_tags tags;
	struct record_root mixed;
	struct ipc_msg out = IPC_MSG(req, peer_root_r, .root = {0});
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	if (peers_is_refused(&c) || m->status > ACCEPT_KEY_CHANGED)
		return ERR_PEER_POLICY;
	enum accept_status status = (enum accept_status)m->status;
	memcpy(&tags, m->tags, sizeof tags);
	memcpy(mixed.b, m->root, sizeof mixed.b);
	continuity_load(v->store, c.id, &pair);
	/* the one that was dialled with, not one that came since */
	bool invited = peers_invite_key(v, c.id, &inv_key) && cont_inv_fits(m->th6, &tags, &inv_key);
	err_t e = cont_follow(m->th6, &tags, &pair, invited ? &inv_key : NULL, status, m->psk_sel, &choice);
	/* PROTO 5.5.4: "So does A on ACCEPT." B may have taken this handshake long before the one that moved the values on. */
	if (e == OK && choice.lost && is_stale(v, c.id, m->age_ms))
		e = ERR_PEER_POLICY;
	if (e != OK)
		goto out;

	cont_root(&mixed, &choice.psk, m->accept_hash);
	memcpy(out.peer_root_r.root, mixed.b, sizeof mixed.b);
	if (status == ACCEPT_INVITE_BAD) {
		if (invited)
			invites_refused(v->store, c.id);
		tell_changed(v, &c);
	} else if (status != ACCEPT_KEY_CHANGED) {
		/* PROTO 7.4: "until B's status is 0 or 2 (it drops the secret), or 3" */
		if (status != ACCEPT_PENDING)
			invites_let_go(v->store, c.id);
		/* PROTO 5.5.3: "A does so on ACCEPT, before its first record of epoch 1" */
		cont_next(&pair, &choice, &mixed, m->th7);
		settle(v, c.id, &pair, choice.lost, (struct floor){.version = m->version, .suite = m->suite});
	}
	vault_send(v, ROLE_NET, &out);
out:
	wipe(&pair, sizeof pair);
	wipe(&choice, sizeof choice);
	wipe(&mixed, sizeof mixed);
	wipe(&out, sizeof out);
	secret32_wipe(&inv_key);
	return e;
}
