/* The list of what was found out about the machine, as bytes and back. */
#include "wire/findings.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct findings a, b;
static u8 room[MAX_FINDINGS_TEXT];

static void it_comes_back_as_it_was(void **state)
{
	(void)state;
	a = (struct findings){0};
	assert_int_equal(findings_write(&a, room), 0);
	assert_int_equal(findings_read(slice_of(room, 0), &b), OK);
	assert_int_equal(b.n, 0);
	findings_add(&a, FINDING_OK, "tor", "Tor version 0.4.9.11.");
	findings_add(&a, FINDING_NOTE, "memory", "little");
	assert_false(findings_has_mend(&a));
	findings_add(&a, FINDING_MEND, "folder", "open");
	assert_true(findings_has_mend(&a));
	size_t n = findings_write(&a, room);
	assert_int_equal(findings_read(slice_of(room, n), &b), OK);
	assert_memory_equal(&a, &b, sizeof a);
	for (size_t cut = 1; cut < n; cut++)
		if (findings_read(slice_of(room, cut), &b) == OK) /* between two of them */
			assert_true(b.n < a.n);
}

static void the_longest_fits(void **state)
{
	(void)state;
	char text[2 * MAX_FINDING];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = 0;
	a = (struct findings){0};
	for (int i = 0; i < MAX_FINDINGS + 3; i++)
		findings_add(&a, FINDING_OK, "a word that is too long", text);
	assert_int_equal(a.n, MAX_FINDINGS);
	size_t n = findings_write(&a, room);
	assert_int_equal(findings_read(slice_of(room, n), &b), OK);
	assert_int_equal(b.n, MAX_FINDINGS);
	assert_int_equal(strlen(b.all[0].text), MAX_FINDING);
}

static void what_is_none_is_refused(void **state)
{
	(void)state;
	a = (struct findings){0};
	findings_add(&a, FINDING_OK, "tor", "good");
	size_t n = findings_write(&a, room);
	room[0] = 0;
	assert_int_equal(findings_read(slice_of(room, n), &b), ERR_PEER_FORMAT);
	room[0] = FINDING_MEND + 1;
	assert_int_equal(findings_read(slice_of(room, n), &b), ERR_PEER_FORMAT);
	room[0] = FINDING_MEND;
	room[n - 1] = '\n';
	assert_int_equal(findings_read(slice_of(room, n), &b), ERR_PEER_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_back_as_it_was),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(what_is_none_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
