/* When a rekey is due, when DATA stops, when a link is too old (PROTO 4.3.14 to 4.3.18): counts and virtual time. */
#include "cast.h"

#include "base/limits.h"

#define MINUTE 60000u
#define HOUR (60u * MINUTE)

/* Both have just heard of each other, and of what they said. */
static void refresh(struct party *a, struct party *b, u64 now)
{
	a->link->last_received_ms = b->link->last_received_ms = now;
	a->link->unacked_ms = b->link->unacked_ms = 0;
}

static err_t say(struct party *p, u64 now)
{
	return link_send(p->link, now, RECORD_DATA, slice_str("text"));
}

static bool has_asked(const struct party *p)
{
	return p->link->rekey.state == REKEY_WAIT_CT;
}

/* PROTO 4.3.14: "at once behind a DATA record that it sent, when n ≥ 32 or b ≥ 4 MiB" */
static void a_thousand_records(void **state)
{
	(void)state;
	for (int who = 0; who < 3; who++) { /* A sends, B sends, both in turns */
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		for (u32 i = 1; i <= 1000; i++) {
			struct party *from = who == 1 || (who == 2 && i % 3 == 0) ? &b : &a, *to = from == &a ? &b : &a;
			to->records = 0;
			assert_int_equal(say(from, 0), OK);
			assert_int_equal(link_pending(from->link).n, i % 32 ? 488 : 488 + 1952);
			party_pump(&a, &b, 0, 0);
			assert_int_equal(to->records, 1);
			assert_epoch(&a, &b, 1 + i / 32);
		}
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 4.5.18: "Where 4.1.6, 4.3.14, 4.3.15 and 4.3.16 say DATA, a COVER counts as one": whichever of the two a record is, what
 * the link does is the same, and at the same time. Its answer counts no more than an ACK. */
static void cover_counts_as_data(void **state)
{
	(void)state;
	static const u8 types[] = {RECORD_DATA, RECORD_COVER}, answers[] = {RECORD_ACK, RECORD_COVERED};
	for (u32 mix = 0; mix < 4; mix++) { /* none, every third, every other, all */
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		for (u32 i = 1; i <= 200; i++) {
			bool cover = mix == 3 || (mix && i % (4 - mix) == 0);
			assert_int_equal(link_send(a.link, 0, types[cover], slice_of(NULL, 0)), OK);
			assert_int_equal(link_pending(a.link).n, i % 32 ? 488 : 488 + 1952);
			party_pump(&a, &b, 0, 0);
			assert_int_equal(link_send(b.link, 0, answers[cover], slice_of(NULL, 0)), OK);
			assert_int_equal(link_pending(b.link).n, 488);
			party_pump(&a, &b, 0, 0);
			assert_epoch(&a, &b, 1 + i / 32);
		}
		/* by time: the first of this epoch went at 0 */
		refresh(&a, &b, 5 * MINUTE);
		assert_int_equal(link_tick(a.link, 5 * MINUTE - 1), OK);
		assert_false(has_asked(&a));
		assert_int_equal(link_tick(a.link, 5 * MINUTE), OK);
		assert_true(has_asked(&a));
		/* PROTO 4.3.15: "a side sends no DATA while n ≥ 128" */
		for (u32 n = 200 % 32; n < 128; n++)
			assert_int_equal(link_send(a.link, 5 * MINUTE, types[mix > 0], slice_of(NULL, 0)), OK);
		assert_int_equal(link_send(a.link, 5 * MINUTE, RECORD_COVER, slice_of(NULL, 0)), ERR_AGAIN);
		assert_int_equal(link_send(a.link, 5 * MINUTE, RECORD_COVERED, slice_of(NULL, 0)), OK);
		party_done(&a);
		party_done(&b);
	}
}

/* Whole windows at a time, one way or both: the rekey is at the same place, and nothing ever stops. */
static void whole_windows(void **state)
{
	(void)state;
	for (int both = 0; both < 2; both++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		for (u32 round = 0; round < 20; round++) {
			a.records = b.records = 0;
			for (int i = 0; i < SEND_WINDOW; i++) {
				assert_int_equal(say(&a, 0), OK);
				if (both)
					assert_int_equal(say(&b, 0), OK);
			}
			party_pump(&a, &b, 0, 0);
			assert_int_equal(b.records, SEND_WINDOW);
			assert_int_equal(a.records, both ? SEND_WINDOW : 0);
			assert_epoch(&a, &b, a.link->tx.epoch);
			assert_true(a.link->tx.epoch >= 2 + round);
		}
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 4.3.14: "after a record that it received, when n ≥ 64 or b ≥ 8 MiB, which is when the other side should have
 * asked" */
static void who_should_have_asked_is_asked(void **state)
{
	(void)state;
	static u8 big[31212];
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	for (int i = 1; i <= 64; i++) {
		assert_false(has_asked(&a));
		a.records = 0;
		b.link->rekey.sent.data = 0; /* a B that does not count */
		assert_int_equal(say(&b, 0), OK);
		assert_int_equal(pass_record(&b, &a, 0, NULL, NULL), OK);
	}
	assert_true(has_asked(&a));
	party_pump(&a, &b, 0, 0);
	assert_epoch(&a, &b, 2);

	/* bytes: those of the layers above, whatever their type; 31,232 a record */
	const u32 four = (REKEY_BYTES + 31231) / 31232, eight = (2 * REKEY_BYTES + 31231) / 31232;
	for (u32 i = 1; i <= eight; i++) {
		assert_false(has_asked(&b));
		assert_int_equal(link_send(a.link, 0, 99, slice_of(big, sizeof big)), OK);
		assert_false(has_asked(&a));
		link_probe(a.link, 0); /* does not count */
		assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), OK);
		assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), OK);
		party_take(&b, big, 488); /* its answer */
		memset(big, 0, 488);
		b.records = 0;
		if (i == four - 1 || i == four) { /* a DATA record would be one that makes its sender ask */
			struct party c;
			party_clone(&c, &a);
			assert_int_equal(say(&c, 0), OK);
			assert_int_equal(has_asked(&c), c.link->rekey.sent.bytes >= REKEY_BYTES);
			assert_int_equal(has_asked(&c), i == four);
			party_done(&c);
		}
	}
	assert_true(has_asked(&b));
	party_done(&a);
	party_done(&b);
}

