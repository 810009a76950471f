/* The server's half of RFC 9807. */
#include <sodium.h>

#include "crypto/kdf.h"
#include "crypto/opaque_parts.h"

err_t opaque_server_keys_new(const struct env *env, struct opaque_server_keys *ret_keys)
{
	struct opaque_server_keys k;
	u8 seed[SEED_LEN];

	env_random(env, k.oprf_seed, sizeof k.oprf_seed);
	env_random(env, seed, sizeof seed);
	err_t err = opaque_derive_dh_key_pair(seed, k.sk, k.pk);
	if (err == OK)
		*ret_keys = k;
	wipe(&k, sizeof k);
	wipe(seed, sizeof seed);
	return err;
}

/* "seed = Expand(oprf_seed, concat(credential_identifier, "OprfKey"), Nok)", then BlindEvaluate with the key of it. */
static err_t evaluate_for(const struct opaque_server_keys *keys, struct slice credential_id,
                          const u8 blinded[static ELEMENT_LEN], u8 ret_evaluated[static ELEMENT_LEN])
{
	u8 seed[SEED_LEN], oprf_key[SCALAR_LEN];

	hkdf_expand(keys->oprf_seed, PARTS(credential_id, slice_str("OprfKey")), seed, sizeof seed);
	err_t err = oprf_derive_key_pair(seed, "OPAQUE-DeriveKeyPair", oprf_key, NULL);
	if (err == OK)
		err = oprf_evaluate(oprf_key, blinded, ret_evaluated);
	wipe(seed, sizeof seed);
	wipe(oprf_key, sizeof oprf_key);
	return err;
}

err_t opaque_server_reg_response(const struct opaque_server_keys *keys, struct slice credential_id,
                                 const u8 request[static OPAQUE_REG_REQUEST_LEN],
                                 u8 ret_response[static OPAQUE_REG_RESPONSE_LEN])
{
	u8 evaluated[ELEMENT_LEN];

	TRY(evaluate_for(keys, credential_id, request, evaluated));
	memcpy(ret_response, evaluated, ELEMENT_LEN);
	memcpy(ret_response + ELEMENT_LEN, keys->pk, ELEMENT_LEN);
	return OK;
}

bool opaque_record_is_valid(const u8 record[static OPAQUE_RECORD_LEN])
{
	static const u8 identity[ELEMENT_LEN];

	return crypto_core_ristretto255_is_valid_point(record) == 1 && memcmp(record, identity, ELEMENT_LEN) != 0;
}

err_t opaque_fake_record(const struct opaque_server_keys *keys, u8 ret_record[static OPAQUE_RECORD_LEN])
{
	u8 seed[SEED_LEN], sk[SCALAR_LEN], record[OPAQUE_RECORD_LEN] = {0}; /* the envelope stays zero */

	/* Neither info ends in "OprfKey", so no user's OPRF key is among these. */
	hkdf_expand(keys->oprf_seed, PARTS(slice_str("fake record, PrivateKey")), seed, sizeof seed);
	hkdf_expand(keys->oprf_seed, PARTS(slice_str("fake record, MaskingKey")), record + ELEMENT_LEN, HASH_LEN);
	err_t err = opaque_derive_dh_key_pair(seed, sk, record);
	if (err == OK)
		memcpy(ret_record, record, sizeof record);
	wipe(seed, sizeof seed);
	wipe(sk, sizeof sk);
	wipe(record, sizeof record);
	return err;
}

/* CreateCredentialResponse (6.3.2.2): fills the first 192 bytes of KE2. */
static err_t credential_response(const struct opaque_server_keys *keys, const struct env *env,
                                 struct slice credential_id, const u8 record[static OPAQUE_RECORD_LEN],
                                 const u8 ke1[static OPAQUE_KE1_LEN], u8 ret[static CREDENTIAL_RESPONSE_LEN])
{
	const u8 *masking_key = record + ELEMENT_LEN, *envelope = masking_key + HASH_LEN;
	u8 clear[MASKED_LEN], nonce[NONCE_LEN];

	TRY(evaluate_for(keys, credential_id, ke1, ret));
	env_random(env, nonce, sizeof nonce);
	memcpy(ret + ELEMENT_LEN, nonce, sizeof nonce);
	memcpy(clear, keys->pk, ELEMENT_LEN);
	memcpy(clear + ELEMENT_LEN, envelope, ENVELOPE_LEN);
	opaque_mask(masking_key, nonce, clear, ret + ELEMENT_LEN + NONCE_LEN);
	wipe(clear, sizeof clear);
	return OK;
}

