/* Which place each identity has at a tor that is not ours: of net's inherited sockets, of onion's ports. Pure.
 *
 * The place of an identity that is gone is the last to be given again: a stream that was on its way to it must not come to
 * another one, or who opened it would learn that both are one person's. */
#ifndef BOC_VAULT_SLOTS_H
#define BOC_VAULT_SLOTS_H

#include "vault/identity.h"

/* Zeroed is empty. */
struct slots {
	u32 identity[LINK_SLOTS]; /* who has it, or had it last; 0: nobody yet */
	u32 gone[LINK_SLOTS];     /* the how many-eth whose identity was found gone; 0: nobody had it, or it is there */
	u32 count;                /* of those */
};

/* Of one of ids: the same as long as it is there. */
u8 slots_of(struct slots *s, const struct identities *ids, u32 identity);

#endif
