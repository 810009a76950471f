/* wire/cursor, as cursor_read.c and cursor_write.c prove it: any value, or a part of the input; what is filled has room. */
#include "wire/cursor.h"

#include "proof.h"

static bool take(struct reader *r, size_t n)
{
	r->bad = r->bad || r->left < n;
	if (r->bad)
		return false;
	r->left -= n;
	return true;
}

u8 get_u8(struct reader *r)
{
	return take(r, 1) ? any_u8() : 0;
}

u16 get_u16(struct reader *r)
{
	return take(r, 2) ? any_u16() : 0;
}

u32 get_u32(struct reader *r)
{
	return take(r, 4) ? any_u32() : 0;
}

u64 get_u64(struct reader *r)
{
	return take(r, 8) ? any_u64() : 0;
}

void get_bytes(struct reader *r, void *ret, size_t n)
{
	prove(n == 0 || __CPROVER_w_ok(ret, n)); /* its bytes, of any value, stay as they were: of any value */
	(void)take(r, n);
}

/* The reader stays at the beginning of its input: the part is any of it. */
struct slice get_slice(struct reader *r, size_t n)
{
	if (!take(r, n))
		return slice_of(NULL, 0);
	return slice_of(r->p, n);
}

struct slice get_var(struct reader *r, size_t max)
{
	u32 n = get_u32(r);
	if (n > max)
		r->bad = true;
	return get_slice(r, n);
}

void put_bytes(struct writer *w, const void *p, size_t n)
{
	reads(p, n);
	if (w->bad || w->cap - w->n < n) {
		w->bad = true;
		return;
	}
	prove(n == 0 || __CPROVER_w_ok(w->p + w->n, n));
	w->n += n;
}

static void put_int(struct writer *w, size_t n)
{
	u8 b[8];
	put_bytes(w, b, n);
}

void put_u8(struct writer *w, u8 v)
{
	(void)v;
	put_int(w, 1);
}

void put_u32(struct writer *w, u32 v)
{
	(void)v;
	put_int(w, 4);
}

void put_u64(struct writer *w, u64 v)
{
	(void)v;
	put_int(w, 8);
}

void put_var(struct writer *w, struct slice s, size_t max)
{
	if (s.n > max)
		w->bad = true;
	put_int(w, 4);
	put_bytes(w, s.p, s.n);
}
