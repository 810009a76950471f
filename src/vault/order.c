#include "vault/order.h"

#include "crypto/kdf.h"

#define MAP_BITS ((size_t)8 * SYNC_MAP_LEN)

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
	wipe(payload, sizeof payload);
}

/* ---- ours ---- */

/* PROTO 4.5.7: "`prev` is the hash of the author's item with the number before, and zeros where there is none or the author
 * does not know it any more" */
static void previous(struct store *s, u64 contact, u64 seq, u8 ret[static ITEM_HASH_LEN])
{
	struct message before;
	memset(ret, 0, ITEM_HASH_LEN);
	if (seq > 1 && messages_numbered(s, contact, true, seq - 1, &before))
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

void order_item(struct store *s, const struct message *m, u8 room[static MAX_BODY], struct peer_item *ret)
{
	*ret = (struct peer_item){.id = m->id, .seq = m->seq, .time_ms = m->written_ms, .kind = m->kind};
	ret->body = slice_of(m->body, m->n);
	if (m->gone != GONE_NOT && m->kind != ITEM_GONE) {
		struct item_body body = {.was = m->kind};
		memcpy(body.hash, m->hash, sizeof body.hash);
		ret->kind = ITEM_GONE;
		ret->body = slice_of(room, item_body_encode(ITEM_GONE, &body, room, MAX_BODY));
	}
	previous(s, m->contact, m->seq, ret->prev);
}

/* ---- theirs ---- */

/* The numbers that follow without a gap are all here now. */
static void advance(struct store *s, u64 contact, struct heard *h)
{
	struct message next;
	while (h->above && messages_numbered(s, contact, false, h->top + 1, &next)) {
		h->top++;
		h->above--;
		memcpy(h->head, next.hash, sizeof h->head);
	}
}

bool order_came(struct store *s, u64 contact, const struct peer_item *item, u64 now_ms, u64 *ret_row)
{
	struct heard h;
	struct message other;
	u8 hash[ITEM_HASH_LEN];
	bool taken = messages_numbered(s, contact, false, item->seq, &other);
	hash_of(item, hash);
	if (!messages_add(s, contact, false, item, hash, now_ms, ret_row))
		return false;
	order_heard(s, contact, &h);
	/* PROTO 4.5.7: "The reader keeps an item that does not follow on the one before it, and tells the user" */
	if (taken || (item->seq == h.top + 1 && memcmp(item->prev, h.head, sizeof h.head) != 0))
		h.broken_ms = now_ms;
	h.last = MAX(h.last, item->seq);
	h.above += !taken && item->seq > h.top;
	advance(s, contact, &h);
	heard_set(s, contact, &h);
	return true;
}

void order_sync(struct store *s, u64 contact, struct peer_sync *ret)
{
	struct heard h;
	struct message m;
	order_heard(s, contact, &h);
	*ret = (struct peer_sync){.top = MIN(h.top, ITEM_SEQ_MAX - MAP_BITS)};
	memcpy(ret->head, h.head, sizeof ret->head);
	for (size_t i = 1; h.above && i < MAP_BITS && ret->top + 1 + i <= h.last; i++)
		if (messages_numbered(s, contact, false, ret->top + 1 + i, &m))
			ret->map[i / 8] |= (u8)(0x80 >> i % 8);
}

/* ---- what of ours the contact has ---- */

/* Whether the contact's item `top` of ours is the one that we know by this number. */
static bool agrees(struct store *s, u64 contact, const struct peer_sync *sync)
{
	struct message m;
	return sync->top == 0 ||
	       (messages_numbered(s, contact, true, sync->top, &m) && memcmp(m.hash, sync->head, sizeof m.hash) == 0);
}

static u64 highest(const struct peer_sync *sync)
{
	for (size_t i = MAP_BITS; i-- > 1;)
		if (sync_has(sync, i))
			return sync->top + 1 + i;
	return sync->top;
}

/* PROTO 4.5.9: "it gives all that waits new numbers above the highest that SYNC names", and above its own that are taken */
static void renumber(struct store *s, struct contact *c, u64 highest)
{
	struct message m;
	messages_put_aside(s, c->id);
	contacts_set_out_seq(s, c, MAX(highest, messages_delivered_last(s, c->id)));
	while (c->out_seq < ITEM_SEQ_MAX && messages_outbox_after(s, c->id, MESSAGES_ASIDE, &m)) {
		struct peer_item item;
		u8 room[MAX_BODY], hash[ITEM_HASH_LEN];
		const u64 aside = m.seq;
		m.seq = c->out_seq + 1;
		order_item(s, &m, room, &item);
		hash_of(&item, hash);
		contacts_set_out_seq(s, c, m.seq);
		m.seq = aside;
		messages_renumber(s, &m, c->out_seq, hash);
	}
}

/* A number of ours that the contact has not and we do not know any more. */
static void fill(struct store *s, u64 contact, u64 seq, const struct env *env)
{
	static const u8 unknown[ITEM_HASH_LEN];
	u8 room[MAX_BODY];
	struct peer_item item = {.seq = seq, .kind = ITEM_GONE};
	u64 row;
	item.body = slice_of(room, item_body_encode(ITEM_GONE, &(struct item_body){0}, room, sizeof room));
	env_random(env, item.id.b, sizeof item.id.b);
	messages_add(s, contact, true, &item, unknown, env_wall_ms(env), &row);
}

static void send_again(struct store *s, struct message *m, void (*told)(void *arg, const struct message *m), void *arg)
{
	messages_send_again(s, m);
	told(arg, m);
}

/* PROTO 4.5.9: "It sends again what it has not, by its map, even what was acknowledged once" */
static void send_missing(struct store *s, const struct contact *c, const struct peer_sync *sync, const struct env *env,
                         void (*told)(void *arg, const struct message *m), void *arg)
{
	struct message m;
	for (size_t i = 0; i < MAP_BITS && sync->top + 1 + i <= c->out_seq; i++) {
		if (sync_has(sync, i))
			continue;
		if (!messages_numbered(s, c->id, true, sync->top + 1 + i, &m))
			fill(s, c->id, sync->top + 1 + i, env);
		else if (m.state == MESSAGE_DELIVERED)
			send_again(s, &m, told, arg);
	}
	u64 at = sync->top + MAP_BITS;
	for (u64 n = messages_outbox_count(s, c->id); n < MAX_OUTBOX && messages_delivered_after(s, c->id, at, &m);
	     n++) {
		at = m.seq;
		send_again(s, &m, told, arg);
	}
}

void order_synced(struct store *s, struct contact *c, const struct peer_sync *sync, const struct env *env,
                  void (*told)(void *arg, const struct message *m), void *arg)
{
	struct message m;
	bool known = agrees(s, c->id, sync);
	/* PROTO 4.5.9: "Where `head` is the hash of its own item `top`, everything up to `top` is delivered." */
	while (known && sync->top && messages_outbox_after(s, c->id, 0, &m) && m.seq <= sync->top) {
		messages_delivered(s, &m);
		told(arg, &m);
	}
	if (!known || highest(sync) > c->out_seq)
		renumber(s, c, highest(sync));
	send_missing(s, c, sync, env, told, arg);
}
