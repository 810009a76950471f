/* src/crypto as its callers see it: reads what it is told, says yes or no, and gives any bytes. */
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/mldsa.h"
#include "crypto/onion_key.h"
#include "crypto/xwing.h"

#include "proof.h"

static err_t any_of(err_t e)
{
	return any_bool() ? OK : e;
}

static void reads_parts(const struct slice *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		reads_slice(parts[i]);
}

void sha512(u8 ret[static SHA512_LEN], const struct slice *parts, size_t n)
{
	reads_parts(parts, n);
	fills(ret, SHA512_LEN);
}

void hmac_sha512(u8 ret[static SHA512_LEN], struct slice key, const struct slice *parts, size_t n)
{
	reads_slice(key);
	reads_parts(parts, n);
	fills(ret, SHA512_LEN);
}

void boc_extract(struct slice salt, struct slice ikm, u8 ret[static SHA512_LEN])
{
	reads_slice(salt);
	reads_slice(ikm);
	fills(ret, SHA512_LEN);
}

void boc_expand(const u8 prk[static SHA512_LEN], const char *label, struct slice ctx, u8 *out, size_t n)
{
	(void)label;
	prove(n <= SHA512_LEN);
	reads(prk, SHA512_LEN);
	reads_slice(ctx);
	fills(out, n);
}

void boc_mix(u8 th[static SHA512_LEN], u8 t, struct slice d)
{
	(void)t;
	reads_slice(d);
	fills(th, SHA512_LEN);
}

bool ct_equal(const void *a, const void *b, size_t n)
{
	reads(a, n);
	reads(b, n);
	return any_bool();
}

void aead_nonce_of(u64 seq, u8 ret[static AEAD_NONCE_LEN])
{
	(void)seq;
	fills(ret, AEAD_NONCE_LEN);
}

err_t aead_seal(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                struct slice plain, u8 *out)
{
	reads(key, AEAD_KEY_LEN);
	reads(nonce, AEAD_NONCE_LEN);
	reads_slice(ad);
	reads_slice(plain);
	fills(out, plain.n + AEAD_TAG_LEN);
	return any_of(ERR_LOCAL_CRYPTO);
}

err_t aead_open(const u8 key[static AEAD_KEY_LEN], const u8 nonce[static AEAD_NONCE_LEN], struct slice ad,
                struct slice sealed, u8 *out)
{
	reads(key, AEAD_KEY_LEN);
	reads(nonce, AEAD_NONCE_LEN);
	reads_slice(ad);
	reads_slice(sealed);
	if (sealed.n < AEAD_TAG_LEN)
		return ERR_PEER_CRYPTO;
	fills(out, sealed.n - AEAD_TAG_LEN);
	return any_of(ERR_PEER_CRYPTO);
}

err_t xwing_keygen(const struct secret32 *seed, u8 ret_ek[static XWING_EK_LEN])
{
	reads(seed, sizeof *seed);
	fills(ret_ek, XWING_EK_LEN);
	return any_of(ERR_LOCAL_CRYPTO);
}

err_t xwing_encaps(const u8 ek[static XWING_EK_LEN], const u8 eseed[static XWING_ESEED_LEN],
                   u8 ret_ct[static XWING_CT_LEN], struct secret32 *ret_ss)
{
	reads(ek, XWING_EK_LEN);
	reads(eseed, XWING_ESEED_LEN);
	fills(ret_ct, XWING_CT_LEN);
	fills(ret_ss, sizeof *ret_ss);
	return any_of(ERR_PEER_CRYPTO);
}

err_t xwing_decaps(const struct secret32 *seed, const u8 ct[static XWING_CT_LEN], struct secret32 *ret_ss)
{
	reads(seed, sizeof *seed);
	reads(ct, XWING_CT_LEN);
	fills(ret_ss, sizeof *ret_ss);
	return any_of(ERR_PEER_CRYPTO);
}

bool onion_pub_is_valid(const struct onion_pub *pub)
{
	reads(pub, sizeof *pub);
	return any_bool();
}

err_t onion_verify(const struct onion_pub *pub, struct slice msg, const u8 sig[static ONION_SIG_LEN])
{
	reads(pub, sizeof *pub);
	reads_slice(msg);
	reads(sig, ONION_SIG_LEN);
	return any_of(ERR_PEER_CRYPTO);
}

err_t mldsa_verify(const u8 pk[static MLDSA_PK_LEN], struct slice msg, struct slice ctx,
                   const u8 sig[static MLDSA_SIG_LEN])
{
	reads(pk, MLDSA_PK_LEN);
	reads_slice(msg);
	prove(ctx.n <= MLDSA_CTX_MAX);
	reads_slice(ctx);
	reads(sig, MLDSA_SIG_LEN);
	return any_of(ERR_PEER_CRYPTO);
}
