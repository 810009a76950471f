#include "onion/watchdog.h"

#include "base/limits.h"

#define WHOLE 100

void watchdog_begin(struct watchdog *w, bool foreign, u64 now)
{
	*w = (struct watchdog){.is_on = true, .is_foreign = foreign, .progress = -1, .since_ms = now};
}

void watchdog_end(struct watchdog *w)
{
	*w = (struct watchdog){0};
}

void watchdog_progress(struct watchdog *w, int progress, u64 now)
{
	if (w->progress == progress)
		return;
	w->progress = progress;
	w->since_ms = now;
}

void watchdog_woke(struct watchdog *w, u64 now)
{
	w->since_ms = now;
}

static bool is_under_way(const struct watchdog *w)
{
	return w->is_on && w->progress != WHOLE;
}

bool watchdog_is_still(const struct watchdog *w, u64 now)
{
	return is_under_way(w) && now - w->since_ms >= BOOT_STILL_MS;
}

bool watchdog_is_stuck(const struct watchdog *w, u64 now)
{
	return is_under_way(w) && !w->is_foreign && now - w->since_ms >= BOOT_RESTART_MS;
}

u64 watchdog_deadline(const struct watchdog *w, u64 now)
{
	if (!is_under_way(w))
		return WATCHDOG_NEVER;
	if (!watchdog_is_still(w, now))
		return w->since_ms + BOOT_STILL_MS;
	return w->is_foreign ? WATCHDOG_NEVER : w->since_ms + BOOT_RESTART_MS;
}
