#include "crypto/aead.h"

#include <limits.h>
#include <openssl/err.h>

#include "crypto/ossl.h"

void aead_nonce_of(u64 seq, u8 ret[static AEAD_NONCE_LEN])
{
	memset(ret, 0, 4);
	for (int i = 0; i < 8; i++)
		ret[4 + i] = (u8)(seq >> (56 - 8 * i));
}

/* Fetched at first use and kept: a fetch costs more than sealing a record. */
static const EVP_CIPHER *chacha20_poly1305(void)
{
	static EVP_CIPHER *c;

	if (!c)
		c = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	return c;
}

static const EVP_CIPHER *aes_256_gcm(void)
{
	static EVP_CIPHER *c;

	if (!c)
		c = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	return c;
}

static void cipher_ctx_freep(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c); /* wipes the key */
}

static err_t seal_with(const EVP_CIPHER *cipher, const u8 *key, const u8 *nonce, struct slice ad, struct slice plain,
                       u8 *out)
{
	CLEANUP(cipher_ctx_freep) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	u8 none = 0;
	int n = 0;

	if (plain.n > INT_MAX - AEAD_TAG_LEN || ad.n > INT_MAX)
		return ERR_BUG;
	bool ok = c && cipher && EVP_EncryptInit_ex2(c, cipher, key, nonce, NULL);
	ok = ok && (ad.n == 0 || EVP_EncryptUpdate(c, NULL, &n, ad.p, (int)ad.n));
	ok = ok && EVP_EncryptUpdate(c, out, &n, plain.n ? plain.p : &none, (int)plain.n) && (size_t)n == plain.n;
	ok = ok && EVP_EncryptFinal_ex(c, out + plain.n, &n);
	ok = ok && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_LEN, out + plain.n);
	if (!ok) {
		wipe(out, plain.n + AEAD_TAG_LEN);
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	return OK;
}

static err_t open_with(const EVP_CIPHER *cipher, const u8 *key, const u8 *nonce, struct slice ad, struct slice sealed,
                       u8 *out)
{
	CLEANUP(cipher_ctx_freep) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	u8 tag[AEAD_TAG_LEN], none = 0;
	int n = 0;

	if (sealed.n < AEAD_TAG_LEN)
		return ERR_PEER_CRYPTO;
	size_t len = sealed.n - AEAD_TAG_LEN;
	if (len > INT_MAX || ad.n > INT_MAX)
		return ERR_BUG;
	memcpy(tag, sealed.p + len, sizeof tag);
	bool ok = c && cipher && EVP_DecryptInit_ex2(c, cipher, key, nonce, NULL);
	ok = ok && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_LEN, tag);
	ok = ok && (ad.n == 0 || EVP_DecryptUpdate(c, NULL, &n, ad.p, (int)ad.n));
	ok = ok && EVP_DecryptUpdate(c, len ? out : &none, &n, len ? sealed.p : &none, (int)len) && (size_t)n == len;
	if (!ok) {
		if (len)
			wipe(out, len);
		ERR_clear_error();
		return ERR_LOCAL_CRYPTO;
	}
	if (EVP_DecryptFinal_ex(c, &none, &n) <= 0) {
		if (len)
			wipe(out, len); /* nobody may look at unauthenticated plaintext */
		ERR_clear_error();
		return ERR_PEER_CRYPTO;
	}
	return OK;
}

err_t aead_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                struct slice plain, u8 *out)
{
	err_t err = seal_with(chacha20_poly1305(), key, nonce, ad, plain, out);
	ossl_wipe_stack();
	return err;
}

err_t aead_open(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                struct slice sealed, u8 *out)
{
	err_t err = open_with(chacha20_poly1305(), key, nonce, ad, sealed, out);
	ossl_wipe_stack();
	return err;
}

err_t aesgcm_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                  struct slice plain, u8 *out)
{
	err_t err = seal_with(aes_256_gcm(), key, nonce, ad, plain, out);
	ossl_wipe_stack();
	return err;
}

err_t aesgcm_open(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                  struct slice sealed, u8 *out)
{
	err_t err = open_with(aes_256_gcm(), key, nonce, ad, sealed, out);
	ossl_wipe_stack();
	return err;
}
