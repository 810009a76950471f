/* Two links joined in memory: the ways they open, what flows, how they end. */
#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "peer/link_private.h"

static struct person alice, bob, carol;

static int set_up(void **state)
{
	(void)state;
	person_init(&alice, 1);
	person_init(&bob, 2);
	person_init(&carol, 3);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	person_done(&alice);
	person_done(&bob);
	person_done(&carol);
	return 0;
}

static bool pq_same(const struct pq_identity *a, const struct pq_identity *b)
{
	return memcmp(a->pk, b->pk, sizeof a->pk) == 0 && memcmp(a->next, b->next, 32) == 0 && a->seq == b->seq;
}

static void first_contact_opens_both(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 1000);

	assert_int_equal(a.asked_sign, 1);
	assert_int_equal(a.asked_pin, 1);
	assert_int_equal(a.asked_policy + a.asked_accept, 0);
	assert_int_equal(b.asked_sign, 1);
	assert_int_equal(b.asked_pin, 0);
	assert_int_equal(b.asked_policy, 1);
	assert_int_equal(b.asked_accept, 1);
	assert_true(a.open.open.initiator);
	assert_false(b.open.open.initiator);
	assert_true(onion_pub_eq(&a.open.open.peer, &bob.pub));
	assert_true(onion_pub_eq(&b.open.open.peer, &alice.pub));
	assert_true(pq_same(&a.open_pq, &bob.pq) && pq_same(&a.stored, &bob.pq));
	assert_true(pq_same(&b.open_pq, &alice.pq) && pq_same(&b.stored, &alice.pq));
	assert_int_equal(a.open.open.status, ACCEPT_OK);
	/* both are in epoch 1 in both directions and share the root */
	assert_int_equal(a.link->tx.epoch + a.link->rx.epoch + b.link->tx.epoch + b.link->rx.epoch, 4);
	assert_memory_equal(a.link->root.b, b.link->root.b, 64);
	assert_memory_equal(&a.link->tx, &b.link->rx, sizeof a.link->tx);
	assert_memory_equal(&a.link->rx, &b.link->tx, sizeof a.link->tx);
	party_done(&a);
	party_done(&b);
}

static void known_contact_is_asked_nothing_about_pins(void **state)
{
	(void)state;
	struct party a, b;
	party_dial(&a, &alice, &bob.pub, &bob.pq, 1, 0);
	party_listen(&b, &bob, 2, 0);
	b.pin = &alice.pq;
	party_pump(&a, &b, 0, 0);
	assert_int_equal(a.opens + b.opens, 2);
	assert_int_equal(a.asked_pin, 0);
	party_done(&a);
	party_done(&b);
}

static void opens_one_byte_at_a_time(void **state)
{
	(void)state;
	struct party a, b;
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	party_pump(&a, &b, 0, 1);
	assert_int_equal(a.opens + b.opens, 2);
	u8 text[7000];
	memset(text, 'x', sizeof text);
	assert_int_equal(link_send(a.link, RECORD_DATA, slice_of(text, sizeof text)), OK);
	assert_int_equal(link_send(b.link, RECORD_DATA, slice_of(text, 5)), OK);
	party_pump(&a, &b, 0, 1);
	assert_int_equal(b.records, 1);
	assert_int_equal(b.record[0].n, sizeof text);
	assert_int_equal(a.records, 1);
	party_done(&a);
	party_done(&b);
}

static void same_seeds_make_the_same_bytes(void **state)
{
	(void)state;
	u8 m[2][HS_M1_LEN + 1], n[2][HS_M2_LEN + 1];
	for (int i = 0; i < 2; i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		assert_int_equal(party_take(&a, m[i], sizeof m[i]), HS_M1_LEN);
		assert_int_equal(party_feed(&b, 0, slice_of(m[i], HS_M1_LEN), 0), OK);
		assert_int_equal(party_take(&b, n[i], sizeof n[i]), HS_M2_LEN);
		party_done(&a);
		party_done(&b);
	}
	assert_memory_equal(m[0], m[1], HS_M1_LEN);
	assert_memory_equal(n[0], n[1], HS_M2_LEN);
}

