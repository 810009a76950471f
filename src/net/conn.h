/* One unix stream with its link: moves bytes between the two, and through tor's SOCKS first when we dialled.
 * Other files of net look into it; only conn.c changes what is marked (conn). */
#ifndef BOC_NET_CONN_H
#define BOC_NET_CONN_H

#include "base/buf.h"
#include "net/net.h"
#include "peer/link.h"
#include "tor/socks5.h"

#define CONN_IN 16384 /* PROTO 8.1: one fixed receive buffer per link */

struct identity;
struct listener;

struct conn {
	struct conn *next;
	struct net *net;
	u32 number;                /* of the link, for the vault */
	u32 identity;              /* ours */
	u64 contact;               /* 0: not known yet */
	u64 knocker;               /* the contact that knocked in M1, not proven; 0: nobody */
	enum gate gate;            /* of ours, or of the contact when we dialled */
	bool initiator;            /* we dialled */
	struct link *link;         /* owned */
	struct onion_pub peer;     /* with is_open */
	bool has_pq;               /* the handshake is made with, or for, */
	struct pq_identity pq;     /* this identity of the contact */
	u32 req;                   /* the request that the vault has not answered, 0: none */
	enum link_event_type want; /* what was asked, with req */
	bool is_open;              /* link_up was sent */
	bool is_quarantined;       /* likewise, but it is no link to the contact: see PROTO 5.3.1 */
	bool is_confirmed;         /* link_confirmed was sent */
	bool has_claimed;          /* peer_accept was asked: the vault waits for link_confirmed or link_down */
	bool is_undecided;         /* another link to the contact is open, see net/dup.h */
	bool is_cancelled;         /* a dial of which nobody wants to hear any more */
	bool is_probed;
	bool is_quiet; /* with is_open: the peer missed a probe, and the vault was told */
	u64 began_ms;
	u64 open_no, opened_ms; /* with is_open */
	u64 decide_ms;          /* when to ask net/dup.h again */

	/* (conn) */
	int fd;
	struct event *in_ready, *out_ready, *timer;
	struct socks5 socks;
	bool is_connected; /* the stream reaches the peer; from the start when it was accepted */
	bool has_paid;     /* responder: M1 is here and the token bucket let it in */
	bool eof, eof_told;
	bool out_broken;    /* nobody reads any more */
	bool running;       /* conn_run is on the stack */
	bool is_ended;      /* LINK_CLOSED came: only the last bytes are written */
	bool is_over;       /* nothing left but to be freed */
	u64 flush_ms;       /* with is_ended: until when */
	struct buf out;     /* for tor, before what the link has to say */
	struct buf waiting; /* DATA that the link does not take yet: (length u16be, payload)...; see net/links.h */
	u8 in[CONN_IN];     /* what the link did not take yet */
	size_t in_n;
};

/* Takes an accepted stream. When MAX_HALF_OPEN of that gate are in a handshake, another one makes room. */
void conn_accept(struct listener *l, int fd);

/* Dials a contact as the identity: SOCKS request and M1 go out at once. What fails is told as any failed dial. */
void conn_dial(struct identity *id, struct peer *p);

/* A stream to tor's SOCKS socket, which does not block; -1: there is none now, errno says why. */
int conn_to_tor(const struct net *n);

/* Moves everything that can move and waits for the rest. Call after any call on c->link. Never frees c. */
void conn_run(struct conn *c);

/* Reads what the peer has sent so far, then ends the link with CLOSE(reason); the last bytes get LINK_FLUSH_MS. */
void conn_close(struct conn *c, enum link_close_reason reason);

/* Ends it as a broken stream would. */
void conn_break(struct conn *c);

/* For the reaper of net.c: frees, wiped. */
void conn_free(struct conn *c);

/* A conn whose link can still say something, by number of link or of request; NULL: gone meanwhile. */
struct conn *conn_of_link(const struct net *n, u32 link);
struct conn *conn_of_request(const struct net *n, u32 req);

#endif
