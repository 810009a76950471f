/* What a logged-in person asks about messages: write, answer, react, edit, delete, list. */
#include "vault/people_items.h"
#include "base/utf8.h"
#include "vault/delivery.h"
#include "vault/drafts.h"
#include "vault/effects.h"
#include "vault/expiry.h"
#include "vault/order.h"
#include "vault/reach.h"
#include "vault/tell.h"
#include "vault/terms.h"

err_t items_may_write(struct vault *v, u64 contact, struct contact *ret)
{
	if (!contacts_get(v->store, contact, ret))
		return ERR_LOCAL_MISSING;
	if (ret->state != CONTACT_ACCEPTED && ret->state != CONTACT_REQUEST_SENT)
		return ERR_PEER_POLICY;
	return messages_outbox_count(v->store, contact) < MAX_OUTBOX ? OK : ERR_PEER_LIMIT;
}

/* The message that a request names. */
static err_t find(struct vault *v, u64 contact, u64 ordinal, struct message *ret)
{
	struct contact c;
	return ordinal && contacts_get(v->store, contact, &c) && messages_at(v->store, contact, ordinal, ret)
	               ? OK
	               : ERR_LOCAL_MISSING;
}

/* Likewise about one that is there. */
static err_t may_change(struct vault *v, u64 contact, u64 ordinal, struct contact *ret, struct message *ret_m)
{
	TRY(items_may_write(v, contact, ret));
	TRY(find(v, contact, ordinal, ret_m));
	bool has_words = ret_m->gone == GONE_NOT && ret_m->kind != ITEM_NONE && ret_m->kind != ITEM_TERMS;
	return has_words ? OK : ERR_PEER_POLICY;
}

/* PROTO 4.5.11: "in a TEXT, REPLY or EDIT what was in force (4.5.10) when it was written" */
static bool can_vanish(u8 kind)
{
	return kind == ITEM_TEXT || kind == ITEM_REPLY || kind == ITEM_EDIT;
}

err_t items_write(struct vault *v, u32 req, struct contact *c, struct peer_item *item)
{
	struct message m;
	env_random(v->env, item->salt, sizeof item->salt);
	item->vanish = can_vanish(item->kind) ? terms_in_force(v->store, c->id).vanish : 0;
	u64 row = order_write(v->store, c, item);
	if (row == 0 || !messages_get(v->store, row, &m))
		return c->out_seq >= ITEM_SEQ_MAX ? ERR_PEER_LIMIT : ERR_LOCAL_STORE;
	effects_apply(v->store, &m);
	if (m.kind == ITEM_EDIT || m.kind == ITEM_DELETE)
		expiry_changed(v->store, &m);
	tell_message(v, 0, true, &m);
	delivery_pump(v, c);
	if (req)
		tell_message(v, req, true, &m);
	reach_hurry(v, c->id);
	return OK;
}

/* An item of ours about another. */
static err_t write_about(struct vault *v, u32 req, struct contact *c, u8 kind, const struct message *target,
                         struct slice text)
{
	u8 room[MAX_BODY];
	struct peer_item item = {.time_ms = env_wall_ms(v->env), .kind = kind};
	const struct item_body body = {.of_reader = !target->mine, .target = target->id, .text = text};
	item.body = slice_of(room, item_body_encode(kind, &body, room, sizeof room));
	if (item.body.n == 0)
		return ERR_PEER_FORMAT;
	env_random(v->env, item.id.b, sizeof item.id.b);
	return items_write(v, req, c, &item);
}

err_t vault_on_message_send(struct vault *v, u32 req, const struct ipc_message_send *m)
{
	struct contact c;
	struct message msg, target;
	u8 room[MAX_BODY];
	struct peer_item item = {.time_ms = env_wall_ms(v->env), .kind = m->reply ? ITEM_REPLY : ITEM_TEXT};
	struct item_body body = {.text = m->text};
	memcpy(item.id.b, m->id, sizeof item.id.b);
	if (contacts_get(v->store, m->contact, &c) && messages_find(v->store, c.id, true, &item.id, &msg)) {
		tell_message(v, req, false, &msg);
		return OK;
	}
	TRY(items_may_write(v, m->contact, &c));
	if (m->reply) {
		TRY(find(v, c.id, m->reply, &target));
		body.of_reader = !target.mine;
		body.target = target.id;
	}
	item.body = slice_of(room, item_body_encode(item.kind, &body, room, sizeof room));
	if (item.body.n == 0)
		return ERR_PEER_FORMAT;
	TRY(items_write(v, req, &c, &item));
	/* In the same commit: what was sent is not there to be sent again. */
	if (drafts_sent(v->store, c.id, m->reply, m->text))
		tell_contact(v, 0, &c);
	return OK;
}

