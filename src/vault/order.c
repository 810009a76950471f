#include "vault/order.h"

#include "crypto/kdf.h"

void order_heard(struct store *s, u64 contact, struct heard *ret)
{
	*ret = (struct heard){0};
	struct query q = store_query(s, sql_heard_get);
	query_int(&q, (i64)contact);
	if (query_row(&q)) {
		ret->top = (u64)query_get_int(&q, 0);
		query_get_fixed(&q, 1, ret->head, sizeof ret->head);
		ret->last = (u64)query_get_int(&q, 2);
		ret->above = (u64)query_get_int(&q, 3);
		ret->broken_ms = (u64)query_get_int(&q, 4);
	}
	query_end(&q);
}

static void heard_set(struct store *s, u64 contact, const struct heard *h)
{
	struct query q = store_query(s, sql_heard_set);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)h->top);
	query_bytes(&q, slice_of(h->head, sizeof h->head));
	query_int(&q, (i64)h->last);
	query_int(&q, (i64)h->above);
	query_int(&q, (i64)h->broken_ms);
	query_run(&q);
}

u64 order_missing(const struct heard *h)
{
	return MIN(h->last - h->top - h->above, (u64)MAX_OUTBOX);
}

static bool is_known(const u8 hash[static ITEM_HASH_LEN])
{
	static const u8 zeros[ITEM_HASH_LEN];
	return memcmp(hash, zeros, sizeof zeros) != 0;
}

/* PROTO 4.5.7: "hash(item) = SHA-512("boc1 item" ‖ payload of its DATA)[0:32]; of a GONE, the hash in its body" */
static void hash_of(const struct peer_item *item, u8 ret[static ITEM_HASH_LEN])
{
	u8 payload[PEER_MSG_MAX], full[SHA512_LEN];
	struct item_body body;
	if (item->kind == ITEM_GONE && item_body_decode(item->kind, item->body, &body) == OK) {
		memcpy(ret, body.hash, ITEM_HASH_LEN);
		return;
	}
	size_t n = peer_item_encode(item, payload, sizeof payload);
	sha512(full, PARTS(slice_str("boc1 item"), slice_of(payload, n)));
	memcpy(ret, full, ITEM_HASH_LEN);
	wipe(payload, n);
}

/* ---- ours ---- */

/* PROTO 4.5.7: "`prev` is the hash of the author's item with the number before, and zeros where there is none or the author
 * does not know it any more" */
static void previous(struct store *s, u64 contact, u64 seq, u8 ret[static ITEM_HASH_LEN])
{
	struct message before;
	memset(ret, 0, ITEM_HASH_LEN);
	if (seq > 1 && messages_numbered(s, contact, seq - 1, &before))
		memcpy(ret, before.hash, ITEM_HASH_LEN);
}

u64 order_write(struct store *s, struct contact *c, struct peer_item *item)
{
	u8 hash[ITEM_HASH_LEN];
	u64 row = 0;
	if (c->out_seq >= ITEM_SEQ_MAX)
		return 0;
	item->seq = c->out_seq + 1;
	previous(s, c->id, item->seq, item->prev);
	hash_of(item, hash);
	if (!messages_add(s, c->id, true, item, hash, item->time_ms, &row))
		return 0;
	contacts_set_out_seq(s, c, item->seq);
	return row;
}

void order_item(struct store *s, struct message *m, u8 room[static MAX_BODY], struct peer_item *ret)
{
	*ret = (struct peer_item){
		.id = m->id, .seq = m->seq, .time_ms = m->written_ms, .vanish = m->vanish, .kind = m->kind};
	previous(s, m->contact, m->seq, ret->prev);
	if (m->gone != GONE_NOT) {
		struct item_body body = {.was = m->kind};
		memcpy(body.hash, m->hash, sizeof body.hash);
		ret->kind = ITEM_GONE;
		ret->vanish = 0;
		ret->body = slice_of(room, item_body_encode(ITEM_GONE, &body, room, MAX_BODY));
		return;
	}
	memcpy(ret->salt, m->salt, sizeof ret->salt);
	ret->body = slice_of(m->body, m->n);
	if (!is_known(m->hash)) { /* written before items had hashes */
		hash_of(ret, m->hash);
		messages_set_hash(s, m);
	}
}

/* What is gone keeps its hash: it is told to the reader as it is (ITEM_GONE), and its content is not here any more. */
void order_hash_again(struct store *s, u64 contact, u64 above)
{
	struct message m;
	u8 room[MAX_BODY];
	while (messages_numbered(s, contact, ++above, &m)) {
		struct peer_item item;
		if (m.gone != GONE_NOT)
			continue;
		order_item(s, &m, room, &item);
		hash_of(&item, m.hash);
		messages_set_hash(s, &m);
	}
	wipe(&m, sizeof m);
}

/* ---- theirs ---- */

/* The item in this row, with a number that is not the next, is noted. */
static void ahead_add(struct store *s, u64 contact, u64 seq, u64 row)
{
	struct query q = store_query(s, sql_ahead_add);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)seq);
	query_int(&q, (i64)row);
	query_run(&q);
}

/* The row of the item with this number above the top; 0: it is not here. */
static u64 ahead_row(struct store *s, u64 contact, u64 seq)
{
	struct query q = store_query(s, sql_ahead_get);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)seq);
	return query_take_int(&q);
}