/* PROTO 4.3.15: "a side sends no DATA while n ≥ 128 … It asks, if 4.3.11 allows it, and its DATA waits." */
static void hard_stop_by_number(void **state)
{
	(void)state;
	for (u32 received = 0; received <= 40; received += 20) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		for (u32 i = 0; i < received; i++) {
			assert_int_equal(say(&b, 0), OK);
			if (!has_asked(&b))
				assert_int_equal(pass_record(&b, &a, 0, NULL, NULL), OK);
		}
		u32 n = a.link->rekey.received.data;
		for (u32 i = n; i < 128; i++)
			assert_int_equal(say(&a, 0), OK);
		size_t waiting = link_pending(a.link).n;
		assert_int_equal(waiting, (128 - n) * 488 + 1952); /* it asked once */
		for (int i = 0; i < 3; i++)
			assert_int_equal(say(&a, 0), ERR_AGAIN);
		assert_int_equal(link_pending(a.link).n, waiting);
		assert_int_equal(link_send(a.link, 0, RECORD_ACK, slice_str("goes on")), OK);
		a.records = b.records = 0;
		party_pump(&a, &b, 0, 0);
		assert_epoch(&a, &b, 2);
		assert_int_equal(say(&a, 0), OK);
		party_done(&a);
		party_done(&b);
	}
}

