#include "net/dialler.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/limits.h"
#include "net/bucket.h"

/* Randomness that the test chooses: every byte is the same. */
static u8 random_byte;

static void fake_random(void *arg, void *out, size_t n)
{
	(void)arg;
	memset(out, random_byte, n);
}

static u64 wall(void *arg)
{
	(void)arg;
	return 1700000000000;
}

static const struct env env = {.random = fake_random, .wall_ms = wall};

#define NOBODY UINT64_MAX
#define HOUR_MS 3600000

static u64 next(struct dialler *d, u64 now)
{
	u64 contact = NOBODY;
	return dialler_next(d, now, &contact) ? contact : NOBODY;
}

static struct dialler *with_tor(void)
{
	struct dialler *d = dialler_new(&env);
	dialler_tor(d, true, 0);
	return d;
}

static void nothing_is_dialled_without_tor(void **state)
{
	(void)state;
	struct dialler *d = dialler_new(&env);
	dialler_know(d, 1, true, 0, 100);
	assert_int_equal(next(d, 200), NOBODY);
	assert_int_equal(dialler_deadline(d), DIALLER_NEVER);
	dialler_tor(d, true, 300);
	assert_int_equal(dialler_deadline(d), 100);
	assert_int_equal(next(d, 300), 1);
	assert_int_equal(next(d, 300), NOBODY); /* once */
	dialler_free(d);
}

static void only_who_is_wanted(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	dialler_know(d, 1, false, 0, 0);
	assert_int_equal(next(d, 10), NOBODY);
	dialler_know(d, 1, true, 0, 20);
	assert_int_equal(next(d, 20), 1);
	dialler_failed(d, 1, 30);
	dialler_know(d, 1, false, 0, 40);
	assert_int_equal(next(d, 10000000), NOBODY);
	dialler_forget(d, 1);
	dialler_forget(d, 1);
	dialler_failed(d, 1, 50); /* late news of somebody forgotten */
	assert_int_equal(dialler_deadline(d), DIALLER_NEVER);
	dialler_free(d);
}

static void a_doubtful_answer_is_no_failure_once(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	dialler_know(d, 1, true, 0, 0);
	for (u64 now = 10, round = 0; round < 2; round++) {
		assert_int_equal(next(d, now), 1);
		assert_true(dialler_doubted(d, 1, now));
		assert_int_equal(next(d, now), 1); /* at once, */
		assert_false(dialler_doubted(d, 1, now));
		dialler_failed(d, 1, now);
		assert_int_equal(next(d, now), NOBODY); /* one time */
		assert_true(dialler_deadline(d) > now + DIAL_BACKOFF_MIN_MS / 2);
		now = dialler_deadline(d);
	}
	dialler_free(d);
}

static void backoff_doubles_to_the_maximum(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	u64 now = 1000, expected = DIAL_BACKOFF_MIN_MS;
	dialler_know(d, 1, true, 0, now);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(next(d, now), 1);
		dialler_failed(d, 1, now);
		u64 wait = dialler_deadline(d) - now;
		assert_in_range(wait, expected - expected / 4, expected + expected / 4);
		assert_int_equal(next(d, now + wait - 1), NOBODY);
		now += wait;
		expected = MIN(2 * expected, (u64)DIAL_BACKOFF_MAX_MS);
	}
	assert_int_equal(expected, DIAL_BACKOFF_MAX_MS);
	dialler_free(d);
}

static void jitter_stays_within_a_quarter(void **state)
{
	(void)state;
	u64 least = UINT64_MAX, most = 0;
	for (int b = 0; b < 256; b++) {
		random_byte = (u8)b;
		struct dialler *d = with_tor();
		dialler_know(d, 1, true, 0, 0);
		assert_int_equal(next(d, 0), 1);
		dialler_failed(d, 1, 0);
		least = MIN(least, dialler_deadline(d));
		most = MAX(most, dialler_deadline(d));
		dialler_free(d);
	}
	random_byte = 0;
	assert_in_range(least, DIAL_BACKOFF_MIN_MS * 3 / 4, DIAL_BACKOFF_MIN_MS * 4 / 5);
	assert_in_range(most, DIAL_BACKOFF_MIN_MS * 6 / 5, DIAL_BACKOFF_MIN_MS * 5 / 4);
}

