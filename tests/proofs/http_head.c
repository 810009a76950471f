/* web/http_head, the whole: from a line of any length a head can have to its field, from any set of fields to an answer. The
 * parts are http_parts.c's, the lines http_split.c's.
 *
 * SOURCES tests/proofs/stub_bounds.c
 * UNWIND 14
 * UNWIND strlen.0:25
 * REPLACE is_token:any_is is_any_case:any_is_text trim:any_trim has_token:any_is_text takes_gzip:any_is is_ws_key:any_key
 */
#include "web/http_head.c"

#include "proof.h"

bool any_is(struct slice s)
{
	reads_slice(s);
	return any_bool();
}

bool any_is_text(struct slice s, const char *text)
{
	(void)text;
	return any_is(s);
}

bool any_key(struct slice s)
{
	return any_is(s) && s.n == 24;
}

struct slice any_trim(struct slice s)
{
	size_t from = any_size(), to = any_size();
	assume(from <= to && to <= s.n);
	reads_slice(s);
	return slice_of(s.p + from, to - from);
}

void prove_field(void)
{
	struct head h;
	struct slice line = any_slice(8192);
	assume(line.n > 0);
	bool good = read_field(&h, line);
	reached(good && line.n == 8192);
}

static struct http_site site = {.host = "127.0.0.1:1", .origin = "http://127.0.0.1:1"};

void prove_ws(void)
{
	struct head h;
	struct http_request r;
	for (size_t i = 0; i < F_COUNT; i++)
		h.fields[i] = any_slice(64);
	enum http_code code = read_ws(&h, &site, &r);
	prove(code != HTTP_SWITCHING || (r.is_ws && r.key.n == 24));
	reached(code == HTTP_SWITCHING);
}