err_t vault_on_message_react(struct vault *v, u32 req, const struct ipc_message_react *m)
{
	struct contact c;
	struct message target, now;
	TRY(may_change(v, m->contact, m->ordinal, &c, &target));
	if (slice_eq(m->emoji, effects_emoji(v->store, target.react_mine, &now))) {
		tell_message(v, req, false, &target);
		return OK;
	}
	return write_about(v, req, &c, ITEM_REACTION, &target, m->emoji);
}

err_t vault_on_message_edit(struct vault *v, u32 req, const struct ipc_message_edit *m)
{
	struct contact c;
	struct message target;
	TRY(may_change(v, m->contact, m->ordinal, &c, &target));
	if (!target.mine || (target.kind != ITEM_TEXT && target.kind != ITEM_REPLY))
		return ERR_PEER_POLICY;
	TRY(write_about(v, req, &c, ITEM_EDIT, &target, m->text));
	if (drafts_edited(v->store, c.id, m->ordinal))
		tell_contact(v, 0, &c);
	return OK;
}

static err_t delete_here(struct vault *v, u32 req, u64 contact, u64 ordinal)
{
	struct message m, edit;
	TRY(find(v, contact, ordinal, &m));
	/* What waits would never get there, and nobody would know. */
	if (m.kind == ITEM_TERMS || m.gone == GONE_EXPIRED || m.state == MESSAGE_WAITING ||
	    (m.latest && messages_get(v->store, m.latest, &edit) && edit.state == MESSAGE_WAITING))
		return ERR_PEER_POLICY;
	effects_erase(v->store, &m, GONE_FOR_US);
	tell_message(v, 0, false, &(struct message){.target = m.row});
	tell_message(v, req, false, &(struct message){.target = m.row});
	return OK;
}

err_t vault_on_message_delete(struct vault *v, u32 req, const struct ipc_message_delete *m)
{
	struct contact c;
	struct message target;
	if (!m->for_all)
		return delete_here(v, req, m->contact, m->ordinal);
	TRY(may_change(v, m->contact, m->ordinal, &c, &target));
	return target.mine ? write_about(v, req, &c, ITEM_DELETE, &target, slice_of(NULL, 0)) : ERR_PEER_POLICY;
}

static void tell_words(struct vault *v, u32 req, const struct message *m)
{
	vault_send(v, ROLE_WEB, &IPC_MSG(req, message_words, .time_ms = m->time_ms, .text = messages_text(m)));
}

err_t vault_on_message_history(struct vault *v, u32 req, const struct ipc_message_history *m)
{
	struct message msg;
	TRY(find(v, m->contact, m->ordinal, &msg));
	if (msg.gone == GONE_NOT) {
		struct message edit;
		struct query q = messages_edits(v->store, msg.row, LIST_PAGE - 1);
		while (messages_next(&q, &edit))
			tell_words(v, req, &edit);
		tell_words(v, req, &msg);
	}
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}

err_t vault_on_messages_list(struct vault *v, u32 req, const struct ipc_messages_list *m)
{
	struct contact c;
	struct message msg;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	u64 end = messages_max(v->store, c.id) + 1;
	u64 hi = m->before == 0 || m->before > end ? end : m->before;
	u64 limit = m->limit == 0 || m->limit > LIST_PAGE ? LIST_PAGE : m->limit;
	u64 lo = hi > limit ? hi - limit : 1;
	struct query q = messages_page(v->store, c.id, lo, hi);
	while (messages_next(&q, &msg))
		tell_message(v, req, false, &msg);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = lo > 1));
	return OK;
}
