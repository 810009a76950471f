/* The client's half of RFC 9807, for the command line: the page has its own in WebAssembly. */
#include "crypto/kdf.h"
#include "crypto/opaque_parts.h"

err_t opaque_client_reg_start(const struct env *env, struct slice password, struct opaque_client_reg *ret_reg,
                              u8 ret_request[static OPAQUE_REG_REQUEST_LEN])
{
	return oprf_blind(env, password, ret_reg->blind, ret_request);
}

/* Finalize, stretch, extract. */
static err_t randomized_password(struct slice password, const u8 *blind, const u8 *evaluated, struct opaque_ksf ksf,
                                 u8 ret[static HASH_LEN])
{
	u8 oprf_output[HASH_LEN];

	err_t err = oprf_finalize(password, blind, evaluated, oprf_output);
	if (err == OK)
		err = opaque_randomize_password(oprf_output, ksf, ret);
	wipe(oprf_output, sizeof oprf_output);
	return err;
}

err_t opaque_client_reg_finish(struct opaque_client_reg *reg, const struct env *env, const struct opaque_app *app,
                               struct opaque_ksf ksf, struct slice password,
                               const u8 response[static OPAQUE_REG_RESPONSE_LEN],
                               u8 ret_record[static OPAQUE_RECORD_LEN], u8 ret_export_key[static OPAQUE_KEY_LEN])
{
	u8 randomized[HASH_LEN], nonce[NONCE_LEN];
	const u8 *server_pk = response + ELEMENT_LEN;
	struct envelope_keys k;

	err_t err = randomized_password(password, reg->blind, response, ksf, randomized);
	if (err == OK) {
		env_random(env, nonce, sizeof nonce);
		err = opaque_envelope(randomized, nonce, server_pk, app, &k);
	}
	if (err == OK) {
		u8 *envelope = ret_record + ELEMENT_LEN + HASH_LEN;
		memcpy(ret_record, k.client_pk, ELEMENT_LEN);
		opaque_masking_key(randomized, ret_record + ELEMENT_LEN);
		memcpy(envelope, nonce, NONCE_LEN);
		memcpy(envelope + NONCE_LEN, k.auth_tag, MAC_LEN);
		memcpy(ret_export_key, k.export_key, OPAQUE_KEY_LEN);
	}
	wipe(reg, sizeof *reg);
	wipe(randomized, sizeof randomized);
	wipe(&k, sizeof k);
	return err;
}

err_t opaque_client_login_start(const struct env *env, struct slice password, struct opaque_client_login *ret_login,
                                u8 ret_ke1[static OPAQUE_KE1_LEN])
{
	struct opaque_client_login l;
	u8 seed[SEED_LEN];

	err_t err = oprf_blind(env, password, l.blind, l.ke1);
	if (err == OK) {
		env_random(env, l.ke1 + ELEMENT_LEN, NONCE_LEN);
		env_random(env, seed, sizeof seed);
		err = opaque_derive_dh_key_pair(seed, l.share_sk, l.ke1 + ELEMENT_LEN + NONCE_LEN);
	}
	if (err == OK) {
		memcpy(ret_ke1, l.ke1, sizeof l.ke1);
		*ret_login = l;
	}
	wipe(&l, sizeof l);
	wipe(seed, sizeof seed);
	return err;
}

/* RecoverCredentials (6.3.2.3): unmasks the response and opens the envelope. ret_server_pk is authentic on OK. */
static err_t recover(const struct opaque_client_login *login, const struct opaque_app *app, struct opaque_ksf ksf,
                     struct slice password, const u8 ke2[static OPAQUE_KE2_LEN], struct envelope_keys *ret,
                     u8 ret_server_pk[static ELEMENT_LEN])
{
	const u8 *masking_nonce = ke2 + ELEMENT_LEN, *masked = masking_nonce + NONCE_LEN;
	u8 randomized[HASH_LEN], masking_key[HASH_LEN], clear[MASKED_LEN];
	const u8 *nonce = clear + ELEMENT_LEN, *tag = nonce + NONCE_LEN;

	err_t err = randomized_password(password, login->blind, ke2, ksf, randomized);
	if (err == OK) {
		opaque_masking_key(randomized, masking_key);
		opaque_mask(masking_key, masking_nonce, masked, clear);
		err = opaque_envelope(randomized, nonce, clear, app, ret);
	}
	if (err == OK && !ct_equal(ret->auth_tag, tag, MAC_LEN))
		err = ERR_LOCAL_SECRET;
	if (err == OK)
		memcpy(ret_server_pk, clear, ELEMENT_LEN);
	wipe(randomized, sizeof randomized);
	wipe(masking_key, sizeof masking_key);
	wipe(clear, sizeof clear);
	return err;
}

/* The three products of AuthClientFinalize (6.4.3). */
static err_t dh3(const struct opaque_client_login *login, const u8 *client_sk, const u8 *server_share,
                 const u8 *server_pk, u8 ret_ikm[static IKM_LEN])
{
	TRY(oprf_evaluate(login->share_sk, server_share, ret_ikm));
	TRY(oprf_evaluate(login->share_sk, server_pk, ret_ikm + ELEMENT_LEN));
	return oprf_evaluate(client_sk, server_share, ret_ikm + IKM_LEN - ELEMENT_LEN);
}

err_t opaque_client_login_finish(struct opaque_client_login *login, const struct opaque_app *app, struct opaque_ksf ksf,
                                 struct slice password, const u8 ke2[static OPAQUE_KE2_LEN],
                                 u8 ret_ke3[static OPAQUE_KE3_LEN], u8 ret_session_key[static OPAQUE_KEY_LEN],
                                 u8 ret_export_key[static OPAQUE_KEY_LEN])
{
	const u8 *server_share = ke2 + CREDENTIAL_RESPONSE_LEN + NONCE_LEN,
		 *server_mac = ke2 + OPAQUE_KE2_LEN - MAC_LEN;
	u8 server_pk[ELEMENT_LEN], ikm[IKM_LEN];
	struct envelope_keys e;
	struct opaque_3dh_keys k;

	err_t err = app->context.n > UINT16_MAX ? ERR_BUG : OK;
	if (err == OK)
		err = recover(login, app, ksf, password, ke2, &e, server_pk);
	if (err == OK)
		err = dh3(login, e.client_sk, server_share, server_pk, ikm);
	if (err == OK) {
		opaque_3dh(ikm, &(struct transcript){app, e.client_pk, server_pk, login->ke1, ke2}, &k);
		if (!ct_equal(k.server_mac, server_mac, MAC_LEN))
			err = ERR_PEER_CRYPTO;
	}
	if (err == OK) {
		memcpy(ret_ke3, k.client_mac, MAC_LEN);
		memcpy(ret_session_key, k.session_key, OPAQUE_KEY_LEN);
		memcpy(ret_export_key, e.export_key, OPAQUE_KEY_LEN);
	}
	wipe(login, sizeof *login);
	wipe(ikm, sizeof ikm);
	wipe(&e, sizeof e);
	wipe(&k, sizeof k);
	return err;
}
