/* RFC 9807 section 4: the envelope, and the mask over it on the wire. */
#include "crypto/argon.h"
#include "crypto/kdf.h"
#include "crypto/opaque_parts.h"

err_t opaque_randomize_password(const u8 oprf_output[static HASH_LEN], struct opaque_ksf ksf,
                                u8 ret_randomized[static HASH_LEN])
{
	static const u8
		salt[ARGON_SALT_LEN]; /* zeros, as opaque-ke does: the OPRF output is the salted value already */
	u8 both[2 * HASH_LEN];        /* oprf_output || stretched */
	err_t err = OK;

	memcpy(both, oprf_output, HASH_LEN);
	if (ksf.iterations == 0)
		memcpy(both + HASH_LEN, oprf_output, HASH_LEN);
	else
		err = argon2id(slice_of(oprf_output, HASH_LEN), salt,
		               (struct argon_cost){.iterations = ksf.iterations, .memory_kib = ksf.memory_kib},
		               both + HASH_LEN, HASH_LEN);
	if (err == OK)
		hkdf_extract(slice_of(NULL, 0), slice_of(both, sizeof both), ret_randomized);
	wipe(both, sizeof both);
	return err;
}

void opaque_masking_key(const u8 randomized[static HASH_LEN], u8 ret[static HASH_LEN])
{
	hkdf_expand(randomized, PARTS(slice_str("MaskingKey")), ret, HASH_LEN);
}

void opaque_mask(const u8 masking_key[static HASH_LEN], const u8 masking_nonce[static NONCE_LEN],
                 const u8 in[static MASKED_LEN], u8 ret[static MASKED_LEN])
{
	u8 pad[MASKED_LEN];

	hkdf_expand(masking_key, PARTS(slice_of(masking_nonce, NONCE_LEN), slice_str("CredentialResponsePad")), pad,
	            sizeof pad);
	for (size_t i = 0; i < sizeof pad; i++)
		ret[i] = in[i] ^ pad[i];
	wipe(pad, sizeof pad);
}

/* auth_tag = MAC(auth_key, nonce || CleartextCredentials) */
static void auth_tag(const u8 auth_key[static HASH_LEN], struct slice nonce, struct slice server_pk,
                     struct slice server_id, struct slice client_id, u8 ret[static MAC_LEN])
{
	u8 sid_len[2] = {(u8)(server_id.n >> 8), (u8)server_id.n};
	u8 cid_len[2] = {(u8)(client_id.n >> 8), (u8)client_id.n};

	hmac_sha512(ret, slice_of(auth_key, HASH_LEN),
	            PARTS(nonce, server_pk, slice_of(sid_len, 2), server_id, slice_of(cid_len, 2), client_id));
}

err_t opaque_envelope(const u8 randomized[static HASH_LEN], const u8 nonce[static NONCE_LEN],
                      const u8 server_pk[static ELEMENT_LEN], const struct opaque_app *app, struct envelope_keys *ret)
{
	struct slice n = slice_of(nonce, NONCE_LEN), spk = slice_of(server_pk, ELEMENT_LEN);
	u8 auth_key[HASH_LEN], seed[SEED_LEN];
	struct envelope_keys k;

	if (app->client_id.n > UINT16_MAX || app->server_id.n > UINT16_MAX)
		return ERR_BUG;
	hkdf_expand(randomized, PARTS(n, slice_str("AuthKey")), auth_key, sizeof auth_key);
	hkdf_expand(randomized, PARTS(n, slice_str("ExportKey")), k.export_key, sizeof k.export_key);
	hkdf_expand(randomized, PARTS(n, slice_str("PrivateKey")), seed, sizeof seed);
	err_t err = opaque_derive_dh_key_pair(seed, k.client_sk, k.client_pk);
	if (err == OK) {
		auth_tag(auth_key, n, spk, app->server_id.n ? app->server_id : spk,
		         app->client_id.n ? app->client_id : slice_of(k.client_pk, ELEMENT_LEN), k.auth_tag);
		*ret = k;
	}
	wipe(auth_key, sizeof auth_key);
	wipe(seed, sizeof seed);
	wipe(&k, sizeof k);
	return err;
}
