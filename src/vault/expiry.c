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

/* The rows of those whose clocks are about to begin. */
static size_t to_begin(struct store *s, u64 contact, u64 from_ordinal, u64 to_ordinal,
                       u64 ret_rows[static EXPIRE_BATCH])
{
	size_t n = 0;
	struct query q = store_query(s, sql_clock_to_read);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)from_ordinal);
	query_int(&q, (i64)to_ordinal);
	query_int(&q, EXPIRE_BATCH);
	while (n < EXPIRE_BATCH && query_row(&q))
		ret_rows[n++] = (u64)query_get_int(&q, 0);
	query_end(&q);
	return n;
}

size_t expiry_read(struct store *s, u64 contact, u64 from_ordinal, u64 to_ordinal, u64 now_ms,
                   u64 ret_rows[static EXPIRE_BATCH])
{
	size_t n = to_begin(s, contact, from_ordinal, to_ordinal, ret_rows);
	struct query q = store_query(s, sql_clock_read);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)from_ordinal);
	query_int(&q, (i64)to_ordinal);
	query_int(&q, (i64)now_ms);
	query_run(&q);
	run(s, sql_keep_look, contact, now_ms);
	return n;
}

static bool has_edits_waiting(struct store *s, u64 row)
{
	struct query q = store_query(s, sql_edits_waiting);
	query_int(&q, (i64)row);
	return query_take_int(&q) != 0;
}

void expiry_delivered(struct store *s, const struct message *m, u64 now_ms)
{
	struct message shown;
	if (m->kind == ITEM_REACTION || !effects_shown(s, m, &shown) || !shown.mine)
		return;
	/* PROTO 4.5.11: "never while it, or an EDIT of it, waits to be delivered" */
	if (shown.state == MESSAGE_WAITING || shown.state == MESSAGE_FAILED || has_edits_waiting(s, shown.row))
		return;
	run(s, sql_clock_start, shown.row, now_ms);
	run(s, sql_keep_look, m->contact, now_ms);
}

void expiry_edited(struct store *s, const struct message *edit)
{
	struct query q = store_query(s, sql_clock_stop);
	query_int(&q, (i64)edit->target);
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
	size_t n;
};

static void erase(struct store *s, const struct message *m, struct erased *e)
{
	effects_erase(s, m, GONE_EXPIRED);
	e->rows[e->n++] = m->row;
}

static void sweep_vanish(struct store *s, u64 now_ms, struct erased *e)
{
	struct message m;
	while (e->n < EXPIRE_BATCH) {
		struct query q = store_query(s, sql_expire_due);
		query_int(&q, (i64)now_ms);
		if (!messages_take(&q, &m))
			break;
		erase(s, &m, e);
	}
}

/* A conversation that keeps messages for some days only. */
struct kept {
	u64 contact, days, up_to, read_up_to;
};

/* Whether m may go at all. What stands behind one that may not waits for it: the oldest goes first. */
static bool may_go(struct store *s, const struct kept *k, const struct message *m)
{
	if (!m->mine)
		return m->ordinal <= k->read_up_to;
	return m->state != MESSAGE_WAITING && !has_edits_waiting(s, m->row);
}

/* Since when m is kept. A time that is still to come is of a clock that was set back since: it counts from now. */
static u64 kept_since(struct store *s, const struct message *m, u64 now_ms)
{
	u64 since = m->from_ms ? m->from_ms : m->kept_ms;
	/* Nobody read it before it came: the clock was behind then. */
	if (m->kept_ms > since && m->kept_ms <= now_ms)
		since = m->kept_ms;
	if (since <= now_ms)
		return since;
	run(s, sql_clock_start, m->row, now_ms);
	return now_ms;
}

/* Gives when there is more to do: now, later, or 0 for when something happens. Each message that is looked at takes from
 * *left, so that a turn ends. */
static u64 sweep_one(struct store *s, struct kept *k, u64 now_ms, size_t *left, struct erased *e)
{
	struct message m;
	for (; *left > 0 && e->n < EXPIRE_BATCH; k->up_to = m.ordinal, --*left) {
		struct query q = store_query(s, sql_keep_first);
		query_int(&q, (i64)k->contact);
		query_int(&q, (i64)k->up_to);
		if (!messages_take(&q, &m))
			return 0;
		if (m.gone != GONE_NOT || m.kind == ITEM_TERMS)
			continue;
		if (!may_go(s, k, &m))
			return 0;
		u64 due = kept_since(s, &m, now_ms) + k->days * DAY_MS;
		if (due > now_ms)
			return due;
		erase(s, &m, e);
	}
	return now_ms;
}

static bool next_kept(struct store *s, u64 now_ms, struct kept *ret)
{
	struct query q = store_query(s, sql_keep_due);
	query_int(&q, (i64)now_ms);
	bool found = query_row(&q);
	if (found)
		*ret = (struct kept){.contact = (u64)query_get_int(&q, 0),
		                     .days = (u64)query_get_int(&q, 1),
		                     .up_to = (u64)query_get_int(&q, 2),
		                     .read_up_to = (u64)query_get_int(&q, 3)};
	query_end(&q);
	return found;
}

static void sweep_keep(struct store *s, u64 now_ms, struct erased *e)
{
	struct kept k;
	size_t left = EXPIRE_BATCH;
	while (left > 0 && e->n < EXPIRE_BATCH && next_kept(s, now_ms, &k)) {
		u64 next_ms = sweep_one(s, &k, now_ms, &left, e);
		struct query q = store_query(s, sql_keep_swept);
		query_int(&q, (i64)k.contact);
		query_int(&q, (i64)k.up_to);
		query_int(&q, (i64)next_ms);
		query_run(&q);
	}
}

size_t expiry_sweep(struct store *s, u64 now_ms, bool may_keep, u64 ret_rows[static EXPIRE_BATCH])
{
	struct erased e = {.rows = ret_rows};
	sweep_vanish(s, now_ms, &e);
	if (may_keep)
		sweep_keep(s, now_ms, &e);
	return e.n;
}

void expiry_clock_back(struct store *s, u64 now_ms)
{
	struct query q = store_query(s, sql_clock_ahead);
	query_int(&q, (i64)now_ms);
	if (!query_take_int(&q))
		return;
	q = store_query(s, sql_clock_back);
	query_int(&q, (i64)now_ms);
	query_run(&q);
	q = store_query(s, sql_clock_back_keep);
	query_int(&q, (i64)now_ms);
	query_run(&q);
}
