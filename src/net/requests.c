#include "net/requests.h"

#include "base/log.h"

/* What we speak: the only version and suite there are (PROTO 3.6.1); the vault compares with what it has seen before. */
#define VERSION 1
#define SUITE 1

static void ask_sign(struct conn *c, const struct auth_request *r)
{
	struct ipc_msg m;
	if (r->role == AUTH_RESPONDER) {
		m = IPC_MSG(c->req, sign_responder, .identity = c->identity);
		memcpy(m.sign_responder.th, r->th, sizeof m.sign_responder.th);
	} else {
		m = IPC_MSG(c->req, sign_initiator, .identity = c->identity, .contact = c->contact, .version = VERSION,
		            .suite = SUITE);
		memcpy(m.sign_initiator.token, r->token, sizeof m.sign_initiator.token);
		memcpy(m.sign_initiator.th, r->th, sizeof m.sign_initiator.th);
	}
	net_tell(c->net, &m);
}

/* What the peer has proved. Of one that is neither the pin nor its successor no link to the contact comes. */
static void note_pq(struct conn *c, enum pq_relation relation, const struct pq_identity *pq)
{
	c->has_pq = relation != PQ_CHANGED;
	c->pq = *pq;
}

static void ask_pin(struct conn *c, const struct link_event *ev)
{
	const struct pq_identity *pq = ev->pin.pq;
	struct ipc_msg m =
		IPC_MSG(c->req, peer_pin, .contact = c->contact, .relation = (u8)ev->pin.relation, .seq = pq->seq);
	memcpy(m.peer_pin.pk, pq->pk, sizeof m.peer_pin.pk);
	memcpy(m.peer_pin.next, pq->next, sizeof m.peer_pin.next);
	note_pq(c, ev->pin.relation, pq);
	net_tell(c->net, &m);
}

static void ask_policy(struct conn *c, const struct link_event *ev)
{
	struct ipc_msg m = IPC_MSG(c->req, peer_ask, .identity = c->identity, .version = VERSION, .suite = SUITE);
	memcpy(m.peer_ask.onion, ev->policy.peer.b, sizeof m.peer_ask.onion);
	memcpy(m.peer_ask.inv_id, ev->policy.inv_id, sizeof m.peer_ask.inv_id);
	net_tell(c->net, &m);
}

static void ask_accept(struct conn *c, const struct link_event *ev)
{
	const struct pq_identity *pq = ev->accept.pq;
	const struct hs_result *r = ev->accept.claim;
	struct ipc_msg m = IPC_MSG(c->req, peer_accept, .link = c->number, .identity = c->identity,
	                           .age_ms = net_now(c->net) - c->began_ms, .seq = pq->seq,
	                           .relation = (u8)ev->accept.relation, .version = VERSION, .suite = SUITE);
	struct ipc_peer_accept *a = &m.peer_accept;
	memcpy(a->onion, ev->accept.peer.b, sizeof a->onion);
	memcpy(a->pk, pq->pk, sizeof a->pk);
	memcpy(a->next, pq->next, sizeof a->next);
	memcpy(a->inv_id, ev->accept.inv_id, sizeof a->inv_id);
	memcpy(a->root, r->root, sizeof a->root);
	memcpy(a->th6, r->th6, sizeof a->th6);
	memcpy(a->th7, r->th7, sizeof a->th7);
	memcpy(a->tags, &r->tags, sizeof a->tags);
	c->has_claimed = true;
	note_pq(c, ev->accept.relation, pq);
	net_tell(c->net, &m);
	wipe(&m, sizeof m);
}

static void ask_root(struct conn *c, const struct link_event *ev)
{
	const struct hs_result *r = ev->root.claim;
	struct ipc_msg m = IPC_MSG(c->req, peer_root, .contact = c->contact, .status = (u8)ev->root.status,
	                           .age_ms = net_now(c->net) - c->began_ms, .psk_sel = ev->root.psk_sel,
	                           .version = VERSION, .suite = SUITE);
	struct ipc_peer_root *a = &m.peer_root;
	memcpy(a->root, r->root, sizeof a->root);
	memcpy(a->th6, r->th6, sizeof a->th6);
	memcpy(a->th7, r->th7, sizeof a->th7);
	memcpy(a->tags, &r->tags, sizeof a->tags);
	memcpy(a->accept_hash, ev->root.accept_hash, sizeof a->accept_hash);
	net_tell(c->net, &m);
	wipe(&m, sizeof m);
}

