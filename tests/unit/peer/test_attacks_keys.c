/* Attacks by those who claim to be somebody: false proofs, keys that are none, other pins. Each is named after what the
 * attacker does and says at which step it ends. */
#include "cast.h"

#include <sodium.h>

static u8 m1[HS_M1_LEN], m2[HS_M2_LEN];

/* ---- proofs that are none ---- */

/* Mallory says she is `who` with `pq` and signs as `sign` does. Ends at Bob, on M3, at the signatures. */
typedef void sign_fn(const struct auth_request *r, struct auth_sigs *ret);

static void claim_to_bob(const struct person *who, sign_fn *sign, err_t want)
{
	struct party b;
	struct handshake *h = mallory_dials(&bob.pub);
	mallory_gets_m2(h, &b);
	h->own = who->pub;
	h->own_pq = who->pq;
	assert_int_equal(hs_give_pinned(h), OK);
	struct auth_sigs sigs;
	sign(hs_auth_request(h), &sigs);
	mallory_gives_m3(h, &b, &sigs);
	if (want == OK) {
		assert_int_equal(b.opens, 1);
		party_done(&b);
	} else {
		assert_bob_found_out(&b, want, 1, 1);
	}
}

/* Somebody who is not Bob answers Alice's dial as Bob. Ends at Alice, on M2, at the signatures. */
static void claim_to_alice(sign_fn *sign, err_t want)
{
	struct party a;
	struct handshake *h = mallory_listens(&bob);
	party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
	assert_int_equal(hs_input(h, link_pending(a.link)), OK);
	link_sent(a.link, HS_M1_LEN);
	struct auth_sigs sigs;
	sign(hs_auth_request(h), &sigs);
	assert_int_equal(hs_give_signature(h, &sigs, NULL), OK);
	(void)!party_feed(&a, 0, hs_output(h), 0);
	hs_free(h);
	if (want == OK) {
		assert_int_equal(a.asked_sign, 1);
		party_done(&a);
	} else {
		assert_alice_found_out(&a, want);
	}
}

static const struct person *owner(const struct auth_request *r)
{
	return r->role == AUTH_INITIATOR ? &alice : &bob;
}

static void honest(const struct auth_request *r, struct auth_sigs *ret)
{
	person_sign(owner(r), r, ret);
}

static void other_keys(const struct auth_request *r, struct auth_sigs *ret)
{
	person_sign(&mallory, r, ret);
}

/* The keys of the side that is to be deceived were stolen: they do not make one somebody else to it. */
static void keys_of_the_victim(const struct auth_request *r, struct auth_sigs *ret)
{
	person_sign(r->role == AUTH_INITIATOR ? &bob : &alice, r, ret);
}

/* What is left when ML-DSA falls: the onion key still has to sign. */
static void only_pq(const struct auth_request *r, struct auth_sigs *ret)
{
	struct person p = *owner(r);
	p.sec = mallory.sec;
	p.pub = mallory.pub; /* the name under which signatures are remembered */
	person_sign(&p, r, ret);
}

/* What is left when Ed25519 falls: the pq key still has to sign. */
static void only_ed(const struct auth_request *r, struct auth_sigs *ret)
{
	struct auth_sigs other;
	person_sign(owner(r), r, ret);
	person_sign(&mallory, r, &other);
	memcpy(ret->pq, other.pq, sizeof ret->pq);
}

static void swapped_role(const struct auth_request *r, struct auth_sigs *ret)
{
	struct auth_request s = *r;
	s.role = r->role == AUTH_INITIATOR ? AUTH_RESPONDER : AUTH_INITIATOR;
	person_sign(owner(r), &s, ret);
}

/* The right bytes under another context string. */
static void other_ctx(const struct auth_request *r, struct auth_sigs *ret)
{
	person_sign(owner(r), r, ret);
	struct auth_msg m = authmsg_for_pq(r, ret->ed);
	assert_int_equal(mldsa_sign(owner(r)->key, NULL, auth_msg_slice(&m), slice_str("boc1 other"), ret->pq), OK);
}

static void no_ctx(const struct auth_request *r, struct auth_sigs *ret)
{
	person_sign(owner(r), r, ret);
	struct auth_msg m = authmsg_for_pq(r, ret->ed);
	assert_int_equal(mldsa_sign(owner(r)->key, NULL, auth_msg_slice(&m), slice_of(NULL, 0), ret->pq), OK);
}

/* ML-DSA over the message without the Ed25519 signature at its end. */
static void pq_without_ed(const struct auth_request *r, struct auth_sigs *ret)
{
	person_sign(owner(r), r, ret);
	struct auth_msg m = authmsg_for_ed(r);
	assert_int_equal(mldsa_sign(owner(r)->key, NULL, auth_msg_slice(&m), authmsg_ctx(r->role), ret->pq), OK);
}

