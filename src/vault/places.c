#include "vault/places.h"

#include "vault/messages.h"

struct place {
	u64 ordinal, time_ms;
};

/* The first place from `from` on of which nothing is left, or something. */
static bool find(struct store *s, u64 contact, bool gone, u64 from, struct place *ret)
{
	struct query q = store_query(s, sql_place_find);
	query_int(&q, (i64)contact);
	query_int(&q, gone);
	query_int(&q, (i64)from);
	bool found = query_row(&q);
	if (found)
		*ret = (struct place){(u64)query_get_int(&q, 0), (u64)query_get_int(&q, 1)};
	query_end(&q);
	return found;
}

size_t places_gone(struct store *s, u64 contact, u64 from, struct place_run ret[static GONE_PART], u64 *ret_next)
{
	struct place at, end;
	size_t n = 0;
	*ret_next = 0;
	while (find(s, contact, true, from, &at)) {
		if (n == GONE_PART) {
			*ret_next = at.ordinal;
			break;
		}
		bool ends = find(s, contact, false, at.ordinal, &end);
		ret[n++] = (struct place_run){at.ordinal, ends ? end.ordinal - 1 : messages_max(s, contact)};
		if (!ends)
			break;
		from = end.ordinal;
	}
	return n;
}

u64 places_at(struct store *s, u64 contact, u64 time_ms)
{
	struct place at;
	u64 max = messages_max(s, contact), lo = 1, hi = max + 1, best = 0;
	while (lo < hi) {
		u64 mid = lo + (hi - lo) / 2;
		if (!find(s, contact, false, mid, &at) || at.ordinal >= hi) {
			hi = mid;
		} else if (at.time_ms >= time_ms) {
			best = at.ordinal;
			hi = mid;
		} else {
			lo = at.ordinal + 1;
		}
	}
	return best ? best : max;
}
