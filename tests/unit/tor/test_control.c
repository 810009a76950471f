#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "tor/control.h"
#include "tor/torrc.h"

#define ADDRESS "ap3s6jtprjw4xx4hfwhdsysw4vwhnjvwhrrbf3i4nzrqglszmpt6uayd"

static void feed(struct torctl *c, const char *text)
{
	assert_int_equal(torctl_feed(c, slice_str(text)), OK);
}

static struct torctl_event want(struct torctl *c, enum torctl_event_type type)
{
	struct torctl_event ev;
	assert_int_equal(torctl_next(c, &ev), OK);
	assert_int_equal(ev.type, type);
	return ev;
}

static void want_nothing(struct torctl *c)
{
	struct torctl_event ev;
	assert_int_equal(torctl_next(c, &ev), ERR_AGAIN);
}

static void want_sent(struct torctl *c, const char *text)
{
	assert_true(slice_eq(torctl_pending(c), slice_str(text)));
	torctl_sent(c, strlen(text));
	assert_int_equal(torctl_pending(c).n, 0);
}

static void test_commands(void **state)
{
	(void)state;
	struct torctl *c = torctl_new();
	u8 cookie[TORCTL_COOKIE_LEN];
	memset(cookie, 0xa5, sizeof cookie);
	u32 a, b, d;
	assert_int_equal(torctl_authenticate(c, cookie, &a), OK);
	want_sent(c, "AUTHENTICATE a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\r\n");
	assert_int_equal(torctl_takeownership(c, &b), OK);
	assert_int_equal(torctl_setevents(c, true, &d), OK);
	want_sent(c, "TAKEOWNERSHIP\r\nSETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC WARN ERR\r\n");
	assert_int_equal(torctl_signal(c, TORCTL_SIGNAL_ACTIVE, NULL), OK);
	assert_int_equal(torctl_signal(c, TORCTL_SIGNAL_SHUTDOWN, NULL), OK);
	assert_int_equal(torctl_del_onion(c, ADDRESS, NULL), OK);
	want_sent(c, "SIGNAL ACTIVE\r\nSIGNAL SHUTDOWN\r\nDEL_ONION " ADDRESS "\r\n");
	assert_true(a != b && b != d && a != 0 && b != 0 && d != 0);

	feed(c, "250 OK\r\n250 OK\r\n552 Unrecognized event \"X\"\r\n");
	struct torctl_event ev = want(c, TORCTL_REPLY);
	assert_int_equal(ev.id, a);
	assert_int_equal(ev.command, TORCTL_AUTHENTICATE);
	assert_int_equal(ev.reply.code, 250);
	assert_string_equal(ev.reply.text, "OK");
	assert_int_equal(want(c, TORCTL_REPLY).id, b);
	ev = want(c, TORCTL_REPLY);
	assert_int_equal(ev.id, d);
	assert_int_equal(ev.reply.code, 552);
	assert_string_equal(ev.reply.text, "Unrecognized event \"X\"");
	want_nothing(c);
	/* what a tor that is not ours logs is not ours to read */
	assert_int_equal(torctl_setevents(c, false, NULL), OK);
	want_sent(c, "SETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC\r\n");
	torctl_free(c);
}

