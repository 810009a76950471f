/* Whole nodes in one process: each with a vault on a folder, a net role, a page, and a place in a network that stands
 * for tor. One virtual clock, chance from one seed.
 *
 *	node.c    a node's processes: they start, die, are started again
 *	crash.c   how a vault dies: what its files are like then, who has heard what
 *	restore.c a backup is made, the machine lost, the backup restored; what both have of each other's items
 *	page.c    a person at the page: log in, add, accept, write, read
 *	tor.c     the network: streams with delay, loss, ghosts, an attacker's hands
 *	poison.c  a message that cannot be processed
 *	watch.c   what has to be true after every step
 *	story.c   what happens in a seed
 *	opens.c   simultaneous opens, in every order */
#ifndef BOC_TEST_SIM_WORLD_H
#define BOC_TEST_SIM_WORLD_H

#include "base/buf.h"
#include "crypto/onion_key.h"
#include "loop.h"
#include "net/net.h"
#include "sim.h"
#include "vault/vault.h"

#define PERSONS 8
#define THIEF PERSONS /* has the onion key of person 0, not its ML-DSA key */
#define NODES (PERSONS + 1)
#define MAX_STREAMS 4096
#define NOBODY (-1)

struct world;

/* What a node knows of an address. */
struct known {
	u64 contact;
	enum contact_state state;
	enum trust_shown trust;
	int owner;       /* whose key is pinned; NOBODY */
	u32 pin_seq;     /* with an owner: how often that one had rotated */
	bool may_change; /* the user took another key, or a pin may be made anew */
	bool taken;      /* one of the two took the other's key by hand */
	u32 written;     /* messages to it */
	u32 mine, done;  /* of the last list: those that we wrote, and those of them that were delivered */
	u32 row[NODES];  /* likewise, theirs by author: the last one */
	u32 seen[NODES]; /* messages from it, by author: the last one */
	bool forgot;     /* the vault was restored from a backup, and no link was made since */
	u32 read[NODES]; /* likewise: the last one that somebody read */
	u32 marked;      /* of the last list: those that we wrote and it says it read */
	u64 last;        /* ordinal of the last message */
	u64 read_to;     /* up to which a person saw them */
	u32 terms[6];    /* what we want, what it wants, what is in force: vanish and keep of each */
	bool stays;      /* likewise: one of them is to vanish and has not */
	bool cover;      /* we want cover traffic with it, as far as was said */
	u32 covers;      /* what went there, */
	u32 covered;     /* and what of it was answered */
	u64 view[2];     /* hash of the last list: theirs, and ours */
	u64 decide_ms;   /* when the user looks at its request; NEVER */
	bool is_unsure;  /* the last message we wrote was not answered: it is said again */
	u8 unsure_id[16];
};

/* A message that the reader's vault cannot process. */
struct poison {
	enum { POISON_NONE, POISON_BODY, POISON_ENVELOPE, POISON_KILLS } how;
	int author, to;
	u32 number; /* 0: not chosen yet */
	struct msg_id id;
	bool is_aside;     /* its reader has set it aside */
	bool is_delivered; /* it came, for good, to a locked vault: what it is was seen only behind that */
};

/* What a node's tor was told. */
struct gate_there {
	bool on;
	struct onion_pub onion;
	char address[ONION_ADDR_CAP]; /* stays when it is off */
	size_t n;
	u8 clients[NODES + 1][32]; /* its own, too */
};
struct gate_key {
	u64 contact; /* 0: none */
	struct onion_pub onion;
	u8 pub[32];
};

#define NODE_FILES 5 /* of a vault, that a killed process leaves: crash.c */

struct row {
	bool mine;
	int author;
	u32 number; /* 0: deleted */
};

struct node {
	struct world *w;
	int i;
	struct env env;
	u8 seed[32];
	u64 draws;
	i64 skew_ms; /* of its wall clock */
	struct paths paths;
	struct role_config cfg;

	struct vault *vault; /* owned; NULL: the process is down */
	struct ipc *to_net;  /* owned; the vault's end */
	struct net *net;     /* owned; NULL: the process is down */
	int stop_fd;
	u64 vault_up_ms, net_up_ms, login_ms, turn_ms; /* when; NEVER */
	bool disk_full, was_full;    /* now; ever: the vault looks only now and then whether it still is */
	bool must_undo;              /* this turn */
	bool died;                   /* in this turn, over poison */
	struct buf left[NODE_FILES]; /* owned; then: its files at that moment */

	bool tor_up, published;
	struct gate_there gate; /* the contacts' address, as tor has it */
	struct gate_key gate_keys[NODES];
	int socks_fd; /* tor's end; -1 */

	struct onion_pub onion;
	struct pq_identity pq;
	u32 identity;
	char address[ONION_ADDR_CAP];

