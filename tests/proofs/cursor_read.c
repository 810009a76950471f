/* wire/cursor, reading: no field is read past the end, whatever is read in whatever order.
 *
 * One step from any state in which the reader stands inside its input, to such a state again: so it holds for any number
 * of steps. The input has up to 65536 bytes (MAX_IPC); no loop depends on its length.
 *
 * SOURCES src/wire/cursor.c
 * UNWIND 9
 * CUTS get_u8 get_u16 get_u32
 */
#include "wire/cursor.h"

#include "proof.h"

void prove_step(void)
{
	struct slice in = any_slice(65536);
	size_t at = any_size();
	assume(at <= in.n);
	assume(in.p != NULL);
	struct reader r = reader_of(slice_of(in.p + at, in.n - at));
	r.bad = any_bool();
	bool was_bad = r.bad;
	const u8 *before = r.p;
	size_t left = r.left;

	u8 out[64];
	size_t n = any_size();
	struct slice got;
	switch (any_u8()) {
	case 0: get_u8(&r); break;
	case 1: get_u16(&r); break;
	case 2: get_u32(&r); break;
	case 3: get_u64(&r); break;
	case 4:
		assume(n <= sizeof out);
		get_bytes(&r, out, n);
		break;
	case 5:
		got = get_slice(&r, n);
		prove(is_part_of(got, in));
		prove(got.n == 0 || got.n == n);
		break;
	default:
		got = get_var(&r, n);
		prove(is_part_of(got, in));
		prove(got.n <= n);
		break;
	}
	prove(r.bad || !was_bad);
	prove(r.left <= left);
	prove(r.left == left || r.p == before + (left - r.left));
	reached(!r.bad && left == 65536 && r.left == 0);
}

/* An empty input without an address. */
void prove_nothing(void)
{
	struct reader r = reader_of(slice_of(NULL, 0));
	size_t n = any_size();
	u8 out[1] = {7};
	if (any_bool())
		get_bytes(&r, out, 0);
	struct slice got = any_bool() ? get_slice(&r, n) : get_var(&r, n);
	prove(got.n == 0 && out[0] == 7);
	prove(get_u8(&r) == 0 && r.bad);
	reached(n == 0);
}
