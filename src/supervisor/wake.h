/* Notices that this machine or this program was away, that the clock was set, and that the network stirs. Pure but for
 * wake_read_clocks(): looked at every WAKE_TICK_MS at least. */
#ifndef BOC_SUPERVISOR_WAKE_H
#define BOC_SUPERVISOR_WAKE_H

#include "wire/ipc.h"

struct wake_clocks {
	u64 boot_ms; /* goes on while the machine sleeps */
	u64 mono_ms; /* does not */
	u64 wall_ms; /* may be set */
};

struct wake_news {
	enum woke_why why;
	u64 away_ms; /* with WOKE_SLEPT, WOKE_FROZEN: for how long nobody ran */
};

/* Zeroed: nobody looked yet. */
struct wake {
	bool has_looked;
	struct wake_clocks last;
	u64 stirred_ms; /* the network, first since it was told; 0: it is quiet */
	u64 settled_ms; /* when it will be taken as quiet again */
};

void wake_read_clocks(struct wake_clocks *ret);

/* The kernel says something of the network. now: by boot_ms. */
void wake_stir(struct wake *w, u64 now);

/* Whether there is news, and which: the gravest. WOKE_NETWORK: the network has settled; whether it is another is for the
 * caller to find out. */
bool wake_look(struct wake *w, const struct wake_clocks *now, struct wake_news *ret) MUST_CHECK;

#endif
