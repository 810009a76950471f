/* The rules of a WebSocket, byte by byte (RFC 6455): what is a message, and what ends it with which code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "web/ws.h"

enum { FIN = 0x80, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

static struct ws *ws;

static int set_up(void **state)
{
	(void)state;
	ws = ws_new(slice_str(""));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ws = ws_free(ws);
	return 0;
}

/* A masked frame with this first byte; owned by this function until the next call. */
static struct slice frame(int first, const void *payload, size_t n)
{
	static u8 out[14 + 2 * MAX_WS_FRAME];
	static const u8 mask[4] = {1, 2, 3, 4};
	size_t at = 0;
	out[at++] = (u8)first;
	if (n < 126) {
		out[at++] = (u8)(0x80 | n);
	} else if (n < 65536) {
		out[at++] = 0x80 | 126;
		out[at++] = (u8)(n >> 8);
		out[at++] = (u8)n;
	} else {
		out[at++] = 0x80 | 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			out[at++] = (u8)((u64)n >> shift);
	}
	for (int i = 0; i < 4; i++)
		out[at++] = mask[i];
	for (size_t i = 0; i < n; i++)
		out[at++] = (u8)(((const u8 *)payload)[i] ^ mask[i % 4]);
	return slice_of(out, at);
}

/* Feeds bytes that complete no message. */
static void feed(struct slice in)
{
	struct ws_message m;
	assert_false(ws_next(ws, &in, MAX_WS_PREAUTH, &m));
	assert_int_equal(in.n, 0);
}

static void feed_frame(int first, const char *payload)
{
	feed(frame(first, payload, strlen(payload)));
}

/* Feeds bytes that complete this message, and no other. */
static void expect_message(struct slice in, bool is_binary, const char *text)
{
	struct ws_message m;
	assert_true(ws_next(ws, &in, MAX_WS_PREAUTH, &m));
	assert_int_equal(m.is_binary, is_binary);
	assert_true(slice_eq(m.bytes, slice_str(text)));
	feed(in);
}

/* What waits begins with this; it is taken off. */
static void expect_out(const void *bytes, size_t n)
{
	struct slice out = ws_pending(ws);
	assert_true(out.n >= n);
	assert_memory_equal(out.p, bytes, n);
	ws_sent(ws, n);
}

static void expect_silence(void)
{
	assert_int_equal(ws_pending(ws).n, 0);
}

static void expect_close(int status)
{
	const u8 out[] = {FIN | CLOSE, 2, (u8)(status >> 8), (u8)status};
	expect_out(out, sizeof out);
	expect_silence();
	assert_true(ws_is_closing(ws));
}

static void messages_of_any_length(void **state)
{
	(void)state;
	static const size_t lengths[] = {0, 1, 125, 126, 4095, 4096};
	char text[MAX_WS_PREAUTH + 1];
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		memset(text, 'x', sizeof text);
		text[lengths[i]] = 0;
		expect_message(frame(FIN | TEXT, text, lengths[i]), false, text);
		expect_message(frame(FIN | BINARY, text, lengths[i]), true, text);
	}
	expect_silence();
	assert_false(ws_is_closing(ws));
}

static void byte_by_byte_and_several_at_once(void **state)
{
	(void)state;
	u8 two[64];
	struct ws_message m;
	struct slice one = frame(FIN | TEXT, "hello", 5);
	memcpy(two, one.p, one.n);
	memcpy(two + one.n, one.p, one.n);
	for (size_t i = 0; i + 1 < one.n; i++)
		feed(slice_of(two + i, 1));
	expect_message(slice_of(two + one.n - 1, 1), false, "hello");
	struct slice in = slice_of(two, 2 * one.n);
	for (int i = 0; i < 2; i++) {
		assert_true(ws_next(ws, &in, MAX_WS_PREAUTH, &m));
		assert_true(slice_eq(m.bytes, slice_str("hello")));
	}
	feed(in);
}

