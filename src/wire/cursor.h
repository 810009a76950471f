/* Reading and writing bytes with an error that sticks: do every field, test once at the end.
 * Integers are big-endian. No allocation, no I/O. */
#ifndef BOC_WIRE_CURSOR_H
#define BOC_WIRE_CURSOR_H

#include "base/slice.h"

struct reader {
	const u8 *p;
	size_t left;
	bool bad;
};

static inline struct reader reader_of(struct slice in)
{
	return (struct reader){.p = in.p, .left = in.n};
}

/* Each gives zeros (or an empty slice) once the reader is bad. */
u8 get_u8(struct reader *r);
u16 get_u16(struct reader *r);
u32 get_u32(struct reader *r);
u64 get_u64(struct reader *r);
void get_bytes(struct reader *r, void *ret, size_t n);

/* n bytes, borrowed from the input. */
struct slice get_slice(struct reader *r, size_t n);

/* A u32 length and so many bytes, borrowed from the input; more than max makes the reader bad. */
struct slice get_var(struct reader *r, size_t max);

/* Whether everything was there and nothing is left over. */
static inline bool reader_is_done(const struct reader *r)
{
	return !r->bad && r->left == 0;
}

struct writer {
	u8 *p; /* borrowed room */
	size_t cap;
	size_t n;
	bool bad; /* something did not fit */
};

static inline struct writer writer_of(void *p, size_t cap)
{
	return (struct writer){.p = p, .cap = cap};
}

void put_u8(struct writer *w, u8 v);
void put_u16(struct writer *w, u16 v);
void put_u32(struct writer *w, u32 v);
void put_u64(struct writer *w, u64 v);
void put_bytes(struct writer *w, const void *p, size_t n);

/* What get_var reads; more than max makes the writer bad. */
void put_var(struct writer *w, struct slice s, size_t max);

/* What was written so far. Borrowed from the writer's room. */
static inline struct slice writer_bytes(const struct writer *w)
{
	return slice_of(w->p, w->n);
}

#endif