static void ahead_remove(struct store *s, u64 contact, u64 seq)
{
	struct query q = store_query(s, sql_ahead_remove);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)seq);
	query_run(&q);
}

/* PROTO 4.5.7: "whose number is taken". 1 to top are all here. */
static bool is_taken(struct store *s, u64 contact, u64 seq, const struct heard *h)
{
	return seq <= h->top || (h->above && ahead_row(s, contact, seq));
}

/* An item that is in its row now took a free number; those that follow on it without a gap may be here already. */
static void advance(struct store *s, u64 contact, u64 seq, u64 row, const u8 hash[static ITEM_HASH_LEN],
                    struct heard *h)
{
	struct message next;
	h->last = MAX(h->last, seq);
	if (seq != h->top + 1) {
		h->above++;
		ahead_add(s, contact, seq, row);
		return;
	}
	h->top++;
	memcpy(h->head, hash, sizeof h->head);
	while (h->above && messages_get(s, ahead_row(s, contact, h->top + 1), &next)) {
		h->top++;
		h->above--;
		memcpy(h->head, next.hash, sizeof h->head);
		ahead_remove(s, contact, h->top);
	}
}

static bool follows(const struct heard *h, const struct peer_item *item)
{
	return item->seq != h->top + 1 || !is_known(h->head) || !is_known(item->prev) ||
	       memcmp(item->prev, h->head, sizeof h->head) == 0;
}

/* PROTO 4.5.16: "An item that comes again with another number, which is free, has that one from then on" */
static bool is_renumbered(struct store *s, u64 contact, const struct peer_item *item, struct message *ret)
{
	return messages_find(s, contact, false, &item->id, ret) && ret->seq != item->seq;
}

static bool came(struct store *s, u64 contact, const struct peer_item *item, const u8 hash[static ITEM_HASH_LEN],
                 u64 now_ms, u64 *ret_row, bool *ret_gap)
{
	struct heard h;
	struct message m;
	*ret_gap = false;
	bool is_new = messages_add(s, contact, false, item, hash, now_ms, ret_row);
	if (!is_new && !is_renumbered(s, contact, item, &m))
		return false;
	order_heard(s, contact, &h);
	const struct heard before = h;
	bool taken = is_taken(s, contact, item->seq, &h);
	if (!is_new && taken)
		return false;
	/* PROTO 4.5.7: "The reader keeps an item that does not follow on the one before it, or whose number is taken, and tells
	 * the user" */
	if (taken || !follows(&h, item))
		h.broken_ms = now_ms;
	if (!is_new) {
		*ret_row = m.row;
		messages_set_number(s, m.row, item->seq, hash);
	}
	if (!taken)
		advance(s, contact, item->seq, *ret_row, hash, &h);
	heard_set(s, contact, &h);
	*ret_gap = order_missing(&h) != order_missing(&before) || h.broken_ms != before.broken_ms;
	return is_new;
}

bool order_came(struct store *s, u64 contact, const struct peer_item *item, u64 now_ms, u64 *ret_row, bool *ret_gap)
{
	u8 hash[ITEM_HASH_LEN];
	hash_of(item, hash);
	return came(s, contact, item, hash, now_ms, ret_row, ret_gap);
}

bool order_set_aside(struct store *s, u64 contact, const struct peer_item *item, struct slice kept, u64 now_ms,
                     u64 *ret_row, bool *ret_gap)
{
	/* What its author takes for the hash of what breaks the rules, nobody knows: what comes next follows on anything. */
	static const u8 unknown[ITEM_HASH_LEN];
	struct peer_item empty = *item;
	empty.kind = ITEM_NONE;
	empty.body = kept;
	if (kept.n == 0 || !vanish_is_good(empty.vanish))
		empty.vanish = 0;
	memset(empty.salt, 0, sizeof empty.salt);
	return came(s, contact, &empty, unknown, now_ms, ret_row, ret_gap);
}

void order_sync(struct store *s, u64 contact, struct peer_sync *ret)
{
	struct heard h;
	order_heard(s, contact, &h);
	struct query q = store_query(s, sql_message_first_aside);
	query_int(&q, (i64)contact);
	u64 aside = query_take_int(&q);
	/* PROTO 4.5.15: "SYNC claims none of them: `head` is zeros where one is not after `top`." A NAK may be lost with its link,
	 * and what SYNC claims is shown as delivered. */
	if (aside && aside <= h.top)
		memset(h.head, 0, sizeof h.head);
	*ret = (struct peer_sync){.top = h.top};
	memcpy(ret->head, h.head, sizeof ret->head);
}

bool order_synced(struct store *s, u64 contact, const struct peer_sync *sync, struct message *ret)
{
	struct message top;
	/* PROTO 4.5.9: "Where `head` is the hash of its own item `top`, everything up to `top` is delivered; where it is not, or
	 * zeros, nothing is" */
	if (!is_known(sync->head) || !messages_numbered(s, contact, sync->top, &top) ||
	    memcmp(top.hash, sync->head, sizeof top.hash) != 0)
		return false;
	if (!messages_outbox_after(s, contact, 0, ret) || ret->seq > sync->top)
		return false;
	messages_delivered(s, ret);
	return true;
}
