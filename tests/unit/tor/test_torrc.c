#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "tor/torrc.h"
#include "tor/version.h"

static struct torrc plain(void)
{
	return (struct torrc){
		.data_dir = "/home/a/tor",
		.socks_path = "/run/a/socks",
		.control_path = "/run/a/control",
		.cookie_path = "/run/a/cookie",
		.owner_pid = 4711,
	};
}

/* The text as a string; the caller frees. NULL when it was refused. */
static char *text(const struct torrc *t)
{
	struct buf out = buf_with_max(TORRC_MAX);
	char *s = NULL;
	if (torrc_write(&out, t) == OK)
		s = strndup((const char *)buf_bytes(&out).p, buf_bytes(&out).n);
	else
		assert_int_equal(buf_bytes(&out).n, 0);
	buf_free(&out);
	return s;
}

static void assert_line(const struct torrc *t, const char *line)
{
	char *s = text(t);
	assert_non_null(s);
	char *at = strstr(s, line);
	assert_non_null(at);
	assert_true(at == s || at[-1] == '\n');
	assert_true(at[strlen(line)] == '\n');
	free(s);
}

static void test_lines(void **state)
{
	(void)state;
	struct torrc t = plain();
	assert_line(&t, "DataDirectory \"/home/a/tor\"");
	assert_line(&t, "SocksPort \"unix:\\\"/run/a/socks\\\" IsolateSOCKSAuth ExtendedErrors OnionTrafficOnly\"");
	assert_line(&t, "ControlPort \"unix:\\\"/run/a/control\\\"\"");
	assert_line(&t, "CookieAuthFile \"/run/a/cookie\"");
	assert_line(&t, "__OwningControllerProcess 4711");
	assert_line(&t, "ShutdownWaitLength 0");
	assert_line(&t, "DisableNetwork 1");
	t.extra = "TestingTorNetwork 1\nDirAuthority x";
	assert_line(&t, "TestingTorNetwork 1");
	assert_line(&t, "DirAuthority x"); /* the last line gets its end */
}

static void test_quoting(void **state)
{
	(void)state;
	struct torrc t = plain();
	t.data_dir = "/a b/#c\"d\\e\xc3\xbc";
	t.socks_path = "/a\"b\\c";
	assert_line(&t, "DataDirectory \"/a b/#c\\\"d\\\\e\xc3\xbc\"");
	assert_line(&t,
	            "SocksPort \"unix:\\\"/a\\\\\\\"b\\\\\\\\c\\\" IsolateSOCKSAuth ExtendedErrors OnionTrafficOnly\"");
}

static void assert_refused(const struct torrc *t)
{
	struct buf out = buf_with_max(TORRC_MAX);
	assert_int_equal(torrc_write(&out, t), ERR_LOCAL_CONFIG);
	assert_int_equal(buf_bytes(&out).n, 0);
	buf_free(&out);
}

static void test_refusals(void **state)
{
	(void)state;
	char longest[TOR_SOCKET_PATH_MAX + 2];
	memset(longest, 'x', sizeof longest);
	longest[0] = '/';
	longest[TOR_SOCKET_PATH_MAX] = 0;
	struct torrc t = plain();
	t.socks_path = t.control_path = longest;
	char *s = text(&t);
	assert_non_null(s);
	free(s);
	assert_true(tor_socket_path_ok(longest));
	longest[TOR_SOCKET_PATH_MAX] = 'x';
	longest[TOR_SOCKET_PATH_MAX + 1] = 0;
	assert_false(tor_socket_path_ok(longest));
	assert_refused(&t);
	t = plain(), t.control_path = longest, assert_refused(&t);
	t = plain(), t.data_dir = "relative", assert_refused(&t);
	t = plain(), t.data_dir = NULL, assert_refused(&t);
	t = plain(), t.data_dir = "/a\nSocksPort 9050", assert_refused(&t);
	t = plain(), t.cookie_path = "/a\x7f", assert_refused(&t);
	t = plain(), t.owner_pid = 0, assert_refused(&t);
	t = plain(), t.extra = "A 1\r\n", assert_refused(&t);

	struct buf small = buf_with_max(100);
	t = plain();
	assert_int_equal(torrc_write(&small, &t), ERR_PEER_LIMIT);
	assert_int_equal(buf_bytes(&small).n, 0);
	buf_free(&small);

	assert_true(tor_socket_path_ok("/tmp/x,y;#"));
	assert_false(tor_socket_path_ok("/tmp/x y"));
	assert_false(tor_socket_path_ok("/tmp/x\"y"));
	assert_false(tor_socket_path_ok("/tmp/x\\y"));
	assert_false(tor_socket_path_ok("/tmp/\xc3\xbc"));
	assert_false(tor_socket_path_ok("tmp/x"));
	assert_false(tor_socket_path_ok(""));
}

static void test_version(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		struct tor_version v;
	} good[] = {
		{"Tor version 0.4.9.11.\nThis build of Tor is covered by ...", {0, 4, 9, 11}},
		{"Tor version 0.4.8.16 (git-af84d5c3e39bd3b4).", {0, 4, 8, 16}},
		{"0.4.9.1-alpha-dev", {0, 4, 9, 1}},
		{"0.4.7.0", {0, 4, 7, 0}},
		{"10.0.0.0 ", {10, 0, 0, 0}},
	};
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct tor_version v;
		assert_int_equal(tor_version_parse(slice_str(good[i].text), &v), OK);
		assert_int_equal(tor_version_cmp(&v, &good[i].v), 0);
	}
	static const char *const bad[] = {
		"",          "Tor version",      "Tor version ",       "0.4.9",   "0.4.9.", "0..4.9",
		"0.4.9.11x", "0.4.9.1234567890", "Torversion 0.4.9.1", "-1.4.9.1"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct tor_version v;
		assert_int_equal(tor_version_parse(slice_str(bad[i]), &v), ERR_PEER_FORMAT);
	}
	struct tor_version old = {0, 4, 7, 16}, new = {0, 4, 8, 0}, newest = {0, 5, 0, 0}, min = TOR_VERSION_MIN;
	assert_true(tor_version_cmp(&old, &min) < 0);
	assert_true(tor_version_cmp(&new, &min) == 0);
	assert_true(tor_version_cmp(&newest, &min) > 0);
	char out[TOR_VERSION_TEXT];
	assert_string_equal(tor_version_text(&old, out), "0.4.7.16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
