#include "vault/continuity.h"

#include "base/limits.h"

void continuity_load(struct store *s, u64 contact, struct cont_pair *ret)
{
	*ret = (struct cont_pair){0};
	struct query q = store_query(s, sql_continuity_get);
	query_int(&q, (i64)contact);
	if (query_row(&q)) {
		ret->has = (unsigned)query_get_int(&q, 2);
		query_get_fixed(&q, 0, ret->cur.b, sizeof ret->cur.b);
		query_get_fixed(&q, 1, ret->prev.b, sizeof ret->prev.b);
	}
	query_end(&q);
}

void continuity_commit(struct store *s, u64 contact, const struct cont_pair *pair, bool lost, u64 now_ms)
{
	struct query q = store_query(s, sql_continuity_set);
	query_int(&q, (i64)contact);
	query_bytes(&q, slice_of(pair->cur.b, sizeof pair->cur.b));
	query_bytes(&q, slice_of(pair->prev.b, sizeof pair->prev.b));
	query_int(&q, pair->has);
	query_run(&q);
	if (!lost)
		return;
	q = store_query(s, sql_lost_add);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)now_ms);
	query_run(&q);
	/* Whoever dials with tags made up adds one with each link: what is not shown goes. */
	q = store_query(s, sql_lost_trim);
	query_int(&q, (i64)contact);
	query_int(&q, now_ms > LOST_WINDOW_MS ? (i64)(now_ms - LOST_WINDOW_MS) : 0);
	query_int(&q, MAX_LOSSES);
	query_run(&q);
}
