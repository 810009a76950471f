#include "vault/auth.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "vault/state.h"
#include "vault/vaultdir.h"

/* Logins under way at once; one more drops the oldest. */
#define MAX_PENDING 8

/* The one user of this server, for the OPRF key. */
#define CREDENTIAL slice_str("owner")

struct pending {
	u32 number; /* 0: free */
	struct opaque_server_login login;
};

/* Secrets while a login finishes; in guarded memory. */
struct proof {
	u8 session_key[OPAQUE_KEY_LEN];
	u8 key[32];
	u8 opened[32 + MAX_NAME];
	struct secret32 unlock_key, db_key;
	u8 ws_secret[64];
};

struct auth {
	enum vaultdir_state folder;
	struct keyfile kf; /* of the folder; before there is a vault: what it will get */
	bool has_keys;     /* before there is a vault: kf.server is made */
	bool is_enrolled;  /* before there is a vault: kf.record is set */
	struct pending pending[MAX_PENDING];
	u32 last_number;
};

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

static void forget_pending(struct auth *a)
{
	wipe(a->pending, sizeof a->pending);
}

void auth_forget(struct auth *a)
{
	forget_pending(a);
	if (a->folder != VAULTDIR_NONE)
		return;
	wipe(&a->kf, sizeof a->kf);
	a->has_keys = a->is_enrolled = false;
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
	if (a->folder != VAULTDIR_NONE)
		return ERR_LOCAL_EXISTS;
	if (!a->has_keys)
		TRY(opaque_server_keys_new(v->env, &a->kf.server));
	a->has_keys = true;
	TRY(opaque_server_reg_response(&a->kf.server, CREDENTIAL, m->request, out.auth_register_r.response));
	vault_send(v, ROLE_WEB, &out);
	return OK;
}

err_t vault_on_auth_enroll(struct vault *v, u32 req, const struct ipc_auth_enroll *m)
{
	struct auth *a = v->auth;
	if (a->folder != VAULTDIR_NONE)
		return ERR_LOCAL_EXISTS;
	if (!a->has_keys)
		return ERR_PEER_POLICY;
	if (!opaque_record_is_valid(m->record))
		return ERR_PEER_FORMAT;
	forget_pending(a); /* they belong to another record */
	memcpy(a->kf.record, m->record, sizeof a->kf.record);
	a->kf.ksf = OPAQUE_KSF_DEFAULT;
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

err_t vault_on_auth_login(struct vault *v, u32 req, const struct ipc_auth_login *m)
{
	struct auth *a = v->auth;
	const struct opaque_app app = {0};
	struct pending p;
	struct ipc_msg out = IPC_MSG(req, auth_login_r, .login = 0);
	if (a->folder == VAULTDIR_DAMAGED)
		return ERR_LOCAL_DAMAGED;
	if (a->folder == VAULTDIR_NONE && !a->is_enrolled)
		return ERR_PEER_POLICY;
	TRY(opaque_server_login_start(&a->kf.server, v->env, &app, CREDENTIAL, a->kf.record, m->ke1,
	                              out.auth_login_r.ke2, &p.login));
	if (++a->last_number == 0) {
		forget_pending(a); /* numbers start again */
		a->last_number = 1;
	}
	p.number = out.auth_login_r.login = a->last_number;
	*place(a) = p;
	wipe(&p, sizeof p);
	vault_send(v, ROLE_WEB, &out);
	return OK;
}

/* HKDF("boc ws 1", session_key, info, n) */
static void ws_key(const u8 session_key[static OPAQUE_KEY_LEN], const char *info, u8 *out, size_t n)
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str("boc ws 1"), slice_of(session_key, OPAQUE_KEY_LEN), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), out, n);
	wipe(prk, sizeof prk);
}

/* Checks the client's proof and opens `sealed`: fills p. ERR_LOCAL_SECRET whatever is wrong. */
static err_t check_proof(struct auth *a, const struct ipc_auth_finish *m, struct proof *p, struct slice *ret_name)
{
	static const u8 nonce[AEAD_NONCE_LEN] = {0};
	struct pending *login = NULL;
	for (size_t i = 0; i < MAX_PENDING; i++)
		if (m->login && a->pending[i].number == m->login)
			login = &a->pending[i];
	if (!login)
		return ERR_LOCAL_SECRET;
	login->number = 0; /* one try */
	if (opaque_server_login_finish(&login->login, m->ke3, p->session_key) != OK)
		return ERR_LOCAL_SECRET;
	ws_key(p->session_key, "unlock", p->key, sizeof p->key);
	ws_key(p->session_key, "ws", p->ws_secret, sizeof p->ws_secret);
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
	forget_pending(a);
	a->folder = VAULTDIR_PRESENT;
	return vault_unlock(v, &p->db_key);
}

static err_t later_login(struct vault *v, struct proof *p, struct slice name)
{
	TRY(keyfile_unwrap(&v->auth->kf, &p->unlock_key, &p->db_key));
	if (name.n)
		return ERR_PEER_FORMAT;
	if (v->store)
		return ct_equal(p->db_key.b, v->ids->db_key.b, sizeof p->db_key.b) ? OK : ERR_LOCAL_SECRET;
	return vault_unlock(v, &p->db_key);
}

err_t vault_on_auth_finish(struct vault *v, u32 req, const struct ipc_auth_finish *m)
{
	struct auth *a = v->auth;
	struct slice name;
	struct proof *p = sodium_malloc(sizeof *p);
	if (!p)
		abort();
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
