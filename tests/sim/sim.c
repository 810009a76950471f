/* sim [--trace] --seed N | --seeds FROM-TO | --twice FROM-TO | --crowd FROM-TO | --opens: the deterministic simulator. Exit status 1 and
 * one line on standard output when a property does not hold; the same seed does the same again. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/selftest.h"
#include "os/folder.h"
#include "world.h"

bool sim_errors_are_due;
static u64 seed, trace_hash;
static bool is_tracing, is_crowd;
static char root[64], dir[80];
static const char *what = "seed";

u64 chance_next(struct chance *c)
{
	u64 z = c->state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

u64 sim_hash(struct slice s)
{
	u64 h = 0xcbf29ce484222325;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 0x100000001b3;
	return h;
}

void sim_trace(const char *fmt, ...)
{
	char line[300];
	va_list ap;
	int at = snprintf(line, sizeof line, "%10.3f ", (double)loop_now_ms / 1000);
	va_start(ap, fmt);
	vsnprintf(line + at, sizeof line - (size_t)at, fmt, ap);
	va_end(ap);
	trace_hash = (trace_hash ^ sim_hash(slice_str(line))) * 0x100000001b3;
	if (is_tracing)
		puts(line);
}

static void clean_up(void)
{
	if (root[0])
		folder_remove(root);
}

void sim_fail(const char *fmt, ...)
{
	char line[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	printf("sim: %s %llu: %s at %.3f s\n", what, (unsigned long long)seed, line, (double)loop_now_ms / 1000);
	fflush(stdout);
	clean_up();
	_exit(1);
}

static void log_to_trace(enum log_level level, const char *line)
{
	if (is_tracing)
		printf("           %s\n", line);
	if (level == LOG_ERROR && !sim_errors_are_due)
		sim_fail("ERROR: %s", line);
}

static void run(u64 n)
{
	seed = n;
	trace_hash = 0;
	story_run(dir, n, is_crowd);
}

/* "12" or "12-34". */
static bool read_range(const char *text, u64 *ret_from, u64 *ret_to)
{
	char *end;
	*ret_from = *ret_to = strtoull(text, &end, 10);
	if (end != text && *end == '-')
		*ret_to = strtoull(end + 1, &end, 10);
	return end != text && *end == 0 && *ret_from <= *ret_to;
}

static int usage(void)
{
	fputs("usage: sim [--trace] --seed N | --seeds FROM-TO | --twice FROM-TO | --crowd FROM-TO | --opens | "
	      "--cover\n",
	      stderr);
	return 2;
}

static void set_up(void)
{
	const char *shm = "/dev/shm"; /* memory, where there is one: nothing here has to last */
	umask(077);
	signal(SIGXFSZ, SIG_IGN); /* a full disk is a write that fails */
	snprintf(root, sizeof root, "%s/boc-sim-XXXXXX", access(shm, W_OK) == 0 ? shm : "/tmp");
	if (!mkdtemp(root) || crypto_selftest() != OK)
		abort();
	snprintf(dir, sizeof dir, "%s/w", root);
	log_init(log_to_trace, is_tracing ? LOG_DEBUG : LOG_ERROR, "log");
	world_prepare(dir);
}

int main(int argc, char **argv)
{
	u64 from = 0, to = 0;
	bool opens = argc >= 2 && strcmp(argv[argc - 1], "--opens") == 0, twice = false;
	bool cover = argc >= 2 && strcmp(argv[argc - 1], "--cover") == 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	int at = 1;
	if (at < argc && strcmp(argv[at], "--trace") == 0)
		is_tracing = true, at++;
	if (!opens && !cover) {
		if (at + 2 != argc || !read_range(argv[at + 1], &from, &to))
			return usage();
		twice = strcmp(argv[at], "--twice") == 0;
		is_crowd = strcmp(argv[at], "--crowd") == 0;
		if (!twice && !is_crowd && strcmp(argv[at], "--seed") != 0 && strcmp(argv[at], "--seeds") != 0)
			return usage();
	}
	set_up();
	if (opens) {
		what = "order";
		printf("sim: %u orders\n", opens_run(dir));
	}
	if (cover) {
		what = "day";
		cover_run(dir);
	}
	for (u64 n = from; n <= to && !opens && !cover; n++) {
		run(n);
		u64 hash = trace_hash;
		if (twice) {
			run(n);
			if (hash != trace_hash)
				sim_fail("NOT THE SAME AGAIN: %016llx, then %016llx", (unsigned long long)hash,
				         (unsigned long long)trace_hash);
		}
		if (from == to)
			printf("sim: seed %llu: %016llx\n", (unsigned long long)n, (unsigned long long)hash);
	}
	world_forget();
	clean_up();
	return 0;
}
