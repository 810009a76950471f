#include "net/dup.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/limits.h"

#define T0 100000u

static void one_stays(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct dup_link l = {.ours = i & 1, .opened_ms = T0, .received_ms = T0};
		assert_int_equal(dup_decide(&l, 1, i & 2, T0 + 1000000), DUP_NEVER);
		assert_int_equal(l.fate, DUP_STAYS);
	}
	assert_int_equal(dup_decide(NULL, 0, true, T0), DUP_NEVER);
}

static void same_initiator_newer_replaces_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct dup_link l[2] = {{.ours = i & 1, .opened_ms = T0, .received_ms = T0 + 500},
		                        {.ours = i & 1, .opened_ms = T0 + 400, .received_ms = T0 + 400}};
		assert_int_equal(dup_decide(l, 2, i & 2, T0 + 600), DUP_NEVER);
		assert_int_equal(l[0].fate, DUP_GOES);
		assert_int_equal(l[1].fate, DUP_STAYS);
	}
}

/* A process sent M3, died, dialled again, and the M3 of the second dial was faster. */
static void same_initiator_older_opens_late(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct dup_link l[2] = {{.ours = i & 1, .number = 8, .opened_ms = T0, .received_ms = T0},
		                        {.ours = i & 1, .number = 7, .opened_ms = T0 + 40, .received_ms = T0 + 40}};
		assert_int_equal(dup_decide(l, 2, i & 2, T0 + 40), DUP_NEVER);
		assert_int_equal(l[0].fate, DUP_STAYS);
		assert_int_equal(l[1].fate, DUP_GOES);
	}
}

/* PROTO 3.7: who stays by rule, for both orders of opening, and both sides of the rule. */
static void who_missed_a_probe_yields(void **state)
{
	(void)state;
	for (int ours_stay = 0; ours_stay < 2; ours_stay++) {
		/* the older one would stay by rule, and is not asked a second time */
		struct dup_link l[2] = {{.ours = ours_stay, .opened_ms = T0, .received_ms = T0, .is_quiet = true},
		                        {.ours = !ours_stay, .opened_ms = T0 + 40000, .received_ms = T0 + 40000}};
		assert_int_equal(dup_decide(l, 2, ours_stay, T0 + 40000), DUP_NEVER);
		assert_int_equal(l[0].fate, DUP_GOES);
		assert_int_equal(l[1].fate, DUP_STAYS);
	}
}

static void different_initiators(void **state)
{
	(void)state;
	for (int ours_stay = 0; ours_stay < 2; ours_stay++) {
		/* the newer one stays by rule: it has just proved to be alive */
		struct dup_link l[2] = {{.ours = !ours_stay, .opened_ms = T0, .received_ms = T0 + 100},
		                        {.ours = ours_stay, .opened_ms = T0 + 100, .received_ms = T0 + 100}};
		assert_int_equal(dup_decide(l, 2, ours_stay, T0 + 100), DUP_NEVER);
		assert_int_equal(l[0].fate, DUP_GOES);
		assert_int_equal(l[1].fate, DUP_STAYS);

		/* the older one stays by rule, if it is alive: it is asked */
		struct dup_link o[2] = {{.ours = ours_stay, .opened_ms = T0, .received_ms = T0 + 99},
		                        {.ours = !ours_stay, .opened_ms = T0 + 100, .received_ms = T0 + 100}};
		const u64 until = T0 + 100 + DUP_PROBE_MS;
		assert_int_equal(dup_decide(o, 2, ours_stay, T0 + 100), until);
		assert_int_equal(o[0].fate, DUP_PROBED);
		assert_int_equal(o[1].fate, DUP_STAYS);
		assert_int_equal(dup_decide(o, 2, ours_stay, until - 1), until);
		assert_int_equal(o[0].fate, DUP_PROBED);
		/* records on the newer one decide nothing */
		o[1].received_ms = T0 + 5000;
		assert_int_equal(dup_decide(o, 2, ours_stay, T0 + 5000), until);
		/* silent: the newer one stays */
		assert_int_equal(dup_decide(o, 2, ours_stay, until), DUP_NEVER);
		assert_int_equal(o[0].fate, DUP_GOES);
		assert_int_equal(o[1].fate, DUP_STAYS);
		/* it answered: it stays */
		o[0].received_ms = T0 + 101;
		assert_int_equal(dup_decide(o, 2, ours_stay, T0 + 101), DUP_NEVER);
		assert_int_equal(o[0].fate, DUP_STAYS);
		assert_int_equal(o[1].fate, DUP_GOES);
	}
}

static void three_links(void **state)
{
	(void)state;
	/* while one is probed, the initiator of the newest comes again: only its last one counts */
	struct dup_link l[3] = {{.ours = true, .opened_ms = T0, .received_ms = T0},
	                        {.ours = false, .opened_ms = T0 + 100, .received_ms = T0 + 100},
	                        {.ours = false, .opened_ms = T0 + 200, .received_ms = T0 + 200}};
	assert_int_equal(dup_decide(l, 3, true, T0 + 200), T0 + 200 + DUP_PROBE_MS);
	assert_int_equal(l[0].fate, DUP_PROBED);
	assert_int_equal(l[1].fate, DUP_GOES);
	assert_int_equal(l[2].fate, DUP_STAYS);
	/* ... or the one that is probed dials again: it is alive */
	struct dup_link m[3] = {{.ours = true, .opened_ms = T0, .received_ms = T0},
	                        {.ours = false, .opened_ms = T0 + 100, .received_ms = T0 + 100},
	                        {.ours = true, .opened_ms = T0 + 200, .received_ms = T0 + 200}};
	assert_int_equal(dup_decide(m, 3, true, T0 + 200), DUP_NEVER);
	assert_int_equal(m[0].fate, DUP_GOES);
	assert_int_equal(m[1].fate, DUP_GOES);
	assert_int_equal(m[2].fate, DUP_STAYS);
}

