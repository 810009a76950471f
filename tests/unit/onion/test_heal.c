/* When our own address is dialled, what is done when it cannot be reached, and how long tor may take: on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "onion/heal.h"
#include "onion/watchdog.h"

#define MINUTE 60000ull

static u8 random_byte;

static void fake_random(void *arg, void *out, size_t n)
{
	(void)arg;
	memset(out, random_byte, n);
}

static const struct env env = {.random = fake_random};

static struct heal r;
static struct healing h;
static u64 now;

static int begin(void **state)
{
	(void)state;
	random_byte = 0;
	now = 5000;
	h = (struct healing){0};
	heal_begin(&r, &h, now);
	return 0;
}

static enum heal_step next(void)
{
	return heal_next(&r, &h, now);
}

/* Waits for the next step, at most for `most`; how long it took. */
static u64 await(enum heal_step step, u64 most)
{
	u64 from = now;
	for (;;) {
		u64 due = heal_deadline(&r);
		assert_true(due <= from + most);
		now = MAX(now, due);
		enum heal_step got = next();
		if (got == HEAL_WAIT)
			continue;
		assert_int_equal(got, step);
		return now - from;
	}
}

static void dial(enum self_dial how, u64 most)
{
	await(HEAL_DIAL, most);
	assert_int_equal(next(), HEAL_WAIT); /* once */
	now += 1000;
	heal_dialled(&r, &h, &env, how, now);
}

static void the_first_dial_comes_a_minute_after_the_upload(void **state)
{
	(void)state;
	assert_int_equal(heal_deadline(&r), HEAL_NEVER);
	assert_int_equal(next(), HEAL_WAIT);
	assert_false(heal_is_good(&r));
	now += 5 * MINUTE;
	heal_uploaded(&r, &env, now);
	assert_true(heal_is_good(&r));
	u64 uploaded = now;
	now += 30000;
	heal_uploaded(&r, &env, now); /* another directory: the clock runs already */
	await(HEAL_DIAL, MINUTE);
	assert_int_equal(now - uploaded, SELF_FIRST_MS);
	heal_dialled(&r, &h, &env, SELF_REACHED, now);
	assert_int_equal(await(HEAL_DIAL, 20 * MINUTE), SELF_EVERY_MS * 3 / 4);
	random_byte = 0xff;
	heal_dialled(&r, &h, &env, SELF_REACHED, now);
	u64 took = await(HEAL_DIAL, 20 * MINUTE);
	assert_true(took >= SELF_EVERY_MS * 3 / 4 && took <= SELF_EVERY_MS * 5 / 4);
}

static void one_failure_is_a_hiccup(void **state)
{
	(void)state;
	heal_uploaded(&r, &env, now);
	dial(SELF_FAILED, 2 * MINUTE);
	assert_true(heal_is_good(&r));
	u64 took = await(HEAL_DIAL, MINUTE);
	assert_true(took >= SELF_AGAIN_MS && took <= SELF_AGAIN_MS * 3 / 2);
	heal_dialled(&r, &h, &env, SELF_REACHED, now);
	dial(SELF_FAILED, 20 * MINUTE); /* and is forgotten by then */
	assert_true(heal_is_good(&r));
}

static void what_could_not_be_tried_says_nothing(void **state)
{
	(void)state;
	heal_uploaded(&r, &env, now);
	for (int i = 0; i < 10; i++)
		dial(SELF_UNTRIED, 2 * MINUTE);
	assert_true(heal_is_good(&r));
	await(HEAL_DIAL, MINUTE); /* of this one nobody hears */
	await(HEAL_DIAL, SELF_ANSWER_MS);
	assert_true(heal_is_good(&r));
	heal_dialled(&r, &h, &env, SELF_REACHED, now);
	heal_dialled(&r, &h, &env, SELF_FAILED, now); /* one that nobody waits for */
	assert_int_equal(r.failures, 0);
}

