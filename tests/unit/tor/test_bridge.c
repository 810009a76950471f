#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "tor/bridge.h"

#define FP "0123456789ABCDEF0123456789abcdef01234567"
#define OBFS4 "obfs4 192.0.2.1:443 " FP " cert=AbC+/d0 iat-mode=0"
#define PLAIN "192.0.2.1:443 " FP

/* Reads text; gives what is written, or "" with the fault. */
static struct bridge_fault fault;
static struct bridges got;
static char written[MAX_BRIDGES_TEXT + 1];

static err_t take(struct slice text)
{
	struct buf out = buf_with_max(MAX_BRIDGES_TEXT);
	fault = (struct bridge_fault){0};
	err_t e = bridges_read(text, &out, &got, &fault);
	struct slice s = buf_bytes(&out);
	memcpy(written, s.n ? s.p : (const u8 *)"", s.n);
	written[s.n] = 0;
	if (e != OK)
		assert_int_equal(s.n, 0);
	buf_free(&out);
	return e;
}

static void reads(const char *text, const char *as)
{
	assert_int_equal(take(slice_str(text)), OK);
	assert_string_equal(written, as);
}

static void refuses(const char *text, u32 line, enum bridge_wrong what)
{
	assert_int_not_equal(take(slice_str(text)), OK);
	assert_int_equal(fault.what, what);
	assert_int_equal(fault.line, line);
}

static void what_people_are_given(void **state)
{
	(void)state;
	reads("", "");
	assert_int_equal(got.used, 0);
	reads("\n \t \r\n\n", "");
	reads(OBFS4, OBFS4 "\n");
	reads("Bridge " OBFS4 "\n", OBFS4 "\n");
	reads("  bridge   OBFS4\t192.0.2.1:443  " FP " cert=AbC+/d0 iat-mode=0 \r\n", OBFS4 "\n");
	reads(PLAIN, PLAIN "\n");
	assert_int_equal(got.used, BRIDGE_PLAIN);
	reads("Bridge [2001:db8::1]:9001 " FP, "[2001:db8::1]:9001 " FP "\n");
	static const char *const addresses[] = {
		"[::]",    "[::1]",          "[1::]", "[1:2:3:4:5:6:7:8]", "[1:2:3::6:7:8]", "[fe80::ABCD:0012]",
		"0.0.0.0", "255.255.255.255"};
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		char line[200];
		snprintf(line, sizeof line, "%s:65535 " FP "\n", addresses[i]);
		reads(line, line);
	}
	reads("webtunnel [2001:db8::2]:443 " FP " url=https://example.org/a?b=c ver=0.0.1",
	      "webtunnel [2001:db8::2]:443 " FP " url=https://example.org/a?b=c ver=0.0.1\n");
	const char *flake = "snowflake 192.0.2.3:80 " FP " fingerprint=" FP " url=https://example.org/ fronts=a.b,c.d "
			    "ice=stun:s.example:3478,stun:t.example:3478 utls-imitate=hellorandomizedalpn\n";
	reads(flake, flake);
	reads("\n" PLAIN "\n\nBridge " OBFS4 "\n" PLAIN "\n", PLAIN "\n" OBFS4 "\n" PLAIN "\n");
	assert_int_equal(got.count, 3);
	assert_int_equal(got.used, BRIDGE_PLAIN | 1u << BRIDGE_OBFS4);
	assert_int_equal(got.first[BRIDGE_VANILLA], 2);
	assert_int_equal(got.first[BRIDGE_OBFS4], 4);
	struct slice rest = slice_str(written), one;
	assert_true(bridges_next(&rest, &one) && slice_eq(one, slice_str(PLAIN)));
	assert_true(bridges_next(&rest, &one) && slice_eq(one, slice_str(OBFS4)));
	assert_true(bridges_next(&rest, &one));
	assert_false(bridges_next(&rest, &one));
}

