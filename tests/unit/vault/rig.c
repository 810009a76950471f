#include "rig.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/onion_key.h"
#include "crypto/selftest.h"
#include "peer/continuity.h"
#include "rig_poison.h"
#include "vault/store.h"

u64 rig_now_ms = 1700000000000;

i64 rig_skew_ms;

static u64 now(void *arg)
{
	(void)arg;
	return rig_now_ms;
}

static u64 wall(void *arg)
{
	(void)arg;
	poison_moment();
	return (u64)((i64)rig_now_ms + rig_skew_ms);
}

static void fill(void *arg, void *out, size_t n)
{
	(void)arg;
	assert_int_equal(getrandom(out, n, 0), n);
}

const struct env *rig_env(void)
{
	static const struct env e = {.wall_ms = wall, .mono_ms = now, .random = fill};
	return &e;
}

int rig_setup(void **state)
{
	(void)state;
	store_prepare();
	return crypto_selftest();
}

static void connect_roles(struct rig *r)
{
	r->v = vault_new(rig_env(), r->dir);
	rig_say(r, ROLE_SUPERVISOR, IPC_MSG(0, role_socket, .role = ROLE_WEB));
	rig_say(r, ROLE_SUPERVISOR, IPC_MSG(0, role_socket, .role = ROLE_NET));
	rig_say(r, ROLE_SUPERVISOR, IPC_MSG(0, role_socket, .role = ROLE_ONION));
}