static void so_many_dials_at_once(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	for (u64 i = 1; i <= 3 * MAX_DIALS; i++)
		dialler_know(d, i, true, 0, i);
	for (u64 i = 1; i <= MAX_DIALS; i++)
		assert_int_equal(next(d, 1000), i); /* who waits longest comes first */
	assert_int_equal(next(d, 1000), NOBODY);
	assert_int_equal(dialler_deadline(d), DIALLER_NEVER);
	dialler_connected(d, 3); /* its handshake takes no place */
	assert_int_equal(next(d, 1000), MAX_DIALS + 1);
	assert_int_equal(next(d, 1000), NOBODY);
	dialler_failed(d, 3, 1000); /* gives no second place back */
	assert_int_equal(next(d, 1000), NOBODY);
	dialler_failed(d, 4, 1000);
	assert_int_equal(next(d, 1000), MAX_DIALS + 2);
	dialler_forget(d, 5);
	assert_int_equal(next(d, 1000), MAX_DIALS + 3);
	dialler_free(d);
}

/* Ten failures: the next wait would be the longest. */
static struct dialler *tired(u64 *ret_now)
{
	struct dialler *d = with_tor();
	u64 now = 0;
	dialler_know(d, 1, true, 0, now);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(next(d, now), 1);
		dialler_failed(d, 1, now);
		now = dialler_deadline(d);
	}
	assert_int_equal(next(d, now), 1);
	dialler_failed(d, 1, now);
	assert_true(dialler_deadline(d) - now > DIAL_BACKOFF_MAX_MS / 2);
	*ret_now = now;
	return d;
}

/* The wait after one more failure is again the shortest. */
static void assert_is_fresh(struct dialler *d, u64 now)
{
	assert_int_equal(next(d, now), 1);
	dialler_failed(d, 1, now);
	assert_in_range(dialler_deadline(d) - now, 1, DIAL_BACKOFF_MIN_MS * 5 / 4);
}

static void who_was_there_last_comes_first(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	dialler_know(d, 1, true, 500, 10);
	dialler_know(d, 2, true, 700, 20);
	dialler_know(d, 3, true, 0, 5);
	dialler_know(d, 4, true, 900, 5000); /* not due yet */
	assert_int_equal(next(d, 100), 2);
	assert_int_equal(next(d, 100), 1);
	assert_int_equal(next(d, 100), 3);
	assert_int_equal(next(d, 100), NOBODY);
	assert_int_equal(dialler_deadline(d), 5000);
	/* a link is newer than anything the vault had to say */
	dialler_link_up(d, 3, true, 200);
	dialler_link_down(d, 3, 300);
	dialler_failed(d, 1, 300);
	dialler_failed(d, 2, 300);
	assert_int_equal(next(d, HOUR_MS), 3);
	dialler_free(d);
}

static void a_quiet_link_is_no_link(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	dialler_know(d, 1, true, 0, 0);
	assert_int_equal(next(d, 10), 1);
	dialler_link_up(d, 1, true, 20);
	dialler_link_up(d, 1, false, 30);
	dialler_link_quiet(d, 1, true, 40000);
	assert_int_equal(next(d, 40000), NOBODY); /* the other one lives */
	dialler_link_quiet(d, 1, true, 41000);
	assert_int_equal(dialler_deadline(d), 41000);
	assert_int_equal(next(d, 41000), 1);
	dialler_failed(d, 1, 42000);
	assert_true(dialler_deadline(d) > 42000 + DIAL_BACKOFF_MIN_MS / 2);
	dialler_link_quiet(d, 1, false, 43000);
	assert_int_equal(dialler_deadline(d), DIALLER_NEVER);
	dialler_link_down(d, 1, 50000); /* the quiet one is left */
	assert_int_equal(next(d, 60000), 1);
	dialler_link_up(d, 1, true, 61000);
	dialler_link_quiet(d, 1, false, 62000);
	dialler_link_down(d, 1, 62000);
	assert_int_equal(dialler_deadline(d), DIALLER_NEVER);
	dialler_free(d);
}

