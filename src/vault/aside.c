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

void aside_keep(struct store *s, u64 contact, const struct tried *t, enum aside_kept how)
{
	struct query q = about(s, sql_aside_keep, contact, t);
	query_int(&q, how);
	query_run(&q);
}

u64 aside_hidden(struct store *s, u64 contact)
{
	struct query q = store_query(s, sql_aside_hidden);
	query_int(&q, (i64)contact);
	return query_take_int(&q);
}
