/* Known answers. Long ones are kept as the first 16 bytes of their SHA-512. Sources: FIPS 180-4, RFC 4231, 8439, 8032,
 * the GCM specification, draft-connolly-cfrg-xwing-kem, Wycheproof (ML-DSA-65 signing, case 1), RFC 9807 C.1.1;
 * Argon2id and Expand: made with two other implementations (the argon2 command, Python's hmac). */
#include "crypto/selftest.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <sodium.h>

#include "crypto/aead.h"
#include "crypto/argon.h"
#include "crypto/kdf.h"
#include "crypto/mldsa.h"
#include "crypto/onion_key.h"
#include "crypto/opaque.h"
#include "crypto/ossl.h"
#include "crypto/xwing.h"

#define SHORT_LEN 16

/* Whether the SHA-512 of got begins with want. */
static bool is(const void *got, size_t n, const char *want)
{
	u8 h[SHA512_LEN];

	sha512(h, PARTS(slice_of(got, n)));
	return memcmp(h, want, SHORT_LEN) == 0;
}

/* 0, 1, 2, ... as any input. */
static void count_up(u8 *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (u8)i;
}

static bool sha512_works(void)
{
	u8 h[SHA512_LEN];

	sha512(h, PARTS(slice_str("ab"), slice_str("c")));
	return memcmp(h, "\xdd\xaf\x35\xa1\x93\x61\x7a\xba\xcc\x41\x73\x49\xae\x20\x41\x31", SHORT_LEN) == 0;
}

static bool kdf_works(void)
{
	u8 h[SHA512_LEN], k[SHA512_LEN];

	boc_extract(slice_str("Jefe"), slice_str("what do ya want for nothing?"), h);
	if (memcmp(h, "\x16\x4b\x7a\x7b\xfc\xf8\x19\xe2\xe3\x95\xfb\xe7\x3b\x56\xe0\xa3", SHORT_LEN) != 0)
		return false;
	boc_expand(h, "root", slice_str("context"), k, sizeof k);
	return memcmp(k, "\x46\x2f\x83\xa4\xb0\xf2\x9e\x37\xca\x7b\xff\x08\x56\x8e\xf2\xdf", SHORT_LEN) == 0;
}

static bool aead_works(void)
{
	u8 key[AEAD_KEY_LEN], nonce[AEAD_NONCE_LEN] = {7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47},
			      box[114 + 16];
	struct slice ad = slice_of("\x50\x51\x52\x53\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7", 12);
	struct slice plain =
		slice_str("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
	                  "future, sunscreen would be it.");

	count_up(key, sizeof key);
	for (size_t i = 0; i < sizeof key; i++)
		key[i] |= 0x80;
	if (aead_seal(key, nonce, ad, plain, box) != OK ||
	    memcmp(box + plain.n, "\x1a\xe1\x0b\x59\x4f\x09\xe2\x6a\x7e\x90\x2e\xcb\xd0\x60\x06\x91", 16) != 0)
		return false;
	if (aead_open(key, nonce, ad, slice_of(box, sizeof box), box) != OK || memcmp(box, plain.p, plain.n) != 0)
		return false;
	return aead_open(key, nonce, ad, slice_of(box, sizeof box), box) == ERR_PEER_CRYPTO;
}

static bool aesgcm_works(void)
{
	static const u8 key[AEAD_KEY_LEN], nonce[AEAD_NONCE_LEN], plain[16]; /* zeros: test case 14 */
	u8 box[16 + 16];
	struct slice none = slice_of(NULL, 0);

	if (aesgcm_seal(key, nonce, none, slice_of(plain, 16), box) != OK ||
	    memcmp(box + 16, "\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5\xd4\x8a\xb9\x19", 16) != 0)
		return false;
	box[0] ^= 1;
	if (aesgcm_open(key, nonce, none, slice_of(box, sizeof box), box) != ERR_PEER_CRYPTO)
		return false;
	return aesgcm_seal(key, nonce, none, slice_of(plain, 16), box) == OK &&
	       aesgcm_open(key, nonce, none, slice_of(box, sizeof box), box) == OK && memcmp(box, plain, 16) == 0;
}

