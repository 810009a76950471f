/* The keys with which our tor finds the contacts' addresses of contacts (PROTO 3.3.2). Tor keeps one for each address; two
 * contacts of ours may have the same, being one person to two identities of ours: the one that came last counts. Pure. */
#ifndef BOC_ONION_CLIENT_KEYS_H
#define BOC_ONION_CLIENT_KEYS_H

#include "base/err.h"
#include "base/ids.h"
#include "crypto/onion_key.h"

struct client_key {
	u64 contact; /* 0: none, it is the identity's own contacts' address, which we dial as others do */
	u32 identity;
	struct onion_pub onion;
	struct secret32 key;
	bool is_due; /* tor has not been told */
};

struct client_keys {
	struct client_key *all; /* owned; the newest last */
	size_t n, cap;
	struct onion_pub *gone; /* owned; addresses that tor is to forget */
	size_t n_gone, cap_gone;
};

/* Wipes and frees. */
void client_keys_free(struct client_keys *k);

/* A contact's, in place of the one it had. The same again is told tor only where another one came since. */
void client_keys_set(struct client_keys *k, const struct client_key *one);

void client_keys_drop(struct client_keys *k, u64 contact);
void client_keys_drop_all(struct client_keys *k, u32 identity);

void client_keys_drop_everything(struct client_keys *k);

/* A new tor knows none of them. */
void client_keys_lost(struct client_keys *k);

/* One that tor is to be told, or NULL; an address it is to forget. When it is told: is_due = false, n_gone - 1. */
struct client_key *client_keys_due(struct client_keys *k);
const struct onion_pub *client_keys_gone(const struct client_keys *k);

#endif
