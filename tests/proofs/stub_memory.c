/* <string.h> by what it may touch: each reads and writes what it is told, and what it writes is of any value. That is more
 * than the real ones can do, so what is proved with these holds with those; and the length of a run costs nothing. */
#include "proof.h"

void *memcpy(void *to, const void *from, size_t n)
{
	reads(from, n);
	fills(to, n);
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	return memcpy(to, from, n);
}

void *memset(void *to, int value, size_t n)
{
	(void)value;
	fills(to, n);
	return to;
}

void explicit_bzero(void *p, size_t n)
{
	fills(p, n);
}

int memcmp(const void *a, const void *b, size_t n)
{
	reads(a, n);
	reads(b, n);
	return any_bool() ? 0 : any_bool() ? 1 : -1;
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
