#include <setjmp.h>
#include <stdarg.h>

#include "world.h"

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/kdf.h"
#include "os/folder.h"
#include "os/os_env.h"
#include "os/role.h"
#include "peer/continuity.h"

static u64 now_ms(void)
{
	return env_mono_ms(os_env());
}

/* ---- the SOCKS server: a process with one relay per stream ---- */

#define MAX_RELAYS 64

struct relay {
	int a, b; /* the dialler's end, the other; -1: not yet, or gone */
	u8 head[600];
	size_t head_n;
	bool open;
};

static int listen_at(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof sa) || listen(fd, 64))
		abort();
	return fd;
}

static int connect_at(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof sa)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void write_all(int fd, const u8 *p, size_t n)
{
	while (n > 0) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL);
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

static void hang_up(struct relay *r)
{
	if (r->a >= 0)
		close(r->a);
	if (r->b >= 0)
		close(r->b);
	*r = (struct relay){.a = -1, .b = -1};
}

/* 05 01 02, user and password, CONNECT: with whatever was sent behind it. */
static void greet(struct world *w, struct relay *r)
{
	const u8 *p = r->head;
	size_t ulen = r->head_n > 5 ? p[4] : 0, plen = r->head_n > 5 + ulen ? p[5 + ulen] : 0;
	size_t at = 6 + ulen + plen; /* of the request */
	if (r->head_n < at + 5 || r->head_n < at + 7 + p[at + 4])
		return;
	struct exchange *x = w->x;
	if (x->dials < 64) {
		snprintf(x->user[x->dials], 64, "%.*s", (int)ulen, p + 5);
		snprintf(x->pass[x->dials], 64, "%.*s", (int)plen, p + 6 + ulen);
	}
	x->dials++;
	size_t host_len = p[at + 4], used = at + 7 + host_len;
	for (int i = 0; i < NODES; i++) {
		char host[ONION_ADDR_CAP], path[128];
		onion_addr_encode(&w->node[i].me.pub, true, host);
		if (strlen(host) != host_len || memcmp(host, p + at + 5, host_len) != 0)
			continue;
		paths_link_socket(&w->node[i].paths, IDENTITY, GATE_PUBLIC, path, sizeof path);
		r->b = connect_at(path);
	}
	const u8 yes[] = {5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	const u8 no[] = {5, 2, 1, 0, 5, x->refusal ? x->refusal : 5, 0, 1, 0, 0, 0, 0, 0, 0};
	write_all(r->a, r->b >= 0 ? yes : no, sizeof yes);
	if (r->b < 0) {
		hang_up(r);
		return;
	}
	write_all(r->b, p + used, r->head_n - used);
	r->open = true;
}

static void move(struct world *w, struct relay *r, int from)
{
	u8 bytes[65536];
	if (!r->open) {
		ssize_t n = recv(r->a, r->head + r->head_n, sizeof r->head - r->head_n, 0);
		if (n <= 0) {
			hang_up(r);
			return;
		}
		r->head_n += (size_t)n;
		greet(w, r);
		return;
	}
	ssize_t n = recv(from, bytes, sizeof bytes, 0);
	if (n > 0) {
		int to = from == r->a ? r->b : r->a;
		if (to >= 0)
			write_all(to, bytes, (size_t)n);
	} else if (w->x->hold) {
		close(from);
		*(from == r->a ? &r->a : &r->b) = -1;
	} else {
		hang_up(r);
	}
}

static void serve_socks(struct world *w)
{
	int listening[NODES];
	struct relay relays[MAX_RELAYS];
	for (int i = 0; i < NODES; i++)
		listening[i] = listen_at(w->node[i].paths.tor_socks);
	for (int i = 0; i < MAX_RELAYS; i++)
		relays[i] = (struct relay){.a = -1, .b = -1};
	for (;;) {
		struct pollfd p[NODES + 2 * MAX_RELAYS];
		for (int i = 0; i < NODES; i++)
			p[i] = (struct pollfd){.fd = listening[i], .events = POLLIN};
		for (int i = 0; i < MAX_RELAYS; i++) {
			p[NODES + 2 * i] = (struct pollfd){.fd = relays[i].a, .events = POLLIN};
			p[NODES + 2 * i + 1] = (struct pollfd){.fd = relays[i].b, .events = POLLIN};
		}
		poll(p, ARRAY_LEN(p), -1);
		for (int i = 0; i < 2 * MAX_RELAYS; i++) {
			struct relay *r = &relays[i / 2];
			if (p[NODES + i].revents && p[NODES + i].fd == (i % 2 ? r->b : r->a))
				move(w, r, p[NODES + i].fd);
		}
		for (int i = 0; i < NODES; i++) {
			int fd = p[i].revents ? accept(listening[i], NULL, NULL) : -1;
			for (int k = 0; fd >= 0 && k < MAX_RELAYS; k++) {
				if (relays[k].a >= 0 || relays[k].b >= 0)
					continue;
				relays[k].a = fd;
				break;
			}
		}
	}
}

/* ---- processes ---- */

static pid_t fork_child(int keep)
{
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (keep >= 0 && dup2(keep, ROLE_FD_VAULT) < 0)
		_exit(99);
	close_range(keep >= 0 ? ROLE_FD_VAULT + 1 : 3, ~0u, 0);
	return 0;
}

/* The clock of the node whose process this is. */
static u64 shifted_ms(void *arg)
{
	return now_ms() + *(const volatile u64 *)arg;
}

static struct env node_env(struct world *w, int i)
{
	struct env env = *os_env();
	env.mono_ms = shifted_ms;
	env.arg = (void *)(uintptr_t)&w->x->ahead_ms[i];
	return env;
}

void node_start(struct world *w, int i)
{
	struct node *n = &w->node[i];
	int pair[2];
	assert_int_equal(ipc_pair(pair), OK);
	n->pid = fork_child(pair[1]);
	if (n->pid == 0) {
		const struct env env = node_env(w, i);
		struct role_config cfg = {.role = ROLE_NET, .paths = n->paths, .env = &env};
		_exit(role_begin(&cfg) == OK ? net_main(&cfg) : 98);
	}
	close(pair[1]);
	n->ipc = ipc_new(pair[0], ROLE_NET, IPC_WAIT);
}

int node_end(struct world *w, int i, int signal)
{
	struct node *n = &w->node[i];
	int status = -1;
	kill(n->pid, signal);
	for (int t = 0; t < 500; t++) {
		if (waitpid(n->pid, &status, WNOHANG) == n->pid) {
			play(w, 20); /* its last words */
			n->pid = 0;
			n->ipc = ipc_free(n->ipc);
			return status;
		}
		play(w, 10);
	}
	fail_msg("node %d does not end", i);
	return -1;
}

void world_start(struct world *w)
{
	char why[300];
	memset(w, 0, sizeof *w);
	snprintf(w->root, sizeof w->root, "/tmp/boc-net-XXXXXX");
	assert_non_null(mkdtemp(w->root));
	w->x = mmap(NULL, sizeof *w->x, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(w->x != MAP_FAILED);
	for (int i = 0; i < NODES; i++) {
		char dir[80];
		struct node *n = &w->node[i];
		snprintf(dir, sizeof dir, "%s/%d", w->root, i);
		person_init(&n->me, (u8)(i + 1));
		n->other = &w->node[1 - i].me;
		n->allow = true;
		assert_int_equal(paths_of(dir, &n->paths, why, sizeof why), OK);
		assert_int_equal(paths_prepare(&n->paths, why, sizeof why), OK);
	}
	w->socks = fork_child(-1);
	if (w->socks == 0)
		serve_socks(w);
	for (int i = 0; i < NODES; i++) {
		while (access(w->node[i].paths.tor_socks, F_OK))
			usleep(1000);
		node_start(w, i);
	}
}

void world_stop(struct world *w)
{
	for (int i = 0; i < NODES; i++) {
		if (w->node[i].pid)
			node_end(w, i, SIGTERM);
		person_done(&w->node[i].me);
	}
	kill(w->socks, SIGKILL);
	waitpid(w->socks, NULL, 0);
	munmap(w->x, sizeof *w->x);
	folder_remove(w->root);
}

int world_set_up(void **state)
{
	world_start(*state);
	return 0;
}

int world_tear_down(void **state)
{
	world_stop(*state);
	return 0;
}

/* ---- the vaults ---- */

void node_tell(struct world *w, int i, const struct ipc_msg *m)
{
	assert_non_null(w->node[i].ipc);
	assert_int_equal(ipc_send(w->node[i].ipc, m), OK);
}

static void put_pq(const struct pq_identity *pq, u8 *pk, u8 *next, u32 *seq)
{
	memcpy(pk, pq->pk, sizeof pq->pk);
	memcpy(next, pq->next, sizeof pq->next);
	*seq = pq->seq;
}

void node_peer(struct world *w, int i, bool dial)
{
	struct node *n = &w->node[i];
	struct ipc_msg m =
		IPC_MSG(0, peer, .contact = CONTACT, .identity = IDENTITY, .dial = dial, .pinned = n->pinned);
	memcpy(m.peer.onion, n->other->pub.b, sizeof m.peer.onion);
	put_pq(&n->pin, m.peer.pk, m.peer.next, &m.peer.seq);
	m.peer.knocks = (u8)n->knock.has;
	memcpy(m.peer.knock_cur, n->knock.key[0], sizeof m.peer.knock_cur);
	memcpy(m.peer.knock_prev, n->knock.key[1], sizeof m.peer.knock_prev);
	node_tell(w, i, &m);
}

static void tell_identity(struct world *w, int i, u32 identity)
{
	struct node *n = &w->node[i];
	struct ipc_msg m = IPC_MSG(0, identity, .identity = identity, .listed = 1);
	memcpy(m.identity.onion, n->me.pub.b, sizeof m.identity.onion);
	put_pq(&n->me.pq, m.identity.pk, m.identity.next, &m.identity.seq);
	node_tell(w, i, &m);
	close(stranger_to(w, i, identity)); /* it listens */
}

void node_introduce_2(struct world *w, int i)
{
	tell_identity(w, i, IDENTITY_2);
}

void node_introduce(struct world *w, int i, bool dial)
{
	tell_identity(w, i, IDENTITY);
	node_tell(w, i, &IPC_MSG(0, tor_up, .up = 1));
	node_peer(w, i, dial);
}

void node_send(struct world *w, int i, u32 link, u8 type, struct slice payload)
{
	node_tell(w, i, &IPC_MSG(0, record_out, .link = link, .type = type, .payload = payload));
}

static void sign(struct world *w, int i, u32 req, const struct auth_request *r)
{
	struct auth_sigs sigs;
	struct ipc_msg m = IPC_MSG(req, signature, .ed25519 = {0});
	person_sign(&w->node[i].me, r, &sigs);
	memcpy(m.signature.ed25519, sigs.ed, sizeof sigs.ed);
	memcpy(m.signature.mldsa, sigs.pq, sizeof sigs.pq);
	node_tell(w, i, &m);
}

/* The answer to a question; false when m is none. */
static bool answer(struct world *w, int i, const struct ipc_msg *m)
{
	struct node *n = &w->node[i];
	struct auth_request r = {.role = AUTH_RESPONDER};
	struct ipc_msg out;
	static const struct secret32 none;
	struct record_root root;
	u8 payload[ACCEPT_LEN], hash[64];
	switch ((int)m->type) {
	case ipc_t_sign_responder:
		n->asked_sign++;
		memcpy(r.th, m->sign_responder.th, sizeof r.th);
		sign(w, i, m->req, &r);
		return true;
	case ipc_t_sign_initiator:
		n->asked_sign++;
		r.role = AUTH_INITIATOR;
		memcpy(r.th, m->sign_initiator.th, sizeof r.th);
		memcpy(r.token, m->sign_initiator.token, sizeof r.token);
		sign(w, i, m->req, &r);
		return true;
	case ipc_t_peer_ask:
		n->asked_policy++;
		assert_memory_equal(m->peer_ask.onion, n->other->pub.b, 32);
		out = IPC_MSG(m->req, peer_verdict, .allow = n->allow, .pinned = n->pinned);
		put_pq(&n->pin, out.peer_verdict.pk, out.peer_verdict.next, &out.peer_verdict.seq);
		node_tell(w, i, &out);
		return true;
	case ipc_t_peer_pin:
		n->asked_pin++;
		assert_int_equal(m->peer_pin.contact, CONTACT);
		assert_memory_equal(m->peer_pin.pk, n->other->pq.pk, MLDSA_PK_LEN);
		n->pinned = true;
		n->pin = n->other->pq;
		node_peer(w, i, true);
		node_tell(w, i, &IPC_MSG(m->req, net_ok));
		return true;
	case ipc_t_peer_accept:
		n->asked_accept++;
		n->key_changed = m->peer_accept.relation == PQ_CHANGED;
		out = IPC_MSG(m->req, accept_status, .contact = CONTACT,
		              .status = n->key_changed ? ACCEPT_KEY_CHANGED : (u8)n->status);
		accept_payload((enum accept_status)out.accept_status.status, 0, payload);
		sha512(hash, PARTS(slice_of(m->peer_accept.th7, 64), slice_of(payload, sizeof payload)));
		memcpy(root.b, m->peer_accept.root, sizeof root.b);
		cont_root(&root, &none, hash);
		memcpy(out.accept_status.root, root.b, sizeof root.b);
		node_tell(w, i, &out);
		return true;
	case ipc_t_peer_root:
		out = IPC_MSG(m->req, peer_root_r, .root = {0});
		memcpy(root.b, m->peer_root.root, sizeof root.b);
		cont_root(&root, &none, m->peer_root.accept_hash);
		memcpy(out.peer_root_r.root, root.b, sizeof root.b);
		node_tell(w, i, &out);
		return true;
	case ipc_t_link_confirmed: n->confirmed++; return true;
	default: return false;
	}
}

static void note(struct node *n, const struct ipc_msg *m)
{
	assert_true(n->count < MAX_SEEN);
	struct seen *s = &n->seen[n->count++];
	*s = (struct seen){.type = m->type};
	switch ((int)m->type) {
	case ipc_t_link_up:
		s->link = m->link_up.link;
		s->contact = m->link_up.contact;
		s->initiator = m->link_up.initiator;
		s->status = m->link_up.status;
		break;
	case ipc_t_link_down:
		s->link = m->link_down.link;
		s->contact = m->link_down.contact;
		s->reach = (enum contact_reach)m->link_down.reach;
		break;
	case ipc_t_link_quiet:
		s->link = m->link_quiet.link;
		s->contact = m->link_quiet.contact;
		s->quiet = m->link_quiet.quiet;
		break;
	case ipc_t_reach:
		s->contact = m->reach.contact;
		s->reach = (enum contact_reach)m->reach.reach;
		break;
	case ipc_t_record_in:
		s->link = m->record_in.link;
		s->contact = m->record_in.contact;
		s->type_of_record = m->record_in.type;
		s->n = m->record_in.payload.n;
		memcpy(s->head, m->record_in.payload.p, MIN(s->n, sizeof s->head));
		break;
	case ipc_t_self_dialled: s->status = m->self_dialled.how; break;
	default: fail_msg("net said %s", ipc_name(m->type));
	}
}

static void hear(struct world *w, int i)
{
	struct node *n = &w->node[i];
	struct ipc_msg m;
	err_t e;
	while ((e = ipc_recv(n->ipc, &m, NULL)) == OK) {
		bool question = m.req != 0;
		if (question && n->mute)
			n->unanswered = m.req;
		else if (!answer(w, i, &m))
			note(n, &m);
	}
	if (e != ERR_AGAIN)
		n->ipc = ipc_free(n->ipc);
}

/* Waits at most ms for something and handles it. */
static void turn(struct world *w, int ms)
{
	struct pollfd p[NODES];
	for (int i = 0; i < NODES; i++)
		p[i] = (struct pollfd){.fd = w->node[i].ipc ? ipc_fd(w->node[i].ipc) : -1, .events = POLLIN};
	poll(p, NODES, ms);
	for (int i = 0; i < NODES; i++) {
		if (p[i].revents)
			hear(w, i);
	}
}

void play(struct world *w, int ms)
{
	u64 until = now_ms() + (u64)ms, now;
	while ((now = now_ms()) < until)
		turn(w, (int)(until - now));
}

const struct seen *await(struct world *w, int i, enum ipc_type type, int ms)
{
	u64 until = now_ms() + (u64)ms, now;
	struct node *n = &w->node[i];
	for (size_t at = 0;; turn(w, (int)(until - now))) {
		for (; at < n->count; at++) {
			if (n->seen[at].type == type && !n->seen[at].taken) {
				n->seen[at].taken = true;
				return &n->seen[at];
			}
		}
		if ((now = now_ms()) >= until)
			break;
	}
	for (size_t at = 0; at < n->count; at++)
		print_message("node %d said %s\n", i, ipc_name(n->seen[at].type));
	fail_msg("node %d did not say %s within %d ms", i, ipc_name(type), ms);
	return NULL;
}

size_t count_seen(const struct world *w, int i, enum ipc_type type)
{
	size_t count = 0;
	for (size_t at = 0; at < w->node[i].count; at++)
		count += w->node[i].seen[at].type == type;
	return count;
}

int stranger(struct world *w, int i)
{
	return stranger_to(w, i, IDENTITY);
}

int stranger_to(struct world *w, int i, u32 identity)
{
	char path[128];
	paths_link_socket(&w->node[i].paths, identity, GATE_PUBLIC, path, sizeof path);
	for (int t = 0; t < 200; t++) {
		int fd = connect_at(path);
		if (fd >= 0)
			return fd;
		play(w, 10);
	}
	fail_msg("node %d does not listen", i);
	return -1;
}

bool has_ended(struct world *w, int fd, int ms)
{
	u64 until = now_ms() + (u64)ms;
	u8 byte;
	do {
		ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return true;
		play(w, 5);
	} while (now_ms() < until);
	return false;
}
