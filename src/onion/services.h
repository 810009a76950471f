/* The onion services tor is to publish. Holds a key only until tor has it. Pure.
 *
 * After a new start of tor nothing is known of the services it had: the vault sends them again when it sees tor
 * become TOR_CONNECTING. */
#ifndef BOC_ONION_SERVICES_H
#define BOC_ONION_SERVICES_H

#include "base/err.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/onion_key.h"

enum service_state {
	SERVICE_NONE = 0, /* a free place */
	SERVICE_HELD,     /* waits for tor; the only state that has a key */
	SERVICE_ASKED,    /* ADD_ONION is under way */
	SERVICE_THERE,    /* tor has it */
};

struct service {
	enum service_state state;
	u32 identity;
	u32 command; /* of ADD_ONION, with SERVICE_ASKED */
	bool is_published;
	char address[ONION_ADDR_CAP]; /* without .onion */
	struct onion_sec key;
};

/* Zeroed is empty. Keep it in guarded memory; wipe after use. */
struct services {
	struct service s[MAX_SERVICES];
};

/* A service to publish. One that tor has, or was asked for, stays as it is. ERR_LOCAL_CRYPTO: no usable key.
 * ERR_PEER_LIMIT: too many. */
err_t services_add(struct services *all, u32 identity, const struct onion_sec *key) MUST_CHECK;

/* One whose key waits to be handed to tor; NULL: none. */
struct service *services_held(struct services *all);

/* The command that hands it over is on its way: the key is wiped. */
void service_asked(struct service *s, u32 command);

/* By number of identity, by ADD_ONION command under way, by address. NULL: none. */
struct service *services_of(struct services *all, u32 identity);
struct service *services_by_command(struct services *all, u32 command);
struct service *services_by_address(struct services *all, const char *address);

/* Forgets it; the key is wiped. */
void service_drop(struct service *s);

/* Tor ended: everything that was handed over is forgotten. */
void services_lost(struct services *all);

/* Whether the network knows any of them. */
bool services_any_published(const struct services *all);

#endif
