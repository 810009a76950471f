/* How links end: CLOSE, a cut stream, records out of place, time. */
#include "cast.h"

#include "base/limits.h"

static void close_reasons(void **state)
{
	(void)state;
	for (u8 r = 0; r < 9; r++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		if (r >= LINK_CLOSE_DONE && r <= LINK_CLOSE_RENEW) {
			link_close(b.link, (enum link_close_reason)r);
			link_close(b.link, LINK_CLOSE_DONE); /* the first one counts */
		} else {
			assert_int_equal(link_queue(b.link, RECORD_CLOSE, slice_of(&r, 1)), OK);
		}
		party_pump(&a, &b, 0, 0);
		assert_int_equal(a.closes, 1);
		assert_int_equal(a.closed.closed.err, OK);
		assert_true(a.closed.closed.by_peer);
		/* PROTO 4.4.2: "An unknown reason counts as DONE." */
		assert_int_equal(a.closed.closed.reason, r >= 1 && r <= 6 ? r : LINK_CLOSE_DONE);
		assert_int_equal(link_pending(a.link).n, 0);
		assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("x")), ERR_PEER_POLICY);
		link_eof(a.link);
		assert_int_equal(party_feed(&a, 0, slice_str("anything"), 0), OK);
		assert_int_equal(a.closes, 1);
		if (r >= 1 && r <= 6) {
			assert_int_equal(b.closes, 1);
			assert_false(b.closed.closed.by_peer);
			assert_int_equal(b.closed.closed.reason, r);
		}
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 4.4.1: "End of the stream without it means *broken*" */
static void truncated_stream_is_broken(void **state)
{
	(void)state;
	u8 room[40000];
	/* after how many bytes of A's stream (M1, M3, REKEY_DONE, one record) it ends */
	static const size_t whole = HS_M1_LEN + HS_M3_LEN + 488 + 488;
	static const size_t cut[] = {0,
	                             1,
	                             HS_M1_LEN - 1,
	                             HS_M1_LEN,
	                             HS_M1_LEN + 1,
	                             HS_M1_LEN + HS_M3_LEN - 1,
	                             HS_M1_LEN + HS_M3_LEN,
	                             HS_M1_LEN + HS_M3_LEN + 487,
	                             HS_M1_LEN + HS_M3_LEN + 488,
	                             whole - 1,
	                             whole};
	for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		size_t left = cut[i];
		while (left > 0) {
			if (a.opens == 1 && link_pending(a.link).n == 0)
				assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("text")), OK);
			size_t n = party_take(&a, room, left);
			assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
			left -= n;
			n = party_take(&b, room, sizeof room);
			assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
		}
		link_eof(b.link);
		party_work(&b, 0);
		assert_int_equal(b.closes, 1);
		assert_int_equal(b.closed.closed.err, ERR_AGAIN);
		assert_int_equal(b.closed.closed.reason, LINK_CLOSE_NONE);
		assert_int_equal(b.records, cut[i] == whole);
		assert_int_equal(b.opens, cut[i] >= HS_M1_LEN + HS_M3_LEN);
		assert_int_equal(link_pending(b.link).n, 0);
		party_done(&a);
		party_done(&b);
	}
}

static void bytes_wait_while_a_question_is_open(void **state)
{
	(void)state;
	struct party a, b;
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	u8 room[9000];
	size_t n = party_take(&a, room, sizeof room);
	room[n] = 'x'; /* one byte more than M1 */
	struct slice in = slice_of(room, n + 1);
	assert_int_equal(link_feed(b.link, 0, &in), OK);
	assert_int_equal(in.n, 1);
	b.mute = true;
	party_work(&b, 0);
	assert_int_equal(link_feed(b.link, 0, &in), OK);
	assert_int_equal(in.n, 1);
	assert_int_equal(link_give_pinned(b.link), ERR_BUG); /* not what it asked */
	assert_int_equal(link_feed(b.link, 0, &in), OK);
	assert_int_equal(in.n, 0);
	party_work(&b, 0);
	assert_int_equal(b.closed.closed.err, ERR_BUG);
	assert_int_equal(party_accept(b.link, 0, ACCEPT_OK), ERR_AGAIN);
	party_done(&a);
	party_done(&b);
}

