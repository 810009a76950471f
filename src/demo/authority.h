/* The directory authority of a private network: a signing key and the certificate under which tor trusts it
 * (dir-spec "Creating key certificates"). It is only a signature; no authority runs. No I/O. */
#ifndef BOC_DEMO_AUTHORITY_H
#define BOC_DEMO_AUTHORITY_H

#include "demo/text.h"

struct authority;

#define AUTHORITY_HEX 41 /* SHA-1 in hexadecimal, and a NUL */

/* Makes an identity key, which certifies and is forgotten, and a signing key: two RSA keys of 2048 bits, about 0.2 s.
 * The certificate is valid for two years around now_s. The caller owns *ret. ERR_LOCAL_CRYPTO. */
err_t authority_new(i64 now_s, struct authority **ret) MUST_CHECK;

/* NULL is fine. Returns NULL. */
struct authority *authority_free(struct authority *a);

/* For CLEANUP. */
static inline void authority_freep(struct authority **a)
{
	*a = authority_free(*a);
}

/* Fingerprint of the identity key (`v3ident=` of a DirAuthority line), and of the signing key. Borrowed from a. */
const char *authority_identity(const struct authority *a);
const char *authority_signer(const struct authority *a);

/* The certificate, which is the whole of cached-certs. Borrowed from a. */
struct slice authority_certificate(const struct authority *a);

/* Appends a SIGNATURE object over a digest of at most 32 bytes: PKCS #1 type 1 padding of the bare digest, without
 * DigestInfo (dir-spec 1.3). ERR_LOCAL_CRYPTO. */
err_t authority_sign(const struct authority *a, struct slice digest, struct text *out) MUST_CHECK;

/* PKCS #1 RSAPublicKey, DER, of an RSA private key in PEM, as relays keep theirs. ERR_LOCAL_CRYPTO when it is none or
 * has more than cap bytes. */
err_t rsa_public_of_pem(struct slice pem, u8 *ret, size_t cap, size_t *ret_n) MUST_CHECK;

#endif
