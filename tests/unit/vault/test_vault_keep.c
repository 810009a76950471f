/* What is kept for days only, and clocks that are wrong (vault/sweep.h). */
#include "lives.h"

/* ---- days ---- */

/* Of our own choice: only here, only what was read or delivered. */
static void test_retention(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	tor_is(&p.a, TOR_REACHABLE, 0);
	tor_is(&p.b, TOR_REACHABLE, 0);
	size_t mark = rig_mark(&p.b);
	keep_here(&p.b, p.a_at_b, 10);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_record_out), 0); /* nobody is told */
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_shuttle(&p.a, &p.b);
	pass(100 * DAY);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_TEXT); /* not read */
	read_to(&p.b, p.a_at_b, 1);
	rig_tick(&p.b);
	assert_int_equal(vault_wait_ms(p.b.v), 10 * DAY);
	pass(5 * DAY);
	rig_write(&p.a, p.b_at_a, 2, "later");
	rig_shuttle(&p.a, &p.b);
	read_to(&p.b, p.a_at_b, 2);
	pass(5 * DAY);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 1);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 2), MESSAGE_SHOWN_TEXT);
	assert_int_equal(vault_wait_ms(p.b.v), 5 * DAY);
	/* Shorter from now on, also for what is there. */
	keep_here(&p.b, p.a_at_b, 3);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 2), MESSAGE_SHOWN_EXPIRED);
	rig_tick(&p.a);
	assert_true(slice_eq(pair_row(&p.a, p.b_at_a, 1).text, slice_str(SECRET)));
	part(&p);
}

/* Agreed by both; the shorter of that and our own counts; for ours from when it was delivered. */
static void test_keep(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 0, 20);
	tor_is(&p.a, TOR_REACHABLE, 0);
	tor_is(&p.b, TOR_REACHABLE, 0);
	keep_here(&p.b, p.a_at_b, 100);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_shuttle(&p.a, &p.b);
	pass(3 * DAY);
	read_to(&p.b, p.a_at_b, 3);
	pass(17 * DAY);
	rig_tick(&p.a);
	rig_tick(&p.b);
	assert_gone(&p.a, p.b_at_a, 3);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 3), MESSAGE_SHOWN_TEXT);
	pass(3 * DAY);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 3);
	/* What was said about it stays, for good. */
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_TERMS);
	part(&p);
}

/* What may not go yet is stepped over: it holds up nothing, and goes when it may. */
static void test_what_may_not_go_holds_up_nothing(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	keep_here(&p.a, p.b_at_a, 10);
	tor_is(&p.a, TOR_REACHABLE, 0);
	rig_write(&p.a, p.b_at_a, 1, "edited");
	rig_shuttle(&p.a, &p.b);
	/* Bob withholds one acknowledgement, and that of an edit; Alice does not read on her machine what he writes. */
	p.b.hold = true;
	rig_write(&p.a, p.b_at_a, 2, "waits");
	edit(&p.a, p.b_at_a, 1, "edited once");
	rig_shuttle(&p.a, &p.b);
	p.b.hold = false;
	rig_write(&p.a, p.b_at_a, 3, SECRET);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 2).state, MESSAGE_SENT);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 3).state, MESSAGE_DELIVERED);
	rig_write(&p.b, p.a_at_b, 4, "unread");
	rig_shuttle(&p.a, &p.b);
	pass(10 * DAY);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, 3);
	assert_int_equal(kind_of(&p.a, p.b_at_a, 1), MESSAGE_SHOWN_TEXT);
	assert_int_equal(kind_of(&p.a, p.b_at_a, 2), MESSAGE_SHOWN_TEXT);
	assert_int_equal(kind_of(&p.a, p.b_at_a, 4), MESSAGE_SHOWN_TEXT);
	/* Now they may: it is acknowledged, and read. */
	rig_cut(&p.a, p.link);
	rig_dial(&p.a, &p.b);
	read_to(&p.a, p.b_at_a, 4);
	rig_tick(&p.a);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 2).state, MESSAGE_DELIVERED);
	assert_int_equal(vault_wait_ms(p.a.v), 10 * DAY);
	pass(10 * DAY);
	rig_tick(&p.a);
	for (u64 o = 1; o <= 4; o++)
		assert_gone(&p.a, p.b_at_a, o);
	part(&p);
}

