/* base/buf: nothing is read or written past the room, and it never holds more than its maximum.
 *
 * One step from any state with head ≤ tail ≤ cap ≤ 32 kB, to such a state again. The room grows by doubling.
 *
 * SOURCES src/base/buf.c tests/proofs/stub_memory.c
 * UNWIND 17
 */
#include "base/buf.h"

#include "proof.h"

#define MOST ((size_t)32768)

static struct buf any_buf(void)
{
	struct buf b = buf_with_max(any_size());
	assume(b.max <= MOST);
	if (any_bool())
		return b;
	b.cap = any_size();
	b.head = any_size();
	b.tail = any_size();
	assume(b.cap >= 1 && b.cap <= MOST && b.head <= b.tail && b.tail <= b.cap && b.tail - b.head <= b.max);
	b.p = any_object(b.cap);
	return b;
}

static void is_good(const struct buf *b)
{
	prove(b->head <= b->tail && b->tail <= b->cap && b->tail - b->head <= b->max);
	reads(b->p, b->cap);
}

void prove_append(void)
{
	struct buf b = any_buf();
	size_t used = buf_bytes(&b).n;
	struct slice in = any_slice(MOST + 1);
	err_t e = buf_append(&b, in);
	is_good(&b);
	prove(e == OK ? buf_bytes(&b).n == used + in.n : buf_bytes(&b).n == used && e == ERR_PEER_LIMIT);
	reached(e == OK && in.n > 8192);
}

void prove_consume(void)
{
	struct buf b = any_buf();
	size_t used = buf_bytes(&b).n, n = any_size();
	assume(n <= used);
	buf_consume(&b, n);
	is_good(&b);
	prove(buf_bytes(&b).n == used - n);
	reached(n > 0 && n < used);
}
