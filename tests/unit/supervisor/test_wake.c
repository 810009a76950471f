/* What is noticed of sleep, clock and network, on clocks that the test turns. */
#include "supervisor/wake.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/limits.h"

static struct wake w;
static struct wake_clocks clocks;
static struct wake_news news;

static int begin(void **state)
{
	(void)state;
	w = (struct wake){0};
	clocks = (struct wake_clocks){.boot_ms = 900000, .mono_ms = 500000, .wall_ms = 1750000000000};
	assert_false(wake_look(&w, &clocks, &news)); /* nothing to compare with yet */
	return 0;
}

/* Time passes: the machine slept for `slept` of it. */
static bool look(u64 ran, u64 slept, i64 set)
{
	clocks.mono_ms += ran;
	clocks.boot_ms += ran + slept;
	clocks.wall_ms += ran + slept + (u64)set;
	return wake_look(&w, &clocks, &news);
}

static void nothing_happens_for_a_day(void **state)
{
	(void)state;
	for (int i = 0; i < 86400 / 2; i++)
		assert_false(look(WAKE_TICK_MS, 0, 9)); /* the clock drifts, or is slewed, by more than any */
	assert_false(look(WAKE_FROZEN_MS - 1, 0, 0));   /* a busy machine */
}

static void sleep_is_noticed(void **state)
{
	(void)state;
	assert_true(look(WAKE_TICK_MS, 3600000, 0));
	assert_int_equal(news.why, WOKE_SLEPT);
	assert_int_equal(news.away_ms, 3600000 + WAKE_TICK_MS);
	assert_false(look(WAKE_TICK_MS, 0, 0)); /* once */
	assert_true(look(10, WAKE_SLEPT_MS, 0));
}

static void standstill_is_noticed(void **state)
{
	(void)state;
	assert_true(look(40000, 0, 0));
	assert_int_equal(news.why, WOKE_FROZEN);
	assert_int_equal(news.away_ms, 40000);
	assert_false(look(WAKE_TICK_MS, 0, 0));
}

static void a_clock_that_is_set_is_noticed(void **state)
{
	(void)state;
	assert_true(look(WAKE_TICK_MS, 0, -3600000));
	assert_int_equal(news.why, WOKE_CLOCK);
	assert_false(look(WAKE_TICK_MS, 0, 0));
	assert_true(look(WAKE_TICK_MS, 0, WAKE_CLOCK_MS));
	assert_int_equal(news.why, WOKE_CLOCK);
}

static void a_network_is_told_when_it_has_settled(void **state)
{
	(void)state;
	wake_stir(&w, clocks.boot_ms);
	assert_false(look(500, 0, 0));
	wake_stir(&w, clocks.boot_ms);
	assert_false(look(WAKE_SETTLE_MS - 1, 0, 0));
	assert_true(look(1, 0, 0));
	assert_int_equal(news.why, WOKE_NETWORK);
	assert_false(look(WAKE_TICK_MS, 0, 0));
	/* one that never settles */
	u64 began = clocks.boot_ms;
	do {
		wake_stir(&w, clocks.boot_ms);
		assert_true(clocks.boot_ms - began <= WAKE_SETTLE_MAX_MS);
	} while (!look(300, 0, 0));
	assert_int_equal(news.why, WOKE_NETWORK);
	/* after a sleep both are told, the sleep first */
	wake_stir(&w, clocks.boot_ms);
	assert_true(look(100, 60000, 0));
	assert_int_equal(news.why, WOKE_SLEPT);
	assert_true(look(10, 0, 0));
	assert_int_equal(news.why, WOKE_NETWORK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_happens_for_a_day, begin),
		cmocka_unit_test_setup(sleep_is_noticed, begin),
		cmocka_unit_test_setup(standstill_is_noticed, begin),
		cmocka_unit_test_setup(a_clock_that_is_set_is_noticed, begin),
		cmocka_unit_test_setup(a_network_is_told_when_it_has_settled, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
