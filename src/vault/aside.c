#include "vault/aside.h"

static struct query about(struct store *s, enum store_sql which, u64 contact, const struct tried *t)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)contact);
	query_bytes(&q, slice_of(t->hash, sizeof t->hash));
	return q;
}

void aside_get(struct store *s, u64 contact, struct tried *t)
{
	struct query q = about(s, sql_aside_get, contact, t);
	t->tries = 0;
	t->kept = ASIDE_NOT;
	if (query_row(&q)) {
		t->tries = (u32)query_get_int(&q, 0);
		t->kept = (enum aside_kept)query_get_int(&q, 1);
	}
	query_end(&q);
}

void aside_try(struct store *s, u64 contact, struct tried *t, u64 now_ms)
{
	struct query q = about(s, sql_aside_try, contact, t);
	query_int(&q, (i64)now_ms);
	query_run(&q);
	t->tries++;
	q = store_query(s, sql_aside_trim);
	query_int(&q, (i64)contact);
	query_int(&q, MAX_ASIDE);
	query_run(&q);
}

void aside_done(struct store *s, u64 contact, const struct tried *t)
{
	struct query q = about(s, sql_aside_done, contact, t);
	query_run(&q);
}

void aside_keep(struct store *s, u64 contact, const struct tried *t, enum aside_kept how, const struct msg_id *id)
{
	struct query q = about(s, sql_aside_keep, contact, t);
	query_int(&q, how);
	query_bytes(&q, slice_of(id->b, sizeof id->b));
	query_run(&q);
}

u64 aside_hidden(struct store *s, u64 contact)
{
	struct query q = store_query(s, sql_aside_hidden);
	query_int(&q, (i64)contact);
	return query_take_int(&q);
}

bool aside_has(struct store *s, u64 contact, const struct msg_id *id)
{
	struct query q = store_query(s, sql_aside_has);
	query_int(&q, (i64)contact);
	query_bytes(&q, slice_of(id->b, sizeof id->b));
	return query_take_int(&q) != 0;
}

/* A row as of one that came: only that it is set aside, and its id, of which the hash is made here. */
static void copy_one(struct store *to, u64 contact, struct slice id, enum aside_kept how)
{
	struct tried t = {0};
	struct msg_id copy = {0};
	memcpy(copy.b, id.p, MIN(id.n, sizeof copy.b));
	memcpy(t.hash, copy.b, sizeof copy.b);
	if (aside_has(to, contact, &copy))
		return;
	struct query q = about(to, sql_aside_try, contact, &t);
	query_int(&q, 0);
	query_run(&q);
	aside_keep(to, contact, &t, how, &copy);
}

void aside_copy(struct store *from, struct store *to, u64 contact)
{
	struct query q = store_query(from, sql_aside_ids);
	query_int(&q, (i64)contact);
	while (query_row(&q))
		copy_one(to, contact, query_get_bytes(&q, 0), (enum aside_kept)query_get_int(&q, 1));
	query_end(&q);
}