static void delete (struct rig *r, u64 contact, u64 ordinal, bool for_all)
{
	struct ipc_msg m = IPC_MSG(0, message_delete, .contact = contact, .ordinal = ordinal, .for_all = for_all);
	assert_int_equal(rig_ask(r, ROLE_WEB, m).type, ipc_t_message);
}

/* PROTO 4.5.10: "What a DELETE has left goes with them, as in 4.5.11."
 * Of what was deleted nothing stays longer than of the rest: not when it was written, nor when it was deleted. */
static void test_times_of_what_was_deleted(void **state)
{
	static const char times[] =
		"kind NOT IN (7, 8) AND (time_ms <> 0 OR received_ms <> 0 OR target <> 0 OR from_ms <> 0)";
	struct pair p;
	(void)state;
	agreed(&p, 0, 20);
	tor_is(&p.a, TOR_REACHABLE, 0);
	tor_is(&p.b, TOR_REACHABLE, 0);
	rig_write(&p.a, p.b_at_a, 1, FORMER);
	edit(&p.a, p.b_at_a, 3, SECRET);
	rig_write(&p.a, p.b_at_a, 2, SECRET);
	rig_shuttle(&p.a, &p.b);
	react(&p.b, p.a_at_b, 3);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	delete (&p.a, p.b_at_a, 3, true); /* while Bob is away: it has to reach him first */
	delete (&p.b, p.a_at_b, 4, false);
	pass(30 * DAY);
	rig_tick(&p.a);
	assert_int_equal(kind_of(&p.a, p.b_at_a, 3), MESSAGE_SHOWN_DELETED);
	rig_dial(&p.a, &p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 3), MESSAGE_SHOWN_DELETED);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 4), MESSAGE_SHOWN_DELETED_HERE);
	read_to(&p.b, p.a_at_b, 4);
	rig_tick(&p.a);
	rig_tick(&p.b);
	assert_true(count(&p.a, times) > 0 && count(&p.b, times) > 0);
	pass(20 * DAY);
	rig_tick(&p.a);
	rig_tick(&p.b);
	assert_gone(&p.a, p.b_at_a, 3);
	assert_gone(&p.b, p.a_at_b, 3);
	assert_gone(&p.b, p.a_at_b, 4);
	assert_int_equal(count(&p.a, times), 0);
	assert_int_equal(count(&p.b, times), 0);
	part(&p);
}

/* What the contact refused goes by days, too; it does not vanish. */
static void test_what_failed(void **state)
{
	struct pair p;
	struct peer_ack nak = {.count = 1};
	u8 room[PEER_MSG_MAX];
	(void)state;
	agreed(&p, 60, 10);
	tor_is(&p.a, TOR_REACHABLE, 0);
	p.b.hold = true;
	rig_write(&p.a, p.b_at_a, 9, SECRET);
	pass(100 * DAY);
	struct ipc_message m = pair_row(&p.a, p.b_at_a, 3);
	memcpy(nak.ids[0].b, m.id, 16);
	rig_say(&p.a, ROLE_NET,
	        IPC_MSG(0, record_in, .link = p.link, .contact = p.b_at_a, .type = RECORD_NAK,
	                .payload = slice_of(room, peer_ack_encode(&nak, room, sizeof room))));
	m = pair_row(&p.a, p.b_at_a, 3);
	assert_true(m.state == MESSAGE_FAILED && m.expires_ms == 0);
	rig_tick(&p.a);
	assert_int_equal(vault_wait_ms(p.a.v), 10 * DAY);
	pass(10 * DAY);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, 3);
	part(&p);
}

