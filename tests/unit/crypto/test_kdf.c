#include "vec.h"

#include "crypto/kdf.h"

static void sha512_joins_parts(void **state)
{
	u8 h[64];

	(void)state;
	/* FIPS 180-4 example: "abc" */
	sha512(h, PARTS(slice_str("a"), slice_of(NULL, 0), slice_str("bc")));
	assert_bytes(slice_of(h, 64), hex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	                                  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
}

static void hmac_rfc4231(void **state)
{
	u8 h[64];

	(void)state;
	/* test case 2 */
	hmac_sha512(h, slice_str("Jefe"), PARTS(slice_str("what do ya want "), slice_str("for nothing?")));
	assert_bytes(slice_of(h, 64), hex("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	                                  "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"));
}

static void hmac_case(const json_t *group, const json_t *test)
{
	size_t n = (size_t)json_integer_value(json_object_get(group, "tagSize")) / 8;
	struct slice tag = vec_hex(test, "tag");
	u8 h[64];

	hmac_sha512(h, vec_hex(test, "key"), PARTS(vec_hex(test, "msg")));
	assert_int_equal(tag.n, n);
	assert_int_equal(ct_equal(h, tag.p, n), vec_is(test, "valid"));
}

static void hmac_wycheproof(void **state)
{
	(void)state;
	vec_each("wycheproof_hmac_sha512_test.json", hmac_case);
}

static void hkdf_case(const json_t *group, const json_t *test)
{
	size_t n = (size_t)json_integer_value(json_object_get(test, "size"));
	u8 prk[64], out[HKDF_MAX];

	(void)group;
	if (vec_has_flag(test, "SizeTooLarge")) { /* a caller's bug here: asserted */
		assert_true(n > HKDF_MAX);
		return;
	}
	hkdf_extract(vec_hex(test, "salt"), vec_hex(test, "ikm"), prk);
	hkdf_expand(prk, PARTS(vec_hex(test, "info")), out, n);
	assert_bytes(slice_of(out, n), vec_hex(test, "okm"));
}

static void hkdf_wycheproof(void **state)
{
	(void)state;
	vec_each("wycheproof_hkdf_sha512_test.json", hkdf_case);
}

static void boc_expand_prefixes(void **state)
{
	static const u8 prk[64];
	u8 long_one[64], short_one[32];

	(void)state;
	/* One block of HKDF: every length gives the same prefix. */
	boc_expand(prk, "root", slice_str("ctx"), long_one, 64);
	boc_expand(prk, "root", slice_str("ctx"), short_one, 32);
	assert_memory_equal(long_one, short_one, 32);
}

static void boc_expand_is_hkdf(void **state)
{
	u8 prk[64], a[64], b[64];

	(void)state;
	for (size_t i = 0; i < 64; i++)
		prk[i] = (u8)i;
	boc_expand(prk, "chain a2b", slice_str("\1\2\3"), a, 64);
	hkdf_expand(prk,
	            PARTS(slice_str("boc1\x09"
	                            "chain a2b"
	                            "\1\2\3")),
	            b, 64);
	assert_memory_equal(a, b, 64);
	/* "rec" with no context, and an empty label */
	boc_expand(prk, "rec", slice_of(NULL, 0), a, 64);
	hkdf_expand(prk, PARTS(slice_str("boc1\3rec")), b, 64);
	assert_memory_equal(a, b, 64);
	/* out may be the key itself: the ratchet of PROTO 4.2 */
	boc_expand(prk, "rec", slice_of(NULL, 0), prk, 64);
	assert_memory_equal(prk, b, 64);
}

static void boc_extract_and_mix(void **state)
{
	u8 th[64], want[64], prk[64];

	(void)state;
	memset(th, 7, sizeof th);
	sha512(want, PARTS(slice_of(th, 64), slice_of("\5\0\0\1\4", 5), slice_of((u8[260]){9}, 260)));
	boc_mix(th, 5, slice_of((u8[260]){9}, 260));
	assert_memory_equal(th, want, 64);
	boc_extract(slice_str("Jefe"), slice_str("what do ya want for nothing?"), prk);
	hmac_sha512(want, slice_str("Jefe"), PARTS(slice_str("what do ya want for nothing?")));
	assert_memory_equal(prk, want, 64);
}

static void ct_equal_sees_every_bit(void **state)
{
	u8 a[64] = {0}, b[64] = {0};

	(void)state;
	assert_true(ct_equal(a, b, 64));
	for (size_t i = 0; i < 512; i++) {
		b[i / 8] ^= (u8)(1u << i % 8);
		assert_false(ct_equal(a, b, 64));
		b[i / 8] = 0;
	}
	assert_true(ct_equal(a, b, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha512_joins_parts),  cmocka_unit_test(hmac_rfc4231),
		cmocka_unit_test(hmac_wycheproof),     cmocka_unit_test(hkdf_wycheproof),
		cmocka_unit_test(boc_expand_prefixes), cmocka_unit_test(boc_expand_is_hkdf),
		cmocka_unit_test(boc_extract_and_mix), cmocka_unit_test(ct_equal_sees_every_bit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
