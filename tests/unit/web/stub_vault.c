#include "stub_vault.h"

#include <poll.h>
#include <stdlib.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "os/ipc.h"
#include "os/os_env.h"

#define USER slice_str("me")

static const struct opaque_app app;

static void must(err_t e)
{
	if (e != OK)
		abort();
}

static void derive(struct slice salt, const u8 *key, const char *info, u8 *ret, size_t n)
{
	u8 prk[SHA512_LEN];
	hkdf_extract(salt, slice_of(key, OPAQUE_KEY_LEN), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), ret, n);
}

static void send_failed(struct stub_vault *v, u32 req, err_t e)
{
	v->send(v->arg, &IPC_MSG(req, failed, .error = (u32) - (int)e));
}

static void handle_register(struct stub_vault *v, const struct ipc_msg *m)
{
	struct ipc_msg out = IPC_MSG(m->req, auth_register_r);
	if (v->exists) {
		send_failed(v, m->req, ERR_LOCAL_EXISTS);
		return;
	}
	if (!v->has_keys)
		must(opaque_server_keys_new(os_env(), &v->keys));
	v->has_keys = true;
	err_t e = opaque_server_reg_response(&v->keys, USER, m->auth_register.request, out.auth_register_r.response);
	if (e == OK)
		v->send(v->arg, &out);
	else
		send_failed(v, m->req, e);
}

static void handle_login(struct stub_vault *v, const struct ipc_msg *m)
{
	struct ipc_msg out =
		IPC_MSG(m->req, auth_login_r, .login = ++v->login_number, .iterations = OPAQUE_KSF_DEFAULT.iterations,
	                .memory_kib = OPAQUE_KSF_DEFAULT.memory_kib);
	err_t e = !v->has_record ? ERR_PEER_POLICY
	                         : opaque_server_login_start(&v->keys, os_env(), &app, USER, v->record,
	                                                     m->auth_login.ke1, out.auth_login_r.ke2, &v->login);
	if (e == OK)
		v->send(v->arg, &out);
	else
		send_failed(v, m->req, e);
}

/* Whatever the login is for but to open: nothing is checked but its number. */
static void handle_use(struct stub_vault *v, const struct ipc_msg *m, u32 login, const struct ipc_msg *answer)
{
	if (login == v->login_number)
		v->send(v->arg, answer);
	else
		send_failed(v, m->req, ERR_LOCAL_SECRET);
}

static void handle_finish(struct stub_vault *v, const struct ipc_msg *m)
{
	static const u8 nonce[AEAD_NONCE_LEN];
	u8 session[OPAQUE_KEY_LEN], k[32], plain[256];
	struct ipc_msg out = IPC_MSG(m->req, auth_finish_r);
	struct slice sealed = m->auth_finish.sealed;
	if (m->auth_finish.login != v->login_number ||
	    opaque_server_login_finish(&v->login, m->auth_finish.ke3, session) != OK) {
		send_failed(v, m->req, ERR_PEER_CRYPTO);
		return;
	}
	derive(slice_str("boc ws 1"), session, "unlock", k, sizeof k);
	derive(slice_str("boc ws 1"), session, "ws", out.auth_finish_r.ws_secret, 64);
	if (sealed.n < 48 || aesgcm_open(k, nonce, slice_str("boc unlock 1"), sealed, plain) != OK ||
	    (v->exists && memcmp(plain, v->unlock_key, 32) != 0)) {
		send_failed(v, m->req, ERR_LOCAL_SECRET);
		return;
	}
	size_t name_len = sealed.n - 48;
	if ((name_len == 0) != v->exists) {
		send_failed(v, m->req, ERR_PEER_FORMAT);
		return;
	}
	if (!v->exists) {
		memcpy(v->unlock_key, plain, 32);
		memcpy(v->name, plain + 32, name_len);
		v->name_len = name_len;
	}
	v->exists = v->unlocked = true;
	v->send(v->arg, &out);
}