static void test_add_onion(void **state)
{
	(void)state;
	struct torctl *c = torctl_new();
	struct onion_sec key;
	memset(key.b, 0, sizeof key.b);
	key.b[63] = 0xff;
	u32 id;
	assert_int_equal(torctl_add_onion(c, &key, 9999, "/run/a b", NULL), ERR_LOCAL_CONFIG);
	assert_int_equal(torctl_add_onion(c, &key, 9999, "/run/a", &id), OK);
	struct slice sent = torctl_pending(c);
	const u8 *room = sent.p;
	size_t n = sent.n;
	want_sent(c, "ADD_ONION ED25519-V3:"
	             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/w=="
	             " Flags=DiscardPK,MaxStreamsCloseCircuit MaxStreams=8 Port=9999,unix:/run/a\r\n");
	for (size_t i = 0; i < n; i++)
		assert_int_equal(room[i], 0); /* the key is gone from memory */
	feed(c, "250-ServiceID=" ADDRESS "\r\n250 OK\r\n");
	struct torctl_event ev = want(c, TORCTL_ONION_ADDED);
	assert_int_equal(ev.id, id);
	assert_string_equal(ev.onion_added, ADDRESS);

	static const char *const wrong[] = {"127.0.0.1:",
	                                    "127.0.0.1:0",
	                                    "127.0.0.1:65536",
	                                    "127.0.0.1:08",
	                                    "127.0.0.1:8 x",
	                                    "127.0.0.1:8\r\nQUIT",
	                                    "127.0.0.2:8",
	                                    "127.0.0.1:123456",
	                                    "",
	                                    "a"};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(torctl_add_onion(c, &key, 9999, wrong[i], NULL), ERR_LOCAL_CONFIG);
	assert_true(torctl_is_idle(c));
	assert_int_equal(torctl_add_onion(c, &key, 9999, "127.0.0.1:65535", NULL), OK);
	assert_false(torctl_is_idle(c));
	want_sent(c, "ADD_ONION ED25519-V3:"
	             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/w=="
	             " Flags=DiscardPK,MaxStreamsCloseCircuit MaxStreams=8 Port=9999,127.0.0.1:65535\r\n");
	feed(c, "250-ServiceID=" ADDRESS "\r\n250 OK\r\n");
	want(c, TORCTL_ONION_ADDED);
	assert_true(torctl_is_idle(c));

	assert_int_equal(torctl_add_onion(c, &key, 9999, "/run/a", NULL), OK);
	feed(c, "550 Onion address collision\r\n");
	ev = want(c, TORCTL_REPLY);
	assert_int_equal(ev.command, TORCTL_ADD_ONION);
	assert_int_equal(ev.reply.code, 550);

	assert_int_equal(torctl_add_onion(c, &key, 9999, "/run/a", NULL), OK);
	feed(c, "250-ServiceID=tooshort\r\n250 OK\r\n");
	assert_int_equal(torctl_next(c, &ev), ERR_PEER_FORMAT);
	torctl_free(c);

	c = torctl_new();
	assert_int_equal(torctl_del_onion(c, "x", NULL), ERR_BUG);
	assert_int_equal(torctl_del_onion(c, "AP3s6jtprjw4xx4hfwhdsysw4vwhnjvwhrrbf3i4nzrqglszmpt6uayd", NULL),
	                 ERR_BUG);
	torctl_free(c);
}

static void test_getinfo(void **state)
{
	(void)state;
	struct torctl *c = torctl_new();
	u32 v, b;
	assert_int_equal(torctl_get_version(c, &v), OK);
	assert_int_equal(torctl_get_bootstrap(c, &b), OK);
	want_sent(c, "GETINFO version\r\nGETINFO status/bootstrap-phase\r\n");
	/* as tor 0.4.9.11 wrote it, an event between the two answers */
	feed(c,
	     "250-version=0.4.9.11\r\n250 OK\r\n"
	     "650 STATUS_CLIENT NOTICE CIRCUIT_ESTABLISHED\r\n"
	     "250-status/bootstrap-phase=WARN BOOTSTRAP PROGRESS=14 TAG=handshake SUMMARY=\"Handshaking with a relay\" "
	     "WARNING=\"DONE\" REASON=DONE COUNT=1 RECOMMENDATION=ignore "
	     "HOSTID=\"0000000000000000000000000000000000000000\" HOSTADDR=\"192.0.2.1:110\"\r\n250 OK\r\n");
	struct torctl_event ev = want(c, TORCTL_VERSION);
	assert_int_equal(ev.id, v);
	assert_string_equal(ev.version.text, "0.4.9.11");
	assert_int_equal(ev.version.number.patch, 11);
	ev = want(c, TORCTL_CIRCUIT);
	assert_int_equal(ev.id, 0);
	assert_true(ev.circuit_established);
	ev = want(c, TORCTL_BOOTSTRAP);
	assert_int_equal(ev.id, b);
	assert_int_equal(ev.bootstrap.progress, 14);
	assert_string_equal(ev.bootstrap.tag, "handshake");
	assert_string_equal(ev.bootstrap.summary, "Handshaking with a relay");
	assert_true(ev.bootstrap.warning);
	assert_string_equal(ev.bootstrap.problem, "DONE");
	assert_string_equal(ev.bootstrap.reason, "DONE");
	assert_int_equal(ev.bootstrap.count, 1);
	assert_false(ev.bootstrap.recommend_warn);

	assert_int_equal(torctl_get_version(c, &v), OK);
	feed(c, "551 Internal error\r\n");
	assert_int_equal(want(c, TORCTL_REPLY).reply.code, 551);
	torctl_free(c);
}

