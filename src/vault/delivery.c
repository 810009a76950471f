#include "vault/delivery.h"

#include "os/fault.h"
#include "peer/link.h"
#include "peer/record.h"
#include "vault/aside.h"
#include "vault/chain.h"
#include "vault/clock.h"
#include "vault/cover.h"
#include "vault/effects.h"
#include "vault/expiry.h"
#include "vault/gates.h"
#include "vault/marks.h"
#include "vault/order.h"
#include "vault/profile.h"
#include "vault/reach.h"
#include "vault/receive.h"
#include "vault/restored.h"
#include "vault/tell.h"
#include "vault/trust.h"
#include "vault/typing.h"

static void send_record(struct vault *v, u32 link, u8 type, struct slice payload)
{
	vault_send(v, ROLE_NET, &IPC_MSG(0, record_out, .link = link, .type = type, .payload = payload));
}

static void say_hello(struct vault *v, struct flow_link *l, const struct contact *c)
{
	u8 room[PEER_MSG_MAX];
	const struct peer_hello hello = {
		.name = slice_str(identities_find(v->ids, c->identity)->name),
		.greeting = c->state == CONTACT_REQUEST_SENT ? slice_str(c->greeting) : slice_of(NULL, 0),
	};
	size_t n = peer_hello_encode(&hello, room, sizeof room);
	if (n == 0) {
		v->bug = true;
		return;
	}
	l->hello_sent = true;
	send_record(v, l->link, RECORD_HELLO, slice_of(room, n));
}

static void say_sync(struct vault *v, struct flow_link *l, const struct contact *c)
{
	u8 room[PEER_MSG_MAX];
	struct peer_sync sync;
	order_sync(v->store, c->id, &sync);
	l->sync_sent = true;
	send_record(v, l->link, RECORD_SYNC, slice_of(room, peer_sync_encode(&sync, room, sizeof room)));
}

void delivery_greet(struct vault *v, const struct contact *c)
{
	struct flow_link *l = flow_newest(&v->flows, c->id, false);
	if (!l)
		return;
	if (!l->hello_sent && (c->state == CONTACT_REQUEST_SENT || c->state == CONTACT_ACCEPTED))
		say_hello(v, l, c);
	/* PROTO 4.5.4: "as soon as the side takes the other for accepted" */
	if (!l->sync_sent && c->state == CONTACT_ACCEPTED)
		say_sync(v, l, c);
	gates_say(v, l, c);
}

/* Puts the outbox on the newest link, from its first item, when that link is not the one in use. What was under way
 * on another link goes again: its acknowledgement may be lost, and the order of a link is the order of the items.
 * Gives up to which number messages were shown as sent before. */
static u64 choose_link(struct vault *v, struct flow *f)
{
	u64 shown = f->live ? f->sent_seq : 0;
	const struct flow_link *l = flow_newest(&v->flows, f->contact, true);
	if (!l || !f->live || f->link != l->link) {
		f->live = l != NULL;
		f->link = l ? l->link : 0;
		f->sent_seq = 0;
		f->in_flight = 0;
	}
	return shown;
}

static bool send_item(struct vault *v, u32 link, struct message *m)
{
	u8 room[PEER_MSG_MAX], body[MAX_BODY];
	struct peer_item item;
	order_item(v->store, m, body, &item);
	size_t n = peer_item_encode(&item, room, sizeof room);
	if (n)
		send_record(v, link, RECORD_DATA, slice_of(room, n));
	wipe(room, sizeof room);
	return n != 0;
}

/* What the other side said on its newest link about what it has is acted upon before anything goes there. What it leaves
 * goes again, and is dropped there: so many are enough. */
static void catch_up(struct vault *v, const struct contact *c)
{
	struct flow_link *l = flow_newest(&v->flows, c->id, true);
	struct message m;
	if (!l || l->sync_done)
		return;
	l->sync_done = true;
	struct contact now = *c;
	restored_synced(v->store, &now, &l->sync);
	for (unsigned i = 0; i < 2 * SEND_WINDOW && order_synced(v->store, c->id, &l->sync, &m); i++) {
		expiry_delivered(v->store, &m, clock_now_ms(v));
		tell_message(v, 0, false, &m);
	}
}

