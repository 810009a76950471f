/* How tor is found, and what is told of it, with programs of that name that do what they should not. */
#include "supervisor/look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/folder.h"
#include "os/os_env.h"

#define HANGS_MS (600ull * 1000) /* how long one that hangs would last */
#define BOUND_MS 200
#define VERSION "Tor version 0.4.8.16."

static char dir[] = "/tmp/boc-look-XXXXXX", starts[64], program[64];

static int make_folder(void **state)
{
	char path[128];
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(starts, sizeof starts, "%s/starts", dir);
	snprintf(program, sizeof program, "%s/tor", dir);
	snprintf(path, sizeof path, "%s:/usr/bin:/bin", dir);
	return setenv("PATH", path, 1);
}

static int remove_folder(void **state)
{
	(void)state;
	folder_remove(dir);
	return 0;
}

/* A tor that writes down that it was started, and then does this. */
static void tor_is(const char *what)
{
	FILE *f = fopen(program, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n[ \"$*\" = --version ] || exit 9\necho >>%s\n%s\n", starts, what);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0700), 0);
	unlink(starts);
}

static size_t count_starts(void)
{
	struct stat st;
	return stat(starts, &st) ? 0 : (size_t)st.st_size;
}

static struct finding first_of_look(const struct tor_program *tor)
{
	char why[400], data[80];
	struct paths p;
	struct findings f;
	snprintf(data, sizeof data, "%s/data", dir);
	assert_int_equal(paths_of(data, &p, why, sizeof why), OK);
	look(&p, tor, &f);
	assert_string_equal(f.all[0].what, "tor");
	return f.all[0];
}

/* One start is enough for all that is told of it. */
static void it_is_started_once(void **state)
{
	struct tor_program tor;
	(void)state;
	tor_is("echo " VERSION "; echo and more");
	preflight_tor(TOR_FIND_MS, &tor);
	assert_true(tor.is_good);
	assert_string_equal(tor.path, program);
	struct finding f = first_of_look(&tor);
	assert_int_equal(f.grade, FINDING_OK);
	assert_string_equal(f.text, VERSION);
	assert_int_equal(count_starts(), 1);
}

/* Whether it says nothing, or all and does not end, or leaves somebody behind who might still speak for it. */
static void one_that_hangs_holds_nobody(void **state)
{
	static const char *const hanging[] = {
		"exec sleep 600",
		"sleep 600",
		"echo " VERSION "; exec sleep 600",
		"echo " VERSION "; exec >/dev/null; exec sleep 600",
		"echo " VERSION "; sleep 600 & exit 0",
	};
	struct tor_program tor;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hanging); i++) {
		tor_is(hanging[i]);
		const u64 began = env_mono_ms(os_env());
		preflight_tor(BOUND_MS, &tor);
		const u64 held = env_mono_ms(os_env()) - began;
		assert_true(held >= BOUND_MS && held < HANGS_MS / 10);
		assert_false(tor.is_good);
		struct finding f = first_of_look(&tor);
		assert_int_equal(f.grade, FINDING_MEND);
		assert_non_null(strstr(f.text, "does not answer"));
		assert_true(count_starts() <= 1); /* a busy machine may not come so far */
	}
}

static void one_that_is_no_good_is_told(void **state)
{
	static const struct {
		const char *does, *told;
	} cases[] = {
		{"echo Tor version 0.4.7.16.", "is version 0.4.7.16; at least 0.4.8 is needed"},
		{"echo " VERSION "; exit 1", "does not tell its version"},
		{"echo hello", "does not tell its version"},
		{"exit 0", "does not tell its version"},
	};
	struct tor_program tor;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		tor_is(cases[i].does);
		preflight_tor(TOR_FIND_MS, &tor);
		assert_false(tor.is_good);
		struct finding f = first_of_look(&tor);
		assert_int_equal(f.grade, FINDING_MEND);
		assert_non_null(strstr(f.text, cases[i].told));
		assert_int_equal(count_starts(), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_started_once),
		cmocka_unit_test(one_that_hangs_holds_nobody),
		cmocka_unit_test(one_that_is_no_good_is_told),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