static bool xwing_works(void)
{
	u8 eseed[XWING_ESEED_LEN], ek[XWING_EK_LEN], ct[XWING_CT_LEN];
	struct secret32 seed, ss, back;

	/* first vector of the draft: SHAKE-128 of nothing gives seed, then eseed */
	memcpy(seed.b,
	       "\x7f\x9c\x2b\xa4\xe8\x8f\x82\x7d\x61\x60\x45\x50\x76\x05\x85\x3e"
	       "\xd7\x3b\x80\x93\xf6\xef\xbc\x88\xeb\x1a\x6e\xac\xfa\x66\xef\x26",
	       32);
	memcpy(eseed,
	       "\x3c\xb1\xee\xa9\x88\x00\x4b\x93\x10\x3c\xfb\x0a\xee\xfd\x2a\x68"
	       "\x6e\x01\xfa\x4a\x58\xe8\xa3\x63\x9c\xa8\xa1\xe3\xf9\xae\x57\xe2"
	       "\x35\xb8\xcc\x87\x3c\x23\xdc\x62\xb8\xd2\x60\x16\x9a\xfa\x2f\x75"
	       "\xab\x91\x6a\x58\xd9\x74\x91\x88\x35\xd2\x5e\x6a\x43\x50\x85\xb2",
	       64);
	if (xwing_keygen(&seed, ek) != OK ||
	    !is(ek, sizeof ek, "\xb3\x78\xb1\x89\x9f\xd4\xfe\x9f\x32\xbb\x6e\x72\x6d\x96\x58\x8c"))
		return false;
	if (xwing_encaps(ek, eseed, ct, &ss) != OK ||
	    !is(ct, sizeof ct, "\x2c\x82\x1c\x4c\xf1\xd6\x84\x87\x08\x37\x81\x2b\xd5\x15\x5d\x78"))
		return false;
	if (memcmp(ss.b, "\xd2\xdf\x05\x22\x12\x8f\x09\xdd\x8e\x2c\x92\xb1\xe9\x05\xc7\x93", SHORT_LEN) != 0)
		return false;
	if (xwing_decaps(&seed, ct, &back) != OK || memcmp(&ss, &back, sizeof ss) != 0)
		return false;
	memset(ek + XWING_EK_LEN - 32, 0, 32); /* a share of small order */
	return xwing_encaps(ek, eseed, ct, &ss) == ERR_PEER_CRYPTO;
}

static bool mldsa_works(void)
{
	CLEANUP(mldsa_key_freep) struct mldsa_key *k = NULL;
	struct slice msg = slice_str("Hello world"), none = slice_of(NULL, 0);
	u8 sig[MLDSA_SIG_LEN];
	struct secret32 seed;

	memset(&seed, 0x2a, sizeof seed);
	if (mldsa_key_new(&seed, &k) != OK ||
	    !is(mldsa_key_pk(k), MLDSA_PK_LEN, "\x5f\xa9\xc5\xff\xc2\xac\x61\x4a\x59\x6e\xd2\xac\xc3\x51\xad\xa5"))
		return false;
	if (mldsa_sign(k, NULL, msg, none, sig) != OK ||
	    !is(sig, sizeof sig, "\xa1\xe4\x0f\xda\x8e\xbe\x04\x3f\x17\xee\x3d\x04\x13\x2c\x43\xde"))
		return false;
	if (mldsa_verify(mldsa_key_pk(k), msg, none, sig) != OK)
		return false;
	sig[100] ^= 1;
	return mldsa_verify(mldsa_key_pk(k), msg, none, sig) == ERR_PEER_CRYPTO;
}

static bool onion_key_works(void)
{
	static const char address[] = "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid";
	struct secret32 seed;
	struct onion_sec sec;
	struct onion_pub pub, decoded;
	u8 sig[ONION_SIG_LEN];

	/* RFC 8032 TEST 1; the address is the one that tor's own unit tests use for this key */
	memcpy(seed.b,
	       "\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4"
	       "\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60",
	       32);
	onion_sec_from_seed(&seed, &sec);
	if (onion_sign(&sec, slice_of(NULL, 0), sig) != OK ||
	    memcmp(sig, "\xe5\x56\x43\x00\xc3\x60\xac\x72\x90\x86\xe2\xcc\x80\x6e\x82\x8a", SHORT_LEN) != 0)
		return false;
	if (onion_pub_from_sec(&sec, &pub) != OK || onion_verify(&pub, slice_str("x"), sig) != ERR_PEER_CRYPTO)
		return false;
	return onion_addr_decode(slice_str(address), &decoded) == OK && onion_pub_eq(&pub, &decoded);
}

