/* Looks for a secret in this process' own memory: heap (also what was freed), stacks, static data. */
#ifndef BOC_TEST_MEMORY_H
#define BOC_TEST_MEMORY_H

#include <fcntl.h>
#include <stdio.h>
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
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char line[512], perms[8];
	unsigned long from, to;
	size_t found = 0;
	while (fgets(line, sizeof line, maps)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, perms) != 3 || perms[0] != 'r' || perms[1] != 'w')
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
	fclose(maps);
	munmap(copy, room);
	return found;
}

#endif
