#include <sodium.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/slice.h"
#include "base/utf8.h"
#include "client/client.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/opaque.h"
#include "os/os_env.h"

/* Empty context, and public keys for identities (docs/api.md). */
static const struct opaque_app app;

#define UNLOCK_KEY_LEN 32
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static json_t *bytes_json(const void *p, size_t n)
{
	char text[512];
	sodium_bin2base64(text, sizeof text, p, n, VARIANT);
	return json_string(text);
}

/* Calls method with one or two binary params and reads one binary member of the answer. want 0: none. */
static err_t exchange(struct client *c, const char *method, json_t *params, const char *member, u8 *ret, size_t want)
{
	json_t *result = NULL;
	TRY(client_call(c, method, params, &result));
	const char *text = member ? json_string_value(json_object_get(result, member)) : NULL;
	size_t n = 0;
	const char *end = NULL;
	bool good =
		!member || (text && sodium_base642bin(ret, want, text, strlen(text), NULL, &n, &end, VARIANT) == 0 &&
	                    *end == 0 && n == want);
	json_decref(result);
	return good ? OK : ERR_PEER_FORMAT;
}

static err_t enroll(struct client *c, struct slice passphrase)
{
	struct opaque_client_reg reg;
	u8 request[OPAQUE_REG_REQUEST_LEN], response[OPAQUE_REG_RESPONSE_LEN], record[OPAQUE_RECORD_LEN];
	u8 export_key[OPAQUE_KEY_LEN];
	TRY(opaque_client_reg_start(os_env(), passphrase, &reg, request));
	err_t e = exchange(c, "auth.register", json_pack("{s:o}", "request", bytes_json(request, sizeof request)),
	                   "response", response, sizeof response);
	if (e == OK)
		e = opaque_client_reg_finish(&reg, os_env(), &app, OPAQUE_KSF_DEFAULT, passphrase, response, record,
		                             export_key);
	if (e == OK)
		e = exchange(c, "auth.enroll", json_pack("{s:o}", "record", bytes_json(record, sizeof record)), NULL,
		             NULL, 0);
	wipe(&reg, sizeof reg);
	wipe(export_key, sizeof export_key);
	return e;
}

/* HKDF(salt, key, info), 32 bytes. */
static void derive(const char *salt, const u8 key[static OPAQUE_KEY_LEN], const char *info, u8 ret[static 32])
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str(salt), slice_of(key, OPAQUE_KEY_LEN), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), ret, 32);
	wipe(prk, sizeof prk);
}

/* sealed = AES-256-GCM(k_unlock, nonce 0^12, ad "boc unlock 1", unlock_key ‖ name) */
static err_t seal_unlock_key(const u8 session_key[static OPAQUE_KEY_LEN], const u8 export_key[static OPAQUE_KEY_LEN],
                             struct slice name, json_t **ret)
{
	static const u8 nonce[AEAD_NONCE_LEN];
	u8 k[32], plain[UNLOCK_KEY_LEN + MAX_NAME], sealed[sizeof plain + AEAD_TAG_LEN];
	derive("boc ws 1", session_key, "unlock", k);
	derive("boc vault 1", export_key, "unlock", plain);
	if (name.n)
		memcpy(plain + UNLOCK_KEY_LEN, name.p, name.n);
	size_t n = UNLOCK_KEY_LEN + name.n;
	err_t e = aesgcm_seal(k, nonce, slice_str("boc unlock 1"), slice_of(plain, n), sealed);
	if (e == OK)
		*ret = bytes_json(sealed, n + AEAD_TAG_LEN);
	wipe(k, sizeof k);
	wipe(plain, sizeof plain);
	return e;
}

static err_t log_in(struct client *c, struct slice passphrase, struct slice name)
{
	struct opaque_client_login login;
	u8 ke1[OPAQUE_KE1_LEN], ke2[OPAQUE_KE2_LEN], ke3[OPAQUE_KE3_LEN];
	u8 session_key[OPAQUE_KEY_LEN], export_key[OPAQUE_KEY_LEN];
	json_t *sealed = NULL;
	TRY(opaque_client_login_start(os_env(), passphrase, &login, ke1));
	err_t e = exchange(c, "auth.login", json_pack("{s:o}", "ke1", bytes_json(ke1, sizeof ke1)), "ke2", ke2,
	                   sizeof ke2);
	if (e == OK)
		e = opaque_client_login_finish(&login, &app, OPAQUE_KSF_DEFAULT, passphrase, ke2, ke3, session_key,
		                               export_key);
	if (e == OK)
		e = seal_unlock_key(session_key, export_key, name, &sealed);
	if (e == OK)
		e = exchange(c, "auth.finish",
		             json_pack("{s:o, s:o}", "ke3", bytes_json(ke3, sizeof ke3), "sealed", sealed), NULL, NULL,
		             0);
	wipe(&login, sizeof login);
	wipe(session_key, sizeof session_key);
	wipe(export_key, sizeof export_key);
	return e;
}

err_t client_login(struct client *c, const char *passphrase, const char *name)
{
	struct slice pass = slice_str(passphrase), who = slice_str(name ? name : "");
	json_t *state = NULL;
	if (!utf8_is_text(pass))
		return ERR_PEER_FORMAT;
	TRY(client_call(c, "auth.state", NULL, &state));
	const char *vault = json_string_value(json_object_get(state, "vault"));
	bool is_first = vault && strcmp(vault, "none") == 0;
	json_decref(state);
	if (!is_first)
		return log_in(c, pass, slice_of(NULL, 0));
	if (who.n == 0)
		return ERR_LOCAL_MISSING;
	if (who.n > MAX_NAME || !utf8_is_name(who))
		return ERR_PEER_FORMAT;
	TRY(enroll(c, pass));
	return log_in(c, pass, who);
}
