#include "crypto/mlkem.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/ossl.h"

static EVP_PKEY *key_of(const u8 seed[static MLKEM_SEED_LEN])
{
	return ossl_key_from_seed("ML-KEM-768", OSSL_PKEY_PARAM_ML_KEM_SEED, seed, MLKEM_SEED_LEN);
}

err_t mlkem_keygen(const u8 seed[static MLKEM_SEED_LEN], u8 ret_ek[static MLKEM_EK_LEN])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *k = key_of(seed);
	size_t n = 0;

	if (!k || EVP_PKEY_get_octet_string_param(k, OSSL_PKEY_PARAM_PUB_KEY, ret_ek, MLKEM_EK_LEN, &n) <= 0 ||
	    n != MLKEM_EK_LEN) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}

err_t mlkem_encaps(const u8 ek[static MLKEM_EK_LEN], const u8 m[static 32], u8 ret_ct[static MLKEM_CT_LEN],
                   u8 ret_ss[static MLKEM_SS_LEN])
{
	CLEANUP(ossl_pkey_freep)
	EVP_PKEY *k = EVP_PKEY_new_raw_public_key_ex(NULL, "ML-KEM-768", NULL, ek, MLKEM_EK_LEN);
	if (!k) {
		ERR_clear_error();
		return ERR_PEER_CRYPTO;
	}
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL);
	/* OSSL_PARAM is not const-correct; the library only reads. */
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KEM_PARAM_IKME, (void *)(uintptr_t)m, 32),
		OSSL_PARAM_construct_end(),
	};
	size_t ct_len = MLKEM_CT_LEN, ss_len = MLKEM_SS_LEN;
	if (!c || EVP_PKEY_encapsulate_init(c, p) <= 0 ||
	    EVP_PKEY_encapsulate(c, ret_ct, &ct_len, ret_ss, &ss_len) <= 0 || ct_len != MLKEM_CT_LEN ||
	    ss_len != MLKEM_SS_LEN) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}

err_t mlkem_decaps(const u8 seed[static MLKEM_SEED_LEN], const u8 ct[static MLKEM_CT_LEN],
                   u8 ret_ss[static MLKEM_SS_LEN])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *k = key_of(seed);
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = k ? EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL) : NULL;
	size_t n = MLKEM_SS_LEN;

	if (!c || EVP_PKEY_decapsulate_init(c, NULL) <= 0 ||
	    EVP_PKEY_decapsulate(c, ret_ss, &n, ct, MLKEM_CT_LEN) <= 0 || n != MLKEM_SS_LEN) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}
