/* A token bucket. PROTO 8.1.3: "Each address answers at most 10 handshakes a second, 30 at once". Pure; zeroed means
 * full. */
#ifndef BOC_NET_BUCKET_H
#define BOC_NET_BUCKET_H

#include "base/limits.h"

struct bucket {
	u64 full_ms; /* when it will be full again */
};

/* Takes one token; false when there is none. */
static inline bool bucket_take(struct bucket *b, u64 now)
{
	u64 full = MAX(b->full_ms, now);
	if (full - now > (HANDSHAKE_BURST - 1) * HANDSHAKE_EVERY_MS)
		return false;
	b->full_ms = full + HANDSHAKE_EVERY_MS;
	return true;
}

#endif