void delivery_pump(struct vault *v, const struct contact *c)
{
	if (c->state != CONTACT_ACCEPTED || c->key_changed || v->receive)
		return; /* what is to go out is in the database */
	catch_up(v, c);
	struct flow *f = flow_of(&v->flows, c->id);
	u64 shown = choose_link(v, f);
	struct message m;
	cover_plan(v, c);
	while (f->live && f->in_flight < SEND_WINDOW && messages_outbox_after(v->store, c->id, f->sent_seq, &m)) {
		if (!send_item(v, f->link, &m)) {
			v->bug = true;
			break;
		}
		f->sent_seq = m.seq;
		f->in_flight++;
		if (m.seq > shown)
			tell_message(v, 0, false, &m);
	}
}

/* The link that carried the contact's messages is gone and no other took over: what it carried waits again. */
static void tell_waiting(struct vault *v, u64 contact, u64 up_to)
{
	struct message m = {0};
	while (messages_outbox_after(v->store, contact, m.seq, &m) && m.seq <= up_to)
		tell_message(v, 0, false, &m);
}

void delivery_accepted(struct vault *v, struct contact *c)
{
	contacts_set_state(v->store, c, CONTACT_ACCEPTED);
	tell_changed(v, c);
	profile_catch_up(v, c);
	delivery_greet(v, c);
	delivery_pump(v, c);
}

/* Takes one link or all of them away from the contact and sees to what they carried. */
static void links_gone(struct vault *v, const struct contact *c)
{
	delivery_greet(v, c); /* the other side may have heard it only on the one that is gone */
	struct flow *f = flow_of(&v->flows, c->id);
	u64 shown = choose_link(v, f);
	if (f->live)
		delivery_pump(v, c);
	else
		tell_waiting(v, c->id, shown);
	if (!flow_is_online(&v->flows, c->id)) {
		typing_over(v, c->id);
		tell_contact(v, 0, c);
	}
}

void delivery_key_changed(struct vault *v, struct contact *c)
{
	bool first = !c->key_changed;
	if (!first)
		return;
	contacts_set_key_changed(v->store, c, true);
	if (flow_is_online(&v->flows, c->id)) {
		vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = c->id));
		while (flow_is_online(&v->flows, c->id))
			flow_remove_link(&v->flows, flow_newest(&v->flows, c->id, false)->link);
		links_gone(v, c);
	}
	tell_changed(v, c);
}

void delivery_renewed(struct vault *v, const struct contact *c)
{
	const struct flow_link *l = flow_newest(&v->flows, c->id, false);
	claims_forget(&v->claims, c->id);
	if (!l)
		return;
	/* PROTO 5.2.2: "every link and every handshake that was made with the former one ends": net ends those that we do not
	 * know of yet */
	for (; l; l = flow_newest(&v->flows, c->id, false)) {
		vault_send(v, ROLE_NET, &IPC_MSG(0, link_close, .link = l->link, .reason = LINK_CLOSE_RENEW));
		flow_remove_link(&v->flows, l->link);
	}
	links_gone(v, c);
}

void delivery_all_down(struct vault *v)
{
	claims_clear(&v->claims);
	while (v->flows.n_links) {
		struct contact c;
		const struct flow_link l = v->flows.links[v->flows.n_links - 1];
		flow_remove_link(&v->flows, l.link);
		if (!flow_is_online(&v->flows, l.contact) && contacts_get(v->store, l.contact, &c))
			links_gone(v, &c);
	}
}

/* ACK or NAK; *ids is empty then. */
static void flush_ids(struct vault *v, u32 link, u8 type, struct peer_ack *ids)
{
	u8 room[PEER_MSG_MAX];
	size_t n = peer_ack_encode(ids, room, sizeof room);
	ids->count = 0;
	if (n)
		send_record(v, link, type, slice_of(room, n));
}

