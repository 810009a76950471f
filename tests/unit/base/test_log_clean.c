/* What is taken out of a line of the log before it is kept, and what stays. */
#include "base/log_clean.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/log_ring.h"

#define ADDR "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx"
#define HEX40 "0123456789ABCDEF0123456789abcdef01234567"
#define HEX32 "0123456789abcdef0123456789abcdef"

static const struct log_clean known = {{"/srv/chat data", "/home/wilhelmina", "", NULL}};

static void becomes(const char *line, const char *wanted)
{
	char out[600], again[600];
	size_t n = log_clean(&known, slice_str(line), out, sizeof out);
	assert_string_equal(out, wanted);
	assert_int_equal(n, strlen(out));
	log_clean(&known, slice_str(out), again, sizeof again);
	assert_string_equal(again, out);
}

static void stays(const char *line)
{
	becomes(line, line);
}

static void addresses_go(void **state)
{
	(void)state;
	becomes("cannot reach " ADDR ".onion:9735", "cannot reach [address]:9735");
	becomes(ADDR, "[address]");
	becomes("hs/" ADDR "/x", "hs/[address]/x");
	becomes("x1" ADDR, "x1[address]");
	becomes("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWX", "[address]");
	becomes("short.onion and sub.name.ONION.", "[address] and [address].");
	becomes("\"" ADDR ".onion\"", "\"[address]\"");
	stays("the onion of an onion");
}

static void internet_addresses_go(void **state)
{
	(void)state;
	becomes("Proxy at 192.0.2.77:443 refused", "Proxy at [ip] refused");
	becomes("(198.51.100.1)", "([ip])");
	becomes("[2001:db8::1]:443", "[[ip]]:443");
	becomes("at 2001:db8:0:1:2:3:4:5.", "at [ip].");
	becomes("fe80::1 and ::ffff:192.0.2.7", "[ip] and [ip]");
	stays("127.0.0.1:41234 and ::1");
	stays("Tor version 0.4.9.11.");
	stays("2026-11-23T03:24:53Z at 03:24:53");
	stays("300.1.2.3 and 1.2.3");
}

static void bridges_go(void **state)
{
	(void)state;
	becomes("Bridge obfs4 192.0.2.77:443 " HEX40 " cert=AbC/dEf+1 iat-mode=0",
	        "Bridge obfs4 [ip] [key] cert=[bridge] iat-mode=0");
	becomes("webtunnel url=https://example.org/secret", "webtunnel url=[bridge]");
	becomes("front=cdn.example.com,fronts=a.example", "front=[bridge]");
	becomes("GET https://example.org/path?x=1 failed", "GET [url] failed");
	becomes("stuck at $" HEX40 "~Nickname at", "stuck at $[key] at");
	becomes("$" HEX40 "=Nickname", "$[key]");
}

static void keys_go(void **state)
{
	(void)state;
	becomes("key " HEX40, "key [key]");
	becomes("x25519:AbCdEfGh0123456789AbCdEfGh0123456789AbC=", "x25519:[key]");
	stays("0123456789abcdef0123456789abcde"); /* one less */
	stays("#3 0x55d0 in vault_on_identity_set_picture_and_all /usr/lib/x86_64-linux-gnu/libcrypto.so.3");
}

static void folders_go(void **state)
{
	(void)state;
	becomes("cannot open /srv/chat data/vault/db", "cannot open [folder]/vault/db");
	becomes("/home/wilhelmina/x", "[folder]/x");
	becomes("/home/somebody.else/x and /Users/Eve", "[folder]/x and [folder]");
	becomes("/run/user/1000/x", "[folder]/x");
	stays("/srv/chat database");
	stays("/usr/share/tor/geoip");
}

/* A key may touch what stands before it, and only without the key is that seen for what it is. */
static void what_touches_a_key_goes_too(void **state)
{
	(void)state;
	becomes("at [68.0.92.0.2.0.92AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]", "at [[ip].[key]]");
	becomes("198.51.100.1.0." HEX40, "[ip].[key]");
	becomes("198.51.100.1" HEX40, "198.51.100.[key]"); /* the last number is of the key, too */
	becomes("name.onion" HEX32, "[address][key]");
	stays("127.0.0.1.[key] and /srv/chat database[key]");
}

static void every_other_byte_is_a_mark(void **state)
{
	(void)state;
	becomes("a\tb\x1b[1m\xc3\xa9", "a?b?[1m??");
	char out[8];
	assert_int_equal(log_clean(&known, slice_str("0123456789"), out, sizeof out), 7);
	assert_string_equal(out, "0123456");
	assert_int_equal(log_clean(&known, slice_of(NULL, 0), out, sizeof out), 0);
}

static void the_oldest_lines_go_first(void **state)
{
	(void)state;
	static struct log_ring r;
	char line[32], out[MAX_LOG_LINE + 1];
	u64 first, next;
	assert_int_equal(log_ring_read(&r, 1, out, sizeof out, &first, &next), 0);
	assert_false(log_ring_has(&r, next));
	for (int i = 1; i <= MAX_LOG_LINES + 10; i++) {
		snprintf(line, sizeof line, "line %d", i);
		log_ring_add(&r, slice_str(line));
	}
	size_t n = log_ring_read(&r, 1, out, 18, &first, &next);
	assert_int_equal(first, 11);
	assert_int_equal(next, 13);
	assert_int_equal(n, 16);
	assert_memory_equal(out, "line 11\nline 12\n", 16);
	assert_true(log_ring_has(&r, next));
	n = log_ring_read(&r, MAX_LOG_LINES + 10, out, sizeof out, &first, &next);
	assert_memory_equal(out, "line 2010\n", n);
	assert_false(log_ring_has(&r, next));
	assert_int_equal(log_ring_read(&r, UINT64_MAX, out, sizeof out, &first, &next), 0);
	log_ring_free(&r);
}

static void the_bytes_are_limited_too(void **state)
{
	(void)state;
	static struct log_ring r;
	static char line[2 * MAX_LOG_LINE];
	char out[MAX_LOG_LINE + 1];
	u64 first, next;
	memset(line, 'x', sizeof line);
	for (int i = 0; i < 1000; i++)
		log_ring_add(&r, slice_of(line, sizeof line));
	assert_true(r.bytes <= MAX_LOG_BYTES && r.bytes > MAX_LOG_BYTES - MAX_LOG_LINE - 1);
	assert_int_equal(log_ring_read(&r, 1, out, sizeof out, &first, &next), MAX_LOG_LINE + 1);
	assert_int_equal(next, first + 1);
	log_ring_free(&r);
	assert_int_equal(r.bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_go),
		cmocka_unit_test(internet_addresses_go),
		cmocka_unit_test(bridges_go),
		cmocka_unit_test(keys_go),
		cmocka_unit_test(folders_go),
		cmocka_unit_test(what_touches_a_key_goes_too),
		cmocka_unit_test(every_other_byte_is_a_mark),
		cmocka_unit_test(the_oldest_lines_go_first),
		cmocka_unit_test(the_bytes_are_limited_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
