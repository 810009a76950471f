#include "net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "net/conn.h"

struct identity *listener_find(const struct net *n, u32 identity)
{
	struct identity *id;
	for (id = n->identities; id; id = id->next) {
		if (id->number == identity)
			return id;
	}
	return NULL;
}

static struct sockaddr_un address_of(const struct net *n, u32 identity)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	paths_link_socket(&n->cfg->paths, identity, sa.sun_path, sizeof sa.sun_path);
	return sa;
}

/* tor connects as us: the umask of the role lets nobody else in. */
static int listen_at(const struct sockaddr_un *sa)
{
	if (unlink(sa->sun_path) && errno != ENOENT)
		log_warn("a stale socket could not be removed: %s", strerror(errno));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)sa, sizeof *sa) || listen(fd, LISTEN_QUEUE)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct identity *id = arg;
	(void)what;
	/* Not all of them at once: what is dropped is freed between two turns of the loop. */
	for (int i = 0; i < MAX_HALF_OPEN; i++) {
		int stream = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (stream >= 0) {
			conn_accept(id, stream);
			continue;
		}
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

static void take(struct identity *id, const struct ipc_identity *m)
{
	memcpy(id->onion.b, m->onion, sizeof id->onion.b);
	memcpy(id->pq.pk, m->pk, sizeof id->pq.pk);
	memcpy(id->pq.next, m->next, sizeof id->pq.next);
	id->pq.seq = m->seq;
}

err_t listener_open(struct net *n, const struct ipc_identity *m)
{
	struct identity *id = listener_find(n, m->identity);
	if (id) {
		take(id, m);
		return OK;
	}
	struct sockaddr_un sa = address_of(n, m->identity);
	int fd = listen_at(&sa);
	if (fd < 0) {
		log_error("cannot listen for the onion service: %s", strerror(errno));
		return ERR_LOCAL_IO;
	}
	id = calloc(1, sizeof *id);
	if (!id)
		abort();
	id->net = n;
	id->number = m->identity;
	id->fd = fd;
	take(id, m);
	id->readable = event_new(n->loop, fd, EV_READ | EV_PERSIST, on_readable, id);
	if (!id->readable || event_add(id->readable, NULL))
		abort();
	id->next = n->identities;
	n->identities = id;
	return OK;
}

void listener_close(struct identity *id)
{
	struct sockaddr_un sa = address_of(id->net, id->number);
	if (unlink(sa.sun_path) && errno != ENOENT)
		log_warn("the socket of the onion service could not be removed: %s", strerror(errno));
	event_free(id->readable);
	close(id->fd);
	struct identity **at = &id->net->identities;
	while (*at != id)
		at = &(*at)->next;
	*at = id->next;
	wipe(id, sizeof *id);
	free(id);
}
