#include "supervisor/wake.h"

#include <stdlib.h>
#include <time.h>

#include "base/limits.h"

static u64 read_clock(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

void wake_read_clocks(struct wake_clocks *ret)
{
	ret->boot_ms = read_clock(CLOCK_BOOTTIME);
	ret->mono_ms = read_clock(CLOCK_MONOTONIC);
	ret->wall_ms = read_clock(CLOCK_REALTIME);
}

void wake_stir(struct wake *w, u64 now)
{
	if (w->stirred_ms == 0)
		w->stirred_ms = now;
	w->settled_ms = MIN(now + WAKE_SETTLE_MS, w->stirred_ms + WAKE_SETTLE_MAX_MS);
}

bool wake_look(struct wake *w, const struct wake_clocks *now, struct wake_news *ret)
{
	const struct wake_clocks last = w->last;
	bool had = w->has_looked;
	w->last = *now;
	w->has_looked = true;
	if (!had)
		return false;
	u64 away = now->boot_ms - last.boot_ms, ran = now->mono_ms - last.mono_ms;
	i64 set = (i64)(now->wall_ms - last.wall_ms) - (i64)away;
	*ret = (struct wake_news){0};
	if (away >= ran + WAKE_SLEPT_MS)
		*ret = (struct wake_news){.why = WOKE_SLEPT, .away_ms = away};
	else if (ran >= WAKE_FROZEN_MS)
		*ret = (struct wake_news){.why = WOKE_FROZEN, .away_ms = away};
	else if (llabs(set) >= WAKE_CLOCK_MS)
		ret->why = WOKE_CLOCK;
	else if (w->stirred_ms && now->boot_ms >= w->settled_ms)
		ret->why = WOKE_NETWORK;
	if (ret->why == WOKE_NETWORK)
		w->stirred_ms = 0;
	return ret->why != WOKE_NONE;
}
