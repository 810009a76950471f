#include "wire/cursor.h"

static bool take(struct reader *r, size_t n)
{
	if (r->bad || r->left < n) {
		r->bad = true;
		return false;
	}
	if (n) /* an empty slice may be without an address */
		r->p += n;
	r->left -= n;
	return true;
}

static u64 get_int(struct reader *r, size_t n)
{
	const u8 *p = r->p;
	if (!take(r, n))
		return 0;
	u64 v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

u8 get_u8(struct reader *r)
{
	return (u8)get_int(r, 1);
}

u16 get_u16(struct reader *r)
{
	return (u16)get_int(r, 2);
}

u32 get_u32(struct reader *r)
{
	return (u32)get_int(r, 4);
}

u64 get_u64(struct reader *r)
{
	return get_int(r, 8);
}

void get_bytes(struct reader *r, void *ret, size_t n)
{
	const u8 *p = r->p;
	if (n == 0)
		return;
	if (take(r, n))
		memcpy(ret, p, n);
	else
		memset(ret, 0, n);
}

struct slice get_slice(struct reader *r, size_t n)
{
	const u8 *p = r->p;
	return take(r, n) ? slice_of(p, n) : slice_of(NULL, 0);
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
	if (w->bad || w->cap - w->n < n) {
		w->bad = true;
		return;
	}
	if (n)
		memcpy(w->p + w->n, p, n);
	w->n += n;
}

static void put_int(struct writer *w, u64 v, size_t n)
{
	u8 b[8];
	for (size_t i = 0; i < n; i++)
		b[i] = (u8)(v >> (8 * (n - 1 - i)));
	put_bytes(w, b, n);
}

void put_u8(struct writer *w, u8 v)
{
	put_int(w, v, 1);
}

void put_u16(struct writer *w, u16 v)
{
	put_int(w, v, 2);
}

void put_u32(struct writer *w, u32 v)
{
	put_int(w, v, 4);
}

void put_u64(struct writer *w, u64 v)
{
	put_int(w, v, 8);
}

void put_var(struct writer *w, struct slice s, size_t max)
{
	if (s.n > max)
		w->bad = true;
	put_u32(w, (u32)s.n);
	put_bytes(w, s.p, s.n);
}
