#include "net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/log.h"
#include "net/conn.h"
#include "net/dialler.h"
#include "net/links.h"
#include "net/listener.h"
#include "net/requests.h"
#include "net/selfdial.h"

/* ---- what the other files ask for ---- */

static void leave(struct net *n, int status)
{
	n->status = status;
	event_base_loopbreak(n->loop);
}

static void lost_vault(struct net *n, err_t e)
{
	if (!n->stopping)
		log_error("the vault is gone: %s", err_text(e));
	leave(n, n->stopping ? 0 : 1);
}

void net_tell(struct net *n, const struct ipc_msg *m)
{
	err_t e = ipc_send(n->vault, m);
	if (e != OK) {
		lost_vault(n, e);
		return;
	}
	if (ipc_is_pending(n->vault) && !n->choked) {
		n->choked = true;
		event_add(n->vault_out, NULL);
	}
}

struct peer *net_peer(const struct net *n, u64 contact)
{
	struct peer *p;
	for (p = n->peers; p; p = p->next) {
		if (p->contact == contact)
			return p;
	}
	return NULL;
}

static void set_timer(struct event *timer, u64 deadline, u64 now)
{
	u64 ms = deadline > now ? deadline - now : 0;
	const struct timeval tv = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	if (deadline == DIALLER_NEVER)
		event_del(timer);
	else
		event_add(timer, &tv);
}

void net_dial(struct net *n)
{
	set_timer(n->dial_timer, n->stopping ? DIALLER_NEVER : dialler_deadline(n->dialler), net_now(n));
}

void net_reap_soon(struct net *n)
{
	event_active(n->reaper, EV_TIMEOUT, 0);
}

/* ---- what the vault says ---- */

static void forget_peer(struct net *n, struct peer *p)
{
	dialler_forget(n->dialler, p->contact);
	struct peer **at = &n->peers;
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	wipe(p, sizeof *p);
	free(p);
}

void net_random_word(const struct net *n, char ret[static 33])
{
	u8 r[16];
	env_random(n->cfg->env, r, sizeof r);
	for (size_t i = 0; i < sizeof r; i++)
		snprintf(ret + 2 * i, 3, "%02x", r[i]);
}

static void on_peer(struct net *n, const struct ipc_peer *m)
{
	struct peer *p = net_peer(n, m->contact);
	if (!p) {
		p = calloc(1, sizeof *p);
		if (!p)
			abort();
		p->contact = m->contact;
		net_random_word(n, p->user);
		net_random_word(n, p->pass);
		p->next = n->peers;
		n->peers = p;
	}
	p->identity = m->identity;
	memcpy(p->onion.b, m->onion, sizeof p->onion.b);
	p->has_gate = m->has_gate;
	memcpy(p->gate.b, m->gate, sizeof p->gate.b);
	p->pinned = m->pinned;
	memcpy(p->pin.pk, m->pk, sizeof p->pin.pk);
	memcpy(p->pin.next, m->next, sizeof p->pin.next);
	p->pin.seq = m->seq;
	p->invited = m->invited;
	memcpy(p->inv_id, m->inv_id, sizeof p->inv_id);
	memcpy(p->pqfp, m->pqfp, sizeof p->pqfp);
	p->knock.has = MIN(m->knocks, 2u);
	memcpy(p->knock.key[0], m->knock_cur, sizeof p->knock.key[0]);
	memcpy(p->knock.key[1], m->knock_prev, sizeof p->knock.key[1]);
	dialler_know(n->dialler, p->contact, m->dial, m->seen_ms, net_now(n));
	if (p->pinned)
		links_pinned(n, p->contact, &p->pin);
}

static void on_identity(struct net *n, const struct ipc_identity *m)
{
	const struct identity *have = listener_find(n, m->identity);
	/* PROTO 5.2.3: "After a rotation every link is closed with CLOSE(RENEW)" */
	if (have && memcmp(have->pq.pk, m->pk, sizeof have->pq.pk) != 0)
		links_renew_identity(n, m->identity);
	if (listener_open(n, m) != OK)
		leave(n, 1);
}

static void on_identity_gone(struct net *n, u32 identity)
{
	struct peer *p, *next;
	for (p = n->peers; p; p = next) {
		next = p->next;
		if (p->identity == identity)
			forget_peer(n, p);
	}
	links_close_identity(n, identity);
	struct identity *id = listener_find(n, identity);
	if (id)
		listener_close(id);
}

static void on_peer_gone(struct net *n, u64 contact)
{
	struct peer *p = net_peer(n, contact);
	if (p)
		forget_peer(n, p);
	links_close_contact(n, contact);
}

static void on_dial_now(struct net *n, u64 contact)
{
	u64 victim;
	dialler_hurry(n->dialler, contact);
	if (dialler_victim(n->dialler, net_now(n), &victim))
		links_cancel_dials(n, victim);
}

/* What was learned before, of links and of contacts that did not answer, may not be true any more. */
static void on_woke(struct net *n)
{
	dialler_wake(n->dialler, net_now(n));
	links_wake(n);
}

