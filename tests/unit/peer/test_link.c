/* Two links joined in memory: the ways they open and what flows. */
#include "base/limits.h"
#include "cast.h"

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
	assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_of(text, sizeof text)), OK);
	assert_int_equal(link_send(b.link, 0, RECORD_DATA, slice_of(text, 5)), OK);
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
		{ACCEPT_KEY_CHANGED, true, false, LINK_CLOSE_KEY_CHANGED, ERR_PEER_PIN},
	};
	for (size_t i = 0; i < ARRAY_LEN(row); i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		b.status = row[i].status;
		b.pin = row[i].status == ACCEPT_KEY_CHANGED ? &mallory.pq : NULL;
		party_pump(&a, &b, 0, 0);
		assert_int_equal(a.opens, 1);
		assert_int_equal(a.open.open.status, row[i].status);
		assert_int_equal(b.opens, row[i].open_at_b);
		assert_int_equal(b.closes, !row[i].open_at_b);
		assert_int_equal(a.closes, !row[i].open_at_b);
		if (row[i].status == ACCEPT_KEY_CHANGED) {
			/* PROTO 5.3.4: "B waits 30 s for it, then CLOSE(KEY_CHANGED)." */
			assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("x")), ERR_PEER_POLICY);
			assert_int_equal(link_tick(b.link, QUARANTINE_MS), ERR_PEER_PIN);
			party_pump(&a, &b, QUARANTINE_MS, 0);
		}
		if (row[i].data) {
			assert_int_equal(link_send(a.link, 0, RECORD_HELLO, slice_str("hello")), OK);
			assert_int_equal(link_send(b.link, 0, RECORD_DATA, slice_str("welcome")), OK);
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
			assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("x")), ERR_PEER_POLICY);
			assert_int_equal(link_send(b.link, 0, RECORD_DATA, slice_str("x")), ERR_PEER_POLICY);
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
	assert_int_equal(b.open.open.status, ACCEPT_KEY_CHANGED);
	assert_int_equal(a.open.open.status, ACCEPT_KEY_CHANGED);
	assert_false(a.committed | b.committed);
	party_done(&a);
	party_done(&b);
}

/* PROTO 3.5.6: no data with INVITE_BAD and KEY_CHANGED, even if B sends some. */
static void no_data_from_who_refused(void **state)
{
	(void)state;
	for (enum accept_status s = ACCEPT_INVITE_BAD; s <= ACCEPT_KEY_CHANGED; s++) {
		struct party a, b;
		u8 room[8192], wire[488];
		party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(&b, &bob, 2, 0);
		b.status = s;
		b.pin = s == ACCEPT_KEY_CHANGED ? &mallory.pq : NULL;
		for (int i = 0; i < 2; i++) {
			size_t n = party_take(&a, room, sizeof room);
			(void)!party_feed(&b, 0, slice_of(room, n), 0);
			n = party_take(&b, room, sizeof room);
			/* of ACCEPT and CLOSE only ACCEPT arrives */
			assert_int_equal(party_feed(&a, 0, slice_of(room, i == 1 ? 488 : n), 0), OK);
		}
		assert_int_equal(a.open.open.status, s);
		struct record_chain c = a.link->rx;
		assert_int_equal(record_seal(&c, 0, RECORD_DATA, slice_str("text"), wire), OK);
		assert_int_equal(party_feed(&a, 0, slice_of(wire, sizeof wire), 0), OK);
		assert_int_equal(a.records + (size_t)a.closes, 0);
		party_done(&a);
		party_done(&b);
	}
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
		assert_int_equal(link_give_policy(b.link, true, &mallory.pq), OK);
		struct link_event ev;
		assert_true(link_next(b.link, &ev));
		assert_int_equal(ev.type, LINK_WANT_ACCEPT);
		assert_int_equal(ev.accept.relation, PQ_CHANGED);
		assert_true(pq_same(ev.accept.pq, &alice.pq));
		assert_int_equal(party_accept(b.link, 0, s), ERR_BUG);
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
		assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("early")), ERR_AGAIN);
		assert_int_equal(link_queue(a.link, RECORD_DATA, slice_str("early")), OK);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(b.records, s == ACCEPT_PENDING ? 0 : 1);
		assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("late")), OK);
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
		assert_int_equal(link_send(from->link, 0, (u8)(100 + i), slice_of(text, len[i])), OK);
		assert_int_equal(link_pending(from->link).n, wire[i]);
		party_pump(&a, &b, 0, 0);
		assert_int_equal(to->records, before + 1);
		assert_int_equal(to->record[before].type, 100 + i);
		assert_int_equal(to->record[before].n, len[i]);
		assert_memory_equal(to->record[before].head, text, MIN(len[i], 16));
	}
	assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_of(text, 31213)), ERR_BUG);
	static const u8 own[] = {RECORD_PING,       RECORD_REKEY_EK, RECORD_REKEY_CT,
	                         RECORD_REKEY_DONE, RECORD_ACCEPT,   RECORD_CLOSE};
	for (size_t i = 0; i < sizeof own; i++)
		assert_int_equal(link_send(a.link, 0, own[i], slice_of(text, 1)), ERR_BUG);
	assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_of(text, 1)), OK);
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
	while ((err = link_send(a.link, 0, RECORD_DATA, slice_of(big, sizeof big))) == OK)
		sent++;
	assert_int_equal(err, ERR_AGAIN);
	assert_int_equal(sent, LINK_OUT_MAX / RECORD_MAX_WIRE);
	assert_true(link_pending(a.link).n <= LINK_OUT_MAX);
	/* a peer that only asks, and never reads */
	static u8 flood[3000 * 488];
	size_t n = 0;
	for (int i = 0; i < 3000; i++) {
		link_probe(b.link, 0);
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

/* PROTO 8.2.1: "plain texts" are wiped, at the latest when the next record begins. */
static void plain_text_does_not_stay(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	static u8 text[1500], zero[1500];
	memset(text, 'x', sizeof text);
	assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_of(text, sizeof text)), OK);
	party_pump(&a, &b, 0, 0);
	assert_int_equal(b.records, 1);
	assert_memory_equal(b.link->in + 4, text, sizeof text);
	assert_int_equal(party_feed(&b, 0, slice_of(zero, 1), 0), OK);
	assert_memory_equal(b.link->in + 4, zero, sizeof zero);
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
		cmocka_unit_test(no_data_from_who_refused),
		cmocka_unit_test(plain_text_does_not_stay),
		cmocka_unit_test(a_changed_key_cannot_be_accepted),
		cmocka_unit_test(refused_by_policy_is_silent),
		cmocka_unit_test(early_records_by_status),
		cmocka_unit_test(records_of_every_class),
		cmocka_unit_test(the_queue_is_bounded),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
