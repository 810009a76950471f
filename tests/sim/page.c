/* A person at the page of a node: what a browser would ask the vault, and what is kept of the answers. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/opaque.h"
#include "world.h"

#define PASSPHRASE slice_str("correct horse")

/* The work of the client is not what is tried here. */
#define KSF ((struct opaque_ksf){.iterations = 1, .memory_kib = 8})

struct ipc_msg page_ask(struct node *n, struct ipc_msg m)
{
	m.req = ++n->req;
	n->answer = (struct ipc_msg){.type = ipc_t_none};
	crash_disk_begin(n);
	err_t e = poison_comes_in(n, ROLE_WEB, &m);
	crash_disk_end(n);
	if (n->died)
		return n->answer;
	if (vault_is_of_disk(e) && n->was_full)
		n->must_undo = true;
	else if (e != OK)
		sim_fail("VAULT: node %d: %s from the page: %s", n->i, ipc_name(m.type), err_text(e));
	node_flush(n);
	if (n->answer.type == ipc_t_none)
		sim_fail("VAULT: node %d does not answer %s", n->i, ipc_name(m.type));
	return n->answer;
}

static void must(struct node *n, err_t e, const char *what)
{
	if (e != OK)
		sim_fail("PAGE: node %d: %s: %s", n->i, what, err_text(e));
}

static struct ipc_msg ask_for(struct node *n, struct ipc_msg m, enum ipc_type answer)
{
	struct ipc_msg a = page_ask(n, m);
	if (a.type != answer)
		sim_fail("PAGE: node %d: %s answered with %s %d", n->i, ipc_name(m.type), ipc_name(a.type),
		         a.type == ipc_t_failed ? -(int)a.failed.error : 0);
	return a;
}

/* ---- logging in ---- */

void page_enroll(struct node *n)
{
	const struct opaque_app app = {0};
	struct opaque_client_reg reg;
	struct ipc_msg m = IPC_MSG(0, auth_register, .request = {0}), enroll = IPC_MSG(0, auth_enroll, .record = {0});
	u8 export_key[64];
	must(n, opaque_client_reg_start(&n->env, PASSPHRASE, &reg, m.auth_register.request), "enrol");
	struct ipc_msg a = ask_for(n, m, ipc_t_auth_register_r);
	must(n,
	     opaque_client_reg_finish(&reg, &n->env, &app, KSF, PASSPHRASE, a.auth_register_r.response,
	                              enroll.auth_enroll.record, export_key),
	     "enrol");
	(void)ask_for(n, enroll, ipc_t_done);
}

static void hkdf(const char *salt, const u8 key[static 64], const char *info, u8 *out, size_t n)
{
	u8 prk[64];
	hkdf_extract(slice_str(salt), slice_of(key, 64), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), out, n);
}

void page_prove(struct node *n, struct proof *ret)
{
	const struct opaque_app app = {0};
	struct opaque_client_login login;
	struct ipc_msg m = IPC_MSG(0, auth_login, .slot = SLOT_PASSPHRASE);
	must(n, opaque_client_login_start(&n->env, PASSPHRASE, &login, m.auth_login.ke1), "log in");
	struct ipc_msg a = ask_for(n, m, ipc_t_auth_login_r);
	ret->number = a.auth_login_r.login;
	must(n,
	     opaque_client_login_finish(&login, &app, KSF, PASSPHRASE, a.auth_login_r.ke2, ret->ke3, ret->session_key,
	                                ret->export_key),
	     "log in");
}

bool page_login(struct node *n, const char *name)
{
	static const u8 nonce[12];
	struct proof p;
	u8 key[32], plain[32 + 64], sealed[sizeof plain + 16];
	page_prove(n, &p);
	struct ipc_msg f = IPC_MSG(0, auth_finish, .login = p.number);
	memcpy(f.auth_finish.ke3, p.ke3, sizeof p.ke3);
	hkdf("boc vault 1", p.export_key, "unlock", plain, 32);
	hkdf("boc ws 1", p.session_key, "unlock", key, 32);
	memcpy(plain + 32, name, strlen(name));
	size_t len = 32 + strlen(name);
	must(n, aesgcm_seal(key, nonce, slice_str("boc unlock 1"), slice_of(plain, len), sealed), "log in");
	f.auth_finish.sealed = slice_of(sealed, len + 16);
	struct ipc_msg a = page_ask(n, f);
	if (n->died) {
		sim_trace("node %d: dies over what is in its inbox", n->i);
		crash_vault(n, CRASH_OVER);
		return false;
	}
	if (a.type != ipc_t_auth_finish_r)
		sim_fail("PAGE: node %d cannot log in: %s", n->i, ipc_name(a.type));
	sim_trace("node %d: logged in", n->i);
	return true;
}