static void add_id(struct vault *v, u32 link, u8 type, struct peer_ack *ids, const struct msg_id *id)
{
	if (ids->count == ACK_MAX)
		flush_ids(v, link, type, ids);
	ids->ids[ids->count++] = *id;
}

/* l NULL, here and below: it comes from the inbox, and was acknowledged when it went there. */
static void acknowledge(struct vault *v, struct flow_link *l, const struct msg_id *id)
{
	if (l)
		add_id(v, l->link, RECORD_ACK, &l->acks, id);
}

static void refuse(struct vault *v, struct flow_link *l, const struct msg_id *id)
{
	if (l)
		add_id(v, l->link, RECORD_NAK, &l->naks, id);
}

void delivery_flush_acks(struct vault *v)
{
	for (size_t i = 0; i < v->flows.n_links; i++) {
		struct flow_link *l = &v->flows.links[i];
		cover_answer(v, l);
		if (l->acks.count)
			flush_ids(v, l->link, RECORD_ACK, &l->acks);
		if (l->naks.count)
			flush_ids(v, l->link, RECORD_NAK, &l->naks);
	}
}

/* What a process before this one had in hand when it died was tried once more. Counted when a link is up, or an inbox is
 * to be taken in: the disk takes something, and it is committed before any item is tried. */
void delivery_count_death(struct vault *v)
{
	struct contact c;
	struct tried t;
	u64 contact;
	if (!hand_left(&v->hand, &contact, t.hash) || !contacts_get(v->store, contact, &c))
		return;
	aside_get(v->store, c.id, &t);
	aside_try(v->store, c.id, &t, env_wall_ms(v->env));
	log_warn("this program ended over something that contact %llu sent, %u times so far", (unsigned long long)c.id,
	         t.tries);
}

/* ---- what net reports ---- */

err_t vault_on_link_up(struct vault *v, u32 req, const struct ipc_link_up *m)
{
	struct contact c;
	(void)req;
	if (!v->store || m->status == ACCEPT_INVITE_BAD)
		return OK;
	if (m->status == ACCEPT_KEY_CHANGED) {
		if (m->initiator && contacts_get(v->store, m->contact, &c))
			chain_say(v, m->link, &c);
		return OK;
	}
	if (!contacts_get(v->store, m->contact, &c) || c.state == CONTACT_REJECTED || c.state == CONTACT_BLOCKED) {
		vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = m->contact));
		return OK;
	}
	flow_add_link(&v->flows, m->link, m->contact);
	reach_up(v, m->contact);
	if (!v->receive)
		delivery_count_death(v);
	/* PROTO 5.4.4: "It ends by itself when the pinned identity shows itself again" */
	if (c.key_changed)
		trust_drop_candidate(v->store, &c);
	/* Who dials us wants to talk; whom we dialled says by the status whether he does. */
	if (c.state == CONTACT_REQUEST_SENT && (!m->initiator || m->status != ACCEPT_PENDING)) {
		delivery_accepted(v, &c);
		return OK;
	}
	tell_contact(v, 0, &c);
	profile_catch_up(v, &c);
	delivery_greet(v, &c);
	delivery_pump(v, &c);
	return OK;
}

err_t vault_on_link_down(struct vault *v, u32 req, const struct ipc_link_down *m)
{
	struct contact c;
	struct claim claim;
	(void)req;
	if (claims_take(&v->claims, m->link, &claim))
		wipe(&claim, sizeof claim);
	if (!v->store || !flow_link(&v->flows, m->link, m->contact))
		return OK;
	bool was_heard = flow_is_heard(&v->flows, m->contact);
	flow_remove_link(&v->flows, m->link);
	reach_down(v, m->contact, (enum contact_reach)m->reach, m->silent_ms);
	if (!contacts_get(v->store, m->contact, &c))
		return OK;
	links_gone(v, &c);
	/* The one that stays may be the quiet one. */
	if (was_heard && flow_is_online(&v->flows, c.id) && !flow_is_heard(&v->flows, c.id))
		tell_contact(v, 0, &c);
	return OK;
}

