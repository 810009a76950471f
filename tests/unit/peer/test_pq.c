/* Identities and what leads from one to another: rotations, chains, and what is none. */
#include "cast.h"
#include "peer/pq.h"

#define N 8

static struct mldsa_key *key[N + 1];
static struct pq_identity id[N];
static u8 chain[N * PQ_ENTRY_LEN];

static void entry(size_t k, u8 *at)
{
	struct pq_entry e = {.id = id[k]};
	u8 msg[PQ_ROTATE_MSG_LEN];
	pq_rotate_msg(&alice.pub, &id[k], msg);
	assert_int_equal(mldsa_sign(key[k], NULL, slice_of(msg, sizeof msg), pq_rotate_ctx(), e.sig), OK);
	pq_entry_encode(&e, at);
}

static int set_up(void **state)
{
	int err = cast_set_up(state);
	for (u8 k = 0; k <= N; k++) {
		struct secret32 seed = {{k, 'r'}};
		if (mldsa_key_new(&seed, &key[k]) != OK)
			return 1;
	}
	for (size_t k = 0; k < N; k++) {
		memcpy(id[k].pk, mldsa_key_pk(key[k]), MLDSA_PK_LEN);
		pq_commit(mldsa_key_pk(key[k + 1]), id[k].next);
		id[k].seq = (u32)k;
		entry(k, chain + k * PQ_ENTRY_LEN);
	}
	return err;
}

static int tear_down(void **state)
{
	for (size_t k = 0; k <= N; k++)
		mldsa_key_free(key[k]);
	return cast_tear_down(state);
}

static err_t verify(size_t pin, size_t shown, size_t from, size_t n)
{
	return pq_chain_verify(&alice.pub, &id[pin], &id[shown],
	                       slice_of(chain + from * PQ_ENTRY_LEN, n * PQ_ENTRY_LEN));
}

/* PROTO 5.2.2: "`seq' = seq + 1` and `SHA-512("boc1 next" ‖ pk')[0:32]` is the pinned `next`" */
static void relations(void **state)
{
	(void)state;
	assert_int_equal(pq_compare(NULL, &id[0]), PQ_NEW);
	for (size_t p = 0; p < N; p++)
		for (size_t s = 0; s < N; s++)
			assert_int_equal(pq_compare(&id[p], &id[s]), s == p       ? PQ_SAME
			                                             : s == p + 1 ? PQ_ROTATED
			                                                          : PQ_CHANGED);
	struct pq_identity x = id[1];
	x.seq = 2;
	assert_int_equal(pq_compare(&id[0], &x), PQ_CHANGED);
	x.seq = 0;
	assert_int_equal(pq_compare(&id[0], &x), PQ_CHANGED);
	x = id[0];
	x.next[31] ^= 1; /* a thief of the key replaces the commitment */
	assert_int_equal(pq_compare(&id[0], &x), PQ_CHANGED);
	x = id[0];
	x.seq = UINT32_MAX;
	struct pq_identity y = id[1];
	y.seq = 0;
	assert_int_equal(pq_compare(&x, &y), PQ_CHANGED);
}

static void good_chains(void **state)
{
	(void)state;
	for (size_t shown = 1; shown < N; shown++)
		for (size_t n = 1; n <= MIN(shown, (size_t)PQ_CHAIN_MAX); n++)
			for (size_t pin = shown - n; pin < shown; pin++)
				assert_int_equal(verify(pin, shown, shown - n, n), OK);
}

/* Truncated at either end, rolled back, of the wrong length. */
static void chains_that_lead_elsewhere(void **state)
{
	(void)state;
	assert_int_equal(verify(0, 4, 1, 3), ERR_PEER_PIN); /* begins behind the pin */
	assert_int_equal(verify(0, 4, 0, 3), ERR_PEER_PIN); /* ends before what is shown */
	assert_int_equal(verify(4, 2, 0, 5), ERR_PEER_PIN); /* goes back */
	assert_int_equal(verify(2, 2, 0, 3), ERR_PEER_PIN);
	assert_int_equal(verify(0, 6, 0, 6), ERR_PEER_FORMAT); /* too many */
	assert_int_equal(verify(0, 1, 0, 0), ERR_PEER_FORMAT);
	assert_int_equal(pq_chain_verify(&alice.pub, &id[0], &id[1], slice_of(chain, PQ_ENTRY_LEN - 1)),
	                 ERR_PEER_FORMAT);
	assert_int_equal(pq_chain_verify(&bob.pub, &id[0], &id[1], slice_of(chain, PQ_ENTRY_LEN)), ERR_PEER_CRYPTO);
}

static void forged_or_reordered_chains(void **state)
{
	(void)state;
	u8 bad[3 * PQ_ENTRY_LEN];
	static const size_t at[] = {0, MLDSA_PK_LEN, MLDSA_PK_LEN + 32, MLDSA_PK_LEN + 36, PQ_ENTRY_LEN - 1};
	for (size_t e = 0; e < 3; e++) {
		for (size_t i = 0; i < ARRAY_LEN(at); i++) {
			memcpy(bad, chain, sizeof bad);
			bad[e * PQ_ENTRY_LEN + at[i]] ^= 1;
			assert_int_not_equal(pq_chain_verify(&alice.pub, &id[0], &id[3], slice_of(bad, sizeof bad)),
			                     OK);
		}
	}
	static const u8 order[][3] = {{1, 0, 2}, {0, 2, 1}, {2, 1, 0}, {0, 0, 1}, {0, 1, 1}};
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		for (size_t e = 0; e < 3; e++)
			memcpy(bad + e * PQ_ENTRY_LEN, chain + order[i][e] * PQ_ENTRY_LEN, PQ_ENTRY_LEN);
		assert_int_equal(pq_chain_verify(&alice.pub, &id[0], &id[3], slice_of(bad, sizeof bad)), ERR_PEER_PIN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relations),
		cmocka_unit_test(good_chains),
		cmocka_unit_test(chains_that_lead_elsewhere),
		cmocka_unit_test(forged_or_reordered_chains),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
