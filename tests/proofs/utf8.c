/* base/utf8: no byte is read past the end of the text, and the reader always moves on.
 *
 * One character from any place inside any text up to 6000 bytes (MAX_TEXT); the loop over a text does nothing else.
 *
 * UNWIND 4
 */
#include "base/utf8.c"

#include "proof.h"

void prove_next(void)
{
	struct slice s = any_slice(6000);
	size_t at = any_size();
	assume(at < s.n);
	size_t from = at;
	u32 c = utf8_next(s, &at);
	prove(at >= from && at <= s.n);
	prove(c == 0 || at > from);
	prove(c <= 0x10ffff && (c < 0xd800 || c > 0xdfff));
	/* only the shortest form */
	prove(c == 0 || at - from == (c < 0x80 ? 1u : c < 0x800 ? 2u : c < 0x10000 ? 3u : 4u));
	reached(c > 0xffff);
}
