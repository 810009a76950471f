#include "raw_client.h"

#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct web_process web;

int dial(void)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(web.port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

bool is_readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, ms) == 1;
}

size_t read_all(int fd, char *out, size_t cap)
{
	size_t n = 0;
	while (n < cap - 1 && is_readable(fd, 3000)) {
		ssize_t got = recv(fd, out + n, cap - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	out[n] = 0;
	return n;
}

bool is_closed_within(int fd, int ms)
{
	char c;
	return is_readable(fd, ms) && recv(fd, &c, 1, 0) <= 0;
}

void write_all(int fd, const void *p, size_t n)
{
	assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), (ssize_t)n);
}

int dial_as_script(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof a.sun_path, "%s", web.rpc);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

/* ---- WebSocket by hand (RFC 6455) ---- */

int dial_ws(void)
{
	char text[512], answer[1024];
	int n = snprintf(
		text, sizeof text,
		OPEN
		"Sec-WebSocket-Extensions: permessage-deflate\r\nHost: 127.0.0.1:%u\r\nSec-WebSocket-Version: 13\r\n"
		"Origin: http://127.0.0.1:%u\r\n\r\n",
		web.port, web.port);
	int fd = dial();
	write_all(fd, text, (size_t)n);
	size_t got = 0;
	do {
		assert_true(is_readable(fd, 2000));
		assert_int_equal(recv(fd, answer + got, 1, 0), 1);
		answer[++got] = 0;
	} while (got < sizeof answer - 1 && !strstr(answer, "\r\n\r\n"));
	assert_memory_equal(answer, "HTTP/1.1 101 ", 13);
	assert_non_null(strcasestr(answer, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
	assert_non_null(strcasestr(answer, "\r\nSec-WebSocket-Protocol: chat.v1\r\n"));
	assert_null(strcasestr(answer, "extensions"));
	assert_null(strcasestr(answer, "\r\nServer:"));
	return fd;
}

void put_frame(int fd, int opcode, const void *p, size_t n)
{
	static u8 out[80000];
	static const u8 mask[4] = {1, 2, 3, 4};
	size_t at = 0;
	out[at++] = (u8)(0x80 | opcode);
	if (n < 126) {
		out[at++] = (u8)n;
	} else if (n < 65536) {
		out[at++] = 126;
		out[at++] = (u8)(n >> 8);
		out[at++] = (u8)n;
	} else {
		out[at++] = 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			out[at++] = (u8)((u64)n >> shift);
	}
	out[1] |= 0x80;
	memcpy(out + at, mask, 4);
	at += 4;
	for (size_t i = 0; i < n; i++)
		out[at + i] = (u8)(((const u8 *)p)[i] ^ mask[i % 4]);
	write_all(fd, out, at + n);
}

static void take(int fd, u8 *out, size_t n)
{
	for (size_t got = 0; got < n;) {
		assert_true(is_readable(fd, 5000));
		ssize_t k = recv(fd, out + got, n - got, 0);
		assert_true(k > 0);
		got += (size_t)k;
	}
}

struct slice take_message(int fd, int *ret_opcode)
{
	static u8 message[2 * 1024 * 1024];
	size_t have = 0;
	for (;;) {
		u8 head[2], ext[8];
		take(fd, head, 2);
		u64 n = head[1] & 0x7f;
		size_t more = n == 126 ? 2 : n == 127 ? 8 : 0;
		assert_false(head[1] & 0x80);
		take(fd, ext, more);
		n = more ? 0 : n;
		for (size_t i = 0; i < more; i++)
			n = n << 8 | ext[i];
		assert_true(have + n < sizeof message);
		take(fd, message + have, n);
		have += n;
		if (head[0] & 0x0f)
			*ret_opcode = head[0] & 0x0f;
		if (head[0] & 0x80)
			return slice_of(message, have);
	}
}

json_t *call(int fd, char *text)
{
	int opcode = 0;
	put_frame(fd, TEXT, text, strlen(text));
	free(text);
	struct slice m = take_message(fd, &opcode);
	assert_int_equal(opcode, TEXT);
	json_t *j = json_loadb((const char *)m.p, m.n, 0, NULL);
	json_t *result = json_incref(json_object_get(j, "result"));
	assert_non_null(result);
	json_decref(j);
	return result;
}

json_t *sealed_next(int fd, struct page *p)
{
	int opcode = 0;
	struct slice m = take_message(fd, &opcode);
	assert_int_equal(opcode, BINARY);
	json_t *j = page_open(p, m);
	assert_non_null(j);
	return j;
}

void sealed_say(int fd, struct page *p, const char *text)
{
	static u8 frame[80000];
	put_frame(fd, BINARY, frame, page_seal(p, text, frame));
}

int log_in(struct page *p)
{
	int fd = dial_ws();
	*p = (struct page){0};
	snprintf(p->origin, sizeof p->origin, "http://127.0.0.1:%u", web.port);
	char *state_text = strdup("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"auth.state\"}");
	json_t *state = call(fd, state_text);
	bool is_first = strcmp(json_string_value(json_object_get(state, "vault")), "none") == 0;
	json_decref(state);
	if (is_first) {
		json_t *r = call(fd, page_register(p, "secret"));
		json_decref(call(fd, page_enroll(p, "secret", r)));
		json_decref(r);
	}
	json_t *r = call(fd, page_login(p, "secret"));
	char *text = page_finish(p, "secret", is_first ? "Alice" : "", r);
	json_decref(r);
	put_frame(fd, TEXT, text, strlen(text));
	free(text);
	json_t *done = sealed_next(fd, p);
	assert_non_null(json_object_get(done, "result"));
	json_decref(done);
	return fd;
}