void rig_open(struct rig *r)
{
	memset(r, 0, sizeof *r);
	snprintf(r->dir, sizeof r->dir, "/tmp/boc-vault-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	connect_roles(r);
}

void rig_kill(struct rig *r)
{
	r->v = vault_free(r->v);
	for (size_t i = 0; i < r->n_outs; i++)
		free(r->outs[i].bytes);
	free(r->outs);
	r->outs = NULL;
	r->n_outs = r->cap_outs = r->seen = 0;
	memset(r->links, 0, sizeof r->links);
}

void rig_reopen(struct rig *r)
{
	if (r->v)
		rig_kill(r);
	connect_roles(r);
}

void rig_close(struct rig *r)
{
	static const char *const names[] = {"keys",         "keys.new",         "vault.db",         "vault.db-wal",
	                                    "vault.db.new", "vault.db.new-wal", "vault.db-journal", "hand",
	                                    "inbox",        "inbox.damaged",    "inbox.damaged.2",  "inbox.damaged.3",
	                                    "foreign",      "bridges",          "restored"};
	rig_kill(r);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[128];
		snprintf(path, sizeof path, "%s/%s", r->dir, names[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(r->dir), 0); /* nothing else was left there */
}

static void keep(struct rig *r, enum role to, const struct ipc_msg *m)
{
	static u8 room[MAX_IPC];
	if (r->n_outs == r->cap_outs) {
		r->cap_outs = r->cap_outs ? 2 * r->cap_outs : 64;
		r->outs = reallocarray(r->outs, r->cap_outs, sizeof *r->outs);
		assert_non_null(r->outs);
	}
	struct rig_out *o = &r->outs[r->n_outs++];
	o->to = to;
	o->n = ipc_encode(m, room, sizeof room);
	assert_true(o->n > 0);
	assert_true(ipc_may(m->type, ROLE_VAULT, ANY));
	o->bytes = malloc(o->n);
	assert_non_null(o->bytes);
	memcpy(o->bytes, room, o->n);
}

void rig_collect(struct rig *r)
{
	struct ipc_msg m;
	enum role to;
	while (vault_output(r->v, &to, &m)) {
		if (m.type == ipc_t_identity) {
			r->identity = m.identity.identity;
			memcpy(r->onion.b, m.identity.onion, 32);
			memcpy(r->pq.pk, m.identity.pk, sizeof r->pq.pk);
			memcpy(r->pq.next, m.identity.next, 32);
			r->pq.seq = m.identity.seq;
		}
		keep(r, to, &m);
		vault_sent(r->v);
	}
}

err_t rig_next(struct ipc *c, struct ipc_msg *ret)
{
	for (;;) {
		err_t e = ipc_recv(c, ret, NULL);
		if (e != ERR_AGAIN)
			return e;
		struct pollfd p = {.fd = ipc_fd(c), .events = POLLIN};
		if (poll(&p, 1, 10000) <= 0)
			return ERR_PEER_TIMEOUT;
	}
}

/* Reads until the first packet of the answer. */
static void ask_remote(struct rig *r, const struct ipc_msg *m)
{
	struct ipc_msg a;
	assert_int_equal(ipc_send(r->remote, m), OK);
	do {
		assert_int_equal(rig_next(r->remote, &a), OK);
		keep(r, ROLE_WEB, &a);
	} while (a.req != m->req);
}

/* As vault.c does it. */
static void end_turn(struct rig *r, err_t e)
{
	if (e == OK)
		e = vault_commit(r->v);
	if (vault_is_of_disk(e))
		vault_undo(r->v, e);
	else
		assert_int_equal(e, OK);
	rig_collect(r);
}

void rig_tick(struct rig *r)
{
	vault_tick(r->v);
	end_turn(r, OK);
}

void rig_say(struct rig *r, enum role from, struct ipc_msg m)
{
	end_turn(r, vault_input(r->v, from, &m));
}

static struct ipc_msg decoded(const struct rig_out *o)
{
	struct ipc_msg m;
	assert_int_equal(ipc_decode(slice_of(o->bytes, o->n), &m), OK);
	return m;
}

struct ipc_msg rig_ask(struct rig *r, enum role from, struct ipc_msg m)
{
	size_t mark = rig_mark(r);
	m.req = ++r->req;
	if (r->remote)
		ask_remote(r, &m);
	else
		rig_say(r, from, m);
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg a = decoded(&r->outs[i]);
		if (a.req == m.req && r->outs[i].to == from)
			return a;
	}
	fail_msg("%s was not answered", ipc_name(m.type));
	return m;
}

err_t rig_refused(struct rig *r, enum role from, struct ipc_msg m)
{
	struct ipc_msg a = rig_ask(r, from, m);
	if (a.type == ipc_t_failed)
		return (err_t) - (int)a.failed.error;
	return a.type == ipc_t_net_failed ? (err_t) - (int)a.net_failed.error : OK;
}

const struct ipc_msg *rig_last(struct rig *r, size_t mark, enum ipc_type t)
{
	static struct ipc_msg m;
	for (size_t i = r->n_outs; i-- > mark;) {
		m = decoded(&r->outs[i]);
		if (m.type == t)
			return &m;
	}
	return NULL;
}

size_t rig_count(struct rig *r, size_t mark, enum ipc_type t)
{
	size_t n = 0;
	for (size_t i = mark; i < r->n_outs; i++)
		n += decoded(&r->outs[i]).type == t;
	return n;
}

/* ---- the client in the browser ---- */

void rig_enroll(struct rig *r, const char *pass)
{
	const struct opaque_app app = {0};
	struct opaque_client_reg reg;
	struct ipc_msg m = IPC_MSG(0, auth_register, .request = {0}), enroll = IPC_MSG(0, auth_enroll, .record = {0});
	u8 export_key[64];
	assert_int_equal(opaque_client_reg_start(rig_env(), slice_str(pass), &reg, m.auth_register.request), OK);
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	assert_int_equal(a.type, ipc_t_auth_register_r);
	assert_int_equal(opaque_client_reg_finish(&reg, rig_env(), &app, RIG_KSF, slice_str(pass),
	                                          a.auth_register_r.response, enroll.auth_enroll.record, export_key),
	                 OK);
	assert_int_equal(rig_ask(r, ROLE_WEB, enroll).type, ipc_t_done);
}

err_t rig_login_start(struct rig *r, const char *pass, struct rig_login *l)
{
	return rig_prove(r, SLOT_PASSPHRASE, pass, l);
}

err_t rig_prove(struct rig *r, enum login_slot slot, const char *pass, struct rig_login *l)
{
	const struct opaque_app app = {0};
	struct opaque_client_login login;
	struct ipc_msg m = IPC_MSG(0, auth_login, .slot = (u8)slot);
	assert_int_equal(opaque_client_login_start(rig_env(), slice_str(pass), &login, m.auth_login.ke1), OK);
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	if (a.type == ipc_t_failed)
		return (err_t) - (int)a.failed.error;
	assert_int_equal(a.type, ipc_t_auth_login_r);
	l->login = a.auth_login_r.login;
	return opaque_client_login_finish(&login, &app, RIG_KSF, slice_str(pass), a.auth_login_r.ke2, l->ke3,
	                                  l->session_key, l->export_key);
}

void rig_hkdf(const char *salt, const u8 key[static 64], const char *info, u8 *out, size_t n)
{
	u8 prk[64];
	hkdf_extract(slice_str(salt), slice_of(key, 64), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), out, n);
}