static void who_is_waited_for_gets_a_place(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	u64 victim = NOBODY;
	for (u64 i = 1; i <= MAX_DIALS; i++) {
		dialler_know(d, i, true, 0, 0);
		assert_int_equal(next(d, i), i);
	}
	dialler_know(d, 100, true, 0, 50);
	assert_false(dialler_victim(d, 60, &victim)); /* it can wait */
	dialler_hurry(d, 1);                          /* so can not the one that has lasted longest */
	dialler_hurry(d, 100);
	assert_true(dialler_is_hurried(d, 100));
	assert_true(dialler_victim(d, 60, &victim));
	assert_int_equal(victim, 2);
	dialler_cancelled(d, victim);
	assert_false(dialler_victim(d, 60, &victim));
	assert_int_equal(next(d, 60), 100);
	assert_int_equal(next(d, 60), NOBODY); /* never more than so many */
	dialler_failed(d, 100, 70);
	assert_false(dialler_is_hurried(d, 100));
	for (u64 i = 1; i <= MAX_DIALS; i++)
		dialler_hurry(d, i);
	dialler_hurry(d, 100);
	assert_false(dialler_victim(d, 80, &victim)); /* there is a place: that of 2 */
	dialler_free(d);
}

static void waking_up_makes_all_due(void **state)
{
	(void)state;
	u64 now;
	struct dialler *d = tired(&now);
	assert_int_equal(next(d, now), NOBODY);
	dialler_wake(d, now);
	assert_int_equal(next(d, now), 1);
	dialler_failed(d, 1, now);
	assert_true(dialler_deadline(d) - now <= DIAL_BACKOFF_MIN_MS * 5 / 4);
	dialler_free(d);
}

static void hurry_resets(void **state)
{
	(void)state;
	u64 now;
	struct dialler *d = tired(&now);
	dialler_know(d, 2, true, 0, now - 1);
	dialler_hurry(d, 1);
	assert_int_equal(next(d, now), 1); /* before the other */
	dialler_failed(d, 1, now);
	assert_in_range(dialler_deadline(d), 0, now); /* the other */
	dialler_forget(d, 2);
	dialler_hurry(d, 1);
	assert_is_fresh(d, now);
	dialler_hurry(d, 77); /* nobody */
	dialler_free(d);
}

static void tor_going_up_resets(void **state)
{
	(void)state;
	u64 now;
	struct dialler *d = tired(&now);
	dialler_tor(d, true, now); /* was up: no news */
	assert_int_equal(next(d, now), NOBODY);
	dialler_tor(d, false, now);
	assert_int_equal(next(d, UINT64_MAX - 1), NOBODY);
	dialler_tor(d, true, now);
	assert_is_fresh(d, now);
	dialler_free(d);
}

static void inbound_link_resets(void **state)
{
	(void)state;
	u64 now;
	struct dialler *d = tired(&now);
	dialler_link_up(d, 1, false, now);
	assert_int_equal(dialler_deadline(d), DIALLER_NEVER);
	now += 1000;
	dialler_link_down(d, 1, now); /* it did not last: not at once, but soon */
	u64 wait = dialler_deadline(d) - now;
	assert_in_range(wait, DIAL_BACKOFF_MIN_MS * 3 / 4, DIAL_BACKOFF_MIN_MS * 5 / 4);
	dialler_free(d);
}

static void short_links_of_ours_do_not_reset(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	u64 now = 0;
	dialler_know(d, 1, true, 0, now);
	for (int i = 0; i < 6; i++) { /* as with a contact that refuses us after each handshake */
		assert_int_equal(next(d, now), 1);
		dialler_connected(d, 1);
		dialler_link_up(d, 1, true, now);
		dialler_link_down(d, 1, now + 10);
		now = dialler_deadline(d);
	}
	assert_true(now > 100000);
	dialler_free(d);
}

static void good_link_is_dialled_again_soon(void **state)
{
	(void)state;
	u64 now;
	struct dialler *d = tired(&now);
	dialler_hurry(d, 1);
	assert_int_equal(next(d, now), 1);
	dialler_connected(d, 1);
	dialler_link_up(d, 1, true, now);
	assert_int_equal(next(d, now + DIAL_STEADY_MS), NOBODY);
	dialler_link_down(d, 1, now + DIAL_STEADY_MS);
	assert_in_range(dialler_deadline(d), now + DIAL_STEADY_MS, now + DIAL_STEADY_MS + DIAL_AGAIN_MS);
	assert_is_fresh(d, dialler_deadline(d));
	dialler_free(d);
}

