/* The continuity secret of a contact (PROTO 5.5): what both sides remember of their last link, so that a copy of the keys
 * alone is noticed. Rows and the arithmetic on them; no IPC. */
#ifndef BOC_VAULT_CONTINUITY_H
#define BOC_VAULT_CONTINUITY_H

#include "base/env.h"
#include "peer/continuity.h"
#include "vault/store.h"

/* What is stored of the contact; has == 0 when nothing is. Wipe after use. */
void continuity_load(struct store *s, u64 contact, struct cont_pair *ret);

/* Stores what a handshake made of it. lost: counts a loss of continuity at now_ms too, and forgets those
 * that are not shown any more. */
void continuity_commit(struct store *s, u64 contact, const struct cont_pair *pair, bool lost, u64 now_ms);

#endif
