/* ROTCHAIN (PROTO 5.3): what leads somebody who missed our rotations from his pin to our key, and the reverse. */
#ifndef BOC_VAULT_CHAIN_H
#define BOC_VAULT_CHAIN_H

#include "vault/state.h"

/* As A, in quarantine on this link: says how our key came about, or closes the link if there is nothing to say. */
void chain_say(struct vault *v, u32 link, const struct contact *c);

/* As B, in quarantine: a ROTCHAIN came. Pins where it leads, or not, and closes the link. */
void chain_came(struct vault *v, u32 link, struct contact *c, struct slice payload);

#endif
