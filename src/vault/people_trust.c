/* What a logged-in person asks and says about the keys of contacts. */
#include "crypto/kdf.h"
#include "vault/delivery.h"
#include "vault/reading.h"
#include "vault/safety.h"
#include "vault/tell.h"
#include "vault/trust.h"

/* What is to be compared with the contact: with one that is CHANGED, the new key. ERR_PEER_POLICY: no key is known. */
static err_t safety_with(struct vault *v, const struct contact *c, struct safety *ret)
{
	struct pq_identity pq;
	const struct identity *own = identities_find(v->ids, c->identity);
	bool known = (c->key_changed && trust_candidate(v->store, c->id, &pq)) || contacts_pin(v->store, c->id, &pq);
	if (!known)
		return ERR_PEER_POLICY;
	safety_of(&own->onion, &own->pq, &c->onion, &pq, ret);
	return OK;
}

err_t vault_on_contact_safety(struct vault *v, u32 req, const struct ipc_contact_safety *m)
{
	struct contact c;
	struct safety s;
	struct ipc_msg out = IPC_MSG(req, safety, .digits = {0});
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	TRY(safety_with(v, &c, &s));
	memcpy(out.safety.digits, s.digits, sizeof out.safety.digits);
	memcpy(out.safety.words, s.words, sizeof out.safety.words);
	memcpy(out.safety.qr, s.qr, sizeof out.safety.qr);
	vault_send(v, ROLE_WEB, &out);
	return OK;
}

/* Whether the person was shown what would be shown now: while it is looked at, another key may take the place of the
 * one that is meant. */
static err_t was_shown(struct vault *v, const struct contact *c, struct slice qr, bool *ret)
{
	struct safety s;
	TRY(safety_with(v, c, &s));
	*ret = qr.n == sizeof s.qr && ct_equal(qr.p, s.qr, sizeof s.qr);
	return OK;
}

static void set_level(struct vault *v, const struct contact *c, enum trust_level level)
{
	struct trust t;
	trust_get(v->store, c, env_wall_ms(v->env), &t);
	if (t.level == level)
		return;
	trust_set_level(v->store, c->id, level);
	tell_contact(v, 0, c);
}

/* The new key of one that is CHANGED becomes the pinned one; links are made anew with it. */
static err_t take_key(struct vault *v, struct contact *c)
{
	if (!c->key_changed)
		return ERR_PEER_POLICY;
	if (trust_accept_candidate(v->store, c) != OK)
		return ERR_PEER_POLICY;  /* the address has to show it again */
	reading_forget(v->store, c->id); /* who has the new key may be another */
	/* net forgets the dials that still expect the old one */
	vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = c->id));
	tell_changed(v, c);
	return OK;
}

err_t vault_on_contact_trust_key(struct vault *v, u32 req, const struct ipc_contact_trust_key *m)
{
	struct contact c;
	bool shown;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	TRY(was_shown(v, &c, m->qr, &shown));
	if (!shown)
		return ERR_PEER_POLICY;
	TRY(take_key(v, &c));
	tell_contact(v, req, &c);
	return OK;
}

err_t vault_on_contact_unverify(struct vault *v, u32 req, const struct ipc_contact_unverify *m)
{
	struct contact c;
	struct pq_identity pin;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	/* Of a new key nothing was said that could be taken back. */
	if (c.key_changed || !contacts_pin(v->store, c.id, &pin))
		return ERR_PEER_POLICY;
	set_level(v, &c, TRUST_UNVERIFIED);
	tell_contact(v, req, &c);
	return OK;
}

err_t vault_on_contact_compare(struct vault *v, u32 req, const struct ipc_contact_compare *m)
{
	struct contact c;
	bool match;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	TRY(was_shown(v, &c, m->qr, &match));
	if (match && c.key_changed)
		TRY(take_key(v, &c));
	if (match)
		set_level(v, &c, TRUST_VERIFIED);
	tell_contact(v, req, &c);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, compared, .match = match));
	return OK;
}
