/* A byte queue with a hard maximum: append at the end, consume from the front. */
#ifndef BOC_BASE_BUF_H
#define BOC_BASE_BUF_H

#include "base/err.h"
#include "base/slice.h"

struct buf {
	u8 *p;       /* owned */
	size_t head; /* first unread byte */
	size_t tail; /* one past the last byte */
	size_t cap;
	size_t max;
};

/* An empty queue that never holds more than max bytes. Allocates nothing yet. */
static inline struct buf buf_with_max(size_t max)
{
	return (struct buf){.max = max};
}

/* Wipes and frees what the queue holds; it may be used again. NULL is fine. */
void buf_free(struct buf *b);

/* Copies in to the end. ERR_PEER_LIMIT when it would grow past max; then nothing is copied. */
err_t buf_append(struct buf *b, struct slice in) MUST_CHECK;

/* What is in the queue. Borrowed until the next call on b. */
static inline struct slice buf_bytes(const struct buf *b)
{
	return slice_of(b->p ? b->p + b->head : NULL, b->tail - b->head);
}

/* Drops the first n bytes (n <= buf_bytes(b).n) and wipes them. */
void buf_consume(struct buf *b, size_t n);

#endif