/* It asks itself when nobody has. */
static void hard_stop_asks(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	a.link->rekey.sent.data = 128;
	assert_int_equal(say(&a, 0), ERR_AGAIN);
	assert_true(has_asked(&a));
	assert_int_equal(link_pending(a.link).n, 1952);
	party_pump(&a, &b, 0, 0);
	assert_epoch(&a, &b, 2);
	assert_int_equal(say(&a, 0), OK);
	party_done(&a);
	party_done(&b);

	/* B that still waits for the DONE of epoch 0 may not ask, but stops */
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	u8 room[8192];
	for (int i = 0; i < 2; i++) {
		size_t n = party_take(&a, room, sizeof room);
		assert_int_equal(party_feed(&b, 0, slice_of(room, n), 0), OK);
		if (i == 1)
			break;
		n = party_take(&b, room, sizeof room);
		assert_int_equal(party_feed(&a, 0, slice_of(room, n), 0), OK);
	}
	assert_int_equal(b.opens, 1);
	for (int i = 0; i < 128; i++)
		assert_int_equal(say(&b, 0), OK);
	assert_int_equal(say(&b, 0), ERR_AGAIN);
	assert_int_equal(link_pending(b.link).n, 129 * 488);
	party_pump(&a, &b, 0, 0);
	assert_epoch(&a, &b, 2); /* A asked after the 64th, B at DONE */
	assert_int_equal(say(&b, 0), OK);
	party_done(&a);
	party_done(&b);
}

/* PROTO 4.3.15: "or n ≥ 1 and t ≥ 20 minutes" */
static void hard_stop_by_time(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	assert_int_equal(say(&a, 3 * HOUR), OK); /* idle before: no matter */
	a.link->rekey.state = REKEY_WAIT_DONE;   /* nobody looks at the time, and it may not ask */
	assert_int_equal(say(&a, 3 * HOUR + 20 * MINUTE - 1), OK);
	assert_int_equal(say(&a, 3 * HOUR + 20 * MINUTE), ERR_AGAIN);
	a.link->rekey.state = REKEY_IDLE;
	assert_int_equal(say(&a, 3 * HOUR + 20 * MINUTE), ERR_AGAIN);
	assert_true(has_asked(&a));
	party_pump(&a, &b, 3 * HOUR + 20 * MINUTE, 0);
	assert_epoch(&a, &b, 2);
	assert_int_equal(say(&a, 3 * HOUR + 20 * MINUTE), OK);
	party_done(&a);
	party_done(&b);
}

/* PROTO 4.3.16: "only the 257th DATA record of one direction and epoch, or one that comes 40 minutes or more after the
 * first of its direction and epoch, ends the link" */
