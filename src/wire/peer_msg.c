#include "wire/peer_msg.h"

#include "base/utf8.h"
#include "wire/cursor.h"

static bool hello_ok(const struct peer_hello *m)
{
	return m->name.n >= 1 && m->name.n <= MAX_NAME && utf8_is_name(m->name) && m->greeting.n <= MAX_GREETING &&
	       utf8_is_text(m->greeting);
}

static bool item_ok(const struct peer_item *m)
{
	struct item_body body;
	if (m->kind == ITEM_NONE || m->seq == 0 || m->seq > ITEM_SEQ_MAX || m->body.n > MAX_BODY ||
	    !vanish_is_good(m->vanish))
		return false;
	/* PROTO 4.5.11: "in every other kind 0" */
	if (m->vanish && item_is_known(m->kind) && m->kind != ITEM_TEXT && m->kind != ITEM_REPLY &&
	    m->kind != ITEM_EDIT)
		return false;
	/* PROTO 4.5.5: "An item of an unknown kind is kept as such, not refused" */
	return !item_is_known(m->kind) || item_body_decode(m->kind, m->body, &body) == OK;
}

static bool sync_ok(const struct peer_sync *m)
{
	u8 any = 0;
	for (size_t i = 0; i < sizeof m->head; i++)
		any |= m->head[i];
	return m->top <= ITEM_SEQ_MAX && (m->top != 0 || any == 0);
}

size_t peer_hello_encode(const struct peer_hello *m, u8 *out, size_t cap)
{
	struct writer w = writer_of(out, cap);
	/* PROTO 4.5.2: "HELLO  name var (1..64) | greeting var (0..256)" */
	put_var(&w, m->name, MAX_NAME);
	put_var(&w, m->greeting, MAX_GREETING);
	return w.bad || !hello_ok(m) ? 0 : w.n;
}

err_t peer_hello_decode(struct slice in, struct peer_hello *ret)
{
	struct reader r = reader_of(in);
	struct peer_hello m = {.name = get_var(&r, MAX_NAME)};
	m.greeting = get_var(&r, MAX_GREETING);
	if (!reader_is_done(&r) || !hello_ok(&m))
		return ERR_PEER_FORMAT;
	*ret = m;
	return OK;
}

size_t peer_sync_encode(const struct peer_sync *m, u8 *out, size_t cap)
{
	struct writer w = writer_of(out, cap);
	/* PROTO 4.5.2: "SYNC   top u64be | head[32]" */
	put_u64(&w, m->top);
	put_bytes(&w, m->head, sizeof m->head);
	return w.bad || !sync_ok(m) ? 0 : w.n;
}

err_t peer_sync_decode(struct slice in, struct peer_sync *ret)
{
	struct reader r = reader_of(in);
	struct peer_sync m;
	m.top = get_u64(&r);
	get_bytes(&r, m.head, sizeof m.head);
	if (!reader_is_done(&r) || !sync_ok(&m))
		return ERR_PEER_FORMAT;
	*ret = m;
	return OK;
}

size_t peer_item_encode(const struct peer_item *m, u8 *out, size_t cap)
{
	struct writer w = writer_of(out, cap);
	/* PROTO 4.5.2: "DATA   id[16] | seq u64be | prev[32] | salt[16] | time_ms u64be | vanish u32be | kind u8 | body var" */
	put_bytes(&w, m->id.b, sizeof m->id.b);
	put_u64(&w, m->seq);
	put_bytes(&w, m->prev, sizeof m->prev);
	put_bytes(&w, m->salt, sizeof m->salt);
	put_u64(&w, m->time_ms);
	put_u32(&w, m->vanish);
	put_u8(&w, m->kind);
	put_var(&w, m->body, MAX_BODY);
	return w.bad || !item_ok(m) ? 0 : w.n;
}

