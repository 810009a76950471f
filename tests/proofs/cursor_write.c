/* wire/cursor, writing: nothing is written past the room, whatever is written in whatever order.
 *
 * One step from any state in which the writer stands inside its room, to such a state again. The room has up to 65536
 * bytes; no loop depends on its length.
 *
 * SOURCES src/wire/cursor.c
 * UNWIND 9
 * CUTS put_int
 */
#include "wire/cursor.h"

#include "proof.h"

void prove_step(void)
{
	size_t cap = any_size(), at = any_size();
	assume(cap >= 1 && cap <= 65536 && at <= cap);
	struct writer w = writer_of(any_object(cap), cap);
	w.n = at;
	w.bad = any_bool();
	bool was_bad = w.bad;

	struct slice from = any_slice(65536);
	switch (any_u8()) {
	case 0: put_u8(&w, any_u8()); break;
	case 1: put_u16(&w, (u16)any_u8()); break;
	case 2: put_u32(&w, any_u32()); break;
	case 3: put_u64(&w, any_u64()); break;
	case 4: put_bytes(&w, from.p, from.n); break;
	default: put_var(&w, from, any_size()); break;
	}
	prove(w.n >= at && w.n <= cap);
	prove(w.bad || !was_bad);
	prove(!was_bad || w.n == at);
	reached(!w.bad && w.n == cap && from.n == 65536);
}
