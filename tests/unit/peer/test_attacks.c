/* Attacks by those who stand in between: relays, pipes, reflections, replays, edited offers. Each is named after what the
 * attacker does and says at which step it ends. */
#include "cast.h"

static u8 m1[HS_M1_LEN], m2[HS_M2_LEN], m3[HS_M3_LEN], room[65536];

/* ---- signatures relayed ---- */

/* Alice dials Mallory; Mallory dials Bob, gives Bob's token to Alice and Alice's answer to Bob. The original program
 * fell to this. Ends at Bob, on M3, at the signature: it covers Mallory's address and keys. */
static void token_relay_through_a_malicious_responder(void **state)
{
	(void)state;
	struct party a, b;
	struct handshake *to_bob = mallory_dials(&bob.pub), *to_alice = mallory_listens(&mallory);
	mallory_gets_m2(to_bob, &b);

	party_dial(&a, &alice, &mallory.pub, NULL, 7, 0);
	assert_int_equal(hs_input(to_alice, link_pending(a.link)), OK);
	/* Bob's token instead of Mallory's, so th3 anew */
	memcpy(to_alice->plain.p2.token, to_bob->req.token, 32);
	memcpy(to_alice->th, to_alice->ad, 64);
	boc_mix(to_alice->th, 3, slice_of(&to_alice->plain.p2, HS_P2_SIGNED));
	memcpy(to_alice->req.th, to_alice->th, 64);
	struct auth_sigs sigs;
	person_sign(&mallory, hs_auth_request(to_alice), &sigs);
	assert_int_equal(hs_give_signature(to_alice, &sigs, NULL), OK);
	link_sent(a.link, HS_M1_LEN);
	assert_int_equal(party_feed(&a, 0, hs_output(to_alice), 0), OK);
	assert_int_equal(hs_input(to_alice, link_pending(a.link)), OK);
	assert_true(onion_pub_eq(hs_peer(to_alice), &alice.pub));
	sigs = to_alice->plain.p3.sigs; /* Alice's signature over Bob's token, and a good one: */
	assert_int_equal(hs_give_policy(to_alice, true, NULL), OK);

	to_bob->own = alice.pub;
	to_bob->own_pq = alice.pq;
	assert_int_equal(hs_give_pinned(to_bob), OK);
	mallory_gives_m3(to_bob, &b, &sigs);
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
	assert_int_equal(hs_give_signature(to_mallory, &sigs, NULL), OK);
	assert_int_equal(hs_input(to_bob, hs_output(to_mallory)), OK);
	assert_int_equal(hs_give_signature(to_alice, &sigs, NULL), OK);
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
	bob_listens(&b);
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
	bob_listens(&b);
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
	assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("text")), OK);
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
			assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("text")), OK);
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
	assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("text")), OK);
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
	bob_listens(&b);
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

/* ---- negotiation ----
 * PROTO 3.6.1: "The offer is hashed (M1), the choice is hashed (M2c), and both signatures cover both." */

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
		bob_listens(&b);
		party_take(&a, m1, sizeof m1);
		m1[row[i].at] = row[i].v;
		assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), OK);
		party_take(&b, m2, sizeof m2);
		assert_int_equal(m2[0], 1); /* PROTO 3.6.2: "B picks the highest version and suite that both have." */
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
		bob_listens(&b);
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
		bob_listens(&b);
		party_take(&a, m1, sizeof m1);
		assert_int_equal(party_feed(&b, 0, slice_of(m1, sizeof m1), 0), OK);
		party_take(&b, m2, sizeof m2);
		m2[row[i].at] = row[i].v;
		(void)!party_feed(&a, 0, slice_of(m2, sizeof m2), 0);
		assert_alice_found_out(&a, ERR_PEER_FORMAT);
		party_done(&b);
	}
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
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