static void send_contact(struct stub_vault *v, u32 req, u64 id)
{
	v->send(v->arg,
	        &IPC_MSG(req, contact, .contact = id, .identity = 1, .trust = SHOWN_VERIFIED, .rotated_ms = 4,
	                 .lost_ms = 6, .lost_times = 2, .state = CONTACT_ACCEPTED, .online = 1, .since_ms = 5,
	                 .address = slice_str("abc"), .name = slice_str("Bob"), .greeting = slice_str("hi"),
	                 .missing = 8, .broken_ms = 9, .picture = 10, .my_vanish = 11, .my_keep = 12,
	                 .their_vanish = 13, .their_keep = 14, .vanish = 15, .keep = 16, .retention = 17, .cover = 1,
	                 .shelf = CONVERSATION_PINNED | CONVERSATION_MARKED, .reach = REACH_LEFT, .reach_ms = 18,
	                 .seen_ms = 19, .last_ms = 7, .last_ordinal = 3, .last_kind = MESSAGE_SHOWN_TEXT,
	                 .last_mine = 1, .last_state = MESSAGE_READ, .last_text = slice_str("last"), .read = 2,
	                 .unread = 1, .unread_first = 3, .draft = slice_str("dear")));
}

static void send_message(struct stub_vault *v, u32 req, u64 ordinal, struct slice text, bool is_new)
{
	v->send(v->arg, &IPC_MSG(req, message, .contact = 1, .ordinal = ordinal, .id = {0xab}, .mine = 1,
	                         .state = MESSAGE_WAITING, .is_new = is_new, .time_ms = 1234,
	                         .kind = MESSAGE_SHOWN_TEXT, .reply = 5, .edited_ms = 6, .react_theirs = slice_str("!"),
	                         .vanish = 18, .keep = 19, .expires_ms = 20, .text = text));
}

static void handle_send(struct stub_vault *v, const struct ipc_msg *m)
{
	struct slice text = m->message_send.text;
	if (slice_eq(text, slice_str("silence")))
		return;
	send_message(v, m->req, ++v->messages, text, true);
	send_message(v, 0, v->messages, text, true);
}

static void handle_list(struct stub_vault *v, const struct ipc_msg *m)
{
	char big[MAX_TEXT];
	memset(big, '\'', sizeof big);
	for (u64 i = 1; i <= m->messages_list.limit; i++)
		send_message(v, m->req, i, slice_of(big, sizeof big), false);
	v->send(v->arg, &IPC_MSG(m->req, done, .more = 1));
}

static void handle_search(struct stub_vault *v, const struct ipc_msg *m)
{
	static const u8 marks[] = {0, 0, 0, 1, 1, 0, 1, 2};
	send_message(v, m->req, 9, m->messages_search.text, false);
	v->send(v->arg, &IPC_MSG(m->req, found, .marks = slice_of(marks, sizeof marks)));
	send_message(v, m->req, 8, m->messages_search.text, false);
	v->send(v->arg, &IPC_MSG(m->req, found));
	v->send(v->arg, &IPC_MSG(m->req, found_end, .next = m->messages_search.contact));
}

static void send_own(struct stub_vault *v, u32 req)
{
	v->send(v->arg,
	        &IPC_MSG(req, own, .identity = 1, .strangers = 1, .listed = 1, .unaware = 3, .seq = 2, .rotated_ms = 9,
	                 .picture = 11, .address = slice_str("adr"), .name = slice_str("Alice")));
}

static void send_invite(struct stub_vault *v, u32 req, bool is_open)
{
	v->send(v->arg, &IPC_MSG(req, invite, .invite = 3, .identity = 1, .state = is_open ? INVITE_OPEN : INVITE_USED,
	                         .contact = is_open ? 0 : 8, .created_ms = 4, .expires_ms = 5,
	                         .label = slice_str("for Bob"), .text = slice_str(is_open ? "BOC:AB" : "")));
}