/* A record of which the first byte names no size. */
static void unknown_class_ends_it_at_its_first_byte(void **state)
{
	(void)state;
	for (unsigned class = RECORD_CLASSES; class < 256; class += 63) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		u8 byte = (u8) class;
		assert_int_equal(party_feed(&a, 0, slice_of(&byte, 1), 0), ERR_PEER_FORMAT);
		assert_int_equal(a.closes, 1);
		assert_int_equal(link_pending(a.link).n, 0);
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 4.1.5: "ACCEPT, REKEY_EK, REKEY_CT or REKEY_DONE where none is due ends the link." */
static void control_records_out_of_place(void **state)
{
	(void)state;
	static const u8 type[] = {RECORD_ACCEPT, RECORD_REKEY_CT, RECORD_REKEY_DONE}; /* REKEY_EK: test_rekey.c */
	static const u8 payload[6];
	for (size_t i = 0; i < 2 * sizeof type; i++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		struct party *from = i % 2 ? &a : &b, *to = i % 2 ? &b : &a;
		assert_int_equal(link_queue(from->link, type[i / 2], slice_of(payload, sizeof payload)), OK);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(to->closed.closed.err, ERR_PEER_POLICY);
		assert_int_equal(to->records, 0);
		party_done(&a);
		party_done(&b);
	}
}

/* Control records that are due and malformed. */
static void control_records_malformed(void **state)
{
	(void)state;
	struct party a, b;
	u8 room[8192];
	party_connect(&a, &b, &alice, &bob, 0);
	assert_int_equal(link_queue(a.link, RECORD_CLOSE, slice_of(NULL, 0)), OK);
	party_pump(&a, &b, 0, 0);
	assert_int_equal(b.closed.closed.err, ERR_PEER_FORMAT);
	party_done(&a);
	party_done(&b);

	/* PROTO 4.3.2: "REKEY_DONE has no payload." */
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	size_t n = party_take(&a, room, sizeof room);
	assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
	n = party_take(&b, room, sizeof room);
	assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
	assert_int_equal(link_queue(a.link, RECORD_REKEY_DONE, slice_str("x")), OK);
	n = party_take(&a, room, sizeof room);
	assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), ERR_PEER_FORMAT);
	assert_int_equal(b.closed.closed.err, ERR_PEER_FORMAT);
	party_done(&a);
	party_done(&b);
}

static void answers_nobody_asked_for(void **state)
{
	(void)state;
	static const struct auth_sigs sigs;
	for (int i = 0; i < 4; i++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		for (int again = 0; again < 2; again++) {
			err_t err = OK;
			switch (i) {
			case 0: err = link_give_signature(a.link, &sigs, NULL); break;
			case 1: err = link_give_pinned(a.link); break;
			case 2: err = link_give_policy(a.link, true, NULL); break;
			case 3: err = party_accept(a.link, 0, ACCEPT_OK); break;
			}
			/* the first ended the link, the second finds it ended */
			assert_int_equal(err, again ? ERR_AGAIN : ERR_BUG);
		}
		assert_int_equal(link_tick(a.link, 1), OK);
		link_probe(a.link, 1);
		assert_int_equal(link_pending(a.link).n, 0);
		party_done(&a);
		party_done(&b);
	}
}

/* B's first record is something else, or an ACCEPT that is not one. */
static void bad_accept(void **state)
{
	(void)state;
	static const struct {
		u8 type;
		size_t n;
		u8 payload[8];
		err_t err;
	} row[] = {
		{RECORD_ACCEPT, 6, {0}, OK},
		{RECORD_ACCEPT, 8, {0, 0, 0, 0, 0, 0, 1, 2}, OK},
		{RECORD_ACCEPT, 6, {0, 0, 9, 9, 9, 9}, OK}, /* the reserved batch number */
		{RECORD_ACCEPT, 5, {0}, ERR_PEER_FORMAT},
		{RECORD_ACCEPT, 0, {0}, ERR_PEER_FORMAT},
		{RECORD_ACCEPT, 6, {5}, ERR_PEER_FORMAT},
		{RECORD_ACCEPT, 6, {0, 4}, ERR_PEER_FORMAT},
		{RECORD_DATA, 6, {0}, ERR_PEER_POLICY},
		{RECORD_PING, 1, {0}, ERR_PEER_POLICY},
		{RECORD_CLOSE, 1, {1}, ERR_PEER_POLICY},
		{RECORD_REKEY_DONE, 0, {0}, ERR_PEER_POLICY},
	};
	u8 room[20000];
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		size_t n = party_take(&a, room, sizeof room);
		assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
		n = party_take(&b, room, sizeof room);
		assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
		assert_int_equal(a.link->state, LINK_ACCEPTING);
		/* a B of another mind: seals in epoch 0 what this row says */
		struct record_chain c;
		record_chain_init(&c, &a.link->root, 0, RECORD_B2A);
		assert_int_equal(record_seal(&c, 0, row[i].type, slice_of(row[i].payload, row[i].n), room), OK);
		party_take(&a, room + 1000, sizeof room - 1000); /* M3 */
		assert_int_equal(party_feed(&a, 0, slice_of(room, 488), 0), row[i].err);
		assert_int_equal(a.opens, row[i].err == OK);
		assert_int_equal(link_pending(a.link).n, row[i].err == OK ? 488 : 0);
		party_done(&a);
		party_done(&b);
	}
}

