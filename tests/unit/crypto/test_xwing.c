#include "vec.h"

#include "crypto/mlkem.h"
#include "crypto/x25519.h"
#include "crypto/xwing.h"

static void draft_vectors(void **state)
{
	json_t *j = vec_load("xwing_draft.json"), *v;
	size_t i;

	(void)state;
	json_array_foreach(j, i, v)
	{
		u8 ek[XWING_EK_LEN], ct[XWING_CT_LEN];
		struct secret32 seed, ss;

		memcpy(seed.b, vec_hex(v, "seed").p, 32);
		assert_int_equal(xwing_keygen(&seed, ek), OK);
		assert_bytes(slice_of(ek, sizeof ek), vec_hex(v, "pk"));
		assert_int_equal(xwing_encaps(ek, vec_hex(v, "eseed").p, ct, &ss), OK);
		assert_bytes(slice_of(ct, sizeof ct), vec_hex(v, "ct"));
		assert_bytes(slice_of(ss.b, 32), vec_hex(v, "ss"));
		memset(&ss, 0, sizeof ss);
		assert_int_equal(xwing_decaps(&seed, ct, &ss), OK);
		assert_bytes(slice_of(ss.b, 32), vec_hex(v, "ss"));
	}
	print_message("xwing_draft.json: %zu cases\n", i);
	json_decref(j);
}

static const struct secret32 seed = {{1, 2, 3}};
static const u8 eseed[XWING_ESEED_LEN] = {4, 5, 6};

static void any_changed_byte_changes_the_secret(void **state)
{
	u8 ek[XWING_EK_LEN], ct[XWING_CT_LEN];
	struct secret32 ss, other;

	(void)state;
	assert_int_equal(xwing_keygen(&seed, ek), OK);
	assert_int_equal(xwing_encaps(ek, eseed, ct, &ss), OK);
	for (size_t i = 0; i < sizeof ct; i += i < 1080 ? 9 : 1) {
		ct[i] ^= 1;
		assert_int_equal(xwing_decaps(&seed, ct, &other), OK); /* implicit rejection */
		assert_memory_not_equal(ss.b, other.b, 32);
		ct[i] ^= 1;
	}
}

/* The points of small order on Curve25519 and its twist, with their non-canonical forms (RFC 7748 6.1). */
static const char *const small_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void small_order_shares_are_refused(void **state)
{
	u8 ek[XWING_EK_LEN], bad[XWING_EK_LEN], ct[XWING_CT_LEN], untouched[XWING_CT_LEN];
	struct secret32 ss, none = {{0}};

	(void)state;
	memset(untouched, 0xaa, sizeof untouched);
	assert_int_equal(xwing_keygen(&seed, ek), OK);
	for (size_t i = 0; i < ARRAY_LEN(small_order); i++) {
		struct slice p = hex(small_order[i]);
		memcpy(bad, ek, sizeof bad);
		memcpy(bad + MLKEM_EK_LEN, p.p, 32);
		memset(ct, 0xaa, sizeof ct);
		memset(&ss, 0, sizeof ss);
		assert_int_equal(xwing_encaps(bad, eseed, ct, &ss), ERR_PEER_CRYPTO);
		assert_memory_equal(ct, untouched, sizeof ct);
		assert_memory_equal(&ss, &none, sizeof ss);
		assert_int_equal(xwing_encaps(ek, eseed, ct, &ss), OK);
		memcpy(ct + MLKEM_CT_LEN, p.p, 32);
		memset(&ss, 0, sizeof ss);
		assert_int_equal(xwing_decaps(&seed, ct, &ss), ERR_PEER_CRYPTO);
		assert_memory_equal(&ss, &none, sizeof ss);
	}
}

