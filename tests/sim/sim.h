/* What every file of the simulator uses: chance that can be repeated, the trace, and the end of a seed that failed. */
#ifndef BOC_TEST_SIM_H
#define BOC_TEST_SIM_H

#include "base/slice.h"

/* splitmix64: not for keys, which are drawn from the nodes' own env. */
struct chance {
	u64 state;
};

u64 chance_next(struct chance *c);

/* 0 to n-1. */
static inline u64 chance_below(struct chance *c, u64 n)
{
	return chance_next(c) % n;
}

static inline bool chance_in(struct chance *c, unsigned percent)
{
	return chance_below(c, 100) < percent;
}

/* One line of what happened; every line is part of the seed's hash. */
void sim_trace(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* FNV-1a, for the trace. */
u64 sim_hash(struct slice s);

/* A line that says "error" ends the seed, unless this is true: a disk is full now. */
extern bool sim_errors_are_due;

/* A property does not hold: prints "sim: seed N: ..." and ends the program with 1. */
_Noreturn void sim_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
