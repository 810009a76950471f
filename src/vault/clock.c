#include "vault/clock.h"

#include <stdlib.h>

void clock_begin(struct vault *v)
{
	struct query q = store_query(v->store, sql_clock_get);
	v->clock_ahead_ms = (i64)query_take_int(&q);
	v->clock_ms = (i64)env_wall_ms(v->env) + v->clock_ahead_ms - (i64)env_mono_ms(v->env);
}

u64 clock_now_ms(const struct vault *v)
{
	/* Below 1 where the wall clock was behind, was put right, and is behind again. */
	return (u64)MAX((i64)env_mono_ms(v->env) + v->clock_ms, 1);
}

u64 clock_shown_ms(const struct vault *v, u64 ms)
{
	return (u64)MAX((i64)ms - v->clock_ahead_ms, 1);
}

void clock_tick(struct vault *v)
{
	i64 ahead_ms = (i64)env_mono_ms(v->env) + v->clock_ms - (i64)env_wall_ms(v->env);
	if (llabs(ahead_ms - v->clock_ahead_ms) < CLOCK_STEP_MS)
		return;
	v->clock_ahead_ms = ahead_ms;
	struct query q = store_query(v->store, sql_clock_set);
	query_int(&q, ahead_ms);
	query_run(&q);
}
