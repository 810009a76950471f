#include "vec.h"

#include "crypto/aead.h"

static const struct {
	err_t (*seal)(const u8 *, const u8 *, struct slice, struct slice, u8 *);
	err_t (*open)(const u8 *, const u8 *, struct slice, struct slice, u8 *);
} modes[] = {{aead_seal, aead_open}, {aesgcm_seal, aesgcm_open}};

static void rfc8439(void **state)
{
	struct slice plain = slice_str("Ladies and Gentlemen of the class of '99: If I could offer you "
	                               "only one tip for the future, sunscreen would be it.");
	struct slice key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
	struct slice nonce = hex("070000004041424344454647"), ad = hex("50515253c0c1c2c3c4c5c6c7");
	u8 out[114 + 16];

	(void)state;
	assert_int_equal(aead_seal(key.p, nonce.p, ad, plain, out), OK);
	assert_bytes(slice_of(out, sizeof out), hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
	                                            "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
	                                            "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
	                                            "3ff4def08e4b7a9de576d26586cec64b6116"
	                                            "1ae10b594f09e26a7e902ecbd0600691"));
}

static void chacha_case(const json_t *group, const json_t *test)
{
	struct slice key = vec_hex(test, "key"), iv = vec_hex(test, "iv"), ad = vec_hex(test, "aad");
	struct slice msg = vec_hex(test, "msg"), ct = vec_hex(test, "ct"), tag = vec_hex(test, "tag");
	u8 sealed[1024], out[1024];

	(void)group;
	if (iv.n != AEAD_NONCE_LEN) { /* InvalidNonceSize: the type rules it out */
		assert_true(vec_is(test, "invalid"));
		return;
	}
	assert_true(msg.n + 16 <= sizeof sealed && tag.n == 16);
	memcpy(sealed, ct.p, ct.n);
	memcpy(sealed + ct.n, tag.p, tag.n);
	err_t err = aead_open(key.p, iv.p, ad, slice_of(sealed, ct.n + 16), out);
	if (vec_is(test, "valid")) {
		assert_int_equal(err, OK);
		assert_bytes(slice_of(out, msg.n), msg);
		assert_int_equal(aead_seal(key.p, iv.p, ad, msg, out), OK);
		assert_memory_equal(out, sealed, ct.n + 16);
	} else {
		assert_int_equal(err, ERR_PEER_CRYPTO);
	}
}

static void chacha_wycheproof(void **state)
{
	(void)state;
	vec_each("wycheproof_chacha20_poly1305_test.json", chacha_case);
}

static void gcm_known_answer(void **state)
{
	/* The GCM specification (McGrew, Viega), test case 16. */
	struct slice key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
	struct slice iv = hex("cafebabefacedbaddecaf888"), ad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
	struct slice plain = hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
	                         "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
	u8 out[60 + 16];

	(void)state;
	assert_int_equal(aesgcm_seal(key.p, iv.p, ad, plain, out), OK);
	assert_bytes(slice_of(out, sizeof out), hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	                                            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
	                                            "76fc6ece0f4e1768cddf8853bb2d551b"));
}

/* Any changed bit of key, nonce, associated data, ciphertext or tag is refused, and nothing of the plaintext stays. */
static void every_bit_counts(void **state)
{
	u8 in[32 + 12 + 5 + 9 + 16], out[9];

	(void)state;
	u8 *key = in, *nonce = in + 32, *ad = in + 44, *box = in + 49;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		for (size_t i = 0; i < sizeof in; i++)
			in[i] = (u8)i;
		assert_int_equal(modes[m].seal(key, nonce, slice_of(ad, 5), slice_str("plaintext"), box), OK);
		assert_int_equal(modes[m].open(key, nonce, slice_of(ad, 5), slice_of(box, 25), out), OK);
		assert_memory_equal(out, "plaintext", 9);
		for (size_t bit = 0; bit < 8 * sizeof in; bit++) {
			in[bit / 8] ^= (u8)(1u << bit % 8);
			assert_int_equal(modes[m].open(key, nonce, slice_of(ad, 5), slice_of(box, 25), out),
			                 ERR_PEER_CRYPTO);
			assert_memory_equal(out, ((u8[9]){0}), 9);
			in[bit / 8] ^= (u8)(1u << bit % 8);
		}
		for (size_t n = 0; n < 25; n++)
			assert_int_equal(modes[m].open(key, nonce, slice_of(ad, 5), slice_of(box, n), out),
			                 ERR_PEER_CRYPTO);
	}
}

static void in_place_and_empty(void **state)
{
	static const u8 key[32], nonce[12];
	u8 buf[100 + 16];

	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
		memset(buf, 'x', 100);
		assert_int_equal(modes[m].seal(key, nonce, slice_of(NULL, 0), slice_of(buf, 100), buf), OK);
		assert_int_equal(modes[m].open(key, nonce, slice_of(NULL, 0), slice_of(buf, 116), buf), OK);
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(buf[i], 'x');
		assert_int_equal(modes[m].seal(key, nonce, slice_of(NULL, 0), slice_of(NULL, 0), buf), OK);
		assert_int_equal(modes[m].open(key, nonce, slice_of(NULL, 0), slice_of(buf, 16), NULL), OK);
		buf[3] ^= 1;
		assert_int_equal(modes[m].open(key, nonce, slice_of(NULL, 0), slice_of(buf, 16), NULL),
		                 ERR_PEER_CRYPTO);
	}
}

static void nonce_of_counter(void **state)
{
	u8 n[12];

	(void)state;
	aead_nonce_of(0x0102030405060708, n);
	assert_bytes(slice_of(n, 12), hex("000000000102030405060708"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8439),
		cmocka_unit_test(chacha_wycheproof),
		cmocka_unit_test(gcm_known_answer),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(in_place_and_empty),
		cmocka_unit_test(nonce_of_counter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
