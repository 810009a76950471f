#include "web/peer_uid.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* IPv4 sockets, and IPv6 sockets that speak IPv4. */
enum { LIST_4, LIST_6, LISTS };

struct peer_uid {
	int fd[LISTS];
};

struct peer_uid *peer_uid_new(void)
{
	struct peer_uid p = {
		{open("/proc/net/tcp", O_RDONLY | O_CLOEXEC), open("/proc/net/tcp6", O_RDONLY | O_CLOEXEC)}};
	if (p.fd[LIST_4] < 0) {
		if (p.fd[LIST_6] >= 0)
			close(p.fd[LIST_6]);
		return NULL;
	}
	struct peer_uid *ret = malloc(sizeof *ret);
	if (!ret)
		abort();
	*ret = p;
	return ret;
}

struct peer_uid *peer_uid_free(struct peer_uid *p)
{
	for (size_t i = 0; p && i < LISTS; i++) {
		if (p->fd[i] >= 0)
			close(p->fd[i]);
	}
	free(p);
	return NULL;
}

/* The next word of *line; empty at its end. */
static struct slice word(struct slice *line)
{
	while (line->n && line->p[0] == ' ')
		*line = slice_of(line->p + 1, line->n - 1);
	size_t n = 0;
	while (n < line->n && line->p[n] != ' ')
		n++;
	struct slice w = slice_of(line->p, n);
	*line = slice_of(line->p + n, line->n - n);
	return w;
}

/* sl local remote st tx:rx tr:when retransmits uid ... */
bool peer_uid_line(struct slice line, const char *local, const char *remote, u32 *ret_uid)
{
	word(&line);
	if (!slice_eq(word(&line), slice_str(local)) || !slice_eq(word(&line), slice_str(remote)))
		return false;
	for (int i = 0; i < 4; i++)
		word(&line);
	struct slice uid = word(&line);
	u64 v = 0;
	for (size_t i = 0; i < uid.n; i++) {
		if (uid.p[i] < '0' || uid.p[i] > '9' || v > UINT32_MAX)
			return false;
		v = v * 10 + (u64)(uid.p[i] - '0');
	}
	if (uid.n == 0 || v > UINT32_MAX)
		return false;
	*ret_uid = (u32)v;
	return true;
}

static bool find(int fd, const char *local, const char *remote, u32 *ret_uid)
{
	u8 chunk[16384];
	size_t have = 0;
	off_t at = 0;
	for (;;) {
		ssize_t n = pread(fd, chunk + have, sizeof chunk - have, at);
		if (n <= 0)
			return false;
		at += n;
		have += (size_t)n;
		struct slice rest = slice_of(chunk, have);
		const u8 *end;
		while ((end = memchr(rest.p, '\n', rest.n))) {
			size_t len = (size_t)(end - rest.p);
			if (peer_uid_line(slice_of(rest.p, len), local, remote, ret_uid))
				return true;
			rest = slice_of(end + 1, rest.n - len - 1);
		}
		if (rest.n == sizeof chunk)
			return false;
		memmove(chunk, rest.p, rest.n);
		have = rest.n;
	}
}

bool peer_uid_is(const struct peer_uid *p, int fd, u32 uid)
{
	struct sockaddr_in us = {0}, them = {0};
	socklen_t n = sizeof us, m = sizeof them;
	if (getsockname(fd, (struct sockaddr *)&us, &n) || getpeername(fd, (struct sockaddr *)&them, &m) ||
	    us.sin_family != AF_INET || them.sin_family != AF_INET)
		return false;
	static const char *const mapped[LISTS] = {"", "0000000000000000FFFF0000"};
	for (size_t i = 0; i < LISTS; i++) {
		char local[64], remote[64];
		u32 owner;
		/* The other end's own entry: its local address is our remote one. */
		snprintf(local, sizeof local, "%s%08X:%04X", mapped[i], them.sin_addr.s_addr, ntohs(them.sin_port));
		snprintf(remote, sizeof remote, "%s%08X:%04X", mapped[i], us.sin_addr.s_addr, ntohs(us.sin_port));
		if (p->fd[i] >= 0 && find(p->fd[i], local, remote, &owner))
			return owner == uid;
	}
	return false;
}