void page_receive_locked(struct node *n, bool on)
{
	(void)page_ask(n, IPC_MSG(0, settings_set, .which = SETTING_RECEIVE_LOCKED, .receive_locked = on));
}

void page_lock(struct node *n)
{
	(void)page_ask(n, IPC_MSG(0, lock));
	sim_trace("node %d is locked%s", n->i, vault_is_receiving(n->vault) ? " and receives" : "");
	n->login_ms = loop_now_ms + chance_below(&n->w->chance, 60000);
}

/* ---- what the vault says ---- */

static void hear_contact(struct node *n, const struct ipc_contact *m)
{
	struct world *w = n->w;
	for (int a = 0; a < PERSONS; a++) {
		struct known *k = &n->known[a];
		if (!slice_eq(m->address, slice_str(w->node[a].address)))
			continue;
		if (k->state != m->state || k->trust != m->trust)
			sim_trace("node %d: %d is in state %d, trust %d", n->i, a, m->state, m->trust);
		k->contact = m->contact;
		k->state = (enum contact_state)m->state;
		k->trust = (enum trust_shown)m->trust;
		k->cover = m->cover;
		const u32 terms[] = {m->my_vanish, m->my_keep, m->their_vanish, m->their_keep, m->vanish, m->keep};
		memcpy(k->terms, terms, sizeof k->terms);
		/* a thief takes part in continuity like anybody */
		if (m->lost_times && !w->had_thief && !k->taken && !n->was_restored && !w->node[a].was_restored)
			sim_fail("CONTINUITY: node %d lost it with %d, and nobody has a copy", n->i, a);
		if (k->state == CONTACT_REQUEST_RECEIVED && k->decide_ms == NEVER)
			k->decide_ms = loop_now_ms + (w->healing || w->by_hand ? 0 : chance_below(&w->chance, 40000));
	}
}

void page_hear(struct node *n, const struct ipc_msg *m)
{
	bool is_row = m->type == ipc_t_contact || m->type == ipc_t_message;
	if (m->req && m->req == n->req)
		n->answer = *m;
	if (m->type == ipc_t_contact)
		hear_contact(n, &m->contact);
	else if (m->type == ipc_t_message && (m->req == 0 || n->lists)) /* other answers come as events, too */
		watch_message(n, &m->message, m->req != 0);
	else if (m->type == ipc_t_picture)
		n->picture = sim_hash(m->picture.points);
	else if (m->type == ipc_t_backup_part && buf_append(&n->unfinished, m->backup_part.bytes) != OK)
		abort();
	else if (m->type == ipc_t_invite && m->req && m->invite.text.n < sizeof n->invite)
		snprintf(n->invite, sizeof n->invite, "%.*s", (int)m->invite.text.n, (const char *)m->invite.text.p);
	if (!is_row)
		sim_trace("node %d: page hears %s", n->i, ipc_name(m->type));
}

/* ---- what a person does ---- */

void page_add(struct node *n, int address)
{
	const struct node *other = &n->w->node[address];
	struct ipc_msg m = IPC_MSG(0, contact_add, .address = slice_str(other->address));
	if (other->invite[0])
		m = IPC_MSG(0, contact_add, .invitation = slice_str(other->invite));
	struct ipc_msg a = page_ask(n, m);
	sim_trace("node %d adds %d: %s", n->i, address, ipc_name(a.type));
}

/* There was no room for it. */
static bool is_refused(struct ipc_msg answer)
{
	return answer.type == ipc_t_failed && answer.failed.error == (u32)-ERR_LOCAL_FULL;
}

