/* Does what expiry.h says is due, a bounded part in each turn, and tells the pages. It stands still while the vault is
 * locked.
 *
 * Which clock: that of clock.h. Days of a conversation are erased only while the wall clock is known to be right: tor came
 * up by it, and it has not been set by more than an hour since, as the clock that cannot be set shows. So a clock that was set
 * forward erases no history. One that was set back makes nothing stay longer than from now on. */
#ifndef BOC_VAULT_SWEEP_H
#define BOC_VAULT_SWEEP_H

#include "vault/state.h"

/* The database was opened. Nothing is written before the next turn: on a full disk a login succeeds still. */
void sweep_begin(struct vault *v);

/* Tor found the network by this machine's clock. */
void sweep_tor_is_up(struct vault *v);

/* For how long there is nothing to do. */
u64 sweep_wait_ms(struct vault *v);
void sweep_tick(struct vault *v);

#endif