static void fragments_with_a_ping_between(void **state)
{
	(void)state;
	feed_frame(TEXT, "hel");
	feed_frame(FIN | PING, "are you there?");
	expect_out("\x8a\x0e"
	           "are you there?",
	           16);
	feed_frame(0, "");
	feed_frame(0, "l");
	feed_frame(FIN | PONG, "unasked");
	expect_message(frame(FIN, "o", 1), false, "hello");
	expect_message(frame(FIN | TEXT, "next", 4), false, "next");
	expect_silence();
}

/* A character may be cut in two, a text may not. */
static void text_is_utf8(void **state)
{
	(void)state;
	feed_frame(TEXT, "\xc3");
	expect_message(frame(FIN, "\xbc", 1), false, "ü");
	expect_message(frame(FIN | BINARY, "\xc3", 1), true, "\xc3");
	feed_frame(FIN | TEXT, "\xc3");
	expect_close(1007);
}

static void frames_that_may_not_be(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		int status;
	} cases[] = {
#define CASE(bytes, status) {(bytes), sizeof(bytes) - 1, (status)}
#define MASK "\0\0\0\0"
		CASE("\x81\x02{}", 1002),               /* not masked */
		CASE("\x81\x00", 1002),                 /* nor this, which is empty */
		CASE("\x89\x00", 1002),                 /* nor a ping */
		CASE("\xc1\x82" MASK "{}", 1002),       /* RSV1 */
		CASE("\xa1\x82" MASK "{}", 1002),       /* RSV2 */
		CASE("\x91\x82" MASK "{}", 1002),       /* RSV3 */
		CASE("\xc9\x80" MASK, 1002),            /* RSV1 of a ping */
		CASE("\x83\x82" MASK "{}", 1002),       /* no such opcode */
		CASE("\x8b\x80" MASK, 1002),            /* no such control frame */
		CASE("\x80\x82" MASK "{}", 1002),       /* continues nothing */
		CASE("\x09\x80" MASK, 1002),            /* a ping in fragments */
		CASE("\x89\xfe\0\x7e" MASK, 1002),      /* a ping of 126 bytes */
		CASE("\x81\xfe\0\x02" MASK "{}", 1002), /* a length longer than needed */
		CASE("\x81\xff\0\0\0\0\0\0\0\x02" MASK, 1002),
		CASE("\x81\xff\x80\0\0\0\0\0\0\0" MASK, 1002),    /* or above 2^63 */
		CASE("\x01\x81" MASK "{\x81\x81" MASK "}", 1002), /* a message within another */
		CASE("\x01\x80" MASK "\x82\x80" MASK, 1002),
		CASE("\x01\x81" MASK "{\x83\x81" MASK "}", 1002),
		CASE("\x88\x81" MASK "x", 1002),                        /* a Close with half a code */
		CASE("\x88\x82" MASK "\x03\xed", 1002),                 /* 1005 is never sent */
		CASE("\x88\x82" MASK "\x07\xd0", 1002),                 /* 2000 is nobody's */
		CASE("\x88\x83" MASK "\x03\xe8\xff", 1007),             /* a reason that is no text */
		CASE("\x81\xff\0\0\x01\0\0\0\0\0" MASK "{", 1009),      /* of 1 TiB */
		CASE("\x82\xfe\x10\x01" MASK "{", 1009),                /* a byte too long */
		CASE("\x01\x81" MASK "{\x80\xfe\x10\0" MASK "}", 1009), /* both together */
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ws = ws_free(ws);
		ws = ws_new(slice_str(""));
		feed(slice_of(cases[i].bytes, cases[i].n));
		if (!ws_is_closing(ws))
			fail_msg("case %zu is not refused", i);
		expect_close(cases[i].status);
		feed_frame(FIN | TEXT, "still here"); /* is not even looked at */
		expect_silence();
	}
}