static void test_events(void **state)
{
	(void)state;
	struct torctl *c = torctl_new();
	feed(c, "650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done \\\"all\\\" \\101\\n\"\r\n");
	struct torctl_event ev = want(c, TORCTL_BOOTSTRAP);
	assert_int_equal(ev.bootstrap.progress, 100);
	assert_string_equal(ev.bootstrap.summary, "Done \"all\" A\n");
	assert_false(ev.bootstrap.warning);
	assert_string_equal(ev.bootstrap.reason, "");

	feed(c, "650 STATUS_GENERAL WARN CLOCK_SKEW SKEW=-3600 SOURCE=DIRSERV:192.0.2.1:443\r\n"
	        "650 STATUS_GENERAL NOTICE CLOCK_SKEW SKEW=7200 MIN_SKEW=3600 SOURCE=\"CONSENSUS\"\r\n"
	        "650 STATUS_GENERAL NOTICE CLOCK_JUMPED TIME=65\r\n"
	        "650 STATUS_CLIENT NOTICE CIRCUIT_NOT_ESTABLISHED REASON=CLOCK_JUMPED\r\n");
	ev = want(c, TORCTL_CLOCK_SKEW);
	assert_int_equal(ev.clock_skew.seconds, -3600);
	assert_string_equal(ev.clock_skew.source, "DIRSERV:192.0.2.1:443");
	assert_true(ev.clock_skew.trusted);
	ev = want(c, TORCTL_CLOCK_SKEW);
	assert_int_equal(ev.clock_skew.seconds, 7200);
	assert_false(ev.clock_skew.trusted);
	assert_int_equal(want(c, TORCTL_CLOCK_JUMPED).clock_jumped_seconds, 65);
	assert_false(want(c, TORCTL_CIRCUIT).circuit_established);

	feed(c, "650 HS_DESC UPLOAD " ADDRESS " UNKNOWN $AA~r1 descid HSDIR_INDEX=BB\r\n"
	        "650 HS_DESC UPLOADED " ADDRESS " UNKNOWN $AA=r1\r\n"
	        "650 HS_DESC FAILED " ADDRESS " NO_AUTH $AA~r1 descid REASON=UPLOAD_REJECTED\r\n"
	        "650 HS_DESC REQUESTED " ADDRESS " NO_AUTH $AA~r1 descid\r\n");
	ev = want(c, TORCTL_HS_DESC);
	assert_int_equal(ev.hs_desc.action, TORCTL_HS_UPLOAD);
	assert_string_equal(ev.hs_desc.address, ADDRESS);
	ev = want(c, TORCTL_HS_DESC);
	assert_int_equal(ev.hs_desc.action, TORCTL_HS_UPLOADED);
	assert_string_equal(ev.hs_desc.hsdir, "$AA=r1");
	ev = want(c, TORCTL_HS_DESC);
	assert_int_equal(ev.hs_desc.action, TORCTL_HS_FAILED);
	assert_string_equal(ev.hs_desc.reason, "UPLOAD_REJECTED");
	assert_int_equal(want(c, TORCTL_HS_DESC).hs_desc.action, TORCTL_HS_OTHER);

	feed(c, "650 WARN Our clock is 1 hour \"behind\"\r\n650+ERR\r\nline 1\r\n..dot\r\n.\r\n650 OK\r\n");
	ev = want(c, TORCTL_LOG);
	assert_false(ev.log.error);
	assert_string_equal(ev.log.text, "Our clock is 1 hour \"behind\"");
	ev = want(c, TORCTL_LOG);
	assert_true(ev.log.error);
	assert_string_equal(ev.log.text, "line 1\n.dot");

	/* no type for these */
	feed(c, "650 STATUS_CLIENT WARN DANGEROUS_PORT PORT=25 RESULT=WARN\r\n650-CIRC 1\r\n650 X\r\n650 \r\n"
	        "650+NEWDESC\r\n650 no status line inside data\r\n.\r\n650 OK\r\n");
	want_nothing(c);
	torctl_free(c);
}

