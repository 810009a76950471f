#include "supervisor/process.h"

#include "base/limits.h"

void process_want(struct process *p, u64 now)
{
	if (p->wanted)
		return;
	p->wanted = true;
	p->start_at_ms = now;
}

void process_ended(struct process *p, u64 now)
{
	bool lived = now - p->started_ms >= RESTART_RESET_MS;
	p->backoff_ms = lived || p->backoff_ms == 0 ? RESTART_MIN_MS : MIN(p->backoff_ms * 2, RESTART_MAX_MS);
	p->start_at_ms = now + p->backoff_ms;
	p->pid = 0;
	p->kill_at_ms = 0;
}

bool process_is_due(const struct process *p, u64 now)
{
	return p->wanted && p->pid == 0 && now >= p->start_at_ms;
}
