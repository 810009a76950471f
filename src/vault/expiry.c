#include "vault/expiry.h"

#include "vault/effects.h"
#include "vault/terms.h"

#define DAY_MS 86400000ull

/* A statement with one or two numbers. */
static void run(struct store *s, enum store_sql which, u64 a, u64 b)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)a);
	query_int(&q, (i64)b);
	query_run(&q);
}

static u64 number(struct store *s, enum store_sql which)
{
	struct query q = store_query(s, which);
	return query_take_int(&q);
}

/* ---- clocks begin ---- */

/* Those from one ordinal to another. */
static void begin(struct store *s, u64 contact, u64 from_ordinal, u64 to_ordinal, u64 now_ms)
{
	struct query q = store_query(s, sql_clock_read);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)from_ordinal);
	query_int(&q, (i64)to_ordinal);
	query_int(&q, (i64)now_ms);
	query_run(&q);
	run(s, sql_keep_look, contact, now_ms);
}

/* The rows of those that vanish and whose clocks are about to begin. */
static size_t to_begin(struct store *s, u64 contact, u64 from_ordinal, u64 to_ordinal,
                       u64 ret_rows[static EXPIRE_BATCH])
{
	size_t n = 0;
	struct query q = store_query(s, sql_clock_to_read);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)from_ordinal);
	query_int(&q, (i64)to_ordinal);
	while (n < EXPIRE_BATCH && query_row(&q))
		ret_rows[n++] = (u64)query_get_int(&q, 0);
	query_end(&q);
	return n;
}

size_t expiry_read(struct store *s, u64 contact, u64 from_ordinal, u64 to_ordinal, u64 now_ms,
                   u64 ret_rows[static EXPIRE_BATCH])
{
	u64 at = to_ordinal >= EXPIRE_BATCH ? MAX(from_ordinal, to_ordinal + 1 - EXPIRE_BATCH) : from_ordinal;
	size_t n = to_begin(s, contact, at, to_ordinal, ret_rows);
	begin(s, contact, at, to_ordinal, now_ms);
	struct query q = store_query(s, sql_clock_reading);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)at);
	query_int(&q, (i64)to_ordinal);
	query_int(&q, (i64)now_ms);
	query_run(&q);
	return n;
}

bool expiry_begins(struct store *s)
{
	struct query q = store_query(s, sql_clock_next);
	return query_take_int(&q) != 0;
}

void expiry_begin_more(struct store *s, u64 now_ms)
{
	struct query q = store_query(s, sql_clock_next);
	bool any = query_row(&q);
	u64 contact = any ? (u64)query_get_int(&q, 0) : 0, begun = any ? (u64)query_get_int(&q, 1) : 0,
	    read = any ? (u64)query_get_int(&q, 2) : 0, read_ms = any ? (u64)query_get_int(&q, 3) : 0;
	query_end(&q);
	if (!any)
		return;
	u64 to = MIN(begun + EXPIRE_BATCH, read);
	begin(s, contact, begun + 1, to, read_ms && read_ms < now_ms ? read_ms : now_ms);
	run(s, sql_clock_begun, contact, to);
}

static bool has_changes_waiting(struct store *s, u64 row)
{
	struct query q = store_query(s, sql_changes_waiting);
	query_int(&q, (i64)row);
	return query_take_int(&q) != 0;
}

void expiry_delivered(struct store *s, const struct message *m, u64 now_ms)
{
	struct message shown;
	if (m->kind == ITEM_REACTION || !effects_shown(s, m, &shown) || !shown.mine)
		return;
	/* PROTO 4.5.11: "never while it, or an EDIT of it, waits to be delivered" */
	if (shown.state == MESSAGE_WAITING || has_changes_waiting(s, shown.row))
		return;
	run(s, sql_clock_start, shown.row, now_ms);
	run(s, sql_keep_look, m->contact, now_ms);
}

void expiry_changed(struct store *s, const struct message *change)
{
	struct query q = store_query(s, sql_clock_stop);
	query_int(&q, (i64)change->target);
	query_run(&q);
}

