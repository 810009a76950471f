#include "net/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "crypto/onion_key.h"
#include "net/dialler.h"
#include "net/links.h"
#include "net/listener.h"
#include "net/requests.h"
#include "os/fault.h"

/* What goes wrong on a link is told by its LINK_CLOSED event, so results of single calls say nothing new. */
static void told_by_event(err_t e)
{
	(void)e;
}

static void tell_eof(struct conn *c)
{
	if (c->eof_told)
		return;
	c->eof_told = true;
	link_eof(c->link);
}

static void consume(struct conn *c, size_t n)
{
	memmove(c->in, c->in + n, c->in_n - n);
	wipe(c->in + c->in_n - n, n);
	c->in_n -= n;
}

/* ---- the pump ---- */

/* Reads once. False when there is nothing, or no room. */
static bool read_some(struct conn *c)
{
	if (c->is_over || c->eof || c->in_n == sizeof c->in)
		return false;
	ssize_t n = recv(c->fd, c->in + c->in_n, sizeof c->in - c->in_n, 0);
	if (n > 0) {
		FAULT("net.read", "net");
		c->in_n += (size_t)n;
		return true;
	}
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return false;
	c->eof = true;
	return false;
}

/* Tor's part of the conversation. True when the peer's part has begun. */
static bool feed_socks(struct conn *c)
{
	size_t used;
	enum socks5_state state;
	if (socks5_feed(&c->socks, slice_of(c->in, c->in_n), &used, &state) != OK) {
		tell_eof(c);
		return false;
	}
	consume(c, used);
	if (state == SOCKS5_FAILED)
		tell_eof(c);
	if (state != SOCKS5_CONNECTED)
		return false;
	c->is_connected = true;
	link_connected(c->link, net_now(c->net));
	dialler_connected(c->net->dialler, c->contact);
	net_dial(c->net); /* a place is free */
	return true;
}

static bool is_half_open(const struct conn *c)
{
	return !c->initiator && !c->is_open && !c->is_ended;
}

/* The contact of this identity that knocks in the M1 of c; NULL: none. */
static struct peer *find_knocker(const struct conn *c)
{
	struct peer *p;
	u8 digest[64];
	knock_digest(c->in, digest);
	for (p = c->net->peers; p; p = p->next) {
		if (p->identity == c->identity && knock_fits(&p->knock, digest, c->in + KNOCK_COVERS))
			return p;
	}
	return NULL;
}

/* Ends what c takes the place of: the handshake that its contact has begun before, or the strangers' oldest when there are
 * STRANGERS_HALF_OPEN at this address. */
static void take_place(struct conn *c)
{
	struct conn *k, *oldest = NULL;
	unsigned count = 0;
	for (k = c->net->conns; k; k = k->next) {
		if (!is_half_open(k) || !k->has_paid || k == c || k->identity != c->identity || k->gate != c->gate ||
		    k->knocker != c->knocker)
			continue;
		count++;
		oldest = k; /* the newest come first */
	}
	if (count >= (c->knocker ? 1 : STRANGERS_HALF_OPEN))
		conn_break(oldest);
}

/* No expensive work for an M1 before it was let in. */
static bool pay(struct conn *c)
{
	struct identity *id = listener_find(c->net, c->identity);
	if (c->in_n < HS_M1_LEN)
		return false;
	/* PROTO 8.1.5: "An M1 that knocks takes from a bucket of that contact, of the size of the common one" */
	struct peer *p = id ? find_knocker(c) : NULL;
	if (!id || !bucket_take(p ? &p->knocks : &listener_of(id, c->gate)->handshakes, net_now(c->net))) {
		log_debug("link %u: too many handshakes", c->number);
		tell_eof(c);
		return false;
	}
	c->knocker = p ? p->contact : 0;
	c->has_paid = true;
	take_place(c);
	return true;
}

/* Gives the link what came. True when it took something. */
static bool feed(struct conn *c)
{
	size_t before = c->in_n;
	if (c->is_ended) {
		consume(c, c->in_n);
		return false;
	}
	if ((c->is_connected || feed_socks(c)) && (c->has_paid || pay(c)) && !c->net->choked && c->in_n > 0) {
		struct slice in = slice_of(c->in, c->in_n);
		told_by_event(link_feed(c->link, net_now(c->net), &in));
		links_confirm(c);
		consume(c, c->in_n - in.n);
		if (c->is_undecided)
			links_decide(c);
	}
	if (c->eof && !c->eof_told && (c->in_n == 0 || !c->has_paid || !c->is_connected)) {
		tell_eof(c);
		return true;
	}
	return c->in_n != before;
}

