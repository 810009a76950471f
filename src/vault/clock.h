/* The vault's own clock, by which messages are erased (docs/decisions/0008). While the vault is open it runs as the clock that
 * nobody can set, sleep included: whoever sets the wall clock makes nothing vanish earlier or later. What the wall clock moved
 * by meanwhile is kept, so that the next opening goes on from there; for the time that it was closed the wall clock counts. */
#ifndef BOC_VAULT_CLOCK_H
#define BOC_VAULT_CLOCK_H

#include "vault/state.h"

/* The database was opened. Writes nothing. */
void clock_begin(struct vault *v);

/* Milliseconds by the vault's clock, never 0; only while the database is open. */
u64 clock_now_ms(const struct vault *v);

/* A time of that clock, as the wall clock shows it. */
u64 clock_shown_ms(const struct vault *v, u64 ms);

/* Notes in the database by how much the wall clock was set. */
void clock_tick(struct vault *v);

#endif
