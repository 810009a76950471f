/* Several links to one contact (PROTO 3.7): which of them stay. Pure; asked again after every event.
 *
 * A new link of the same initiator replaces the older at once: its initiator knows best that the older is gone. The new
 * one is the one that was dialled later, which is not always the one that opened later: a process may have died while
 * its M3 was under way. It sent that before it was started again, so the order of the streams is the order of its dials.
 *
 * Of two links with different initiators the one whose initiator has the smaller onion key stays, on both sides alike, but
 * only if it is alive: when it is the older one it must say something after the newer was opened, and one that missed a
 * probe already goes at once. */
#ifndef BOC_NET_DUP_H
#define BOC_NET_DUP_H

#include "base/def.h"

#define DUP_NEVER UINT64_MAX
#define DUP_LINKS 8 /* of one contact, looked at together; each decision leaves two at most */

enum dup_fate {
	DUP_STAYS = 1,
	DUP_PROBED, /* undecided: ask it for a sign of life, once */
	DUP_GOES,   /* CLOSE(DUP) */
};

struct dup_link {
	bool ours;  /* we are its initiator */
	u32 number; /* of its stream: a later dial of the same initiator has a greater one */
	u64 opened_ms;
	u64 received_ms;    /* when the last authentic message came on it */
	bool is_quiet;      /* it was asked, and did not answer (link_is_quiet) */
	enum dup_fate fate; /* out */
};

/* Decides about all open links of one contact, given oldest first. ours_stay: our onion key is the smaller one.
 * Gives the time at which to ask again (DUP_NEVER: only when something happens). Never more than two stay, never
 * none. */
u64 dup_decide(struct dup_link *links, size_t count, bool ours_stay, u64 now);

#endif
