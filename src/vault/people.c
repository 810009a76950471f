/* What a logged-in person asks about contacts. */
#include "base/utf8.h"
#include "crypto/kdf.h"
#include "crypto/onion_key.h"
#include "vault/delivery.h"
#include "vault/gates.h"
#include "vault/messages.h"
#include "vault/restored.h"
#include "vault/room.h"
#include "vault/storage.h"
#include "vault/tell.h"
#include "vault/trust.h"
#include "wire/invite_text.h"

err_t vault_on_status_get(struct vault *v, u32 req, const struct ipc_status_get *m)
{
	char address[ONION_ADDR_CAP];
	const struct identity *first = identities_find(v->ids, 0);
	u64 from_ms, at_ms;
	(void)m;
	restored_get(v->store, &from_ms, &at_ms);
	tell_expired(v);
	onion_addr_encode(&first->onion, true, address);
	tell_tor(v, req);
	for (size_t i = 0; i < v->ids->n; i++)
		tell_own(v, req, v->ids->all[i]);
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, status, .storage = (u8)storage_state_of(v), .restored_from = from_ms,
	                    .restored_ms = at_ms, .name = slice_str(first->name), .address = slice_str(address)));
	return OK;
}

err_t vault_on_contacts_list(struct vault *v, u32 req, const struct ipc_contacts_list *m)
{
	struct contact c = {0};
	(void)m;
	while (contacts_after(v->store, c.id, &c))
		tell_contact(v, req, &c);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}

static bool is_name_or_empty(struct slice s)
{
	return s.n == 0 || utf8_is_name(s);
}

static void copy_text(char *to, struct slice text)
{
	if (text.n)
		memcpy(to, text.p, text.n);
	to[text.n] = 0;
}

/* Reads whom to add: by address, or by an invitation, which goes to *ret_inv. */
static err_t whom(struct vault *v, const struct ipc_contact_add *m, struct onion_pub *ret, struct invite_text *ret_inv)
{
	if (m->invitation.n == 0)
		return onion_addr_decode(m->address, ret) == OK ? OK : ERR_PEER_FORMAT;
	if (m->address.n || invite_text_decode(m->invitation, ret_inv) != OK || !onion_pub_is_valid(&ret_inv->onion))
		return ERR_PEER_FORMAT;
	if (ret_inv->expiry <= env_wall_ms(v->env) / 86400000)
		return ERR_PEER_POLICY;
	*ret = ret_inv->onion;
	return OK;
}

/* What the invitation says about the key of somebody we know. ERR_PEER_POLICY: it names another one than the one that is
 * pinned; the user has to decide about that first. */
static err_t check_key(struct vault *v, struct contact *c, const struct invite_text *inv)
{
	struct pq_identity pin;
	struct trust t;
	u8 fp[PQFP_LEN];
	if (!contacts_pin(v->store, c->id, &pin)) {
		/* PROTO 7.5: "Where A has no pin yet, it compares with pqfp": what differed from the one before says nothing. */
		if (c->key_changed)
			trust_drop_candidate(v->store, c);
		return OK;
	}
	invites_pqfp(&c->onion, &pin, fp);
	if (c->key_changed || !ct_equal(fp, inv->pqfp, sizeof fp))
		return ERR_PEER_POLICY;
	trust_get(v->store, c, env_wall_ms(v->env), &t);
	if (t.level < TRUST_INVITED)
		trust_set_level(v->store, c->id, TRUST_INVITED);
	return OK;
}

/* Dials with the invitation from now on, in place of any other. What is under way was begun without it. */
static void dial_with(struct vault *v, struct contact *c, const struct invite_text *inv)
{
	invites_hold(v->store, c->id, inv->pqfp, &inv->secret);
	vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = c->id));
	flow_forget(&v->flows, c->id);
	tell_changed(v, c);
}

/* Somebody we know already is added: who asked us is accepted by that. An invitation takes the place of the one before,
 * until it is plain that the two are connected: whether the other side still knows us cannot be seen from here. */
static err_t add_known(struct vault *v, u32 req, struct contact *c, const struct ipc_contact_add *m,
                       const struct invite_text *inv)
{
	bool invited = m->invitation.n != 0, online = flow_is_online(&v->flows, c->id);
	bool asked_us = c->state == CONTACT_REQUEST_RECEIVED || c->state == CONTACT_REJECTED;
	if (c->state == CONTACT_BLOCKED)
		return ERR_PEER_POLICY;
	if (!asked_us && (!invited || (c->state == CONTACT_ACCEPTED && online)))
		return ERR_LOCAL_EXISTS;
	if (asked_us && !room_for_contact(v))
		return ERR_PEER_LIMIT;
	if (invited)
		TRY(check_key(v, c, inv));
	if (m->name.n)
		contacts_set_name(v->store, c, m->name);
	if (asked_us)
		delivery_accepted(v, c);
	if (invited && (!asked_us || !online))
		dial_with(v, c, inv);
	tell_contact(v, req, c);
	return OK;
}

