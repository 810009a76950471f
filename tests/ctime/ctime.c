/* Stands between our code and what it calls (the linker's --wrap): makes public what is public by design. Nothing else
 * in tests/ctime does, but for bytes that a test puts on the wire. */
#include "ctime.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <sqlcipher/sqlite3.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "peer/hs_wire.h"
#include "peer/record.h"

void (*ctime_opened)(u8 *plain, size_t n);

static u64 no_clock(void *arg)
{
	(void)arg;
	return 0;
}

static void draw(void *arg, void *out, size_t n)
{
	static u64 state;
	u8 block[SHA512_LEN], *p = out;
	(void)arg;
	for (size_t done = 0; done < n; done += MIN(n - done, sizeof block)) {
		state++;
		sha512(block, PARTS(slice_of(&state, sizeof state)));
		memcpy(p + done, block, MIN(n - done, sizeof block));
	}
	secret(out, n);
}

struct env ctime_env(void)
{
	return (struct env){.wall_ms = no_clock, .mono_ms = no_clock, .random = draw};
}

static void opened_p2(struct hs_p2 *p2)
{
	/* A public key and signatures, shown to whoever dials. T_B stays secret. */
	publish(p2->pk, offsetof(struct hs_p2, caps) - offsetof(struct hs_p2, pk));
	publish(&p2->sigs, sizeof p2->sigs);
}

static void opened_p3(struct hs_p3 *p3)
{
	/* A's names, public key and signatures, and what it wants: B's policy decides by them. */
	publish(p3, HS_P3_SIGNED + sizeof p3->sigs);
}

static void opened_record(u8 *inner, size_t n)
{
	/* Type and length say where the payload goes and how much is handed on: from here on the number of bytes that are
	 * moved tells them anyway. Both are authentic. */
	publish(inner, 3);
	size_t len = (size_t)inner[1] << 8 | inner[2];
	if (len > n - 3)
		return;
	/* The padding is no secret: it is zero, or the link ends. */
	publish(inner + 3 + len, n - 3 - len);
	/* What the link's own records say steers it: PING, REKEY_EK and _CT, ACCEPT, CLOSE (PROTO 4.1.4). */
	if ((inner[0] >= RECORD_PING && inner[0] <= RECORD_ACCEPT) || inner[0] == RECORD_CLOSE)
		publish(inner + 3, len);
}

void ctime_opened_by_link(u8 *plain, size_t n)
{
	if (n == sizeof(struct hs_p2))
		opened_p2((struct hs_p2 *)plain);
	else if (n == sizeof(struct hs_p3))
		opened_p3((struct hs_p3 *)plain);
	else
		opened_record(plain, n);
}

err_t __real_aead_open(const u8 *key, const u8 *nonce, struct slice ad, struct slice sealed, u8 *out);
err_t __wrap_aead_open(const u8 *key, const u8 *nonce, struct slice ad, struct slice sealed, u8 *out);
err_t __wrap_aead_open(const u8 *key, const u8 *nonce, struct slice ad, struct slice sealed, u8 *out)
{
	err_t e = __real_aead_open(key, nonce, ad, sealed, out);
	if (e == OK && ctime_opened)
		ctime_opened(out, sealed.n - AEAD_TAG_LEN);
	return e;
}

/* Every caller accepts or refuses by it: a MAC, a pin, a checksum. */
bool __real_ct_equal(const void *a, const void *b, size_t n);
bool __wrap_ct_equal(const void *a, const void *b, size_t n);
bool __wrap_ct_equal(const void *a, const void *b, size_t n)
{
	return publish_int(__real_ct_equal(a, b, n));
}

/* A point made of a secret scalar is a public key A or a commitment R; a scalar that is 0 is refused. */
int __real_crypto_scalarmult_ed25519_base_noclamp(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult_ed25519_base_noclamp(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult_ed25519_base_noclamp(unsigned char *q, const unsigned char *n)
{
	int r = publish_int(__real_crypto_scalarmult_ed25519_base_noclamp(q, n));
	publish(q, crypto_scalarmult_ed25519_BYTES);
	return r;
}

/* S = r + k a: the second half of a signature. */
void __real_crypto_core_ed25519_scalar_add(unsigned char *z, const unsigned char *x, const unsigned char *y);
void __wrap_crypto_core_ed25519_scalar_add(unsigned char *z, const unsigned char *x, const unsigned char *y);
void __wrap_crypto_core_ed25519_scalar_add(unsigned char *z, const unsigned char *x, const unsigned char *y)
{
	__real_crypto_core_ed25519_scalar_add(z, x, y);
	publish(z, crypto_core_ed25519_SCALARBYTES);
}

/* Whether a signature is good decides whether we go on; what it signs may hold T_B. */
int __real_crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m, unsigned long long n,
                                       const unsigned char *pk);
int __wrap_crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m, unsigned long long n,
                                       const unsigned char *pk);
int __wrap_crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m, unsigned long long n,
                                       const unsigned char *pk)
{
	return publish_int(__real_crypto_sign_verify_detached(sig, m, n, pk));
}

int __real_EVP_PKEY_verify(EVP_PKEY_CTX *c, const unsigned char *sig, size_t sig_n, const unsigned char *m, size_t n);
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *c, const unsigned char *sig, size_t sig_n, const unsigned char *m, size_t n);
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *c, const unsigned char *sig, size_t sig_n, const unsigned char *m, size_t n)
{
	return publish_int(__real_EVP_PKEY_verify(c, sig, sig_n, m, n));
}

/* An element that is none, a scalar that is 0 and a product that is the identity are refused (RFC 9497 3.3.1): with honest
 * secrets that does not happen. What comes out stays secret. */
int __real_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p);
int __wrap_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p);
int __wrap_crypto_scalarmult_ristretto255(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
	return publish_int(__real_crypto_scalarmult_ristretto255(q, n, p));
}

int __real_crypto_scalarmult_ristretto255_base(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult_ristretto255_base(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult_ristretto255_base(unsigned char *q, const unsigned char *n)
{
	return publish_int(__real_crypto_scalarmult_ristretto255_base(q, n));
}

int __real_crypto_core_ristretto255_scalar_invert(unsigned char *r, const unsigned char *s);
int __wrap_crypto_core_ristretto255_scalar_invert(unsigned char *r, const unsigned char *s);
int __wrap_crypto_core_ristretto255_scalar_invert(unsigned char *r, const unsigned char *s)
{
	return publish_int(__real_crypto_core_ristretto255_scalar_invert(r, s));
}

/* The border to SQLCipher: behind it everything would depend on the key. */
int __real_sqlite3_key(sqlite3 *db, const void *key, int n);
int __wrap_sqlite3_key(sqlite3 *db, const void *key, int n);
int __wrap_sqlite3_key(sqlite3 *db, const void *key, int n)
{
	publish(key, (size_t)n);
	return __real_sqlite3_key(db, key, n);
}
