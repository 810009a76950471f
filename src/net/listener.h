/* Our addresses: each with a listening unix socket to which tor brings the streams of its onion service. */
#ifndef BOC_NET_LISTENER_H
#define BOC_NET_LISTENER_H

#include "net/bucket.h"
#include "net/net.h"

struct identity {
	struct identity *next;
	struct net *net;
	u32 number;
	struct onion_pub onion;
	struct pq_identity pq;
	int fd;
	struct event *readable;
	struct bucket handshakes;
};

/* Starts to listen for it, or takes over what changed. ERR_LOCAL_IO when the socket cannot be made. */
err_t listener_open(struct net *n, const struct ipc_identity *m) MUST_CHECK;

/* Stops listening, removes the socket, wipes and frees. Its connections are the caller's to close first. */
void listener_close(struct identity *id);

/* NULL when we do not serve it. */
struct identity *listener_find(const struct net *n, u32 identity);

#endif
