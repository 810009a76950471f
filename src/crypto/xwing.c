/* draft-connolly-cfrg-xwing-kem section 5, composed from OpenSSL's ML-KEM-768, X25519, SHA3-256 and SHAKE-256. */
#include "crypto/xwing.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/kdf.h"
#include "crypto/ossl.h"

#define MLKEM_PK_LEN 1184
#define MLKEM_CT_LEN 1088
#define MLKEM_SEED_LEN 64

/* "expandDecapsulationKey(sk)": the 32-byte seed as the two private keys. */
struct expanded {
	u8 mlkem_seed[MLKEM_SEED_LEN]; /* d || z */
	u8 sk_x[32];
};

static void expand(const struct secret32 *seed, struct expanded *ret)
{
	u8 e[MLKEM_SEED_LEN + 32];

	shake256(e, sizeof e, slice_of(seed->b, sizeof seed->b));
	memcpy(ret->mlkem_seed, e, MLKEM_SEED_LEN);
	memcpy(ret->sk_x, e + MLKEM_SEED_LEN, 32);
	wipe(e, sizeof e);
}

/* "Combiner(ss_M, ss_X, ct_X, pk_X)": the fields have fixed lengths, so no length is encoded. */
static void combine(const u8 ss_m[static 32], const u8 ss_x[static 32], const u8 ct_x[static 32], const u8 pk_x[static 32],
	struct secret32 *ret_ss)
{
	static const u8 label[6] = {0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c}; /* \.//^\ */

	sha3_256(ret_ss->b, PARTS(slice_of(ss_m, 32), slice_of(ss_x, 32), slice_of(ct_x, 32), slice_of(pk_x, 32),
		slice_of(label, sizeof label)));
}

static err_t x25519_pub(const u8 sk[static 32], u8 ret_pk[static 32])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *k = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, sk, 32);
	size_t n = 32;

	if (!k || EVP_PKEY_get_raw_public_key(k, ret_pk, &n) <= 0 || n != 32) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}

/* ERR_PEER_CRYPTO when the result is all zero, that is, pk has small order: OpenSSL refuses it (RFC 7748 6.1). */
static err_t x25519(const u8 sk[static 32], const u8 pk[static 32], u8 ret_ss[static 32])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *ours = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, sk, 32);
	CLEANUP(ossl_pkey_freep) EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, pk, 32);
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = ours ? EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL) : NULL;
	size_t n = 32;

	if (!c || !theirs || EVP_PKEY_derive_init(c) <= 0) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	if (EVP_PKEY_derive_set_peer(c, theirs) <= 0 || EVP_PKEY_derive(c, ret_ss, &n) <= 0 || n != 32) {
		ERR_clear_error();
		return ERR_PEER_CRYPTO;
	}
	return OK;
}

static EVP_PKEY *mlkem_key(const u8 seed[static MLKEM_SEED_LEN])
{
	return ossl_key_from_seed("ML-KEM-768", OSSL_PKEY_PARAM_ML_KEM_SEED, seed, MLKEM_SEED_LEN);
}

/* ML-KEM.Encaps_internal(ek, m) of FIPS 203 6.2, behind the key check of 7.2. */
static err_t mlkem_encaps(const u8 ek[static MLKEM_PK_LEN], const u8 m[static 32], u8 ret_ct[static MLKEM_CT_LEN],
	u8 ret_ss[static 32])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *k = EVP_PKEY_new_raw_public_key_ex(NULL, "ML-KEM-768", NULL, ek, MLKEM_PK_LEN);
	if (!k) { /* "modulus check" failed */
		ERR_clear_error();
		return ERR_PEER_CRYPTO;
	}
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL);
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_octet_string(OSSL_KEM_PARAM_IKME, (void *)(uintptr_t)m, 32),
		OSSL_PARAM_construct_end(),
	};
	size_t ct_len = MLKEM_CT_LEN, ss_len = 32;
	if (!c || EVP_PKEY_encapsulate_init(c, p) <= 0 || EVP_PKEY_encapsulate(c, ret_ct, &ct_len, ret_ss, &ss_len) <= 0 ||
		ct_len != MLKEM_CT_LEN || ss_len != 32) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}

static err_t mlkem_decaps(const u8 seed[static MLKEM_SEED_LEN], const u8 ct[static MLKEM_CT_LEN], u8 ret_ss[static 32])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *k = mlkem_key(seed);
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = k ? EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL) : NULL;
	size_t n = 32;

	if (!c || EVP_PKEY_decapsulate_init(c, NULL) <= 0 || EVP_PKEY_decapsulate(c, ret_ss, &n, ct, MLKEM_CT_LEN) <= 0 ||
		n != 32) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}

err_t xwing_keygen(const struct secret32 *seed, u8 ret_ek[static XWING_EK_LEN])
{
	struct expanded e;
	u8 ek[XWING_EK_LEN];
	size_t n = 0;

	expand(seed, &e);
	EVP_PKEY *k = mlkem_key(e.mlkem_seed);
	err_t err = ERR_LOCAL_CRYPTO;
	if (!k || EVP_PKEY_get_octet_string_param(k, OSSL_PKEY_PARAM_PUB_KEY, ek, MLKEM_PK_LEN, &n) <= 0 || n != MLKEM_PK_LEN)
		goto out;
	err = x25519_pub(e.sk_x, ek + MLKEM_PK_LEN);
	if (err == OK)
		memcpy(ret_ek, ek, sizeof ek);
out:
	EVP_PKEY_free(k);
	ERR_clear_error();
	wipe(&e, sizeof e);
	return err;
}

err_t xwing_encaps(const u8 ek[static XWING_EK_LEN], const u8 eseed[static XWING_ESEED_LEN],
	u8 ret_ct[static XWING_CT_LEN], struct secret32 *ret_ss)
{
	const u8 *pk_x = ek + MLKEM_PK_LEN, *sk_e = eseed + 32;
	u8 ct[XWING_CT_LEN], ss_m[32], ss_x[32];

	/* "EncapsulateDerand(pk, eseed)": ML-KEM takes eseed[0:32], X25519 eseed[32:64]. The cheap check goes first. */
	err_t err = x25519(sk_e, pk_x, ss_x);
	if (err == OK)
		err = x25519_pub(sk_e, ct + MLKEM_CT_LEN);
	if (err == OK)
		err = mlkem_encaps(ek, eseed, ct, ss_m);
	if (err == OK) {
		memcpy(ret_ct, ct, sizeof ct);
		combine(ss_m, ss_x, ct + MLKEM_CT_LEN, pk_x, ret_ss);
	}
	wipe(ss_m, sizeof ss_m);
	wipe(ss_x, sizeof ss_x);
	return err;
}

err_t xwing_decaps(const struct secret32 *seed, const u8 ct[static XWING_CT_LEN], struct secret32 *ret_ss)
{
	const u8 *ct_x = ct + MLKEM_CT_LEN;
	u8 ss_m[32], ss_x[32], pk_x[32];
	struct expanded e;

	expand(seed, &e);
	err_t err = x25519(e.sk_x, ct_x, ss_x);
	if (err == OK)
		err = x25519_pub(e.sk_x, pk_x);
	if (err == OK)
		err = mlkem_decaps(e.mlkem_seed, ct, ss_m);
	if (err == OK)
		combine(ss_m, ss_x, ct_x, pk_x, ret_ss);
	wipe(&e, sizeof e);
	wipe(ss_m, sizeof ss_m);
	wipe(ss_x, sizeof ss_x);
	return err;
}