static void deadlines_of_the_handshake(void **state)
{
	(void)state;
	struct party a, b;
	party_listen(&b, &bob, 2, 500);
	assert_int_equal(link_deadline(b.link), 500 + HANDSHAKE_M1_MS);
	assert_int_equal(link_tick(b.link, 499 + HANDSHAKE_M1_MS), OK);
	assert_int_equal(link_tick(b.link, 500 + HANDSHAKE_M1_MS), ERR_PEER_TIMEOUT);
	party_work(&b, 0);
	assert_int_equal(b.closed.closed.err, ERR_PEER_TIMEOUT);
	assert_int_equal(link_deadline(b.link), LINK_NEVER);
	party_done(&b);

	/* one byte less than M1 does not help, M1 does */
	u8 room[8192];
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	size_t n = party_take(&a, room, sizeof room);
	assert_int_equal(party_feed(&b, 20000, slice_of(room, n - 1), 0), OK);
	assert_int_equal(link_deadline(b.link), HANDSHAKE_M1_MS);
	assert_int_equal(party_feed(&b, 29000, slice_of(room + n - 1, 1), 0), OK);
	assert_int_equal(link_deadline(b.link), 29000 + HANDSHAKE_MS);
	/* nor does a vault that never answers */
	n = party_take(&b, room, sizeof room);
	assert_int_equal(link_deadline(a.link), DIAL_MS);
	link_connected(a.link, 28000);
	assert_int_equal(link_deadline(a.link), 28000 + HANDSHAKE_MS);
	assert_int_equal(party_feed(&a, 30000, slice_of(room, n), 0), OK);
	n = party_take(&a, room, sizeof room);
	assert_int_equal(link_deadline(a.link), 28000 + HANDSHAKE_MS);
	b.mute = true;
	assert_int_equal(party_feed(&b, 31000, slice_of(room, n), 0), OK);
	assert_int_equal(b.asked_policy, 1);
	assert_int_equal(link_tick(b.link, 28999 + HANDSHAKE_MS), OK);
	assert_int_equal(link_tick(b.link, 29000 + HANDSHAKE_MS), ERR_PEER_TIMEOUT);
	assert_int_equal(link_give_policy(b.link, true, NULL), ERR_AGAIN);
	assert_int_equal(link_tick(a.link, 28000 + HANDSHAKE_MS), ERR_PEER_TIMEOUT);
	party_work(&a, 0);
	assert_int_equal(a.opens, 0);
	party_done(&a);
	party_done(&b);
}

/* A question that nobody took is not asked any more when there is no link left. */
static void no_questions_after_the_end(void **state)
{
	(void)state;
	struct party a, b;
	u8 m1[HS_M1_LEN];
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	struct slice in = slice_of(m1, party_take(&a, m1, sizeof m1));
	assert_int_equal(link_feed(b.link, 0, &in), OK);
	assert_int_equal(link_tick(b.link, HANDSHAKE_MS), ERR_PEER_TIMEOUT);
	party_work(&b, 0);
	assert_int_equal(b.asked_sign, 0);
	assert_int_equal(b.closes, 1);
	party_done(&a);

	/* but what was received was received */
	party_done(&b);
	party_connect(&a, &b, &alice, &bob, 0);
	assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("text")), OK);
	in = link_pending(a.link);
	assert_int_equal(link_feed(b.link, 0, &in), OK);
	link_eof(b.link);
	party_work(&b, 0);
	assert_int_equal(b.records, 1);
	assert_int_equal(b.closes, 1);
	party_done(&a);
	party_done(&b);
}

/* The vault took long to answer; that is not the peer's silence. */
static void a_slow_answer_is_not_silence(void **state)
{
	(void)state;
	struct party a, b;
	u8 room[8192];
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	size_t n = party_take(&a, room, sizeof room);
	assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
	n = party_take(&b, room, sizeof room);
	assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
	n = party_take(&a, room, sizeof room);
	b.mute = true;
	assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
	assert_int_equal(link_give_policy(b.link, true, NULL), OK);
	party_work(&b, 0);
	assert_int_equal(party_accept(b.link, 50000, ACCEPT_OK), OK);
	assert_int_equal(link_deadline(b.link), 50000 + PING_IDLE_MS);
	party_done(&a);
	party_done(&b);
}

