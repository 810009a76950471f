/* Looks for a secret in this process' own memory: heap (also what was freed), stacks, static data. */
#ifndef BOC_TEST_MEMORY_H
#define BOC_TEST_MEMORY_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/slice.h"

#define NEEDLE_MAX 64
#define NEEDLE_MASK 0xa5

/* A secret, kept so that looking for it does not find this. */
struct needle {
	size_t n;
	u8 masked[NEEDLE_MAX];
};

static inline struct needle needle_of(const void *secret, size_t n)
{
	struct needle x = {.n = n};
	const volatile u8 *p = secret; /* one by one: in wide registers it could be left on the stack */
	for (size_t i = 0; i < n; i++)
		x.masked[i] = p[i] ^ NEEDLE_MASK;
	return x;
}

static inline size_t needle_count(const struct needle *x, const u8 *p, size_t n)
{
	size_t found = 0;
	for (size_t i = 0; i + x->n <= n; i++) {
		size_t k = 0;
		while (k < x->n && (p[i + k] ^ NEEDLE_MASK) == x->masked[k])
			k++;
		found += k == x->n;
	}
	return found;
}

/* How often it is there. */
static inline size_t memory_count(const struct needle *x)
{
	/* a mapping of its own, which is left out: what was read is in it */
	const size_t room = 1 << 20;
	u8 *copy = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char text[1 << 16]; /* "from-to rw-p ...", a mapping a line */
	size_t found = 0, text_n = 0;
	for (ssize_t n; (n = read(maps, text + text_n, sizeof text - 1 - text_n)) > 0;)
		text_n += (size_t)n;
	text[text_n] = 0;
	for (char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		char *rest;
		unsigned long from = strtoul(line, &rest, 16), to = strtoul(rest + 1, &rest, 16);
		if (strncmp(rest, " rw", 3) != 0)
			continue;
		if (from == (unsigned long)(uintptr_t)copy || to - from > 256ul << 20) /* a sanitizer's shadow */
			continue;
		for (unsigned long at = from; at < to; at += room - NEEDLE_MAX) {
			ssize_t n = pread(mem, copy, MIN(room, to - at), (off_t)at);
			if (n > 0)
				found += needle_count(x, copy, (size_t)n);
		}
	}
	close(mem);
	close(maps);
	munmap(copy, room);
	return found;
}

#endif
