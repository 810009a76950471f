/* Attacks on the handshake and the records, each named after what the attacker does. Mallory has an address and keys of
 * her own and sits wherever she likes; Alice and Bob are honest. Each test says at which step the attack ends. */
#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#include "crypto/kdf.h"
#include "peer/hs_private.h"
#include "peer/link_private.h"

static struct person alice, bob, mallory;
static u8 m1[HS_M1_LEN], m2[HS_M2_LEN], m3[HS_M3_LEN], room[65536];

static int set_up(void **state)
{
	(void)state;
	person_init(&alice, 1);
	person_init(&bob, 2);
	person_init(&mallory, 3);
	return sodium_init() < 0;
}

static int tear_down(void **state)
{
	(void)state;
	person_done(&alice);
	person_done(&bob);
	person_done(&mallory);
	return 0;
}

/* ---- tools of the attacker ---- */

static struct rng mallory_rng = {999ull << 32};

/* Mallory's own machine that dials `to`; what it says of itself can be bent through h->own and h->own_pq. */
static struct handshake *mallory_dials(const struct onion_pub *to)
{
	static struct env env;
	env = env_of(&mallory_rng);
	struct hs_config cfg = {.own = &mallory.pub, .own_pq = &mallory.pq, .dialled = to};
	struct handshake *h;
	assert_int_equal(hs_new_initiator(&env, &cfg, &h), OK);
	return h;
}

static struct handshake *mallory_listens(const struct person *as)
{
	static struct env env;
	env = env_of(&mallory_rng);
	struct hs_config cfg = {.own = &as->pub, .own_pq = &as->pq};
	return hs_new_responder(&env, &cfg);
}

/* Bob's machine at the point where he signs his answer to h. */
static struct handshake *bob_answers(const struct handshake *h)
{
	static struct rng rng = {8ull << 32};
	static struct env env;
	env = env_of(&rng);
	struct hs_config cfg = {.own = &bob.pub, .own_pq = &bob.pq};
	struct handshake *b = hs_new_responder(&env, &cfg);
	assert_int_equal(hs_input(b, hs_output(h)), OK);
	return b;
}

static void p_listen(struct party *b)
{
	party_listen(b, &bob, 8, 0);
}

/* Bob was told nothing that he would store, and has nothing to say. `policy`: he was asked whether a claimed address may
 * talk, and then found out. */
static void assert_bob_found_out(struct party *b, err_t err, int signs, int policy)
{
	party_work(b, 0);
	assert_int_equal(b->closes, 1);
	assert_int_equal(b->closed.closed.err, err);
	assert_int_equal(b->asked_sign, signs);
	assert_int_equal(b->asked_policy, policy);
	assert_int_equal(b->asked_accept + b->opens, 0);
	assert_int_equal(b->records, 0);
	assert_int_equal(link_pending(b->link).n, 0);
	party_done(b);
}

/* Alice was told nothing that she would store, and did not say who she is. */
static void assert_alice_found_out(struct party *a, err_t err)
{
	party_work(a, 0);
	assert_int_equal(a->closes, 1);
	assert_int_equal(a->closed.closed.err, err);
	assert_int_equal(a->asked_sign + a->asked_pin + a->opens, 0);
	assert_int_equal(link_pending(a->link).n, 0);
	party_done(a);
}

/* h (Mallory as initiator) gets Bob's honest M2. */
static void get_m2(struct handshake *h, struct party *b)
{
	p_listen(b);
	struct slice out = hs_output(h);
	assert_int_equal(party_feed(b, 0, out, 0), OK);
	assert_int_equal(party_take(b, m2, sizeof m2), sizeof m2);
	assert_int_equal(hs_input(h, slice_of(m2, sizeof m2)), OK);
}

/* h makes M3 out of what it pretends to be and gives it to Bob. */
static void give_m3(struct handshake *h, struct party *b, const struct auth_sigs *sigs)
{
	assert_int_equal(hs_give_signature(h, sigs), OK);
	(void)!party_feed(b, 0, hs_output(h), 0);
	hs_free(h);
}