void rig_unlock_key(const struct rig_login *l, u8 ret[static 32])
{
	rig_hkdf("boc vault 1", l->export_key, "unlock", ret, 32);
}

err_t rig_login_finish(struct rig *r, const struct rig_login *l, struct slice unlock_key, const char *name)
{
	static const u8 nonce[12];
	u8 k_unlock[32], ws_secret[64], plain[32 + 128], sealed[sizeof plain + 16];
	size_t n = unlock_key.n + strlen(name);
	rig_hkdf("boc ws 1", l->session_key, "unlock", k_unlock, 32);
	rig_hkdf("boc ws 1", l->session_key, "ws", ws_secret, 64);
	memcpy(plain, unlock_key.p, unlock_key.n);
	memcpy(plain + unlock_key.n, name, strlen(name));
	assert_int_equal(aesgcm_seal(k_unlock, nonce, slice_str("boc unlock 1"), slice_of(plain, n), sealed), OK);
	struct ipc_msg m = IPC_MSG(0, auth_finish, .login = l->login, .sealed = slice_of(sealed, n + 16));
	memcpy(m.auth_finish.ke3, l->ke3, 64);
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	if (a.type == ipc_t_failed)
		return (err_t) - (int)a.failed.error;
	assert_int_equal(a.type, ipc_t_auth_finish_r);
	assert_memory_equal(a.auth_finish_r.ws_secret, ws_secret, 64);
	for (int i = 0; r->v && i < 2; i++)
		rig_tick(r); /* as the process does, in the turn of a login and behind it */
	return OK;
}

err_t rig_login(struct rig *r, const char *pass, const char *name)
{
	struct rig_login l;
	u8 unlock_key[32];
	TRY(rig_login_start(r, pass, &l));
	rig_unlock_key(&l, unlock_key);
	return rig_login_finish(r, &l, slice_of(unlock_key, 32), name);
}

void rig_new(struct rig *r, const char *name)
{
	rig_open(r);
	rig_enroll(r, "correct horse");
	assert_int_equal(rig_login(r, "correct horse", name), OK);
	assert_true(vault_is_unlocked(r->v));
	assert_int_equal(rig_ask(r, ROLE_WEB, IPC_MSG(0, identity_set, .strangers = 1)).type, ipc_t_own);
}

/* ---- people ---- */

u64 rig_add(struct rig *a, const struct rig *b, const char *greeting)
{
	char address[ONION_ADDR_CAP];
	onion_addr_encode(&b->onion, true, address);
	struct ipc_msg m = rig_ask(
		a, ROLE_WEB, IPC_MSG(0, contact_add, .address = slice_str(address), .greeting = slice_str(greeting)));
	assert_int_equal(m.type, ipc_t_contact);
	return m.contact.contact;
}

u64 rig_contact(struct rig *a, const struct rig *b, struct ipc_contact *ret)
{
	char address[ONION_ADDR_CAP];
	size_t mark = rig_mark(a);
	onion_addr_encode(&b->onion, true, address);
	(void)rig_ask(a, ROLE_WEB, IPC_MSG(0, contacts_list));
	for (size_t i = mark; i < a->n_outs; i++) {
		struct ipc_msg m = decoded(&a->outs[i]);
		if (m.type != ipc_t_contact || m.req != a->req || !slice_eq(m.contact.address, slice_str(address)))
			continue;
		if (ret)
			*ret = m.contact;
		return m.contact.contact;
	}
	return 0;
}

