/* Clock and randomness as values that are passed in: no module below os/ asks the system for either.
 * Tests and the simulator give their own. */
#ifndef BOC_BASE_ENV_H
#define BOC_BASE_ENV_H

#include "base/err.h"

struct env {
	/* Milliseconds since the epoch, for what a person reads. May jump. */
	u64 (*wall_ms)(void *arg);
	/* Milliseconds since some fixed point, never backwards. For every deadline. */
	u64 (*mono_ms)(void *arg);
	/* Fills out with n bytes no one can guess; aborts the process where the system has none. */
	void (*random)(void *arg, void *out, size_t n);
	void *arg;
};

static inline u64 env_wall_ms(const struct env *e)
{
	return e->wall_ms(e->arg);
}

static inline u64 env_mono_ms(const struct env *e)
{
	return e->mono_ms(e->arg);
}

static inline void env_random(const struct env *e, void *out, size_t n)
{
	e->random(e->arg, out, n);
}

#endif
