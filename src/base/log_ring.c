#include "base/log_ring.h"

#include <stdlib.h>
#include <string.h>

static char **place(struct log_ring *r, u64 number)
{
	return &r->lines[number % MAX_LOG_LINES];
}

static void drop_first(struct log_ring *r)
{
	char **line = place(r, r->first++);
	r->bytes -= strlen(*line) + 1;
	free(*line);
	*line = NULL;
}

void log_ring_free(struct log_ring *r)
{
	while (r->first < r->next)
		drop_first(r);
}

void log_ring_add(struct log_ring *r, struct slice line)
{
	size_t n = MIN(line.n, (size_t)MAX_LOG_LINE);
	char *copy = malloc(n + 1);
	if (!copy)
		return; /* no reason to end */
	if (n)
		memcpy(copy, line.p, n);
	copy[n] = 0;
	n = strlen(copy);
	if (r->next == 0)
		r->first = r->next = 1;
	while (r->first < r->next && (r->next - r->first == MAX_LOG_LINES || r->bytes + n + 1 > MAX_LOG_BYTES))
		drop_first(r);
	*place(r, r->next++) = copy;
	r->bytes += n + 1;
}

size_t log_ring_read(const struct log_ring *r, u64 from, char *out, size_t cap, u64 *ret_first, u64 *ret_next)
{
	size_t n = 0;
	u64 i = MIN(MAX(from, r->first), r->next);
	*ret_first = i;
	for (; i < r->next; i++) {
		const char *line = r->lines[i % MAX_LOG_LINES];
		size_t len = strlen(line);
		if (len + 1 > cap - n)
			break;
		memcpy(out + n, line, len);
		out[n + len] = '\n';
		n += len + 1;
	}
	*ret_next = i;
	return n;
}

bool log_ring_has(const struct log_ring *r, u64 number)
{
	return number < r->next;
}
