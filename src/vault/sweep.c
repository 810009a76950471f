#include "vault/sweep.h"

#include <stdlib.h>

#include "vault/clock.h"
#include "vault/expiry.h"
#include "vault/tell.h"

/* How far the wall clock is from the one that cannot be set. */
static i64 offset(struct vault *v)
{
	return (i64)env_wall_ms(v->env) - (i64)env_mono_ms(v->env);
}

void sweep_begin(struct vault *v)
{
	clock_begin(v);
	v->sweep_back = true; /* what the wall clock did meanwhile is not known */
	v->sweep_later = true;
}

void sweep_tor_is_up(struct vault *v)
{
	v->tor_offset_ms = offset(v);
}

static bool is_clock_right(struct vault *v)
{
	const struct ipc_tor_state *t = &v->tor.m;
	i64 skew_ms = (i64)(int32_t)t->skew_s * 1000;
	return (t->phase == TOR_PUBLISHING || t->phase == TOR_REACHABLE) && llabs(skew_ms) <= CLOCK_SURE_MS &&
	       llabs(offset(v) - v->tor_offset_ms) <= CLOCK_SURE_MS;
}

u64 sweep_wait_ms(struct vault *v)
{
	if (!vault_is_unlocked(v))
		return VAULT_NEVER;
	if (v->sweep_back || expiry_begins(v->store))
		return 0;
	u64 now = clock_now_ms(v), vanish = expiry_next_vanish(v->store),
	    keep = is_clock_right(v) ? expiry_next_keep(v->store) : 0;
	u64 next = MIN(vanish ? vanish : VAULT_NEVER, keep ? keep : VAULT_NEVER);
	if (next == VAULT_NEVER)
		return VAULT_NEVER;
	return next > now ? next - now : 0;
}

/* Of a contact that was removed nobody is told anything. */
static void tell_erased(struct vault *v, u64 row)
{
	struct message m;
	struct contact c;
	if (messages_get(v->store, row, &m) && contacts_get(v->store, m.contact, &c))
		tell_message(v, 0, false, &m);
}

void sweep_tick(struct vault *v)
{
	u64 rows[EXPIRE_BATCH];
	bool later = v->sweep_later;
	v->sweep_later = false;
	if (!vault_is_unlocked(v) || later)
		return;
	u64 now = clock_now_ms(v);
	clock_tick(v);
	if (sweep_wait_ms(v) > 0)
		return;
	if (v->sweep_back)
		v->sweep_back = expiry_back(v->store, now);
	if (expiry_begins(v->store))
		expiry_begin_more(v->store, now);
	size_t n = expiry_sweep(v->store, now, is_clock_right(v), rows);
	for (size_t i = 0; i < n; i++)
		tell_erased(v, rows[i]);
}
