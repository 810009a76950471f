#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "crypto/selftest.h"

static u64 now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (u64)t.tv_sec * 1000000 + (u64)t.tv_nsec / 1000;
}

static void passes_quickly(void **state)
{
	(void)state;
	u64 start = now_us();
	err_t err = crypto_selftest();
	u64 first = now_us() - start;
	assert_int_equal(err, OK);
	assert_string_equal(crypto_selftest_failed(), "");
	print_message("crypto_selftest: %u.%03u ms of processor time\n", (unsigned)(first / 1000),
	              (unsigned)(first % 1000));
	assert_true(first < 100000);
	assert_int_equal(crypto_selftest(), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(passes_quickly)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