/* ---- wrong clocks ---- */

/* Set forward by years, while it runs or between two starts: no history goes. */
static void test_clock_forward(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	tor_is(&p.b, TOR_REACHABLE, 0);
	keep_here(&p.b, p.a_at_b, 10);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_shuttle(&p.a, &p.b);
	read_to(&p.b, p.a_at_b, 1);
	rig_skew_ms = 1000 * (i64)DAY;
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_TEXT);
	assert_int_equal(vault_wait_ms(p.b.v), VAULT_NEVER);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_TEXT);
	tor_is(&p.b, TOR_CONNECTING, 0); /* tor does not find the network by such a clock, or says how wrong it is */
	rig_tick(&p.b);
	tor_is(&p.b, TOR_REACHABLE, -1000 * 86400);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_TEXT);
	rig_skew_ms = 0;
	tor_is(&p.b, TOR_DOWN, 0);
	tor_is(&p.b, TOR_REACHABLE, 0);
	pass(10 * DAY);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 1);
	part(&p);
}

/* Set back: nothing stays longer than from then on. */
static void test_clock_back(void **state)
{
	struct pair p;
	(void)state;
	rig_skew_ms = 1000 * (i64)DAY;
	agreed(&p, 60, 0);
	keep_here(&p.b, p.a_at_b, 10);
	tor_is(&p.b, TOR_REACHABLE, 0);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_write(&p.a, p.b_at_a, 2, "another");
	rig_shuttle(&p.a, &p.b);
	read_to(&p.b, p.a_at_b, 4);
	/* While it runs, and when it was locked meanwhile. */
	rig_skew_ms = 0;
	rig_tick(&p.b);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(vault_wait_ms(p.b.v), 60 * SECOND);
	assert_int_equal(vault_wait_ms(p.a.v), 60 * SECOND);
	pass(60 * SECOND);
	rig_tick(&p.a);
	rig_tick(&p.b);
	assert_gone(&p.a, p.b_at_a, 3);
	assert_gone(&p.b, p.a_at_b, 3);
	part(&p);
}

/* Likewise for days: what came by a clock that was ahead counts from when it was put right. */
static void test_clock_back_and_days(void **state)
{
	struct pair p;
	(void)state;
	rig_skew_ms = 1000 * (i64)DAY;
	befriend(&p);
	keep_here(&p.b, p.a_at_b, 10);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_shuttle(&p.a, &p.b);
	read_to(&p.b, p.a_at_b, 1);
	rig_skew_ms = 0;
	tor_is(&p.b, TOR_REACHABLE, 0);
	rig_tick(&p.b);
	assert_int_equal(vault_wait_ms(p.b.v), 10 * DAY);
	pass(10 * DAY - 1);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_TEXT);
	pass(1);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 1);
	part(&p);
}

/* Before tor is there days are not counted; when it comes they are. */
static void test_days_wait_for_tor(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	keep_here(&p.b, p.a_at_b, 10);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_shuttle(&p.a, &p.b);
	read_to(&p.b, p.a_at_b, 1);
	pass(11 * DAY);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_TEXT);
	assert_int_equal(vault_wait_ms(p.b.v), VAULT_NEVER);
	tor_is(&p.b, TOR_PUBLISHING, 0);
	assert_int_equal(vault_wait_ms(p.b.v), 0);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 1);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_retention),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_clock_forward),
		cmocka_unit_test(test_clock_back),
		cmocka_unit_test(test_clock_back_and_days),
		cmocka_unit_test(test_days_wait_for_tor),
		cmocka_unit_test(test_what_may_not_go_holds_up_nothing),
		cmocka_unit_test(test_times_of_what_was_deleted),
		cmocka_unit_test(test_what_failed),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