static err_t on_hello(struct vault *v, struct contact *c, struct flow_link *l, struct slice payload)
{
	struct peer_hello hello;
	TRY(peer_hello_decode(payload, &hello));
	/* PROTO 4.5.3: "HELLO is sent once per link and side": what a stranger can make us write and tell is bounded */
	if (l->hello_came)
		return OK;
	l->hello_came = true;
	if (v->receive) {
		receive_record(v, c->id, RECORD_HELLO, payload);
		return OK;
	}
	contacts_set_their_name(v->store, c, hello.name);
	if (c->state == CONTACT_REQUEST_RECEIVED)
		contacts_set_greeting(v->store, c, hello.greeting);
	if (c->state == CONTACT_REQUEST_SENT)
		delivery_accepted(v, c);
	else
		tell_contact(v, 0, c);
	return OK;
}

static err_t on_sync(struct vault *v, struct contact *c, struct flow_link *l, struct slice payload)
{
	struct peer_sync sync;
	TRY(peer_sync_decode(payload, &sync));
	if (l->sync_came)
		return OK;
	l->sync_came = true;
	l->sync = sync;
	gates_say(v, l, c);
	if (c->state == CONTACT_REQUEST_SENT)
		delivery_accepted(v, c);
	else
		delivery_pump(v, c);
	marks_linked(v, c);
	return OK;
}

/* ---- items ---- */

/* One that came. */
struct came {
	struct contact *c;
	struct flow_link *l; /* NULL: from the inbox */
	struct slice payload;
	u64 at_ms;
	bool tell; /* whether pages hear of it */
	struct tried t;
};

/* An item that is whole: stored, unless it is here; acknowledged. */
static err_t take_item(struct vault *v, const struct came *in)
{
	struct contact *c = in->c;
	struct peer_item item;
	struct message m;
	u64 row;
	bool gap;
	TRY(peer_item_decode(in->payload, &item));
	if (order_came(v->store, c->id, &item, in->at_ms, &row, &gap) && messages_get(v->store, row, &m)) {
		effects_apply(v->store, &m);
		if (m.kind == ITEM_TERMS)
			expiry_terms(v->store, c->id, clock_now_ms(v));
		if (m.ordinal && in->l)
			typing_over(v, c->id);
		if (in->tell)
			tell_message(v, 0, true, &m);
		gap |= m.kind == ITEM_PROFILE || m.kind == ITEM_TERMS;
	} else if (messages_find(v->store, c->id, false, &item.id, &m) && m.kind == ITEM_NONE) {
		if (item.kind != ITEM_GONE) {
			refuse(v, in->l, &item.id);
			return OK;
		}
		messages_came_gone(v->store, &m, item.body);
		if (in->tell)
			tell_message(v, 0, false, &m);
	}
	if (in->tell && gap && contacts_get(v->store, c->id, c))
		tell_contact(v, 0, c);
	acknowledge(v, in->l, &item.id);
	return OK;
}