/* Handles what happened on the link. True when something did. */
static bool handle_events(struct conn *c)
{
	struct link_event ev;
	bool any = false;
	while (link_next(c->link, &ev)) {
		any = true;
		switch (ev.type) {
		case LINK_WANT_SIGN:
		case LINK_WANT_PIN:
		case LINK_WANT_POLICY:
		case LINK_WANT_ACCEPT:
		case LINK_WANT_ROOT: requests_ask(c, &ev); break;
		case LINK_OPEN: links_opened(c, &ev); break;
		case LINK_RECORD: links_record(c, &ev); break;
		case LINK_CLOSED:
			c->is_ended = true;
			c->req = 0;
			c->flush_ms = net_now(c->net) + LINK_FLUSH_MS;
			links_ended(c, &ev);
			break;
		}
	}
	return any;
}

static struct slice pending(const struct conn *c)
{
	struct slice s = buf_bytes(&c->out);
	if (c->out_broken)
		return slice_of(NULL, 0);
	return s.n ? s : link_pending(c->link);
}

/* Writes what the socket takes. When nobody reads any more, what was sent to us before still counts: the end is told
 * by reading. */
static void write_some(struct conn *c)
{
	struct slice s;
	while ((s = pending(c)).n > 0) {
		ssize_t n = FAULT_FAILS("net.write.before", "net") ? -1 : send(c->fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			c->out_broken = errno != EAGAIN && errno != EWOULDBLOCK;
			return;
		}
		FAULT("net.write.after", "net");
		if (buf_bytes(&c->out).n)
			buf_consume(&c->out, (size_t)n);
		else
			link_sent(c->link, (size_t)n);
	}
}

static void end(struct conn *c)
{
	c->is_over = true;
	event_free(c->in_ready);
	event_free(c->out_ready);
	event_free(c->timer);
	close(c->fd);
	c->in_ready = c->out_ready = c->timer = NULL;
	c->fd = -1;
	net_reap_soon(c->net);
}

/* Waits for whatever can come next. */
static void arm(struct conn *c)
{
	bool wants_in = !c->eof && c->in_n < sizeof c->in && (!c->net->choked || c->is_ended);
	u64 deadline = c->is_ended ? c->flush_ms : MIN(link_deadline(c->link), c->decide_ms);
	u64 now = net_now(c->net);
	u64 wait_ms = deadline > now ? MIN(deadline - now, (u64)3600 * 1000) : 0;
	const struct timeval tv = {.tv_sec = (time_t)(wait_ms / 1000), .tv_usec = (suseconds_t)(wait_ms % 1000 * 1000)};
	int bad = wants_in ? event_add(c->in_ready, NULL) : event_del(c->in_ready);
	bad |= pending(c).n ? event_add(c->out_ready, NULL) : event_del(c->out_ready);
	bad |= deadline == LINK_NEVER ? event_del(c->timer) : event_add(c->timer, &tv);
	if (bad)
		abort();
}

void conn_run(struct conn *c)
{
	if (c->running || c->is_over)
		return;
	c->running = true;
	bool more;
	do {
		do {
			more = feed(c);
			more |= handle_events(c);
		} while (more);
		write_some(c);
	} while (links_flush(c) || links_listen(c));
	c->running = false;
	if (c->is_ended && (c->eof || pending(c).n == 0))
		end(c);
	else
		arm(c);
}

/* ---- events of the loop ---- */

static void on_in(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	(void)fd, (void)what;
	if (!c->net->choked || c->is_ended)
		read_some(c);
	conn_run(c);
}

static void on_out(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	conn_run(arg);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	u64 now = net_now(c->net);
	(void)fd, (void)what;
	if (c->is_ended) {
		if (now >= c->flush_ms) {
			end(c);
			return;
		}
	} else {
		/* What came while this process did not run counts before the time that it did not. */
		if (!c->net->choked && read_some(c))
			conn_run(c);
		told_by_event(link_tick(c->link, now));
		if (c->is_open && now >= c->decide_ms)
			links_decide(c);
	}
	conn_run(c);
}

/* ---- birth and end ---- */

static struct conn *conn_new(struct identity *id, enum gate gate, int fd, u64 contact)
{
	struct net *n = id->net;
	struct conn *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->net = n;
	c->number = ++n->last_link;
	c->identity = id->number;
	c->gate = gate;
	c->contact = contact;
	c->initiator = contact != 0;
	c->is_connected = !c->initiator;
	c->has_paid = c->initiator;
	c->decide_ms = LINK_NEVER;
	c->began_ms = net_now(n);
	c->fd = fd;
	c->out = buf_with_max(4096);
	c->waiting = buf_with_max(LINK_WAITING);
	c->in_ready = event_new(n->loop, fd, EV_READ | EV_PERSIST, on_in, c);
	c->out_ready = event_new(n->loop, fd, EV_WRITE | EV_PERSIST, on_out, c);
	c->timer = evtimer_new(n->loop, on_timer, c);
	if (!c->in_ready || !c->out_ready || !c->timer)
		abort();
	c->next = n->conns;
	n->conns = c;
	return c;
}

