#include "net/links.h"

#include "base/limits.h"
#include "base/log.h"
#include "net/dialler.h"
#include "net/dup.h"
#include "net/listener.h"
#include "peer/pq.h"

void links_cancel_dials(struct net *n, u64 contact)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (!c->initiator || c->contact != contact || c->is_connected || c->is_ended)
			continue;
		c->is_cancelled = true;
		conn_break(c);
	}
}

void links_opened(struct conn *c, const struct link_event *ev)
{
	struct net *n = c->net;
	u64 now = net_now(n);
	if (ev->open.status == ACCEPT_KEY_CHANGED || ev->open.status == ACCEPT_INVITE_BAD) {
		/* no link to the contact: it takes no part in what becomes of those */
		c->is_quarantined = true;
		net_tell(n, &IPC_MSG(0, link_up, .link = c->number, .contact = c->contact, .initiator = c->initiator,
		                     .status = (u8)ev->open.status));
		return;
	}
	c->is_open = true;
	c->open_no = ++n->last_open;
	c->opened_ms = now;
	c->peer = ev->open.peer;
	log_debug("link %u: open, %s, status %d", c->number, c->initiator ? "ours" : "theirs", (int)ev->open.status);
	dialler_link_up(n->dialler, c->contact, c->initiator, now);
	net_tell(n, &IPC_MSG(0, link_up, .link = c->number, .contact = c->contact, .initiator = c->initiator,
	                     .status = (u8)ev->open.status));
	struct peer *p = net_peer(n, c->contact);
	if (p)
		p->gate_doubted = p->gate_failed = false;
	links_cancel_dials(n, c->contact);
	links_decide(c);
}

void links_record(struct conn *c, const struct link_event *ev)
{
	u8 type = ev->record.type;
	if (type != RECORD_DATA && type != RECORD_ACK && type != RECORD_NAK && type != RECORD_HELLO &&
	    type != RECORD_SYNC && type != RECORD_ROTCHAIN && type != RECORD_READ && type != RECORD_TYPING &&
	    type != RECORD_ADDRESS && type != RECORD_COVER)
		return; /* PROTO 4.1.4: "An unknown type is ignored" */
	net_tell(c->net, &IPC_MSG(0, record_in, .link = c->number, .contact = c->contact, .type = type,
	                          .payload = ev->record.payload));
}

/* How long nothing has come. */
static u64 silent_ms(const struct conn *c)
{
	return net_now(c->net) - link_last_received_ms(c->link);
}

bool links_listen(struct conn *c)
{
	struct net *n = c->net;
	bool quiet = c->is_open && link_is_quiet(c->link);
	if (quiet == c->is_quiet)
		return false;
	c->is_quiet = quiet;
	dialler_link_quiet(n->dialler, c->contact, quiet, net_now(n));
	if (!c->is_open)
		return true; /* link_down follows */
	log_debug("link %u: %s", c->number, quiet ? "quiet" : "heard again");
	net_tell(n, &IPC_MSG(0, link_quiet, .link = c->number, .contact = c->contact, .quiet = quiet,
	                     .silent_ms = silent_ms(c)));
	if (quiet)
		net_dial(n);
	else
		links_cancel_dials(n, c->contact);
	links_decide(c);
	return true;
}

/* What a dial without a link, or the end of one, says about the contact. */
static enum contact_reach reach_of(const struct conn *c, const struct link_event *ev, bool was_open)
{
	if (was_open)
		return ev->closed.reason == LINK_CLOSE_LOCKED ? REACH_LEFT : REACH_LOST;
	if (c->socks.state == SOCKS5_FAILED) {
		switch ((int)c->socks.reply) {
		case SOCKS5_DESC_NOT_FOUND:
		case SOCKS5_DESC_INVALID: return REACH_UNPUBLISHED;
		case SOCKS5_AUTH_MISSING:
		case SOCKS5_AUTH_WRONG: return REACH_BARRED;
		default: return REACH_ABSENT;
		}
	}
	if (!c->is_connected)
		return REACH_ABSENT;
	/* What is wrong with a proof, and whom we trust, is told elsewhere. */
	return ev->closed.err == ERR_PEER_PIN ? REACH_UNKNOWN : REACH_SILENT;
}

static void tell_reach(const struct conn *c, enum contact_reach reach)
{
	net_tell(c->net, &IPC_MSG(0, reach, .contact = c->contact, .reach = (u8)reach));
}

/* PROTO 3.3.4: "and the public one at once where tor finds nobody there or has no key that fits". True: dial at once, there or, where tor's answer
 * may have been wrong, one more time at the contacts' address. */
