#include "vault/terms.h"

#include "wire/peer_msg.h"

struct terms terms_of(struct store *s, u64 contact, bool mine)
{
	struct item_body body;
	struct terms t = {0};
	struct query q = store_query(s, sql_terms_last);
	query_int(&q, (i64)contact);
	query_int(&q, mine);
	if (query_row(&q) && item_body_decode(ITEM_TERMS, query_get_bytes(&q, 0), &body) == OK)
		t = (struct terms){.vanish = body.vanish, .keep = body.keep};
	query_end(&q);
	return t;
}

/* PROTO 4.5.10: "for each field 0 where either says 0, else the larger of the two" */
static u32 both(u32 a, u32 b)
{
	return a == 0 || b == 0 ? 0 : MAX(a, b);
}

struct terms terms_both(struct terms a, struct terms b)
{
	return (struct terms){.vanish = both(a.vanish, b.vanish), .keep = both(a.keep, b.keep)};
}

struct terms terms_in_force(struct store *s, u64 contact)
{
	return terms_both(terms_of(s, contact, true), terms_of(s, contact, false));
}

u32 terms_retention(struct store *s, u64 contact)
{
	struct query q = store_query(s, sql_retention_get);
	query_int(&q, (i64)contact);
	return (u32)query_take_int(&q);
}

void terms_set_retention(struct store *s, u64 contact, u32 days)
{
	struct query q = store_query(s, sql_retention_set);
	query_int(&q, (i64)contact);
	query_int(&q, days);
	query_run(&q);
}
