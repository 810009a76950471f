/* What a handshake in which we are B made of a contact's continuity and floor, until A shows that it went along
 * (link_confirmed) or the link is gone (PROTO 5.5.3). Kept in memory only. */
#ifndef BOC_VAULT_CLAIMS_H
#define BOC_VAULT_CLAIMS_H

#include "peer/continuity.h"
#include "vault/trust.h"

struct claim {
	u32 link;
	u64 contact;
	struct cont_pair pair; /* secret */
	bool lost;
	struct floor floor;
};

struct claims {
	struct claim *all; /* owned */
	size_t n, cap;
};

void claims_add(struct claims *cs, const struct claim *c);

/* Takes the claim of the link out; false: there is none. Wipe *ret after use. */
bool claims_take(struct claims *cs, u32 link, struct claim *ret);

/* Forgets those of a contact. */
void claims_forget(struct claims *cs, u64 contact);

/* Wipes and frees all. */
void claims_clear(struct claims *cs);

#endif
