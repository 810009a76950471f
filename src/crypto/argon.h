/* Argon2id v1.3 (RFC 9106) with one lane. */
#ifndef BOC_CRYPTO_ARGON_H
#define BOC_CRYPTO_ARGON_H

#include "base/err.h"
#include "base/slice.h"

#define ARGON_SALT_LEN 16

/* What one evaluation costs. */
struct argon_cost {
	u32 iterations; /* t, at least 1 */
	u32 memory_kib; /* m, at least 8 */
};

/* Writes n bytes (16 <= n <= 1024) made from secret and salt to out. Needs cost.memory_kib of memory and some 0.1 s per
 * 64 MiB and 3 iterations. ERR_BUG for a length or cost out of range, ERR_LOCAL_CRYPTO when there is no memory. */
err_t argon2id(struct slice secret, const u8 salt[static ARGON_SALT_LEN], struct argon_cost cost, u8 *out,
               size_t n) MUST_CHECK;

#endif
