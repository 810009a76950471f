#include "wire/invite_text.h"

#include "wire/cursor.h"

#define VERSION 1

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* CRC-32 of IEEE 802.3: finds slips of the pen, not attackers. */
static u32 crc32_of(const u8 *p, size_t n)
{
	u32 crc = 0xffffffff;
	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* The value of a character of the alphabet, -1 for any other; without a branch or an index that depends on it. */
static int value_of(u8 ch)
{
	int value = -1;
	for (int v = 0; v < 32; v++) {
		int same = (int)((((u32)(ch ^ (u8)alphabet[v])) - 1) >> 31); /* 1 when equal */
		value += same * (v + 1);
	}
	return value;
}

/* 5 bits at a time from the left; the last character carries 2 zero bits. */
static void to_base32(const u8 in[static INVITE_BYTES], char out[static INVITE_CHARS])
{
	for (size_t i = 0; i < INVITE_CHARS; i++) {
		u32 v = 0;
		for (size_t bit = 5 * i; bit < 5 * i + 5; bit++)
			v = v << 1 | (bit < 8 * INVITE_BYTES ? in[bit / 8] >> (7 - bit % 8) & 1u : 0);
		u8 ch = 0;
		for (u32 k = 0; k < 32; k++)
			ch |= (u8)((u8)alphabet[k] & (0u - (((k ^ v) - 1) >> 31)));
		out[i] = (char)ch;
	}
}

static bool from_base32(const u8 in[static INVITE_CHARS], u8 out[static INVITE_BYTES])
{
	int bad = 0;
	u32 pool = 0;
	size_t n = 0;
	unsigned bits = 0;
	for (size_t i = 0; i < INVITE_CHARS; i++) {
		int v = value_of(in[i]);
		bad |= v;
		pool = (pool << 5 | ((u32)v & 31)) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (u8)(pool >> bits);
		}
	}
	return bad >= 0 && n == INVITE_BYTES && (pool & ((1u << bits) - 1)) == 0;
}

void invite_text_encode(const struct invite_text *t, char ret[static INVITE_TEXT_CAP])
{
	u8 bytes[INVITE_BYTES];
	struct writer w = writer_of(bytes, sizeof bytes);
	put_u8(&w, VERSION);
	put_u8(&w, 0);
	put_bytes(&w, t->onion.b, sizeof t->onion.b);
	put_bytes(&w, t->pqfp, sizeof t->pqfp);
	put_bytes(&w, t->secret.b, sizeof t->secret.b);
	put_u32(&w, t->expiry);
	put_u32(&w, crc32_of(bytes, INVITE_BYTES - 4));
	memcpy(ret, INVITE_PREFIX, sizeof INVITE_PREFIX - 1);
	to_base32(bytes, ret + sizeof INVITE_PREFIX - 1);
	ret[INVITE_TEXT_CAP - 1] = 0;
	wipe(bytes, sizeof bytes);
}

/* Takes the prefix off; false when it is another. */
static bool skip(struct slice *text, const char *prefix)
{
	size_t n = strlen(prefix);
	if (text->n < n || memcmp(text->p, prefix, n) != 0)
		return false;
	*text = slice_of(text->p + n, text->n - n);
	return true;
}

static err_t read_bytes(const u8 bytes[static INVITE_BYTES], struct invite_text *t)
{
	struct reader r = reader_of(slice_of(bytes, INVITE_BYTES));
	u8 version = get_u8(&r), flags = get_u8(&r);
	get_bytes(&r, t->onion.b, sizeof t->onion.b);
	get_bytes(&r, t->pqfp, sizeof t->pqfp);
	get_bytes(&r, t->secret.b, sizeof t->secret.b);
	t->expiry = get_u32(&r);
	u32 crc = get_u32(&r);
	if (!reader_is_done(&r) || version != VERSION || flags != 0 || crc != crc32_of(bytes, INVITE_BYTES - 4))
		return ERR_PEER_FORMAT;
	return OK;
}

err_t invite_text_decode(struct slice text, struct invite_text *ret)
{
	u8 bytes[INVITE_BYTES];
	struct invite_text t = {0};
	if (text.n == 0 || (!skip(&text, INVITE_PREFIX) && !skip(&text, INVITE_LINK)) || text.n != INVITE_CHARS)
		return ERR_PEER_FORMAT;
	err_t e = from_base32(text.p, bytes) ? read_bytes(bytes, &t) : ERR_PEER_FORMAT;
	if (e == OK)
		*ret = t;
	wipe(bytes, sizeof bytes);
	wipe(&t, sizeof t);
	return e;
}