static void the_receiver_has_a_limit_too(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	for (int i = 1; i <= 257; i++) {
		b.records = 0;
		a.link->rekey.sent.data = 0; /* an A that does not count */
		assert_int_equal(say(&a, 0), OK);
		assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), i <= 256 ? OK : ERR_PEER_LIMIT);
	}
	assert_int_equal(b.records, 0);
	assert_int_equal(b.closed.closed.err, ERR_PEER_LIMIT);
	party_done(&a);
	party_done(&b);

	for (u64 late = 0; late < 2; late++) {
		party_connect(&a, &b, &alice, &bob, 0);
		assert_int_equal(say(&a, HOUR), OK);
		assert_int_equal(pass_record(&a, &b, HOUR, NULL, NULL), OK);
		a.link->rekey.sent.data = 0;
		u64 now = HOUR + 40 * MINUTE - 1 + late;
		assert_int_equal(say(&a, now), OK);
		assert_int_equal(pass_record(&a, &b, now, NULL, NULL), late ? ERR_PEER_LIMIT : OK);
		/* what is no DATA may come later still */
		if (!late) {
			assert_int_equal(link_send(a.link, now, RECORD_ACK, slice_str("ack")), OK);
			assert_int_equal(pass_record(&a, &b, now + HOUR, NULL, NULL), OK);
		}
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 4.3.14: "at any time when n ≥ 1 and t ≥ 5 minutes (A) or 6 minutes (B)" */
static void due_by_time(void **state)
{
	(void)state;
	for (int by_b = 0; by_b < 2; by_b++) {
		for (int sent_by_b = 0; sent_by_b < 2; sent_by_b++) {
			struct party a, b;
			const u64 at = 2 * HOUR, due = at + (by_b ? 6 : 5) * MINUTE;
			party_connect(&a, &b, &alice, &bob, 0);
			assert_int_equal(say(sent_by_b ? &b : &a, at), OK);
			party_pump(&a, &b, at, 0);
			struct party *p = by_b ? &b : &a;
			/* what the other says a minute later changes nothing */
			assert_int_equal(say(sent_by_b ? &a : &b, at + MINUTE), OK);
			party_pump(&a, &b, at + MINUTE, 0);
			refresh(&a, &b, due - 1000);
			assert_int_equal(link_deadline(p->link), due);
			assert_int_equal(link_tick(p->link, due - 1), OK);
			assert_false(has_asked(p));
			assert_int_equal(link_pending(p->link).n, 0);
			assert_int_equal(link_tick(p->link, due), OK);
			assert_true(has_asked(p));
			assert_true(link_deadline(p->link) > due);
			party_pump(&a, &b, due, 0);
			assert_epoch(&a, &b, 2);
			/* the next one needs a DATA record again */
			assert_int_equal(rekey_deadline(&a.link->rekey), LINK_NEVER);
			assert_int_equal(rekey_deadline(&b.link->rekey), LINK_NEVER);
			party_done(&a);
			party_done(&b);
		}
	}
}

/* PROTO 4.3.17: "A side that has waited 5 minutes for REKEY_CT or REKEY_DONE, in epoch 0 too, takes the link for broken." */
static void who_never_answers(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct party a, b;
		party_dial(&a, &alice, &bob.pub, NULL, 1, 1000);
		party_listen(&b, &bob, 2, 1000);
		link_connected(a.link, 1000);
		if (i < 2)
			party_pump(&a, &b, 1000, 0);
		struct party *p = i == 0 ? &a : &b;
		if (i < 2)
			asks_for_rekey(&a, 1000);
		if (i == 1) { /* B has answered, and DONE does not come */
			assert_int_equal(pass_record(&a, &b, 1000, NULL, NULL), OK);
			assert_int_equal(pass_record(&a, &b, 1000, NULL, NULL), OK);
		}
		if (i == 2) { /* nor that of epoch 0 */
			u8 room[8192];
			size_t n = party_take(&a, room, sizeof room);
			assert_int_equal(party_feed(&b, 1000, slice_of(room, n), 0), OK);
			n = party_take(&b, room, sizeof room);
			assert_int_equal(party_feed(&a, 1000, slice_of(room, n), 0), OK);
			n = party_take(&a, room, sizeof room);
			assert_int_equal(party_feed(&b, 1000, slice_of(room, n), 0), OK);
			assert_int_equal(b.opens, 1);
		}
		const u64 end = 1000 + 5 * MINUTE;
		refresh(&a, &b, end - 1);
		assert_int_equal(link_deadline(p->link), end);
		assert_int_equal(link_tick(p->link, end - 1), OK);
		assert_int_equal(link_tick(p->link, end), ERR_PEER_TIMEOUT);
		party_work(p, end);
		assert_int_equal(p->closed.closed.err, ERR_PEER_TIMEOUT);
		assert_int_equal(link_pending(p->link).n, 0);
		party_done(&a);
		party_done(&b);
	}
}

/* Runs both until `until` or until a link ends; gives the time. */
static u64 live(struct party *a, struct party *b, u64 now, u64 until)
{
	while (now < until && !a->closes && !b->closes) {
		now = MIN(until, MIN(link_deadline(a->link), link_deadline(b->link)));
		assert_int_equal(link_tick(a->link, now), OK);
		assert_int_equal(link_tick(b->link, now), OK);
		party_pump(a, b, now + 300, 0);
	}
	return now;
}

