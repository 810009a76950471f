/* Another passphrase, and the recovery key (docs/api.md, "Keys"). */
#include <stdio.h>

#include "base/slice.h"
#include "base/utf8.h"
#include "client/login_priv.h"
#include "crypto/aead.h"
#include "wire/recovery_text.h"

static const u8 nonce[AEAD_NONCE_LEN];

/* sealed = AES-256-GCM(k_change, nonce 0^12, ad "boc change 1" ‖ server_pk ‖ record, unlock_key ‖ new unlock_key) */
static err_t seal_change(const struct login_proof *p, const struct login_record *r, json_t **ret)
{
	u8 k[32], plain[2 * UNLOCK_KEY_LEN], sealed[sizeof plain + AEAD_TAG_LEN], ad[12 + 32 + OPAQUE_RECORD_LEN];
	login_derive("boc ws 1", p->session_key, "change", k);
	login_derive("boc vault 1", p->export_key, "unlock", plain);
	memcpy(plain + UNLOCK_KEY_LEN, r->unlock_key, UNLOCK_KEY_LEN);
	memcpy(ad, "boc change 1", 12);
	memcpy(ad + 12, r->server_pk, 32);
	memcpy(ad + 44, r->bytes, sizeof r->bytes);
	err_t e = aesgcm_seal(k, nonce, slice_of(ad, sizeof ad), slice_of(plain, sizeof plain), sealed);
	if (e == OK)
		*ret = login_json(sealed, sizeof sealed);
	wipe(k, sizeof k);
	wipe(plain, sizeof plain);
	return e;
}

/* method: auth.login or auth.recover. */
static err_t set_passphrase(struct client *c, const char *method, struct slice secret, struct slice passphrase)
{
	struct login_proof p;
	struct login_record r;
	json_t *sealed = NULL;
	if (!utf8_is_text(passphrase))
		return ERR_PEER_FORMAT;
	/* The record first: a login has to end within LOGIN_MS, and making one takes a second. */
	err_t e = login_register(c, passphrase, &r);
	if (e == OK)
		e = login_prove(c, method, secret, &p);
	if (e == OK)
		e = seal_change(&p, &r, &sealed);
	if (e == OK)
		e = client_call(c, "auth.change",
		                json_pack("{s:o, s:o, s:o}", "ke3", login_json(p.ke3, sizeof p.ke3), "sealed", sealed,
		                          "record", login_json(r.bytes, sizeof r.bytes)),
		                NULL);
	wipe(&p, sizeof p);
	wipe(&r, sizeof r);
	return e;
}

err_t client_change(struct client *c, const char *passphrase, const char *new_passphrase)
{
	return set_passphrase(c, "auth.login", slice_str(passphrase), slice_str(new_passphrase));
}

err_t client_recover(struct client *c, const char *key, const char *new_passphrase)
{
	u8 text[RECOVERY_CHARS];
	TRY(recovery_text_read(slice_str(key), text));
	err_t e = set_passphrase(c, "auth.recover", slice_of(text, sizeof text), slice_str(new_passphrase));
	wipe(text, sizeof text);
	return e;
}

err_t client_recovery_key(struct client *c, const char *passphrase, char ret[static CLIENT_RECOVERY_CAP])
{
	_Static_assert(CLIENT_RECOVERY_CAP == RECOVERY_PRINTED_CAP, "client.h does not see wire/");
	struct login_proof p;
	u8 k[32], sealed[RECOVERY_CHARS + AEAD_TAG_LEN], text[RECOVERY_CHARS];
	json_t *result = NULL;
	err_t e = login_prove(c, "auth.login", slice_str(passphrase), &p);
	if (e == OK)
		e = client_call(c, "auth.recovery", json_pack("{s:o}", "ke3", login_json(p.ke3, sizeof p.ke3)),
		                &result);
	if (e == OK && !login_bytes(result, "sealed", sealed, sizeof sealed))
		e = ERR_PEER_FORMAT;
	json_decref(result);
	if (e == OK) {
		login_derive("boc ws 1", p.session_key, "recovery", k);
		e = aesgcm_open(k, nonce, slice_str("boc recovery 1"), slice_of(sealed, sizeof sealed), text);
	}
	if (e == OK)
		recovery_text_print(text, ret);
	wipe(&p, sizeof p);
	wipe(k, sizeof k);
	wipe(text, sizeof text);
	return e;
}

err_t client_backup(struct client *c, const char *passphrase, char ret_id[static CLIENT_BACKUP_ID_CAP])
{
	struct login_proof p;
	json_t *result = NULL;
	err_t e = login_prove(c, "auth.login", slice_str(passphrase), &p);
	if (e == OK)
		e = client_call(c, "backup.create", json_pack("{s:o}", "ke3", login_json(p.ke3, sizeof p.ke3)),
		                &result);
	wipe(&p, sizeof p);
	const char *id = json_string_value(json_object_get(result, "backup"));
	if (e == OK && (!id || strlen(id) != CLIENT_BACKUP_ID_CAP - 1))
		e = ERR_PEER_FORMAT;
	if (e == OK)
		snprintf(ret_id, CLIENT_BACKUP_ID_CAP, "%s", id);
	json_decref(result);
	return e;
}
