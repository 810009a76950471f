/* The last lines of the log, in memory: the oldest go first. Lines are numbered from 1 on, for as long as it lives. */
#ifndef BOC_BASE_LOG_RING_H
#define BOC_BASE_LOG_RING_H

#include "base/limits.h"
#include "base/slice.h"

struct log_ring {
	char *lines[MAX_LOG_LINES]; /* owned; line number i at i % MAX_LOG_LINES */
	u64 first, next;            /* the oldest one that is there, the number of the next; zeroed is empty */
	size_t bytes;               /* with one for the end of each */
};

void log_ring_free(struct log_ring *r);

/* Keeps a copy; of what is longer than MAX_LOG_LINE the beginning. */
void log_ring_add(struct log_ring *r, struct slice line);

/* Lines from number `from` on, or the oldest one if that is gone, each with a newline behind it, as far as they fit into
 * cap (at least MAX_LOG_LINE + 1). Gives the bytes. *ret_first: the number of the first one, *ret_next: of the one that is to
 * be asked for next. */
size_t log_ring_read(const struct log_ring *r, u64 from, char *out, size_t cap, u64 *ret_first, u64 *ret_next);

/* Whether there is a line with that number or a later one. */
bool log_ring_has(const struct log_ring *r, u64 number);

#endif
