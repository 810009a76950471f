/* The onion services tor is to publish. Holds a key only until tor has it. Pure.
 *
 * After a new start of tor nothing is known of the services it had: the vault sends them again when it sees tor
 * become TOR_CONNECTING. */
#ifndef BOC_ONION_SERVICES_H
#define BOC_ONION_SERVICES_H

#include "base/err.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/slice.h"
#include "crypto/onion_key.h"
#include "onion/heal.h"

enum service_state {
	SERVICE_NONE = 0, /* a free place */
	SERVICE_HELD,     /* waits for tor; has a key */
	SERVICE_ASKED,    /* ADD_ONION is under way; a public one keeps its key, as tor may say no to proof of work */
	SERVICE_THERE,    /* tor has it */
};

struct service {
	enum service_state state;
	u32 identity;
	enum gate gate;
	u8 slot;        /* of the identity; see wire/ipc_schema.h */
	u32 command;    /* of ADD_ONION, with SERVICE_ASKED */
	u64 asked_ms;   /* when tor was asked last; mono */
	bool is_before; /* with SERVICE_HELD: tor has, or was asked for, one of that address, which has to end first */
	bool is_wanted_anew; /* its key is asked for, to publish it anew; with SERVICE_THERE */
	bool is_plain;       /* without proof of work: this tor has none */
	struct heal heal;    /* whether others can reach it */
	struct onion_pub onion;
	char address[ONION_ADDR_CAP]; /* without .onion */
	struct onion_sec key;
	size_t n_clients; /* whom it lets in; 0: everybody */
	u8 clients[MAX_CLIENTS][32];
};

/* Zeroed is empty. Keep it in guarded memory; wipe after use. */
struct services {
	struct service s[MAX_SERVICES];
};

/* A service to publish. One that tor has, or was asked for, stays as it is, unless it is wanted anew or is to let in others
 * than before. clients: n × 32 bytes. ERR_LOCAL_CRYPTO: no usable key. ERR_PEER_LIMIT: too many. ERR_PEER_FORMAT: no such
 * gate, or clients that do not fit it. */
err_t services_add(struct services *all, u32 identity, enum gate gate, const struct onion_sec *key,
                   struct slice clients) MUST_CHECK;

/* One whose key waits to be handed to tor; NULL: none. */
struct service *services_held(struct services *all);

/* The command that hands it over is on its way: the key is wiped, unless tor may say no to proof of work. */
void service_asked(struct service *s, u32 command, u64 now);

/* Tor has it: the key is wiped. */
void service_there(struct service *s);

/* Tor said no. True: it is to be handed over once more, without proof of work. */
bool service_again(struct service *s);

/* By identity and gate, by ADD_ONION command under way, by address. NULL: none. */
struct service *services_of(struct services *all, u32 identity, enum gate gate);
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

/* While tor is connected, since whole_ms: whether a descriptor is waited for so long that the user is to be told; when that
 * becomes true of one, or one is to be dialled (heal_deadline); HEAL_NEVER. */
bool services_are_still(const struct services *all, u64 whole_ms, u64 now);
u64 services_deadline(const struct services *all, u64 whole_ms, u64 now);

#endif