/* PROTO 4.5.15: "What could not be processed 8 times is set aside". Nothing of its body is looked at. */
static void set_aside(struct vault *v, const struct came *in)
{
	const struct contact *c = in->c;
	struct slice payload = in->payload;
	struct peer_item item;
	struct message m;
	struct msg_id id = {0};
	u64 row;
	bool gap;
	memcpy(id.b, payload.p, MIN(payload.n, sizeof id.b));
	if (in->t.kept == ASIDE_NOT) {
		log_warn("contact %llu sent what cannot be read here; it is set aside", (unsigned long long)c->id);
		/* Should even this much have ended the program, its place is not kept either. */
		/* What was acknowledged when it came (inbox.h) will not come again: it waits here for a program that can read it. */
		struct slice kept = in->l ? slice_of(NULL, 0) : payload;
		bool is_new = in->t.tries < 2 * ASIDE_TRIES && peer_item_envelope(payload, &item) == OK &&
		              order_set_aside(v->store, c->id, &item, kept, in->at_ms, &row, &gap);
		bool has_row = messages_find(v->store, c->id, false, &id, &m);
		aside_keep(v->store, c->id, &in->t, has_row ? ASIDE_SHOWN : ASIDE_HIDDEN, &id);
		if (is_new && in->tell)
			tell_message(v, 0, true, &m);
		if (in->tell && (is_new ? gap : !has_row))
			tell_contact(v, 0, c);
	}
	if (payload.n < sizeof id.b)
		return; /* it has no name by which its author could be told */
	if (messages_find(v->store, c->id, false, &id, &m) && m.kind != ITEM_NONE)
		acknowledge(v, in->l, &id); /* another one of this name was read */
	else
		refuse(v, in->l, &id);
}

/* One item, as often as it has been tried. */
static err_t try_item(struct vault *v, struct came *in)
{
	err_t e = ERR_PEER_FORMAT;
	struct tried *t = &in->t;
	aside_get(v->store, in->c->id, t);
	if (t->tries < ASIDE_TRIES) {
		FAULT("hand.held", "vault");
		e = take_item(v, in);
		if (e == OK && t->tries)
			aside_done(v->store, in->c->id, t);
		if (e != OK)
			aside_try(v->store, in->c->id, t, env_wall_ms(v->env));
	}
	/* What is in the inbox does not come again: it is kept, and not tried any more. */
	if (e == OK || (in->l && t->tries < ASIDE_TRIES))
		return e;
	set_aside(v, in);
	return OK;
}

static err_t try_in_hand(struct vault *v, struct came *in)
{
	hand_take(&v->hand, in->c->id, in->payload, in->t.hash);
	if (in->l)
		in->at_ms = env_wall_ms(v->env);
	err_t e = try_item(v, in);
	/* What broke the program stays in hand; a disk is nothing that an item breaks. */
	if (!v->bug && store_error(v->store) != ERR_LOCAL_STORE)
		hand_put(&v->hand);
	return e;
}

/* While it is locked: what can be read goes into the inbox, unless it is known to be set aside (receive.c). */
static err_t keep_item(struct vault *v, const struct contact *c, struct flow_link *l, struct slice payload)
{
	struct peer_item item = {0};
	err_t e = peer_item_decode(payload, &item);
	memcpy(item.id.b, payload.p, MIN(payload.n, sizeof item.id.b));
	if ((e != OK || item.kind != ITEM_GONE) && payload.n >= sizeof item.id.b &&
	    aside_has(v->store, c->id, &item.id)) {
		refuse(v, l, &item.id);
		return OK;
	}
	TRY(e);
	receive_item(v, c->id, item.seq, payload);
	acknowledge(v, l, &item.id);
	return OK;
}

static err_t on_data(struct vault *v, struct contact *c, struct flow_link *l, struct slice payload)
{
	struct peer_item item;
	if (c->state != CONTACT_ACCEPTED || c->key_changed)
		/* PROTO 5.4.2: "nothing of it is taken"; not ours yet: no ACK, so it comes again */
		return peer_item_decode(payload, &item);
	if (v->receive)
		return keep_item(v, c, l, payload);
	return try_in_hand(v, &(struct came){.c = c, .l = l, .payload = payload, .tell = true});
}

void delivery_take(struct vault *v, u64 contact, u8 type, struct slice payload, u64 came_ms, bool tell)
{
	struct contact c;
	struct peer_hello hello;
	if (!contacts_get(v->store, contact, &c) || c.state != CONTACT_ACCEPTED)
		return;
	if (type == RECORD_HELLO && peer_hello_decode(payload, &hello) == OK)
		contacts_set_their_name(v->store, &c, hello.name);
	struct came in = {.c = &c, .payload = payload, .at_ms = came_ms, .tell = tell};
	if (type == RECORD_DATA && try_in_hand(v, &in) != OK)
		v->bug = true; /* without a link nothing is left to do another time */
	if (tell && contacts_get(v->store, contact, &c))
		tell_contact(v, 0, &c);
}

