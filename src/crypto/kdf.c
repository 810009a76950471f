/* On libsodium: its SHA-512 and HMAC neither allocate nor fail, so the key schedule has no error paths. */
#include "crypto/kdf.h"

#include <assert.h>
#include <sodium.h>

void sha512(u8 ret[static SHA512_LEN], const struct slice *parts, size_t n)
{
	crypto_hash_sha512_state st;

	crypto_hash_sha512_init(&st);
	for (size_t i = 0; i < n; i++)
		crypto_hash_sha512_update(&st, parts[i].p, parts[i].n);
	crypto_hash_sha512_final(&st, ret);
	wipe(&st, sizeof st);
}

void hmac_sha512(u8 ret[static SHA512_LEN], struct slice key, const struct slice *parts, size_t n)
{
	crypto_auth_hmacsha512_state st;
	u8 none = 0;

	crypto_auth_hmacsha512_init(&st, key.n ? key.p : &none, key.n);
	for (size_t i = 0; i < n; i++)
		crypto_auth_hmacsha512_update(&st, parts[i].p, parts[i].n);
	crypto_auth_hmacsha512_final(&st, ret);
	wipe(&st, sizeof st);
}

void hkdf_extract(struct slice salt, struct slice ikm, u8 ret[static SHA512_LEN])
{
	/* RFC 5869 2.2: "if not provided, it is set to a string of HashLen zeros", which is what HMAC makes of an empty key. */
	hmac_sha512(ret, salt, PARTS(ikm));
}

void hkdf_expand(const u8 prk[static SHA512_LEN], const struct slice *info_parts, size_t n_parts, u8 *out, size_t n)
{
	struct slice parts[9];
	u8 block[SHA512_LEN];

	assert(n <= HKDF_MAX && n_parts <= 7);
	for (size_t i = 0; i < n_parts; i++)
		parts[1 + i] = info_parts[i];
	/* T(i) = HMAC-Hash(PRK, T(i-1) | info | i), T(0) empty */
	size_t block_len = 0;
	for (size_t done = 0, i = 1; done < n; i++) {
		u8 counter = (u8)i;
		parts[0] = slice_of(block, block_len);
		parts[1 + n_parts] = slice_of(&counter, 1);
		hmac_sha512(block, slice_of(prk, SHA512_LEN), parts, n_parts + 2);
		block_len = SHA512_LEN;
		size_t take = MIN(n - done, sizeof block);
		memcpy(out + done, block, take);
		done += take;
	}
	wipe(block, sizeof block);
}

void boc_extract(struct slice salt, struct slice ikm, u8 ret[static SHA512_LEN])
{
	/* PROTO 3.1.2: "Extract(salt,ikm)        = HMAC-SHA-512(salt, ikm)" */
	hmac_sha512(ret, salt, PARTS(ikm));
}

void boc_expand(const u8 prk[static SHA512_LEN], const char *label, struct slice ctx, u8 *out, size_t n)
{
	struct slice l = slice_str(label);
	u8 label_len = (u8)l.n, one = 0x01;
	u8 block[SHA512_LEN];

	assert(n <= sizeof block && l.n <= 255);
	/* PROTO 3.1.2: "HMAC-SHA-512(prk, "boc1" ‖ u8 len(label) ‖ label ‖ ctx ‖ 0x01)[0:n],  n ≤ 64" */
	hmac_sha512(block, slice_of(prk, SHA512_LEN),
	            PARTS(slice_str("boc1"), slice_of(&label_len, 1), l, ctx, slice_of(&one, 1)));
	memcpy(out, block, n);
	wipe(block, sizeof block);
}

void boc_mix(u8 th[static SHA512_LEN], u8 t, struct slice d)
{
	assert(d.n <= UINT32_MAX);
	u32 n = (u32)d.n;
	u8 head[5] = {t, (u8)(n >> 24), (u8)(n >> 16), (u8)(n >> 8), (u8)n};

	/* PROTO 3.1.2: "Mix(th,t,d)              = SHA-512(th ‖ u8 t ‖ u32be len(d) ‖ d)" */
	sha512(th, PARTS(slice_of(th, SHA512_LEN), slice_of(head, sizeof head), d));
}

bool ct_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}
