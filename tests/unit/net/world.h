/* Real net processes, each with a vault that the test plays, joined by a SOCKS server that knows only their sockets. */
#ifndef BOC_TEST_NET_WORLD_H
#define BOC_TEST_NET_WORLD_H

#include <sys/types.h>

#include "../peer/party.h"
#include "os/ipc.h"
#include "os/paths.h"

#define NODES 2
#define ALICE 0
#define BOB 1
#define SOON 5000 /* ms, for whatever has to come */
#define MAX_SEEN 1024
#define CONTACT 7 /* the other one's number, in both vaults */
#define IDENTITY 1
#define IDENTITY_2 2 /* another of the same node, where node_introduce_2() was called */

/* One message from a net process. */
struct seen {
	enum ipc_type type;
	bool taken;
	u32 link;
	u64 contact;
	u8 initiator, status, type_of_record, quiet;
	enum contact_reach reach;
	size_t n; /* bytes of the payload */
	u8 head[32];
};

struct node {
	struct person me;
	const struct person *other;
	struct paths paths;
	pid_t pid;       /* 0: not running */
	struct ipc *ipc; /* NULL: gone */

	/* what its vault says */
	bool allow;
	bool pinned;
	struct pq_identity pin; /* of the other */
	struct knock_keys knock;
	enum accept_status status;
	bool mute;      /* leaves questions unanswered ... */
	u32 unanswered; /* ... the number of the last one */

	/* what its net said */
	struct seen seen[MAX_SEEN];
	size_t count;
	unsigned asked_pin, asked_policy, asked_accept, asked_sign;
	unsigned confirmed;
	bool key_changed;
};

/* Shared with the SOCKS server's process. */
struct exchange {
	int dials;
	char user[64][64], pass[64][64]; /* of each dial */
	volatile bool hold;              /* tell nobody that the other end of a stream is gone */
	volatile u64 ahead_ms[NODES];    /* how much a node's clock is ahead */
	volatile u8 refusal;             /* tor's answer when nobody is there; 0: SOCKS5_REFUSED */
};

struct world {
	char root[64];
	struct node node[NODES];
	struct exchange *x;
	pid_t socks;
};

/* Two nodes and the SOCKS server, nothing told yet. */
void world_start(struct world *w);
void world_stop(struct world *w);

/* A cmocka test with a world of its own: the file's w. */
#define net_test(f) cmocka_unit_test_prestate_setup_teardown(f, world_set_up, world_tear_down, &w)
int world_set_up(void **state);
int world_tear_down(void **state);

void node_start(struct world *w, int i);
/* Ends it with the signal and gives its wait status. */
int node_end(struct world *w, int i, int signal);

void node_tell(struct world *w, int i, const struct ipc_msg *m);
/* identity, until it listens; the other as contact, tor up. */
void node_introduce(struct world *w, int i, bool dial);
/* A second address of the node, with the same keys and no contacts, until it listens. */
void node_introduce_2(struct world *w, int i);
void node_peer(struct world *w, int i, bool dial);
void node_send(struct world *w, int i, u32 link, u8 type, struct slice payload);

/* Plays the vaults until node i has said this, at most ms; gives it and marks it as taken. Fails the test otherwise. */
const struct seen *await(struct world *w, int i, enum ipc_type type, int ms);
/* Plays the vaults for ms. */
void play(struct world *w, int ms);
/* How many of these node i has said, taken or not. */
size_t count_seen(const struct world *w, int i, enum ipc_type type);

/* A stream to the node's listening socket, as tor would open it. */
int stranger(struct world *w, int i);
int stranger_to(struct world *w, int i, u32 identity);
/* Whether the stream ends within ms, while the vaults play. */
bool has_ended(struct world *w, int fd, int ms);

#endif