/* What has to do with identities, invitations and trust, with reading and drafts. False: something else. */
static bool handle_trust(struct stub_vault *v, const struct ipc_msg *m)
{
	struct ipc_msg safety = IPC_MSG(m->req, safety, .qr = {0});
	switch ((int)m->type) {
	case ipc_t_identities_list:
	case ipc_t_invites_list:
		if (m->type == ipc_t_identities_list)
			send_own(v, m->req);
		else
			send_invite(v, m->req, false);
		v->send(v->arg, &IPC_MSG(m->req, done, .more = 0));
		return true;
	case ipc_t_identity_create:
	case ipc_t_identity_rename:
	case ipc_t_identity_set_picture:
	case ipc_t_identity_set:
	case ipc_t_identity_set_listed:
	case ipc_t_identity_rotate: send_own(v, m->req); return true;
	case ipc_t_identity_remove: v->send(v->arg, &IPC_MSG(m->req, own_gone, .identity = 1)); return true;
	case ipc_t_invite_create:
	case ipc_t_invite_revoke: send_invite(v, m->req, m->type == ipc_t_invite_create); return true;
	case ipc_t_conversation_terms:
	case ipc_t_conversation_set:
	case ipc_t_typing_set:
	case ipc_t_draft_set: v->send(v->arg, &IPC_MSG(m->req, done, .more = 0)); return true;
	case ipc_t_draft_get: v->send(v->arg, &IPC_MSG(m->req, draft, .text = slice_str("dear"))); return true;
	case ipc_t_messages_gone:
		v->send(v->arg,
		        &IPC_MSG(m->req, gone, .next = 9,
		                 .runs = slice_of("\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\5\0\0\0\0\0\0\1\0",
		                                  32)));
		return true;
	case ipc_t_message_at:
		v->send(v->arg, &IPC_MSG(m->req, place, .ordinal = m->message_at.time_ms / 1000));
		return true;
	case ipc_t_message_read:
	case ipc_t_contact_dial:
	case ipc_t_contact_set_cover:
	case ipc_t_contact_unverify:
	case ipc_t_contact_trust_key: send_contact(v, m->req, 1); return true;
	case ipc_t_identity_picture:
	case ipc_t_contact_picture:
		v->send(v->arg, &IPC_MSG(m->req, picture, .points = slice_of("\0\377\1", 3)));
		return true;
	case ipc_t_contact_safety:
		memset(safety.safety.digits, '0', sizeof safety.safety.digits);
		for (size_t i = 0; i < sizeof safety.safety.words; i++)
			safety.safety.words[i] = (u8)(i % 5 % 2 ? 'a' : 'b');
		v->send(v->arg, &safety);
		return true;
	case ipc_t_contact_compare:
		send_contact(v, m->req, 1);
		v->send(v->arg, &IPC_MSG(m->req, compared, .match = 1));
		return true;
	default: return false;
	}
}

static void handle_unlocked(struct stub_vault *v, const struct ipc_msg *m)
{
	if (m->type == ipc_t_status_get) {
		v->send(v->arg, &IPC_MSG(m->req, tor_state_now, .phase = TOR_CONNECTING, .progress = 40, .since_ms = 3,
		                         .skew_s = (u32)-5, .tag = slice_str("t"), .summary = slice_str("s")));
		send_own(v, m->req);
		v->send(v->arg,
		        &IPC_MSG(m->req, status, .name = slice_of(v->name, v->name_len), .address = slice_str("adr")));
	} else if (m->type == ipc_t_contacts_list) {
		send_contact(v, m->req, 1);
		send_contact(v, m->req, 2);
		v->send(v->arg, &IPC_MSG(m->req, done, .more = 0));
	} else if (m->type == ipc_t_contact_decide && m->contact_decide.decision == DECIDE_REMOVE) {
		v->send(v->arg, &IPC_MSG(m->req, contact_gone, .contact = m->contact_decide.contact));
		v->send(v->arg, &IPC_MSG(0, contact_gone, .contact = m->contact_decide.contact));
	} else if (m->type == ipc_t_contact_decide || m->type == ipc_t_contact_rename || m->type == ipc_t_contact_add) {
		send_contact(v, m->req, 1);
	} else if (m->type == ipc_t_message_send) {
		handle_send(v, m);
	} else if (m->type == ipc_t_messages_list) {
		handle_list(v, m);
	} else if (m->type == ipc_t_messages_search) {
		handle_search(v, m);
	} else if (!handle_trust(v, m)) {
		abort();
	}
}