/* ---- signatures relayed ---- */

/* Alice dials Mallory; Mallory dials Bob, gives Bob's token to Alice and Alice's answer to Bob. The original program
 * fell to this. Ends at Bob, on M3, at the signature: it covers Mallory's address and keys. */
static void token_relay_through_a_malicious_responder(void **state)
{
	(void)state;
	struct party a, b;
	struct handshake *to_bob = mallory_dials(&bob.pub), *to_alice = mallory_listens(&mallory);
	get_m2(to_bob, &b);

	party_dial(&a, &alice, &mallory.pub, NULL, 7, 0);
	assert_int_equal(hs_input(to_alice, link_pending(a.link)), OK);
	/* Bob's token instead of Mallory's, so th3 anew */
	memcpy(to_alice->plain.p2.token, to_bob->req.token, 32);
	memcpy(to_alice->th, to_alice->ad, 64);
	boc_mix(to_alice->th, 3, slice_of(&to_alice->plain.p2, HS_P2_SIGNED));
	memcpy(to_alice->req.th, to_alice->th, 64);
	struct auth_sigs sigs;
	person_sign(&mallory, hs_auth_request(to_alice), &sigs);
	assert_int_equal(hs_give_signature(to_alice, &sigs), OK);
	link_sent(a.link, HS_M1_LEN);
	assert_int_equal(party_feed(&a, 0, hs_output(to_alice), 0), OK);
	assert_int_equal(hs_input(to_alice, link_pending(a.link)), OK);
	assert_true(onion_pub_eq(hs_peer(to_alice), &alice.pub));
	sigs = to_alice->plain.p3.sigs; /* Alice's signature over Bob's token, and a good one: */
	assert_int_equal(hs_give_policy(to_alice, true, NULL), OK);

	to_bob->own = alice.pub;
	to_bob->own_pq = alice.pq;
	assert_int_equal(hs_give_pinned(to_bob), OK);
	give_m3(to_bob, &b, &sigs);
	assert_bob_found_out(&b, ERR_PEER_CRYPTO, 1, 1);
	party_done(&a);
	hs_free(to_alice);
}

/* The same towards Alice: Mallory answers with Bob's proof. Ends at Alice, on M2, at the Ed25519 signature under the
 * address that she dialled; before anything of her is sent. */
static void responder_signature_relay(void **state)
{
	(void)state;
	struct party a;
	struct handshake *to_bob = mallory_dials(&bob.pub), *to_alice = mallory_listens(&mallory);
	party_dial(&a, &alice, &bob.pub, NULL, 7, 0); /* Mallory holds Bob's address in the network */
	to_alice->own = bob.pub;
	to_alice->own_pq = bob.pq;
	assert_int_equal(hs_input(to_alice, link_pending(a.link)), OK);
	link_sent(a.link, HS_M1_LEN);

	/* Bob's signatures in his M2 to Mallory, who can read it; good ones, since her machine took them */
	struct handshake *to_mallory = bob_answers(to_bob);
	struct auth_sigs sigs;
	person_sign(&bob, hs_auth_request(to_mallory), &sigs);
	assert_int_equal(hs_give_signature(to_mallory, &sigs), OK);
	assert_int_equal(hs_input(to_bob, hs_output(to_mallory)), OK);
	assert_int_equal(hs_give_signature(to_alice, &sigs), OK);
	(void)!party_feed(&a, 0, hs_output(to_alice), 0);
	assert_alice_found_out(&a, ERR_PEER_CRYPTO);
	hs_free(to_alice);
	hs_free(to_bob);
	hs_free(to_mallory);
}

/* Alice dials Mallory, who pipes the bytes to Bob: each would think to talk to another one (unknown key share). Ends at
 * Alice, on M2, at the tag: the transcript begins with the address of the responder. */
static void pipe_through_a_third_party(void **state)
{
	(void)state;
	struct party a, b;
	party_dial(&a, &alice, &mallory.pub, NULL, 7, 0);
	p_listen(&b);
	party_pump(&a, &b, 0, 0);
	assert_alice_found_out(&a, ERR_PEER_CRYPTO);
	assert_int_equal(b.asked_policy + b.opens, 0);
	party_done(&b);
}