static void on_message(struct net *n, const struct ipc_msg *m)
{
	switch ((int)m->type) {
	case ipc_t_net_failed:
	case ipc_t_net_ok:
	case ipc_t_signature:
	case ipc_t_peer_verdict:
	case ipc_t_accept_status:
	case ipc_t_peer_root_r: requests_answer(n, m); break;
	case ipc_t_identity: on_identity(n, &m->identity); break;
	case ipc_t_identity_gone: on_identity_gone(n, m->identity_gone.identity); break;
	case ipc_t_peer: on_peer(n, &m->peer); break;
	case ipc_t_peer_gone: on_peer_gone(n, m->peer_gone.contact); break;
	case ipc_t_dial_now: on_dial_now(n, m->dial_now.contact); break;
	case ipc_t_record_out: links_send(n, &m->record_out); break;
	case ipc_t_link_close: links_close(n, &m->link_close); break;
	case ipc_t_tor_up: dialler_tor(n->dialler, m->tor_up.up, net_now(n)); break;
	case ipc_t_dial_self: selfdial_begin(n, m->dial_self.onion); break;
	case ipc_t_net_woke: on_woke(n); break;
	default: log_error("the vault sent %s, which is not for us", ipc_name(m->type)); break;
	}
	net_dial(n);
}

/* ---- events of the loop ---- */

static void on_vault_in(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;
	struct ipc_msg m;
	(void)fd, (void)what;
	for (int i = 0; i < 64 && !event_base_got_break(n->loop); i++) {
		err_t e = ipc_recv(n->vault, &m, NULL);
		if (e == ERR_AGAIN)
			break;
		if (e != OK) {
			lost_vault(n, e);
			break;
		}
		on_message(n, &m);
	}
	wipe(&m, sizeof m);
}

static void on_vault_out(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;
	(void)fd, (void)what;
	err_t e = ipc_flush(n->vault);
	if (e != OK) {
		lost_vault(n, e);
		return;
	}
	if (ipc_is_pending(n->vault))
		return;
	event_del(n->vault_out);
	n->choked = false;
	struct conn *c;
	for (c = n->conns; c; c = c->next)
		conn_run(c);
}

static void on_dial_timer(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;
	u64 contact;
	(void)fd, (void)what;
	while (dialler_next(n->dialler, net_now(n), &contact)) {
		struct peer *p = net_peer(n, contact);
		struct identity *id = p ? listener_find(n, p->identity) : NULL;
		if (id && dialler_is_hurried(n->dialler, contact))
			net_tell(n, &IPC_MSG(0, reach, .contact = contact, .reach = REACH_TRYING));
		if (id)
			conn_dial(id, p);
		else
			dialler_failed(n->dialler, contact, net_now(n));
	}
	net_dial(n);
}

static void on_reap(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;
	struct conn *c, *next;
	(void)fd, (void)what;
	for (c = n->conns; c; c = next) {
		next = c->next;
		if (c->is_over)
			conn_free(c);
	}
	if (n->stopping && !n->conns)
		leave(n, 0);
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	leave(arg, 0);
}

/* Says goodbye on every link, then ends: at once when all is written, after LINK_FLUSH_MS otherwise. */
static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;
	(void)fd, (void)what;
	if (n->stopping)
		return;
	n->stopping = true;
	event_del(n->stop);
	while (n->identities)
		on_identity_gone(n, n->identities->number);
	set_timer(n->end_timer, LINK_FLUSH_MS, 0);
	net_reap_soon(n);
}

/* ---- the role ---- */

static struct event *new_event(struct net *n, int fd, short what, event_callback_fn fn, bool add)
{
	struct event *e = event_new(n->loop, fd, what, fn, n);
	if (!e || (add && event_add(e, NULL)))
		abort();
	return e;
}

struct net *net_new(const struct role_config *cfg, int vault_fd, int stop_fd)
{
	struct net *n = calloc(1, sizeof *n);
	if (!n)
		abort();
	n->cfg = cfg;
	n->loop = event_base_new();
	if (!n->loop)
		abort();
	n->vault = ipc_new(vault_fd, ROLE_VAULT, IPC_QUEUE);
	n->vault_in = new_event(n, vault_fd, EV_READ | EV_PERSIST, on_vault_in, true);
	n->vault_out = new_event(n, vault_fd, EV_WRITE | EV_PERSIST, on_vault_out, false);
	n->stop = new_event(n, stop_fd, EV_READ | EV_PERSIST, on_stop, true);
	n->dial_timer = new_event(n, -1, 0, on_dial_timer, false);
	n->reaper = new_event(n, -1, 0, on_reap, false);
	n->end_timer = new_event(n, -1, 0, on_end, false);
	n->dialler = dialler_new(cfg->env);
	return n;
}

int net_free(struct net *n)
{
	int status = n->status;
	n->stopping = true;
	while (n->conns)
		conn_free(n->conns);
	selfdial_end_all(n);
	while (n->identities)
		listener_close(n->identities);
	while (n->peers)
		forget_peer(n, n->peers);
	n->dialler = dialler_free(n->dialler);
	struct event *events[] = {n->vault_in, n->vault_out, n->stop, n->dial_timer, n->reaper, n->end_timer};
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		event_free(events[i]);
	ipc_free(n->vault);
	event_base_free(n->loop);
	wipe(n, sizeof *n);
	free(n);
	return status;
}

int net_main(const struct role_config *cfg)
{
	umask(077); /* sockets we make are ours alone */
	struct net *n = net_new(cfg, ROLE_FD_VAULT, role_stop_fd());
	if (role_confine(cfg) != OK) {
		log_error("the sandbox could not be entered");
		n->status = 1;
	} else if (event_base_dispatch(n->loop) < 0) {
		n->status = 1;
	}
	return net_free(n);
}
