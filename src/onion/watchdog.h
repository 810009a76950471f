/* How long tor's bootstrap has stood still. Pure: time (env's mono) is passed in.
 *
 * Programs that start tor again after half a minute without progress keep it from ever getting through a slow link; so this
 * one waits BOOT_RESTART_MS, and any change of PROGRESS begins that anew. */
#ifndef BOC_ONION_WATCHDOG_H
#define BOC_ONION_WATCHDOG_H

#include "base/def.h"

#define WATCHDOG_NEVER UINT64_MAX

/* Zeroed: no tor runs. */
struct watchdog {
	bool is_on;
	bool is_foreign; /* a tor that is not ours to start again */
	int progress;    /* percent, -1: tor has not said */
	u64 since_ms;    /* when that changed */
};

void watchdog_begin(struct watchdog *w, bool foreign, u64 now);
void watchdog_end(struct watchdog *w);
void watchdog_progress(struct watchdog *w, int progress, u64 now);

/* The machine slept, or is somewhere else: it has all its time again. */
void watchdog_woke(struct watchdog *w, u64 now);

/* The user is to be told at which step it stands. */
bool watchdog_is_still(const struct watchdog *w, u64 now);

/* Tor is to be started again. */
bool watchdog_is_stuck(const struct watchdog *w, u64 now);

/* When one of the two becomes true. */
u64 watchdog_deadline(const struct watchdog *w, u64 now);

#endif
