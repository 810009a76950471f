/* Internal to crypto/: X25519 (RFC 7748). Any 32 bytes are a secret scalar (clamped inside) or a public key. */
#ifndef BOC_CRYPTO_X25519_H
#define BOC_CRYPTO_X25519_H

#include "base/err.h"

#define X25519_LEN 32

/* ret_pk = X25519(sk, 9). ERR_LOCAL_CRYPTO when the library fails. */
err_t x25519_pub(const u8 sk[static X25519_LEN], u8 ret_pk[static X25519_LEN]) MUST_CHECK;

/* ret_ss = X25519(sk, pk). ERR_PEER_CRYPTO when it would be all zeros, that is, pk has small order. */
err_t x25519(const u8 sk[static X25519_LEN], const u8 pk[static X25519_LEN], u8 ret_ss[static X25519_LEN]) MUST_CHECK;

#endif
