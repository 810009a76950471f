/* The network: a SOCKS dial to an onion address becomes a stream to the listening socket of the node that serves it. The
 * sockets are real, what lies between them is not: every byte waits here for its time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "crypto/x25519.h"
#include "peer/record.h"
#include "tor/socks5.h"
#include "wire/peer_msg.h"
#include "world.h"

#define PIPE_FULL 262144 /* so much is under way: the sender's socket is not read */
#define RETRY_MS 20      /* the receiver's socket is full */

/* ---- what is under way ---- */

static void drop_first(struct pipe *p)
{
	struct chunk *c = p->first;
	p->first = c->next;
	if (!p->first)
		p->last = &p->first;
	p->queued -= c->n;
	free(c);
}

static void drain(struct pipe *p)
{
	while (p->first)
		drop_first(p);
}

static void put(struct world *w, struct stream *s, int dir, struct slice bytes, bool eof)
{
	struct pipe *p = &s->pipe[dir];
	if (p->lost)
		return;
	struct chunk *c = malloc(sizeof *c + bytes.n);
	if (!c)
		abort();
	u64 due = loop_now_ms + s->delay_ms + chance_below(&w->chance, s->delay_ms / 2 + 1);
	p->last_due_ms = MAX(p->last_due_ms, due);
	*c = (struct chunk){.due_ms = p->last_due_ms, .eof = eof, .n = bytes.n};
	if (bytes.n)
		memcpy(c->bytes, bytes.p, bytes.n);
	if (p->flip && bytes.n) {
		c->bytes[chance_below(&w->chance, bytes.n)] ^= (u8)(1u << chance_below(&w->chance, 8));
		p->flip = false;
		p->bent = true;
	}
	sim_trace("stream %u %s %zu bytes %016llx%s", s->no, dir ? "<" : ">", bytes.n,
	          (unsigned long long)sim_hash(slice_of(c->bytes, c->n)), eof ? " end" : "");
	*p->last = c;
	p->last = &c->next;
	p->queued += bytes.n;
	w->bytes += bytes.n;
}

/* Now and then in two pieces. */
static void put_bytes(struct world *w, struct stream *s, int dir, struct slice bytes)
{
	if (!w->by_hand && bytes.n > 1 && chance_in(&w->chance, 12)) {
		size_t cut = 1 + chance_below(&w->chance, bytes.n - 1);
		put(w, s, dir, slice_of(bytes.p, cut), false);
		bytes = slice_of(bytes.p + cut, bytes.n - cut);
	}
	put(w, s, dir, bytes, false);
}

static void close_end(struct stream *s, int e)
{
	if (s->end[e].fd >= 0)
		close(s->end[e].fd);
	s->end[e].fd = -1;
	drain(&s->pipe[1 - e]);
	if (s->end[1 - e].fd < 0 && (s->begun || e == 0)) {
		drain(&s->pipe[0]);
		s->is_over = true;
	}
}

/* ---- dialling ---- */

static struct sockaddr_un name_of(unsigned no, socklen_t *ret_len)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int n = snprintf(sa.sun_path + 1, sizeof sa.sun_path - 1, "boc-sim-%d-%u", (int)getpid(), no);
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
	return sa;
}

