/* SHA-512, HMAC-SHA-512 and what is made of them: HKDF (RFC 5869) and the key schedule of PROTO 3.1.2.
 * Nothing here can fail: no allocation, no error to check. */
#ifndef BOC_CRYPTO_KDF_H
#define BOC_CRYPTO_KDF_H

#include "base/slice.h"

#define SHA512_LEN 64
#define HKDF_MAX ((size_t)255 * SHA512_LEN) /* RFC 5869 2.3 */

/* Several byte runs as one argument pair: `sha512(h, PARTS(slice_str("a"), slice_of(x, n)));` */
#define PARTS(...) \
	((const struct slice[]){__VA_ARGS__}), (sizeof((const struct slice[]){__VA_ARGS__}) / sizeof(struct slice))

/* ret = SHA-512(parts[0] || ... || parts[n-1]) (FIPS 180-4). */
void sha512(u8 ret[static SHA512_LEN], const struct slice *parts, size_t n);

/* ret = HMAC-SHA-512(key, parts[0] || ... || parts[n-1]) (RFC 2104). Any key length. */
void hmac_sha512(u8 ret[static SHA512_LEN], struct slice key, const struct slice *parts, size_t n);

/* HKDF-Extract with SHA-512 (RFC 5869 2.2). An empty salt means 64 zero bytes, as the RFC says.
 * ret may overlap salt or ikm. */
void hkdf_extract(struct slice salt, struct slice ikm, u8 ret[static SHA512_LEN]);

/* HKDF-Expand with SHA-512 (RFC 5869 2.3): n bytes to out, n <= HKDF_MAX; info is given in at most 7 parts (both
 * asserted). out must not overlap prk or info. */
void hkdf_expand(const u8 prk[static SHA512_LEN], const struct slice *info_parts, size_t n_parts, u8 *out, size_t n);

/* PROTO 3.1.2: "Extract(salt,ikm)        = HMAC-SHA-512(salt, ikm)". ret may overlap salt or ikm. */
void boc_extract(struct slice salt, struct slice ikm, u8 ret[static SHA512_LEN]);

/* PROTO 3.1.2: "Expand(prk,label,ctx,n)  = HMAC-SHA-512(prk, "boc1" ‖ u8 len(label) ‖ label ‖ ctx ‖ 0x01)[0:n],  n ≤ 64".
 * label: a string constant of at most 255 bytes. n and label length are asserted. out may overlap prk or ctx. */
void boc_expand(const u8 prk[static SHA512_LEN], const char *label, struct slice ctx, u8 *out, size_t n);

/* PROTO 3.1.2: "Mix(th,t,d)              = SHA-512(th ‖ u8 t ‖ u32be len(d) ‖ d)". th is replaced by the result. */
void boc_mix(u8 th[static SHA512_LEN], u8 t, struct slice d);

/* Whether two runs of n bytes are equal, in time that depends on n only. */
bool ct_equal(const void *a, const void *b, size_t n) MUST_CHECK;

#endif
