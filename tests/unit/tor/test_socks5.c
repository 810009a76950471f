#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tor/socks5.h"

#define BYTES(s) slice_of(s, sizeof(s) - 1)

static void start(struct socks5 *s)
{
	struct buf out = buf_with_max(2000);
	assert_int_equal(socks5_start(s, &out, "abc.onion", 9999, slice_str("alice"), slice_str("pw")), OK);
	static const char want[] = "\x05\x01\x02"
				   "\x01\x05"
				   "alice\x02pw"
				   "\x05\x01\x00\x03\x09"
				   "abc.onion\x27\x0f";
	assert_true(slice_eq(buf_bytes(&out), BYTES(want)));
	buf_free(&out);
}

/* Feeds all of in at once and byte by byte, and wants the same both ways. */
static void check(struct slice in, err_t want_err, enum socks5_state want, enum socks5_reply reply, size_t want_used)
{
	struct socks5 s;
	size_t used;
	enum socks5_state st;
	start(&s);
	assert_int_equal(socks5_feed(&s, in, &used, &st), want_err);
	if (want_err == OK) {
		assert_int_equal(st, want);
		if (want == SOCKS5_CONNECTED)
			assert_int_equal(used, want_used);
		if (want != SOCKS5_MORE)
			assert_int_equal(s.reply, reply);
	}

	start(&s);
	size_t total = 0;
	err_t e = OK;
	st = SOCKS5_MORE;
	for (size_t i = 0; i < in.n && e == OK && st == SOCKS5_MORE; i++) {
		e = socks5_feed(&s, slice_of(in.p + i, 1), &used, &st);
		if (e == OK)
			total += used;
	}
	assert_int_equal(e, want_err);
	if (want_err == OK) {
		assert_int_equal(st, want);
		if (want == SOCKS5_CONNECTED)
			assert_int_equal(total, want_used);
	}
}

static void test_connected(void **state)
{
	(void)state;
	check(BYTES("\x05\x02\x01\x00\x05\x00\x00\x01\0\0\0\0\0\0"), OK, SOCKS5_CONNECTED, SOCKS5_OK, 14);
	check(BYTES("\x05\x02\x01\x00\x05\x00\x00\x01\0\0\0\0\0\0peer"), OK, SOCKS5_CONNECTED, SOCKS5_OK, 14);
	check(BYTES("\x05\x02\x01\x00\x05\x00\x00\x04"
	            "0123456789abcdef\0\0peer"),
	      OK, SOCKS5_CONNECTED, SOCKS5_OK, 26);
	check(BYTES("\x05\x02\x01\x00\x05\x00\x00\x03\x05hello\0\0peer"), OK, SOCKS5_CONNECTED, SOCKS5_OK, 16);
	check(BYTES("\x05\x02\x01\x00\x05\x00\x00\x03\x00\0\0peer"), OK, SOCKS5_CONNECTED, SOCKS5_OK, 11);
}

static void test_longest_reply(void **state)
{
	(void)state;
	u8 in[SOCKS5_REPLY_MAX] = {5, 2, 1, 0, 5, 0, 0, 3, 255};
	check(slice_of(in, sizeof in), OK, SOCKS5_CONNECTED, SOCKS5_OK, sizeof in);
	check(slice_of(in, sizeof in - 1), OK, SOCKS5_MORE, SOCKS5_OK, 0);
}

static void test_failed(void **state)
{
	(void)state;
	check(BYTES("\x05\x02\x01\x00\x05\xf0\x00\x01\0\0\0\0\0\0"), OK, SOCKS5_FAILED, SOCKS5_DESC_NOT_FOUND, 0);
	check(BYTES("\x05\x02\x01\x00\x05\x06"), OK, SOCKS5_FAILED, SOCKS5_EXPIRED, 0);
	struct socks5 s;
	start(&s);
	size_t used;
	enum socks5_state st;
	assert_int_equal(socks5_feed(&s, BYTES("\x05\x02\x01\x00\x05\xf6"), &used, &st), OK);
	assert_int_equal(socks5_feed(&s, BYTES("more"), &used, &st), OK);
	assert_int_equal(used, 0);
	assert_int_equal(st, SOCKS5_FAILED);
	for (int r = 0; r < 256; r++)
		assert_non_null(socks5_reply_text((enum socks5_reply)r));
	assert_true(socks5_reply_is_doubtful(SOCKS5_DESC_NOT_FOUND));
	assert_false(socks5_reply_is_doubtful(SOCKS5_BAD_ONION));
	assert_false(socks5_reply_is_doubtful(SOCKS5_OK));
}

