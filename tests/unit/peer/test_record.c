/* Records: the format as docs/protocol.md has it, computed here a second time, and every byte of every class. */
#include "peer/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"

static const struct record_root root = {{1, 2, 3}};
static u8 wire[RECORD_MAX_WIRE], bad[RECORD_MAX_WIRE], text[RECORD_MAX_PAYLOAD + 1];

static void sizes(void **state)
{
	(void)state;
	static const struct {
		size_t n;
		int class;
	} row[] = {{0, 0},    {1, 0},    {468, 0},   {469, 1},    {1932, 1},       {1933, 2},
	           {7788, 2}, {7789, 3}, {31212, 3}, {31213, -1}, {(size_t)-1, -1}};
	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		assert_int_equal(record_class_for(row[i].n), row[i].class);
	assert_int_equal(record_wire_size(0), 488);
	assert_int_equal(record_wire_size(1), 1952);
	assert_int_equal(record_wire_size(2), 7808);
	assert_int_equal(record_wire_size(3), 31232);
	for (unsigned class = 4; class < 256; class ++) {
		assert_int_equal(record_wire_size((u8) class), 0);
		assert_int_equal(record_capacity((u8) class), 0);
	}
	assert_int_equal(record_capacity(3), RECORD_MAX_PAYLOAD);
}

/* C of PROTO 4.2.1 by plain HMAC. */
static void chain_by_hand(u8 c[static 32], u32 epoch, const char *label)
{
	u8 len = (u8)strlen(label), e[4] = {0, 0, 0, (u8)epoch}, one = 1, h[64];
	hmac_sha512(h, slice_of(root.b, 64),
	            PARTS(slice_str("boc1"), slice_of(&len, 1), slice_str(label), slice_of(e, 4), slice_of(&one, 1)));
	memcpy(c, h, 32);
}

/* mk of PROTO 4.2.2; c becomes C'. */
static void step_by_hand(u8 c[static 32], u8 mk[static 32])
{
	u8 len = 3, one = 1, h[64];
	hmac_sha512(h, slice_of(c, 32),
	            PARTS(slice_str("boc1"), slice_of(&len, 1), slice_str("rec"), slice_of(&one, 1)));
	memcpy(mk, h, 32);
	memcpy(c, h + 32, 32);
}

/* PROTO 4.1.2: seals `inner` (all of it) as the sender's `seq`th record of epoch 5. */
static void seal_by_hand(u8 class, u8 dir, u64 seq, const u8 *inner, u8 *out)
{
	u8 c[32], mk[32];
	chain_by_hand(c, 5, dir == 1 ? "chain a2b" : "chain b2a");
	for (u64 i = 0; i <= seq; i++)
		step_by_hand(c, mk);
	u8 nonce[12] = {[11] = (u8)seq}, ad[14] = {class, dir, 0, 0, 0, 5, [13] = (u8)seq};
	out[0] = class;
	assert_int_equal(aead_seal(mk, nonce, slice_of(ad, 14), slice_of(inner, record_wire_size(class) - 17), out + 1),
	                 OK);
}

static void format_is_the_documented_one(void **state)
{
	(void)state;
	static u8 inner[RECORD_MAX_WIRE], want[RECORD_MAX_WIRE];
	struct record_chain c[2];
	record_chain_init(&c[0], &root, 5, RECORD_A2B);
	record_chain_init(&c[1], &root, 5, RECORD_B2A);
	for (u64 seq = 0; seq < 8; seq++) {
		u8 class = (u8)(seq % 4);
		for (u8 dir = 1; dir <= 2; dir++) {
			memset(inner, 0, sizeof inner);
			inner[0] = 77;
			inner[1] = 1;
			inner[2] = 4;
			memset(inner + 3, 'y', 260);
			memset(text, 'y', 260);
			seal_by_hand(class, dir, seq, inner, want);
			assert_int_equal(record_seal(&c[dir - 1], class, 77, slice_of(text, 260), wire), OK);
			assert_memory_equal(wire, want, record_wire_size(class));
		}
		assert_int_equal(c[0].seq, seq + 1);
	}
}

