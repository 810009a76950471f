/* The web role as a process: raw sockets against the page's port, and its end. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/selftest.h"
#include "os/os_env.h"
#include "raw_client.h"
#include "web/page.h"

#define SHORT_MS 300

static int start(void **state)
{
	(void)state;
	struct web_limits limits = WEB_LIMITS;
	limits.hub.login_ms = SHORT_MS;
	limits.header_ms = SHORT_MS;
	web_process_start(&web, limits);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	return web_process_stop(&web);
}

/* Sends a request in which every "PORT" stands for the port; gives the status, and the answer in out. */
static int ask(const char *request, char *out, size_t cap)
{
	char text[16384];
	size_t n = 0;
	for (const char *at = request; *at;) {
		if (strncmp(at, "PORT", 4) == 0) {
			n += (size_t)snprintf(text + n, sizeof text - n, "%u", web.port);
			at += 4;
		} else {
			text[n++] = *at++;
		}
	}
	int fd = dial();
	write_all(fd, text, n);
	size_t got = read_all(fd, out, cap);
	close(fd);
	return got > 12 && memcmp(out, "HTTP/1.1 ", 9) == 0 ? (int)strtol(out + 9, NULL, 10) : -1;
}

#define HOST "Host: 127.0.0.1:PORT\r\n"
#define GZIP "Accept-Encoding: gzip\r\n"

static void rules_of_http(void **state)
{
	(void)state;
	static const struct {
		int want;
		const char *request;
	} cases[] = {
		{200, "GET / HTTP/1.1\r\n" HOST GZIP "\r\n"},
		{404, "GET /?x HTTP/1.1\r\n" HOST GZIP "\r\n"},
		{404, "GET /../etc/passwd HTTP/1.1\r\n" HOST GZIP "\r\n"},
		{204, "GET /locked HTTP/1.1\r\n" HOST GZIP "\r\n"},
		{400, "GET / HTTP/1.1\r\n" GZIP "\r\n"},
		{400, "GET / HTTP/1.1\r\n" HOST HOST GZIP "\r\n"},
		{421, "GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n" GZIP "\r\n"},
		{421, "GET / HTTP/1.1\r\nHost: localhost:PORT\r\n" GZIP "\r\n"},
		{421, "GET / HTTP/1.1\r\nHost: [::1]:PORT\r\n" GZIP "\r\n"},
		{421, "GET / HTTP/1.1\r\nHost: 127.0.0.1.:PORT\r\n" GZIP "\r\n"},
		{400, "GET http://127.0.0.1:PORT/ HTTP/1.1\r\n" HOST GZIP "\r\n"},
		{405, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"},
		{400, "GET / HTTP/1.1\r\n" HOST GZIP "Content-Length: 5\r\n\r\nhello"},
		{400, "GET / HTTP/1.1\r\n" HOST GZIP "\r\nGET / HTTP/1.1\r\n" HOST GZIP "\r\n"},
		{403, "GET / HTTP/1.1\r\n" HOST GZIP "Service-Worker: script\r\n\r\n"},
		{403, "GET / HTTP/1.1\r\n" HOST GZIP "Sec-Fetch-Site: cross-site\r\n\r\n"},
		{406, "GET / HTTP/1.1\r\n" HOST "\r\n"},
	};
	static char answer[262144];
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int got = ask(cases[i].request, answer, sizeof answer);
		if (got != cases[i].want)
			fail_msg("%d, not %d:\n%s", got, cases[i].want, cases[i].request);
	}
}

