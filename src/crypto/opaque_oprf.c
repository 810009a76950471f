/* RFC 9497: OPRF(ristretto255, SHA-512), base mode. */
#include <assert.h>
#include <sodium.h>

#include "crypto/kdf.h"
#include "crypto/opaque_parts.h"

/* "contextString = "OPRFV1-" || I2OSP(mode, 1) || "-" || identifier" with mode = 0x00; holds a NUL, hence the slices. */
static const u8 context_string[] = "OPRFV1-\0-ristretto255-SHA512";
#define CONTEXT slice_of(context_string, sizeof context_string - 1)

/* expand_message_xmd (RFC 9380 5.3.1) with SHA-512 for 64 bytes, that is ell = 1. The DST is prefix || contextString. */
static void expand_message(const struct slice *msg, size_t n_msg, const char *dst_prefix, u8 ret[static 64])
{
	static const u8 z_pad[128];                       /* one block of zeros */
	static const u8 lib_str_and_zero[3] = {0, 64, 0}; /* I2OSP(64, 2) || I2OSP(0, 1) */
	struct slice prefix = slice_str(dst_prefix), parts[8];
	u8 b0[64], one = 1, dst_len = (u8)(prefix.n + CONTEXT.n);
	size_t n = 0;

	assert(n_msg <= 3);
	parts[n++] = slice_of(z_pad, sizeof z_pad);
	for (size_t i = 0; i < n_msg; i++)
		parts[n++] = msg[i];
	parts[n++] = slice_of(lib_str_and_zero, sizeof lib_str_and_zero);
	parts[n++] = prefix;
	parts[n++] = CONTEXT;
	parts[n++] = slice_of(&dst_len, 1);
	sha512(b0, parts, n);
	sha512(ret, PARTS(slice_of(b0, sizeof b0), slice_of(&one, 1), prefix, CONTEXT, slice_of(&dst_len, 1)));
	wipe(b0, sizeof b0);
}

static void hash_to_group(struct slice input, u8 ret[static ELEMENT_LEN])
{
	u8 u[64];

	expand_message(&input, 1, "HashToGroup-", u);
	crypto_core_ristretto255_from_hash(ret, u);
	wipe(u, sizeof u);
}

err_t oprf_blind(const struct env *env, struct slice input, u8 ret_blind[static SCALAR_LEN],
                 u8 ret_element[static ELEMENT_LEN])
{
	u8 random[64], blind[SCALAR_LEN], p[ELEMENT_LEN], blinded[ELEMENT_LEN];

	env_random(env, random, sizeof random);
	crypto_core_ristretto255_scalar_reduce(blind, random);
	hash_to_group(input, p);
	/* Fails for a zero blind or an input that hashes to the identity: neither happens. */
	err_t err = crypto_scalarmult_ristretto255(blinded, blind, p) == 0 ? OK : ERR_LOCAL_CRYPTO;
	if (err == OK) {
		memcpy(ret_blind, blind, sizeof blind);
		memcpy(ret_element, blinded, sizeof blinded);
	}
	wipe(random, sizeof random);
	wipe(blind, sizeof blind);
	wipe(p, sizeof p);
	return err;
}

err_t oprf_evaluate(const u8 sk[static SCALAR_LEN], const u8 element[static ELEMENT_LEN],
                    u8 ret_evaluated[static ELEMENT_LEN])
{
	u8 q[ELEMENT_LEN];

	/* Refuses non-canonical encodings and a result that is the identity. */
	err_t err = crypto_scalarmult_ristretto255(q, sk, element) == 0 ? OK : ERR_PEER_CRYPTO;
	if (err == OK)
		memcpy(ret_evaluated, q, sizeof q);
	wipe(q, sizeof q); /* some callers keep it secret */
	return err;
}

err_t oprf_finalize(struct slice input, const u8 blind[static SCALAR_LEN], const u8 evaluated[static ELEMENT_LEN],
                    u8 ret_output[static HASH_LEN])
{
	u8 inverse[SCALAR_LEN], n[ELEMENT_LEN];
	u8 input_len[2] = {(u8)(input.n >> 8), (u8)input.n}, element_len[2] = {0, ELEMENT_LEN};

	if (input.n > UINT16_MAX)
		return ERR_BUG;
	/* "N = G.ScalarInverse(blind) * evaluatedElement" */
	err_t err = crypto_core_ristretto255_scalar_invert(inverse, blind) == 0 ? OK : ERR_LOCAL_CRYPTO;
	if (err == OK)
		err = oprf_evaluate(inverse, evaluated, n);
	if (err == OK)
		sha512(ret_output, PARTS(slice_of(input_len, 2), input, slice_of(element_len, 2), slice_of(n, sizeof n),
		                         slice_str("Finalize")));
	wipe(inverse, sizeof inverse);
	wipe(n, sizeof n);
	return err;
}

err_t oprf_derive_key_pair(const u8 seed[static SEED_LEN], const char *info, u8 ret_sk[static SCALAR_LEN], u8 *ret_pk)
{
	struct slice i = slice_str(info);
	u8 info_len[2] = {(u8)(i.n >> 8), (u8)i.n}, info_and_counter[64], wide[64], sk[SCALAR_LEN], pk[ELEMENT_LEN];

	assert(i.n < sizeof info_and_counter);
	memcpy(info_and_counter, i.p, i.n);
	/* "deriveInput = seed || I2OSP(len(info), 2) || info"; the counter goes on only when the scalar is zero, which has
	 * probability 2^-252: counter 0 or failure. */
	info_and_counter[i.n] = 0;
	expand_message((const struct slice[]){slice_of(seed, SEED_LEN), slice_of(info_len, 2),
	                                      slice_of(info_and_counter, i.n + 1)},
	               3, "DeriveKeyPair", wide);
	crypto_core_ristretto255_scalar_reduce(sk, wide);
	err_t err = crypto_scalarmult_ristretto255_base(pk, sk) == 0 ? OK : ERR_LOCAL_CRYPTO;
	if (err == OK) {
		memcpy(ret_sk, sk, sizeof sk);
		if (ret_pk)
			memcpy(ret_pk, pk, sizeof pk);
	}
	wipe(wide, sizeof wide);
	wipe(sk, sizeof sk);
	return err;
}

err_t opaque_derive_dh_key_pair(const u8 seed[static SEED_LEN], u8 ret_sk[static SCALAR_LEN],
                                u8 ret_pk[static ELEMENT_LEN])
{
	return oprf_derive_key_pair(seed, "OPAQUE-DeriveDiffieHellmanKeyPair", ret_sk, ret_pk);
}
