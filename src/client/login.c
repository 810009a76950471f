#include <sodium.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/slice.h"
#include "base/utf8.h"
#include "client/login_priv.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "os/os_env.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define KSF_MAX_ITERATIONS 64         /* more is no version of this program, and would hold this process for ever */
#define KSF_MAX_MEMORY_KIB (1u << 20) /* 1 GiB */

const struct opaque_app login_app;

json_t *login_json(const void *p, size_t n)
{
	char text[512];
	sodium_bin2base64(text, sizeof text, p, n, VARIANT);
	return json_string(text);
}

bool login_bytes(const json_t *result, const char *member, u8 *ret, size_t want)
{
	const char *text = json_string_value(json_object_get(result, member)), *end = NULL;
	size_t n = 0;
	return text && sodium_base642bin(ret, want, text, strlen(text), NULL, &n, &end, VARIANT) == 0 && *end == 0 &&
	       n == want;
}

void login_derive(const char *salt, const u8 key[static OPAQUE_KEY_LEN], const char *info, u8 ret[static 32])
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str(salt), slice_of(key, OPAQUE_KEY_LEN), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), ret, 32);
	wipe(prk, sizeof prk);
}

err_t login_register(struct client *c, struct slice passphrase, struct login_record *ret)
{
	struct opaque_client_reg reg;
	u8 request[OPAQUE_REG_REQUEST_LEN], response[OPAQUE_REG_RESPONSE_LEN], export_key[OPAQUE_KEY_LEN];
	json_t *result = NULL;
	TRY(opaque_client_reg_start(os_env(), passphrase, &reg, request));
	err_t e = client_call(c, "auth.register", json_pack("{s:o}", "request", login_json(request, sizeof request)),
	                      &result);
	if (e == OK && !login_bytes(result, "response", response, sizeof response))
		e = ERR_PEER_FORMAT;
	json_decref(result);
	if (e == OK)
		e = opaque_client_reg_finish(&reg, os_env(), &login_app, OPAQUE_KSF_DEFAULT, passphrase, response,
		                             ret->bytes, export_key);
	if (e == OK) {
		memcpy(ret->server_pk, response + sizeof response - sizeof ret->server_pk, sizeof ret->server_pk);
		login_derive("boc vault 1", export_key, "unlock", ret->unlock_key);
	}
	wipe(&reg, sizeof reg);
	wipe(export_key, sizeof export_key);
	return e;
}

static err_t enroll(struct client *c, struct slice passphrase)
{
	struct login_record record;
	err_t e = login_register(c, passphrase, &record);
	if (e == OK)
		e = client_call(c, "auth.enroll",
		                json_pack("{s:o}", "record", login_json(record.bytes, sizeof record.bytes)), NULL);
	wipe(&record, sizeof record);
	return e;
}

static bool read_ksf(const json_t *result, struct opaque_ksf *ret)
{
	const json_t *ksf = json_object_get(result, "ksf");
	json_int_t iterations = json_integer_value(json_object_get(ksf, "iterations")),
		   memory = json_integer_value(json_object_get(ksf, "memory"));
	if (iterations < 1 || iterations > KSF_MAX_ITERATIONS || memory < 8 || memory > KSF_MAX_MEMORY_KIB)
		return false;
	*ret = (struct opaque_ksf){.iterations = (u32)iterations, .memory_kib = (u32)memory};
	return true;
}

err_t login_prove(struct client *c, const char *method, struct slice secret, struct login_proof *ret)
{
	struct opaque_client_login login;
	u8 ke1[OPAQUE_KE1_LEN], ke2[OPAQUE_KE2_LEN];
	json_t *result = NULL;
	TRY(opaque_client_login_start(os_env(), secret, &login, ke1));
	err_t e = client_call(c, method, json_pack("{s:o}", "ke1", login_json(ke1, sizeof ke1)), &result);
	if (e == OK && (!login_bytes(result, "ke2", ke2, sizeof ke2) || !read_ksf(result, &ret->ksf)))
		e = ERR_PEER_FORMAT;
	json_decref(result);
	if (e == OK)
		e = opaque_client_login_finish(&login, &login_app, ret->ksf, secret, ke2, ret->ke3, ret->session_key,
		                               ret->export_key);
	wipe(&login, sizeof login);
	return e;
}

/* sealed = AES-256-GCM(k_unlock, nonce 0^12, ad "boc unlock 1", unlock_key ‖ name) */
static err_t seal_unlock_key(const struct login_proof *p, struct slice name, json_t **ret)
{
	static const u8 nonce[AEAD_NONCE_LEN];
	u8 k[32], plain[UNLOCK_KEY_LEN + MAX_NAME], sealed[sizeof plain + AEAD_TAG_LEN];
	login_derive("boc ws 1", p->session_key, "unlock", k);
	login_derive("boc vault 1", p->export_key, "unlock", plain);
	if (name.n)
		memcpy(plain + UNLOCK_KEY_LEN, name.p, name.n);
	size_t n = UNLOCK_KEY_LEN + name.n;
	err_t e = aesgcm_seal(k, nonce, slice_str("boc unlock 1"), slice_of(plain, n), sealed);
	if (e == OK)
		*ret = login_json(sealed, n + AEAD_TAG_LEN);
	wipe(k, sizeof k);
	wipe(plain, sizeof plain);
	return e;
}

static err_t log_in(struct client *c, struct slice passphrase, struct slice name, struct opaque_ksf *ret_ksf)
{
	struct login_proof p;
	json_t *sealed = NULL;
	err_t e = login_prove(c, "auth.login", passphrase, &p);
	if (e == OK)
		e = seal_unlock_key(&p, name, &sealed);
	if (e == OK)
		e = client_call(c, "auth.finish",
		                json_pack("{s:o, s:o}", "ke3", login_json(p.ke3, sizeof p.ke3), "sealed", sealed),
		                NULL);
	if (e == OK)
		*ret_ksf = p.ksf;
	wipe(&p, sizeof p);
	return e;
}

static bool is_below(struct opaque_ksf have, struct opaque_ksf want)
{
	return have.iterations < want.iterations || have.memory_kib < want.memory_kib;
}

err_t client_login(struct client *c, const char *passphrase, const char *name)
{
	struct slice pass = slice_str(passphrase), who = slice_str(name ? name : "");
	struct opaque_ksf ksf;
	json_t *state = NULL;
	if (!utf8_is_text(pass))
		return ERR_PEER_FORMAT;
	TRY(client_call(c, "auth.state", NULL, &state));
	const char *vault = json_string_value(json_object_get(state, "vault"));
	bool is_first = vault && strcmp(vault, "none") == 0;
	json_decref(state);
	if (!is_first) {
		TRY(log_in(c, pass, slice_of(NULL, 0), &ksf));
		/* Only who knows the passphrase can stretch it more. Should this fail, the next login does it. */
		return is_below(ksf, OPAQUE_KSF_DEFAULT) && client_change(c, passphrase, passphrase) == ERR_LOCAL_IO
		               ? ERR_LOCAL_IO
		               : OK;
	}
	if (who.n == 0)
		return ERR_LOCAL_MISSING;
	if (who.n > MAX_NAME || !utf8_is_name(who))
		return ERR_PEER_FORMAT;
	TRY(enroll(c, pass));
	return log_in(c, pass, who, &ksf);
}