void stub_vault_handle(struct stub_vault *v, const struct ipc_msg *m)
{
	if (m->type == ipc_t_auth_state) {
		v->send(v->arg, &IPC_MSG(m->req, auth_state_r, .exists = v->exists));
	} else if (m->type == ipc_t_auth_register) {
		handle_register(v, m);
	} else if (m->type == ipc_t_auth_enroll) {
		memcpy(v->record, m->auth_enroll.record, sizeof v->record);
		v->has_record = true;
		v->send(v->arg, &IPC_MSG(m->req, done, .more = 0));
	} else if (m->type == ipc_t_auth_login) {
		handle_login(v, m);
	} else if (m->type == ipc_t_auth_finish) {
		handle_finish(v, m);
	} else if (m->type == ipc_t_auth_change) {
		handle_use(v, m, m->auth_change.login, &IPC_MSG(m->req, auth_change_r));
	} else if (m->type == ipc_t_lock) {
		v->unlocked = false;
		v->send(v->arg, &IPC_MSG(m->req, done, .more = 0));
		v->send(v->arg, &IPC_MSG(0, locked));
	} else if (!v->unlocked) {
		send_failed(v, m->req, ERR_LOCAL_LOCKED);
	} else if (m->type == ipc_t_recovery_create) {
		handle_use(v, m, m->recovery_create.login, &IPC_MSG(m->req, recovery_key));
	} else if (m->type == ipc_t_backup_create) {
		handle_use(v, m, m->backup_create.login, &IPC_MSG(m->req, backup_begun, .id = {0xab}));
	} else if (m->type == ipc_t_backup_read) { /* made by the time something behind its beginning is asked */
		v->send(v->arg, &IPC_MSG(m->req, backup_part, .size = m->backup_read.offset ? 1000 : 0,
		                         .bytes = slice_str(m->backup_read.offset == 1 ? "hello" : "")));
	} else if (m->type == ipc_t_settings_get || m->type == ipc_t_settings_set) {
		v->send(v->arg,
		        &IPC_MSG(m->req, settings,
		                 .lock_after = m->type == ipc_t_settings_set ? m->settings_set.lock_after : 0,
		                 .receive_locked = m->type == ipc_t_settings_set && m->settings_set.receive_locked,
		                 .read_marks = m->type == ipc_t_settings_set && m->settings_set.read_marks,
		                 .typing = m->type == ipc_t_settings_set && m->settings_set.typing));
	} else if (m->type == ipc_t_recovery_remove || m->type == ipc_t_backup_end) {
		v->send(v->arg, &IPC_MSG(m->req, done));
	} else {
		handle_unlocked(v, m);
	}
}

static void send_ipc(void *arg, const struct ipc_msg *m)
{
	if (ipc_send(arg, m) != OK)
		exit(0);
}

void stub_vault_run(int fd)
{
	struct ipc *c = ipc_new(fd, ROLE_WEB, IPC_WAIT);
	struct stub_vault v = {.send = send_ipc, .arg = c};
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		struct ipc_msg m;
		if (poll(&p, 1, -1) < 0)
			continue;
		err_t e = ipc_recv(c, &m, NULL);
		if (e == OK)
			stub_vault_handle(&v, &m);
		else if (e != ERR_AGAIN)
			break;
	}
	ipc_free(c);
}
