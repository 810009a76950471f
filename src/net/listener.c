#include "net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "net/conn.h"
#include "net/links.h"

struct identity *listener_find(const struct net *n, u32 identity)
{
	struct identity *id;
	for (id = n->identities; id; id = id->next) {
		if (id->number == identity)
			return id;
	}
	return NULL;
}

/* Whether its socket was there before us: for the streams of a tor that is not ours (docs/decisions/0016). */
static bool is_inherited(const struct listener *l)
{
	return !paths_has_own_tor(&l->id->net->cfg->paths);
}

static struct sockaddr_un address_of(const struct listener *l)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	paths_link_socket(&l->id->net->cfg->paths, l->id->number, l->gate, sa.sun_path, sizeof sa.sun_path);
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

/* The system's tor comes over loopback: small records shall not wait for each other. */
static void set_up(const struct listener *l, int stream)
{
	const int on = 1;
	if (is_inherited(l) && setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on))
		log_debug("TCP_NODELAY: %s", strerror(errno));
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;
	(void)what;
	/* Not all of them at once: what is dropped is freed between two turns of the loop. */
	for (int i = 0; i < MAX_HALF_OPEN; i++) {
		int stream = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (stream >= 0) {
			set_up(l, stream);
			conn_accept(l, stream);
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

/* Ends what waits there: it came while nobody, or somebody else, had this socket. */
static void drain(int fd)
{
	int stream;
	for (int i = 0; i < LISTEN_QUEUE && (stream = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0; i++)
		close(stream);
}

static int inherited(const struct listener *l)
{
	int fd = ROLE_FD_LINKS + (int)role_link_index(l->id->slot, l->gate);
	drain(fd);
	return fd;
}

static err_t begin(struct listener *l)
{
	struct sockaddr_un sa = address_of(l);
	if (l->fd >= 0)
		return OK;
	l->fd = is_inherited(l) ? inherited(l) : listen_at(&sa);
	if (l->fd < 0) {
		log_error("cannot listen for the onion service: %s", strerror(errno));
		return ERR_LOCAL_IO;
	}
	l->readable = event_new(l->id->net->loop, l->fd, EV_READ | EV_PERSIST, on_readable, l);
	if (!l->readable || event_add(l->readable, NULL))
		abort();
	return OK;
}

static void stop(struct listener *l)
{
	struct sockaddr_un sa = address_of(l);
	if (l->fd < 0)
		return;
	event_free(l->readable);
	if (is_inherited(l)) {
		drain(l->fd); /* it stays, for whoever has the place next */
	} else {
		if (unlink(sa.sun_path) && errno != ENOENT)
			log_warn("the socket of the onion service could not be removed: %s", strerror(errno));
		close(l->fd);
	}
	l->readable = NULL;
	l->fd = -1;
}

static struct identity *add(struct net *n, u32 number, u8 slot)
{
	struct identity *id = calloc(1, sizeof *id);
	if (!id)
		abort();
	id->net = n;
	id->number = number;
	id->slot = slot;
	for (int i = 0; i < 2; i++)
		id->at[i] = (struct listener){.id = id, .gate = i ? GATE_CONTACTS : GATE_PUBLIC, .fd = -1};
	id->next = n->identities;
	n->identities = id;
	return id;
}

err_t listener_open(struct net *n, const struct ipc_identity *m)
{
	struct identity *id = listener_find(n, m->identity);
	if (m->slot >= LINK_SLOTS)
		return ERR_BUG;
	if (!id)
		id = add(n, m->identity, m->slot);
	take(id, m);
	TRY(begin(listener_of(id, GATE_CONTACTS)));
	if (m->listed)
		return begin(listener_of(id, GATE_PUBLIC));
	stop(listener_of(id, GATE_PUBLIC));
	/* PROTO 3.3.3: "no stranger is answered there" */
	links_close_strangers(n, id->number, GATE_PUBLIC);
	return OK;
}

void listener_close(struct identity *id)
{
	stop(listener_of(id, GATE_PUBLIC));
	stop(listener_of(id, GATE_CONTACTS));
	struct identity **at = &id->net->identities;
	while (*at != id)
		at = &(*at)->next;
	*at = id->next;
	wipe(id, sizeof *id);
	free(id);
}
