/* web/http_head, the whole: from a head to its fields, from any set of fields to an answer.
 *
 * Heads of up to 10 bytes: a line and a field fit in, and each turn of a loop looks at one byte or one line. A line of any
 * length a head can have; any fields. The parts are http_parts.c's.
 *
 * UNWIND 14
 * UNWIND strlen.0:25 read_field.0:14 split.1:8
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

void *memchr(const void *p, int value, size_t n)
{
	const u8 *b = p;
	size_t at = any_size();
	reads(p, n);
	if (n == 0 || any_bool())
		return NULL;
	assume(at < n && b[at] == (u8)value);
	return (void *)(b + at);
}

int memcmp(const void *a, const void *b, size_t n)
{
	reads(a, n);
	reads(b, n);
	return any_bool();
}

void prove_field(void)
{
	struct head h;
	struct slice line = any_slice(8192);
	assume(line.n > 0);
	bool good = read_field(&h, line);
	reached(good && line.n == 8192);
}

void prove_split(void)
{
	struct head h = {0};
	struct slice in = any_slice(10);
	assume(in.n > 0);
	if (!split(in, &h))
		return;
	prove(is_part_of(h.method, in) && is_part_of(h.target, in) && is_part_of(h.version, in));
	prove(h.target.n > 0);
	reached(h.fields[F_HOST].p);
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