static void the_ladder(void **state)
{
	(void)state;
	heal_uploaded(&r, &env, now);
	dial(SELF_FAILED, 2 * MINUTE);
	dial(SELF_FAILED, MINUTE);
	assert_false(heal_is_good(&r));
	await(HEAL_PUBLISH, 0);
	u64 published = now;
	heal_published_anew(&r, now);
	heal_uploaded(&r, &env, now);
	assert_false(heal_is_good(&r)); /* not before it is proven */
	assert_true(await(HEAL_DIAL, MINUTE) < 30000);
	heal_dialled(&r, &h, &env, SELF_REACHED, now);
	assert_true(heal_is_good(&r));
	assert_true(published > 0);
}

/* It never comes back: published anew, tor started again, and never faster than the limits say. */
static void the_whole_ladder(void **state)
{
	(void)state;
	u64 published = 0, restarted = 0, begun = now;
	unsigned publishes = 0, restarts = 0;
	heal_uploaded(&r, &env, now);
	while (now - begun < 180 * MINUTE) {
		now = MAX(now, heal_deadline(&r));
		switch (next()) {
		case HEAL_WAIT: break;
		case HEAL_DIAL:
			now += 2000;
			heal_dialled(&r, &h, &env, SELF_FAILED, now);
			break;
		case HEAL_PUBLISH:
			assert_true(published == 0 || now - published >= HEAL_AGAIN_MS);
			published = now;
			publishes++;
			heal_published_anew(&r, now);
			heal_uploaded(&r, &env, now);
			break;
		case HEAL_TOR:
			assert_true(publishes > 0);
			assert_true(now - published >= HEAL_TOR_MS);
			assert_true(restarted == 0 || now - restarted >= HEAL_TOR_EVERY_MS);
			restarted = published = now;
			restarts++;
			assert_true(h.is_unproven);
			heal_begin(&r, &h, now); /* the new tor has it */
			assert_false(heal_is_good(&r));
			heal_uploaded(&r, &env, now);
			assert_false(heal_is_good(&r));
			break;
		}
	}
	assert_in_range(restarts, 4, 6);
	assert_in_range(publishes, 8, 18);
	dial(SELF_REACHED, MINUTE);
	assert_true(heal_is_good(&r));
	assert_false(h.is_unproven);
}

static void no_directory_takes_it(void **state)
{
	(void)state;
	heal_uploaded(&r, &env, now);
	dial(SELF_FAILED, 2 * MINUTE);
	dial(SELF_FAILED, MINUTE);
	await(HEAL_PUBLISH, 0);
	heal_published_anew(&r, now);
	assert_true(await(HEAL_DIAL, 2 * MINUTE) >= SELF_FIRST_MS); /* it is asked all the same */
}

static void after_a_sleep_it_is_asked_soon(void **state)
{
	(void)state;
	heal_woke(&r, now);
	assert_int_equal(heal_deadline(&r), HEAL_NEVER); /* not published: nothing to ask */
	heal_uploaded(&r, &env, now);
	dial(SELF_REACHED, 2 * MINUTE);
	now += 1000;
	heal_woke(&r, now);
	assert_int_equal(await(HEAL_DIAL, MINUTE), SELF_SOON_MS);
	heal_woke(&r, now); /* the one under way began before */
	heal_dialled(&r, &h, &env, SELF_FAILED, now);
	assert_int_equal(r.failures, 0);
	assert_int_equal(await(HEAL_DIAL, MINUTE), SELF_SOON_MS);
	/* published anew because of it: the dial waits for the directories */
	heal_dialled(&r, &h, &env, SELF_REACHED, now);
	heal_published_anew(&r, now);
	assert_false(heal_is_good(&r));
	now += 3000;
	heal_uploaded(&r, &env, now);
	assert_true(heal_is_good(&r));
	assert_int_equal(await(HEAL_DIAL, MINUTE), SELF_SOON_MS);
}