enum contact_state rig_state(struct rig *a, const struct rig *b)
{
	struct ipc_contact c;
	return rig_contact(a, b, &c) ? (enum contact_state)c.state : CONTACT_NONE;
}

u64 rig_write(struct rig *a, u64 contact, u8 id, const char *text)
{
	struct ipc_msg m = IPC_MSG(0, message_send, .contact = contact, .text = slice_str(text));
	memset(m.message_send.id, id, 16);
	struct ipc_msg r = rig_ask(a, ROLE_WEB, m);
	assert_int_equal(r.type, ipc_t_message);
	return r.message.ordinal;
}

size_t rig_list(struct rig *a, u64 contact, char *ret_last, enum message_state *ret_state)
{
	size_t n = 0;
	size_t mark = rig_mark(a);
	(void)rig_ask(a, ROLE_WEB, IPC_MSG(0, messages_list, .contact = contact, .limit = 100));
	for (size_t i = mark; i < a->n_outs; i++) {
		struct ipc_msg m = decoded(&a->outs[i]);
		if (m.type != ipc_t_message || m.req != a->req)
			continue;
		assert_int_equal(m.message.ordinal, ++n);
		if (ret_last) {
			memcpy(ret_last, m.message.text.p, m.message.text.n);
			ret_last[m.message.text.n] = 0;
		}
		if (ret_state)
			*ret_state = (enum message_state)m.message.state;
	}
	return n;
}

struct ipc_safety rig_safety(struct rig *a, const struct rig *b)
{
	struct ipc_msg m = rig_ask(a, ROLE_WEB, IPC_MSG(0, contact_safety, .contact = rig_contact(a, b, NULL)));
	assert_int_equal(m.type, ipc_t_safety);
	return m.safety;
}

bool rig_verify(struct rig *a, const struct rig *b, const struct ipc_safety *shown)
{
	struct ipc_msg m = IPC_MSG(0, contact_compare, .contact = rig_contact(a, b, NULL),
	                           .qr = slice_of(shown->qr, sizeof shown->qr));
	size_t mark = rig_mark(a);
	assert_int_equal(rig_refused(a, ROLE_WEB, m), OK);
	return rig_last(a, mark, ipc_t_compared)->compared.match;
}

err_t rig_trust(struct rig *a, const struct rig *b, const struct ipc_safety *shown)
{
	return rig_refused(a, ROLE_WEB,
	                   IPC_MSG(0, contact_trust_key, .contact = rig_contact(a, b, NULL),
	                           .qr = slice_of(shown->qr, sizeof shown->qr)));
}

/* ---- net between two vaults ---- */

static u32 new_link(struct rig *r, struct rig *peer, u64 contact)
{
	u32 link = ++r->n_links;
	assert_true(link < RIG_LINKS);
	r->links[link] = (struct rig_link){.peer = peer, .contact = contact, .up = true};
	return link;
}

/* What net knows of the contact: the last `peer` about it. */
static struct ipc_peer net_knows(struct rig *r, u64 contact)
{
	struct ipc_peer p = {0};
	for (size_t i = r->n_outs; i-- > 0;) {
		struct ipc_msg m = decoded(&r->outs[i]);
		if (m.type == ipc_t_peer && m.peer.contact == contact)
			return m.peer;
	}
	return p;
}

static enum pq_relation relation(bool pinned, const u8 *pk, const u8 *next, u32 seq, const struct pq_identity *shown)
{
	struct pq_identity pin = {.seq = seq};
	memcpy(pin.pk, pk, sizeof pin.pk);
	memcpy(pin.next, next, sizeof pin.next);
	return pq_compare(pinned ? &pin : NULL, shown);
}

