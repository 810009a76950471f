/* web/http_head, its lines: every one lies in the head, and none is empty when it is read as a field.
 *
 * Heads of up to 14 bytes: a request line and two lines fit in; each turn of a loop looks at one byte or one line, and knows
 * of those before only that there were some.
 *
 * SOURCES tests/proofs/stub_bounds.c
 * UNWIND 15
 * UNWIND split.1:6
 * REPLACE is_token:any_is read_field:any_field
 */
#include "web/http_head.c"

#include "proof.h"

bool any_is(struct slice s)
{
	reads_slice(s);
	return any_bool();
}

bool any_field(struct head *h, struct slice line)
{
	prove(line.n > 0);
	reads_slice(line);
	(void)h;
	return any_bool();
}

void prove_split(void)
{
	u8 text[14];
	size_t n = any_size();
	assume(n >= 1 && n <= sizeof text);
	struct slice in = slice_of(text + (sizeof text - n), n);
	struct head h = {0};
	bool good = split(in, &h);
	reached(good && n == sizeof text);
	if (!good)
		return;
	prove(is_part_of(h.method, in) && is_part_of(h.target, in) && is_part_of(h.version, in));
	prove(h.target.n > 0);
}