static bool argon_works(void)
{
	u8 out[32];

	return argon2id(slice_str("password"), (const u8 *)"somesalt56789012", (struct argon_cost){2, 64}, out,
	                sizeof out) == OK &&
	       memcmp(out, "\x9f\x20\x03\xfc\x7e\x5f\x03\xca\x49\xa5\x76\x8f\x26\x06\xc1\x94", SHORT_LEN) == 0;
}

static void counting(void *arg, void *out, size_t n)
{
	(void)arg;
	count_up(out, n);
}

/* A registration and a login of both sides; the values are pinned by the first run that passed RFC 9807's vectors. */
static bool opaque_works(void)
{
	const struct env env = {.random = counting};
	const struct opaque_app app = {.context = slice_str("OPAQUE-POC")};
	const struct opaque_ksf none = {0};
	struct slice pw = slice_str("CorrectHorseBatteryStaple"), id = slice_str("1234");
	u8 m1[OPAQUE_KE1_LEN], m2[OPAQUE_KE2_LEN], m3[OPAQUE_KE3_LEN], record[OPAQUE_RECORD_LEN];
	u8 export_key[OPAQUE_KEY_LEN], client[OPAQUE_KEY_LEN], server[OPAQUE_KEY_LEN];
	struct opaque_server_keys keys;
	struct opaque_client_reg reg;
	struct opaque_client_login cl;
	struct opaque_server_login sl;

	return opaque_server_keys_new(&env, &keys) == OK && opaque_client_reg_start(&env, pw, &reg, m1) == OK &&
	       opaque_server_reg_response(&keys, id, m1, m2) == OK &&
	       opaque_client_reg_finish(&reg, &env, &app, none, pw, m2, record, export_key) == OK &&
	       opaque_client_login_start(&env, pw, &cl, m1) == OK &&
	       opaque_server_login_start(&keys, &env, &app, id, record, m1, m2, &sl) == OK &&
	       opaque_client_login_finish(&cl, &app, none, pw, m2, m3, client, export_key) == OK &&
	       opaque_server_login_finish(&sl, m3, server) == OK && ct_equal(client, server, sizeof client) &&
	       is(record, sizeof record, "\xd8\xfc\xe6\x8e\x1c\x7f\x20\xef\x0a\x71\xf1\x58\xc5\x83\x8b\x7e") &&
	       is(client, sizeof client, "\x16\x88\xc9\xc5\x9c\x40\xac\x10\xa2\x74\xf2\x8c\xb0\xdc\xd0\x51");
}

static const struct {
	const char *name;
	bool (*works)(void);
} primitives[] = {
	{"SHA-512", sha512_works},     {"HMAC-SHA-512", kdf_works}, {"ChaCha20-Poly1305", aead_works},
	{"AES-256-GCM", aesgcm_works}, {"X-Wing", xwing_works},     {"ML-DSA-65", mldsa_works},
	{"Ed25519", onion_key_works},  {"Argon2id", argon_works},   {"OPAQUE", opaque_works},
};

static const char *failed = "";

err_t crypto_selftest(void)
{
	const char *missing;

	failed = "";
	/* A statically linked libcrypto would otherwise read the host's openssl.cnf, made for another version. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1) {
		failed = "OpenSSL";
		return ERR_LOCAL_CONFIG;
	}
	if (sodium_init() < 0) {
		failed = "libsodium";
		return ERR_LOCAL_CONFIG;
	}
	if (!ossl_has_all(&missing)) {
		failed = missing;
		return ERR_LOCAL_CONFIG;
	}
	for (size_t i = 0; i < ARRAY_LEN(primitives); i++)
		if (!primitives[i].works()) {
			failed = primitives[i].name;
			return ERR_LOCAL_CRYPTO;
		}
	return OK;
}

const char *crypto_selftest_failed(void)
{
	return failed;
}