/* PROTO 8.1.1: "at most 64 handshakes of strangers at a time and address, side by side". PROTO 8.1.3: "When 64 are open at
 * an address, its oldest stream whose M1 is not whole makes room for a new one, and where there is none, its oldest that
 * did not knock." PROTO 8.1.7: "What comes to one address ends no stream of another" */
static bool make_room(const struct identity *id, enum gate gate)
{
	for (;;) {
		struct conn *c, *silent = NULL, *stranger = NULL;
		unsigned half_open = 0;
		for (c = id->net->conns; c; c = c->next) {
			if (c->identity != id->number || c->gate != gate || !is_half_open(c))
				continue;
			half_open++;
			if (!c->has_paid)
				silent = c; /* the newest come first */
			else if (!c->knocker)
				stranger = c;
		}
		if (half_open < MAX_HALF_OPEN)
			return true;
		if (!silent && !stranger)
			return false;
		/* What has come counts, even if its event is behind ours. */
		if (silent && read_some(silent))
			conn_run(silent);
		if (!silent)
			conn_break(stranger);
		else if (is_half_open(silent) && !silent->has_paid)
			conn_break(silent);
	}
}

void conn_accept(struct listener *l, int fd)
{
	struct identity *id = l->id;
	struct net *n = id->net;
	if (n->stopping || !make_room(id, l->gate)) {
		close(fd);
		return;
	}
	struct conn *c = conn_new(id, l->gate, fd, 0);
	/* PROTO 3.3.2: "B is the key of the identity, by whichever of its addresses the stream came." */
	const struct hs_config cfg = {.own = &id->onion, .own_pq = &id->pq};
	c->link = link_new_responder(n->cfg->env, &cfg, net_now(n));
	conn_run(c);
}

/* PROTO 3.3.1: "A dials an address of B through Tor, with a circuit isolated per contact" */
int conn_to_tor(const struct net *n)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = strlen(n->cfg->paths.tor_socks);
	if (len >= sizeof sa.sun_path)
		return -1;
	memcpy(sa.sun_path, n->cfg->paths.tor_socks, len + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, sizeof sa)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void conn_dial(struct identity *id, struct peer *p)
{
	/* PROTO 3.3.4: "A dials the contacts' address where it has it" */
	bool at_gate = p->has_gate && !p->gate_failed;
	p->gate_failed = false;
	struct net *n = id->net;
	u64 now = net_now(n);
	int fd = conn_to_tor(n);
	if (fd < 0) {
		log_debug("tor's SOCKS socket: %s", strerror(errno));
		dialler_failed(n->dialler, p->contact, now);
		return;
	}
	struct conn *c = conn_new(id, at_gate ? GATE_CONTACTS : GATE_PUBLIC, fd, p->contact);
	c->has_pq = p->pinned;
	c->pq = p->pin;
	const struct hs_config cfg = {
		.own = &id->onion,
		.own_pq = &id->pq,
		.dialled = &p->onion,
		.pin = p->pinned ? &p->pin : NULL,
		.pqfp = p->invited ? p->pqfp : NULL,
		.inv_id = p->invited ? p->inv_id : NULL,
		.knock = &p->knock,
	};
	c->link = link_new_initiator(n->cfg->env, &cfg, now);
	char host[ONION_ADDR_CAP];
	onion_addr_encode(at_gate ? &p->gate : &p->onion, true, host);
	if (socks5_start(&c->socks, &c->out, host, LINK_PORT, slice_str(p->user), slice_str(p->pass)) != OK)
		tell_eof(c);
	log_debug("link %u: dialling", c->number);
	conn_run(c);
}

void conn_close(struct conn *c, enum link_close_reason reason)
{
	for (int i = 0; i < 64 && !c->is_ended && read_some(c); i++)
		conn_run(c);
	link_close(c->link, reason);
	conn_run(c);
}

void conn_break(struct conn *c)
{
	tell_eof(c);
	conn_run(c);
}

void conn_free(struct conn *c)
{
	if (!c->is_over)
		end(c);
	struct conn **at = &c->net->conns;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	link_free(c->link);
	buf_free(&c->out);
	buf_free(&c->waiting);
	wipe(c, sizeof *c);
	free(c);
}

struct conn *conn_of_link(const struct net *n, u32 link)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (c->number == link && !c->is_ended)
			return c;
	}
	return NULL;
}

struct conn *conn_of_request(const struct net *n, u32 req)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (c->req == req && req != 0 && !c->is_ended)
			return c;
	}
	return NULL;
}
