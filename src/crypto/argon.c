#include "crypto/argon.h"

#include <sodium.h>

err_t argon2id(struct slice secret, const u8 salt[static ARGON_SALT_LEN], struct argon_cost cost, u8 *out, size_t n)
{
	_Static_assert(ARGON_SALT_LEN == crypto_pwhash_argon2id_SALTBYTES, "salt");
	if (n < 16 || n > 1024 || cost.iterations < crypto_pwhash_argon2id_OPSLIMIT_MIN || cost.memory_kib < 8 ||
	    cost.memory_kib > (1u << 22))
		return ERR_BUG;
	if (crypto_pwhash_argon2id(out, n, (const char *)secret.p, secret.n, salt, cost.iterations,
	                           (size_t)cost.memory_kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return ERR_LOCAL_CRYPTO;
	return OK;
}
