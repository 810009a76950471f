#include "vault/messages.h"

struct slice messages_shown_text(const struct message *m)
{
	return slice_of(m->body, m->kind == ITEM_TEXT ? m->n : 0);
}

/* From column i: when it was written by the author's clock, or when it came where that says nothing a page could show. */
static u64 read_time(struct query *q, int i)
{
	i64 written_ms = query_get_int(q, i);
	return (u64)(written_ms >= 0 && written_ms <= MAX_TIME_MS ? written_ms : query_get_int(q, i + 1));
}

/* Reads MESSAGE_COLS of the row the query stands on. */
static void read_row(struct query *q, struct message *ret)
{
	ret->row = (u64)query_get_int(q, 0);
	ret->contact = (u64)query_get_int(q, 1);
	ret->ordinal = (u64)query_get_int(q, 2);
	query_get_fixed(q, 3, ret->id.b, sizeof ret->id.b);
	ret->mine = query_get_int(q, 4) != 0;
	ret->seq = (u64)query_get_int(q, 5);
	ret->time_ms = read_time(q, 6);
	ret->kind = (u8)query_get_int(q, 8);
	ret->state = (enum message_state)query_get_int(q, 9);
	struct slice body = query_get_bytes(q, 10);
	ret->n = MIN(body.n, sizeof ret->body);
	if (ret->n)
		memcpy(ret->body, body.p, ret->n);
}

static bool take_row(struct query *q, struct message *ret)
{
	bool found = query_row(q);
	if (found)
		read_row(q, ret);
	query_end(q);
	return found;
}

bool messages_get(struct store *s, u64 row, struct message *ret)
{
	struct query q = store_query(s, sql_message_by_row);
	query_int(&q, (i64)row);
	return take_row(&q, ret);
}

bool messages_find(struct store *s, u64 contact, bool mine, const struct msg_id *id, struct message *ret)
{
	struct query q = store_query(s, sql_message_by_id);
	query_int(&q, (i64)contact);
	query_int(&q, mine);
	query_bytes(&q, slice_of(id->b, sizeof id->b));
	return take_row(&q, ret);
}

bool messages_add(struct store *s, u64 contact, bool mine, const struct peer_item *item, u64 now_ms, u64 *ret_row)
{
	struct query q = store_query(s, sql_message_add);
	query_int(&q, (i64)contact);
	query_bytes(&q, slice_of(item->id.b, sizeof item->id.b));
	query_int(&q, mine);
	query_int(&q, (i64)item->seq);
	query_int(&q, (i64)item->time_ms);
	query_int(&q, (i64)now_ms);
	query_int(&q, item->kind);
	query_bytes(&q, item->body);
	query_int(&q, mine ? MESSAGE_WAITING : MESSAGE_RECEIVED);
	/* PROTO 4.5.5: "the receiver drops what it has already and acknowledges it again" */
	if (query_run(&q) == 0)
		return false;
	*ret_row = store_last_id(s);
	if (mine) {
		q = store_query(s, sql_outbox_add);
		query_int(&q, (i64)contact);
		query_int(&q, (i64)item->seq);
		query_int(&q, (i64)*ret_row);
		query_run(&q);
	}
	return true;
}

bool messages_outbox_after(struct store *s, u64 contact, u64 seq, struct message *ret)
{
	struct query q = store_query(s, sql_outbox_after);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)seq);
	u64 row = query_take_int(&q);
	return row && messages_get(s, row, ret);
}

u64 messages_outbox_first(struct store *s, u64 contact)
{
	struct query q = store_query(s, sql_outbox_first);
	query_int(&q, (i64)contact);
	return query_take_int(&q);
}

void messages_delivered(struct store *s, struct message *m)
{
	/* PROTO 4.4.3: "Delivery is confirmed only by an ACK of the peer's vault, never by the socket." Nothing else calls
	 * this. */
	struct query q = store_query(s, sql_outbox_remove);
	query_int(&q, (i64)m->contact);
	query_int(&q, (i64)m->seq);
	query_run(&q);
	m->state = MESSAGE_DELIVERED;
	q = store_query(s, sql_message_set_state);
	query_int(&q, (i64)m->row);
	query_int(&q, m->state);
	query_run(&q);
}

struct query messages_page(struct store *s, u64 contact, u64 lo, u64 hi)
{
	struct query q = store_query(s, sql_message_page);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)lo);
	query_int(&q, (i64)hi);
	return q;
}

bool messages_next(struct query *q, struct message *ret)
{
	if (query_row(q)) {
		read_row(q, ret);
		return true;
	}
	query_end(q);
	return false;
}

u64 messages_max(struct store *s, u64 contact)
{
	struct query q = store_query(s, sql_message_max);
	query_int(&q, (i64)contact);
	return query_take_int(&q);
}

/* The longest prefix of at most cap bytes that ends between characters of good UTF-8. */
static size_t cut(struct slice text, size_t cap)
{
	if (text.n <= cap)
		return text.n;
	size_t n = cap;
	while (n > 0 && text.p[n] >> 6 == 2)
		n--;
	return n;
}

bool messages_last(struct store *s, u64 contact, u64 *ret_time_ms, u8 *ret_text, size_t cap, size_t *ret_n)
{
	struct query q = store_query(s, sql_message_last);
	query_int(&q, (i64)contact);
	bool found = query_row(&q);
	if (found) {
		struct slice body = query_get_bytes(&q, 3);
		*ret_time_ms = read_time(&q, 0);
		*ret_n = query_get_int(&q, 2) == ITEM_TEXT ? cut(body, cap) : 0;
		if (*ret_n)
			memcpy(ret_text, body.p, *ret_n);
	}
	query_end(&q);
	return found;
}