/* A pipe that is only a pipe is the network itself and must work: the test above fails for its own reason. */
static void pipe_to_the_dialled_address_is_the_network(void **state)
{
	(void)state;
	struct party a, b;
	party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
	p_listen(&b);
	party_pump(&a, &b, 0, 0);
	assert_int_equal(a.opens + b.opens, 2);
	party_done(&a);
	party_done(&b);
}

/* ---- reflection and replay ---- */

/* Alice's M1 for Bob comes to Alice's own service. Ends at Alice the initiator, on M2, at the tag. */
static void m1_reflected_to_its_author(void **state)
{
	(void)state;
	struct party a, self;
	party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
	party_listen(&self, &alice, 8, 0);
	party_pump(&a, &self, 0, 0);
	assert_alice_found_out(&a, ERR_PEER_CRYPTO);
	assert_int_equal(self.asked_policy + self.opens, 0);
	party_done(&self);
}

/* Alice's own stream comes back as B's. Ends on M2: what looks like one is not even of this version, or has no tag. */
static void own_stream_reflected_to_the_initiator(void **state)
{
	(void)state;
	struct party a;
	party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
	size_t n = party_take(&a, room, sizeof room);
	memset(room + n, 0, HS_M2_LEN - n);
	(void)!party_feed(&a, 0, slice_of(room, HS_M2_LEN), 0);
	assert_alice_found_out(&a, ERR_PEER_FORMAT);
}

/* A record comes back to the side that wrote it. Ends at the record, at the tag: keys have a direction. */
static void record_reflected(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("text")), OK);
	size_t n = party_take(&a, room, sizeof room);
	assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), ERR_PEER_CRYPTO);
	assert_int_equal(a.records, 0);
	party_done(&a);
	party_done(&b);
}

/* A record comes twice, or after the next one, or not at all. Ends at the record, at the tag. */
static void record_replayed_swapped_or_dropped(void **state)
{
	(void)state;
	static const struct {
		u8 order[2];
		size_t delivered;
	} row[] = {{{0, 0}, 1}, {{1, 0}, 0}, {{1, 1}, 0}, {{0, 2}, 1}};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		for (int r = 0; r < 3; r++)
			assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("text")), OK);
		assert_int_equal(party_take(&a, room, sizeof room), 3 * 488);
		for (int r = 0; r < 2; r++)
			(void)!party_feed(&b, 0, slice_of(room + 488 * row[i].order[r], 488), 0);
		assert_int_equal(b.records, row[i].delivered);
		assert_int_equal(b.closed.closed.err, ERR_PEER_CRYPTO);
		party_done(&a);
		party_done(&b);
	}
}

/* A record of one link in another link of the same two. Ends at the record, at the tag. */
static void record_of_another_link(void **state)
{
	(void)state;
	struct party a, b, a2, b2;
	party_connect(&a, &b, &alice, &bob, 0);
	party_dial(&a2, &alice, &bob.pub, NULL, 3, 0);
	party_listen(&b2, &bob, 4, 0);
	party_pump(&a2, &b2, 0, 0);
	assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("text")), OK);
	size_t n = party_take(&a, room, sizeof room);
	assert_int_equal(party_feed(&b2, 0, slice_of(room, n), 0), ERR_PEER_CRYPTO);
	party_done(&a);
	party_done(&b);
	party_done(&a2);
	party_done(&b2);
}

/* Mallory recorded a whole session of Alice and plays it to Bob again. Ends at Bob, on M3, at the tag: his ct and token
 * are new. */
