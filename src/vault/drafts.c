#include "vault/drafts.h"

void drafts_get(struct store *s, u64 contact, struct draft *ret)
{
	ret->n = 0;
	struct query q = store_query(s, sql_draft_get);
	query_int(&q, (i64)contact);
	if (query_row(&q)) {
		struct slice text = query_get_bytes(&q, 0);
		ret->n = MIN(text.n, sizeof ret->text);
		if (ret->n)
			memcpy(ret->text, text.p, ret->n);
	}
	query_end(&q);
}

static bool begins(struct slice text, const struct draft *d)
{
	return text.n >= d->n && (d->n == 0 || memcmp(text.p, d->text, d->n) == 0);
}

bool drafts_set(struct store *s, u64 contact, struct slice text)
{
	struct draft before;
	drafts_get(s, contact, &before);
	bool grows = begins(text, &before), same = grows && text.n == before.n;
	wipe(&before, sizeof before);
	if (same)
		return false;
	if (!grows)
		store_erases(s);
	struct query q = store_query(s, text.n ? sql_draft_set : sql_draft_drop);
	query_int(&q, (i64)contact);
	if (text.n)
		query_text(&q, text);
	query_run(&q);
	return true;
}

bool drafts_sent(struct store *s, u64 contact, struct slice text)
{
	struct draft d;
	drafts_get(s, contact, &d);
	bool done = d.n != 0 && begins(text, &d);
	wipe(&d, sizeof d);
	return done && drafts_set(s, contact, slice_of(NULL, 0));
}