err_t peer_item_envelope(struct slice in, struct peer_item *ret)
{
	struct reader r = reader_of(in);
	struct peer_item m;
	get_bytes(&r, m.id.b, sizeof m.id.b);
	m.seq = get_u64(&r);
	get_bytes(&r, m.prev, sizeof m.prev);
	get_bytes(&r, m.salt, sizeof m.salt);
	m.time_ms = get_u64(&r);
	m.vanish = get_u32(&r);
	m.kind = get_u8(&r);
	m.body = get_var(&r, MAX_BODY);
	if (!reader_is_done(&r) || m.seq == 0 || m.seq > ITEM_SEQ_MAX)
		return ERR_PEER_FORMAT;
	*ret = m;
	return OK;
}

err_t peer_item_decode(struct slice in, struct peer_item *ret)
{
	struct peer_item m;
	TRY(peer_item_envelope(in, &m));
	if (!item_ok(&m))
		return ERR_PEER_FORMAT;
	*ret = m;
	return OK;
}

/* A count and so many ids: ACK and READ. */
static size_t ids_encode(const struct msg_id *ids, size_t count, size_t max, u8 *out, size_t cap)
{
	if (count == 0 || count > max)
		return 0;
	struct writer w = writer_of(out, cap);
	put_u8(&w, (u8)count);
	for (size_t i = 0; i < count; i++)
		put_bytes(&w, ids[i].b, sizeof ids[i].b);
	return w.bad ? 0 : w.n;
}

static err_t ids_decode(struct slice in, size_t max, struct msg_id *ids, size_t *ret_count)
{
	struct reader r = reader_of(in);
	size_t count = get_u8(&r);
	if (count == 0 || count > max)
		return ERR_PEER_FORMAT;
	for (size_t i = 0; i < count; i++)
		get_bytes(&r, ids[i].b, sizeof ids[i].b);
	if (!reader_is_done(&r))
		return ERR_PEER_FORMAT;
	*ret_count = count;
	return OK;
}

/* PROTO 4.5.2: "ACK    count u8 (1..64) | count × id[16]" */
size_t peer_ack_encode(const struct peer_ack *m, u8 *out, size_t cap)
{
	return ids_encode(m->ids, m->count, ACK_MAX, out, cap);
}

err_t peer_ack_decode(struct slice in, struct peer_ack *ret)
{
	return ids_decode(in, ACK_MAX, ret->ids, &ret->count);
}

/* PROTO 4.5.2: "READ   count u8 (1..29) | count × id[16]" */
size_t peer_read_encode(const struct peer_read *m, u8 *out, size_t cap)
{
	return ids_encode(m->ids, m->count, READ_MAX, out, cap);
}

err_t peer_read_decode(struct slice in, struct peer_read *ret)
{
	return ids_decode(in, READ_MAX, ret->ids, &ret->count);
}

/* PROTO 4.5.2: "TYPING on u8 (0..1)" */
size_t peer_typing_encode(bool on, u8 *out, size_t cap)
{
	struct writer w = writer_of(out, cap);
	put_u8(&w, on);
	return w.bad ? 0 : w.n;
}

err_t peer_typing_decode(struct slice in, bool *ret_on)
{
	struct reader r = reader_of(in);
	u8 on = get_u8(&r);
	if (!reader_is_done(&r) || on > 1)
		return ERR_PEER_FORMAT;
	*ret_on = on == 1;
	return OK;
}

/* PROTO 4.5.2: "ADDRESS onion[32] | key[32] | held[32] | sig[64]" */
size_t peer_address_encode(const struct peer_address *m, u8 *out, size_t cap)
{
	struct writer w = writer_of(out, cap);
	put_bytes(&w, m->onion, sizeof m->onion);
	put_bytes(&w, m->key, sizeof m->key);
	put_bytes(&w, m->held, sizeof m->held);
	put_bytes(&w, m->sig, sizeof m->sig);
	return w.bad ? 0 : w.n;
}

err_t peer_address_decode(struct slice in, struct peer_address *ret)
{
	struct reader r = reader_of(in);
	struct peer_address m;
	get_bytes(&r, m.onion, sizeof m.onion);
	get_bytes(&r, m.key, sizeof m.key);
	get_bytes(&r, m.held, sizeof m.held);
	get_bytes(&r, m.sig, sizeof m.sig);
	bool good = reader_is_done(&r);
	if (good)
		*ret = m;
	wipe(&m, sizeof m);
	return good ? OK : ERR_PEER_FORMAT;
}