/* A socket with a name of its own, by which net's end is known. */
static int connect_to(const struct node *n, enum gate gate, unsigned no)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	socklen_t len;
	const struct sockaddr_un own = name_of(no, &len);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		abort();
	paths_link_socket(&n->paths, n->identity, gate, to.sun_path, sizeof to.sun_path);
	if (bind(fd, (const struct sockaddr *)&own, len) || connect(fd, (struct sockaddr *)&to, sizeof to)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What tor of `from` finds at the contacts' address of `to`: SOCKS5_OK, or why not. */
static u8 look_at_gate(const struct world *w, int from, int to)
{
	const struct gate_there *g = &w->node[to].gate;
	if (!g->on)
		return SOCKS5_DESC_NOT_FOUND;
	for (int k = 0; k < NODES; k++) {
		const struct gate_key *key = &w->node[from].gate_keys[k];
		if (!key->contact || !onion_pub_eq(&key->onion, &g->onion))
			continue;
		for (size_t i = 0; i < g->n; i++)
			if (memcmp(g->clients[i], key->pub, sizeof key->pub) == 0)
				return SOCKS5_OK;
		return SOCKS5_AUTH_WRONG;
	}
	return SOCKS5_AUTH_MISSING;
}

static bool is_reachable(const struct world *w, int from, int to, bool at_gate)
{
	const struct node *n = &w->node[to];
	return takes_part(w, to) && n->tor_up && (at_gate || n->published) && n->net && !w->parted[from][to];
}

/* The circuit is there: the other end is connected, and tor says how it went. */
static void begin(struct world *w, struct stream *s)
{
	bool at_gate = s->gate != NOBODY;
	int from = s->end[0].node, to = at_gate ? s->gate : w->host[s->address];
	u8 why = at_gate ? look_at_gate(w, from, to) : SOCKS5_OK;
	s->begun = true;
	if (!at_gate && !w->healing && !w->by_hand && chance_in(&w->chance, 2))
		to = (int)chance_below(&w->chance, (u64)w->count); /* a rendezvous that leads to the wrong one */
	s->end[1].node = to;
	if (w->parted[from][to] && w->hangs[from][to]) {
		s->pipe[0].lost = s->pipe[1].lost = true;
		drain(&s->pipe[0]);
		return;
	}
	if (why == SOCKS5_OK && is_reachable(w, from, to, at_gate))
		s->end[1].fd = connect_to(&w->node[to], at_gate ? GATE_CONTACTS : GATE_PUBLIC, s->no);
	bool up = s->end[1].fd >= 0;
	const u8 yes[] = {5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	if (why == SOCKS5_OK)
		why = chance_in(&w->chance, 30) ? SOCKS5_INTRO_FAILED : SOCKS5_DESC_NOT_FOUND;
	const u8 no[] = {5, 2, 1, 0, 5, why, 0, 1, 0, 0, 0, 0, 0, 0};
	sim_trace("stream %u from %d to %d %s", s->no, from, to, up ? "begins" : "is refused");
	put(w, s, 1, slice_of(up ? yes : no, sizeof yes), false);
	if (!up) {
		put(w, s, 1, slice_of(NULL, 0), true);
		drain(&s->pipe[0]);
	}
}

/* Greeting, user and password, CONNECT; what was sent behind it goes along. */
static void hear_socks(struct world *w, struct stream *s)
{
	const u8 *p = s->head;
	size_t ulen = s->head_n > 5 ? p[4] : 0, plen = s->head_n > 5 + ulen ? p[5 + ulen] : 0;
	size_t at = 6 + ulen + plen; /* of the request */
	if (s->head_n < at + 5 || s->head_n < at + 7 + p[at + 4])
		return;
	for (int i = 0; i < PERSONS; i++)
		if (slice_eq(slice_of(p + at + 5, p[at + 4]), slice_str(w->node[i].address)))
			s->address = i;
	for (int i = 0; s->address == NOBODY && i < NODES; i++)
		if (slice_eq(slice_of(p + at + 5, p[at + 4]), slice_str(w->node[i].gate.address))) {
			s->address = address_of(i);
			s->gate = i;
		}
	if (s->address == NOBODY)
		sim_fail("STRANGE ADDRESS: node %d dialled one that nobody has", s->end[0].node);
	s->asked = true;
	/* how long it takes to reach somebody, once; the first bytes travel with it */
	u64 delay = s->delay_ms;
	s->delay_ms = w->by_hand ? 0 : 100 + chance_below(&w->chance, chance_in(&w->chance, 20) ? 9000 : 1500);
	size_t used = at + 7 + p[at + 4];
	put(w, s, 0, slice_of(p + used, s->head_n - used), false);
	s->delay_ms = delay;
}

static struct stream *new_stream(struct world *w, int from, int fd)
{
	struct stream *s = calloc(1, sizeof *s);
	if (!s || w->n_streams == MAX_STREAMS)
		abort();
	s->no = ++w->last_stream;
	s->address = s->gate = NOBODY;
	s->delay_ms = w->by_hand ? 0 : 20 + chance_below(&w->chance, chance_in(&w->chance, 20) ? 3000 : 400);
	s->end[0] = (struct end){.node = from, .fd = fd};
	s->end[1] = (struct end){.node = NOBODY, .fd = -1};
	for (int i = 0; i < 2; i++)
		s->pipe[i].last = &s->pipe[i].first;
	w->streams[w->n_streams++] = s;
	return s;
}

/* A net process begins to look at a socket: one with which it just dialled, or one of ours that it accepted. */
void tor_on_descriptor(struct world *w, struct event_base *b, int fd)
{
	struct sockaddr_un sa;
	socklen_t len = sizeof sa;
	for (int i = 0; i < NODES; i++) {
		struct node *n = &w->node[i];
		if (!n->net || n->net->loop != b)
			continue;
		int dialled = n->socks_fd < 0 ? -1 : accept4(n->socks_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (dialled >= 0) {
			new_stream(w, i, dialled)->end[0].link = n->net->last_link;
			return;
		}
		if (getpeername(fd, (struct sockaddr *)&sa, &len) || len <= sizeof(sa_family_t) + 1 || sa.sun_path[0])
			return;
		for (unsigned k = w->n_streams; k-- > 0;) {
			socklen_t own_len;
			struct sockaddr_un own = name_of(w->streams[k]->no, &own_len);
			if (len == own_len && memcmp(&own, &sa, len) == 0)
				w->streams[k]->end[1].link = n->net->last_link;
		}
	}
}

/* ---- moving ---- */

/* Takes what a node wrote. */
static bool read_end(struct world *w, struct stream *s, int e)
{
	static u8 room[65536];
	struct pipe *p = &s->pipe[e];
	bool any = false;
	while (s->end[e].fd >= 0 && p->queued < PIPE_FULL && (e == 1 || s->begun || !s->asked)) {
		bool head = e == 0 && !s->asked;
		ssize_t n = head ? recv(s->end[e].fd, s->head + s->head_n, sizeof s->head - s->head_n, 0)
		                 : recv(s->end[e].fd, room, sizeof room, 0);
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		any = true;
		if (n <= 0) {
			close_end(s, e);
			if (!s->is_over)
				put(w, s, e, slice_of(NULL, 0), true);
		} else if (head) {
			s->head_n += (size_t)n;
			hear_socks(w, s);
		} else {
			put_bytes(w, s, e, slice_of(room, (size_t)n));
		}
	}
	return any;
}

bool tor_is_under_way(const struct stream *s, int dir)
{
	return s->pipe[dir].first && (s->end[1 - dir].fd >= 0 || !s->begun);
}

bool tor_deliver(struct world *w, struct stream *s, int dir)
{
	struct pipe *p = &s->pipe[dir];
	struct chunk *c = p->first;
	if (!tor_is_under_way(s, dir))
		return false;
	if (dir == 0 && !s->begun) {
		if (c->eof) {
			close_end(s, 0);
			return true;
		}
		begin(w, s);
		if (s->end[1].fd < 0)
			return true;
	}
	struct end *to = &s->end[1 - dir];
	if (c->eof) {
		sim_trace("stream %u ends at %d", s->no, to->node);
		close_end(s, 1 - dir);
		return true;
	}
	ssize_t n = send(to->fd, c->bytes, c->n, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		n = (ssize_t)c->n; /* nobody reads there any more: its end comes */
	if (n == (ssize_t)c->n) {
		drop_first(p);
		return true;
	}
	if (n > 0) {
		memmove(c->bytes, c->bytes + n, c->n - (size_t)n);
		c->n -= (size_t)n;
		p->queued -= (size_t)n;
	}
	c->due_ms = loop_now_ms + RETRY_MS;
	return n > 0;
}

static bool deliver_due(struct world *w, struct stream *s, int dir)
{
	const struct chunk *c = s->pipe[dir].first;
	return !w->by_hand && c && c->due_ms <= loop_now_ms && tor_deliver(w, s, dir);
}

bool tor_pump(struct world *w)
{
	bool any = false;
	for (unsigned i = 0; i < w->n_streams; i++) {
		struct stream *s = w->streams[i];
		for (int e = 0; e < 2 && !s->is_over; e++) {
			any |= read_end(w, s, e);
			any |= deliver_due(w, s, e);
		}
	}
	return any;
}

u64 tor_deadline(const struct world *w)
{
	u64 at = NEVER;
	for (unsigned i = 0; i < w->n_streams && !w->by_hand; i++)
		for (int dir = 0; dir < 2; dir++)
			if (tor_is_under_way(w->streams[i], dir))
				at = MIN(at, w->streams[i]->pipe[dir].first->due_ms);
	return at;
}

/* ---- what breaks ---- */

void tor_cut(struct stream *s)
{
	close_end(s, 0);
	close_end(s, 1);
	s->is_over = true;
}

void tor_lose(struct stream *s)
{
	for (int dir = 0; dir < 2; dir++) {
		s->pipe[dir].lost = true;
		if (s->begun)
			drain(&s->pipe[dir]);
	}
}

void tor_ghost(struct stream *s, int told)
{
	tor_lose(s);
	close_end(s, told);
}

/* ---- a node's tor ---- */

static void hear_service(struct node *n, const struct ipc_service *m)
{
	struct gate_there *g = &n->gate;
	struct onion_sec key;
	if (m->gate == GATE_PUBLIC) {
		n->published = true;
		return;
	}
	memcpy(key.b, m->key, sizeof key.b);
	if (onion_pub_from_sec(&key, &g->onion) != OK || m->clients.n == 0 || m->clients.n % 32 ||
	    m->clients.n > sizeof g->clients)
		sim_fail("GATE: node %d lets in %zu bytes of keys", n->i, m->clients.n);
	onion_addr_encode(&g->onion, true, g->address);
	memcpy(g->clients, m->clients.p, m->clients.n);
	g->n = m->clients.n / 32;
	g->on = true;
}

/* Its own contacts' address: the key has to be one of those that are let in. */
static void hear_own_key(struct node *n, const struct ipc_client_key *m)
{
	const struct gate_there *g = &n->gate;
	u8 pub[32];
	bool found = false;
	if (x25519_pub(m->key, pub) != OK)
		abort();
	for (size_t i = 0; i < g->n; i++)
		found = found || memcmp(g->clients[i], pub, sizeof pub) == 0;
	if (!g->on || !found || memcmp(g->onion.b, m->onion, sizeof m->onion))
		sim_fail("GATE: node %d does not find its own contacts' address", n->i);
}

static void hear_key(struct node *n, const struct ipc_client_key *m)
{
	struct gate_key *to = NULL;
	if (m->contact == 0) {
		hear_own_key(n, m);
		return;
	}
	for (int k = NODES; k-- > 0;) {
		struct gate_key *key = &n->gate_keys[k];
		if (key->contact == m->contact || (!key->contact && (!to || to->contact != m->contact)))
			to = key;
	}
	if (!to)
		sim_fail("GATE: node %d has more client keys than contacts", n->i);
	to->contact = m->contact;
	memcpy(to->onion.b, m->onion, sizeof to->onion.b);
	if (x25519_pub(m->key, to->pub) != OK)
		abort();
}

void tor_learn(struct node *n, const struct ipc_msg *m)
{
	struct peer_address said;
	if (m->type != ipc_t_record_out || m->record_out.type != RECORD_ADDRESS)
		return;
	if (peer_address_decode(m->record_out.payload, &said) != OK)
		sim_fail("GATE: node %d says no address", n->i);
	memcpy(n->gate.onion.b, said.onion, sizeof said.onion);
	onion_addr_encode(&n->gate.onion, true, n->gate.address);
}

void tor_hear(struct node *n, const struct ipc_msg *m)
{
	if (m->type == ipc_t_service) {
		hear_service(n, &m->service);
	} else if (m->type == ipc_t_service_gone) {
		n->published &= m->service_gone.gate == GATE_CONTACTS;
		n->gate.on &= m->service_gone.gate == GATE_PUBLIC;
		if (m->service_gone.gate == 0)
			memset(n->gate_keys, 0, sizeof n->gate_keys);
	} else if (m->type == ipc_t_client_key) {
		hear_key(n, &m->client_key);
	} else if (m->type == ipc_t_client_key_gone) {
		for (int k = 0; k < NODES; k++)
			if (n->gate_keys[k].contact == m->client_key_gone.contact)
				n->gate_keys[k] = (struct gate_key){0};
	}
}

void tor_forget(struct node *n)
{
	n->published = n->gate.on = false;
	memset(n->gate_keys, 0, sizeof n->gate_keys);
}

void tor_listen(struct node *n)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = strlen(n->paths.tor_socks);
	if (len >= sizeof sa.sun_path)
		abort();
	memcpy(sa.sun_path, n->paths.tor_socks, len);
	(void)unlink(sa.sun_path);
	n->socks_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (n->socks_fd < 0 || bind(n->socks_fd, (struct sockaddr *)&sa, sizeof sa) || listen(n->socks_fd, 64))
		abort();
}

/* Its streams end here at once. The others hear of it, or do not: the circuit is gone with the tor that knew it. */
void tor_fail(struct node *n)
{
	struct world *w = n->w;
	if (n->socks_fd >= 0)
		close(n->socks_fd);
	n->socks_fd = -1;
	for (unsigned i = 0; i < w->n_streams; i++) {
		struct stream *s = w->streams[i];
		int e = s->end[0].node == n->i ? 0 : 1;
		if (s->is_over || s->end[e].node != n->i)
			continue;
		if (chance_in(&w->chance, 30))
			tor_ghost(s, e);
		else
			tor_cut(s);
	}
}

void tor_free(struct world *w)
{
	for (unsigned i = 0; i < w->n_streams; i++) {
		struct stream *s = w->streams[i];
		tor_cut(s);
		for (int e = 0; e < 2; e++)
			for (int l = 0; l < 2; l++)
				free(s->end[e].lane[l].sent);
		free(s);
	}
	w->n_streams = 0;
}