/* PROTO 4.3.14: "So an idle link does not rekey"; PROTO 4.3.18: "Then A sends CLOSE(RENEW)" */
static void a_day(void **state)
{
	(void)state;
	for (int talk = 0; talk < 2; talk++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 7);
		for (u64 hour = 1; hour <= 23; hour++) {
			live(&a, &b, 7, hour * HOUR);
			if (talk) {
				assert_int_equal(say(hour % 2 ? &a : &b, hour * HOUR), OK);
				party_pump(&a, &b, hour * HOUR, 0);
				assert_epoch(&a, &b, (u32)hour); /* not yet */
				live(&a, &b, hour * HOUR, hour * HOUR + 5 * MINUTE + 1000);
				assert_epoch(&a, &b, (u32)hour + 1);
			} else {
				assert_epoch(&a, &b, 1);
			}
		}
		assert_int_equal(live(&a, &b, 23 * HOUR, 30 * HOUR), 24 * HOUR + 7);
		assert_int_equal(a.closed.closed.reason, LINK_CLOSE_RENEW);
		assert_false(a.closed.closed.by_peer);
		assert_int_equal(b.closed.closed.reason, LINK_CLOSE_RENEW);
		assert_true(b.closed.closed.by_peer);
		assert_int_equal(a.closed.closed.err + b.closed.closed.err, OK);
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 4.3.18: "B does the same 5 minutes later if the link is still there." */
static void b_renews_when_a_does_not(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	const u64 end = 24 * HOUR + 5 * MINUTE;
	refresh(&a, &b, end - 1);
	assert_int_equal(link_deadline(b.link), end);
	assert_int_equal(link_tick(b.link, end - 1), OK);
	assert_int_equal(link_tick(b.link, end), OK);
	party_pump(&a, &b, end, 0);
	assert_int_equal(b.closed.closed.reason, LINK_CLOSE_RENEW);
	assert_true(a.closed.closed.by_peer);
	assert_int_equal(a.closed.closed.reason, LINK_CLOSE_RENEW);
	party_done(&a);
	party_done(&b);
}

/* A link on which no data flows does not rekey, whatever comes. */
static void refused_links_do_not_rekey(void **state)
{
	(void)state;
	struct party a, b;
	u8 room[8192], wire[488];
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	b.status = ACCEPT_INVITE_BAD;
	for (int i = 0; i < 2; i++) {
		size_t n = party_take(&a, room, sizeof room);
		(void)!party_feed(&b, 0, slice_of(room, n), 0);
		n = party_take(&b, room, sizeof room);
		assert_int_equal(party_feed(&a, 0, slice_of(room, i == 1 ? 488 : n), 0), OK);
	}
	assert_int_equal(a.open.open.status, ACCEPT_INVITE_BAD);
	party_take(&a, room, sizeof room);
	struct record_chain c = a.link->rx;
	for (int i = 0; i < 300; i++) {
		assert_int_equal(record_seal(&c, 0, RECORD_DATA, slice_str("text"), wire), OK);
		assert_int_equal(party_feed(&a, 0, slice_of(wire, sizeof wire), 0), OK);
	}
	assert_int_equal(link_tick(a.link, 24999), OK);
	assert_int_equal(rekey_deadline(&a.link->rekey), LINK_NEVER);
	assert_int_equal(link_pending(a.link).n, 0);
	/* PROTO 4.3.13: "or where the status forbids data" */
	u8 ek[REKEY_EK_PAYLOAD] = {0, 0, 0, 2};
	struct secret32 seed = {{1}};
	u8 big[1952];
	assert_int_equal(xwing_keygen(&seed, ek + 4), OK);
	assert_int_equal(record_seal(&c, 1, RECORD_REKEY_EK, slice_of(ek, sizeof ek), big), OK);
	assert_int_equal(party_feed(&a, 0, slice_of(big, sizeof big), 0), ERR_PEER_POLICY);
	party_done(&a);
	party_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_records),
		cmocka_unit_test(whole_windows),
		cmocka_unit_test(cover_counts_as_data),
		cmocka_unit_test(who_should_have_asked_is_asked),
		cmocka_unit_test(hard_stop_by_number),
		cmocka_unit_test(hard_stop_asks),
		cmocka_unit_test(hard_stop_by_time),
		cmocka_unit_test(the_receiver_has_a_limit_too),
		cmocka_unit_test(due_by_time),
		cmocka_unit_test(who_never_answers),
		cmocka_unit_test(a_day),
		cmocka_unit_test(b_renews_when_a_does_not),
		cmocka_unit_test(refused_links_do_not_rekey),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
