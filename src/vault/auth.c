#include "vault/auth.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "vault/auth_priv.h"

struct auth *auth_new(const char *dir)
{
	struct auth *a = sodium_malloc(sizeof *a);
	if (!a)
		abort();
	memset(a, 0, sizeof *a);
	a->folder = vaultdir_open(dir, &a->kf);
	return a;
}

struct auth *auth_free(struct auth *a)
{
	sodium_free(a); /* wipes; NULL is fine */
	return NULL;
}

void auth_forget_pending(struct auth *a)
{
	wipe(a->pending, sizeof a->pending);
}

void auth_forget(struct auth *a)
{
	auth_forget_pending(a);
	wipe(&a->next, sizeof a->next);
	a->has_next = false;
	if (a->folder != VAULTDIR_NONE)
		return;
	wipe(&a->kf, sizeof a->kf);
	a->is_enrolled = false;
}

void auth_erased(struct auth *a)
{
	wipe(a, sizeof *a);
	a->folder = VAULTDIR_DAMAGED;
}

err_t vault_on_auth_state(struct vault *v, u32 req, const struct ipc_auth_state *m)
{
	(void)m;
	vault_send(v, ROLE_WEB, &IPC_MSG(req, auth_state_r, .exists = v->auth->folder != VAULTDIR_NONE));
	return OK;
}

err_t vault_on_auth_register(struct vault *v, u32 req, const struct ipc_auth_register *m)
{
	struct auth *a = v->auth;
	struct ipc_msg out = IPC_MSG(req, auth_register_r, .response = {0});
	if (!a->has_next)
		TRY(opaque_server_keys_new(v->env, &a->next));
	a->has_next = true;
	TRY(opaque_server_reg_response(&a->next, AUTH_OWNER, m->request, out.auth_register_r.response));
	vault_send(v, ROLE_WEB, &out);
	return OK;
}

err_t vault_on_auth_enroll(struct vault *v, u32 req, const struct ipc_auth_enroll *m)
{
	struct auth *a = v->auth;
	if (a->folder != VAULTDIR_NONE)
		return ERR_LOCAL_EXISTS;
	if (!a->has_next)
		return ERR_PEER_POLICY;
	if (!opaque_record_is_valid(m->record))
		return ERR_PEER_FORMAT;
	auth_forget_pending(a); /* they belong to another record */
	struct keyslot *s = &a->kf.slots[SLOT_PASSPHRASE];
	s->server = a->next;
	memcpy(s->record, m->record, sizeof s->record);
	s->ksf = OPAQUE_KSF_DEFAULT;
	a->is_enrolled = true;
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}

/* A free place, or the oldest one's. */
static struct pending *place(struct auth *a)
{
	struct pending *best = &a->pending[0];
	for (size_t i = 0; i < MAX_PENDING; i++)
		if (a->pending[i].number < best->number)
			best = &a->pending[i];
	return best;
}

/* The record to log in against. Nobody is told before a login whether there is a recovery key: without one the answer
 * opens with nothing, and else looks the same. */
static err_t slot_for(const struct auth *a, enum login_slot which, struct keyslot *ret)
{
	*ret = a->kf.slots[which];
	if (which == SLOT_PASSPHRASE || a->kf.has_recovery)
		return OK;
	ret->server = a->kf.slots[SLOT_PASSPHRASE].server;
	ret->ksf = OPAQUE_KSF_RANDOM;
	return opaque_fake_record(&ret->server, ret->record);
}

static err_t start(struct vault *v, const struct ipc_auth_login *m, struct ipc_auth_login_r *ret, struct pending *p)
{
	const struct opaque_app app = {0};
	struct keyslot slot;
	/* Another OPRF key for a record that there is not: the passphrase's would answer guesses at it. */
	struct slice who = m->slot == SLOT_RECOVERY && !v->auth->kf.has_recovery ? slice_str("nobody") : AUTH_OWNER;
	err_t e = slot_for(v->auth, (enum login_slot)m->slot, &slot);
	if (e == OK)
		e = opaque_server_login_start(&slot.server, v->env, &app, who, slot.record, m->ke1, ret->ke2,
		                              &p->login);
	p->slot = (enum login_slot)m->slot;
	ret->iterations = slot.ksf.iterations;
	ret->memory_kib = slot.ksf.memory_kib;
	wipe(&slot, sizeof slot);
	return e;
}

err_t vault_on_auth_login(struct vault *v, u32 req, const struct ipc_auth_login *m)
{
	struct auth *a = v->auth;
	struct pending p;
	struct ipc_msg out = IPC_MSG(req, auth_login_r, .login = 0);
	if (m->slot != SLOT_PASSPHRASE && m->slot != SLOT_RECOVERY)
		return ERR_PEER_FORMAT;
	if (a->folder == VAULTDIR_LATER)
		return ERR_LOCAL_LATER;
	if (a->folder == VAULTDIR_DAMAGED)
		return ERR_LOCAL_DAMAGED;
	if (a->folder == VAULTDIR_NONE && (!a->is_enrolled || m->slot != SLOT_PASSPHRASE))
		return ERR_PEER_POLICY;
	TRY(start(v, m, &out.auth_login_r, &p));
	if (++a->last_number == 0) {
		auth_forget_pending(a); /* numbers start again */
		a->last_number = 1;
	}
	p.number = out.auth_login_r.login = a->last_number;
	*place(a) = p;
	wipe(&p, sizeof p);
	vault_send(v, ROLE_WEB, &out);
	return OK;
}