void page_decide(struct node *n)
{
	for (int a = 0; a < PERSONS && node_is_unlocked(n); a++) {
		struct known *k = &n->known[a];
		if (k->decide_ms > loop_now_ms)
			continue;
		k->decide_ms = NEVER;
		struct ipc_msg m = IPC_MSG(0, contact_decide, .contact = k->contact, .decision = DECIDE_ACCEPT);
		if (k->state != CONTACT_REQUEST_RECEIVED)
			continue;
		if (!n->was_full)
			(void)ask_for(n, m, ipc_t_contact);
		else if (is_refused(page_ask(n, m)))
			k->decide_ms = loop_now_ms + 5000;
	}
}

/* The next message, or the last one again. False: nobody can write now. */
static bool compose(struct node *n, int address, size_t n_text, struct ipc_msg *ret)
{
	static char text[MAX_TEXT + 1];
	struct known *k = &n->known[address];
	if (!node_is_unlocked(n) || (k->state != CONTACT_ACCEPTED && k->state != CONTACT_REQUEST_SENT))
		return false;
	int len = snprintf(text, sizeof text, "%d %u ", n->i, k->written);
	size_t total = MAX((size_t)len, MIN(n_text, sizeof text - 1));
	memset(text + len, 'x', total - (size_t)len);
	*ret = IPC_MSG(0, message_send, .contact = k->contact, .text = slice_of(text, total));
	return true;
}

bool page_write(struct node *n, int address, size_t n_text)
{
	struct known *k = &n->known[address];
	struct ipc_msg m;
	k->written++;
	if (k->is_unsure || !compose(n, address, n_text, &m)) {
		k->written--;
		return false;
	}
	if (k->last && chance_in(&n->w->chance, 20))
		m.message_send.reply = 1 + chance_below(&n->w->chance, k->last);
	n->env.random(n, m.message_send.id, sizeof m.message_send.id);
	poison_choose(n, address, k->written, m.message_send.id);
	struct ipc_msg a = page_ask(n, m);
	if (n->was_full && is_refused(a)) {
		if (poison_is(n->w, n->i, address, k->written))
			n->w->poison.number = 0;
		k->written--;
		return false;
	}
	if (a.type != ipc_t_message)
		sim_fail("PAGE: node %d cannot write: %s", n->i, ipc_name(a.type));
	sim_trace("node %d writes %u to %d, %zu bytes", n->i, k->written, address, m.message_send.text.n);
	return true;
}

/* One row of a conversation, into n->row. */
static void look(struct node *n, u64 contact, u64 ordinal)
{
	n->lists = n->counts_only = true;
	n->row = (struct row){0};
	(void)ask_for(n, IPC_MSG(0, messages_list, .contact = contact, .before = ordinal + 1, .limit = 1), ipc_t_done);
	n->lists = n->counts_only = false;
}

static void change_picture(struct node *n)
{
	u8 picture[PICTURE_LEN];
	struct chance *chance = &n->w->chance;
	memset(picture, (int)chance_below(chance, 256), sizeof picture);
	struct ipc_msg a =
		page_ask(n, IPC_MSG(0, identity_set_picture, .identity = n->identity,
	                            .picture = slice_of(picture, chance_in(chance, 4) ? 0 : sizeof picture)));
	sim_trace("node %d takes another picture: %s", n->i, ipc_name(a.type));
}

u64 page_picture(struct node *n)
{
	(void)ask_for(n, IPC_MSG(0, identity_picture, .identity = n->identity), ipc_t_picture);
	return n->picture;
}

u64 page_picture_of(struct node *n, int address)
{
	(void)ask_for(n, IPC_MSG(0, contact_picture, .contact = n->known[address].contact), ipc_t_picture);
	return n->picture;
}

