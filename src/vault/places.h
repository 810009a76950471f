/* What stands at which place of a conversation. A place is an ordinal: places are dense from 1 to the last and never move, since
 * what was erased by its time keeps its own. */
#ifndef BOC_VAULT_PLACES_H
#define BOC_VAULT_PLACES_H

#include "base/limits.h"
#include "vault/store.h"

/* Places that follow each other, both ends included. */
struct place_run {
	u64 from, to;
};

/* The runs of places of which nothing is left (GONE_EXPIRED), from a place on, in order; at most GONE_PART of them. Gives how
 * many; *ret_next is the place to go on from, 0 at the end. */
size_t places_gone(struct store *s, u64 contact, u64 from, struct place_run ret[static GONE_PART], u64 *ret_next);

/* The first place whose message is not from before that time, as messages show it; the last one where all are; 0 where there is
 * none. Times are authors' clocks and need not be in order: then it is a place where messages from before end. */
u64 places_at(struct store *s, u64 contact, u64 time_ms);

#endif
