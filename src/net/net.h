/* What the files of net share: the role's one state. Everything runs in one event loop; nothing here blocks. */
#ifndef BOC_NET_NET_H
#define BOC_NET_NET_H

#include <event2/event.h>

#include "base/ids.h"
#include "net/bucket.h"
#include "os/ipc.h"
#include "os/role.h"
#include "peer/handshake.h"

struct conn;
struct dialler;
struct identity;
struct selfdial;

/* A contact, as the vault told us. */
struct peer {
	struct peer *next;
	u64 contact;
	u32 identity; /* which of ours talks to it */
	struct onion_pub onion;
	bool has_gate;         /* its contacts' address is known, and dialled first */
	struct onion_pub gate; /* with has_gate */
	bool gate_doubted;     /* tor's last answer for it may have been wrong: this is the one time again */
	bool gate_failed;      /* the next dial goes to the public address */
	bool pinned;
	struct pq_identity pin; /* with pinned */
	bool invited;           /* dial with this invitation */
	u8 inv_id[HS_INV_ID_LEN], pqfp[PQ_FP_LEN];
	struct knock_keys knock; /* PROTO 8.1.4: they say "some contact" and nothing else, so net may have them */
	struct bucket knocks;    /* its own, so that a contact takes nothing from the others */
	/* SOCKS user name and password: a circuit of its own, the same for each dial of one life of this process. */
	char user[33], pass[33];
};

struct net {
	const struct role_config *cfg;
	struct event_base *loop;
	struct ipc *vault;
	struct event *vault_in, *vault_out, *stop, *dial_timer, *reaper, *end_timer;
	struct dialler *dialler;
	struct identity *identities; /* owned, as the two below */
	struct peer *peers;
	struct conn *conns;         /* newest first */
	struct selfdial *selfdials; /* owned */
	u32 last_link;
	u32 last_req;
	u64 last_open; /* counts links in the order in which they opened */
	bool choked;   /* the vault is behind: nothing is read from links */
	bool stopping;
	int status; /* what the process will exit with */
};

/* The role without its process: net_main() runs n->loop, the simulator has a loop of its own. cfg is borrowed for its
 * life, vault_fd (to the vault) is taken, stop_fd is read: it ends when that becomes readable. Never NULL. */
struct net *net_new(const struct role_config *cfg, int vault_fd, int stop_fd);

/* Closes and wipes everything; says goodbye to nobody. Gives what the process will exit with. */
int net_free(struct net *n);

static inline u64 net_now(const struct net *n)
{
	return env_mono_ms(n->cfg->env);
}

/* Sends to the vault. Without a vault there is nothing to do: the loop ends. */
void net_tell(struct net *n, const struct ipc_msg *m);

/* Dials whoever is due and sets the timer for the next. */
void net_dial(struct net *n);

/* Frees the connections that are over, once the present callback has returned. */
void net_reap_soon(struct net *n);

/* Sixteen random bytes in hexadecimal: a SOCKS user name or password that nobody else has. */
void net_random_word(const struct net *n, char ret[static 33]);

/* NULL when the vault told us no such contact. */
struct peer *net_peer(const struct net *n, u64 contact);

#endif
