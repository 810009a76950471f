/* The request head: what passes, and which refusal meets the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "web/http_answer.h"
#include "web/http_head.h"
#include "web/peer_uid.h"

#define HOST "Host: 127.0.0.1:7777\r\n"
#define GZIP "Accept-Encoding: gzip, deflate, br\r\n"
#define OPENING                                                                         \
	"GET /ws HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define PROTOCOL "Sec-WebSocket-Protocol: chat.v1\r\n"
#define ORIGIN "Origin: http://127.0.0.1:7777\r\n"

static enum http_code judge(const char *head, struct http_request *r)
{
	struct http_site site = http_site_of(7777);
	if (http_head_len(slice_str(head)) != strlen(head))
		fail_msg("not a whole head: %s", head);
	return http_head_read(slice_str(head), &site, r);
}

static const struct {
	enum http_code want;
	const char *head;
} cases[] = {
	{HTTP_OK, "GET / HTTP/1.1\r\n" HOST GZIP "\r\n"},
	{HTTP_OK, "GET /a?b HTTP/1.1\r\nhost:\t127.0.0.1:7777 \r\naccept-encoding: br;q=1, GZIP ; q=0.5\r\n\r\n"},
	{HTTP_OK, "GET / HTTP/1.1\r\n" HOST GZIP "Sec-Fetch-Site: none\r\n\r\n"},
	{HTTP_OK, "GET / HTTP/1.1\r\n" HOST GZIP "Sec-Fetch-Site: same-origin\r\n" ORIGIN "\r\n"},
	/* Host */
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST HOST GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST "hOST: evil\r\n" GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST "Host : evil\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost:\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: 127.0.0.1:77777\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: 127.0.0.1:7778\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: localhost:7777\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: [::1]:7777\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: 127.0.0.1.:7777\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: 127.0.0.1:7777, x\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "GET / HTTP/1.1\r\nHost: evil.test:7777\r\n" GZIP "\r\n"},
	{HTTP_MISDIRECTED, "POST /ws HTTP/1.0\r\nHost: evil.test:7777\r\n\r\n"}, /* before all else */
	{HTTP_BAD_REQUEST, "GET http://127.0.0.1:7777/ HTTP/1.1\r\n" HOST GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET * HTTP/1.1\r\n" HOST GZIP "\r\n"},
	/* method, version, body */
	{HTTP_METHOD_NOT_ALLOWED, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n"},
	{HTTP_METHOD_NOT_ALLOWED, "HEAD / HTTP/1.1\r\n" HOST "\r\n"},
	{HTTP_METHOD_NOT_ALLOWED, "OPTIONS / HTTP/1.1\r\n" HOST "\r\n"},
	{HTTP_METHOD_NOT_ALLOWED, "get / HTTP/1.1\r\n" HOST GZIP "\r\n"},
	{HTTP_VERSION, "GET / HTTP/1.0\r\n" HOST GZIP "\r\n"},
	{HTTP_VERSION, "GET / HTTP/2.0\r\n" HOST GZIP "\r\n"},
	{HTTP_VERSION, "GET / HTTP/1.1 \r\n" HOST GZIP "\r\n"},
	{HTTP_VERSION, "GET /a b HTTP/1.1\r\n" HOST GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST GZIP "Content-Length: 0\r\n\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST GZIP "Transfer-Encoding: chunked\r\n\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST GZIP "Expect: 100-continue\r\n\r\n"},
	/* syntax */
	{HTTP_BAD_REQUEST, "\r\nGET / HTTP/1.1\r\n" HOST GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET\r\n\r\n"},
	{HTTP_BAD_REQUEST, "\r\n\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\n" HOST GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST "X: a\r\n folded: b\r\n" GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST "X\r\n" GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST ": x\r\n" GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n" GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n" GZIP "\r\n"},
	{HTTP_BAD_REQUEST, "GET / HTTP/1.1\r\n" HOST "X: \xc3\xa4\r\n" GZIP "\r\n"},
	/* who asks */
	{HTTP_FORBIDDEN, "GET /sw.js HTTP/1.1\r\n" HOST GZIP "Service-Worker: script\r\n\r\n"},
	{HTTP_FORBIDDEN, "GET / HTTP/1.1\r\n" HOST GZIP "Sec-Fetch-Site: same-site\r\n\r\n"},
	{HTTP_FORBIDDEN, "GET / HTTP/1.1\r\n" HOST GZIP "Sec-Fetch-Site: cross-site\r\n\r\n"},
	{HTTP_FORBIDDEN, "GET / HTTP/1.1\r\n" HOST GZIP "Origin: http://127.0.0.1:1\r\n\r\n"},
	{HTTP_NOT_ACCEPTABLE, "GET / HTTP/1.1\r\n" HOST "\r\n"},
	{HTTP_NOT_ACCEPTABLE, "GET / HTTP/1.1\r\n" HOST "Accept-Encoding: br, xgzip, gzip;q=0.0\r\n\r\n"},
	/* WebSocket */
	{HTTP_SWITCHING, OPENING HOST VERSION PROTOCOL ORIGIN "\r\n"},
	{HTTP_SWITCHING, OPENING HOST VERSION PROTOCOL ORIGIN "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
	{HTTP_MISDIRECTED, OPENING "Host: localhost:7777\r\n" VERSION PROTOCOL ORIGIN "\r\n"},
	{HTTP_FORBIDDEN, OPENING HOST VERSION PROTOCOL "\r\n"},
	{HTTP_FORBIDDEN, OPENING HOST VERSION PROTOCOL "Origin: null\r\n\r\n"},
	{HTTP_FORBIDDEN, OPENING HOST VERSION PROTOCOL "Origin: http://127.0.0.1:7778\r\n\r\n"},
	{HTTP_FORBIDDEN, OPENING HOST VERSION PROTOCOL "Origin: https://127.0.0.1:7777\r\n\r\n"},
	{HTTP_FORBIDDEN, OPENING HOST VERSION PROTOCOL "Origin: http://127.0.0.1:7777.evil.test\r\n\r\n"},
	{HTTP_FORBIDDEN, OPENING HOST VERSION PROTOCOL "Origin: http://localhost:7777\r\n\r\n"},
	{HTTP_BAD_REQUEST, OPENING HOST VERSION PROTOCOL ORIGIN ORIGIN "\r\n"},
	{HTTP_UPGRADE_REQUIRED, OPENING HOST "Sec-WebSocket-Version: 8\r\n" PROTOCOL ORIGIN "\r\n"},
	{HTTP_UPGRADE_REQUIRED, "GET /ws HTTP/1.1\r\n" HOST GZIP ORIGIN "\r\n"},
	{HTTP_BAD_REQUEST, OPENING HOST VERSION ORIGIN "\r\n"},
	{HTTP_BAD_REQUEST, OPENING HOST VERSION ORIGIN "Sec-WebSocket-Protocol: chat.v1, x\r\n\r\n"},
	{HTTP_BAD_REQUEST, OPENING HOST VERSION ORIGIN "Sec-WebSocket-Protocol: chat.v2\r\n\r\n"},
	{HTTP_BAD_REQUEST, "GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           "Sec-WebSocket-Key: short==\r\n" HOST VERSION PROTOCOL ORIGIN "\r\n"},
	{HTTP_NOT_ACCEPTABLE, "GET /ws? HTTP/1.1\r\n" HOST "\r\n"},
};

static void verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct http_request r;
		enum http_code got = judge(cases[i].head, &r);
		if (got != cases[i].want)
			fail_msg("%d, not %d:\n%s", (int)got, (int)cases[i].want, cases[i].head);
	}
}

static void what_is_read(void **state)
{
	(void)state;
	struct http_request r;
	assert_int_equal(judge("GET /x/y HTTP/1.1\r\n" HOST GZIP "\r\n", &r), HTTP_OK);
	assert_true(slice_eq(r.path, slice_str("/x/y")) && !r.is_ws);
	assert_int_equal(judge(OPENING HOST VERSION PROTOCOL ORIGIN "\r\n", &r), HTTP_SWITCHING);
	assert_true(slice_eq(r.key, slice_str("AAAAAAAAAAAAAAAAAAAAAA==")) && r.is_ws);
	assert_int_equal(http_head_len(slice_str("GET / HTTP/1.1\r\n\r")), 0);
	assert_int_equal(http_head_len(slice_str("a\r\n\r\nbc")), 5);
}

static void too_many_headers(void **state)
{
	(void)state;
	char head[4096];
	struct http_request r;
	int n = snprintf(head, sizeof head, "GET / HTTP/1.1\r\n" HOST GZIP);
	for (int i = 0; i < 63; i++)
		n += snprintf(head + n, sizeof head - (size_t)n, "X: y\r\n");
	snprintf(head + n, sizeof head - (size_t)n, "\r\n");
	assert_int_equal(judge(head, &r), HTTP_BAD_REQUEST);
}

/* The heads of all answers, and what only some have. */
static void answers(void **state)
{
	(void)state;
	static const char *const always[] = {
		"Cross-Origin-Opener-Policy: same-origin",
		"Cross-Origin-Embedder-Policy: require-corp",
		"Cross-Origin-Resource-Policy: same-origin",
		"Origin-Agent-Cluster: ?1",
		"X-Content-Type-Options: nosniff",
		"X-Frame-Options: DENY",
		"Referrer-Policy: no-referrer",
		"X-DNS-Prefetch-Control: off",
		"Cache-Control: no-store",
		"Connection: close",
		("Permissions-Policy: camera=(self), microphone=(self), clipboard-write=(self), clipboard-read=(), "
	         "geolocation=(), usb=(), serial=(), hid=(), payment=(), display-capture=(), browsing-topics=()"),
	};
	static const enum http_code codes[] = {HTTP_OK,
	                                       HTTP_NO_CONTENT,
	                                       HTTP_BAD_REQUEST,
	                                       HTTP_FORBIDDEN,
	                                       HTTP_NOT_FOUND,
	                                       HTTP_METHOD_NOT_ALLOWED,
	                                       HTTP_NOT_ACCEPTABLE,
	                                       HTTP_MISDIRECTED,
	                                       HTTP_UPGRADE_REQUIRED,
	                                       HTTP_HEADERS_TOO_LARGE,
	                                       HTTP_VERSION};
	static const u8 bytes[] = {1, 2, 3};
	struct page_file file = {"/", "text/html; charset=utf-8", bytes, sizeof bytes, 9, false};
	char head[HTTP_ANSWER_HEAD];
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		size_t n = http_answer_head(codes[i], codes[i] == HTTP_OK ? &file : NULL, head);
		assert_int_equal(n, strlen(head));
		assert_memory_equal(head + n - 4, "\r\n\r\n", 4);
		for (size_t k = 0; k < ARRAY_LEN(always); k++) {
			char line[400];
			snprintf(line, sizeof line, "\r\n%s\r\n", always[k]);
			assert_non_null(strstr(head, line));
		}
		assert_non_null(
			strstr(head, "\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; style-src "));
		assert_null(strstr(head, "unsafe"));
		assert_null(strcasestr(head, "\r\nserver:"));
		assert_null(strcasestr(head, "\r\naccess-control"));
		assert_null(strcasestr(head, "\r\nset-cookie"));
	}
	file.is_worker = true;
	http_answer_head(HTTP_OK, &file, head);
	assert_non_null(strstr(head, "; script-src 'self' 'wasm-unsafe-eval'; "));
	assert_non_null(strstr(head, "\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n"));
	http_answer_head(HTTP_NO_CONTENT, NULL, head);
	assert_non_null(strstr(head, "\r\nClear-Site-Data: \"cache\", \"storage\"\r\n"));
	assert_null(strstr(head, "Content-Length"));
}

static void lines_of_proc_net_tcp(void **state)
{
	(void)state;
	static const char line[] =
		"   3: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        "
		"0 12345 1 0000000000000000 20 4 30 10 -1";
	u32 uid = 0;
	assert_true(peer_uid_line(slice_str(line), "0100007F:9C40", "0100007F:1F90", &uid));
	assert_int_equal(uid, 1000);
	assert_false(peer_uid_line(slice_str(line), "0100007F:1F90", "0100007F:9C40", &uid));
	assert_false(peer_uid_line(slice_str("   3: 0100007F:9C40 0100007F:1F90 01 0:0"), "0100007F:9C40",
	                           "0100007F:1F90", &uid));
	assert_false(peer_uid_line(slice_str(""), "", "", &uid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts), cmocka_unit_test(what_is_read),          cmocka_unit_test(too_many_headers),
		cmocka_unit_test(answers),  cmocka_unit_test(lines_of_proc_net_tcp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