static bool fall_back(struct conn *c)
{
	struct peer *p = net_peer(c->net, c->contact);
	if (!p || c->gate != GATE_CONTACTS || c->socks.state != SOCKS5_FAILED)
		return false;
	enum socks5_reply r = c->socks.reply;
	if (socks5_reply_is_doubtful(r) && !p->gate_doubted) {
		p->gate_doubted = true;
		return true;
	}
	p->gate_doubted = false;
	p->gate_failed = socks5_reply_is_doubtful(r) || r == SOCKS5_AUTH_MISSING || r == SOCKS5_AUTH_WRONG ||
	                 r == SOCKS5_EXPIRED ||
	                 r == SOCKS5_HOST_UNREACHABLE; /* which tor says of a key that was refused before */
	return p->gate_failed;
}

/* Our dial ended without a link. */
static void dial_ended(struct conn *c, const struct link_event *ev)
{
	struct net *n = c->net;
	u64 now = net_now(n);
	if (c->is_quarantined && ev->closed.reason == LINK_CLOSE_RENEW) {
		/* PROTO 5.3.4: "A dials again at once." */
		dialler_cancelled(n->dialler, c->contact);
		dialler_hurry(n->dialler, c->contact);
	} else if (c->is_cancelled) {
		dialler_cancelled(n->dialler, c->contact);
	} else if (fall_back(c)) {
		dialler_again(n->dialler, c->contact, now);
	} else if (c->socks.state == SOCKS5_FAILED && socks5_reply_is_doubtful(c->socks.reply) &&
	           dialler_doubted(n->dialler, c->contact, now)) {
		log_debug("link %u: doubtful, dialled again", c->number);
	} else {
		dialler_failed(n->dialler, c->contact, now);
		tell_reach(c, reach_of(c, ev, false));
	}
}

void links_ended(struct conn *c, const struct link_event *ev)
{
	struct net *n = c->net;
	u64 now = net_now(n);
	log_debug("link %u: closed, reason %d, %s", c->number, (int)ev->closed.reason, err_text(ev->closed.err));
	buf_free(&c->waiting);
	if (c->is_open) {
		c->is_open = c->has_claimed = false;
		c->is_undecided = false;
		links_listen(c);
		dialler_link_down(n->dialler, c->contact, now);
		if (ev->closed.reason == LINK_CLOSE_RENEW)
			dialler_renew(n->dialler, c->contact, c->initiator, now);
		net_tell(n, &IPC_MSG(0, link_down, .link = c->number, .contact = c->contact, .silent_ms = silent_ms(c),
		                     .reach = (u8)reach_of(c, ev, true)));
		links_decide(c);
	} else if (c->initiator) {
		dial_ended(c, ev);
	}
	if (c->has_claimed || c->is_quarantined) {
		c->has_claimed = c->is_quarantined = false;
		net_tell(n, &IPC_MSG(0, link_down, .link = c->number, .contact = c->contact));
	}
	net_dial(n);
}

/* The open links to a contact of one of our addresses, oldest first. */
static size_t open_links(struct net *n, u32 identity, u64 contact, struct conn *ret[static DUP_LINKS])
{
	size_t count = 0;
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (!c->is_open || c->contact != contact || c->identity != identity || count == DUP_LINKS)
			continue;
		size_t i = count++;
		for (; i > 0 && ret[i - 1]->open_no > c->open_no; i--)
			ret[i] = ret[i - 1];
		ret[i] = c;
	}
	return count;
}

void links_decide(struct conn *c)
{
	struct net *n = c->net;
	u64 now = net_now(n);
	struct conn *conns[DUP_LINKS];
	struct dup_link links[DUP_LINKS] = {0};
	size_t count = open_links(n, c->identity, c->contact, conns);
	const struct identity *id = listener_find(n, c->identity);
	c->decide_ms = DUP_NEVER;
	if (count == 0 || !id)
		return;
	for (size_t i = 0; i < count; i++) {
		links[i].ours = conns[i]->initiator;
		links[i].number = conns[i]->number;
		links[i].opened_ms = conns[i]->opened_ms;
		links[i].received_ms = link_last_received_ms(conns[i]->link);
		links[i].is_quiet = conns[i]->is_quiet;
	}
	bool ours_stay = memcmp(id->onion.b, c->peer.b, sizeof id->onion.b) < 0;
	u64 again = dup_decide(links, count, ours_stay, now);
	for (size_t i = 0; i < count; i++) {
		conns[i]->is_undecided = again != DUP_NEVER;
		conns[i]->decide_ms = again;
		conns[i]->is_probed = conns[i]->is_probed && again != DUP_NEVER;
	}
	for (size_t i = 0; i < count; i++) {
		if (!conns[i]->is_open)
			continue;
		if (links[i].fate == DUP_GOES) {
			conn_close(conns[i], LINK_CLOSE_DUP);
		} else if (links[i].fate == DUP_PROBED && !conns[i]->is_probed) {
			conns[i]->is_probed = true;
			link_probe(conns[i]->link, now);
			conn_run(conns[i]);
		}
	}
}

