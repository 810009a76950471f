#include "supervisor/logbook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "os/os_env.h"

#define TURN_BYTES \
	(2 * LOG_PIPE) /* of one process at once: one that never stops talking keeps nobody from the others */

static struct logbook *own_; /* a log_sink knows only its line */

/* "" where there is none, or none that says anything. */
static const char *real(const char *path, char *out, size_t cap)
{
	char *found = path ? realpath(path, NULL) : NULL;
	snprintf(out, cap, "%s", found && strlen(found) < cap ? found : "");
	free(found);
	return out;
}

void logbook_open(struct logbook *b, const struct env *env, const char *data)
{
	const char *home = getenv("HOME");
	*b = (struct logbook){.env = env};
	b->clean = (struct log_clean){{data, real(data, b->real_data, sizeof b->real_data), home,
	                               real(home, b->real_home, sizeof b->real_home)}};
	own_ = b;
}

void logbook_close(struct logbook *b)
{
	own_ = NULL;
	log_ring_free(&b->ring);
}

/* "vault: " at the beginning, perhaps behind "warning: ". */
static bool says_who(struct slice line, const char *name)
{
	static const enum log_level levels[] = {LOG_INFO, LOG_DEBUG, LOG_WARN, LOG_ERROR};
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		char begin[64];
		size_t n = (size_t)snprintf(begin, sizeof begin, "%s%s: ", os_log_mark(levels[i]), name);
		if (line.n >= n && memcmp(line.p, begin, n) == 0)
			return true;
	}
	return false;
}

void logbook_keep(struct logbook *b, const char *name, struct slice line)
{
	char text[MAX_LOG_LINE + 1];
	time_t now = (time_t)(env_wall_ms(b->env) / 1000);
	struct tm t;
	gmtime_r(&now, &t);
	size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ ", &t);
	if (!says_who(line, name))
		n += (size_t)snprintf(text + n, sizeof text - n, "%s: ", name);
	n += log_clean(&b->clean, line, text + n, sizeof text - n);
	log_ring_add(&b->ring, slice_of(text, n));
}

void logbook_sink(enum log_level level, const char *line)
{
	char text[MAX_LOG_LINE + 16];
	os_log(level, line);
	if (!own_)
		return;
	int n = snprintf(text, sizeof text, "%s%s", os_log_mark(level), line);
	logbook_keep(own_, "supervisor", slice_of(text, MIN((size_t)n, sizeof text - 1)));
}

static void end_line(struct logbook *b, struct log_stream *s)
{
	if (s->n)
		logbook_keep(b, s->name, slice_of(s->line, s->n));
	s->n = 0;
}

static void take(struct logbook *b, struct log_stream *s, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			end_line(b, s);
		else if (s->n < sizeof s->line)
			s->line[s->n++] = bytes[i];
	}
}

void logbook_read(struct logbook *b, struct log_stream *s)
{
	char bytes[16384];
	for (size_t all = 0; s->fd >= 0 && all < TURN_BYTES;) {
		ssize_t n = read(s->fd, bytes, sizeof bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) { /* all who could write are gone */
			close(s->fd);
			s->fd = -1;
			return;
		}
		os_say(bytes, (size_t)n);
		take(b, s, bytes, (size_t)n);
		all += (size_t)n;
	}
}

void logbook_end(struct logbook *b, struct log_stream *s)
{
	logbook_read(b, s);
	end_line(b, s);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

err_t logbook_stream(struct logbook *b, struct log_stream *s, const char *name, int *ret_theirs)
{
	int both[2];
	if (s->name)
		logbook_end(b, s);
	if (pipe2(both, O_CLOEXEC))
		return ERR_LOCAL_IO;
	fcntl(both[0], F_SETFL, O_NONBLOCK);
	fcntl(both[0], F_SETPIPE_SZ, LOG_PIPE); /* what the system allows is enough */
	*s = (struct log_stream){.fd = both[0], .name = name};
	*ret_theirs = both[1];
	return OK;
}