/* The vault of A: pin and signature. False: it ends there. */
static bool dial_out(struct rig *a, struct rig *b, u64 contact, const struct ipc_peer *p,
                     struct ipc_peer_accept *accept)
{
	struct ipc_msg pin = IPC_MSG(0, peer_pin, .contact = contact, .seq = b->pq.seq);
	struct ipc_msg sign =
		IPC_MSG(0, sign_initiator, .identity = a->identity, .contact = contact, .version = 1, .suite = 1);
	struct auth_sigs sigs;
	pin.peer_pin.relation = (u8)relation(p->pinned, p->pk, p->next, p->seq, &b->pq);
	memcpy(pin.peer_pin.pk, b->pq.pk, sizeof b->pq.pk);
	memcpy(pin.peer_pin.next, b->pq.next, 32);
	if (pin.peer_pin.relation != PQ_SAME && rig_refused(a, ROLE_NET, pin) != OK)
		return false;
	if (pin.peer_pin.relation == PQ_CHANGED)
		return false;
	fill(NULL, sign.sign_initiator.th, 64);
	struct ipc_msg sig = rig_ask(a, ROLE_NET, sign);
	if (sig.type != ipc_t_signature)
		return false;
	memcpy(sigs.ed, sig.signature.ed25519, sizeof sigs.ed);
	memcpy(sigs.pq, sig.signature.mldsa, sizeof sigs.pq);
	cont_th6(sign.sign_initiator.th, &sigs, accept->th6);
	memcpy(accept->tags, sig.signature.tags, sizeof accept->tags);
	return true;
}

/* A's net asks for R_1, which has to be B's. */
static bool dial_root(struct rig *a, u64 contact, const struct ipc_peer_accept *m, const struct ipc_accept_status *s)
{
	struct ipc_msg root = IPC_MSG(0, peer_root, .contact = contact, .status = s->status, .psk_sel = s->psk_sel,
	                              .version = 1, .suite = 1, .age_ms = a->age_ms);
	u8 payload[ACCEPT_LEN];
	accept_payload((enum accept_status)s->status, s->psk_sel, payload);
	sha512(root.peer_root.accept_hash, PARTS(slice_of(m->th7, 64), slice_of(payload, sizeof payload)));
	memcpy(root.peer_root.root, m->root, 64);
	memcpy(root.peer_root.th6, m->th6, 64);
	memcpy(root.peer_root.th7, m->th7, 64);
	memcpy(root.peer_root.tags, m->tags, 96);
	struct ipc_msg r = rig_ask(a, ROLE_NET, root);
	if (r.type != ipc_t_peer_root_r)
		return false;
	assert_memory_equal(r.peer_root_r.root, s->root, 64);
	return true;
}