static void a_tor_that_is_not_ours_is_never_started_again(void **state)
{
	(void)state;
	struct watchdog w = {0};
	unsigned publishes = 0;
	h.is_foreign = true;
	heal_uploaded(&r, &env, now);
	for (u64 end = now + 180 * MINUTE; now < end;) {
		now = MAX(now, heal_deadline(&r));
		enum heal_step step = next();
		assert_int_not_equal(step, HEAL_TOR);
		if (step == HEAL_DIAL)
			heal_dialled(&r, &h, &env, SELF_FAILED, now += 1000);
		if (step != HEAL_PUBLISH)
			continue;
		publishes++;
		heal_published_anew(&r, now);
		heal_uploaded(&r, &env, now);
	}
	assert_in_range(publishes, 10, 18); /* that goes on */

	watchdog_begin(&w, true, now);
	assert_int_equal(watchdog_deadline(&w, now), now + BOOT_STILL_MS);
	assert_true(watchdog_is_still(&w, now + BOOT_STILL_MS)); /* the user is told */
	assert_int_equal(watchdog_deadline(&w, now + BOOT_STILL_MS), WATCHDOG_NEVER);
	assert_false(watchdog_is_stuck(&w, now + 1000 * MINUTE));
}

/* ---- the watchdog ---- */

static void tor_has_ten_minutes_for_each_step(void **state)
{
	(void)state;
	struct watchdog w = {0};
	assert_int_equal(watchdog_deadline(&w, 0), WATCHDOG_NEVER);
	assert_false(watchdog_is_stuck(&w, 99 * MINUTE));
	watchdog_begin(&w, false, 1000);
	assert_int_equal(watchdog_deadline(&w, 1000), 1000 + BOOT_STILL_MS);
	/* one percent every 9 minutes 59 seconds: slow, and never started again */
	u64 t = 1000;
	for (int progress = 0; progress < 100; progress++) {
		watchdog_progress(&w, progress, t);
		assert_false(watchdog_is_still(&w, t + BOOT_STILL_MS - 1));
		assert_true(watchdog_is_still(&w, t + BOOT_STILL_MS));
		watchdog_progress(&w, progress, t + 5 * MINUTE); /* said again, it is no progress */
		assert_int_equal(watchdog_deadline(&w, t + BOOT_STILL_MS), t + 10 * MINUTE);
		t += 10 * MINUTE - 1;
		assert_false(watchdog_is_stuck(&w, t));
	}
	assert_true(watchdog_is_stuck(&w, t + 1));
	watchdog_progress(&w, 50, t + 1); /* back counts too: something changed */
	assert_false(watchdog_is_stuck(&w, t + 2));
	watchdog_woke(&w, t + 9 * MINUTE);
	assert_false(watchdog_is_stuck(&w, t + 18 * MINUTE));
	watchdog_progress(&w, 100, t);
	assert_false(watchdog_is_stuck(&w, t + 1000 * MINUTE));
	assert_int_equal(watchdog_deadline(&w, t), WATCHDOG_NEVER);
	watchdog_begin(&w, false, t); /* one that never says anything */
	assert_true(watchdog_is_stuck(&w, t + 10 * MINUTE));
	watchdog_end(&w);
	assert_false(watchdog_is_stuck(&w, t + 10 * MINUTE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_dial_comes_a_minute_after_the_upload, begin),
		cmocka_unit_test_setup(one_failure_is_a_hiccup, begin),
		cmocka_unit_test_setup(what_could_not_be_tried_says_nothing, begin),
		cmocka_unit_test_setup(the_ladder, begin),
		cmocka_unit_test_setup(the_whole_ladder, begin),
		cmocka_unit_test_setup(no_directory_takes_it, begin),
		cmocka_unit_test_setup(after_a_sleep_it_is_asked_soon, begin),
		cmocka_unit_test_setup(a_tor_that_is_not_ours_is_never_started_again, begin),
		cmocka_unit_test(tor_has_ten_minutes_for_each_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
