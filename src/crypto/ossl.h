/* Internal to crypto/: the few OpenSSL calls that several files share. EVP only; algorithms are fetched once and kept
 * until exit (the program has no threads). */
#ifndef BOC_CRYPTO_OSSL_H
#define BOC_CRYPTO_OSSL_H

#include <openssl/evp.h>

#include "base/slice.h"

/* SHA3-256 and SHAKE-256 (FIPS 202). Abort the process when the library cannot: crypto_selftest ruled out that it lacks
 * them, and a role without 500 bytes of memory is at its end. */
void sha3_256(u8 ret[static 32], const struct slice *parts, size_t n);
void shake256(u8 *out, size_t out_len, struct slice in);

/* Erases the stack below the caller, where OpenSSL's assembly leaves keys that it had no register for. To be called by
 * a function that itself holds no secret any more, after those it called. */
void ossl_wipe_stack(void);

/* Whether the library has every algorithm crypto/ uses; names the first missing one. */
bool ossl_has_all(const char **ret_missing);

/* A key pair of an ML algorithm ("ML-KEM-768", "ML-DSA-65") from its seed; NULL when the library fails. Owned. */
EVP_PKEY *ossl_key_from_seed(const char *algorithm, const char *seed_param, const u8 *seed, size_t n);

static inline void ossl_pkey_freep(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

static inline void ossl_ctx_freep(EVP_PKEY_CTX **c)
{
	EVP_PKEY_CTX_free(*c);
}

#endif