static void silence_is_asked_about_and_then_deadly(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 1000);
	assert_int_equal(link_last_received_ms(a.link), 1000);
	assert_int_equal(link_deadline(a.link), 1000 + PING_IDLE_MS);
	assert_int_equal(link_tick(a.link, 999 + PING_IDLE_MS), OK);
	assert_int_equal(link_pending(a.link).n, 0);
	assert_int_equal(link_tick(a.link, 1000 + PING_IDLE_MS), OK);
	assert_int_equal(link_pending(a.link).n, 488);
	assert_int_equal(link_tick(a.link, 1001 + PING_IDLE_MS), OK); /* asks once */
	assert_int_equal(link_pending(a.link).n, 488);
	const u64 quiet = 1000 + PING_IDLE_MS + LINK_QUIET_MS;
	assert_int_equal(link_deadline(a.link), quiet);
	assert_int_equal(link_tick(a.link, quiet - 1), OK);
	assert_false(link_is_quiet(a.link));
	assert_int_equal(link_tick(a.link, quiet), OK);
	assert_true(link_is_quiet(a.link));
	assert_int_equal(link_pending(a.link).n, 488);
	assert_int_equal(link_deadline(a.link), 1000 + LINK_DEAD_MS);
	party_pump(&a, &b, 40000, 0); /* B answers by itself */
	assert_false(link_is_quiet(a.link));
	assert_int_equal(link_last_received_ms(a.link), 40000);
	assert_int_equal(a.records + b.records, 0);
	assert_int_equal(link_tick(a.link, 40000 + PING_IDLE_MS), OK);
	assert_int_equal(link_tick(a.link, 39999 + LINK_DEAD_MS), OK);
	assert_int_equal(link_tick(a.link, 40000 + LINK_DEAD_MS), ERR_PEER_TIMEOUT);
	party_work(&a, 0);
	assert_int_equal(a.closed.closed.err, ERR_PEER_TIMEOUT);
	assert_int_equal(a.closed.closed.reason, LINK_CLOSE_NONE);

	/* half a record is no sign of life */
	static u8 half[100];
	assert_int_equal(link_last_received_ms(b.link), 40000);
	assert_int_equal(party_feed(&b, 60000, slice_of(half, sizeof half), 0), OK);
	assert_int_equal(link_last_received_ms(b.link), 40000);
	party_done(&a);
	party_done(&b);
}

/* PROTO 4.1.6: "A side asks as well when its DATA has had no ACK for 10 s." */
static void unacknowledged_is_asked_about(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 1000);
	assert_int_equal(link_send(a.link, 2000, RECORD_DATA, slice_str("one")), OK);
	assert_int_equal(link_send(a.link, 9000, RECORD_DATA, slice_str("two")), OK);
	assert_int_equal(link_deadline(a.link), 2000 + PING_ACK_MS); /* the oldest counts */
	party_pump(&a, &b, 9100, 0);
	/* other signs of life are no ACK */
	assert_int_equal(link_send(b.link, 9200, RECORD_DATA, slice_str("hello")), OK);
	party_pump(&a, &b, 9300, 0);
	assert_int_equal(link_deadline(a.link), 2000 + PING_ACK_MS);
	assert_int_equal(link_tick(a.link, 1999 + PING_ACK_MS), OK);
	assert_int_equal(link_pending(a.link).n, 0);
	assert_int_equal(link_tick(a.link, 2000 + PING_ACK_MS), OK);
	assert_int_equal(link_pending(a.link).n, 488);
	party_pump(&a, &b, 12100, 0);
	/* who is there, and has not acknowledged, is not asked for ever */
	assert_int_equal(link_deadline(a.link), 12100 + PING_IDLE_MS);
	assert_int_equal(link_send(a.link, 13000, RECORD_DATA, slice_str("three")), OK);
	party_pump(&a, &b, 13000, 0);
	assert_int_equal(link_send(b.link, 14000, RECORD_ACK, slice_str("id")), OK);
	party_pump(&a, &b, 14000, 0);
	assert_int_equal(link_deadline(a.link), 14000 + PING_IDLE_MS);
	/* PROTO 4.5.18: "a COVER counts as one, and COVERED as an ACK" */
	assert_int_equal(link_send(a.link, 15000, RECORD_COVER, slice_of(NULL, 0)), OK);
	assert_int_equal(link_deadline(a.link), 15000 + PING_ACK_MS);
	party_pump(&a, &b, 15000, 0);
	assert_int_equal(link_send(b.link, 16000, RECORD_COVERED, slice_of(NULL, 0)), OK);
	party_pump(&a, &b, 16000, 0);
	assert_int_equal(link_deadline(a.link), 16000 + PING_IDLE_MS);
	party_done(&a);
	party_done(&b);
}

