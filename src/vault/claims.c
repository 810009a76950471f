#include "vault/claims.h"

#include <stdlib.h>

void claims_add(struct claims *cs, const struct claim *c)
{
	if (cs->n == cs->cap) {
		/* not realloc: what it leaves behind would not be wiped */
		size_t cap = cs->cap ? 2 * cs->cap : 16;
		struct claim *more = calloc(cap, sizeof *more);
		if (!more)
			abort();
		if (cs->n)
			memcpy(more, cs->all, cs->n * sizeof *more);
		size_t n = cs->n;
		claims_clear(cs);
		*cs = (struct claims){.all = more, .n = n, .cap = cap};
	}
	cs->all[cs->n++] = *c;
}

static void take_at(struct claims *cs, size_t i)
{
	cs->all[i] = cs->all[--cs->n];
	wipe(&cs->all[cs->n], sizeof cs->all[cs->n]);
}

bool claims_take(struct claims *cs, u32 link, struct claim *ret)
{
	for (size_t i = 0; i < cs->n; i++) {
		if (cs->all[i].link != link)
			continue;
		*ret = cs->all[i];
		take_at(cs, i);
		return true;
	}
	return false;
}

void claims_forget(struct claims *cs, u64 contact)
{
	for (size_t i = cs->n; i-- > 0;) {
		if (cs->all[i].contact == contact)
			take_at(cs, i);
	}
}

void claims_clear(struct claims *cs)
{
	if (cs->all)
		wipe(cs->all, cs->cap * sizeof *cs->all);
	free(cs->all);
	*cs = (struct claims){0};
}
