/* What a handshake asks the vault, and the vault's answers. An answer for a link that is gone is dropped. */
#ifndef BOC_NET_REQUESTS_H
#define BOC_NET_REQUESTS_H

#include "net/conn.h"

/* Asks what ev (one of LINK_WANT_*) wants to know. */
void requests_ask(struct conn *c, const struct link_event *ev);

/* Hands the answer m to the link that asked for it. */
void requests_answer(struct net *n, const struct ipc_msg *m);

#endif
