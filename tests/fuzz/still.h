/* A time that stands still and randomness that is none, so that an input does the same each time. */
#ifndef BOC_FUZZ_STILL_H
#define BOC_FUZZ_STILL_H

#include <string.h>

#include "base/env.h"

static u64 still_ms(void *arg)
{
	(void)arg;
	return 1000000;
}

static void still_random(void *arg, void *out, size_t n)
{
	(void)arg;
	memset(out, 7, n);
}

static const struct env still = {.wall_ms = still_ms, .mono_ms = still_ms, .random = still_random};

#endif
