#include "vault/tell.h"

#include "base/utf8.h"
#include "crypto/onion_key.h"
#include "vault/aside.h"
#include "vault/clock.h"
#include "vault/continuity.h"
#include "vault/drafts.h"
#include "vault/effects.h"
#include "vault/gates.h"
#include "vault/order.h"
#include "vault/reach.h"
#include "vault/reading.h"
#include "vault/shelf.h"
#include "vault/terms.h"
#include "vault/trust.h"
#include "wire/invite_text.h"

/* ---- messages ---- */

static enum message_state state_of(const struct vault *v, const struct message *m)
{
	if (m->state == MESSAGE_WAITING && flow_is_sent(&v->flows, m->contact, m->seq))
		return MESSAGE_SENT;
	return m->state;
}

/* What is in the outbox is SENT while it is on a live link, else WAITING. A message whose edit or deletion is not
 * delivered is not either, and one whose edit is not read is not; one whose edit, deletion or reaction of ours cannot be read
 * there has failed in that. One that cannot be read itself needs no more than its deletion. */
static enum message_state shown_state(struct vault *v, const struct message *m)
{
	struct message other;
	enum message_state s = state_of(v, m), latest;
	if (m->react_mine && messages_get(v->store, m->react_mine, &other) && other.state == MESSAGE_FAILED)
		return MESSAGE_FAILED;
	if (!m->mine || !m->latest || !messages_get(v->store, m->latest, &other))
		return s;
	latest = state_of(v, &other);
	if (s == MESSAGE_FAILED && other.kind == ITEM_DELETE)
		return latest;
	return s == MESSAGE_FAILED || latest == MESSAGE_FAILED ? MESSAGE_FAILED : MIN(s, latest);
}

static enum message_shown kind_of(const struct message *m)
{
	if (m->gone == GONE_FOR_US)
		return MESSAGE_SHOWN_DELETED_HERE;
	if (m->gone == GONE_FOR_ALL)
		return MESSAGE_SHOWN_DELETED;
	if (m->kind == ITEM_NONE)
		return MESSAGE_SHOWN_ASIDE;
	if (m->gone == GONE_EXPIRED)
		return MESSAGE_SHOWN_EXPIRED;
	if (m->kind == ITEM_TERMS)
		return MESSAGE_SHOWN_TERMS;
	return item_is_known(m->kind) ? MESSAGE_SHOWN_TEXT : MESSAGE_SHOWN_UNKNOWN;
}

/* What a row says, *m or its last edit, whose row takes the place of *m. */
static struct slice words_of(struct vault *v, struct message *m)
{
	struct message edit;
	if (effects_edit(v->store, m, &edit))
		*m = edit;
	return messages_text(m);
}

/* The contact's last message, as a preview, into *out; the words borrow from *room. */
static void add_last(struct vault *v, struct ipc_contact *out, struct message *room)
{
	u64 last = messages_max(v->store, out->contact);
	if (last == 0 || !messages_at(v->store, out->contact, last, room))
		return;
	out->last_ordinal = last;
	out->last_ms = room->time_ms;
	out->last_kind = (u8)kind_of(room);
	out->last_mine = room->mine;
	out->last_state = (u8)shown_state(v, room);
	out->last_text = utf8_cut(words_of(v, room), MAX_PREVIEW);
}

static u64 reply_of(struct vault *v, const struct message *m)
{
	struct message target;
	return m->gone == GONE_NOT && m->kind == ITEM_REPLY && m->target && messages_get(v->store, m->target, &target)
	               ? target.ordinal
	               : 0;
}

/* How long it lives; of a TERMS, what it says. */
static void add_times(const struct vault *v, const struct message *m, struct ipc_message *out)
{
	struct item_body body;
	out->vanish = m->vanish;
	bool runs = m->vanish && m->from_ms && m->state != MESSAGE_FAILED;
	out->expires_ms = runs ? clock_shown_ms(v, m->from_ms + 1000ull * m->vanish) : 0;
	if (m->kind != ITEM_TERMS)
		return;
	bool good = item_body_decode(m->kind, slice_of(m->body, m->n), &body) == OK;
	out->vanish = good ? body.vanish : 0;
	out->keep = good ? body.keep : 0;
	out->expires_ms = 0;
}

void tell_message(struct vault *v, u32 req, bool is_new, const struct message *changed)
{
	struct message m, edit, mine, theirs;
	if (!effects_shown(v->store, changed, &m))
		return;
	bool edited = effects_edit(v->store, &m, &edit);
	struct ipc_msg out =
		IPC_MSG(req, message, .contact = m.contact, .ordinal = m.ordinal, .mine = m.mine,
	                .state = (u8)shown_state(v, &m), .is_new = is_new && changed->ordinal, .time_ms = m.time_ms,
	                .kind = (u8)kind_of(&m), .reply = reply_of(v, &m), .edited_ms = edited ? edit.time_ms : 0,
	                .react_mine = effects_emoji(v->store, m.react_mine, &mine),
	                .react_theirs = effects_emoji(v->store, m.react_theirs, &theirs),
	                .text = messages_text(edited ? &edit : &m));
	memcpy(out.message.id, m.id.b, sizeof m.id.b);
	add_times(v, &m, &out.message);
	vault_send(v, ROLE_WEB, &out);
}