/* PROTO 4.3.15: "its DATA waits": here, behind what waits already. ERR_AGAIN: there is no room. */
static err_t wait_for_link(struct conn *c, u8 type, struct slice payload)
{
	const u8 head[3] = {type, (u8)(payload.n >> 8), (u8)payload.n};
	if (buf_bytes(&c->waiting).n + sizeof head + payload.n > LINK_WAITING)
		return ERR_AGAIN;
	if (buf_append(&c->waiting, slice_of(head, sizeof head)) != OK || buf_append(&c->waiting, payload) != OK)
		return ERR_BUG;
	return OK;
}

bool links_flush(struct conn *c)
{
	bool any = false;
	struct slice all;
	while (c->is_open && (all = buf_bytes(&c->waiting)).n > 0) {
		size_t n = (size_t)all.p[1] << 8 | all.p[2];
		err_t e = link_send(c->link, net_now(c->net), all.p[0], slice_of(all.p + 3, n));
		if (e == ERR_AGAIN)
			break;
		if (e == OK)
			buf_consume(&c->waiting, 3 + n);
		else
			buf_free(&c->waiting); /* the link is over: the vault hears it and keeps what was in it */
		any = true;
	}
	return any;
}

void links_send(struct net *n, const struct ipc_record_out *m)
{
	struct conn *c = conn_of_link(n, m->link);
	if (!c || (!c->is_open && !c->is_quarantined))
		return;
	bool data = record_is_data(m->type), behind = data && buf_bytes(&c->waiting).n > 0;
	err_t e = behind ? ERR_AGAIN : link_send(c->link, net_now(n), m->type, m->payload);
	if (e == ERR_AGAIN && data)
		e = wait_for_link(c, m->type, m->payload);
	if (e == ERR_AGAIN || e == ERR_BUG) {
		log_warn("link %u: %s", c->number, e == ERR_AGAIN ? "the peer does not read, closed" : err_text(e));
		conn_close(c, LINK_CLOSE_DONE);
		return;
	}
	conn_run(c);
}

void links_close(struct net *n, const struct ipc_link_close *m)
{
	struct conn *c = conn_of_link(n, m->link);
	bool known = m->reason > LINK_CLOSE_NONE && m->reason <= LINK_CLOSE_RENEW;
	if (c)
		conn_close(c, known ? (enum link_close_reason)m->reason : LINK_CLOSE_DONE);
}

void links_confirm(struct conn *c)
{
	if (c->is_confirmed || c->initiator || !link_is_confirmed(c->link))
		return;
	c->is_confirmed = true;
	net_tell(c->net, &IPC_MSG(0, link_confirmed, .link = c->number, .contact = c->contact));
}

void links_wake(struct net *n)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (!c->is_open)
			continue;
		link_probe(c->link, net_now(n));
		conn_run(c);
	}
}

static void close_as(struct conn *c, enum link_close_reason reason)
{
	c->is_cancelled = true;
	if (c->is_open)
		conn_close(c, reason);
	else
		conn_break(c);
}

void links_close_identity(struct net *n, u32 identity)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (c->identity == identity && !c->is_ended)
			close_as(c, LINK_CLOSE_LOCKED);
	}
}

void links_close_strangers(struct net *n, u32 identity, enum gate gate)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (c->identity == identity && c->gate == gate && !c->initiator && !c->is_open && !c->is_ended &&
		    !c->is_quarantined)
			conn_break(c);
	}
}

void links_renew_identity(struct net *n, u32 identity)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (c->identity != identity || c->is_ended)
			continue;
		if (c->is_open || c->is_quarantined)
			conn_close(c, LINK_CLOSE_RENEW);
		else
			conn_break(c);
	}
}

void links_close_contact(struct net *n, u64 contact)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (c->contact == contact && contact && !c->is_ended)
			close_as(c, LINK_CLOSE_DONE);
	}
}

void links_pinned(struct net *n, u64 contact, const struct pq_identity *pin)
{
	struct conn *c;
	for (c = n->conns; c; c = c->next) {
		if (c->contact != contact || !c->has_pq || c->is_ended || pq_compare(pin, &c->pq) == PQ_SAME)
			continue;
		/* PROTO 5.2.2: "every link and every handshake that was made with the former one ends" */
		if (c->is_open)
			conn_close(c, LINK_CLOSE_RENEW);
		else
			conn_break(c);
	}
}