/* ---- both sides at once: every interleaving of two links between A (the smaller key) and B ---- */

enum { LINK_A, LINK_B }; /* by initiator */
enum step { OPEN_A_AT_A, OPEN_A_AT_B, OPEN_B_AT_A, OPEN_B_AT_B, STEPS };

struct side {
	struct dup_link links[2]; /* by time of opening */
	int which[2];
	size_t count;
};

static void drop(struct side *s, int which)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->which[i] != which)
			continue;
		s->links[i] = s->links[1];
		s->which[i] = s->which[1];
		s->count--;
		return;
	}
}

static bool has(const struct side *s, int which)
{
	return (s->count > 0 && s->which[0] == which) || (s->count > 1 && s->which[1] == which);
}

/* Decides on one side; what goes there goes on the other too, as CLOSE does. An answer to a probe takes 1 ms. */
static void decide(struct side sides[2], int at, bool alive[2], u64 now)
{
	struct side *s = &sides[at];
	u64 again = dup_decide(s->links, s->count, at == LINK_A, now);
	for (size_t i = 0; i < s->count; i++) {
		if (s->links[i].fate == DUP_PROBED && alive[s->which[i]])
			s->links[i].received_ms = now + 1;
	}
	if (again != DUP_NEVER) {
		again = alive[LINK_A] ? now + 1 : again;
		assert_int_equal(dup_decide(s->links, s->count, at == LINK_A, again), DUP_NEVER);
	}
	for (size_t i = s->count; i-- > 0;) {
		int which = s->which[i];
		if (s->links[i].fate != DUP_GOES)
			continue;
		drop(&sides[LINK_A], which);
		drop(&sides[LINK_B], which);
	}
}

static void play(const enum step order[STEPS], bool a_is_alive)
{
	struct side sides[2] = {0};
	bool closed[2] = {false}, alive[2] = {a_is_alive, true};
	u64 now = T0;
	for (int i = 0; i < STEPS; i++) {
		int at = order[i] == OPEN_A_AT_A || order[i] == OPEN_B_AT_A ? LINK_A : LINK_B;
		int which = order[i] == OPEN_A_AT_A || order[i] == OPEN_A_AT_B ? LINK_A : LINK_B;
		if (closed[which])
			continue; /* the other side closed it before it opened here */
		now += 10;
		struct side *s = &sides[at];
		s->links[s->count] = (struct dup_link){.ours = which == at, .opened_ms = now, .received_ms = now};
		s->which[s->count++] = which;
		bool had[2] = {has(&sides[0], LINK_A) || has(&sides[1], LINK_A),
		               has(&sides[0], LINK_B) || has(&sides[1], LINK_B)};
		decide(sides, at, alive, now);
		for (int l = 0; l < 2; l++)
			closed[l] |= had[l] && !has(&sides[0], l) && !has(&sides[1], l);
		assert_true(sides[at].count == 1);
	}
	/* the same one link at both sides, and the right one */
	assert_int_equal(sides[LINK_A].count, 1);
	assert_int_equal(sides[LINK_B].count, 1);
	assert_int_equal(sides[LINK_A].which[0], sides[LINK_B].which[0]);
	if (a_is_alive)
		assert_int_equal(sides[LINK_A].which[0], LINK_A);
}

static void permute(enum step order[STEPS], int k, unsigned *count)
{
	if (k == STEPS) {
		play(order, true);
		++*count;
		return;
	}
	for (int i = k; i < STEPS; i++) {
		enum step t = order[k];
		order[k] = order[i];
		order[i] = t;
		permute(order, k + 1, count);
		order[i] = order[k];
		order[k] = t;
	}
}

static void every_interleaving_agrees(void **state)
{
	(void)state;
	enum step order[STEPS] = {OPEN_A_AT_A, OPEN_A_AT_B, OPEN_B_AT_A, OPEN_B_AT_B};
	unsigned count = 0;
	permute(order, 0, &count);
	assert_int_equal(count, 24);
	/* A's link was up and died unnoticed; B dials anew */
	const enum step dead[STEPS] = {OPEN_A_AT_A, OPEN_A_AT_B, OPEN_B_AT_A, OPEN_B_AT_B};
	play(dead, false);
	const enum step dead2[STEPS] = {OPEN_A_AT_B, OPEN_A_AT_A, OPEN_B_AT_B, OPEN_B_AT_A};
	play(dead2, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stays),
		cmocka_unit_test(same_initiator_newer_replaces_at_once),
		cmocka_unit_test(same_initiator_older_opens_late),
		cmocka_unit_test(who_missed_a_probe_yields),
		cmocka_unit_test(different_initiators),
		cmocka_unit_test(three_links),
		cmocka_unit_test(every_interleaving_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
