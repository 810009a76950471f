/* Functions of <string.h> that CBMC has no model of. */
#include "proof.h"

static bool is_one_of(char c, const char *set)
{
	for (; *set; set++)
		if (c == *set)
			return true;
	return false;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;
	while (s[n] && !is_one_of(s[n], reject))
		n++;
	return n;
}

size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;
	while (s[n] && is_one_of(s[n], accept))
		n++;
	return n;
}
