/* Who is at the other end of a loopback TCP connection: the kernel's own list of sockets says. */
#ifndef BOC_WEB_PEER_UID_H
#define BOC_WEB_PEER_UID_H

#include "base/slice.h"

struct peer_uid;

/* Opens the list, once, before the sandbox. NULL: this system has none. Owned: peer_uid_free. */
struct peer_uid *peer_uid_new(void);
struct peer_uid *peer_uid_free(struct peer_uid *p);

/* Whether the other end of fd, an accepted connection on 127.0.0.1, belongs to a process of ours (uid). */
bool peer_uid_is(const struct peer_uid *p, int fd, u32 uid);

/* Reads one line of the list: whether its local and remote address are these ("0100007F:1F90"), and its owner. */
bool peer_uid_line(struct slice line, const char *local, const char *remote, u32 *ret_uid);

#endif