/* PROTO 4.3.18: "Whichever of them said it, B leaves the dialling to A for 30 s." */
static void an_old_link_is_renewed_by_its_initiator(void **state)
{
	(void)state;
	for (int ours = 0; ours < 2; ours++) {
		struct dialler *d = with_tor();
		const u64 down = 1000 + LINK_RENEW_MS, due = ours ? down : down + 30000;
		dialler_know(d, 1, true, 0, 0);
		assert_int_equal(next(d, 0), 1);
		dialler_cancelled(d, 1);
		dialler_link_up(d, 1, ours, 1000);
		dialler_link_down(d, 1, down);
		dialler_renew(d, 1, ours, down);
		assert_int_equal(dialler_deadline(d), due);
		assert_int_equal(next(d, due - 1), NOBODY);
		assert_int_equal(next(d, due), 1);
		/* who says so of a young link gains nothing */
		dialler_link_up(d, 1, ours, due + 1);
		dialler_cancelled(d, 1);
		dialler_link_down(d, 1, due + 2);
		dialler_renew(d, 1, ours, due + 2);
		assert_true(dialler_deadline(d) >= due + 2 + DIAL_BACKOFF_MIN_MS * 3 / 4);
		/* nor is there anything to dial while another link is up */
		dialler_link_up(d, 1, ours, due + 3);
		dialler_link_up(d, 1, ours, due + 3);
		dialler_link_down(d, 1, due + 60000);
		dialler_renew(d, 1, ours, due + 60000);
		assert_int_equal(next(d, due + 600000), NOBODY);
		dialler_renew(d, 2, ours, due); /* whom nobody knows */
		dialler_free(d);
	}
}

static void second_link_keeps_it_quiet(void **state)
{
	(void)state;
	struct dialler *d = with_tor();
	dialler_link_up(d, 1, false, 0); /* before we were told of the contact */
	dialler_know(d, 1, true, 0, 0);
	assert_int_equal(next(d, 0), NOBODY);
	dialler_link_up(d, 1, false, 10);
	dialler_link_down(d, 1, 40000);
	assert_int_equal(next(d, 50000), NOBODY);
	dialler_link_down(d, 1, 60000);
	assert_int_equal(next(d, 62000), 1);
	dialler_cancelled(d, 1); /* costs nothing */
	assert_int_equal(next(d, 62000), 1);
	dialler_free(d);
}

static void bucket_has_a_burst_and_a_rate(void **state)
{
	(void)state;
	const u64 starts[] = {0, 5, 1000000};
	for (size_t s = 0; s < ARRAY_LEN(starts); s++) {
		struct bucket b = {0};
		u64 now = starts[s];
		for (int i = 0; i < HANDSHAKE_BURST; i++)
			assert_true(bucket_take(&b, now));
		assert_false(bucket_take(&b, now));
		assert_false(bucket_take(&b, now + HANDSHAKE_EVERY_MS - 1));
		int taken = 0;
		for (u64 t = now + 1; t <= now + 10000; t++)
			taken += bucket_take(&b, t);
		assert_int_equal(taken, 10000 / HANDSHAKE_EVERY_MS);
		now += 10000 + HANDSHAKE_BURST * HANDSHAKE_EVERY_MS;
		for (int i = 0; i < HANDSHAKE_BURST; i++)
			assert_true(bucket_take(&b, now));
		assert_false(bucket_take(&b, now));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_dialled_without_tor),
		cmocka_unit_test(only_who_is_wanted),
		cmocka_unit_test(a_doubtful_answer_is_no_failure_once),
		cmocka_unit_test(backoff_doubles_to_the_maximum),
		cmocka_unit_test(jitter_stays_within_a_quarter),
		cmocka_unit_test(so_many_dials_at_once),
		cmocka_unit_test(who_was_there_last_comes_first),
		cmocka_unit_test(a_quiet_link_is_no_link),
		cmocka_unit_test(who_is_waited_for_gets_a_place),
		cmocka_unit_test(waking_up_makes_all_due),
		cmocka_unit_test(hurry_resets),
		cmocka_unit_test(tor_going_up_resets),
		cmocka_unit_test(inbound_link_resets),
		cmocka_unit_test(short_links_of_ours_do_not_reset),
		cmocka_unit_test(good_link_is_dialled_again_soon),
		cmocka_unit_test(an_old_link_is_renewed_by_its_initiator),
		cmocka_unit_test(second_link_keeps_it_quiet),
		cmocka_unit_test(bucket_has_a_burst_and_a_rate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