	u32 req;               /* of the last request of the page */
	struct ipc_msg answer; /* to it, without what it borrowed */
	bool lists;            /* the answer is a list of messages */
	bool counts_only;      /* a list of messages is only looked at now: how many, and its last row */
	struct row row;
	u64 picture; /* hash of the last one that was asked for */
	u8 backup_id[16];
	bool is_backing_up;            /* one is being made */
	struct buf unfinished, backup; /* owned; that one so far, and a whole one */
	bool was_restored;
	char invite[256]; /* the last invitation that was made */
	struct known known[PERSONS];
};

struct lane {
	u64 *sent; /* owned; hashes of the records that the vault handed over */
	size_t n_sent, cap_sent;
	size_t got; /* records that came out here */
};

/* One end of a stream, as watch.c follows it. */
struct end {
	int node, fd; /* fd: tor's end of the socket; -1: closed */
	u32 link;     /* net's number; 0: not yet */
	bool is_up;   /* net said so to the vault */
	bool was_up;
	u8 status;
	bool has_th7, has_root;
	u8 th7[64], root[64];
	struct lane lane[2]; /* [1] of DATA, which waits while a rekey is due and is overtaken by the others */
};

struct chunk {
	struct chunk *next;
	u64 due_ms;
	bool eof;
	size_t n;
	u8 bytes[];
};

/* One direction; pipe[i] goes from end[i] to end[1 - i]. */
struct pipe {
	struct chunk *first, **last; /* owned */
	size_t queued;
	u64 last_due_ms;
	bool lost; /* nothing arrives any more, and nobody is told */
	bool flip; /* the next bytes get a wrong bit */
	bool bent; /* some did: it may have said that more is to come, and what is there waits for that */
};

struct stream {
	unsigned no;
	int address; /* which was dialled */
	int gate;    /* whose contacts' address that was; NOBODY: the public one */
	u64 delay_ms;
	bool asked, begun, is_over;
	u8 head[4096]; /* SOCKS, and M1 behind it */
	size_t head_n;
	struct end end[2]; /* [0] dialled */
	struct pipe pipe[2];
};

struct world {
	struct chance chance;
	struct node node[NODES];
	int count;                 /* nodes that take part; node[THIEF] only with has_thief */
	bool has_thief, had_thief; /* it takes part; it did */
	int restorer;              /* who loses its machine now and then; NOBODY */
	bool healing;              /* from now on nothing is broken */
	struct poison poison;
	bool by_hand;      /* nothing is delivered but by tor_deliver() */
	int host[PERSONS]; /* which node serves the address */
	bool parted[NODES][NODES];
	bool hangs[NODES][NODES];            /* parted, and a dial is not answered */
	struct stream *streams[MAX_STREAMS]; /* owned */
	unsigned n_streams, last_stream;
	u64 bytes; /* that nodes put under way to each other */
	char dir[64];
	u64 until_ms;
};

/* The address of a node: the thief has another's. */
static inline int address_of(int node)
{
	return node == THIEF ? 0 : node;
}

static inline bool takes_part(const struct world *w, int i)
{
	return i < w->count || (i == THIEF && w->has_thief);
}

/* ---- world.c ---- */

/* Makes the folders that every seed copies, below dir; once per program. */
void world_prepare(const char *dir);
void world_forget(void);

/* A world of `count` persons, all logged in, tor up. */
void world_open(struct world *w, const char *dir, u64 seed, int count, bool has_thief);
void world_close(struct world *w);

/* All that can happen now; then, unless it is until_ms, the clock goes to the next thing. False: until_ms is here. */
bool world_step(struct world *w);
void world_settle(struct world *w);

/* ---- node.c ---- */
void node_open(struct node *n);
void node_close(struct node *n);
bool node_run(struct node *n);
u64 node_deadline(const struct node *n);

/* The processes die. */
void node_kill_net(struct node *n);
void node_end_net(struct node *n);
void node_take_input(struct node *n);
/* A turn of the vault in which nothing comes but the time. */
void node_tick(struct node *n);
/* Sends what the vault has committed, or the first of it. */
void node_send(struct node *n, unsigned most);
/* SIGTERM to net. */
void node_stop_net(struct node *n);
void node_tor(struct node *n, bool up);
/* Its supervisor says that the machine slept, or is somewhere else. */
void node_wake(struct node *n);
bool node_is_unlocked(const struct node *n);

/* Ends the turn of the vault and sends what came of it. */
void node_flush(struct node *n);

/* ---- crash.c ---- */
enum crash {
	CRASH_BEFORE, /* what came was taken, nothing is committed */
	CRASH_WITHIN, /* the commit was being written: the journal ends anywhere in it */
	CRASH_AFTER,  /* committed, nothing was said */
	CRASH_SAYING, /* and some of it was, to net, which may have sent it on, and to the page */
	CRASHES,
	CRASH_OVER = CRASHES, /* over a message that is poison: that one was being taken */
};
/* What its files hold now is what is left of them when it dies in this turn: n->died. */
void crash_note(struct node *n);
/* The vault dies, and with it the node's other processes; its files are as a killed process leaves them. */
void crash_vault(struct node *n, enum crash how);
/* While a disk is full, no file of the node's vault can grow. */
void crash_disk(struct node *n, bool full);
void crash_disk_begin(const struct node *n);
void crash_disk_end(const struct node *n);

