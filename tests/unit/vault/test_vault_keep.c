/* What is kept for days only, and clocks that are wrong (vault/sweep.h). */
#include "lives.h"

/* ---- days ---- */

/* Of our own choice: only here, only what was read or delivered, oldest first. */
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
		cmocka_unit_test(test_retention),           cmocka_unit_test(test_keep),
		cmocka_unit_test(test_clock_forward),       cmocka_unit_test(test_clock_back),
		cmocka_unit_test(test_clock_back_and_days), cmocka_unit_test(test_days_wait_for_tor),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