void page_change(struct node *n, int address)
{
	static const char *const emoji[] = {"", "\xf0\x9f\x91\x8d", "\xe2\x9d\xa4", "!"};
	const struct known *k = &n->known[address];
	struct chance *chance = &n->w->chance;
	u64 how = chance_below(chance, 10);
	if (!node_is_unlocked(n) || k->last == 0)
		return;
	if (how == 5 && !n->w->had_thief) {
		change_picture(n);
		return;
	}
	u64 ordinal = 1 + chance_below(chance, k->last);
	char text[64];
	struct ipc_msg m = IPC_MSG(0, message_react, .contact = k->contact, .ordinal = ordinal,
	                           .emoji = slice_str(emoji[how % ARRAY_LEN(emoji)]));
	look(n, k->contact, ordinal);
	/* one whose place is not known cannot be told from what is behind it by its words either */
	if (how == 9 && !n->w->had_thief &&
	    n->w->poison.how != POISON_ENVELOPE) { /* where there is a thief, only the words tell whose they are */
		m = IPC_MSG(0, message_delete, .contact = k->contact, .ordinal = ordinal, .for_all = 1);
	} else if (how >= 6 && n->row.mine && n->row.number) {
		int len = snprintf(text, sizeof text, "%d %u edited %llu", n->row.author, n->row.number,
		                   (unsigned long long)chance_below(chance, 1000));
		m = IPC_MSG(0, message_edit, .contact = k->contact, .ordinal = ordinal,
		            .text = slice_of(text, (size_t)len));
	}
	struct ipc_msg a = page_ask(n, m);
	sim_trace("node %d: %s of row %llu with %d: %s", n->i, ipc_name(m.type), (unsigned long long)ordinal, address,
	          ipc_name(a.type));
}

void page_terms(struct node *n, int address, bool none)
{
	static const u32 vanish[] = {5, 5, 30, 60};
	const struct known *k = &n->known[address];
	struct chance *chance = &n->w->chance;
	if (!node_is_unlocked(n) || !k->contact)
		return;
	struct ipc_msg m =
		IPC_MSG(0, conversation_terms, .contact = k->contact,
	                .vanish = none || chance_in(chance, 20) ? 0 : vanish[chance_below(chance, ARRAY_LEN(vanish))],
	                .keep = !none && chance_in(chance, 50) ? KEEP_MAX : 0);
	struct ipc_msg a = page_ask(n, m);
	sim_trace("node %d wants of %d: %u s, %u days: %s", n->i, address, m.conversation_terms.vanish,
	          m.conversation_terms.keep, ipc_name(a.type));
}

void page_see(struct node *n, int address, bool is_all)
{
	struct known *k = &n->known[address];
	struct row front = {0};
	if (!node_is_unlocked(n) || k->last == 0)
		return;
	/* where there is a thief, one row does not say how far both are read */
	u64 ordinal = is_all || n->w->had_thief ? k->last : 1 + chance_below(&n->w->chance, k->last);
	is_all = ordinal == k->last;
	/* Of theirs all that came is read, or the last one in front and what was before it. It may vanish with the answer. */
	for (u64 i = ordinal; !is_all && i > 0 && !front.number; i--) {
		look(n, k->contact, i);
		if (!n->row.mine)
			front = n->row;
	}
	u64 before = k->read_to;
	k->read_to = MAX(before, ordinal); /* what comes of it may come with the answer */
	struct ipc_msg a = page_ask(n, IPC_MSG(0, message_read, .contact = k->contact, .ordinal = ordinal));
	sim_trace("node %d reads up to row %llu of %d: %s", n->i, (unsigned long long)ordinal, address,
	          ipc_name(a.type));
	if (a.type != ipc_t_contact) {
		k->read_to = before;
		if (!n->was_full || !is_refused(a))
			sim_fail("PAGE: node %d cannot read: %s", n->i, ipc_name(a.type));
		return;
	}
	for (int i = 0; i < NODES && is_all; i++)
		k->read[i] = MAX(k->read[i], k->seen[i]);
	if (front.number)
		k->read[front.author] = MAX(k->read[front.author], front.number);
}

void page_marks(struct node *n, bool on)
{
	if (!node_is_unlocked(n))
		return;
	struct ipc_msg m =
		IPC_MSG(0, settings_set, .which = SETTING_READ_MARKS | SETTING_TYPING, .read_marks = on, .typing = on);
	struct ipc_msg a = page_ask(n, m);
	if (a.type != ipc_t_settings && !(n->was_full && is_refused(a)))
		sim_fail("PAGE: node %d cannot set: %s", n->i, ipc_name(a.type));
	sim_trace("node %d gives marks: %d: %s", n->i, on, ipc_name(a.type));
}

