#include "os/os_env.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"

static u64 clock_ms(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

static u64 wall_ms(void *arg)
{
	(void)arg;
	return clock_ms(CLOCK_REALTIME);
}

/* BOOTTIME goes on while the machine sleeps: a link that slept through its deadline is past it. */
static u64 mono_ms(void *arg)
{
	(void)arg;
	return clock_ms(CLOCK_BOOTTIME);
}

static void fill_random(void *arg, void *out, size_t n)
{
	(void)arg;
	for (u8 *p = out; n > 0;) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		p += got;
		n -= (size_t)got;
	}
}

const struct env *os_env(void)
{
	static const struct env env = {.wall_ms = wall_ms, .mono_ms = mono_ms, .random = fill_random};
	return &env;
}

/* Whether bytes can be written to standard error now: at once, or soon where nobody was too slow before. */
static bool is_read(bool was_slow)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	return poll(&p, 1, was_slow ? 0 : LOG_WAIT_MS) != 0; /* an error shows in write() */
}

static bool write_all(const char *bytes, size_t n)
{
	while (n) {
		ssize_t put = write(STDERR_FILENO, bytes, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes += put;
		n -= (size_t)put;
	}
	return true;
}

void os_say(const char *bytes, size_t n)
{
	static bool is_slow;
	static unsigned long lost;
	char words[80];
	while (n) {
		size_t part = MIN(n, (size_t)PIPE_BUF); /* for which there is room in a pipe that can be written to */
		if (!is_read(is_slow)) {
			is_slow = true;
			lost += n;
			return;
		}
		is_slow = false;
		if (lost)
			write_all(words,
			          (size_t)snprintf(words, sizeof words, "[%lu bytes lost: nobody read them]\n", lost));
		lost = 0;
		write_all(bytes, part);
		bytes += part;
		n -= part;
	}
}

const char *os_log_mark(enum log_level level)
{
	static const char *const marks[] = {"", "debug ", "", "warning: ", "error: "};
	return marks[level];
}

void os_log(enum log_level level, const char *line)
{
	char text[MAX_LOG_LINE + 16]; /* log_line() has as much, and the mark */
	int n = snprintf(text, sizeof text, "%s%s\n", os_log_mark(level), line);
	os_say(text, MIN((size_t)n, sizeof text - 1));
}
