/* A borrowed run of bytes. Whoever hands one out says until when it is valid. */
#ifndef BOC_BASE_SLICE_H
#define BOC_BASE_SLICE_H

#include "base/def.h"

struct slice {
	const u8 *p;
	size_t n;
};

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){.p = p, .n = n};
}

/* Borrows a NUL-terminated string without its NUL. */
static inline struct slice slice_str(const char *s)
{
	return slice_of(s, strlen(s));
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The part of s behind the first and before the last bytes that are all of `edges`, a NUL-terminated set. */
static inline struct slice slice_trim(struct slice s, const char *edges)
{
	size_t n = strlen(edges);
	while (s.n && memchr(edges, s.p[0], n))
		s = slice_of(s.p + 1, s.n - 1);
	while (s.n && memchr(edges, s.p[s.n - 1], n))
		s.n--;
	return s;
}

#endif
