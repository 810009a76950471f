#include "crypto/mldsa.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "crypto/ossl.h"

#define RND_LEN 32 /* rnd of FIPS 204 algorithm 2 */

struct mldsa_key {
	EVP_PKEY *pkey; /* owned; OpenSSL wipes it */
	u8 pk[MLDSA_PK_LEN];
};

static EVP_SIGNATURE *mldsa65(void)
{
	static EVP_SIGNATURE *s;

	if (!s)
		s = EVP_SIGNATURE_fetch(NULL, "ML-DSA-65", NULL);
	return s;
}

err_t mldsa_key_new(const struct secret32 *seed, struct mldsa_key **ret_key)
{
	struct mldsa_key *k = calloc(1, sizeof *k);
	size_t n = 0;

	if (!k)
		return ERR_LOCAL_CRYPTO;
	k->pkey = ossl_key_from_seed("ML-DSA-65", OSSL_PKEY_PARAM_ML_DSA_SEED, seed->b, MLDSA_SEED_LEN);
	if (k->pkey && EVP_PKEY_get_octet_string_param(k->pkey, OSSL_PKEY_PARAM_PUB_KEY, k->pk, sizeof k->pk, &n) > 0 &&
	    n == sizeof k->pk) {
		*ret_key = k;
		return OK;
	}
	ERR_clear_error();
	mldsa_key_free(k);
	return ERR_LOCAL_CRYPTO;
}

struct mldsa_key *mldsa_key_free(struct mldsa_key *k)
{
	if (k)
		EVP_PKEY_free(k->pkey);
	free(k);
	return NULL;
}

const u8 *mldsa_key_pk(const struct mldsa_key *k)
{
	return k->pk;
}

/* OSSL_PARAM is not const-correct and wants a pointer even for nothing. */
static void *ctx_bytes(struct slice ctx)
{
	return ctx.n ? (void *)(uintptr_t)ctx.p : (void *)(uintptr_t) "";
}

err_t mldsa_sign(const struct mldsa_key *k, const struct env *env, struct slice msg, struct slice ctx,
                 u8 ret_sig[static MLDSA_SIG_LEN])
{
	u8 sig[MLDSA_SIG_LEN], rnd[RND_LEN] = {0}; /* zeros: the deterministic variant */
	size_t n = sizeof sig;
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_CONTEXT_STRING, ctx_bytes(ctx), ctx.n),
		/* Given by env and not drawn by OpenSSL, so that a run can be repeated exactly. */
		OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_TEST_ENTROPY, rnd, sizeof rnd),
		OSSL_PARAM_construct_end(),
	};

	if (ctx.n > MLDSA_CTX_MAX)
		return ERR_BUG;
	if (env)
		env_random(env, rnd, sizeof rnd);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
	err_t err = ERR_LOCAL_CRYPTO;
	if (c && mldsa65() && EVP_PKEY_sign_message_init(c, mldsa65(), p) > 0 &&
	    EVP_PKEY_sign(c, sig, &n, msg.p, msg.n) > 0 && n == sizeof sig) {
		memcpy(ret_sig, sig, sizeof sig);
		err = OK;
	}
	EVP_PKEY_CTX_free(c);
	ERR_clear_error();
	wipe(rnd, sizeof rnd);
	return err;
}

err_t mldsa_verify(const u8 pk[static MLDSA_PK_LEN], struct slice msg, struct slice ctx,
                   const u8 sig[static MLDSA_SIG_LEN])
{
	CLEANUP(ossl_pkey_freep)
	EVP_PKEY *k = EVP_PKEY_new_raw_public_key_ex(NULL, "ML-DSA-65", NULL, pk, MLDSA_PK_LEN);
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = k ? EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL) : NULL;
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_octet_string(OSSL_SIGNATURE_PARAM_CONTEXT_STRING, ctx_bytes(ctx), ctx.n),
		OSSL_PARAM_construct_end(),
	};

	if (ctx.n > MLDSA_CTX_MAX)
		return ERR_BUG;
	/* Any 1952 bytes are a public key, so a failure up to here is the library's. */
	if (!c || !mldsa65() || EVP_PKEY_verify_message_init(c, mldsa65(), p) <= 0) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	if (EVP_PKEY_verify(c, sig, MLDSA_SIG_LEN, msg.p, msg.n) != 1) {
		ERR_clear_error();
		return ERR_PEER_CRYPTO;
	}
	return OK;
}
