/* One end of a SOCK_SEQPACKET socketpair to another role; wire/ipc.h says what may be on it. */
#ifndef BOC_OS_IPC_H
#define BOC_OS_IPC_H

#include "wire/ipc.h"

struct ipc;

/* How a full socket is met: a role with an event loop queues, the vault waits up to IPC_SEND_MS. */
enum ipc_mode { IPC_QUEUE, IPC_WAIT };

/* Takes fd (made non-blocking). `peer` is who sits at the other end. Never NULL. */
struct ipc *ipc_new(int fd, enum role peer, enum ipc_mode mode);

/* Closes the socket, wipes the queue and the last packet. NULL is fine; gives NULL. */
struct ipc *ipc_free(struct ipc *c);

int ipc_fd(const struct ipc *c);
enum role ipc_peer(const struct ipc *c);

/* Sends, or queues where the mode says so. Any error means that the other side is gone or stuck: free the channel. */
err_t ipc_send(struct ipc *c, const struct ipc_msg *m) MUST_CHECK;

/* As ipc_send, and hands over a copy of the descriptor `fd` with it (SCM_RIGHTS). Only on an IPC_WAIT channel. */
err_t ipc_send_fd(struct ipc *c, const struct ipc_msg *m, int fd) MUST_CHECK;

/* Whether packets wait for room (IPC_QUEUE): call ipc_flush when the descriptor is writable. */
bool ipc_is_pending(const struct ipc *c);
err_t ipc_flush(struct ipc *c) MUST_CHECK;

/* Reads one packet; its slices are borrowed until the next call on c, which wipes them. ERR_AGAIN: nothing there.
 * ERR_LOCAL_IO: the other side is gone. ERR_PEER_*: it sent what is malformed or what its role may never send.
 * ret_fd (may be NULL) gets a descriptor that came along, or -1; the caller owns it. */
err_t ipc_recv(struct ipc *c, struct ipc_msg *ret, int *ret_fd) MUST_CHECK;

/* A SEQPACKET pair, close-on-exec. */
err_t ipc_pair(int ret_fds[static 2]) MUST_CHECK;

#endif
