/* Inside of struct vault, for the files of vault/ only. */
#ifndef BOC_VAULT_STATE_H
#define BOC_VAULT_STATE_H

#include "base/buf.h"
#include "base/log.h"
#include "vault/auth.h"
#include "vault/claims.h"
#include "vault/contacts.h"
#include "vault/flow.h"
#include "vault/hand.h"
#include "vault/identity.h"
#include "vault/slots.h"
#include "vault/store.h"
#include "vault/vault.h"
#include "wire/findings.h"

#define MAX_VAULT_DIR 300
#define MAX_ASKED 256 /* requests of web in one turn */

/* What tor said last; kept here so that a page that comes later knows it. */
struct tor_now {
	struct ipc_tor_state m; /* slices point into the rooms below */
	u8 tag[64], summary[256], warning[512];
	bool known;
};

/* How the last dial of an address of ours ended; wall clock, 0: never. */
struct own_dial {
	struct onion_pub onion;
	enum self_dial how;
	u64 tried_ms, reached_ms;
};

struct vault {
	const struct env *env; /* borrowed */
	char dir[MAX_VAULT_DIR];
	struct auth *auth;       /* owned */
	struct store *store;     /* owned; NULL while locked, unless it receives */
	struct identities *ids;  /* owned; likewise */
	struct receive *receive; /* owned; not NULL: locked, and messages go on arriving (receive.h) */
	struct claims claims;    /* empty while locked */
	struct flows flows;      /* empty while locked */
	struct hand hand;        /* closed while locked */
	u32 lock_after;          /* minutes without a request; 0: never */
	u64 asked_ms;            /* when one came last (mono) */
	bool receive_locked;     /* what comes while locked is taken */
	bool read_marks;         /* contacts are told what was read, and may tell */
	bool typing;             /* likewise, that somebody types */
	struct buf bridges;      /* lines (bridges.h); empty while locked, unless it receives */
	bool unhold;             /* once this turn is committed, tor may connect without bridges at the next start */
	u8 transports;           /* that tor can use: set of enum bridge_transport */
	bool system_tor;         /* tor is not ours: how it connects is not ours to say */
	struct slots slots;      /* of identities, also while locked */
	struct tor_now tor;
	struct findings findings;            /* of the machine, as the supervisor said last */
	struct own_dial dials[MAX_SERVICES]; /* empty while locked, unless it receives; how SELF_NONE: a free place */
	i64 tor_offset_ms;                   /* wall clock less the one that cannot be set, when tor came up by it */
	i64 clock_ms;                        /* the vault's clock (clock.h) less the one that cannot be set */
	i64 clock_ahead_ms;                  /* likewise less the wall clock, as the database has it */
	bool sweep_back;                     /* messages may have times that are still to come */
	bool sweep_later;                    /* not in this turn, in which the vault was unlocked */
	bool has[ROLE_WEB + 1];              /* which roles are connected */
	u32 life[ROLE_WEB + 1];              /* the how many-eth process of each role is or was the last */
	bool bug;                            /* a broken invariant: end the process */
	err_t stopped;                       /* OK, or why nothing is written and no link is held: see storage.h */
	u64 try_ms;                          /* stopped: when to try again */
	u32 asked[MAX_ASKED];                /* by web in this turn */
	size_t n_asked;
	struct backup *backup; /* owned; NULL: none is made */
	struct buf out;        /* encoded messages: role, u32 life, u32 length, bytes */
	u8 room[MAX_IPC];      /* for encoding one */
};

/* Queues m for the end of the turn; dropped when the role is not connected. */
void vault_send(struct vault *v, enum role to, const struct ipc_msg *m);

/* Opens the database with key and loads the identity; tells the roles. ERR_LOCAL_STORE: damaged or not there,
 * ERR_LOCAL_LATER: written by a later version. Everything is closed again then. */
err_t vault_unlock(struct vault *v, const struct secret32 *db_key) MUST_CHECK;

/* Opens the database, loads the identities. As vault_unlock(). */
err_t vault_open_keys(struct vault *v, const struct secret32 *db_key) MUST_CHECK;
void vault_close_keys(struct vault *v);

/* Net forgets us: every link ends. The flows and what waits for a link go. */
void vault_drop_links(struct vault *v);

/* settings.c: of a database that was just opened; a request or a login came; for how long none may come, VAULT_NEVER: for ever. */
void settings_load(struct vault *v);
void settings_asked(struct vault *v);
u64 settings_idle_ms(const struct vault *v);

/* One handler for every message of IPC_TO_VAULT. An error is the answer (failed, net_failed) when req is not 0;
 * what is wrong with the database itself is noted in the store and ends the process. */
#define M(name, from, when) err_t vault_on_##name(struct vault *v, u32 req, const struct ipc_##name *m);
IPC_TO_VAULT(M)
#undef M

#endif