static void test_byte_by_byte(void **state)
{
	(void)state;
	static const char in[] = "250 OK\r\n250+x=\r\n..a\r\n\r\n.\r\n250 OK\r\n650 WARN w\r\n";
	struct torctl *c = torctl_new();
	assert_int_equal(torctl_takeownership(c, NULL), OK);
	assert_int_equal(torctl_takeownership(c, NULL), OK);
	size_t events = 0;
	for (size_t i = 0; i < sizeof in - 1; i++) {
		assert_int_equal(torctl_feed(c, slice_of(in + i, 1)), OK);
		struct torctl_event ev;
		err_t e = torctl_next(c, &ev);
		assert_true(e == OK || e == ERR_AGAIN);
		if (e == OK && ++events == 2)
			assert_string_equal(ev.reply.text, "x=\n.a\n\nOK");
	}
	assert_int_equal(events, 3);
	torctl_free(c);
}

static void test_malformed(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"250 OK\r\n", /* nobody asked */
		"25\r\n",
		"2x0 OK\r\n",
		"199 OK\r\n",
		"700 OK\r\n",
		"250_OK\r\n",
		"650 WARN a\n",             /* bare LF */
		"650 WARN a\rb\r\n",        /* bare CR */
		"650-WARN a\r\n250 OK\r\n", /* another code in the middle */
		"650 STATUS_CLIENT NOTICE BOOTSTRAP TAG=x\r\n",
		"650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=101\r\n",
		"650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=1x\r\n",
		"650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=1 SUMMARY=\"open\r\n",
		"650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=1 SUMMARY=\"a\"b\r\n",
		"650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=1 SUMMARY=\"\\0\"\r\n",
		"650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=1 SUMMARY=\"\\\r\n",
		"650 STATUS_GENERAL WARN CLOCK_SKEW SOURCE=x\r\n",
		"650 STATUS_GENERAL WARN CLOCK_SKEW SKEW=99999999999999999999\r\n",
		"650 HS_DESC UPLOADED\r\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct torctl *c = torctl_new();
		struct torctl_event ev;
		feed(c, bad[i]);
		assert_int_equal(torctl_next(c, &ev), ERR_PEER_FORMAT);
		/* final, whatever comes */
		assert_int_equal(torctl_next(c, &ev), ERR_PEER_FORMAT);
		assert_int_equal(torctl_feed(c, slice_str("650 WARN a\r\n")), ERR_PEER_FORMAT);
		assert_int_equal(torctl_takeownership(c, NULL), ERR_PEER_FORMAT);
		torctl_free(c);
	}
	struct torctl *c = torctl_new();
	struct torctl_event ev;
	assert_int_equal(torctl_feed(c, slice_of("650 WARN a\0b\r\n", 14)), OK);
	assert_int_equal(torctl_next(c, &ev), ERR_PEER_FORMAT);
	torctl_free(c);
}

