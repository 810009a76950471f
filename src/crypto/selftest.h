/* Power-on self-test: the program refuses to run on libraries that lack or miscompute a primitive. */
#ifndef BOC_CRYPTO_SELFTEST_H
#define BOC_CRYPTO_SELFTEST_H

#include "base/err.h"

/* Prepares OpenSSL (without the host's openssl.cnf) and libsodium, then runs a known answer through every primitive of
 * crypto/. Call it first in main() of every role and test program, once, before any sandbox. Under 100 ms.
 * ERR_LOCAL_CONFIG: a library is too old or cannot start; ERR_LOCAL_CRYPTO: a wrong answer. */
err_t crypto_selftest(void) MUST_CHECK;

/* Which primitive failed in the last crypto_selftest, for the log line; "" when none. */
const char *crypto_selftest_failed(void);

#endif