/* HKDF("boc ws 1", session_key, info, n) */
void auth_ws_key(const u8 session_key[static OPAQUE_KEY_LEN], const char *info, u8 *out, size_t n)
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str("boc ws 1"), slice_of(session_key, OPAQUE_KEY_LEN), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), out, n);
	wipe(prk, sizeof prk);
}

struct proof *auth_proof_new(void)
{
	struct proof *p = sodium_malloc(sizeof *p);
	if (!p)
		abort();
	return p;
}

err_t auth_prove(struct auth *a, u32 number, const u8 ke3[static OPAQUE_KE3_LEN], struct proof *p)
{
	struct pending *login = NULL;
	for (size_t i = 0; i < MAX_PENDING; i++)
		if (number && a->pending[i].number == number)
			login = &a->pending[i];
	if (!login)
		return ERR_LOCAL_SECRET;
	login->number = 0; /* one try */
	p->slot = login->slot;
	return opaque_server_login_finish(&login->login, ke3, p->session_key) == OK ? OK : ERR_LOCAL_SECRET;
}

/* Checks the client's proof and opens `sealed`: fills p. ERR_LOCAL_SECRET whatever is wrong. */
static err_t check_proof(struct auth *a, const struct ipc_auth_finish *m, struct proof *p, struct slice *ret_name)
{
	static const u8 nonce[AEAD_NONCE_LEN] = {0};
	TRY(auth_prove(a, m->login, m->ke3, p));
	if (p->slot != SLOT_PASSPHRASE) /* the recovery key sets a passphrase, and that opens */
		return ERR_LOCAL_SECRET;
	auth_ws_key(p->session_key, "unlock", p->key, sizeof p->key);
	auth_ws_key(p->session_key, "ws", p->ws_secret, sizeof p->ws_secret);
	if (m->sealed.n < 32 + AEAD_TAG_LEN || m->sealed.n > sizeof p->opened + AEAD_TAG_LEN)
		return ERR_LOCAL_SECRET;
	if (aesgcm_open(p->key, nonce, slice_str("boc unlock 1"), m->sealed, p->opened) != OK)
		return ERR_LOCAL_SECRET;
	memcpy(p->unlock_key.b, p->opened, 32);
	*ret_name = slice_of(p->opened + 32, m->sealed.n - AEAD_TAG_LEN - 32);
	return OK;
}

/* The first login after an enrolment makes the vault. */
static err_t first_login(struct vault *v, struct proof *p, struct slice name)
{
	struct auth *a = v->auth;
	if (name.n == 0 || !utf8_is_name(name))
		return ERR_PEER_FORMAT;
	env_random(v->env, p->db_key.b, sizeof p->db_key.b);
	TRY(vaultdir_create(v->dir, v->env, &a->kf, &p->unlock_key, &p->db_key, name));
	auth_forget_pending(a);
	wipe(&a->next, sizeof a->next);
	a->has_next = false;
	a->folder = VAULTDIR_PRESENT;
	return vault_unlock(v, &p->db_key);
}

static err_t later_login(struct vault *v, struct proof *p, struct slice name)
{
	TRY(keyfile_unwrap(&v->auth->kf, SLOT_PASSPHRASE, &p->unlock_key, &p->db_key));
	if (name.n)
		return ERR_PEER_FORMAT;
	if (vault_is_unlocked(v)) {
		settings_asked(v);
		return ct_equal(p->db_key.b, v->ids->db_key.b, sizeof p->db_key.b) ? OK : ERR_LOCAL_SECRET;
	}
	return vault_unlock(v, &p->db_key);
}

err_t vault_on_auth_finish(struct vault *v, u32 req, const struct ipc_auth_finish *m)
{
	struct auth *a = v->auth;
	struct slice name;
	struct proof *p = auth_proof_new();
	err_t e = check_proof(a, m, p, &name);
	if (e == OK)
		e = a->folder == VAULTDIR_NONE ? first_login(v, p, name) : later_login(v, p, name);
	if (e == OK) {
		struct ipc_msg out = IPC_MSG(req, auth_finish_r, .ws_secret = {0});
		memcpy(out.auth_finish_r.ws_secret, p->ws_secret, sizeof out.auth_finish_r.ws_secret);
		vault_send(v, ROLE_WEB, &out);
		wipe(&out, sizeof out);
	}
	sodium_free(p); /* wipes */
	return e;
}
