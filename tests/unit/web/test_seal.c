/* Sealed frames against a second implementation of docs/api.md (fake_page.c): replay, gap, reorder, flipped bits, sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/kdf.h"
#include "fake_page.h"
#include "web/seal.h"

static void pair(struct seal *s, struct page *p)
{
	static const u8 ke1[96] = {1}, ke2[320] = {2}, ke3[64] = {3}, secret[64] = {4};
	seal_init(s, secret, slice_str("http://127.0.0.1:1"), slice_of(ke1, 96), slice_of(ke2, 320), slice_of(ke3, 64));
	*p = (struct page){0};
	memcpy(p->k_c2s, s->key_in, 32);
	memcpy(p->k_s2c, s->key_out, 32);
}

static void frames_go_both_ways(void **state)
{
	(void)state;
	struct seal s;
	struct page p;
	u8 frame[256], text[256];
	pair(&s, &p);
	for (int i = 0; i < 3; i++) {
		size_t n = page_seal(&p, "{\"a\":1}", frame);
		assert_int_equal(seal_open(&s, slice_of(frame, n), text), OK);
		assert_memory_equal(text, "{\"a\":1}", 7);
		assert_int_equal(seal_close(&s, slice_str("{\"b\":2}"), frame), OK);
		json_t *j = page_open(&p, slice_of(frame, 7 + SEAL_OVERHEAD));
		assert_non_null(j);
		json_decref(j);
	}
}

/* Origin, KE1, KE2, KE3 and the secret all change both keys. */
static void keys_are_bound(void **state)
{
	(void)state;
	u8 in[5][320] = {{0}};
	struct seal first, other;
	for (int i = -1; i < 5; i++) {
		if (i >= 0)
			in[i][0] ^= 1;
		seal_init(i < 0 ? &first : &other, in[0], slice_of(in[1], 18), slice_of(in[2], 96),
		          slice_of(in[3], 320), slice_of(in[4], 64));
		if (i < 0)
			continue;
		assert_memory_not_equal(first.key_in, other.key_in, 32);
		assert_memory_not_equal(first.key_out, other.key_out, 32);
		in[i][0] ^= 1;
	}
	assert_memory_not_equal(first.key_in, first.key_out, 32);
}

static void replay_gap_and_reorder(void **state)
{
	(void)state;
	struct seal s;
	struct page p;
	u8 a[64], b[64], c[64], text[64];
	pair(&s, &p);
	size_t n = page_seal(&p, "{}", a);
	page_seal(&p, "{}", b);
	page_seal(&p, "{}", c);
	assert_int_equal(seal_open(&s, slice_of(b, n), text), ERR_PEER_CRYPTO); /* gap, and order */
	assert_int_equal(seal_open(&s, slice_of(a, n), text), OK);
	assert_int_equal(seal_open(&s, slice_of(a, n), text), ERR_PEER_CRYPTO); /* replay */
	assert_int_equal(seal_open(&s, slice_of(c, n), text), ERR_PEER_CRYPTO);
	assert_int_equal(seal_open(&s, slice_of(b, n), text), OK);
}

static void every_bit_counts(void **state)
{
	(void)state;
	struct seal s;
	struct page p;
	u8 frame[64], text[64];
	pair(&s, &p);
	size_t n = page_seal(&p, "{\"id\":1}", frame);
	for (size_t bit = 0; bit < n * 8; bit++) {
		frame[bit / 8] ^= (u8)(1 << bit % 8);
		assert_int_equal(seal_open(&s, slice_of(frame, n), text), ERR_PEER_CRYPTO);
		frame[bit / 8] ^= (u8)(1 << bit % 8);
	}
	for (size_t less = 0; less < n; less++)
		assert_int_equal(seal_open(&s, slice_of(frame, less), text), ERR_PEER_CRYPTO);
	assert_int_equal(seal_open(&s, slice_of(frame, n), text), OK);
}

/* A frame of ours sent back is none of the page's. */
static void reflection(void **state)
{
	(void)state;
	struct seal s;
	struct page p;
	u8 frame[64], text[64];
	pair(&s, &p);
	assert_int_equal(seal_close(&s, slice_str("{}"), frame), OK);
	assert_int_equal(seal_open(&s, slice_of(frame, 2 + SEAL_OVERHEAD), text), ERR_PEER_CRYPTO);
	memcpy(s.key_in, s.key_out, 32); /* not even under the same key: the direction is in the nonce */
	assert_int_equal(seal_open(&s, slice_of(frame, 2 + SEAL_OVERHEAD), text), ERR_PEER_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_both_ways),
		cmocka_unit_test(keys_are_bound),
		cmocka_unit_test(replay_gap_and_reorder),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(reflection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