static void coefficient_not_reduced_is_refused(void **state)
{
	u8 ek[XWING_EK_LEN], ct[XWING_CT_LEN];
	struct secret32 ss;

	(void)state;
	assert_int_equal(xwing_keygen(&seed, ek), OK);
	ek[0] = 0x01; /* first coefficient = 3329 = q */
	ek[1] = (u8)((ek[1] & 0xf0) | 0x0d);
	assert_int_equal(xwing_encaps(ek, eseed, ct, &ss), ERR_PEER_CRYPTO);
}

static void mlkem_keygen_case(const json_t *group, const json_t *test)
{
	u8 ek[MLKEM_EK_LEN];

	(void)group;
	assert_int_equal(mlkem_keygen(vec_hex(test, "seed").p, ek), OK);
	assert_bytes(slice_of(ek, sizeof ek), vec_hex(test, "ek"));
}

static void mlkem_encaps_case(const json_t *group, const json_t *test)
{
	struct slice ek = vec_hex(test, "ek"), m = vec_hex(test, "m");
	u8 ct[MLKEM_CT_LEN], ss[32];

	(void)group;
	if (ek.n != MLKEM_EK_LEN || m.n != 32) { /* the type rules it out */
		assert_true(vec_is(test, "invalid"));
		return;
	}
	err_t err = mlkem_encaps(ek.p, m.p, ct, ss);
	if (vec_is(test, "invalid")) {
		assert_int_equal(err, ERR_PEER_CRYPTO);
		return;
	}
	assert_int_equal(err, OK);
	assert_bytes(slice_of(ct, sizeof ct), vec_hex(test, "c"));
	assert_bytes(slice_of(ss, sizeof ss), vec_hex(test, "K"));
}

static void mlkem_decaps_case(const json_t *group, const json_t *test)
{
	struct slice s = vec_hex(test, "seed"), c = vec_hex(test, "c");
	u8 ek[MLKEM_EK_LEN], ss[32];

	(void)group;
	if (s.n != MLKEM_SEED_LEN || c.n != MLKEM_CT_LEN) { /* the types rule it out */
		assert_true(vec_is(test, "invalid"));
		return;
	}
	assert_true(vec_is(test, "valid"));
	assert_int_equal(mlkem_keygen(s.p, ek), OK);
	assert_bytes(slice_of(ek, sizeof ek), vec_hex(test, "ek"));
	assert_int_equal(mlkem_decaps(s.p, c.p, ss), OK);
	assert_bytes(slice_of(ss, sizeof ss), vec_hex(test, "K"));
}

/* The semi-expanded file is not read: decapsulation keys exist as seeds only. */
static void mlkem_wycheproof(void **state)
{
	(void)state;
	vec_each("wycheproof_mlkem_768_keygen_seed_test.json", mlkem_keygen_case);
	vec_each("wycheproof_mlkem_768_encaps_test.json", mlkem_encaps_case);
	vec_each("wycheproof_mlkem_768_test.json", mlkem_decaps_case);
}

static void x25519_case(const json_t *group, const json_t *test)
{
	static const u8 zero[32];
	u8 ss[32];

	(void)group;
	err_t err = x25519(vec_hex(test, "private").p, vec_hex(test, "public").p, ss);
	/* "acceptable": twist, non-canonical and other special points, of which we refuse those that give zero. */
	if (memcmp(vec_hex(test, "shared").p, zero, 32) == 0) {
		assert_true(vec_is(test, "acceptable"));
		assert_int_equal(err, ERR_PEER_CRYPTO);
		return;
	}
	assert_int_equal(err, OK);
	assert_bytes(slice_of(ss, 32), vec_hex(test, "shared"));
}

static void x25519_wycheproof(void **state)
{
	(void)state;
	vec_each("wycheproof_x25519_test.json", x25519_case);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draft_vectors),
		cmocka_unit_test(any_changed_byte_changes_the_secret),
		cmocka_unit_test(small_order_shares_are_refused),
		cmocka_unit_test(coefficient_not_reduced_is_refused),
		cmocka_unit_test(mlkem_wycheproof),
		cmocka_unit_test(x25519_wycheproof),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
