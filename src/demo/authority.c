#include "demo/authority.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>

#define KEY_BITS 2048
#define DER_MAX 512 /* an RSAPublicKey of up to 3072 bits */
#define YEAR_S ((i64)365 * 86400)

struct authority {
	EVP_PKEY *signing; /* owned */
	char identity[AUTHORITY_HEX];
	char signer[AUTHORITY_HEX];
	struct text certificate;
};

struct public_key {
	u8 der[DER_MAX];
	size_t n;
	u8 sha1[SHA_DIGEST_LENGTH];
};

static void pkey_freep(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

static void pkey_ctx_freep(EVP_PKEY_CTX **c)
{
	EVP_PKEY_CTX_free(*c);
}

static void bio_freep(BIO **b)
{
	BIO_free(*b);
}

/* For an RSA key i2d_PublicKey writes PKCS #1's RSAPublicKey. */
static err_t public_der(const EVP_PKEY *k, u8 *ret, size_t cap, size_t *ret_n)
{
	int n = i2d_PublicKey(k, NULL);
	if (n <= 0 || (size_t)n > cap)
		return ERR_LOCAL_CRYPTO;
	if (i2d_PublicKey(k, &ret) != n)
		return ERR_LOCAL_CRYPTO;
	*ret_n = (size_t)n;
	return OK;
}

static err_t public_of(const EVP_PKEY *k, struct public_key *ret)
{
	TRY(public_der(k, ret->der, sizeof ret->der, &ret->n));
	return EVP_Digest(ret->der, ret->n, ret->sha1, NULL, EVP_sha1(), NULL) == 1 ? OK : ERR_LOCAL_CRYPTO;
}

/* Without a digest set, EVP_PKEY_sign pads the bare input. */
static err_t sign(EVP_PKEY *k, struct slice digest, const char *label, struct text *out)
{
	CLEANUP(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k, NULL);
	u8 sig[DER_MAX];
	size_t n = sizeof sig;
	if (!ctx || EVP_PKEY_sign_init(ctx) != 1 || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_sign(ctx, sig, &n, digest.p, digest.n) != 1)
		return ERR_LOCAL_CRYPTO;
	text_pem(out, label, slice_of(sig, n));
	return OK;
}

/* dir-spec: the cross-certificate signs the identity key's fingerprint with the signing key; the certification signs
 * everything from the start up to and including its own keyword line with the identity key. */
static err_t certify(struct authority *a, EVP_PKEY *identity, i64 now_s)
{
	struct public_key id, sk;
	TRY(public_of(identity, &id));
	TRY(public_of(a->signing, &sk));
	text_hex(slice_of(id.sha1, sizeof id.sha1), a->identity);
	text_hex(slice_of(sk.sha1, sizeof sk.sha1), a->signer);

	struct text *t = &a->certificate;
	text_add(t, "dir-key-certificate-version 3\nfingerprint %s\n", a->identity);
	text_time(t, "dir-key-published", now_s - YEAR_S);
	text_time(t, "dir-key-expires", now_s + YEAR_S);
	text_add(t, "dir-identity-key\n");
	text_pem(t, "RSA PUBLIC KEY", slice_of(id.der, id.n));
	text_add(t, "dir-signing-key\n");
	text_pem(t, "RSA PUBLIC KEY", slice_of(sk.der, sk.n));
	text_add(t, "dir-key-crosscert\n");
	TRY(sign(a->signing, slice_of(id.sha1, sizeof id.sha1), "ID SIGNATURE", t));
	text_add(t, "dir-key-certification\n");
	TRY(t->err);
	u8 digest[SHA_DIGEST_LENGTH];
	struct slice signed_part = buf_bytes(&t->b);
	if (EVP_Digest(signed_part.p, signed_part.n, digest, NULL, EVP_sha1(), NULL) != 1)
		return ERR_LOCAL_CRYPTO;
	TRY(sign(identity, slice_of(digest, sizeof digest), "SIGNATURE", t));
	return t->err;
}

err_t authority_new(i64 now_s, struct authority **ret)
{
	CLEANUP(authority_freep) struct authority *a = calloc(1, sizeof *a);
	if (!a)
		abort();
	a->certificate = text_with_max(16384);
	CLEANUP(pkey_freep) EVP_PKEY *identity = EVP_RSA_gen(KEY_BITS);
	a->signing = EVP_RSA_gen(KEY_BITS);
	if (!identity || !a->signing)
		return ERR_LOCAL_CRYPTO;
	TRY(certify(a, identity, now_s));
	*ret = MOVE(a);
	return OK;
}

struct authority *authority_free(struct authority *a)
{
	if (!a)
		return NULL;
	EVP_PKEY_free(a->signing);
	text_free(&a->certificate);
	free(a);
	return NULL;
}

const char *authority_identity(const struct authority *a)
{
	return a->identity;
}

const char *authority_signer(const struct authority *a)
{
	return a->signer;
}

struct slice authority_certificate(const struct authority *a)
{
	return buf_bytes(&a->certificate.b);
}

err_t authority_sign(const struct authority *a, struct slice digest, struct text *out)
{
	return sign(a->signing, digest, "SIGNATURE", out);
}

err_t rsa_public_of_pem(struct slice pem, u8 *ret, size_t cap, size_t *ret_n)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new_mem_buf(pem.p, (int)MIN(pem.n, 65536));
	CLEANUP(pkey_freep) EVP_PKEY *k = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	if (!k || !EVP_PKEY_is_a(k, "RSA"))
		return ERR_LOCAL_CRYPTO;
	return public_der(k, ret, cap, ret_n);
}
