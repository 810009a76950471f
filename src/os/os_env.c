#include "os/os_env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

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

void os_log(enum log_level level, const char *line)
{
	static const char *const marks[] = {"", "debug ", "", "warning: ", "error: "};
	fprintf(stderr, "%s%s\n", marks[level], line);
}
