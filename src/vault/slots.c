#include "vault/slots.h"

#include <stdlib.h>

static void find_gone(struct slots *s, const struct identities *ids)
{
	for (size_t i = 0; i < LINK_SLOTS; i++)
		if (s->identity[i] && !s->gone[i] && !identities_find(ids, s->identity[i]))
			s->gone[i] = ++s->count;
}

static bool is_free(const struct slots *s, size_t i)
{
	return s->identity[i] == 0 || s->gone[i];
}

u8 slots_of(struct slots *s, const struct identities *ids, u32 identity)
{
	size_t best = LINK_SLOTS;
	for (size_t i = 0; i < LINK_SLOTS; i++)
		if (s->identity[i] == identity)
			return (u8)i;
	find_gone(s, ids);
	for (size_t i = 0; i < LINK_SLOTS; i++)
		if (is_free(s, i) && (best == LINK_SLOTS || s->gone[i] < s->gone[best]))
			best = i;
	if (best == LINK_SLOTS)
		abort(); /* there are twice as many as identities */
	s->identity[best] = identity;
	s->gone[best] = 0;
	return (u8)best;
}