static void what_is_no_bridge(void **state)
{
	(void)state;
	refuses("hello", 1, BRIDGE_TRANSPORT);
	refuses(PLAIN "\n\nmeek_lite 192.0.2.1:443 " FP " url=https://x/", 3, BRIDGE_TRANSPORT);
	refuses("Bridge", 1, BRIDGE_ADDRESS);
	refuses("Bridge Bridge " PLAIN, 1, BRIDGE_TRANSPORT);
	refuses("obfs4", 1, BRIDGE_ADDRESS);
	refuses("obfs4 example.org:443 " FP " cert=a iat-mode=0", 1, BRIDGE_ADDRESS);
	static const char *const addresses[] = {
		"192.0.2.1",
		"192.0.2.1:",
		"192.0.2.1:0",
		"192.0.2.1:65536",
		"192.0.2.1:0443",
		"192.0.2.256:443",
		"192.0.2:443",
		"2001:db8::1:443",
		"[2001:db8::1]443",
		"[2001:db8::1]",
		"[]:443",
		"[192.0.2.1]:443",
		"192.0.2.1:4x3",
		"192.0.2.1:+443",
		"1.2.3.4:443:5",
		"[::1]:99999",
		"192.0.2.1:123456",
		"192.0.02.1:443",
		"192.0.2.1.5:443",
		"192..2.1:443",
		"[1::2::3]:443",
		"[:1::2]:443",
		"[1:2:3:4:5:6:7:8:9]:443",
		"[1:2:3]:443",
		"[1::2:]:443",
		"[12345::]:443",
		"[1:2:3:4:5:6:7::8]:443",
		"[:::]:443",
		"[::g]:443",
		".1.2.3:443",
	};
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		char line[200];
		snprintf(line, sizeof line, "obfs4 %s " FP " cert=a iat-mode=0", addresses[i]);
		refuses(line, 1, BRIDGE_ADDRESS);
	}
	refuses("192.0.2.1:443", 1, BRIDGE_FINGERPRINT);
	refuses("192.0.2.1:443 0123", 1, BRIDGE_FINGERPRINT);
	refuses("192.0.2.1:443 " FP "0", 1, BRIDGE_FINGERPRINT);
	refuses("192.0.2.1:443 G123456789ABCDEF0123456789ABCDEF01234567", 1, BRIDGE_FINGERPRINT);
	refuses("obfs4 192.0.2.1:443 cert=a iat-mode=0", 1, BRIDGE_FINGERPRINT);
	refuses(PLAIN " cert=a", 1, BRIDGE_OPTION);
	refuses(OBFS4 " more", 1, BRIDGE_OPTION);
	refuses(OBFS4 " =x", 1, BRIDGE_OPTION);
	refuses(OBFS4 " x=", 1, BRIDGE_OPTION);
	refuses(OBFS4 " a/b=x", 1, BRIDGE_OPTION);
	refuses(OBFS4 " cert=x", 1, BRIDGE_OPTION);
	refuses("obfs4 192.0.2.1:443 " FP, 1, BRIDGE_MISSING);
	refuses("obfs4 192.0.2.1:443 " FP " cert=a", 1, BRIDGE_MISSING);
	refuses("webtunnel 192.0.2.1:443 " FP " ver=1", 1, BRIDGE_MISSING);
	refuses("snowflake 192.0.2.1:443 " FP, 1, BRIDGE_MISSING);
}

/* What could end the line in tor's eyes, or begin something else. */
static void what_would_be_more_than_a_bridge(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		char line[] = OBFS4 " a=b?c";
		char *at = strchr(line, '?');
		*at = (char)c;
		err_t e = take(slice_of(line, sizeof line - 1));
		bool plain = c == '\t' || c == ' ' || c == '\n';
		bool good = c > 0 && c < 128 && strchr("-._~:/?@&*+,=%[]", c) != NULL;
		good |= (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (plain)
			assert_int_equal(fault.what, c == '\n' ? BRIDGE_TRANSPORT : BRIDGE_OPTION);
		else if (good)
			assert_int_equal(e, OK);
		else
			assert_int_equal(fault.what, BRIDGE_CHARACTER);
	}
	refuses(PLAIN "\nUseBridges 0", 2, BRIDGE_TRANSPORT);
	refuses(PLAIN "\rUseBridges 0", 1, BRIDGE_CHARACTER);
	refuses(PLAIN "\" DisableNetwork=\"0", 1, BRIDGE_CHARACTER);
	refuses(PLAIN "\nClientTransportPlugin obfs4 exec /bin/sh", 2, BRIDGE_TRANSPORT);
}

static void bounds(void **state)
{
	(void)state;
	char text[MAX_BRIDGES_TEXT * 2] = "";
	const size_t each = strlen(PLAIN "\n");
	for (size_t i = 0; i <= MAX_BRIDGES; i++)
		memcpy(text + i * each, PLAIN "\n", each);
	assert_int_equal(take(slice_of(text, MAX_BRIDGES * each)), OK);
	assert_int_equal(got.count, MAX_BRIDGES);
	assert_int_equal(take(slice_str(text)), ERR_PEER_LIMIT);
	assert_int_equal(fault.line, MAX_BRIDGES + 1);
	char line[MAX_BRIDGE_LINE + 2];
	memset(line, 'x', sizeof line);
	memcpy(line, OBFS4 " x=", strlen(OBFS4 " x="));
	assert_int_equal(take(slice_of(line, MAX_BRIDGE_LINE)), OK);
	assert_int_equal(take(slice_of(line, MAX_BRIDGE_LINE + 1)), ERR_PEER_LIMIT);
	assert_int_equal(fault.what, BRIDGE_LONG);
	text[0] = 0;
	for (int i = 0; i < 9; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s\n", MAX_BRIDGE_LINE, line);
	assert_int_equal(take(slice_str(text)), ERR_PEER_LIMIT);
	assert_int_equal(fault.what, BRIDGE_MANY);
	assert_int_equal(fault.line, 8);
}

static void every_fault_has_words(void **state)
{
	(void)state;
	char text[BRIDGE_FAULT_TEXT];
	const struct bridge_fault system = {.what = BRIDGE_SYSTEM}; /* of no line */
	bridge_fault_text(&system, text);
	assert_null(strstr(text, "Line"));
	assert_non_null(strstr(text, "Nothing was changed."));
	for (int w = BRIDGE_FINE + 1; w <= BRIDGE_PROGRAM; w++) {
		struct bridge_fault f = {.line = 7, .what = (enum bridge_wrong)w, .transport = BRIDGE_OBFS4};
		bridge_fault_text(&f, text);
		assert_non_null(strstr(text, "Line 7: "));
		assert_null(strstr(text, "(null)"));
	}
	assert_non_null(strstr(text, "obfs4"));
	assert_non_null(strstr(text, "obfs4proxy"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_people_are_given),
		cmocka_unit_test(what_is_no_bridge),
		cmocka_unit_test(what_would_be_more_than_a_bridge),
		cmocka_unit_test(bounds),
		cmocka_unit_test(every_fault_has_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