static void rules_of_the_opening(void **state)
{
	(void)state;
	static const struct {
		int want;
		const char *request;
	} cases[] = {
		{403, OPEN HOST "Sec-WebSocket-Version: 13\r\n\r\n"},
		{403, OPEN HOST "Sec-WebSocket-Version: 13\r\nOrigin: null\r\n\r\n"},
		{403, OPEN HOST "Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:1\r\n\r\n"},
		{403, OPEN HOST "Sec-WebSocket-Version: 13\r\nOrigin: https://127.0.0.1:PORT\r\n\r\n"},
		{403, OPEN HOST "Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:PORT.evil\r\n\r\n"},
		{421,
	         OPEN "Host: evil.test:PORT\r\nSec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:PORT\r\n\r\n"},
		{426, OPEN HOST "Sec-WebSocket-Version: 12\r\nOrigin: http://127.0.0.1:PORT\r\n\r\n"},
	};
	char answer[4096];
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int got = ask(cases[i].request, answer, sizeof answer);
		if (got != cases[i].want)
			fail_msg("%d, not %d:\n%s", got, cases[i].want, cases[i].request);
	}
}

static void every_file_is_served(void **state)
{
	(void)state;
	static char answer[4 * 1024 * 1024];
	for (size_t i = 0; i < page_file_count; i++) {
		const struct page_file *f = &page_files[i];
		char request[256];
		snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST GZIP "\r\n", f->path);
		assert_int_equal(ask(request, answer, sizeof answer), 200);
		char *body = strstr(answer, "\r\n\r\n");
		assert_non_null(body);
		assert_memory_equal(body + 4, f->gzip, f->gzip_len);
		*body = 0;
		assert_non_null(strstr(answer, "\r\nContent-Security-Policy: default-src 'none'; "));
		assert_non_null(strstr(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
		assert_null(strcasestr(answer, "\r\nServer:"));
		assert_null(strcasestr(answer, "\r\nAccess-Control"));
	}
}

static void slow_and_long_heads(void **state)
{
	(void)state;
	int fd = dial();
	write_all(fd, "GET / HTTP/1.1\r\n", 16);
	assert_false(is_closed_within(fd, SHORT_MS / 2));
	assert_true(is_closed_within(fd, 2 * SHORT_MS));
	close(fd);
	static char big[MAX_HTTP_HEAD];
	char answer[4096];
	memset(big, 'a', sizeof big);
	fd = dial();
	write_all(fd, big, sizeof big);
	read_all(fd, answer, sizeof answer);
	assert_memory_equal(answer, "HTTP/1.1 431 ", 13);
	close(fd);
}

static void the_33rd_connection(void **state)
{
	(void)state;
	struct web_process mine, was = web;
	int fds[MAX_WEB_CONNECTIONS];
	char answer[4096];
	web_process_start(&mine, WEB_LIMITS);
	web = mine; /* dial() goes there */
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = dial();
	int more = dial();
	bool is_refused = is_closed_within(more, HTTP_HEADER_MS / 2);
	bool others_are_open = !is_readable(fds[0], 0) && !is_readable(fds[ARRAY_LEN(fds) - 1], 0);
	close(more);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	poll(NULL, 0, 100);
	int status = ask("GET /locked HTTP/1.1\r\n" HOST GZIP "\r\n", answer, sizeof answer);
	web = was;
	assert_int_equal(web_process_stop(&mine), 0);
	assert_true(is_refused);
	assert_true(others_are_open);
	assert_int_equal(status, 204);
}

static void a_page_logs_in_and_talks(void **state)
{
	(void)state;
	struct page a, b;
	int fd = log_in(&a), other = log_in(&b);
	poll(NULL, 0, 2 * SHORT_MS); /* no deadline any more */
	sealed_say(fd, &a,
	           "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"messages.send\",\"params\":{\"contact\":1,\"text\":"
	           "\"x\"}}");
	json_t *j = sealed_next(fd, &a);
	assert_int_equal(json_integer_value(json_object_get(j, "id")), 5);
	json_decref(j);
	for (int i = 0; i < 2; i++) {
		j = sealed_next(i ? fd : other, i ? &a : &b);
		assert_string_equal(json_string_value(json_object_get(j, "method")), "message.new");
		json_decref(j);
	}
	/* an answer of 600 kB goes out in one frame */
	sealed_say(fd, &a, "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"messages.list\",\"params\":{\"contact\":1}}");
	j = sealed_next(fd, &a);
	assert_int_equal(json_array_size(json_object_get(json_object_get(j, "result"), "messages")), 100);
	json_decref(j);
	sealed_say(other, &b, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"session.lock\"}");
	j = sealed_next(other, &b);
	assert_int_equal(json_integer_value(json_object_get(j, "id")), 7);
	json_decref(j);
	for (int i = 0; i < 2; i++) {
		int opcode = 0;
		j = sealed_next(i ? fd : other, i ? &a : &b);
		assert_string_equal(json_string_value(json_object_get(j, "method")), "session.locked");
		json_decref(j);
		take_message(i ? fd : other, &opcode);
		assert_int_equal(opcode, CLOSE);
		close(i ? fd : other);
	}
}

static void expect_end(int fd, int status)
{
	int opcode = 0;
	struct slice m = take_message(fd, &opcode);
	assert_int_equal(opcode, CLOSE);
	assert_true(m.n >= 2);
	assert_int_equal(m.p[0] << 8 | m.p[1], status);
	close(fd);
}

static void bad_frames_end_it(void **state)
{
	(void)state;
	static u8 big[MAX_WS_FRAME + 100];
	u8 frame[256];
	struct page p;
	memset(big, ' ', sizeof big);
	int fd = dial_ws(); /* before login */
	put_frame(fd, TEXT, big, MAX_WS_PREAUTH + 1);
	expect_end(fd, 1009);
	fd = dial_ws();
	put_frame(fd, BINARY, "{}", 2);
	expect_end(fd, 1008);
	fd = log_in(&p);
	size_t n = page_seal(&p, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status.get\"}", frame);
	put_frame(fd, BINARY, frame, n);
	json_decref(sealed_next(fd, &p));
	put_frame(fd, BINARY, frame, n); /* replay */
	expect_end(fd, 1008);
	fd = log_in(&p);
	n = page_seal(&p, "{}", frame);
	frame[n - 1] ^= 1;
	put_frame(fd, BINARY, frame, n);
	expect_end(fd, 1008);
	fd = log_in(&p);
	put_frame(fd, TEXT, "{}", 2);
	expect_end(fd, 1008);
	fd = log_in(&p);
	put_frame(fd, BINARY, big, sizeof big);
	expect_end(fd, 1009);
}

/* Bytes as they are, and what they are answered with. test_ws.c has the rest. */
static void frames_that_no_browser_sends_end_it(void **state)
{
	(void)state;
	static const struct {
		const char *frame;
		size_t n;
		int status;
	} cases[] = {
		{"\x81\x02{}", 4, 1002},                                                 /* not masked */
		{"\xc1\x82\x00\x00\x00\x00{}", 8, 1002},                                 /* RSV1, of an extension */
		{"\x83\x82\x00\x00\x00\x00{}", 8, 1002},                                 /* no such opcode */
		{"\x09\x80\x00\x00\x00\x00", 6, 1002},                                   /* a ping in fragments */
		{"\x81\xff\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00{", 15, 1009}, /* of 1 TiB */
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = dial_ws();
		write_all(fd, cases[i].frame, cases[i].n);
		expect_end(fd, cases[i].status);
	}
}

/* Asks for 38 MB and reads nothing. The vault answers in order: when the other page has its answer, all that is out. */
static void a_slow_page_is_cut_off(void **state)
{
	(void)state;
	static char waste[65536];
	struct page p, q;
	size_t total = 0;
	ssize_t n;
	int fd = log_in(&p), other = log_in(&q), small = 65536;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	for (int i = 0; i < MAX_RPC_CALLS; i++) {
		sealed_say(fd, &p,
		           "{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"messages.list\",\"params\":{\"contact\":1}}");
	}
	poll(NULL, 0, 50);
	sealed_say(other, &q, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"status.get\"}");
	assert_true(is_readable(other, 20000));
	json_decref(sealed_next(other, &q));
	close(other);
	while (is_readable(fd, 5000) && (n = recv(fd, waste, sizeof waste, 0)) > 0)
		total += (size_t)n;
	assert_true(n <= 0);
	assert_true(total < 2 * MAX_WEB_QUEUE);
	close(fd);
}

static void a_login_takes_too_long(void **state)
{
	(void)state;
	int opcode = 0, fd = dial_ws();
	assert_false(is_readable(fd, SHORT_MS / 2));
	assert_true(is_readable(fd, 2 * SHORT_MS));
	take_message(fd, &opcode);
	assert_int_equal(opcode, CLOSE);
	close(fd);
}

/* ---- where logins are held back for longer than a login may take ---- */

#define HELD_MS (3 * SHORT_MS)

static struct web_process usual;

static int start_held(void **state)
{
	(void)state;
	struct web_limits limits = WEB_LIMITS;
	struct page p;
	limits.hub = (struct hub_limits){SHORT_MS, HELD_MS, HELD_MS};
	usual = web;
	web_process_start(&web, limits); /* dial() goes there */
	close(log_in(&p));
	int fd = dial_ws();
	json_decref(call(fd, page_login(&p, "secret"))); /* an auth.login that no auth.finish follows */
	close(fd);
	return 0;
}

static int stop_held(void **state)
{
	int status = stop(state);
	web = usual;
	return status;
}

static void a_login_that_is_held_back_is_not_cut_off(void **state)
{
	(void)state;
	struct page p;
	u64 before = env_mono_ms(os_env());
	close(log_in(&p));
	assert_true(env_mono_ms(os_env()) - before > 2 * SHORT_MS);
}

static void a_script_that_closes_its_half_is_answered(void **state)
{
	(void)state;
	struct page p;
	char answer[4096], *login = page_login(&p, "secret");
	int fd = dial_as_script();
	write_all(fd, login, strlen(login));
	free(login);
	write_all(fd, "\n{}\n", 4);
	shutdown(fd, SHUT_WR);
	read_all(fd, answer, sizeof answer);
	assert_true(is_closed_within(fd, 0));
	close(fd);
	assert_non_null(strstr(answer, "\"id\":null,\"error\":"));
	assert_non_null(strstr(answer, "\"id\":\"auth.login\",\"result\":"));
	fd = dial_as_script(); /* one that has asked nothing */
	shutdown(fd, SHUT_WR);
	assert_true(is_closed_within(fd, 2000));
	close(fd);
}

static void it_is_confined(void **state)
{
	(void)state;
#if defined(__SANITIZE_ADDRESS__)
	skip();
#endif
	char path[64], text[8192] = "";
	snprintf(path, sizeof path, "/proc/%d/status", (int)web.web);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof text - 1, f) > 0);
	fclose(f);
	assert_non_null(strstr(text, "\nSeccomp:\t2\n"));
}