static void m1_and_m3_replayed(void **state)
{
	(void)state;
	struct party a, b, again;
	party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
	p_listen(&b);
	party_take(&a, m1, sizeof m1);
	assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), OK);
	party_take(&b, m2, sizeof m2);
	assert_int_equal(party_feed(&a, 0, slice_of(m2, sizeof m2), 0), OK);
	party_take(&a, m3, sizeof m3);
	assert_int_equal(party_feed(&b, 0, slice_of(m3, sizeof m3), 0), OK);
	assert_int_equal(b.opens, 1);

	party_listen(&again, &bob, 9, 0);
	assert_int_equal(party_feed(&again, 0, slice_of(m1, sizeof m1), 0), OK);
	party_take(&again, room, sizeof room);
	assert_memory_not_equal(room + 8, m2 + 8, XWING_CT_LEN);
	assert_int_equal(party_feed(&again, 0, slice_of(m3, sizeof m3), 0), ERR_PEER_CRYPTO);
	assert_bob_found_out(&again, ERR_PEER_CRYPTO, 1, 0);

	/* and M2 to another dial of Alice */
	struct party a2;
	party_dial(&a2, &alice, &bob.pub, NULL, 11, 0);
	link_sent(a2.link, HS_M1_LEN);
	assert_int_equal(party_feed(&a2, 0, slice_of(m2, sizeof m2), 0), ERR_PEER_CRYPTO);
	assert_alice_found_out(&a2, ERR_PEER_CRYPTO);
	party_done(&a);
	party_done(&b);
}

/* ---- negotiation ---- */

/* Somebody between both widens or changes the offer in M1 in a way that Bob takes. Ends at Alice, on M2, at the tag. */
static void offer_edited(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		u8 v;
	} row[] = {{4, 0}, {5, 9}, {6, 0xff}, {7, 0x03}};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
		p_listen(&b);
		party_take(&a, m1, sizeof m1);
		m1[row[i].at] = row[i].v;
		assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), OK);
		party_take(&b, m2, sizeof m2);
		assert_int_equal(m2[0], 1); /* what we have, whatever else is offered */
		(void)!party_feed(&a, 0, slice_of(m2, sizeof m2), 0);
		assert_alice_found_out(&a, ERR_PEER_CRYPTO);
		party_done(&b);
	}
}

/* No common version or suite. Ends at Bob, on M1, at the first look. */
static void offer_without_common_version_or_suite(void **state)
{
	(void)state;
	static const struct {
		u8 min, max, suites;
	} row[] = {{2, 2, 1}, {0, 0, 1}, {2, 1, 1}, {1, 1, 2}, {1, 1, 0}, {255, 255, 1}};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
		p_listen(&b);
		party_take(&a, m1, sizeof m1);
		m1[4] = row[i].min;
		m1[5] = row[i].max;
		m1[7] = row[i].suites;
		assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), ERR_PEER_FORMAT);
		assert_bob_found_out(&b, ERR_PEER_FORMAT, 0, 0);
		party_done(&a);
	}
}

/* The choice in M2 is edited to something never offered. Ends at Alice, on M2, at the first look. */
static void choice_edited(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		u8 v;
	} row[] = {{0, 0}, {0, 2}, {2, 1}, {3, 0}, {3, 2}};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 7, 0);
		p_listen(&b);
		party_take(&a, m1, sizeof m1);
		assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), OK);
		party_take(&b, m2, sizeof m2);
		m2[row[i].at] = row[i].v;
		(void)!party_feed(&a, 0, slice_of(m2, sizeof m2), 0);
		assert_alice_found_out(&a, ERR_PEER_FORMAT);
		party_done(&b);
	}
}

/* ---- proofs that are none ---- */

/* Mallory says she is `who` with `pq` and signs as `sign` does. Ends at Bob, on M3, at the signatures. */
typedef void sign_fn(const struct auth_request *r, struct auth_sigs *ret);

static void claim_to_bob(const struct person *who, sign_fn *sign, err_t want)
{
	struct party b;
	struct handshake *h = mallory_dials(&bob.pub);
	get_m2(h, &b);
	h->own = who->pub;
	h->own_pq = who->pq;
	assert_int_equal(hs_give_pinned(h), OK);
	struct auth_sigs sigs;
	sign(hs_auth_request(h), &sigs);
	give_m3(h, &b, &sigs);
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
	assert_int_equal(hs_give_signature(h, &sigs), OK);
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
	static sign_fn *const lie[] = {other_keys,    only_pq,     only_ed,          swapped_role,  other_ctx, no_ctx,
	                               pq_without_ed, other_token, other_transcript, s_not_reduced, all_zero};
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
		get_m2(h, &b);
		h->own = p.pub;
		assert_int_equal(hs_give_pinned(h), OK);
		struct auth_sigs sigs;
		person_sign(&alice, hs_auth_request(h), &sigs);
		give_m3(h, &b, &sigs);
		assert_bob_found_out(&b, ERR_PEER_CRYPTO, 1, 0);
	}
}