static void other_token(const struct auth_request *r, struct auth_sigs *ret)
{
	struct auth_request s = *r;
	s.token[0] ^= 1;
	s.th[0] ^= r->role == AUTH_RESPONDER; /* which has no token */
	person_sign(owner(r), &s, ret);
}

static void other_transcript(const struct auth_request *r, struct auth_sigs *ret)
{
	struct auth_request s = *r;
	s.th[63] ^= 1;
	person_sign(owner(r), &s, ret);
}

/* S + L in place of S: the same signature to a careless verifier. */
static void s_not_reduced(const struct auth_request *r, struct auth_sigs *ret)
{
	static const u8 order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
	                             0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	person_sign(owner(r), r, ret);
	unsigned carry = 0;
	for (int i = 0; i < 32; i++) {
		carry += (unsigned)ret->ed[32 + i] + order[i];
		ret->ed[32 + i] = (u8)carry;
		carry >>= 8;
	}
	/* the pq signature is right for these bytes */
	struct auth_msg m = authmsg_for_pq(r, ret->ed);
	assert_int_equal(mldsa_sign(owner(r)->key, NULL, auth_msg_slice(&m), authmsg_ctx(r->role), ret->pq), OK);
}

static void all_zero(const struct auth_request *r, struct auth_sigs *ret)
{
	(void)r;
	memset(ret, 0, sizeof *ret);
}

static void false_proofs(void **state)
{
	(void)state;
	static sign_fn *const lie[] = {other_keys,   keys_of_the_victim, only_pq,       only_ed,
	                               swapped_role, other_ctx,          no_ctx,        pq_without_ed,
	                               other_token,  other_transcript,   s_not_reduced, all_zero};
	claim_to_bob(&alice, honest, OK);
	claim_to_alice(honest, OK);
	for (size_t i = 0; i < ARRAY_LEN(lie); i++) {
		claim_to_bob(&alice, lie[i], ERR_PEER_CRYPTO);
		claim_to_alice(lie[i], ERR_PEER_CRYPTO);
	}
}

/* ---- keys that are none ---- */

/* Mallory names herself with a point that is no address. Ends at Bob, on M3, before he asks whether she may talk. */
static void initiator_key_is_no_valid_point(void **state)
{
	(void)state;
	/* order 8 and 4; identity; y = p + 1 (identity, not canonical); not on the curve; all ones */
	static const struct onion_pub bad[] = {
		{{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
	          0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05}},
		{{0}},
		{{1}},
		{{0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}},
		{{2}},
		{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
	};
	for (size_t i = 0; i <= ARRAY_LEN(bad); i++) {
		struct person p = mallory;
		if (i < ARRAY_LEN(bad))
			p.pub = bad[i];
		else /* Alice's key with a torsion component: another name of the same person */
			assert_int_equal(crypto_core_ed25519_add(p.pub.b, alice.pub.b, bad[0].b), 0);
		struct party b;
		struct handshake *h = mallory_dials(&bob.pub);
		mallory_gets_m2(h, &b);
		h->own = p.pub;
		assert_int_equal(hs_give_pinned(h), OK);
		struct auth_sigs sigs;
		person_sign(&alice, hs_auth_request(h), &sigs);
		mallory_gives_m3(h, &b, &sigs);
		assert_bob_found_out(&b, ERR_PEER_CRYPTO, 1, 0);
	}
}

/* Mallory says she is Bob, to Bob. Ends at Bob, on M3, before he asks. */
static void initiator_has_the_address_of_the_responder(void **state)
{
	(void)state;
	struct party b;
	struct handshake *h = mallory_dials(&bob.pub);
	mallory_gets_m2(h, &b);
	h->own = bob.pub;
	h->own_pq = bob.pq;
	assert_int_equal(hs_give_pinned(h), OK);
	struct auth_sigs sigs;
	person_sign(&bob, hs_auth_request(h), &sigs);
	mallory_gives_m3(h, &b, &sigs);
	assert_bob_found_out(&b, ERR_PEER_CRYPTO, 1, 0);
}

/* A mode that is not built, by somebody who proves her keys. Ends at Bob, on M3, before he asks. */
static void mode_that_is_not_offered(void **state)
{
	(void)state;
	static const u8 mode[] = {0, 2, 255};
	for (size_t i = 0; i < sizeof mode; i++) {
		struct party b;
		struct handshake *h = mallory_dials(&bob.pub);
		mallory_gets_m2(h, &b);
		assert_int_equal(hs_give_pinned(h), OK);
		h->plain.p3.mode = mode[i];
		memcpy(h->th, h->ad, 64);
		boc_mix(h->th, 5, slice_of(&h->plain.p3, HS_P3_SIGNED));
		memcpy(h->req.th, h->th, 64);
		struct auth_sigs sigs;
		person_sign(&mallory, hs_auth_request(h), &sigs);
		mallory_gives_m3(h, &b, &sigs);
		assert_bob_found_out(&b, ERR_PEER_POLICY, 1, 0);
	}
}

/* A key that FIPS 203 refuses, or an X25519 share that leaves no secret. Ends at Bob, on M1, before he signs. */
static void ephemeral_key_is_no_key(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
		bob_listens(&b);
		party_take(&a, m1, sizeof m1);
		u8 *ek = m1 + 40;
		switch (i) {
		case 0: ek[0] = 0x01, ek[1] = (u8)((ek[1] & 0xf0) | 0x0d); break; /* first coefficient = q = 3329 */
		case 1: memset(ek + 1149, 0xff, 3); break;                        /* the last two = 4095 */
		case 2: memset(ek + 1184, 0, 32); break;                          /* X25519: zero */
		case 3: memset(ek + 1184, 0, 32), ek[1184] = 1; break;            /* X25519: one, of order 4 */
		}
		assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), ERR_PEER_CRYPTO);
		assert_bob_found_out(&b, ERR_PEER_CRYPTO, 0, 0);
		party_done(&a);
	}
}

