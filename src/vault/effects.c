#include "vault/effects.h"

/* A statement with the row and one number. */
static void set(struct store *s, enum store_sql which, u64 row, u64 value)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)row);
	query_int(&q, (i64)value);
	query_run(&q);
}

/* A statement with the row only. */
static void run(struct store *s, enum store_sql which, u64 row)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)row);
	query_run(&q);
}

/* What was said about the message, some of it: how much. */
static size_t expire_about(struct store *s, u64 row)
{
	static const enum store_sql all[] = {sql_message_expire_edits, sql_message_expire_reactions,
	                                     sql_message_expire_deletions};
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(all) && n < EXPIRE_BATCH; i++) {
		struct query q = store_query(s, all[i]);
		query_int(&q, (i64)row);
		query_int(&q, (i64)(EXPIRE_BATCH - n));
		n += (size_t)query_run(&q);
	}
	return n;
}

/* Likewise its edits only. */
static size_t erase_edits(struct store *s, u64 row, enum item_gone why)
{
	struct query q = store_query(s, sql_message_erase_edits);
	query_int(&q, (i64)row);
	query_int(&q, why);
	query_int(&q, EXPIRE_BATCH);
	return (size_t)query_run(&q);
}

size_t effects_erase_rest(struct store *s, u64 row, enum item_gone why)
{
	size_t n = why == GONE_EXPIRED ? expire_about(s, row) : erase_edits(s, row, why);
	if (n < EXPIRE_BATCH)
		run(s, sql_message_not_due, row);
	else
		set(s, sql_message_set_due, row, 1);
	store_erases(s);
	return n;
}

/* The message before its edits: what the search index forgets is what it says until then. */
size_t effects_erase(struct store *s, const struct message *m, enum item_gone why)
{
	if (why == GONE_EXPIRED) {
		run(s, sql_message_expire, m->row);
		return 1 + effects_erase_rest(s, m->row, why);
	}
	set(s, sql_message_erase, m->row, why);
	set(s, sql_message_erase_edit, m->latest, why);
	set(s, sql_message_erase_edits_waiting, m->row, why); /* of these an outbox has no more than it holds */
	for (size_t i = 0; i < 2; i++) {
		u64 reaction = i == 0 ? m->react_mine : m->react_theirs;
		if (reaction)
			set(s, sql_message_erase, reaction, why);
	}
	return 1 + effects_erase_rest(s, m->row, why);
}

/* Whether m comes behind what took its place already. */
static bool is_late(struct store *s, u64 present, const struct message *m)
{
	struct message p;
	return present && messages_get(s, present, &p) && p.seq > m->seq;
}

static void react(struct store *s, const struct message *target, const struct message *m, const struct item_body *body)
{
	u64 before = m->mine ? target->react_mine : target->react_theirs;
	if (target->gone == GONE_EXPIRED)
		effects_erase(s, m, GONE_EXPIRED);
	else if (target->gone != GONE_NOT || is_late(s, before, m))
		set(s, sql_message_erase, m->row, GONE_FOR_ALL); /* nobody will ever see it */
	if (target->gone != GONE_NOT || is_late(s, before, m))
		return;
	if (before) {
		set(s, sql_message_erase, before, GONE_FOR_ALL);
		store_erases(s);
	}
	set(s, m->mine ? sql_message_set_react_mine : sql_message_set_react_theirs, target->row,
	    body->text.n ? m->row : 0);
}

/* PROTO 4.5.14: "The one with the highest number takes the place of the others, which are erased on both sides; one that
 * comes late does nothing." */
static void profile(struct store *s, const struct message *m, const struct item_body *body)
{
	struct contact c;
	if (!contacts_get(s, m->contact, &c))
		return;
	u64 before = m->mine ? c.profile_mine : c.profile_theirs;
	bool late = is_late(s, before, m);
	if (before || late) {
		set(s, sql_message_erase, late ? m->row : before, GONE_FOR_ALL);
		store_erases(s);
	}
	if (late)
		return;
	set(s, m->mine ? sql_contact_set_profile_mine : sql_contact_set_profile_theirs, c.id, m->row);
	/* PROTO 4.5.14: "The name of the other side is the one that was said last, by a HELLO when it comes or by a PROFILE" */
	if (!m->mine)
		contacts_set_their_name(s, &c, body->name);
}

static bool has_words(const struct message *m)
{
	return m->kind == ITEM_TEXT || m->kind == ITEM_REPLY;
}

void effects_apply(struct store *s, struct message *m)
{
	struct item_body body;
	struct message target;
	if (m->gone != GONE_NOT || item_body_decode(m->kind, slice_of(m->body, m->n), &body) != OK)
		return;
	if (m->kind == ITEM_PROFILE)
		profile(s, m, &body);
	bool changes = m->kind == ITEM_EDIT || m->kind == ITEM_DELETE;
	if (!changes && m->kind != ITEM_REPLY && m->kind != ITEM_REACTION)
		return;
	/* PROTO 4.5.6: "EDIT and DELETE name an item of their own author" */
	if (!messages_find(s, m->contact, m->mine != body.of_reader, &body.target, &target) || target.ordinal == 0) {
		if (m->kind != ITEM_REPLY)
			set(s, sql_message_erase, m->row, GONE_FOR_ALL); /* nobody will ever see it */
		return;
	}
	m->target = target.row;
	set(s, sql_message_set_target, m->row, target.row);
	if (m->kind == ITEM_REACTION)
		react(s, &target, m, &body);
	if (!changes)
		return;
	if (target.gone == GONE_EXPIRED) {
		effects_erase(s, m, GONE_EXPIRED);
		return;
	}
	/* PROTO 4.5.6: "A TERMS is neither edited nor erased" */
	if (target.gone == GONE_FOR_ALL || target.kind == ITEM_TERMS || (m->kind == ITEM_EDIT && !has_words(&target))) {
		if (m->kind == ITEM_EDIT)
			set(s, sql_message_erase, m->row, GONE_FOR_ALL);
		return;
	}
	if (m->kind == ITEM_EDIT && is_late(s, target.latest, m))
		return;
	set(s, sql_message_set_latest, target.row, m->row);
	if (m->kind == ITEM_DELETE)
		effects_erase(s, &target, GONE_FOR_ALL);
	else if (target.gone != GONE_NOT)
		effects_erase(s, m, target.gone);
}

bool effects_pictured(struct store *s, u64 row)
{
	if (row == 0)
		return false;
	struct query q = store_query(s, sql_message_has_picture);
	query_int(&q, (i64)row);
	return query_take_int(&q) != 0;
}

bool effects_shown(struct store *s, const struct message *m, struct message *ret)
{
	if (m->ordinal) {
		*ret = *m;
		return true;
	}
	return m->target && messages_get(s, m->target, ret);
}

bool effects_edit(struct store *s, const struct message *m, struct message *ret)
{
	return m->latest && messages_get(s, m->latest, ret) && ret->kind == ITEM_EDIT && ret->gone == GONE_NOT;
}

struct slice effects_emoji(struct store *s, u64 row, struct message *room)
{
	return row && messages_get(s, row, room) ? messages_text(room) : slice_of(NULL, 0);
}
