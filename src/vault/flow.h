/* What is true only while it lasts: which links are up, which one carries a contact's messages, how far they are sent.
 * Nothing of it is stored: after a restart or a lock every link is down and everything in the outbox waits. */
#ifndef BOC_VAULT_FLOW_H
#define BOC_VAULT_FLOW_H

#include "base/def.h"
#include "base/ids.h"
#include "wire/ipc.h"
#include "wire/peer_msg.h"

/* One open link, as net numbers it. */
struct flow_link {
	u32 link;
	u64 contact;
	bool hello_sent;                 /* once per link ... */
	bool hello_came;                 /* ... and side */
	bool sync_sent;                  /* likewise */
	bool sync_came;                  /* the other side takes us for accepted: items may go */
	bool sync_done;                  /* what it says is acted upon */
	bool address_said, address_came; /* where contacts reach us: once per link and side, too */
	struct onion_pub held_said;      /* with address_said: which of theirs it said that we hold; zeros: none */
	bool read_said;                  /* what was read meanwhile is told */
	bool is_quiet;                   /* it was asked, and nothing is heard on it */
	struct peer_sync sync;
	struct peer_ack acks; /* what this turn committed and has to acknowledge */
	struct peer_ack naks; /* likewise: what was set aside */
	bool cover_came;      /* in this turn, and is to be answered */
};

/* How far the contact's outbox is sent. Items go in order of their number, so one number says it all. */
struct flow {
	u64 contact;
	bool live;                /* there is a link that carries them, */
	u32 link;                 /* this one */
	u64 sent_seq;             /* everything in the outbox up to here is on that link, unacknowledged */
	u32 in_flight;            /* how many */
	enum contact_reach reach; /* what was last observed of it, */
	u64 reach_ms;             /* since when that is so (wall clock); see vault/reach.h */
	bool is_trying;           /* it is dialled because somebody waits for it */
	/* all of them mono, 0: never */
	u64 hurried_ms;        /* when net was last asked to dial at once */
	u64 typing_until_ms;   /* the contact types, as far as we know */
	u64 typing_told_ms;    /* when a page was last told that it does */
	u64 typing_said_ms[2]; /* when we last said that we do not, and that we do */
	u64 cover_ms;          /* when cover goes to it next */
	u64 covered_ms;        /* up to when its cover is answered as often as it may be */
	u64 settled_ms;        /* when a handshake last moved on what both remember */
};

struct flows {
	struct flow_link *links; /* owned; the newest last */
	size_t n_links, cap_links;
	struct flow *flows; /* owned */
	size_t n_flows, cap_flows;
};

void flow_free_all(struct flows *f);

/* The contact's flow, made when there is none. Borrowed until the next call that adds one. */
struct flow *flow_of(struct flows *f, u64 contact);

/* Forgets the contact and its links. */
void flow_forget(struct flows *f, u64 contact);

/* A link came up; the newest. Borrowed until the next call that adds or removes one. */
struct flow_link *flow_add_link(struct flows *f, u32 link, u64 contact);

/* NULL when there is no such link of that contact. */
struct flow_link *flow_link(struct flows *f, u32 link, u64 contact);

void flow_remove_link(struct flows *f, u32 link);

/* Whether any link of the contact is up. */
bool flow_is_online(const struct flows *f, u64 contact);

/* Whether any of them is not quiet. */
bool flow_is_heard(const struct flows *f, u64 contact);

/* The newest link of the contact on which items may go; the newest one at all when synced is false. NULL: none. */
struct flow_link *flow_newest(struct flows *f, u64 contact, bool synced);

/* Whether the item is on a live link. */
bool flow_is_sent(const struct flows *f, u64 contact, u64 seq);

#endif
