#include "base/buf.h"

#include <stdlib.h>

void buf_free(struct buf *b)
{
	if (!b)
		return;
	if (b->p)
		wipe(b->p, b->cap);
	free(b->p);
	*b = buf_with_max(b->max);
}

/* Moves what is left to the front of room for `need` bytes; the old room is wiped. */
static void regrow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : 1024;
	while (cap < need)
		cap *= 2;
	cap = MIN(cap, MAX(b->max, need));
	u8 *p = malloc(cap);
	if (!p)
		abort();
	size_t used = b->tail - b->head;
	if (b->p) {
		memcpy(p, b->p + b->head, used);
		wipe(b->p, b->cap);
		free(b->p);
	}
	b->p = p;
	b->cap = cap;
	b->head = 0;
	b->tail = used;
}

err_t buf_append(struct buf *b, struct slice in)
{
	size_t used = b->tail - b->head;
	if (in.n > b->max || used > b->max - in.n)
		return ERR_PEER_LIMIT;
	if (in.n == 0)
		return OK;
	if (b->cap - b->tail < in.n) {
		if (b->cap >= used + in.n) {
			memmove(b->p, b->p + b->head, used);
			b->head = 0;
			b->tail = used;
		} else {
			regrow(b, used + in.n);
		}
	}
	memcpy(b->p + b->tail, in.p, in.n);
	b->tail += in.n;
	return OK;
}

void buf_consume(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	wipe(b->p + b->head, n);
	b->head += n;
	if (b->head == b->tail)
		b->head = b->tail = 0;
}
