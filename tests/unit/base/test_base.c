#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/utf8.h"

static void a_buffer_never_grows_past_its_maximum(void **state)
{
	(void)state;
	struct buf b = buf_with_max(3000);
	static const u8 bytes[2000];
	assert_int_equal(buf_append(&b, slice_of(bytes, 2000)), OK);
	assert_int_equal(buf_append(&b, slice_of(bytes, 1001)), ERR_PEER_LIMIT);
	assert_int_equal(buf_bytes(&b).n, 2000);
	assert_int_equal(buf_append(&b, slice_of(bytes, 1000)), OK);
	buf_consume(&b, 2999);
	assert_int_equal(buf_append(&b, slice_of(bytes, 2000)), OK);
	assert_int_equal(buf_bytes(&b).n, 2001);
	buf_free(&b);
	buf_free(NULL);
}

static void a_buffer_keeps_the_order(void **state)
{
	(void)state;
	struct buf b = buf_with_max(4096);
	u8 in = 0, out = 0;
	for (int i = 0; i < 5000; i++) {
		for (int k = 0; k < i % 7; k++, in++)
			assert_int_equal(buf_append(&b, slice_of(&in, 1)), OK);
		struct slice s = buf_bytes(&b);
		size_t n = s.n / 2;
		for (size_t k = 0; k < n; k++)
			assert_int_equal(s.p[k], out++);
		buf_consume(&b, n);
	}
	buf_free(&b);
}

static void utf8_is_strict(void **state)
{
	(void)state;
	static const char *const good[] = {"", "a", "é", "€", "😀", "\xf4\x8f\xbf\xbf", "\n"};
	static const char *const evil[] = {"\x80",
	                                   "\xc3",
	                                   "\xc0\xaf",
	                                   "\xe0\x80\xaf",
	                                   "\xed\xa0\x80",
	                                   "\xf4\x90\x80\x80",
	                                   "\xf8\x88\x80\x80\x80",
	                                   "\xff",
	                                   "a\xe2\x82"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(utf8_is_text(slice_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(evil); i++)
		assert_false(utf8_is_text(slice_str(evil[i])));
	assert_false(utf8_is_text(slice_of("a\0b", 3)));
	assert_true(utf8_is_name(slice_str("Zoë 山")));
	assert_false(utf8_is_name(slice_str("a\tb")));
	assert_false(utf8_is_name(slice_str("a\u200db")));
	assert_false(utf8_is_name(slice_str("\u2066b")));
}

static void foreign_bytes_are_escaped_in_logs(void **state)
{
	(void)state;
	char out[32];
	assert_string_equal(log_escape(out, sizeof out, "a\n\x1b[b\\", 6), "a\\x0a\\x1b[b\\x5c");
	assert_true(strlen(log_escape(out, 8, "\n\n\n\n", 4)) < 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_never_grows_past_its_maximum),
		cmocka_unit_test(a_buffer_keeps_the_order),
		cmocka_unit_test(utf8_is_strict),
		cmocka_unit_test(foreign_bytes_are_escaped_in_logs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
