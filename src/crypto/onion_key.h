/* The Ed25519 key of a v3 onion service: tor's expanded secret form, strict verification, address text.
 * Specifications: RFC 8032 5.1, tor's rend-spec-v3 (address encoding), PROTO 3.2. */
#ifndef BOC_CRYPTO_ONION_KEY_H
#define BOC_CRYPTO_ONION_KEY_H

#include "base/err.h"
#include "base/ids.h"
#include "base/slice.h"

#define ONION_SIG_LEN 64
#define ONION_ADDR_LEN 56                       /* base32 characters */
#define ONION_ADDR_CAP (ONION_ADDR_LEN + 6 + 1) /* with ".onion" and NUL */

/* a || RH of a 32-byte seed: SHA-512, the first half clamped (RFC 8032 5.1.5 steps 1 and 2). This is what ADD_ONION
 * ED25519-V3 takes in base64. Wipe ret after use. */
void onion_sec_from_seed(const struct secret32 *seed, struct onion_sec *ret);

/* The public key A = aB. ERR_LOCAL_CRYPTO when sec is no usable key (a is 0 mod L). */
err_t onion_pub_from_sec(const struct onion_sec *sec, struct onion_pub *ret_pub) MUST_CHECK;

/* Signs with the expanded key. A is computed from sec, never taken from a caller, and the signature is verified before
 * it is handed out. About 0.2 ms. ERR_LOCAL_CRYPTO when the key is unusable or the check fails. */
err_t onion_sign(const struct onion_sec *sec, struct slice msg, u8 ret_sig[static ONION_SIG_LEN]) MUST_CHECK;

/* Strict: S < L, R and pub canonical, pub of prime order, no small order, cofactorless equation.
 * OK or ERR_PEER_CRYPTO. */
err_t onion_verify(const struct onion_pub *pub, struct slice msg, const u8 sig[static ONION_SIG_LEN]) MUST_CHECK;

/* Canonical encoding of a point of the prime-order subgroup, not the identity. Ask it of every key from outside. */
bool onion_pub_is_valid(const struct onion_pub *pub) MUST_CHECK;

/* Writes 56 lower-case characters, ".onion" if suffix, and NUL. */
void onion_addr_encode(const struct onion_pub *pub, bool suffix, char ret_text[static ONION_ADDR_CAP]);

/* Reads an address: with or without ".onion", any case, white space around it. ERR_PEER_FORMAT unless it is 56 base32
 * characters with the right checksum and version 3; ERR_PEER_CRYPTO when the key is no valid point. */
err_t onion_addr_decode(struct slice text, struct onion_pub *ret_pub) MUST_CHECK;

#endif