static void message_sizes_are_the_same_for_everybody(void **state)
{
	(void)state;
	u8 room[20000];
	for (int known = 0; known < 2; known++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, known ? &bob.pq : NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		b.pin = known ? &alice.pq : NULL;
		assert_int_equal(party_take(&a, room, sizeof room), HS_M1_LEN);
		assert_int_equal(party_feed(&b, 0, slice_of(room, HS_M1_LEN), 0), OK);
		assert_int_equal(party_take(&b, room, sizeof room), HS_M2_LEN);
		assert_int_equal(party_feed(&a, 0, slice_of(room, HS_M2_LEN), 0), OK);
		assert_int_equal(party_take(&a, room, sizeof room), HS_M3_LEN);
		assert_int_equal(party_feed(&b, 0, slice_of(room, HS_M3_LEN), 0), OK);
		assert_int_equal(party_take(&b, room, sizeof room), 488); /* ACCEPT */
		assert_int_equal(party_feed(&a, 0, slice_of(room, 488), 0), OK);
		assert_int_equal(party_take(&a, room, sizeof room), 488); /* REKEY_DONE */
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 3.5.6: "ACCEPT status" */
static void every_status(void **state)
{
	(void)state;
	static const struct {
		enum accept_status status;
		bool open_at_b, data;
		enum link_close_reason reason;
		err_t err_at_b;
	} row[] = {
		{ACCEPT_OK, true, true, LINK_CLOSE_NONE, OK},
		{ACCEPT_PENDING, true, true, LINK_CLOSE_NONE, OK},
		{ACCEPT_CONT_LOST, true, true, LINK_CLOSE_NONE, OK},
		{ACCEPT_INVITE_BAD, false, false, LINK_CLOSE_REFUSED, ERR_PEER_POLICY},
		{ACCEPT_KEY_CHANGED, false, false, LINK_CLOSE_KEY_CHANGED, ERR_PEER_PIN},
	};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		b.status = row[i].status;
		b.pin = row[i].status == ACCEPT_KEY_CHANGED ? &carol.pq : NULL;
		party_pump(&a, &b, 0, 0);
		assert_int_equal(a.opens, 1);
		assert_int_equal(a.open.open.status, row[i].status);
		assert_int_equal(b.opens, row[i].open_at_b);
		assert_int_equal(b.closes, !row[i].open_at_b);
		assert_int_equal(a.closes, !row[i].open_at_b);
		if (row[i].data) {
			assert_int_equal(link_send(a.link, RECORD_HELLO, slice_str("hello")), OK);
			assert_int_equal(link_send(b.link, RECORD_DATA, slice_str("welcome")), OK);
			party_pump(&a, &b, 0, 0);
			assert_int_equal(b.records, 1);
			assert_int_equal(b.record[0].type, RECORD_HELLO);
			assert_memory_equal(b.record[0].head, "hello", 5);
			assert_int_equal(a.records, 1);
			assert_int_equal(a.record[0].type, RECORD_DATA);
		} else {
			assert_int_equal(a.closed.closed.reason, row[i].reason);
			assert_true(a.closed.closed.by_peer);
			assert_int_equal(a.closed.closed.err, OK);
			assert_int_equal(b.closed.closed.err, row[i].err_at_b);
			assert_int_equal(b.closed.closed.reason, row[i].reason);
			assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("x")), ERR_PEER_POLICY);
			assert_int_equal(link_send(b.link, RECORD_DATA, slice_str("x")), ERR_PEER_POLICY);
			assert_int_equal(a.records + b.records, 0);
		}
		party_done(&a);
		party_done(&b);
	}
}

static void a_changed_key_stores_nothing_and_says_so(void **state)
{
	(void)state;
	struct party a, b;
	struct pq_identity old = alice.pq;
	old.seq++;
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	b.pin = &old;
	party_pump(&a, &b, 0, 0);
	assert_int_equal(b.asked_accept, 1);
	assert_int_equal(b.stored.seq, 0);
	assert_int_equal(b.opens, 0);
	assert_int_equal(b.closed.closed.err, ERR_PEER_PIN);
	assert_int_equal(a.closed.closed.reason, LINK_CLOSE_KEY_CHANGED);
	party_done(&a);
	party_done(&b);
}

