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
#include "onion/heal.h"

enum service_state {
	SERVICE_NONE = 0, /* a free place */
	SERVICE_HELD,     /* waits for tor; the only state that has a key */
	SERVICE_ASKED,    /* ADD_ONION is under way */
	SERVICE_THERE,    /* tor has it */
};

struct service {
	enum service_state state;
	u32 identity;
	u32 command;         /* of ADD_ONION, with SERVICE_ASKED */
	u64 asked_ms;        /* when tor was asked last; mono */
	bool is_wanted_anew; /* its key is asked for, to publish it anew; with SERVICE_THERE */
	struct heal heal;    /* whether others can reach it */
	struct onion_pub onion;
	char address[ONION_ADDR_CAP]; /* without .onion */
	struct onion_sec key;
};

/* Zeroed is empty. Keep it in guarded memory; wipe after use. */
struct services {
	struct service s[MAX_SERVICES];
};

/* A service to publish. One that tor has, or was asked for, stays as it is, unless it is wanted anew: then tor has to drop
 * it before it is handed over. ERR_LOCAL_CRYPTO: no usable key. ERR_PEER_LIMIT: too many. */
err_t services_add(struct services *all, u32 identity, const struct onion_sec *key) MUST_CHECK;

/* One whose key waits to be handed to tor; NULL: none. */
struct service *services_held(struct services *all);

/* The command that hands it over is on its way: the key is wiped. */
void service_asked(struct service *s, u32 command, u64 now);

/* By number of identity, by ADD_ONION command under way, by address. NULL: none. */
struct service *services_of(struct services *all, u32 identity);
struct service *services_by_command(struct services *all, u32 command);
struct service *services_by_address(struct services *all, const char *address);
struct service *services_by_onion(struct services *all, const u8 onion[static 32]);

/* Forgets it; the key is wiped. */
void service_drop(struct service *s);

/* Tor ended: everything that was handed over is forgotten. */
void services_lost(struct services *all);

/* Whether others can reach any of them, as far as we know; how many there are, and how many are lost. */
bool services_any_good(const struct services *all);
size_t services_count(const struct services *all, size_t *ret_lost);

/* Whether no directory has taken a descriptor for PUBLISH_STILL_MS; ret_next: when that will be so of another, or HEAL_NEVER.
 * whole_ms: since when tor's bootstrap is done, mono; 0: it is not. */
bool services_are_still(const struct services *all, u64 whole_ms, u64 now, u64 *ret_next);

#endif
