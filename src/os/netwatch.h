/* Whether the machine's way to the network became another: addresses and default routes. The kernel says when something
 * stirs (rtnetlink); what it says is not read: whether it matters is found out by looking. Sends nothing. */
#ifndef BOC_OS_NETWATCH_H
#define BOC_OS_NETWATCH_H

#include "base/def.h"

struct netwatch {
	int fd; /* to poll for reading; -1: the kernel does not offer it */
	u64 seen;
};

/* Remembers how the network is now. */
void netwatch_open(struct netwatch *w);
void netwatch_close(struct netwatch *w);

/* Takes what waits at w->fd. Gives whether there was anything. */
bool netwatch_drain(struct netwatch *w);

/* Whether the network is another than when this was asked last. */
bool netwatch_is_other(struct netwatch *w);

#endif
