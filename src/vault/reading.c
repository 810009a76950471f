#include "vault/reading.h"

void reading_get(struct store *s, u64 contact, struct reading *ret)
{
	*ret = (struct reading){0};
	struct query q = store_query(s, sql_read_get);
	query_int(&q, (i64)contact);
	if (query_row(&q)) {
		ret->read = (u64)query_get_int(&q, 0);
		ret->floor = (u64)query_get_int(&q, 1);
		ret->named = (u64)query_get_int(&q, 2);
	}
	query_end(&q);
}

static void set(struct store *s, enum store_sql which, u64 contact, u64 ordinal)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)ordinal);
	query_run(&q);
}

bool reading_set(struct store *s, u64 contact, u64 ordinal)
{
	struct reading r;
	reading_get(s, contact, &r);
	if (ordinal <= r.read)
		return false;
	set(s, sql_read_set, contact, ordinal);
	return true;
}

void reading_set_named(struct store *s, u64 contact, u64 ordinal)
{
	set(s, sql_read_named, contact, ordinal);
}

void reading_forget(struct store *s, u64 contact)
{
	struct query q = store_query(s, sql_read_floors);
	query_int(&q, (i64)contact);
	query_run(&q);
}

u32 reading_unread(struct store *s, u64 contact, u64 ordinal)
{
	struct query q = store_query(s, sql_read_unread);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)ordinal);
	query_int(&q, MAX_UNREAD);
	return (u32)query_take_int(&q);
}

u64 reading_first(struct store *s, u64 contact, u64 ordinal)
{
	struct query q = store_query(s, sql_read_first);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)ordinal);
	return query_take_int(&q);
}

struct reading_ids reading_ids(struct store *s, u64 contact, u64 after, u64 up_to, u32 limit, bool with_edits)
{
	struct reading_ids it = {.q = store_query(s, sql_read_ids), .has_more = true};
	query_int(&it.q, (i64)contact);
	query_int(&it.q, (i64)after);
	query_int(&it.q, (i64)up_to);
	query_int(&it.q, limit);
	query_int(&it.q, with_edits);
	return it;
}

/* The next id; an edit comes behind what it edits. */
static bool next_id(struct reading_ids *it, struct msg_id *ret)
{
	if (it->has_edit) {
		it->has_edit = false;
		*ret = it->edit;
		return true;
	}
	it->has_more = it->has_more && query_row(&it->q);
	if (!it->has_more)
		return false;
	query_get_fixed(&it->q, 0, ret->b, sizeof ret->b);
	it->has_edit = query_get_bytes(&it->q, 1).n != 0;
	if (it->has_edit)
		query_get_fixed(&it->q, 1, it->edit.b, sizeof it->edit.b);
	return true;
}

bool reading_next(struct reading_ids *it, struct peer_read *ret)
{
	ret->count = 0;
	while (ret->count < READ_MAX && next_id(it, &ret->ids[ret->count]))
		ret->count++;
	if (ret->count == 0)
		query_end(&it->q);
	return ret->count != 0;
}
