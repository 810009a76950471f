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

static inline bool needle_is_at(const struct needle *x, const u8 *p)
{
	size_t k = 0;
	while (k < x->n && (p[k] ^ NEEDLE_MASK) == x->masked[k])
		k++;
	return k == x->n;
}

/* A sanitizer need not look at each of some hundred million bytes. */
#define NEEDLE_FAST __attribute__((no_sanitize("address", "undefined")))

/* Most memory of a process is zero. */
NEEDLE_FAST static inline bool needles_none_in(const u8 *p, size_t n)
{
	u64 any = 0, word;
	for (size_t i = 0; i + sizeof word <= n; i += sizeof word) {
		__builtin_memcpy(&word, p + i, sizeof word);
		any |= word;
	}
	return any == 0;
}

/* Counts the needles that begin in p[0:begins]; n bytes can be read. None begins with NEEDLE_MAX zeros. */
NEEDLE_FAST static inline void needles_count(const struct needle *x, size_t count, const u8 *p, size_t begins, size_t n,
                                             size_t *found)
{
	static u8 first[1 << 16]; /* whether any begins with these two bytes, masked */
	for (size_t j = 0; j < count; j++)
		first[x[j].masked[0] << 8 | x[j].masked[1]] = 1;
	const size_t block = 4096;
	for (size_t i = 0; i < begins && i + 1 < n; i++) {
		if (i % block == 0 && i + block <= n && needles_none_in(p + i, block)) {
			i += block - NEEDLE_MAX - 1;
			continue;
		}
		if (!first[(p[i] ^ NEEDLE_MASK) << 8 | (p[i + 1] ^ NEEDLE_MASK)])
			continue;
		for (size_t j = 0; j < count; j++)
			found[j] += i + x[j].n <= n && needle_is_at(&x[j], p + i);
	}
	for (size_t j = 0; j < count; j++)
		first[x[j].masked[0] << 8 | x[j].masked[1]] = 0;
}

/* How often each is there, into found[0:count]. A needle has 2 bytes or more. */
static inline void memory_count_all(const struct needle *x, size_t count, size_t *found)
{
	/* a mapping of its own, which is left out: what was read is in it */
	const size_t room = 1 << 20;
	u8 *copy = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	/* "from-to rw-p ...", a mapping a line. Static: on the stack it would lie over what is looked for there. */
	static char text[1 << 16];
	size_t text_n = 0;
	memset(found, 0, count * sizeof *found);
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
				needles_count(x, count, copy, room - NEEDLE_MAX, (size_t)n, found);
		}
	}
	close(mem);
	close(maps);
	munmap(copy, room);
}

/* How often it is there. */
static inline size_t memory_count(const struct needle *x)
{
	size_t found;
	memory_count_all(x, 1, &found);
	return found;
}

#endif