void delivery_resume(struct vault *v)
{
	struct contact c = {0};
	for (size_t i = 0; i < v->flows.n_flows; i++)
		v->flows.flows[i].live = false;
	while (contacts_after(v->store, c.id, &c)) {
		if (!flow_is_online(&v->flows, c.id))
			continue;
		profile_catch_up(v, &c);
		delivery_greet(v, &c);
		delivery_pump(v, &c);
		marks_linked(v, &c);
	}
}

/* ACK or NAK: what becomes of items of ours that wait. */
static err_t on_answer(struct vault *v, struct contact *c, struct slice payload, bool taken)
{
	struct peer_ack ack;
	struct message m;
	TRY(peer_ack_decode(payload, &ack));
	if (c->state != CONTACT_ACCEPTED || (!taken && c->key_changed))
		return OK; /* was sent nothing: no reason to search */
	struct flow *f = flow_of(&v->flows, c->id);
	for (size_t i = 0; i < ack.count; i++) {
		/* PROTO 4.5.15: "What was delivered stays so, and what has failed is not delivered by an ACK or SYNC that comes
		 * later." */
		if (!messages_find(v->store, c->id, true, &ack.ids[i], &m) || m.state != MESSAGE_WAITING)
			continue;
		if (f->live && m.seq <= f->sent_seq && f->in_flight)
			f->in_flight--;
		if (taken) {
			messages_delivered(v->store, &m);
			expiry_delivered(v->store, &m, clock_now_ms(v));
		} else {
			messages_failed(v->store, &m);
			expiry_delivered(v->store, &m, clock_now_ms(v)); /* what an edit of it held up goes on */
			if (m.kind == ITEM_TERMS) {
				expiry_terms(v->store, c->id, clock_now_ms(v));
				tell_contact(v, 0, c);
			}
		}
		tell_message(v, 0, false, &m);
	}
	delivery_pump(v, c);
	return OK;
}

err_t vault_on_record_in(struct vault *v, u32 req, const struct ipc_record_in *m)
{
	struct contact c;
	(void)req;
	if (!v->store)
		return OK;
	if (m->type == RECORD_ROTCHAIN) {
		if (contacts_get(v->store, m->contact, &c))
			chain_came(v, m->link, &c, m->payload);
		return OK;
	}
	struct flow_link *l = flow_link(&v->flows, m->link, m->contact);
	if (!l || !contacts_get(v->store, m->contact, &c))
		return OK;
	err_t e = OK;
	if (m->type == RECORD_HELLO)
		e = on_hello(v, &c, l, m->payload);
	else if (m->type == RECORD_SYNC)
		e = on_sync(v, &c, l, m->payload);
	else if (m->type == RECORD_DATA)
		e = on_data(v, &c, l, m->payload);
	else if (m->type == RECORD_ACK || m->type == RECORD_NAK)
		e = on_answer(v, &c, m->payload, m->type == RECORD_ACK);
	else if (m->type == RECORD_READ)
		e = marks_came(v, &c, m->payload);
	else if (m->type == RECORD_TYPING)
		e = typing_came(v, &c, l, m->payload);
	else if (m->type == RECORD_ADDRESS)
		e = gates_came(v, &c, l, m->payload);
	else if (m->type == RECORD_COVER)
		cover_came(v, &c, l);
	if (e == OK)
		return OK;
	/* PROTO 4.5.1: "A payload that breaks these rules ends the link" */
	log_warn("contact %llu sent a record of type %u that is %s", (unsigned long long)c.id, m->type, err_text(e));
	vault_send(v, ROLE_NET, &IPC_MSG(0, link_close, .link = m->link, .reason = LINK_CLOSE_DONE));
	return vault_on_link_down(v, 0, &(struct ipc_link_down){.link = m->link, .contact = m->contact});
}