/* Feeds start, then n bytes 'x', then end, draining in between. */
static err_t feed_long(struct torctl *c, const char *start, size_t n, const char *end, struct torctl_event *ret)
{
	char *text = malloc(strlen(start) + n + strlen(end) + 1), *at = text;
	assert_non_null(text);
	at = stpcpy(at, start);
	memset(at, 'x', n);
	memcpy(at + n, end, strlen(end) + 1);
	size_t total = strlen(text);
	err_t e = ERR_AGAIN;
	for (size_t i = 0; i < total && e == ERR_AGAIN; i += 1000) {
		assert_int_equal(torctl_feed(c, slice_of(text + i, MIN(1000, total - i))), OK);
		e = torctl_next(c, ret);
	}
	free(text);
	return e;
}

static void test_limits(void **state)
{
	(void)state;
	struct torctl_event ev;
	struct torctl *c = torctl_new();
	/* an over-long log line is cut, and the one behind it is whole; every length around the limit */
	for (size_t n = MAX_TOR_LINE - 20; n < MAX_TOR_LINE + 20; n++) {
		assert_int_equal(feed_long(c, "650 WARN ", n, "\r\n", &ev), OK);
		assert_int_equal(ev.type, TORCTL_LOG);
		assert_true(strlen(ev.log.text) == n || strlen(ev.log.text) == MAX_TOR_LINE - 1 - 9);
		feed(c, "650 WARN short\r\n");
		struct torctl_event next = want(c, TORCTL_LOG);
		assert_string_equal(next.log.text, "short");
	}
	assert_int_equal(feed_long(c, "650 WARN ", 3 * MAX_TOR_LINE, "\r\n", &ev), OK);
	/* cut inside quotes: skipped, not fatal */
	assert_int_equal(feed_long(c, "650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=1 SUMMARY=\"", 2 * MAX_TOR_LINE,
	                           "\"\r\n", &ev),
	                 ERR_AGAIN);
	/* an event of very many lines */
	feed(c, "650+WARN\r\n");
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(feed_long(c, "", MAX_TOR_LINE - 10, "\r\n", &ev), ERR_AGAIN);
	feed(c, ".\r\n650 OK\r\n");
	want(c, TORCTL_LOG);
	want_nothing(c);
	/* an answer may not be cut */
	assert_int_equal(torctl_takeownership(c, NULL), OK);
	assert_int_equal(feed_long(c, "250 ", 2 * MAX_TOR_LINE, "\r\n", &ev), ERR_PEER_LIMIT);
	torctl_free(c);

	c = torctl_new();
	assert_int_equal(torctl_takeownership(c, NULL), OK);
	feed(c, "250+x=\r\n");
	err_t e = ERR_AGAIN;
	for (size_t i = 0; i < 10 && e == ERR_AGAIN; i++)
		e = feed_long(c, "", MAX_TOR_LINE - 10, "\r\n", &ev);
	assert_int_equal(e, ERR_PEER_LIMIT);
	torctl_free(c);

	c = torctl_new();
	for (size_t i = 0; i < TORCTL_COMMANDS_MAX; i++)
		assert_int_equal(torctl_takeownership(c, NULL), OK);
	assert_int_equal(torctl_takeownership(c, NULL), ERR_AGAIN);
	feed(c, "250 OK\r\n");
	want(c, TORCTL_REPLY);
	assert_int_equal(torctl_takeownership(c, NULL), OK);
	u8 big[TORCTL_FEED_MAX + 1] = {0};
	assert_int_equal(torctl_feed(c, slice_of(big, sizeof big)), ERR_PEER_LIMIT);
	torctl_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands), cmocka_unit_test(test_add_onion),    cmocka_unit_test(test_getinfo),
		cmocka_unit_test(test_events),   cmocka_unit_test(test_byte_by_byte), cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
