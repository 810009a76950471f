/* Our identities: each with a listening unix socket for each of its gates, to which tor brings the streams of that onion
 * service. What comes to one gate takes nothing from what comes to another. */
#ifndef BOC_NET_LISTENER_H
#define BOC_NET_LISTENER_H

#include "net/bucket.h"
#include "net/net.h"

struct listener {
	struct identity *id;
	enum gate gate;
	int fd; /* -1: nobody is listened for */
	struct event *readable;
	struct bucket handshakes;
};

struct identity {
	struct identity *next;
	struct net *net;
	u32 number;
	u8 slot; /* which of the inherited sockets, with the system's tor */
	struct onion_pub onion;
	struct pq_identity pq;
	struct listener at[2]; /* listener_of() */
};

static inline struct listener *listener_of(struct identity *id, enum gate gate)
{
	return &id->at[gate == GATE_CONTACTS];
}

/* Starts to listen for it, or takes over what changed; at the public gate only while it is listed. ERR_LOCAL_IO when a
 * socket cannot be made. */
err_t listener_open(struct net *n, const struct ipc_identity *m) MUST_CHECK;

/* Stops listening, removes the sockets that we made, wipes and frees. Its connections are the caller's to close first. */
void listener_close(struct identity *id);

/* NULL when we do not serve it. */
struct identity *listener_find(const struct net *n, u32 identity);

#endif