static void a_close_is_answered_with_its_code(void **state)
{
	(void)state;
	static const struct {
		const char *payload;
		size_t n, back;
	} cases[] = {{"", 0, 0}, {"\x03\xe8", 2, 2}, {"\x03\xe9gone", 6, 2}, {"\x0b\xb8", 2, 2}, {"\x13\x87", 2, 2}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ws = ws_free(ws);
		ws = ws_new(slice_str(""));
		feed(frame(FIN | CLOSE, cases[i].payload, cases[i].n));
		assert_true(ws_is_closing(ws));
		const u8 head[] = {FIN | CLOSE, (u8)cases[i].back};
		expect_out(head, sizeof head);
		expect_out(cases[i].payload, cases[i].back);
		expect_silence();
	}
}

static void the_limit_may_change_from_message_to_message(void **state)
{
	(void)state;
	static char text[MAX_WS_FRAME];
	struct ws_message m;
	memset(text, 'x', sizeof text);
	struct slice in = frame(FIN | TEXT, text, sizeof text);
	assert_true(ws_next(ws, &in, MAX_WS_FRAME, &m));
	assert_int_equal(m.bytes.n, sizeof text);
	assert_false(ws_next(ws, &in, MAX_WS_FRAME, &m));
	feed(frame(FIN | TEXT, text, sizeof text));
	expect_close(1009);
}

static void what_we_send_is_whole_and_not_masked(void **state)
{
	(void)state;
	static const struct {
		size_t n;
		const char *head;
		size_t head_n;
	} cases[] = {
		{0, "\x81\0", 2},
		{125, "\x81\x7d", 2},
		{126, "\x81\x7e\0\x7e", 4},
		{65535, "\x81\x7e\xff\xff", 4},
		{65536, "\x81\x7f\0\0\0\0\0\x01\0\0", 10},
	};
	static char text[65536];
	memset(text, 'x', sizeof text);
	ws = ws_free(ws);
	ws = ws_new(slice_str("HTTP"));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(ws_send(ws, slice_of(text, cases[i].n), false), OK);
	assert_int_equal(ws_send(ws, slice_str("b"), true), OK);
	expect_out("HTTP", 4);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		expect_out(cases[i].head, cases[i].head_n);
		expect_out(text, cases[i].n);
	}
	expect_out("\x82\x01"
	           "b",
	           3);
	expect_silence();
}

static void nothing_is_queued_after_a_close(void **state)
{
	(void)state;
	assert_int_equal(ws_send(ws, slice_str("last"), false), OK);
	ws_close(ws, WS_NORMAL);
	ws_close(ws, WS_POLICY);
	assert_int_equal(ws_send(ws, slice_str("too late"), false), OK);
	feed_frame(FIN | PING, "");
	feed_frame(FIN | CLOSE, "");
	expect_out("\x81\x04last", 6);
	expect_close(1000);
}

/* A message that does not fit is not queued in part, and a Close always fits. */
static void the_queue_has_an_end(void **state)
{
	(void)state;
	static u8 big[1 << 20];
	size_t sent = 0;
	while (ws_send(ws, slice_of(big, sizeof big), true) == OK)
		sent++;
	assert_int_equal(sent, MAX_WEB_QUEUE / sizeof big - 1); /* heads count, too */
	assert_int_equal(ws_pending(ws).n, sent * (sizeof big + 10));
	size_t before = 0;
	for (int i = 0; i < 20000 && ws_pending(ws).n > before; i++) { /* who only pings and never reads */
		before = ws_pending(ws).n;
		feed_frame(FIN | PING,
		           "01234567890123456789012345678901234567890123456789012345678901234567890123456789");
	}
	assert_true(ws_is_closing(ws));
	assert_true(ws_pending(ws).n <= MAX_WEB_QUEUE + 256);
	ws_sent(ws, ws_pending(ws).n - 4);
	expect_close(1008);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(messages_of_any_length),
		T(byte_by_byte_and_several_at_once),
		T(fragments_with_a_ping_between),
		T(text_is_utf8),
		T(frames_that_may_not_be),
		T(a_close_is_answered_with_its_code),
		T(the_limit_may_change_from_message_to_message),
		T(what_we_send_is_whole_and_not_masked),
		T(nothing_is_queued_after_a_close),
		T(the_queue_has_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
