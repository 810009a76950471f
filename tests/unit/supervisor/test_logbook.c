/* What processes say: all of it comes through unchanged, the last lines are kept, nobody stands still. */
#include "supervisor/logbook.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/os_env.h"

static struct logbook b;
static struct log_stream s;
static int screen[2], was;

/* Our standard error is a pipe that the test reads, or does not. */
static int begin(void **state)
{
	(void)state;
	setenv("HOME", "/home/wilhelmina", 1);
	assert_return_code(pipe2(screen, O_NONBLOCK | O_CLOEXEC), 0);
	fcntl(screen[1], F_SETFL, 0);
	was = dup(STDERR_FILENO);
	dup2(screen[1], STDERR_FILENO);
	s = (struct log_stream){.fd = -1};
	logbook_open(&b, os_env(), "/srv/data");
	return 0;
}

static int end(void **state)
{
	(void)state;
	dup2(was, STDERR_FILENO);
	close(was);
	close(screen[0]);
	close(screen[1]);
	logbook_close(&b);
	return 0;
}

static size_t on_screen(char *out, size_t cap)
{
	ssize_t n = read(screen[0], out, cap - 1);
	out[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

static const char *kept(u64 number)
{
	static char out[MAX_LOG_LINE + 1];
	u64 first, next;
	assert_true(log_ring_has(&b.ring, number));
	log_ring_read(&b.ring, number, out, sizeof out, &first, &next);
	*strchr(out, '\n') = 0;
	return out + strlen("2026-11-23T03:24:53Z ");
}

static void lines_come_through_and_are_kept(void **state)
{
	(void)state;
	int to;
	char out[4096];
	static const char said[] = "net: one\nwarning: net: two /srv/data/x\nwithout a name\nhalf";
	assert_int_equal(logbook_stream(&b, &s, "net", &to), OK);
	logbook_read(&b, &s); /* nothing there: it does not wait */
	assert_return_code(write(to, said, strlen(said)), 0);
	logbook_read(&b, &s);
	on_screen(out, sizeof out);
	assert_string_equal(out, said);
	assert_string_equal(kept(1), "net: one");
	assert_string_equal(kept(2), "warning: net: two [folder]/x");
	assert_string_equal(kept(3), "net: without a name");
	assert_false(log_ring_has(&b.ring, 4));
	close(to);
	logbook_end(&b, &s); /* it died in the middle of a word */
	assert_string_equal(kept(4), "net: half");
	assert_int_equal(s.fd, -1);
	logbook_end(&b, &s);
}

static void our_own_lines_are_kept(void **state)
{
	(void)state;
	char out[256];
	log_init(logbook_sink, LOG_INFO, "supervisor");
	log_warn("net ended in %s", "/home/wilhelmina/x");
	log_debug("not asked for");
	on_screen(out, sizeof out);
	assert_string_equal(out, "warning: supervisor: net ended in /home/wilhelmina/x\n");
	assert_string_equal(kept(1), "warning: supervisor: net ended in [folder]/x");
	assert_false(log_ring_has(&b.ring, 2));
}

static void a_line_without_end_is_cut(void **state)
{
	(void)state;
	int to;
	char out[4096];
	static char said[3 * MAX_LOG_LINE];
	memset(said, 'x', sizeof said);
	said[sizeof said - 1] = '\n';
	assert_int_equal(logbook_stream(&b, &s, "web", &to), OK);
	assert_int_equal(write(to, said, sizeof said), sizeof said);
	assert_int_equal(write(to, "web: next\n", 10), 10);
	logbook_read(&b, &s);
	assert_int_equal(on_screen(out, sizeof out), sizeof said + 10);
	assert_true(strlen(kept(1)) < MAX_LOG_LINE);
	assert_string_equal(kept(2), "web: next");
	close(to);
	logbook_end(&b, &s);
}

static void a_screen_that_nobody_reads_stops_nobody(void **state)
{
	(void)state;
	char out[256], all[65536];
	u64 begun = env_mono_ms(os_env());
	for (int i = 0; i < 3000; i++)
		os_log(LOG_INFO, "onion: a line of some length, again and again, and nobody reads any of it");
	assert_true(env_mono_ms(os_env()) - begun < 5000); /* it waited once, not 3000 times */
	while (on_screen(all, sizeof all))
		;
	os_log(LOG_INFO, "onion: somebody is back");
	on_screen(out, sizeof out);
	assert_non_null(strstr(out, "bytes lost: nobody read them]\nonion: somebody is back\n"));
}

static void a_process_may_say_much_before_anybody_reads(void **state)
{
	(void)state;
	int to;
	static char much[100000];
	char out[65536];
	memset(much, '\n', sizeof much);
	assert_int_equal(logbook_stream(&b, &s, "vault", &to), OK);
	struct pollfd p = {.fd = to, .events = POLLOUT};
	assert_int_equal(write(to, much, sizeof much), sizeof much); /* more than a pipe usually holds */
	assert_int_equal(poll(&p, 1, 0), 1);
	close(to);
	on_screen(out, sizeof out);
	logbook_end(&b, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_come_through_and_are_kept, begin, end),
		cmocka_unit_test_setup_teardown(our_own_lines_are_kept, begin, end),
		cmocka_unit_test_setup_teardown(a_line_without_end_is_cut, begin, end),
		cmocka_unit_test_setup_teardown(a_screen_that_nobody_reads_stops_nobody, begin, end),
		cmocka_unit_test_setup_teardown(a_process_may_say_much_before_anybody_reads, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
