/* web/http_head, its parts: the end of a head, the pieces of a line, lists and keys.
 *
 * Where a part has a loop over its text, the text has up to 6 bytes, a list 3: each turn looks at a byte or a piece and knows nothing
 * of those before. The others take any length a head can have (MAX_HTTP_HEAD).
 *
 * SOURCES tests/proofs/stub_bounds.c
 * UNWIND 8
 * UNWIND is_ws_key.0:23 strchr.0:17
 * REPLACE is_any_case:any_is_text
 * CUTS strchr
 */
#include "web/http_head.c"

#include "proof.h"

bool any_is_text(struct slice s, const char *text)
{
	(void)text;
	reads_slice(s);
	return any_bool();
}

void *memmem(const void *p, size_t n, const void *what, size_t m)
{
	const u8 *b = p;
	size_t at = any_size();
	reads(p, n);
	reads(what, m);
	if (n < m || any_bool())
		return NULL;
	assume(at <= n - m);
	return (void *)(b + at);
}

void prove_len(void)
{
	struct slice in = any_slice(8193);
	size_t n = http_head_len(in);
	prove(n <= in.n);
	reached(n == in.n && n == 8193);
}

void prove_cut(void)
{
	struct slice whole = any_slice(8192), rest = whole;
	assume(whole.p != NULL); /* a piece of a head that is there */
	struct slice part = cut(&rest, any_u8());
	prove(is_part_of(part, whole) && is_part_of(rest, whole));
	prove(part.n + rest.n == whole.n || part.n + rest.n + 1 == whole.n);
	reached(part.n == 4000 && rest.n == 4191);
}

void prove_trim(void)
{
	u8 text[6];
	size_t n = any_size();
	assume(n <= sizeof text);
	struct slice whole = slice_of(text, n), part = trim(whole);
	prove(is_part_of(part, whole));
	prove(part.n == 0 || (part.p[0] != ' ' && part.p[part.n - 1] != ' '));
	reached(whole.n == 6 && part.n == 3);
}

void prove_token(void)
{
	u8 text[6];
	size_t n = any_size();
	assume(n <= sizeof text);
	struct slice s = slice_of(text, n);
	bool is = is_token(s);
	prove(!is || s.n > 0);
	reached(is && s.n == 6);
}

void prove_gzip(void)
{
	u8 text[3];
	size_t n = any_size();
	assume(n <= sizeof text);
	struct slice list = slice_of(text, n);
	bool yes = takes_gzip(list);
	reached(yes && list.n == 3);
}

void prove_list(void)
{
	u8 text[3];
	size_t n = any_size();
	assume(n <= sizeof text);
	struct slice list = slice_of(text, n);
	bool yes = has_token(list, "upgrade");
	reached(yes && list.n == 3);
}

void prove_key(void)
{
	struct slice s = any_slice(25);
	bool is = is_ws_key(s);
	prove(!is || s.n == 24);
	reached(is);
}