/* What tor 0.4.9 sends when it reads all our requests at once. */
static void test_dropped_answers(void **state)
{
	(void)state;
	check(BYTES("\x01\x00\x05\x00\x00\x01\0\0\0\0\0\0peer"), OK, SOCKS5_CONNECTED, SOCKS5_OK, 12);
	check(BYTES("\x01\x00\x05\xf0\x00\x04"), OK, SOCKS5_FAILED, SOCKS5_DESC_NOT_FOUND, 0);
	check(BYTES("\x01\x00\x05\x02\x00\x01"), OK, SOCKS5_FAILED, SOCKS5_NOT_ALLOWED, 0);
	check(BYTES("\x05\x02\x05\xf6\x00\x01"), OK, SOCKS5_FAILED, SOCKS5_BAD_ONION, 0);
	check(BYTES("\x05\x02\x00\x01"), OK, SOCKS5_FAILED, SOCKS5_NOT_ALLOWED, 0);
	check(BYTES("\x05\xf6\x00\x01"), OK, SOCKS5_FAILED, SOCKS5_BAD_ONION, 0);
	/* but nobody is connected who was not authenticated */
	check(BYTES("\x05\x00\x00\x01\0\0\0\0\0\0"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x05\x02\x05\x00\x00\x01\0\0\0\0\0\0"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
}

static void test_wrong(void **state)
{
	(void)state;
	check(BYTES(""), OK, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x04"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x05\xff"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x05\x00\x01"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x05\x02\x06"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x05\x02\x01\x01"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x05\x02\x01\x00\x04"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
	check(BYTES("\x05\x02\x01\x00\x05\x00\x00\x02\x00"), ERR_PEER_FORMAT, SOCKS5_MORE, SOCKS5_OK, 0);
}

static void test_start_refuses(void **state)
{
	(void)state;
	struct socks5 s;
	struct buf out = buf_with_max(2000);
	char name[257];
	memset(name, 'a', 256);
	name[256] = 0;
	struct slice pw = slice_str("pw");
	assert_int_equal(socks5_start(&s, &out, "", 1, pw, pw), ERR_BUG);
	assert_int_equal(socks5_start(&s, &out, name, 1, pw, pw), ERR_BUG);
	assert_int_equal(socks5_start(&s, &out, "a b", 1, pw, pw), ERR_BUG);
	assert_int_equal(socks5_start(&s, &out, "\xc3\xbc", 1, pw, pw), ERR_BUG);
	assert_int_equal(socks5_start(&s, &out, "a", 1, slice_str(""), pw), ERR_BUG);
	assert_int_equal(socks5_start(&s, &out, "a", 1, pw, slice_str("")), ERR_BUG);
	assert_int_equal(socks5_start(&s, &out, "a", 1, slice_str(name), pw), ERR_BUG);
	assert_int_equal(socks5_start(&s, &out, "a", 1, slice_str("<torS0X>0"), pw), ERR_BUG);
	assert_int_equal(buf_bytes(&out).n, 0);
	name[255] = 0;
	assert_int_equal(socks5_start(&s, &out, name, 1, slice_str(name), slice_str(name)), OK);
	buf_free(&out);
	struct buf small = buf_with_max(5);
	assert_int_equal(socks5_start(&s, &small, "a", 1, pw, pw), ERR_PEER_LIMIT);
	buf_free(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connected), cmocka_unit_test(test_longest_reply),
		cmocka_unit_test(test_failed),    cmocka_unit_test(test_dropped_answers),
		cmocka_unit_test(test_wrong),     cmocka_unit_test(test_start_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