/* PROTO 3.4.10 by plain HMAC. */
static void next_root_is_the_documented_one(void **state)
{
	(void)state;
	static const u8 psk[32];
	u8 th7[64] = {7}, accept[6] = {1}, prk[64], hash[64], want[64], len = 4, epoch[4] = {0, 0, 0, 1}, one = 1;
	hmac_sha512(prk, slice_of(root.b, 64), PARTS(slice_of(psk, 32)));
	sha512(hash, PARTS(slice_of(th7, 64), slice_of(accept, 6)));
	hmac_sha512(want, slice_of(prk, 64),
	            PARTS(slice_str("boc1"), slice_of(&len, 1), slice_str("root"), slice_of(epoch, 4),
	                  slice_of(hash, 64), slice_of(&one, 1)));
	struct record_root r = root;
	record_root_next(&r, psk, 1, slice_of(th7, 64), slice_of(accept, 6));
	assert_memory_equal(r.b, want, 64);
}

static void seals_and_opens(void **state)
{
	(void)state;
	static const size_t len[] = {0, 1, 467, 468, 1932, 7788, 31212};
	struct record_chain tx, rx;
	record_chain_init(&tx, &root, 0, RECORD_A2B);
	record_chain_init(&rx, &root, 0, RECORD_A2B);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (u8)i;
	for (u8 class = 0; class < RECORD_CLASSES; class ++) {
		for (size_t i = 0; i < ARRAY_LEN(len); i++) {
			if (len[i] > record_capacity(class)) {
				struct record_chain before = tx;
				assert_int_equal(record_seal(&tx, class, 1, slice_of(text, len[i]), wire), ERR_BUG);
				assert_memory_equal(&tx, &before, sizeof tx);
				continue;
			}
			u8 type;
			struct slice got;
			assert_int_equal(record_seal(&tx, class, (u8)i, slice_of(text, len[i]), wire), OK);
			assert_int_equal(record_open(&rx, wire, record_wire_size(class), &type, &got), OK);
			assert_int_equal(type, i);
			assert_true(slice_eq(got, slice_of(text, len[i])));
		}
	}
	assert_memory_equal(&tx, &rx, sizeof tx);
	assert_int_equal(record_seal(&tx, 4, 1, slice_of(text, 0), wire), ERR_BUG);
	assert_int_equal(record_seal(&tx, 255, 1, slice_of(text, 0), wire), ERR_BUG);
}

/* PROTO 4.2.3: "A key is used for exactly one record." */
static void no_two_records_look_alike(void **state)
{
	(void)state;
	static u8 seen[64][488];
	struct record_chain c;
	for (int i = 0; i < 64; i++) {
		/* two directions, two epochs, sixteen records each, all of the same text */
		if (i % 16 == 0)
			record_chain_init(&c, &root, (u32)(i / 32), i / 16 % 2 ? RECORD_A2B : RECORD_B2A);
		assert_int_equal(record_seal(&c, 0, 1, slice_str("same"), seen[i]), OK);
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(seen[k] + 1, seen[i] + 1, 32);
	}
}

static void assert_refused(u8 *w, size_t n, err_t want)
{
	static const struct record_chain wiped;
	struct record_chain rx;
	u8 type = 99;
	struct slice got = slice_str("untouched");
	record_chain_init(&rx, &root, 5, RECORD_A2B);
	assert_int_equal(record_open(&rx, w, n, &type, &got), want);
	assert_int_equal(type, 99);
	assert_int_equal(got.n, 9);
	assert_memory_equal(&rx, &wiped, sizeof rx);
}

