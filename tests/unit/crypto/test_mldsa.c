#include "vec.h"

#include "crypto/mldsa.h"

static void sign_case(const json_t *group, const json_t *test)
{
	struct slice s = vec_hex(group, "privateSeed"), msg = vec_hex(test, "msg"), ctx = vec_hex(test, "ctx");
	struct slice rnd = vec_hex(test, "rnd"), want = vec_hex(test, "sig");
	struct env env = vec_env(&rnd);
	struct secret32 seed;
	u8 sig[MLDSA_SIG_LEN];

	if (s.n != MLDSA_SEED_LEN) { /* the type rules it out */
		assert_true(vec_is(test, "invalid"));
		return;
	}
	if (!json_object_get(test, "msg")) /* only mu is given: external-mu signing, which we do not offer */
		return;
	memcpy(seed.b, s.p, sizeof seed.b);
	CLEANUP(mldsa_key_freep) struct mldsa_key *k = NULL;
	assert_int_equal(mldsa_key_new(&seed, &k), OK);
	assert_bytes(slice_of(mldsa_key_pk(k), MLDSA_PK_LEN), vec_hex(group, "publicKey"));
	err_t err = mldsa_sign(k, rnd.n ? &env : NULL, msg, ctx, sig);
	if (vec_is(test, "invalid")) {
		assert_true(vec_has_flag(test, "InvalidContext"));
		assert_int_equal(err, ERR_BUG);
		return;
	}
	assert_int_equal(err, OK);
	assert_bytes(slice_of(sig, sizeof sig), want);
	assert_int_equal(mldsa_verify(mldsa_key_pk(k), msg, ctx, sig), OK);
}

static void verify_case(const json_t *group, const json_t *test)
{
	struct slice pk = vec_hex(group, "publicKey"), sig = vec_hex(test, "sig"), ctx = vec_hex(test, "ctx");

	if (pk.n != MLDSA_PK_LEN || sig.n != MLDSA_SIG_LEN) { /* the types rule it out */
		assert_true(vec_is(test, "invalid"));
		return;
	}
	err_t err = mldsa_verify(pk.p, vec_hex(test, "msg"), ctx, sig.p);
	if (vec_is(test, "valid"))
		assert_int_equal(err, OK);
	else
		assert_int_equal(err, ctx.n > MLDSA_CTX_MAX ? ERR_BUG : ERR_PEER_CRYPTO);
}

/* The file with expanded private keys is not read: keys exist as seeds only. */
static void wycheproof(void **state)
{
	(void)state;
	vec_each("wycheproof_mldsa_65_sign_seed_test.json", sign_case);
	vec_each("wycheproof_mldsa_65_verify_test.json", verify_case);
}

static void hedged_and_bound_to_context(void **state)
{
	struct slice script = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	                          "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
	struct slice msg = slice_str("message"), ctx = slice_str("boc1 responder auth");
	struct env env = vec_env(&script);
	const struct secret32 seed = {{42}};
	u8 a[MLDSA_SIG_LEN], b[MLDSA_SIG_LEN];

	(void)state;
	CLEANUP(mldsa_key_freep) struct mldsa_key *k = NULL;
	assert_int_equal(mldsa_key_new(&seed, &k), OK);
	const u8 *pk = mldsa_key_pk(k);
	assert_int_equal(mldsa_sign(k, &env, msg, ctx, a), OK);
	assert_int_equal(mldsa_sign(k, &env, msg, ctx, b), OK);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(script.n, 0);
	assert_int_equal(mldsa_verify(pk, msg, ctx, a), OK);
	assert_int_equal(mldsa_verify(pk, msg, ctx, b), OK);
	assert_int_equal(mldsa_verify(pk, msg, slice_str("boc1 initiator auth"), a), ERR_PEER_CRYPTO);
	assert_int_equal(mldsa_verify(pk, msg, slice_of(NULL, 0), a), ERR_PEER_CRYPTO);
	assert_int_equal(mldsa_verify(pk, slice_str("messagf"), ctx, a), ERR_PEER_CRYPTO);
	for (size_t i = 0; i < sizeof a; i += 7) {
		a[i] ^= 1;
		assert_int_equal(mldsa_verify(pk, msg, ctx, a), ERR_PEER_CRYPTO);
		a[i] ^= 1;
	}
	/* nothing at all can be signed too */
	assert_int_equal(mldsa_sign(k, NULL, slice_of(NULL, 0), slice_of(NULL, 0), a), OK);
	assert_int_equal(mldsa_verify(pk, slice_of(NULL, 0), slice_of(NULL, 0), a), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wycheproof),
		cmocka_unit_test(hedged_and_bound_to_context),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