/* Mallory says she is Bob, to Bob. Ends at Bob, on M3, before he asks. */
static void initiator_has_the_address_of_the_responder(void **state)
{
	(void)state;
	struct party b;
	struct handshake *h = mallory_dials(&bob.pub);
	get_m2(h, &b);
	h->own = bob.pub;
	h->own_pq = bob.pq;
	assert_int_equal(hs_give_pinned(h), OK);
	struct auth_sigs sigs;
	person_sign(&bob, hs_auth_request(h), &sigs);
	give_m3(h, &b, &sigs);
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
		get_m2(h, &b);
		assert_int_equal(hs_give_pinned(h), OK);
		h->plain.p3.mode = mode[i];
		memcpy(h->th, h->ad, 64);
		boc_mix(h->th, 5, slice_of(&h->plain.p3, HS_P3_SIGNED));
		memcpy(h->req.th, h->th, 64);
		struct auth_sigs sigs;
		person_sign(&mallory, hs_auth_request(h), &sigs);
		give_m3(h, &b, &sigs);
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
		p_listen(&b);
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
	p_listen(&b);
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
		p_listen(&b);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(b.asked_policy, 0);
		assert_alice_found_out(&a, ERR_PEER_PIN);
		party_done(&b);

		party_dial(&a, &alice, &bob.pub, &bob.pq, 7, 0);
		p_listen(&b);
		b.pin = &of_alice;
		party_pump(&a, &b, 0, 0);
		assert_int_equal(b.asked_accept, 1);
		assert_int_equal(b.opens, 0);
		assert_int_equal(b.stored.seq, 0);
		assert_int_equal(b.closed.closed.err, ERR_PEER_PIN);
		assert_int_equal(a.open.open.status, ACCEPT_KEY_CHANGED);
		assert_int_equal(a.closed.closed.reason, LINK_CLOSE_KEY_CHANGED);
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
	get_m2(h, &b);
	b.pin = &alice.pq;
	h->own = alice.pub; /* with Mallory's pq key */
	assert_int_equal(hs_give_pinned(h), OK);
	struct auth_sigs sigs;
	person_sign(&mallory, hs_auth_request(h), &sigs);
	give_m3(h, &b, &sigs);
	assert_bob_found_out(&b, ERR_PEER_CRYPTO, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_relay_through_a_malicious_responder),
		cmocka_unit_test(responder_signature_relay),
		cmocka_unit_test(pipe_through_a_third_party),
		cmocka_unit_test(pipe_to_the_dialled_address_is_the_network),
		cmocka_unit_test(m1_reflected_to_its_author),
		cmocka_unit_test(own_stream_reflected_to_the_initiator),
		cmocka_unit_test(record_reflected),
		cmocka_unit_test(record_replayed_swapped_or_dropped),
		cmocka_unit_test(record_of_another_link),
		cmocka_unit_test(m1_and_m3_replayed),
		cmocka_unit_test(offer_edited),
		cmocka_unit_test(offer_without_common_version_or_suite),
		cmocka_unit_test(choice_edited),
		cmocka_unit_test(false_proofs),
		cmocka_unit_test(initiator_key_is_no_valid_point),
		cmocka_unit_test(initiator_has_the_address_of_the_responder),
		cmocka_unit_test(mode_that_is_not_offered),
		cmocka_unit_test(ephemeral_key_is_no_key),
		cmocka_unit_test(ciphertext_share_is_zero),
		cmocka_unit_test(pin_differs),
		cmocka_unit_test(pin_differs_and_no_proof),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