/* ---- poison.c ---- */
/* A message is about to be written: chance may choose it. */
void poison_choose(struct node *n, int address, u32 number, const u8 id[static 16]);
bool poison_is(const struct world *w, int author, int to, u32 number);
/* What n's vault says: *m is spoilt where it is that. */
void poison_goes_out(const struct node *n, struct ipc_msg *m);
/* vault_input() and vault_tick(); n->died: the vault died over it. */
err_t poison_comes_in(struct node *n, enum role from, const struct ipc_msg *m);
void poison_ticks(struct node *n);
/* ---- restore.c ---- */
/* Begins a backup, or goes on with one; what happens until it is whole is in it or not. */
void restore_back_up(struct node *n);
/* The machine is lost. Another one gets the backup. */
void restore_node(struct node *n);
/* Who wrote what under which number, at both ends, and what is missing. at_last: all is said and done. */
void restore_check(struct world *w, bool at_last);

/* ---- page.c ---- */
/* A login up to its proof. */
struct proof {
	u32 number;
	u8 ke3[64], session_key[64], export_key[64];
};
void page_prove(struct node *n, struct proof *ret);
/* Somebody answers nothing new: reacts to a message of the conversation, edits or deletes one, or takes another picture. */
void page_change(struct node *n, int address);
/* Hashes of the node's own picture, and of that which it has of another. */
u64 page_picture(struct node *n);
u64 page_picture_of(struct node *n, int address);
/* Somebody reads a conversation up to some row; is_all: to its end. */
void page_see(struct node *n, int address, bool is_all);
/* Marks of what was read, and of typing, are given and taken from now on, or not. */
void page_marks(struct node *n, bool on);
void page_types(struct node *n, int address);
/* Whether cover traffic goes there. */
void page_cover(struct node *n, int address, bool on);
/* Whether its public address is there. Gives how many of its contacts do not have the other one. */
u32 page_listed(struct node *n, bool on);
void page_hear(struct node *n, const struct ipc_msg *m);
/* One request; its answer, or ipc_t_failed. Slices in it are gone. */
struct ipc_msg page_ask(struct node *n, struct ipc_msg m);
void page_enroll(struct node *n);
/* name: of the first login, which makes the vault; else "". False: the vault died over it. */
bool page_login(struct node *n, const char *name);
void page_receive_locked(struct node *n, bool on);
/* Logs out, and in again within a minute. */
void page_lock(struct node *n);
/* Accepts the requests whose time it is. */
void page_decide(struct node *n);
void page_add(struct node *n, int address);
bool page_write(struct node *n, int address, size_t n_text);
/* The vault dies over it. */
void page_write_in_vain(struct node *n, int address, enum crash how);
/* Says again what was not answered. */
void page_repeat(struct node *n);
/* Somebody says how long messages shall stay; none: for ever. */
void page_terms(struct node *n, int address, bool none);
/* Reads everything anew, as a page does that was just opened. */
void page_read(struct node *n);

/* ---- tor.c ---- */
void tor_on_descriptor(struct world *w, struct event_base *b, int fd);
bool tor_pump(struct world *w);
u64 tor_deadline(const struct world *w);
/* Delivers the next of what is under way in pipe[dir]. False: there was nothing. */
bool tor_deliver(struct world *w, struct stream *s, int dir);
bool tor_is_under_way(const struct stream *s, int dir);
/* What the vault tells the role onion. */
void tor_hear(struct node *n, const struct ipc_msg *m);
void tor_forget(struct node *n);
/* It may say its contacts' address before tor has it. */
void tor_learn(struct node *n, const struct ipc_msg *m);
void tor_listen(struct node *n);
void tor_fail(struct node *n);
/* Both ends are told that it broke. */
void tor_cut(struct stream *s);
/* Nobody is told, or only one end. */
void tor_lose(struct stream *s);
void tor_ghost(struct stream *s, int told);
void tor_free(struct world *w);

/* ---- watch.c ---- */
void watch_open(struct world *w);
void watch_net_says(struct node *n, const struct ipc_msg *m);
void watch_vault_says(struct node *n, const struct ipc_msg *m);
/* is_row: of a list, in order; else an event. */
void watch_message(struct node *n, const struct ipc_message *m, bool is_row);
void watch_net_gone(struct node *n);
/* At rest: nothing can happen at this instant. */
void watch_rest(struct world *w);
/* The links that are open at both ends, between two nodes. */
unsigned watch_open_links(const struct world *w, int a, int b);
/* Links that only one end holds for open. */
unsigned watch_half_links(const struct world *w, int a, int b);

/* ---- story.c, opens.c ---- */

/* One seed, from the beginning to its end. is_crowd: of 3 to 8. */
void story_run(const char *dir, u64 seed, bool is_crowd);

/* Simultaneous opens, duplicate links and ghosts: every order in which what both sides send can arrive. Gives how many
 * there were. */
unsigned opens_run(const char *dir);

/* ---- cover.c ---- */
void cover_run(const char *dir);

#endif
