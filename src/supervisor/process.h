/* One process the supervisor keeps alive: when it was started, and when it is started again. Time is passed in. */
#ifndef BOC_SUPERVISOR_PROCESS_H
#define BOC_SUPERVISOR_PROCESS_H

#include <sys/types.h>

#include "base/def.h"

struct process {
	const char *name;
	pid_t pid; /* 0: not running */
	u64 started_ms;
	u64 start_at_ms; /* when to start it; meaningful while it is wanted and not running */
	u64 kill_at_ms;  /* SIGTERM was sent, SIGKILL follows then; 0: neither */
	u64 backoff_ms;
	bool wanted;
};

/* Wanted from now on, to be started at once. */
void process_want(struct process *p, u64 now);

/* It ended: sets when it starts again. Longer after each quick death, short again after a long life. */
void process_ended(struct process *p, u64 now);

/* Whether it shall be started now. */
bool process_is_due(const struct process *p, u64 now);

#endif
