/* ML-DSA-65 signatures (FIPS 204), pure mode, with a context string. */
#ifndef BOC_CRYPTO_MLDSA_H
#define BOC_CRYPTO_MLDSA_H

#include "base/env.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/slice.h"

#define MLDSA_CTX_MAX 255 /* FIPS 204: longest context string */

/* A private key ready for signing. Opaque; about 10 kB, wiped by _free. */
struct mldsa_key;

/* Expands a 32-byte seed (xi of FIPS 204 6.1). Borrows seed during the call. *ret_key is owned by the caller.
 * ERR_LOCAL_CRYPTO when the library fails. */
err_t mldsa_key_new(const struct secret32 *seed, struct mldsa_key **ret_key) MUST_CHECK;

/* Wipes and frees; NULL is fine. Returns NULL. */
struct mldsa_key *mldsa_key_free(struct mldsa_key *k);

/* For CLEANUP. */
static inline void mldsa_key_freep(struct mldsa_key **k)
{
	*k = mldsa_key_free(*k);
}

/* The public key, MLDSA_PK_LEN bytes. Borrowed until mldsa_key_free. */
const u8 *mldsa_key_pk(const struct mldsa_key *k);

/* Signs msg under ctx (at most MLDSA_CTX_MAX bytes, else ERR_BUG). Hedged: draws 32 bytes from env (rnd of FIPS 204).
 * env == NULL gives the deterministic variant, for test vectors only. ERR_LOCAL_CRYPTO when the library fails. */
err_t mldsa_sign(const struct mldsa_key *k, const struct env *env, struct slice msg, struct slice ctx,
                 u8 ret_sig[static MLDSA_SIG_LEN]) MUST_CHECK;

/* OK when sig is a signature of msg under ctx by the holder of pk, ERR_PEER_CRYPTO when not,
 * ERR_BUG when ctx is too long, ERR_LOCAL_CRYPTO when the library fails. */
err_t mldsa_verify(const u8 pk[static MLDSA_PK_LEN], struct slice msg, struct slice ctx,
                   const u8 sig[static MLDSA_SIG_LEN]) MUST_CHECK;

#endif
