/* X-Wing, the hybrid KEM of X25519 and ML-KEM-768 (draft-connolly-cfrg-xwing-kem).
 * Decapsulation keys exist as their 32-byte seed only: the binding claims of the draft hold for that form alone. */
#ifndef BOC_CRYPTO_XWING_H
#define BOC_CRYPTO_XWING_H

#include "base/err.h"
#include "base/ids.h"

/* PROTO 3.1.1: "X-Wing (ek 1216, ct 1120, ss 32, seed 32 bytes)" */
#define XWING_EK_LEN 1216  /* ML-KEM-768 encapsulation key (1184) || X25519 public key (32) */
#define XWING_CT_LEN 1120  /* ML-KEM-768 ciphertext (1088) || X25519 public key (32) */
#define XWING_ESEED_LEN 64 /* randomness of one encapsulation */

/* The encapsulation key of seed. Takes 32 random bytes; keep them secret and wipe them after use.
 * ERR_LOCAL_CRYPTO when the library fails. */
err_t xwing_keygen(const struct secret32 *seed, u8 ret_ek[static XWING_EK_LEN]) MUST_CHECK;

/* A fresh shared secret for the holder of ek. eseed: 64 random bytes, used once and then wiped by the caller
 * (EncapsulateDerand of the draft). ERR_PEER_CRYPTO: an ML-KEM key that FIPS 203 7.2 refuses (coefficients >= q)
 * or an X25519 key of small order (all-zero shared secret). ERR_LOCAL_CRYPTO: the library failed. */
err_t xwing_encaps(const u8 ek[static XWING_EK_LEN], const u8 eseed[static XWING_ESEED_LEN],
                   u8 ret_ct[static XWING_CT_LEN], struct secret32 *ret_ss) MUST_CHECK;

/* The shared secret in ct. A wrong ML-KEM ciphertext gives another secret and no error (implicit rejection);
 * ERR_PEER_CRYPTO: an X25519 share of small order. ERR_LOCAL_CRYPTO: the library failed. */
err_t xwing_decaps(const struct secret32 *seed, const u8 ct[static XWING_CT_LEN], struct secret32 *ret_ss) MUST_CHECK;

#endif
