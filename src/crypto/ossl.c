#include "crypto/ossl.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <stdlib.h>

static void digest(EVP_MD **md, const char *name, u8 *out, size_t out_len, const struct slice *parts, size_t n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (!*md)
		*md = EVP_MD_fetch(NULL, name, NULL);
	bool ok = c && *md && EVP_DigestInit_ex2(c, *md, NULL);
	for (size_t i = 0; i < n; i++)
		ok = ok && EVP_DigestUpdate(c, parts[i].p, parts[i].n);
	if (EVP_MD_xof(*md))
		ok = ok && EVP_DigestFinalXOF(c, out, out_len);
	else
		ok = ok && EVP_DigestFinal_ex(c, out, NULL);
	if (!ok)
		abort();
	EVP_MD_CTX_free(c); /* wipes its state */
}

void sha3_256(u8 ret[static 32], const struct slice *parts, size_t n)
{
	static EVP_MD *md;

	digest(&md, "SHA3-256", ret, 32, parts, n);
}

void shake256(u8 *out, size_t out_len, struct slice in)
{
	static EVP_MD *md;

	digest(&md, "SHAKE256", out, out_len, &in, 1);
}

#define WIPED_STACK 8192 /* deeper than any call of ours leaves something, as far as test_forget.c finds */

__attribute__((noinline)) void ossl_wipe_stack(void)
{
	u8 room[WIPED_STACK];
	wipe(room, sizeof room);
}

bool ossl_has_all(const char **ret_missing)
{
	static const char *const mds[] = {"SHA3-256", "SHAKE256"};
	static const char *const ciphers[] = {"ChaCha20-Poly1305", "AES-256-GCM"};
	static const char *const keys[] = {"ML-KEM-768", "ML-DSA-65", "X25519"};

	*ret_missing = NULL;
	for (size_t i = 0; i < ARRAY_LEN(mds); i++) {
		EVP_MD *m = EVP_MD_fetch(NULL, mds[i], NULL);
		if (!m)
			*ret_missing = mds[i];
		EVP_MD_free(m);
	}
	for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
		EVP_CIPHER *c = EVP_CIPHER_fetch(NULL, ciphers[i], NULL);
		if (!c)
			*ret_missing = ciphers[i];
		EVP_CIPHER_free(c);
	}
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		EVP_KEYMGMT *k = EVP_KEYMGMT_fetch(NULL, keys[i], NULL);
		if (!k)
			*ret_missing = keys[i];
		EVP_KEYMGMT_free(k);
	}
	ERR_clear_error();
	return *ret_missing == NULL;
}

EVP_PKEY *ossl_key_from_seed(const char *algorithm, const char *seed_param, const u8 *seed, size_t n)
{
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *k = NULL;
	/* OSSL_PARAM is not const-correct; the library only reads. */
	OSSL_PARAM p[] = {
		OSSL_PARAM_construct_octet_string(seed_param, (void *)(uintptr_t)seed, n),
		OSSL_PARAM_construct_end(),
	};

	if (!c || EVP_PKEY_fromdata_init(c) <= 0 || EVP_PKEY_fromdata(c, &k, EVP_PKEY_KEYPAIR, p) <= 0)
		ERR_clear_error();
	return k;
}
