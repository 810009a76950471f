/* How long messages of a conversation stay: what each of the two wants, and what is in force by that (PROTO 4.5.10).
 * Rows only, no IPC. */
#ifndef BOC_VAULT_TERMS_H
#define BOC_VAULT_TERMS_H

#include "vault/store.h"

/* 0: for ever. */
struct terms {
	u32 vanish; /* seconds after it was read */
	u32 keep;   /* days */
};

/* What one of the two wants: by the TERMS of the highest number; zeros before the first. */
struct terms terms_of(struct store *s, u64 contact, bool mine);

/* What both want; the same whichever of the two asks, and in whatever order they said it. */
struct terms terms_both(struct terms a, struct terms b);
struct terms terms_in_force(struct store *s, u64 contact);

/* Days for which messages are kept here only, told to nobody; 0: for ever. */
u32 terms_retention(struct store *s, u64 contact);
void terms_set_retention(struct store *s, u64 contact, u32 days);

#endif
