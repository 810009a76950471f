/* Authenticated encryption: ChaCha20-Poly1305 for links and stores, AES-256-GCM for the page (WebCrypto has no other).
 * Both: 32-byte key, 12-byte nonce, 16-byte tag behind the ciphertext. A (key, nonce) pair seals once, ever. */
#ifndef BOC_CRYPTO_AEAD_H
#define BOC_CRYPTO_AEAD_H

#include "base/err.h"
#include "base/slice.h"

#define AEAD_KEY_LEN 32
#define AEAD_NONCE_LEN 12
#define AEAD_TAG_LEN 16

/* The nonce of PROTO 4.1.2: "0^4‖u64be seq". */
void aead_nonce_of(u64 seq, u8 ret[static AEAD_NONCE_LEN]);

/* ChaCha20-Poly1305 (RFC 8439 2.8). Writes plain.n + 16 bytes to out, which may be plain.p itself (in place) and
 * must not overlap it otherwise. ERR_LOCAL_CRYPTO when the library fails (no memory); then out holds zeros. */
err_t aead_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                struct slice plain, u8 *out) MUST_CHECK;

/* Opens what aead_seal made. Writes sealed.n - 16 bytes to out; out == sealed.p is allowed.
 * ERR_PEER_CRYPTO when the tag does not verify or sealed is shorter than a tag; then out holds zeros. */
err_t aead_open(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                struct slice sealed, u8 *out) MUST_CHECK;

/* AES-256-GCM (NIST SP 800-38D) with 96-bit nonce and 128-bit tag; otherwise as the two above. */
err_t aesgcm_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                  struct slice plain, u8 *out) MUST_CHECK;
err_t aesgcm_open(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                  struct slice sealed, u8 *out) MUST_CHECK;

#endif