/* ---- people ---- */

static enum trust_shown shown_of(enum trust_level level)
{
	switch (level) {
	case TRUST_NONE:
	case TRUST_UNVERIFIED: break;
	case TRUST_INVITED: return SHOWN_INVITED;
	case TRUST_VERIFIED: return SHOWN_VERIFIED;
	}
	return SHOWN_UNVERIFIED;
}

static enum invitation_shown invitation_of(struct vault *v, const struct contact *c)
{
	struct invite_held h;
	enum invitation_shown shown = INVITATION_NONE;
	if (invites_held(v->store, c->id, &h))
		shown = h.is_refused ? INVITATION_REFUSED : INVITATION_WAITING;
	wipe(&h, sizeof h);
	return shown;
}

static void add_terms(struct vault *v, struct ipc_contact *out)
{
	struct terms mine = terms_of(v->store, out->contact, true), theirs = terms_of(v->store, out->contact, false),
		     both = terms_both(mine, theirs);
	out->my_vanish = mine.vanish;
	out->my_keep = mine.keep;
	out->their_vanish = theirs.vanish;
	out->their_keep = theirs.keep;
	out->vanish = both.vanish;
	out->keep = both.keep;
	out->retention = terms_retention(v->store, out->contact);
}

void tell_contact(struct vault *v, u32 req, const struct contact *c)
{
	char address[ONION_ADDR_CAP];
	struct message last = {0};
	struct trust t;
	struct heard heard;
	struct reading reading;
	u8 room[DRAFT_ROOM];
	struct draft draft;
	struct reach reach;
	onion_addr_encode(&c->onion, true, address);
	order_heard(v->store, c->id, &heard);
	reading_get(v->store, c->id, &reading);
	drafts_get(v->store, c->id, room, &draft);
	reach_get(v, c->id, &reach);
	trust_get(v->store, c, env_wall_ms(v->env), &t);
	struct ipc_msg out = IPC_MSG(
		req, contact, .contact = c->id, .identity = c->identity, .state = (u8)c->state,
		.online = flow_is_heard(&v->flows, c->id), .trust = (u8)(t.changed ? SHOWN_CHANGED : shown_of(t.level)),
		.rotated_ms = t.rotated_ms, .lost_ms = t.lost_ms, .lost_times = t.lost_30d,
		.invitation = (u8)invitation_of(v, c),
		.picture = effects_pictured(v->store, c->profile_theirs) ? c->profile_theirs : 0,
		.missing = order_missing(&heard), .broken_ms = heard.broken_ms, .aside = aside_hidden(v->store, c->id),
		.since_ms = c->created_ms, .address = slice_str(address), .name = contacts_shown_name(c),
		.greeting = slice_str(c->greeting), .read = reading.read,
		.unread = reading_unread(v->store, c->id, reading.read),
		.unread_first = reading_first(v->store, c->id, reading.read),
		.draft = utf8_cut(draft.text, MAX_PREVIEW), .reach = (u8)reach.what, .reach_ms = reach.since_ms,
		.seen_ms = reach.seen_ms, .cover = c->cover);
	add_last(v, &out.contact, &last);
	add_terms(v, &out.contact);
	out.contact.shelf = shelf_get(v->store, c->id, out.contact.last_ordinal);
	vault_send(v, ROLE_WEB, &out);
	wipe(&last, sizeof last);
	wipe(room, sizeof room);
}

void tell_own(struct vault *v, u32 req, const struct identity *i)
{
	char address[ONION_ADDR_CAP];
	onion_addr_encode(&i->onion, true, address);
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, own, .identity = i->id, .strangers = i->strangers, .listed = i->listed,
	                    .unaware = gates_unaware(v->store, i->id), .seq = i->pq.seq,
	                    .picture = i->pictured ? i->profile : 0, .rotated_ms = i->rotated_ms,
	                    .address = slice_str(address), .name = slice_str(i->name)));
}