/* AuthServerRespond (6.4.4) without the MAC: nonce and key share into KE2, ikm from the three products. */
static err_t key_share(const struct opaque_server_keys *keys, const struct env *env, const u8 *client_pk,
                       const u8 *client_share, u8 ret_nonce_share[static NONCE_LEN + ELEMENT_LEN],
                       u8 ret_ikm[static IKM_LEN])
{
	u8 seed[SEED_LEN], sk[SCALAR_LEN];

	env_random(env, ret_nonce_share, NONCE_LEN);
	env_random(env, seed, sizeof seed);
	err_t err = opaque_derive_dh_key_pair(seed, sk, ret_nonce_share + NONCE_LEN);
	/* "dh1 = SerializeElement(server_private_keyshare * ke1.client_public_keyshare)" and so on */
	if (err == OK)
		err = oprf_evaluate(sk, client_share, ret_ikm);
	if (err == OK)
		err = oprf_evaluate(keys->sk, client_share, ret_ikm + ELEMENT_LEN);
	if (err == OK && oprf_evaluate(sk, client_pk, ret_ikm + IKM_LEN - ELEMENT_LEN) != OK)
		err = ERR_LOCAL_CRYPTO; /* our own record is broken */
	wipe(seed, sizeof seed);
	wipe(sk, sizeof sk);
	return err;
}

err_t opaque_server_login_start(const struct opaque_server_keys *keys, const struct env *env,
                                const struct opaque_app *app, struct slice credential_id,
                                const u8 record[static OPAQUE_RECORD_LEN], const u8 ke1[static OPAQUE_KE1_LEN],
                                u8 ret_ke2[static OPAQUE_KE2_LEN], struct opaque_server_login *ret_login)
{
	const u8 *client_share = ke1 + ELEMENT_LEN + NONCE_LEN;
	u8 ke2[OPAQUE_KE2_LEN], ikm[IKM_LEN];
	struct opaque_3dh_keys k;

	if (app->context.n > UINT16_MAX || app->client_id.n > UINT16_MAX || app->server_id.n > UINT16_MAX)
		return ERR_BUG;
	err_t err = credential_response(keys, env, credential_id, record, ke1, ke2);
	if (err == OK)
		err = key_share(keys, env, record, client_share, ke2 + CREDENTIAL_RESPONSE_LEN, ikm);
	if (err == OK) {
		opaque_3dh(ikm, &(struct transcript){app, record, keys->pk, ke1, ke2}, &k);
		memcpy(ke2 + OPAQUE_KE2_LEN - MAC_LEN, k.server_mac, MAC_LEN);
		memcpy(ret_ke2, ke2, sizeof ke2);
		memcpy(ret_login->expected_client_mac, k.client_mac, MAC_LEN);
		memcpy(ret_login->session_key, k.session_key, OPAQUE_KEY_LEN);
	}
	wipe(ikm, sizeof ikm);
	wipe(&k, sizeof k);
	return err;
}

err_t opaque_server_login_finish(struct opaque_server_login *login, const u8 ke3[static OPAQUE_KE3_LEN],
                                 u8 ret_session_key[static OPAQUE_KEY_LEN])
{
	err_t err = ct_equal(login->expected_client_mac, ke3, MAC_LEN) ? OK : ERR_PEER_CRYPTO;

	if (err == OK)
		memcpy(ret_session_key, login->session_key, OPAQUE_KEY_LEN);
	opaque_server_login_wipe(login);
	return err;
}
