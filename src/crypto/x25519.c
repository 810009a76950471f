#include "crypto/x25519.h"

#include <openssl/err.h>

#include "crypto/ossl.h"

err_t x25519_pub(const u8 sk[static X25519_LEN], u8 ret_pk[static X25519_LEN])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *k = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, sk, X25519_LEN);
	size_t n = X25519_LEN;

	if (!k || EVP_PKEY_get_raw_public_key(k, ret_pk, &n) <= 0 || n != X25519_LEN) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}

err_t x25519(const u8 sk[static X25519_LEN], const u8 pk[static X25519_LEN], u8 ret_ss[static X25519_LEN])
{
	CLEANUP(ossl_pkey_freep) EVP_PKEY *ours = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, sk, X25519_LEN);
	CLEANUP(ossl_pkey_freep)
	EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, pk, X25519_LEN);
	CLEANUP(ossl_ctx_freep) EVP_PKEY_CTX *c = ours ? EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL) : NULL;
	u8 ss[X25519_LEN];
	size_t n = sizeof ss;

	if (!c || !theirs || EVP_PKEY_derive_init(c) <= 0) {
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	/* OpenSSL refuses the all-zero result of RFC 7748 6.1 itself. */
	if (EVP_PKEY_derive_set_peer(c, theirs) <= 0 || EVP_PKEY_derive(c, ss, &n) <= 0 || n != sizeof ss) {
		ERR_clear_error();
		return ERR_PEER_CRYPTO;
	}
	memcpy(ret_ss, ss, sizeof ss);
	wipe(ss, sizeof ss);
	return OK;
}