/* The share in Bob's answer leaves no secret. Ends at Alice, on M2, before the tag. */
static void ciphertext_share_is_zero(void **state)
{
	(void)state;
	struct party a, b;
	party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
	bob_listens(&b);
	party_take(&a, m1, sizeof m1);
	assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), OK);
	party_take(&b, m2, sizeof m2);
	memset(m2 + 8 + 1088, 0, 32);
	(void)!party_feed(&a, 0, slice_of(m2, sizeof m2), 0);
	assert_alice_found_out(&a, ERR_PEER_CRYPTO);
	party_done(&b);
}

/* ---- pins ---- */

/* Bob's address with other pq keys, all signatures right (say, his onion key was stolen or forged). Ends at Alice, on M2,
 * at the pin: before the signatures, before anything of her is sent. At Bob, on M3: KEY_CHANGED. */
static void pin_differs(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct pq_identity of_bob = bob.pq, of_alice = alice.pq;
		struct pq_identity *each[2] = {&of_bob, &of_alice};
		for (int k = 0; k < 2; k++) {
			switch (i) {
			case 0: each[k]->pk[MLDSA_PK_LEN - 1] ^= 0x80; break;
			case 1: each[k]->next[0] ^= 1; break;
			case 2: each[k]->seq--; break;
			}
		}
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, &of_bob, 7, 0);
		bob_listens(&b);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(b.asked_policy, 0);
		/* what Bob shows is kept for the user to see, and nothing of Alice was said */
		assert_int_equal(a.asked_pin, 1);
		assert_int_equal(a.relation, PQ_CHANGED);
		assert_int_equal(a.stored.seq, 0);
		a.asked_pin = 0;
		assert_alice_found_out(&a, ERR_PEER_PIN);
		party_done(&b);

		party_dial(&a, &alice, &bob.pub, &bob.pq, 7, 0);
		bob_listens(&b);
		b.pin = &of_alice;
		party_pump(&a, &b, 0, 0);
		assert_int_equal(b.asked_accept, 1);
		assert_int_equal(b.open.open.status, ACCEPT_KEY_CHANGED);
		assert_int_equal(b.stored.seq, 0);
		assert_int_equal(a.open.open.status, ACCEPT_KEY_CHANGED);
		assert_false(a.committed | b.committed);
		party_done(&a);
		party_done(&b);
	}
}

/* Who has another key and cannot prove it either gets no KEY_CHANGED out of Bob. Ends at Bob, on M3, at the signatures. */
static void pin_differs_and_no_proof(void **state)
{
	(void)state;
	struct party b;
	struct handshake *h = mallory_dials(&bob.pub);
	mallory_gets_m2(h, &b);
	b.pin = &alice.pq;
	h->own = alice.pub; /* with Mallory's pq key */
	assert_int_equal(hs_give_pinned(h), OK);
	struct auth_sigs sigs;
	person_sign(&mallory, hs_auth_request(h), &sigs);
	mallory_gives_m3(h, &b, &sigs);
	assert_bob_found_out(&b, ERR_PEER_CRYPTO, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(false_proofs),
		cmocka_unit_test(initiator_key_is_no_valid_point),
		cmocka_unit_test(initiator_has_the_address_of_the_responder),
		cmocka_unit_test(mode_that_is_not_offered),
		cmocka_unit_test(ephemeral_key_is_no_key),
		cmocka_unit_test(ciphertext_share_is_zero),
		cmocka_unit_test(pin_differs),
		cmocka_unit_test(pin_differs_and_no_proof),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