static void it_ends_with_the_vault(void **state)
{
	(void)state;
	struct web_process mine;
	int status = 0;
	web_process_start(&mine, WEB_LIMITS);
	poll(NULL, 0, 100);
	kill(mine.vault, SIGKILL);
	assert_int_equal(waitpid(mine.web, &status, 0), mine.web);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	waitpid(mine.vault, NULL, 0);
	unlink(mine.rpc);
	rmdir(mine.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_of_http),
		cmocka_unit_test(rules_of_the_opening),
		cmocka_unit_test(every_file_is_served),
		cmocka_unit_test(slow_and_long_heads),
		cmocka_unit_test(the_33rd_connection),
		cmocka_unit_test(a_page_logs_in_and_talks),
		cmocka_unit_test(bad_frames_end_it),
		cmocka_unit_test(frames_that_no_browser_sends_end_it),
		cmocka_unit_test(a_slow_page_is_cut_off),
		cmocka_unit_test(a_login_takes_too_long),
		cmocka_unit_test(it_is_confined),
		cmocka_unit_test_setup_teardown(a_login_that_is_held_back_is_not_cut_off, start_held, stop_held),
		cmocka_unit_test_setup_teardown(a_script_that_closes_its_half_is_answered, start_held, stop_held),
		cmocka_unit_test(it_ends_with_the_vault),
	};
	signal(SIGPIPE, SIG_IGN);
	if (crypto_selftest() != OK)
		return 1;
	return cmocka_run_group_tests(tests, start, stop);
}