static err_t add(struct vault *v, u32 req, const struct ipc_contact_add *m, struct invite_text *inv)
{
	struct contact c = {.state = CONTACT_REQUEST_SENT, .created_ms = env_wall_ms(v->env)};
	struct contact have;
	const struct identity *own = identities_find(v->ids, m->identity);
	if (!own)
		return ERR_LOCAL_MISSING;
	if (!is_name_or_empty(m->name) || !utf8_is_text(m->greeting))
		return ERR_PEER_FORMAT;
	TRY(whom(v, m, &c.onion, inv));
	if (onion_pub_eq(&c.onion, &own->onion))
		return ERR_PEER_POLICY;
	c.identity = own->id;
	if (contacts_find(v->store, c.identity, &c.onion, &have))
		return add_known(v, req, &have, m, inv);
	if (!room_for_contact(v))
		return ERR_PEER_LIMIT;
	copy_text(c.name, m->name);
	copy_text(c.greeting, m->greeting);
	contacts_add(v->store, &c);
	if (m->invitation.n)
		invites_hold(v->store, c.id, inv->pqfp, &inv->secret);
	tell_changed(v, &c);
	tell_contact(v, req, &c);
	return OK;
}

err_t vault_on_contact_add(struct vault *v, u32 req, const struct ipc_contact_add *m)
{
	struct invite_text inv = {0};
	err_t e = add(v, req, m, &inv);
	wipe(&inv, sizeof inv);
	return e;
}

err_t vault_on_contact_rename(struct vault *v, u32 req, const struct ipc_contact_rename *m)
{
	struct contact c;
	if (!is_name_or_empty(m->name))
		return ERR_PEER_FORMAT;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	contacts_set_name(v->store, &c, m->name);
	tell_contact(v, 0, &c);
	tell_contact(v, req, &c);
	return OK;
}

err_t vault_on_contact_picture(struct vault *v, u32 req, const struct ipc_contact_picture *m)
{
	struct contact c;
	struct message said;
	struct item_body body = {.name = slice_of(NULL, 0)};
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	bool known = c.profile_theirs && messages_get(v->store, c.profile_theirs, &said) &&
	             item_body_decode(said.kind, slice_of(said.body, said.n), &body) == OK;
	struct slice points = known ? body.picture : slice_of(NULL, 0);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, picture, .points = points));
	return OK;
}

/* From which states the decision is possible. Accepting a rejected or blocked contact takes it back; what is asked
 * again changes nothing. */
static bool may_decide(enum contact_state s, enum decision d)
{
	switch (d) {
	case DECIDE_ACCEPT: return s != CONTACT_REQUEST_SENT;
	case DECIDE_REJECT: return s == CONTACT_REQUEST_RECEIVED || s == CONTACT_REJECTED;
	case DECIDE_BLOCK:
	case DECIDE_REMOVE: return true;
	case DECIDE_NONE: break;
	}
	return false;
}

/* Nothing is exchanged with the contact any more. */
static void refuse(struct vault *v, struct contact *c, enum contact_state state)
{
	if (c->state == state)
		return;
	flow_forget(&v->flows, c->id);
	gates_revoke(v, c);
	contacts_set_state(v->store, c, state);
	tell_changed(v, c);
}

/* ERR_PEER_LIMIT: it would be one too many. */
static err_t accept(struct vault *v, struct contact *c)
{
	if (c->state == CONTACT_ACCEPTED)
		return OK;
	if (!room_for_contact(v))
		return ERR_PEER_LIMIT;
	delivery_accepted(v, c);
	return OK;
}

static err_t block(struct vault *v, struct contact *c)
{
	if (c->state != CONTACT_BLOCKED && !room_to_block(v))
		return ERR_PEER_LIMIT;
	refuse(v, c, CONTACT_BLOCKED);
	return OK;
}

static void reject(struct vault *v, struct contact *c)
{
	if (c->state != CONTACT_REJECTED)
		room_make(v, c->identity, CONTACT_REJECTED, MAX_REJECTED);
	refuse(v, c, CONTACT_REJECTED);
}

err_t vault_on_contact_decide(struct vault *v, u32 req, const struct ipc_contact_decide *m)
{
	struct contact c;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	if (!may_decide(c.state, (enum decision)m->decision))
		return ERR_PEER_POLICY;
	switch ((enum decision)m->decision) {
	case DECIDE_ACCEPT: TRY(accept(v, &c)); break;
	case DECIDE_REJECT: reject(v, &c); break;
	case DECIDE_BLOCK: TRY(block(v, &c)); break;
	case DECIDE_REMOVE:
		room_forget(v, &c);
		vault_send(v, ROLE_WEB, &IPC_MSG(req, contact_gone, .contact = c.id));
		return OK;
	case DECIDE_NONE: break;
	}
	tell_contact(v, req, &c);
	return OK;
}