static void a_changed_key_cannot_be_accepted(void **state)
{
	(void)state;
	for (enum accept_status s = ACCEPT_OK; s <= ACCEPT_INVITE_BAD; s++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		u8 room[8192];
		size_t n = party_take(&a, room, sizeof room);
		assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
		n = party_take(&b, room, sizeof room);
		assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
		n = party_take(&a, room, sizeof room);
		b.mute = true;
		assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
		assert_int_equal(link_give_policy(b.link, true, &carol.pq), OK);
		struct link_event ev;
		assert_true(link_next(b.link, &ev));
		assert_int_equal(ev.type, LINK_WANT_ACCEPT);
		assert_true(ev.accept.key_changed);
		assert_true(pq_same(ev.accept.pq, &alice.pq));
		assert_int_equal(link_give_accept(b.link, 0, s), ERR_BUG);
		assert_int_equal(link_pending(b.link).n, 0);
		party_done(&a);
		party_done(&b);
	}
}

static void refused_by_policy_is_silent(void **state)
{
	(void)state;
	struct party a, b;
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	b.allow = false;
	party_pump(&a, &b, 0, 0);
	assert_int_equal(b.closes, 1);
	assert_int_equal(b.closed.closed.err, ERR_PEER_POLICY);
	assert_int_equal(b.asked_accept, 0);
	assert_int_equal(link_pending(b.link).n, 0);
	assert_int_equal(a.opens, 0);
	party_done(&a);
	party_done(&b);
}

/* PROTO 3.5.7: "Records that A sent in epoch 0 are delivered only when the status is 0 or 2; otherwise they are
 * discarded" */
static void early_records_by_status(void **state)
{
	(void)state;
	for (enum accept_status s = ACCEPT_OK; s <= ACCEPT_CONT_LOST; s++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		b.status = s;
		u8 room[8192];
		size_t n = party_take(&a, room, sizeof room);
		assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
		n = party_take(&b, room, sizeof room);
		assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
		/* ours waits for ACCEPT; another implementation need not */
		assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("early")), ERR_AGAIN);
		assert_int_equal(link_queue(a.link, RECORD_DATA, slice_str("early")), OK);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(b.records, s == ACCEPT_PENDING ? 0 : 1);
		assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("late")), OK);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(b.records, s == ACCEPT_PENDING ? 1 : 2);
		assert_memory_equal(b.record[b.records - 1].head, "late", 4);
		party_done(&a);
		party_done(&b);
	}
}

static void records_of_every_class(void **state)
{
	(void)state;
	static const size_t len[] = {0, 1, 468, 469, 1932, 1933, 7788, 7789, 31212};
	static const size_t wire[] = {488, 488, 488, 1952, 1952, 7808, 7808, 31232, 31232};
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	u8 text[31213];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (u8)(i * 7);
	for (size_t i = 0; i < ARRAY_LEN(len); i++) {
		struct party *from = i % 2 ? &a : &b, *to = i % 2 ? &b : &a;
		size_t before = to->records;
		assert_int_equal(link_send(from->link, (u8)(100 + i), slice_of(text, len[i])), OK);
		assert_int_equal(link_pending(from->link).n, wire[i]);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(to->records, before + 1);
		assert_int_equal(to->record[before].type, 100 + i);
		assert_int_equal(to->record[before].n, len[i]);
		assert_memory_equal(to->record[before].head, text, MIN(len[i], 16));
	}
	assert_int_equal(link_send(a.link, RECORD_DATA, slice_of(text, 31213)), ERR_BUG);
	static const u8 own[] = {RECORD_PING,       RECORD_REKEY_EK, RECORD_REKEY_CT,
	                         RECORD_REKEY_DONE, RECORD_ACCEPT,   RECORD_CLOSE};
	for (size_t i = 0; i < sizeof own; i++)
		assert_int_equal(link_send(a.link, own[i], slice_of(text, 1)), ERR_BUG);
	assert_int_equal(link_send(a.link, RECORD_DATA, slice_of(text, 1)), OK);
	party_done(&a);
	party_done(&b);
}

static void the_queue_is_bounded(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	static u8 big[31212];
	err_t err;
	size_t sent = 0;
	while ((err = link_send(a.link, RECORD_DATA, slice_of(big, sizeof big))) == OK)
		sent++;
	assert_int_equal(err, ERR_AGAIN);
	assert_int_equal(sent, LINK_OUT_MAX / RECORD_MAX_WIRE);
	assert_true(link_pending(a.link).n <= LINK_OUT_MAX);
	/* a peer that only asks, and never reads */
	static u8 flood[3000 * 488];
	size_t n = 0;
	for (int i = 0; i < 3000; i++) {
		link_probe(b.link);
		n += party_take(&b, flood + n, sizeof flood - n);
	}
	assert_int_equal(party_feed(&a, 0, slice_of(flood, n), 0), OK);
	assert_true(link_pending(a.link).n <= LINK_OUT_MAX + 488);
	link_close(a.link, LINK_CLOSE_DONE);
	party_pump(&a, &b, 0, 0);
	assert_int_equal(b.records, sent);
	assert_int_equal(b.closed.closed.reason, LINK_CLOSE_DONE);
	party_done(&a);
	party_done(&b);
}

