/* What this program and its processes say: forwarded to standard error as it comes, and the last lines kept, in memory only,
 * cleaned so that they can be given to somebody (base/log_clean.h). docs/decisions/0015. */
#ifndef BOC_SUPERVISOR_LOGBOOK_H
#define BOC_SUPERVISOR_LOGBOOK_H

#include "base/env.h"
#include "base/err.h"
#include "base/log.h"
#include "base/log_clean.h"
#include "base/log_ring.h"

/* One process's standard error. */
struct log_stream {
	int fd;           /* ours to read; -1: none */
	const char *name; /* borrowed */
	size_t n;         /* of the line that is not ended yet */
	char line[MAX_LOG_LINE];
};

struct logbook {
	const struct env *env; /* borrowed */
	struct log_ring ring;
	struct log_clean clean;
	char real_data[256], real_home[256]; /* what `clean` borrows */
};

/* data is borrowed, and is taken out of what is kept, as $HOME is. From now on log_init(logbook_sink, ...) keeps our own
 * lines in b, too. */
void logbook_open(struct logbook *b, const struct env *env, const char *data);
void logbook_close(struct logbook *b);

/* A log_sink: os_log(), and kept. */
void logbook_sink(enum log_level level, const char *line);

/* A new pipe for a process that is about to start: *ret_theirs is to become its standard error, the caller closes it. What the
 * process before left is read first. */
err_t logbook_stream(struct logbook *b, struct log_stream *s, const char *name, int *ret_theirs) MUST_CHECK;

/* Takes what is there. Never waits for more. */
void logbook_read(struct logbook *b, struct log_stream *s);

/* Takes what is there, ends the line, and closes it. */
void logbook_end(struct logbook *b, struct log_stream *s);

/* Keeps one line of a process, with the time and, unless it says it already, the name of the process. */
void logbook_keep(struct logbook *b, const char *name, struct slice line);

#endif