void tell_invite(struct vault *v, u32 req, const struct invite *i)
{
	char text[INVITE_TEXT_CAP] = "";
	const struct identity *own = identities_find(v->ids, i->identity);
	if (i->state == INVITE_OPEN) {
		struct invite_text t = {
			.onion = own->onion, .secret = i->secret, .expiry = (u32)(i->expires_ms / 86400000)};
		memcpy(t.pqfp, i->pqfp, sizeof t.pqfp);
		invite_text_encode(&t, text);
		wipe(&t, sizeof t);
	}
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, invite, .invite = i->id, .identity = i->identity, .state = (u8)i->state,
	                    .contact = i->contact, .created_ms = i->created_ms, .expires_ms = i->expires_ms,
	                    .label = slice_str(i->label), .text = slice_str(text)));
	wipe(text, sizeof text);
}

void tell_tor(struct vault *v, u32 req)
{
	const struct ipc_tor_state *t = &v->tor.m;
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, tor_state_now, .phase = t->phase, .progress = t->progress, .since_ms = t->since_ms,
	                    .skew_s = t->skew_s, .tag = t->tag, .summary = t->summary, .warning = t->warning));
}

void tell_tor_up(struct vault *v)
{
	bool up = v->tor.m.phase == TOR_PUBLISHING || v->tor.m.phase == TOR_REACHABLE;
	vault_send(v, ROLE_NET, &IPC_MSG(0, tor_up, .up = up));
}

/* The invitation with which the contact is dialled, without its secret. */
static void add_invite(struct vault *v, const struct contact *c, struct ipc_peer *out)
{
	struct invite_held held;
	if (invites_held(v->store, c->id, &held) && !held.is_refused) {
		out->invited = 1;
		invites_id(&held.secret, out->inv_id);
		memcpy(out->pqfp, held.pqfp, sizeof out->pqfp);
	}
	wipe(&held, sizeof held);
}

static void add_knock(struct vault *v, const struct contact *c, struct ipc_peer *out)
{
	struct cont_pair pair;
	struct knock_keys keys;
	continuity_load(v->store, c->id, &pair);
	cont_knock(&pair, &keys);
	out->knocks = (u8)keys.has;
	memcpy(out->knock_cur, keys.key[0], sizeof out->knock_cur);
	memcpy(out->knock_prev, keys.key[1], sizeof out->knock_prev);
	wipe(&pair, sizeof pair);
	wipe(&keys, sizeof keys);
}

void tell_peer(struct vault *v, const struct contact *c)
{
	if (c->state == CONTACT_REJECTED || c->state == CONTACT_BLOCKED) {
		vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = c->id));
		return;
	}
	struct pq_identity pin = {0};
	struct ipc_msg out = IPC_MSG(0, peer, .contact = c->id, .identity = c->identity,
	                             .dial = c->state == CONTACT_REQUEST_SENT || c->state == CONTACT_ACCEPTED,
	                             .pinned = contacts_pin(v->store, c->id, &pin));
	struct reach reach;
	reach_get(v, c->id, &reach);
	out.peer.seen_ms = reach.seen_ms;
	out.peer.seq = pin.seq;
	memcpy(out.peer.onion, c->onion.b, sizeof out.peer.onion);
	memcpy(out.peer.pk, pin.pk, sizeof out.peer.pk);
	memcpy(out.peer.next, pin.next, sizeof out.peer.next);
	add_invite(v, c, &out.peer);
	add_knock(v, c, &out.peer);
	struct onion_pub gate = {{0}};
	out.peer.has_gate = c->state == CONTACT_ACCEPTED && gates_theirs(v->store, c->id, &gate);
	memcpy(out.peer.gate, gate.b, sizeof out.peer.gate);
	vault_send(v, ROLE_NET, &out);
	wipe(&out, sizeof out);
}

void tell_net_identity(struct vault *v, const struct identity *i)
{
	struct ipc_msg out = IPC_MSG(0, identity, .identity = i->id, .slot = slots_of(&v->slots, v->ids, i->id),
	                             .listed = i->listed, .seq = i->pq.seq);
	memcpy(out.identity.onion, i->onion.b, sizeof out.identity.onion);
	memcpy(out.identity.pk, i->pq.pk, sizeof out.identity.pk);
	memcpy(out.identity.next, i->pq.next, sizeof out.identity.next);
	vault_send(v, ROLE_NET, &out);
}

void tell_net_all(struct vault *v)
{
	for (size_t i = 0; i < v->ids->n; i++)
		tell_net_identity(v, v->ids->all[i]);
	tell_tor_up(v);
	if (!v->has[ROLE_NET])
		return;
	struct contact c = {0};
	while (contacts_after(v->store, c.id, &c))
		if (c.state != CONTACT_REJECTED && c.state != CONTACT_BLOCKED)
			tell_peer(v, &c);
}

void tell_onion_all(struct vault *v)
{
	for (size_t i = 0; i < v->ids->n; i++)
		gates_tell(v, v->ids->all[i]);
}

void tell_changed(struct vault *v, const struct contact *c)
{
	tell_peer(v, c);
	tell_contact(v, 0, c);
}
