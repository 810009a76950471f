#include "os/ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/fault.h"

/* A role that is so far behind is broken; the queue never holds more. */
#define MAX_QUEUE (8u * 1024 * 1024)

#define EVERYONE "supervisor vault onion net web"

struct packet {
	struct packet *next;
	size_t n;
	u8 bytes[];
};

struct ipc {
	int fd;
	enum role peer;
	enum ipc_mode mode;
	struct packet *first, **last; /* owned; what waits for room */
	size_t queued;                /* bytes in it */
	u8 in[MAX_IPC];
	size_t in_n; /* bytes of the last packet, still there */
	u8 out[MAX_IPC];
};

struct ipc *ipc_new(int fd, enum role peer, enum ipc_mode mode)
{
	struct ipc *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	c->fd = fd;
	c->peer = peer;
	c->mode = mode;
	c->last = &c->first;
	return c;
}

static void drop_first(struct ipc *c)
{
	struct packet *p = c->first;
	c->first = p->next;
	if (!c->first)
		c->last = &c->first;
	c->queued -= p->n;
	wipe(p->bytes, p->n);
	free(p);
}

struct ipc *ipc_free(struct ipc *c)
{
	if (!c)
		return NULL;
	while (c->first)
		drop_first(c);
	close(c->fd);
	wipe(c, sizeof *c);
	free(c);
	return NULL;
}

int ipc_fd(const struct ipc *c)
{
	return c->fd;
}

enum role ipc_peer(const struct ipc *c)
{
	return c->peer;
}

bool ipc_is_pending(const struct ipc *c)
{
	return c->first != NULL;
}

/* One datagram, whole or not at all. Takes no descriptor along when fd is -1. */
static err_t send_now(int sock, struct slice bytes, int fd)
{
	struct iovec iov = {.iov_base = (void *)(uintptr_t)bytes.p, .iov_len = bytes.n};
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	if (fd >= 0) {
		msg.msg_control = control.room;
		msg.msg_controllen = sizeof control.room;
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	FAULT("ipc.send.before", EVERYONE);
	for (;;) {
		if (sendmsg(sock, &msg, MSG_NOSIGNAL) >= 0) {
			FAULT("ipc.send.after", EVERYONE);
			return OK;
		}
		if (errno == EINTR)
			continue;
		return errno == EAGAIN || errno == EWOULDBLOCK ? ERR_AGAIN : ERR_LOCAL_IO;
	}
}

static err_t enqueue(struct ipc *c, struct slice bytes)
{
	if (c->queued + bytes.n > MAX_QUEUE)
		return ERR_PEER_LIMIT;
	struct packet *p = malloc(sizeof *p + bytes.n);
	if (!p)
		abort();
	p->next = NULL;
	p->n = bytes.n;
	memcpy(p->bytes, bytes.p, bytes.n);
	*c->last = p;
	c->last = &p->next;
	c->queued += p->n;
	return OK;
}

err_t ipc_flush(struct ipc *c)
{
	while (c->first) {
		err_t e = send_now(c->fd, slice_of(c->first->bytes, c->first->n), -1);
		if (e == ERR_AGAIN)
			return OK;
		if (e != OK)
			return e;
		drop_first(c);
	}
	return OK;
}

static err_t send_waiting(struct ipc *c, struct slice bytes, int fd)
{
	err_t e = send_now(c->fd, bytes, fd);
	if (e != ERR_AGAIN)
		return e;
	struct pollfd p = {.fd = c->fd, .events = POLLOUT};
	if (poll(&p, 1, IPC_SEND_MS) <= 0)
		return ERR_PEER_TIMEOUT;
	e = send_now(c->fd, bytes, fd);
	return e == ERR_AGAIN ? ERR_PEER_TIMEOUT : e;
}

static err_t send_msg(struct ipc *c, const struct ipc_msg *m, int fd)
{
	size_t n = ipc_encode(m, c->out, sizeof c->out);
	if (n == 0)
		return ERR_BUG;
	struct slice bytes = slice_of(c->out, n);
	err_t e;
	if (c->mode == IPC_WAIT) {
		e = send_waiting(c, bytes, fd);
	} else {
		e = c->first ? ERR_AGAIN : send_now(c->fd, bytes, fd);
		if (e == ERR_AGAIN)
			e = enqueue(c, bytes);
	}
	wipe(c->out, n);
	return e;
}

err_t ipc_send(struct ipc *c, const struct ipc_msg *m)
{
	return send_msg(c, m, -1);
}

err_t ipc_send_fd(struct ipc *c, const struct ipc_msg *m, int fd)
{
	return c->mode == IPC_WAIT ? send_msg(c, m, fd) : ERR_BUG;
}

/* The descriptor that came with a packet, or -1. There is room for one alone: the kernel closes what is beyond. */
static int descriptor_of(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	int fd;
	memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

err_t ipc_recv(struct ipc *c, struct ipc_msg *ret, int *ret_fd)
{
	struct iovec iov = {.iov_base = c->in, .iov_len = sizeof c->in};
	union {
		char room[CMSG_LEN(sizeof(int))]; /* CMSG_SPACE, being aligned, would hold two descriptors */
		struct cmsghdr align;
	} control;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
	ssize_t n;
	wipe(c->in, c->in_n);
	c->in_n = 0;
	do {
		n = recvmsg(c->fd, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? ERR_AGAIN : ERR_LOCAL_IO;
	c->in_n = (size_t)n;
	int fd = descriptor_of(&msg);
	err_t e = n == 0                      ? ERR_LOCAL_IO
	          : msg.msg_flags & MSG_TRUNC ? ERR_PEER_FORMAT
	                                      : ipc_decode(slice_of(c->in, c->in_n), ret);
	if (e == OK && !ipc_may(ret->type, c->peer, ANY))
		e = ERR_PEER_POLICY;
	if (fd >= 0 && (e != OK || !ret_fd)) {
		close(fd);
		fd = -1;
	}
	if (e == OK && ret_fd)
		*ret_fd = fd;
	return e;
}

err_t ipc_pair(int ret_fds[static 2])
{
	int fds[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return ERR_LOCAL_IO;
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return OK;
}
