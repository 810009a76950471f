/* Who may open the vault, changed by who may: another passphrase, the recovery key. The database key stays. */
#include <sodium.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "vault/auth_priv.h"
#include "vault/backup.h"
#include "wire/recovery_text.h"

static const u8 nonce_zero[AEAD_NONCE_LEN]; /* each key seals once */

/* p->kf becomes the key file. Logins that are under way belong to the one before. */
static err_t replace(struct vault *v, struct proof *p)
{
	struct auth *a = v->auth;
	/* One that is being made would open with the keys that were. */
	backup_stop(v);
	err_t e = keyfile_write(v->dir, &p->kf);
	if (e == OK)
		a->kf = p->kf;
	else
		a->folder = vaultdir_open(v->dir, &a->kf); /* whichever of the two is there */
	auth_forget_pending(a);
	wipe(&a->next, sizeof a->next);
	a->has_next = false;
	return e;
}

/* Opens `sealed`, bound to the record and to the keys it was made with: a record made with others would open never. */
static err_t open_change(const struct auth *a, const struct ipc_auth_change *m, struct proof *p)
{
	u8 bound[12 + sizeof a->next.pk + OPAQUE_RECORD_LEN];
	if (m->sealed.n != 64 + AEAD_TAG_LEN)
		return ERR_LOCAL_SECRET;
	auth_ws_key(p->session_key, "change", p->key, sizeof p->key);
	memcpy(bound, "boc change 1", 12);
	memcpy(bound + 12, a->next.pk, sizeof a->next.pk);
	memcpy(bound + 12 + sizeof a->next.pk, m->record, sizeof m->record);
	if (aesgcm_open(p->key, nonce_zero, slice_of(bound, sizeof bound), m->sealed, p->opened) != OK)
		return ERR_LOCAL_SECRET;
	memcpy(p->unlock_key.b, p->opened, 32);
	memcpy(p->new_unlock_key.b, p->opened + 32, 32);
	return OK;
}

static err_t change(struct vault *v, const struct ipc_auth_change *m, struct proof *p)
{
	struct auth *a = v->auth;
	if (a->folder != VAULTDIR_PRESENT)
		return a->folder == VAULTDIR_NONE ? ERR_PEER_POLICY : ERR_LOCAL_STORE;
	if (!a->has_next)
		return ERR_PEER_POLICY;
	TRY(auth_prove(a, m->login, m->ke3, p));
	TRY(open_change(a, m, p));
	if (!opaque_record_is_valid(m->record))
		return ERR_PEER_FORMAT;
	TRY(keyfile_unwrap(&a->kf, p->slot, &p->unlock_key, &p->db_key));
	p->kf = a->kf;
	struct keyslot *s = &p->kf.slots[SLOT_PASSPHRASE];
	s->server = a->next;
	s->ksf = OPAQUE_KSF_DEFAULT;
	memcpy(s->record, m->record, sizeof s->record);
	TRY(keyfile_wrap(&p->kf, SLOT_PASSPHRASE, v->env, &p->new_unlock_key, &p->db_key));
	return replace(v, p);
}

err_t vault_on_auth_change(struct vault *v, u32 req, const struct ipc_auth_change *m)
{
	struct proof *p = auth_proof_new();
	err_t e = change(v, m, p);
	sodium_free(p); /* wipes */
	if (e != OK)
		return e;
	log_info("the passphrase was changed");
	vault_send(v, ROLE_WEB, &IPC_MSG(req, auth_change_r));
	return OK;
}

/* The client's part of a registration, with the text for a password. Fills the slot in p->kf but for what it wraps. */
static err_t enroll_recovery(const struct vault *v, struct proof *p)
{
	const struct opaque_app app = {0};
	struct slice password = slice_of(p->text, sizeof p->text);
	struct keyslot *s = &p->kf.slots[SLOT_RECOVERY];
	struct opaque_client_reg reg;
	u8 request[OPAQUE_REG_REQUEST_LEN], response[OPAQUE_REG_RESPONSE_LEN], prk[SHA512_LEN];
	s->ksf = OPAQUE_KSF_RANDOM;
	TRY(opaque_server_keys_new(v->env, &s->server));
	TRY(opaque_client_reg_start(v->env, password, &reg, request));
	TRY(opaque_server_reg_response(&s->server, AUTH_OWNER, request, response));
	TRY(opaque_client_reg_finish(&reg, v->env, &app, s->ksf, password, response, s->record, p->export_key));
	hkdf_extract(slice_str("boc vault 1"), slice_of(p->export_key, sizeof p->export_key), prk);
	hkdf_expand(prk, PARTS(slice_str("unlock")), p->unlock_key.b, sizeof p->unlock_key.b);
	wipe(prk, sizeof prk);
	return OK;
}

static err_t create(struct vault *v, const struct ipc_recovery_create *m, struct proof *p,
                    u8 ret_sealed[static RECOVERY_CHARS + AEAD_TAG_LEN])
{
	struct auth *a = v->auth;
	TRY(auth_prove(a, m->login, m->ke3, p));
	if (p->slot != SLOT_PASSPHRASE)
		return ERR_LOCAL_SECRET;
	env_random(v->env, p->recovery, sizeof p->recovery);
	recovery_text_encode(p->recovery, p->text);
	p->kf = a->kf;
	p->kf.has_recovery = true;
	TRY(enroll_recovery(v, p));
	TRY(keyfile_wrap(&p->kf, SLOT_RECOVERY, v->env, &p->unlock_key, &v->ids->db_key));
	auth_ws_key(p->session_key, "recovery", p->key, sizeof p->key);
	TRY(aesgcm_seal(p->key, nonce_zero, slice_str("boc recovery 1"), slice_of(p->text, sizeof p->text),
	                ret_sealed));
	return replace(v, p);
}

err_t vault_on_recovery_create(struct vault *v, u32 req, const struct ipc_recovery_create *m)
{
	struct ipc_msg out = IPC_MSG(req, recovery_key, .sealed = {0});
	struct proof *p = auth_proof_new();
	err_t e = create(v, m, p, out.recovery_key.sealed);
	sodium_free(p); /* wipes */
	if (e != OK)
		return e;
	log_info("a recovery key was made");
	vault_send(v, ROLE_WEB, &out);
	return OK;
}

err_t vault_on_backup_create(struct vault *v, u32 req, const struct ipc_backup_create *m)
{
	struct ipc_msg out = IPC_MSG(req, backup_begun, .id = {0});
	struct proof *p = auth_proof_new();
	err_t e = auth_prove(v->auth, m->login, m->ke3, p);
	if (e == OK && p->slot != SLOT_PASSPHRASE)
		e = ERR_LOCAL_SECRET;
	sodium_free(p); /* wipes */
	TRY(e);
	TRY(backup_begin(v, out.backup_begun.id));
	log_info("a backup is made");
	vault_send(v, ROLE_WEB, &out);
	return OK;
}

bool auth_has_recovery(const struct auth *a)
{
	return a->kf.has_recovery;
}

err_t vault_on_recovery_remove(struct vault *v, u32 req, const struct ipc_recovery_remove *m)
{
	(void)m;
	if (!v->auth->kf.has_recovery)
		return ERR_LOCAL_MISSING;
	struct proof *p = auth_proof_new();
	p->kf = v->auth->kf;
	p->kf.has_recovery = false;
	wipe(&p->kf.slots[SLOT_RECOVERY], sizeof p->kf.slots[SLOT_RECOVERY]);
	err_t e = replace(v, p);
	sodium_free(p); /* wipes */
	if (e != OK)
		return e;
	log_info("the recovery key was removed");
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}
