#include "vault/messages.h"

struct slice messages_text(const struct message *m)
{
	struct item_body body;
	if (m->gone != GONE_NOT || item_body_decode(m->kind, slice_of(m->body, m->n), &body) != OK)
		return slice_of(NULL, 0);
	return body.text;
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
	ret->written_ms = (u64)query_get_int(q, 6);
	ret->time_ms = read_time(q, 6);
	ret->kind = (u8)query_get_int(q, 8);
	ret->state = (enum message_state)query_get_int(q, 9);
	struct slice body = query_get_bytes(q, 10);
	ret->n = MIN(body.n, sizeof ret->body);
	if (ret->n)
		memcpy(ret->body, body.p, ret->n);
	query_get_fixed(q, 11, ret->hash, sizeof ret->hash);
	ret->target = (u64)query_get_int(q, 12);
	ret->latest = (u64)query_get_int(q, 13);
	ret->react_mine = (u64)query_get_int(q, 14);
	ret->react_theirs = (u64)query_get_int(q, 15);
	ret->gone = (enum item_gone)query_get_int(q, 16);
	struct slice salt = query_get_bytes(q, 17);
	memset(ret->salt, 0, sizeof ret->salt);
	if (salt.n == sizeof ret->salt)
		memcpy(ret->salt, salt.p, salt.n);
	ret->vanish = (u32)query_get_int(q, 18);
	ret->from_ms = (u64)query_get_int(q, 19);
	if (ret->kind == ITEM_GONE && ret->gone == GONE_NOT)
		ret->gone = GONE_FOR_ALL; /* it came as that */
}

bool messages_take(struct query *q, struct message *ret)
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
	return messages_take(&q, ret);
}

bool messages_find(struct store *s, u64 contact, bool mine, const struct msg_id *id, struct message *ret)
{
	struct query q = store_query(s, sql_message_by_id);
	query_int(&q, (i64)contact);
	query_int(&q, mine);
	query_bytes(&q, slice_of(id->b, sizeof id->b));
	return messages_take(&q, ret);
}

bool messages_at(struct store *s, u64 contact, u64 ordinal, struct message *ret)
{
	struct query q = store_query(s, sql_message_by_ordinal);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)ordinal);
	return messages_take(&q, ret);
}

bool messages_numbered(struct store *s, u64 contact, u64 seq, struct message *ret)
{
	struct query q = store_query(s, sql_message_by_seq);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)seq);
	return messages_take(&q, ret);
}

static void outbox_add(struct store *s, u64 contact, u64 seq, u64 row)
{
	struct query q = store_query(s, sql_outbox_add);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)seq);
	query_int(&q, (i64)row);
	query_run(&q);
}

static bool is_shown(const struct peer_item *item)
{
	struct item_body body;
	switch (item->kind) {
	case ITEM_REACTION:
	case ITEM_EDIT:
	case ITEM_DELETE:
	case ITEM_PROFILE: return false;
	/* What changed another item without being shown is missed by nobody. */
	case ITEM_GONE:
		return item_body_decode(item->kind, item->body, &body) == OK &&
		       (body.was < ITEM_REACTION || body.was > ITEM_DELETE) && body.was != ITEM_PROFILE;
	default: return true;
	}
}

bool messages_add(struct store *s, u64 contact, bool mine, const struct peer_item *item,
                  const u8 hash[static ITEM_HASH_LEN], u64 now_ms, u64 *ret_row)
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
	query_int(&q, is_shown(item));
	query_bytes(&q, slice_of(hash, ITEM_HASH_LEN));
	query_bytes(&q, slice_of(item->salt, sizeof item->salt));
	query_int(&q, item->vanish);
	/* PROTO 4.5.8: "the receiver drops what it has already and acknowledges it again" */
	if (query_run(&q) == 0)
		return false;
	*ret_row = store_last_id(s);
	if (mine)
		outbox_add(s, contact, item->seq, *ret_row);
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

u64 messages_outbox_count(struct store *s, u64 contact)
{
	struct query q = store_query(s, sql_outbox_count);
	query_int(&q, (i64)contact);
	return query_take_int(&q);
}

static void set_state(struct store *s, struct message *m, enum message_state state)
{
	struct query q = store_query(s, sql_message_set_state);
	query_int(&q, (i64)m->row);
	query_int(&q, state);
	query_run(&q);
	m->state = state;
}

/* What becomes of an item of ours. */
static void leave_outbox(struct store *s, struct message *m, enum message_state state)
{
	struct query q = store_query(s, sql_outbox_remove);
	query_int(&q, (i64)m->contact);
	query_int(&q, (i64)m->seq);
	query_run(&q);
	set_state(s, m, state);
}

void messages_delivered(struct store *s, struct message *m)
{
	/* PROTO 4.4.3: "Delivery is confirmed only by an ACK or SYNC of the peer's vault, never by the socket." Nothing else calls
	 * this. */
	leave_outbox(s, m, MESSAGE_DELIVERED);
}

void messages_failed(struct store *s, struct message *m)
{
	leave_outbox(s, m, MESSAGE_FAILED);
}

void messages_came_gone(struct store *s, struct message *m, struct slice body)
{
	struct query q = store_query(s, sql_message_came_gone);
	query_int(&q, (i64)m->row);
	query_bytes(&q, body);
	query_run(&q);
	m->kind = ITEM_GONE;
	if (m->gone == GONE_NOT)
		m->gone = GONE_FOR_ALL;
}

void messages_set_number(struct store *s, u64 row, u64 seq, const u8 hash[static ITEM_HASH_LEN])
{
	struct query q = store_query(s, sql_message_set_number);
	query_int(&q, (i64)row);
	query_int(&q, (i64)seq);
	query_bytes(&q, slice_of(hash, ITEM_HASH_LEN));
	query_run(&q);
}

void messages_read(struct store *s, struct message *m)
{
	set_state(s, m, MESSAGE_READ);
}

void messages_set_hash(struct store *s, const struct message *m)
{
	struct query q = store_query(s, sql_message_set_hash);
	query_int(&q, (i64)m->row);
	query_bytes(&q, slice_of(m->hash, sizeof m->hash));
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

struct query messages_edits(struct store *s, u64 row, u32 limit)
{
	struct query q = store_query(s, sql_message_edits);
	query_int(&q, (i64)row);
	query_int(&q, limit);
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