void requests_ask(struct conn *c, const struct link_event *ev)
{
	struct net *n = c->net;
	c->want = ev->type;
	if (++n->last_req == 0)
		n->last_req = 1; /* 0 is nobody's */
	c->req = n->last_req;
	switch (ev->type) {
	case LINK_WANT_SIGN: ask_sign(c, &ev->sign); return;
	case LINK_WANT_PIN: ask_pin(c, ev); return;
	case LINK_WANT_POLICY: ask_policy(c, ev); return;
	case LINK_WANT_ACCEPT: ask_accept(c, ev); return;
	case LINK_WANT_ROOT: ask_root(c, ev); return;
	case LINK_OPEN:
	case LINK_RECORD:
	case LINK_CLOSED: break;
	}
}

static err_t give_signature(struct conn *c, const struct ipc_signature *m)
{
	struct auth_sigs sigs;
	memcpy(sigs.ed, m->ed25519, sizeof sigs.ed);
	memcpy(sigs.pq, m->mldsa, sizeof sigs.pq);
	struct hs_tags tags;
	memcpy(&tags, m->tags, sizeof tags);
	err_t e = link_give_signature(c->link, &sigs, &tags);
	wipe(&sigs, sizeof sigs);
	return e;
}

static err_t give_verdict(struct conn *c, const struct ipc_peer_verdict *m)
{
	struct pq_identity pin = {.seq = m->seq};
	memcpy(pin.pk, m->pk, sizeof pin.pk);
	memcpy(pin.next, m->next, sizeof pin.next);
	return link_give_policy(c->link, m->allow, m->pinned ? &pin : NULL);
}

static err_t give_status(struct conn *c, const struct ipc_accept_status *m)
{
	/* a stranger whose invitation is bad is no contact */
	if ((m->contact == 0 && m->status != ACCEPT_INVITE_BAD) || m->status > ACCEPT_KEY_CHANGED)
		return ERR_BUG;
	struct record_root root;
	memcpy(root.b, m->root, sizeof root.b);
	c->contact = m->contact;
	err_t e = link_give_accept(c->link, net_now(c->net), (enum accept_status)m->status, m->psk_sel, &root);
	wipe(&root, sizeof root);
	return e;
}

static err_t give_root(struct conn *c, const struct ipc_peer_root_r *m)
{
	struct record_root root;
	memcpy(root.b, m->root, sizeof root.b);
	err_t e = link_give_root(c->link, net_now(c->net), &root);
	wipe(&root, sizeof root);
	return e;
}

/* The answer that fits what was asked; ERR_BUG when it is another. */
static err_t give(struct conn *c, enum link_event_type want, const struct ipc_msg *m)
{
	if (m->type == ipc_t_signature && want == LINK_WANT_SIGN)
		return give_signature(c, &m->signature);
	if (m->type == ipc_t_net_ok && want == LINK_WANT_PIN)
		return link_give_pinned(c->link);
	if (m->type == ipc_t_peer_verdict && want == LINK_WANT_POLICY)
		return give_verdict(c, &m->peer_verdict);
	if (m->type == ipc_t_accept_status && want == LINK_WANT_ACCEPT)
		return give_status(c, &m->accept_status);
	if (m->type == ipc_t_peer_root_r && want == LINK_WANT_ROOT)
		return give_root(c, &m->peer_root_r);
	return m->type == ipc_t_net_failed ? ERR_LOCAL_LOCKED : ERR_BUG;
}

void requests_answer(struct net *n, const struct ipc_msg *m)
{
	struct conn *c = conn_of_request(n, m->req);
	if (!c)
		return;
	c->req = 0;
	err_t e = give(c, c->want, m);
	if (e == ERR_BUG)
		log_error("link %u: %s does not fit what was asked", c->number, ipc_name(m->type));
	if (e == ERR_BUG || e == ERR_LOCAL_LOCKED)
		conn_break(c);
	else
		conn_run(c); /* every other error is told by LINK_CLOSED */
}
