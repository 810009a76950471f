#include "net/dup.h"

#include "base/limits.h"

/* Keeps the link of `ours` that was dialled last and lets the others go; NULL when there is none. */
static struct dup_link *newest(struct dup_link *links, size_t count, bool ours)
{
	struct dup_link *last = NULL;
	for (size_t i = 0; i < count; i++) {
		if (links[i].ours != ours)
			continue;
		links[i].fate = DUP_GOES;
		if (!last || links[i].number >= last->number)
			last = &links[i];
	}
	if (last)
		last->fate = DUP_STAYS;
	return last;
}

u64 dup_decide(struct dup_link *links, size_t count, bool ours_stay, u64 now)
{
	/* PROTO 3.7: "keep the link whose **initiator** has the smaller onion key" */
	struct dup_link *stays = newest(links, count, ours_stay);
	struct dup_link *yields = newest(links, count, !ours_stay);
	if (!stays || !yields)
		return DUP_NEVER;
	if (stays > yields || stays->received_ms >= yields->opened_ms) {
		yields->fate = DUP_GOES;
		return DUP_NEVER;
	}
	u64 until = yields->opened_ms + DUP_PROBE_MS;
	if (stays->is_quiet || now >= until) {
		stays->fate = DUP_GOES;
		return DUP_NEVER;
	}
	stays->fate = DUP_PROBED;
	return until;
}