void expiry_terms(struct store *s, u64 contact, u64 now_ms)
{
	u32 agreed = terms_in_force(s, contact).keep, own = terms_retention(s, contact);
	struct query q = store_query(s, sql_keep_set);
	query_int(&q, (i64)contact);
	query_int(&q, agreed == 0 ? own : own == 0 ? agreed : MIN(agreed, own));
	query_int(&q, (i64)now_ms);
	query_run(&q);
}

/* ---- what is due ---- */

u64 expiry_next_vanish(struct store *s)
{
	return number(s, sql_expire_next);
}

u64 expiry_next_keep(struct store *s)
{
	return number(s, sql_keep_next);
}

struct erased {
	u64 *rows;
	size_t n;    /* of the messages */
	size_t left; /* items that this turn may touch yet; each look at a conversation takes one, too */
};

static void take(struct erased *e, size_t n)
{
	e->left -= MIN(n, e->left);
}

static void erase(struct store *s, const struct message *m, struct erased *e)
{
	take(e, effects_erase(s, m, GONE_EXPIRED));
	e->rows[e->n++] = m->row;
}

static void sweep_vanish(struct store *s, u64 now_ms, struct erased *e)
{
	struct message m;
	while (e->left > 0) {
		struct query q = store_query(s, sql_expire_due);
		query_int(&q, (i64)now_ms);
		if (!messages_take(&q, &m))
			break;
		if (m.gone == GONE_NOT)
			erase(s, &m, e);
		else
			take(e, MAX(effects_erase_rest(s, m.row, m.gone), 1));
	}
}

/* Gives when there is more to do: now, later, or 0 for when something happens. */
static u64 sweep_one(struct store *s, u64 contact, u64 days, u64 now_ms, struct erased *e)
{
	struct message m;
	for (take(e, 1); e->left > 0; erase(s, &m, e)) {
		struct query q = store_query(s, sql_keep_first);
		query_int(&q, (i64)contact);
		if (!messages_take(&q, &m))
			return 0;
		if (m.from_ms + days * DAY_MS > now_ms)
			return m.from_ms + days * DAY_MS;
	}
	return now_ms;
}

static bool next_kept(struct store *s, u64 now_ms, u64 *ret_contact, u64 *ret_days)
{
	struct query q = store_query(s, sql_keep_due);
	query_int(&q, (i64)now_ms);
	bool found = query_row(&q);
	if (found) {
		*ret_contact = (u64)query_get_int(&q, 0);
		*ret_days = (u64)query_get_int(&q, 1);
	}
	query_end(&q);
	return found;
}

static void sweep_keep(struct store *s, u64 now_ms, struct erased *e)
{
	u64 contact, days;
	while (e->left > 0 && next_kept(s, now_ms, &contact, &days))
		run(s, sql_keep_swept, contact, sweep_one(s, contact, days, now_ms, e));
}

size_t expiry_sweep(struct store *s, u64 now_ms, bool may_keep, u64 ret_rows[static EXPIRE_BATCH])
{
	struct erased e = {.rows = ret_rows, .left = EXPIRE_BATCH};
	sweep_vanish(s, now_ms, &e);
	if (may_keep)
		sweep_keep(s, now_ms, &e);
	return e.n;
}

bool expiry_back(struct store *s, u64 now_ms)
{
	u64 rows[EXPIRE_BATCH];
	size_t n = 0;
	struct query q = store_query(s, sql_clock_ahead);
	query_int(&q, (i64)now_ms);
	query_int(&q, EXPIRE_BATCH);
	while (n < EXPIRE_BATCH && query_row(&q))
		rows[n++] = (u64)query_get_int(&q, 0);
	query_end(&q);
	for (size_t i = 0; i < n; i++)
		run(s, sql_clock_start, rows[i], now_ms);
	q = store_query(s, sql_keep_ahead);
	query_int(&q, (i64)now_ms);
	if (query_take_int(&q)) {
		q = store_query(s, sql_keep_back);
		query_int(&q, (i64)now_ms);
		query_run(&q);
	}
	return n == EXPIRE_BATCH;
}