static void close_reasons(void **state)
{
	(void)state;
	for (u8 r = 0; r < 9; r++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		if (r >= LINK_CLOSE_DONE && r <= LINK_CLOSE_KEY_CHANGED) {
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
		assert_int_equal(a.closed.closed.reason, r >= 1 && r <= 5 ? r : LINK_CLOSE_DONE);
		assert_int_equal(link_pending(a.link).n, 0);
		assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("x")), ERR_PEER_POLICY);
		link_eof(a.link);
		assert_int_equal(party_feed(&a, 0, slice_str("anything"), 0), OK);
		assert_int_equal(a.closes, 1);
		if (r >= 1 && r <= 5) {
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
				assert_int_equal(link_send(a.link, RECORD_DATA, slice_str("text")), OK);
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
	assert_int_equal(link_give_accept(b.link, 0, ACCEPT_OK), ERR_AGAIN);
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
	static const u8 type[] = {RECORD_ACCEPT, RECORD_REKEY_EK, RECORD_REKEY_CT, RECORD_REKEY_DONE};
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
		{RECORD_ACCEPT, 6, {0, 1}, ERR_PEER_FORMAT},
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
	assert_int_equal(link_deadline(a.link), 1000 + LINK_DEAD_MS);
	party_pump(&a, &b, 30000, 0); /* B answers by itself */
	assert_int_equal(link_last_received_ms(a.link), 30000);
	assert_int_equal(a.records + b.records, 0);
	assert_int_equal(link_tick(a.link, 30000 + PING_IDLE_MS), OK);
	assert_int_equal(link_tick(a.link, 29999 + LINK_DEAD_MS), OK);
	assert_int_equal(link_tick(a.link, 30000 + LINK_DEAD_MS), ERR_PEER_TIMEOUT);
	party_work(&a, 0);
	assert_int_equal(a.closed.closed.err, ERR_PEER_TIMEOUT);
	assert_int_equal(a.closed.closed.reason, LINK_CLOSE_NONE);

	/* half a record is no sign of life */
	static u8 half[100];
	assert_int_equal(link_last_received_ms(b.link), 30000);
	assert_int_equal(party_feed(&b, 60000, slice_of(half, sizeof half), 0), OK);
	assert_int_equal(link_last_received_ms(b.link), 30000);
	party_done(&a);
	party_done(&b);
}

static void a_probe_is_answered(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	link_probe(b.link);
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
	assert_memory_equal(a.link->th7, zero, 64);
	assert_memory_equal(b.link->th7, zero, 64);
	assert_null(a.link->hs);
	party_done(&a);
	party_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_contact_opens_both),
		cmocka_unit_test(known_contact_is_asked_nothing_about_pins),
		cmocka_unit_test(opens_one_byte_at_a_time),
		cmocka_unit_test(same_seeds_make_the_same_bytes),
		cmocka_unit_test(message_sizes_are_the_same_for_everybody),
		cmocka_unit_test(every_status),
		cmocka_unit_test(a_changed_key_stores_nothing_and_says_so),
		cmocka_unit_test(a_changed_key_cannot_be_accepted),
		cmocka_unit_test(refused_by_policy_is_silent),
		cmocka_unit_test(early_records_by_status),
		cmocka_unit_test(records_of_every_class),
		cmocka_unit_test(the_queue_is_bounded),
		cmocka_unit_test(close_reasons),
		cmocka_unit_test(truncated_stream_is_broken),
		cmocka_unit_test(bytes_wait_while_a_question_is_open),
		cmocka_unit_test(unknown_class_ends_it_at_its_first_byte),
		cmocka_unit_test(control_records_out_of_place),
		cmocka_unit_test(bad_accept),
		cmocka_unit_test(deadlines_of_the_handshake),
		cmocka_unit_test(silence_is_asked_about_and_then_deadly),
		cmocka_unit_test(a_probe_is_answered),
		cmocka_unit_test(closing_in_every_state),
		cmocka_unit_test(a_dial_that_cannot_begin),
		cmocka_unit_test(keys_are_gone_when_it_ends),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
