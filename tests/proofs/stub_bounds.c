/* <string.h> where it does not matter what is copied, for it is of any value before: only whether it may be. */
#include "proof.h"

void *memcpy(void *to, const void *from, size_t n)
{
	reads(from, n);
	prove(n == 0 || __CPROVER_w_ok(to, n));
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	return memcpy(to, from, n);
}

void explicit_bzero(void *p, size_t n)
{
	prove(n == 0 || __CPROVER_w_ok(p, n));
}

int memcmp(const void *a, const void *b, size_t n)
{
	reads(a, n);
	reads(b, n);
	return any_bool();
}

/* Some place where the byte is, or none. */
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