static void a_probe_is_answered(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	link_probe(b.link, 0);
	party_pump(&a, &b, 5000, 0);
	assert_int_equal(link_last_received_ms(b.link), 5000);
	/* an unknown kind of PING is ignored, none at all is malformed */
	assert_int_equal(link_queue(a.link, RECORD_PING, slice_str("\x07")), OK);
	party_pump(&a, &b, 6000, 0);
	assert_int_equal(link_last_received_ms(b.link), 6000);
	assert_int_equal(link_last_received_ms(a.link), 5000);
	assert_int_equal(link_queue(a.link, RECORD_PING, slice_str("")), OK);
	party_pump(&a, &b, 7000, 0);
	assert_int_equal(b.closed.closed.err, ERR_PEER_FORMAT);
	party_done(&a);
	party_done(&b);
}

static void closing_in_every_state(void **state)
{
	(void)state;
	u8 room[8192];
	/* before there are keys: silence */
	struct party a, b;
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	link_close(a.link, LINK_CLOSE_LOCKED);
	assert_int_equal(link_pending(a.link).n, 0);
	party_work(&a, 0);
	assert_int_equal(a.closed.closed.err, OK);
	party_done(&a);

	/* A after M3, before ACCEPT: CLOSE in epoch 0, and B hears it */
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	size_t n = party_take(&a, room, sizeof room);
	assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
	n = party_take(&b, room, sizeof room);
	assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
	link_close(a.link, LINK_CLOSE_LOCKED);
	assert_int_equal(link_pending(a.link).n, HS_M3_LEN + 488);
	party_pump(&a, &b, 0, 0);
	assert_int_equal(b.opens, 1);
	assert_int_equal(b.closed.closed.reason, LINK_CLOSE_LOCKED);
	assert_true(b.closed.closed.by_peer);
	party_done(&a);
	party_done(&b);
}

static void a_dial_that_cannot_begin(void **state)
{
	(void)state;
	struct party a;
	party_dial(&a, &alice, &alice.pub, NULL, 1, 0); /* ourselves */
	party_work(&a, 0);
	assert_int_equal(a.closed.closed.err, ERR_LOCAL_CONFIG);
	assert_int_equal(link_pending(a.link).n, 0);
	party_done(&a);

	static const struct onion_pub small_order = {{1}};
	party_dial(&a, &alice, &small_order, NULL, 1, 0);
	party_work(&a, 0);
	assert_int_equal(a.closed.closed.err, ERR_PEER_CRYPTO);
	assert_int_equal(link_pending(a.link).n, 0);
	party_done(&a);
	assert_null(link_free(NULL));
}

static void keys_are_gone_when_it_ends(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	link_eof(a.link);
	static const u8 zero[64];
	assert_memory_equal(a.link->root.b, zero, 64);
	assert_memory_equal(a.link->tx.key, zero, 32);
	assert_memory_equal(a.link->rx.key, zero, 32);
	assert_memory_equal(a.link->claim.th7, zero, 64);
	assert_memory_equal(b.link->claim.th7, zero, 64);
	assert_null(a.link->hs);
	party_done(&a);
	party_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(close_reasons),
		cmocka_unit_test(truncated_stream_is_broken),
		cmocka_unit_test(bytes_wait_while_a_question_is_open),
		cmocka_unit_test(unknown_class_ends_it_at_its_first_byte),
		cmocka_unit_test(control_records_out_of_place),
		cmocka_unit_test(control_records_malformed),
		cmocka_unit_test(answers_nobody_asked_for),
		cmocka_unit_test(bad_accept),
		cmocka_unit_test(deadlines_of_the_handshake),
		cmocka_unit_test(no_questions_after_the_end),
		cmocka_unit_test(a_slow_answer_is_not_silence),
		cmocka_unit_test(silence_is_asked_about_and_then_deadly),
		cmocka_unit_test(unacknowledged_is_asked_about),
		cmocka_unit_test(a_probe_is_answered),
		cmocka_unit_test(closing_in_every_state),
		cmocka_unit_test(a_dial_that_cannot_begin),
		cmocka_unit_test(keys_are_gone_when_it_ends),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
