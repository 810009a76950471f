#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/limits.h"
#include "supervisor/process.h"

static void quick_deaths_wait_longer_each_time(void **state)
{
	(void)state;
	struct process p = {.name = "x"};
	u64 now = 1000, waited = 0;
	assert_false(process_is_due(&p, now));
	process_want(&p, now);
	assert_true(process_is_due(&p, now));
	for (int i = 0; i < 12; i++) {
		p.pid = 1;
		p.started_ms = now;
		assert_false(process_is_due(&p, now));
		process_ended(&p, now);
		assert_true(p.backoff_ms >= waited && p.backoff_ms <= RESTART_MAX_MS);
		assert_false(process_is_due(&p, now + p.backoff_ms - 1));
		assert_true(process_is_due(&p, now + p.backoff_ms));
		waited = p.backoff_ms;
		now += p.backoff_ms;
	}
	assert_int_equal(waited, RESTART_MAX_MS);
}

static void a_long_life_forgives(void **state)
{
	(void)state;
	struct process p = {.name = "x", .wanted = true, .backoff_ms = RESTART_MAX_MS, .pid = 1, .started_ms = 0};
	process_ended(&p, RESTART_RESET_MS);
	assert_int_equal(p.backoff_ms, RESTART_MIN_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_deaths_wait_longer_each_time),
		cmocka_unit_test(a_long_life_forgives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