static void every_byte_of_every_class(void **state)
{
	(void)state;
	for (u8 class = 0; class < RECORD_CLASSES; class ++) {
		size_t n = record_wire_size(class);
		struct record_chain tx;
		record_chain_init(&tx, &root, 5, RECORD_A2B);
		assert_int_equal(record_seal(&tx, class, 1, slice_str("text"), wire), OK);
		for (size_t at = 0; at < n; at++) {
			memcpy(bad, wire, n);
			bad[at] ^= (u8)(1u << (at % 8));
			/* the class byte: then the size does not fit */
			assert_refused(bad, n, at == 0 ? ERR_PEER_FORMAT : ERR_PEER_CRYPTO);
		}
	}
}

static void wrong_sizes(void **state)
{
	(void)state;
	struct record_chain tx;
	for (u8 class = 0; class < RECORD_CLASSES; class ++) {
		size_t n = record_wire_size(class);
		record_chain_init(&tx, &root, 5, RECORD_A2B);
		assert_int_equal(record_seal(&tx, class, 1, slice_str("text"), wire), OK);
		memcpy(bad, wire, n);
		assert_refused(bad, n - 1, ERR_PEER_FORMAT);
		memcpy(bad, wire, n);
		assert_refused(bad, 0, ERR_PEER_FORMAT);
		memcpy(bad, wire, n);
		assert_refused(bad, 1, ERR_PEER_FORMAT);
	}
}

/* By somebody who has the keys. */
static void bad_inner(void **state)
{
	(void)state;
	static u8 inner[RECORD_MAX_WIRE];
	for (u8 class = 0; class < RECORD_CLASSES; class ++) {
		size_t n = record_wire_size(class), room = record_capacity(class);
		/* a length of one more than there is room, and the largest */
		memset(inner, 0, sizeof inner);
		inner[1] = (u8)((room + 1) >> 8);
		inner[2] = (u8)(room + 1);
		seal_by_hand(class, 1, 0, inner, bad);
		assert_refused(bad, n, ERR_PEER_FORMAT);
		inner[1] = inner[2] = 0xff;
		seal_by_hand(class, 1, 0, inner, bad);
		assert_refused(bad, n, ERR_PEER_FORMAT);
		/* one bit in the first or the last byte of the padding */
		for (int last = 0; last < 2; last++) {
			memset(inner, 0, sizeof inner);
			inner[2] = 10;
			inner[last ? 2 + room : 3 + 10] = 1;
			seal_by_hand(class, 1, 0, inner, bad);
			assert_refused(bad, n, ERR_PEER_FORMAT);
		}
		/* and the same without it is good */
		memset(inner, 0, sizeof inner);
		inner[2] = 10;
		seal_by_hand(class, 1, 0, inner, bad);
		struct record_chain rx;
		u8 type;
		struct slice got;
		record_chain_init(&rx, &root, 5, RECORD_A2B);
		assert_int_equal(record_open(&rx, bad, n, &type, &got), OK);
		assert_int_equal(got.n, 10);
	}
}

/* The right record at the wrong place: other direction, epoch, number. */
static void wrong_place(void **state)
{
	(void)state;
	static u8 inner[RECORD_MAX_WIRE];
	seal_by_hand(0, 2, 0, inner, bad);
	assert_refused(bad, 488, ERR_PEER_CRYPTO);
	seal_by_hand(0, 1, 1, inner, bad);
	assert_refused(bad, 488, ERR_PEER_CRYPTO);
	struct record_chain tx;
	record_chain_init(&tx, &root, 4, RECORD_A2B);
	assert_int_equal(record_seal(&tx, 0, 1, slice_str("text"), bad), OK);
	assert_refused(bad, 488, ERR_PEER_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(format_is_the_documented_one),
		cmocka_unit_test(next_root_is_the_documented_one),
		cmocka_unit_test(seals_and_opens),
		cmocka_unit_test(no_two_records_look_alike),
		cmocka_unit_test(every_byte_of_every_class),
		cmocka_unit_test(wrong_sizes),
		cmocka_unit_test(bad_inner),
		cmocka_unit_test(wrong_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
