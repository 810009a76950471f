#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/paths.h"

static struct paths p;
static char why[400];

static void a_folder_that_makes_long_sockets_is_refused(void **state)
{
	(void)state;
	char data[120];
	memset(data, 'a', sizeof data);
	data[0] = '/';
	data[80] = 0;
	assert_int_equal(paths_of(data, &p, why, sizeof why), OK);
	data[80] = 'a';
	data[100] = 0;
	assert_int_equal(paths_of(data, &p, why, sizeof why), ERR_LOCAL_CONFIG);
	assert_non_null(strstr(why, "too long"));
}

static void characters_that_a_torrc_cannot_hold_are_refused(void **state)
{
	(void)state;
	assert_int_equal(paths_of("/tmp/a\"b", &p, why, sizeof why), ERR_LOCAL_CONFIG);
	assert_int_equal(paths_of("/tmp/a\nb", &p, why, sizeof why), ERR_LOCAL_CONFIG);
	assert_int_equal(paths_of("/tmp/a b", &p, why, sizeof why), ERR_LOCAL_CONFIG);
}

static void a_relative_folder_becomes_absolute(void **state)
{
	(void)state;
	assert_int_equal(chdir("/tmp"), 0);
	assert_int_equal(paths_of("x/", &p, why, sizeof why), OK);
	assert_string_equal(p.data, "/tmp/x");
	assert_string_equal(p.rpc, "/tmp/x/rpc.sock");
}

static void the_systems_tor_takes_the_place_of_ours(void **state)
{
	(void)state;
	char dir[120] = "/";
	assert_int_equal(paths_of("/tmp/x", &p, why, sizeof why), OK);
	assert_true(paths_has_own_tor(&p));
	assert_string_equal(p.tor_control, "/tmp/x/tor/control");
	assert_int_equal(paths_use_tor(&p, "run/tor", why, sizeof why), ERR_LOCAL_CONFIG);
	memset(dir + 1, 'a', 110);
	assert_int_equal(paths_use_tor(&p, dir, why, sizeof why), ERR_LOCAL_CONFIG);
	assert_non_null(strstr(why, "/run/tor"));
	assert_true(paths_has_own_tor(&p));
	assert_int_equal(paths_use_tor(&p, "/run/tor//", why, sizeof why), OK);
	assert_false(paths_has_own_tor(&p));
	assert_string_equal(p.system, "/run/tor");
	assert_string_equal(p.tor_control, "/run/tor/control");
	assert_string_equal(p.tor_cookie, "/run/tor/control.authcookie");
	assert_string_equal(p.tor_socks, "/run/tor/socks");
	assert_string_equal(p.links, "/tmp/x/links");
}

static void folders_are_made_private_and_open_ones_refused(void **state)
{
	(void)state;
	char root[64] = "/tmp/boc-paths-XXXXXX", data[96], command[128];
	struct stat st;
	assert_non_null(mkdtemp(root));
	snprintf(data, sizeof data, "%s/a/b", root);
	assert_int_equal(paths_of(data, &p, why, sizeof why), OK);
	assert_int_equal(paths_prepare(&p, why, sizeof why), OK);
	assert_int_equal(stat(p.vault, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(chmod(p.tor, 0755), 0);
	assert_int_equal(paths_prepare(&p, why, sizeof why), ERR_LOCAL_CONFIG);
	assert_non_null(strstr(why, "chmod 700"));
	assert_int_equal(rmdir(p.tor), 0);
	assert_int_equal(symlink("/tmp", p.tor), 0);
	assert_int_equal(paths_prepare(&p, why, sizeof why), ERR_LOCAL_CONFIG);
	unlink(p.tor);
	rmdir(p.vault);
	rmdir(p.links);
	rmdir(p.data);
	snprintf(command, sizeof command, "%s/a", root);
	rmdir(command);
	assert_int_equal(rmdir(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_that_makes_long_sockets_is_refused),
		cmocka_unit_test(characters_that_a_torrc_cannot_hold_are_refused),
		cmocka_unit_test(a_relative_folder_becomes_absolute),
		cmocka_unit_test(the_systems_tor_takes_the_place_of_ours),
		cmocka_unit_test(folders_are_made_private_and_open_ones_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