u32 page_listed(struct node *n, bool on)
{
	if (!node_is_unlocked(n))
		return 0;
	struct ipc_msg a = page_ask(n, IPC_MSG(0, identity_set_listed, .listed = on));
	if (a.type != ipc_t_own && !(n->was_full && is_refused(a)))
		sim_fail("PAGE: node %d cannot be listed: %s", n->i, ipc_name(a.type));
	sim_trace("node %d is listed: %d: %s", n->i, on, ipc_name(a.type));
	return a.type == ipc_t_own ? a.own.unaware : 0;
}

void page_cover(struct node *n, int address, bool on)
{
	struct known *k = &n->known[address];
	if (!node_is_unlocked(n) || !k->contact)
		return;
	k->cover |= on; /* it may go before we hear that it may */
	struct ipc_msg a = page_ask(n, IPC_MSG(0, contact_set_cover, .contact = k->contact, .on = on));
	if (a.type == ipc_t_contact)
		k->cover = on;
	else if (!is_refused(a))
		sim_fail("PAGE: node %d cannot set cover: %s", n->i, ipc_name(a.type));
	sim_trace("node %d covers what it says to %d: %d: %s", n->i, address, on, ipc_name(a.type));
}

void page_types(struct node *n, int address)
{
	const struct known *k = &n->known[address];
	if (node_is_unlocked(n) && k->contact)
		(void)page_ask(n,
		               IPC_MSG(0, typing_set, .contact = k->contact, .on = (u8)chance_below(&n->w->chance, 2)));
}

void page_write_in_vain(struct node *n, int address, enum crash how)
{
	struct known *k = &n->known[address];
	struct ipc_msg m;
	k->written++;
	if (k->is_unsure || n->was_full || !compose(n, address, 0, &m)) {
		k->written--;
		return;
	}
	n->env.random(n, m.message_send.id, sizeof m.message_send.id);
	m.req = ++n->req;
	memcpy(k->unsure_id, m.message_send.id, sizeof k->unsure_id);
	k->is_unsure = true;
	sim_trace("node %d writes %u to %d and hears no more of it", n->i, k->written, address);
	if (vault_input(n->vault, ROLE_WEB, &m) != OK)
		sim_fail("PAGE: node %d cannot write", n->i);
	crash_vault(n, how);
}

void page_repeat(struct node *n)
{
	for (int a = 0; a < PERSONS; a++) {
		struct known *k = &n->known[a];
		struct ipc_msg m;
		if (!k->is_unsure || !compose(n, a, 0, &m))
			continue;
		memcpy(m.message_send.id, k->unsure_id, sizeof m.message_send.id);
		struct ipc_msg answer = page_ask(n, m);
		k->is_unsure = n->was_full && is_refused(answer);
		if (!k->is_unsure && answer.type != ipc_t_message)
			sim_fail("PAGE: node %d cannot say again: %s", n->i, ipc_name(answer.type));
	}
}

/* Lists one conversation from its beginning, page by page. */
static void read_conversation(struct node *n, struct known *k)
{
	struct ipc_msg list = IPC_MSG(0, messages_list, .contact = k->contact, .limit = 1);
	n->lists = n->counts_only = true;
	k->last = 0;
	(void)ask_for(n, list, ipc_t_done);
	n->counts_only = false;
	list.messages_list.limit = LIST_PAGE;
	for (u64 at = 1, end = k->last + 1; at < end; at += list.messages_list.limit) {
		list.messages_list.limit = (u32)MIN(end - at, (u64)LIST_PAGE);
		list.messages_list.before = at + list.messages_list.limit;
		(void)ask_for(n, list, ipc_t_done);
	}
	n->lists = false;
}

void page_read(struct node *n)
{
	(void)ask_for(n, IPC_MSG(0, contacts_list), ipc_t_done);
	for (int a = 0; a < PERSONS; a++) {
		struct known *k = &n->known[a];
		k->mine = k->done = k->marked = 0;
		k->view[0] = k->view[1] = 0;
		k->stays = false;
		memset(k->row, 0, sizeof k->row);
		if (k->contact)
			read_conversation(n, k);
		if (k->mine != k->written && !k->is_unsure && !n->was_restored)
			sim_fail("MESSAGE: node %d has %u of the %u it wrote to %d", n->i, k->mine, k->written, a);
	}
}