u32 rig_dial(struct rig *a, struct rig *b)
{
	u64 contact = rig_contact(a, b, NULL);
	const struct ipc_peer p = net_knows(a, contact);
	u32 la = new_link(a, b, contact), lb = new_link(b, a, 0);
	a->links[la].up = b->links[lb].up = false;
	struct ipc_msg ask = IPC_MSG(0, peer_ask, .identity = b->identity, .version = 1, .suite = 1);
	struct ipc_msg accept = IPC_MSG(0, peer_accept, .link = lb, .identity = b->identity, .seq = a->pq.seq,
	                                .version = 1, .suite = 1);
	memcpy(ask.peer_ask.onion, a->onion.b, 32);
	memcpy(ask.peer_ask.inv_id, p.inv_id, sizeof p.inv_id);
	memcpy(accept.peer_accept.onion, a->onion.b, 32);
	memcpy(accept.peer_accept.pk, a->pq.pk, sizeof a->pq.pk);
	memcpy(accept.peer_accept.next, a->pq.next, 32);
	memcpy(accept.peer_accept.inv_id, p.inv_id, sizeof p.inv_id);
	fill(NULL, accept.peer_accept.root, 64);
	fill(NULL, accept.peer_accept.th7, 64);
	if (!dial_out(a, b, contact, &p, &accept.peer_accept))
		return 0;
	struct ipc_msg verdict = rig_ask(b, ROLE_NET, ask);
	assert_int_equal(verdict.type, ipc_t_peer_verdict);
	const struct ipc_peer_verdict *v = &verdict.peer_verdict;
	if (!v->allow)
		return 0;
	accept.peer_accept.relation = (u8)relation(v->pinned, v->pk, v->next, v->seq, &a->pq);
	struct ipc_msg status = rig_ask(b, ROLE_NET, accept);
	if (status.type != ipc_t_accept_status)
		return 0;
	struct ipc_accept_status s = status.accept_status;
	a->said = b->said = (enum accept_status)s.status;
	if (a->meanwhile)
		assert_int_equal(
			rig_refused(a, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(a->meanwhile))), OK);
	a->meanwhile = NULL;
	for (unsigned n = a->overtaken; n; n--) {
		a->overtaken = 0;
		(void)rig_dial(a, b);
	}
	bool arrives = b->cut != RIG_CUT_ACCEPT && dial_root(a, contact, &accept.peer_accept, &s);
	if (!arrives || b->cut == RIG_CUT_CONFIRM || s.status == ACCEPT_INVITE_BAD) {
		rig_say(b, ROLE_NET, IPC_MSG(0, link_down, .link = lb, .contact = s.contact));
		return 0;
	}
	a->links[la] = (struct rig_link){.peer = b, .peer_link = lb, .contact = contact, .up = true};
	b->links[lb] = (struct rig_link){.peer = a, .peer_link = la, .contact = s.contact, .up = true};
	rig_say(b, ROLE_NET, IPC_MSG(0, link_up, .link = lb, .contact = s.contact, .initiator = 0, .status = s.status));
	rig_say(a, ROLE_NET, IPC_MSG(0, link_up, .link = la, .contact = contact, .initiator = 1, .status = s.status));
	rig_say(b, ROLE_NET, IPC_MSG(0, link_confirmed, .link = lb, .contact = s.contact));
	rig_shuttle(a, b);
	return a->links[la].up ? la : 0;
}

static void end_link(struct rig *r, u32 link)
{
	if (!r->links[link].up)
		return;
	r->links[link].up = false;
	rig_say(r, ROLE_NET, IPC_MSG(0, link_down, .link = link, .contact = r->links[link].contact));
}

void rig_cut(struct rig *a, u32 link)
{
	struct rig_link l = a->links[link];
	end_link(a, link);
	if (l.peer)
		end_link(l.peer, l.peer_link);
}

/* Delivers what r sent since the last time; true when there was something. */
static bool carry(struct rig *r)
{
	static u8 room[MAX_IPC];
	bool any = false;
	for (; r->seen < r->n_outs; r->seen++) {
		struct ipc_msg m = decoded(&r->outs[r->seen]);
		if (m.type == ipc_t_link_close && m.link_close.link < RIG_LINKS && !r->hold) {
			r->closed = m.link_close.reason;
			rig_cut(r, m.link_close.link);
		}
		if (m.type != ipc_t_record_out || m.record_out.link >= RIG_LINKS || r->hold)
			continue;
		if (m.record_out.type == RECORD_NAK && r->no_naks)
			continue;
		const struct rig_link *l = &r->links[m.record_out.link];
		if (!l->up || !l->peer || !l->peer->links[l->peer_link].up)
			continue;
		any = true;
		struct ipc_msg in =
			IPC_MSG(0, record_in, .link = l->peer_link, .contact = l->peer->links[l->peer_link].contact,
		                .type = m.record_out.type, .payload = m.record_out.payload);
		bool data = m.record_out.type == RECORD_DATA;
		if (data)
			in.record_in.payload = poison_spoils(r, m.record_out.payload, room);
		if (data && l->peer->dies_of && in.record_in.payload.p[0] == l->peer->dies_of)
			poison_kills(l->peer, in);
		else
			rig_say(l->peer, ROLE_NET, in);
	}
	return any;
}

void rig_shuttle(struct rig *a, struct rig *b)
{
	bool any = true;
	while (any) {
		any = carry(a);
		any = carry(b) || any;
	}
}
