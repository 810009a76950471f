/* Bridges are kept in the vault, and tor does not connect without them before it is open, whatever died when. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pages.h"
#include "rig.h"
#include "tor/bridge.h"
#include "vault/vaultdir.h"

#define FP "0123456789ABCDEF0123456789ABCDEF01234567"
#define PLAIN "192.0.2.77:443 " FP "\n"
#define OBFS4 "obfs4 192.0.2.78:443 " FP " cert=AbC iat-mode=0\n"

static bool is_held(const struct rig *r)
{
	return vaultdir_has_hold(r->dir, VAULTDIR_HOLD_BRIDGES);
}

static struct ipc_msg set(struct rig *r, const char *lines)
{
	return rig_ask(r, ROLE_WEB, IPC_MSG(0, bridges_set, .lines = slice_str(lines)));
}

static void assert_way(struct rig *r, size_t mark, enum tor_way way, const char *lines)
{
	const struct ipc_msg *m = rig_last(r, mark, ipc_t_tor_way);
	assert_non_null(m);
	assert_int_equal(m->tor_way.way, way);
	assert_true(slice_eq(m->tor_way.lines, slice_str(lines)));
}

/* As if onion had died. */
static size_t new_onion(struct rig *r)
{
	size_t mark = rig_mark(r);
	vault_disconnected(r->v, ROLE_ONION);
	vault_connected(r->v, ROLE_ONION);
	rig_tick(r);
	return mark;
}

static void log_in(struct rig *r)
{
	assert_int_equal(rig_login(r, "correct horse", ""), OK);
}

static void test_they_are_kept_and_told(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	assert_way(&r, new_onion(&r), WAY_DIRECT, "");
	rig_say(&r, ROLE_ONION, IPC_MSG(0, tor_transports, .found = 1u << BRIDGE_OBFS4));
	size_t mark = rig_mark(&r);
	struct ipc_msg m = set(&r, "Bridge 192.0.2.77:443 " FP "\r\n\n" OBFS4);
	assert_int_equal(m.type, ipc_t_bridges);
	assert_int_equal(m.bridges.way, WAY_BRIDGES);
	assert_int_equal(m.bridges.found, 1u << BRIDGE_OBFS4);
	assert_true(slice_eq(m.bridges.lines, slice_str(PLAIN OBFS4)));
	assert_way(&r, mark, WAY_BRIDGES, PLAIN OBFS4);
	assert_true(is_held(&r));
	assert_way(&r, new_onion(&r), WAY_BRIDGES, PLAIN OBFS4);
	/* Locked, and of another process: not before it is open. */
	rig_say(&r, ROLE_WEB, IPC_MSG(1, lock));
	assert_way(&r, new_onion(&r), WAY_WAIT_UNLOCK, "");
	rig_reopen(&r);
	assert_way(&r, new_onion(&r), WAY_WAIT_UNLOCK, "");
	mark = rig_mark(&r);
	log_in(&r);
	assert_way(&r, mark, WAY_BRIDGES, PLAIN OBFS4);
	/* Without: nothing is left of them, and the next start need not wait. */
	assert_int_not_equal(pages_count(&r, "192.0.2.78", 10), 0);
	mark = rig_mark(&r);
	m = set(&r, "");
	assert_int_equal(m.bridges.way, WAY_DIRECT);
	assert_way(&r, mark, WAY_DIRECT, "");
	assert_false(is_held(&r));
	assert_int_equal(pages_count(&r, "192.0.2.78", 10), 0);
	rig_reopen(&r);
	assert_way(&r, new_onion(&r), WAY_DIRECT, "");
	rig_close(&r);
}

static void test_what_is_wrong(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	(void)set(&r, PLAIN);
	size_t mark = rig_mark(&r);
	struct ipc_msg m = set(&r, PLAIN "\nUseBridges 0");
	assert_int_equal(m.type, ipc_t_bridge_fault);
	assert_int_equal(m.bridge_fault.line, 3);
	assert_int_equal(m.bridge_fault.what, BRIDGE_TRANSPORT);
	m = set(&r, PLAIN OBFS4 OBFS4);
	assert_int_equal(m.bridge_fault.line, 2);
	assert_int_equal(m.bridge_fault.what, BRIDGE_PROGRAM);
	assert_int_equal(m.bridge_fault.transport, BRIDGE_OBFS4);
	assert_int_equal(rig_count(&r, mark, ipc_t_tor_way), 0);
	m = rig_ask(&r, ROLE_WEB, IPC_MSG(0, bridges_get));
	assert_true(slice_eq(m.bridges.lines, slice_str(PLAIN)));
	rig_say(&r, ROLE_WEB, IPC_MSG(1, lock));
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, bridges_get)), ERR_LOCAL_LOCKED);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, bridges_set)), ERR_LOCAL_LOCKED);
	rig_close(&r);
}

static void test_the_systems_tor_has_its_own(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	(void)set(&r, PLAIN);
	size_t mark = rig_mark(&r);
	rig_say(&r, ROLE_ONION, IPC_MSG(0, tor_transports, .system = 1));
	struct ipc_msg m = rig_ask(&r, ROLE_WEB, IPC_MSG(0, bridges_get));
	assert_int_equal(m.bridges.way, WAY_SYSTEM);
	m = set(&r, "");
	assert_int_equal(m.type, ipc_t_bridge_fault);
	assert_int_equal(m.bridge_fault.what, BRIDGE_SYSTEM);
	const struct bridge_fault f = {0, BRIDGE_SYSTEM, 0};
	char words[BRIDGE_FAULT_TEXT];
	bridge_fault_text(&f, words);
	assert_non_null(strstr(words, "system's Tor"));
	assert_int_equal(rig_count(&r, mark, ipc_t_tor_way), 0);
	/* Those that were kept are not given to it, and are there when our own is used again. */
	assert_way(&r, new_onion(&r), WAY_SYSTEM, "");
	rig_say(&r, ROLE_ONION, IPC_MSG(0, tor_transports, .system = 0));
	assert_way(&r, new_onion(&r), WAY_BRIDGES, PLAIN);
	rig_close(&r);
}

/* The file is there first and goes last: what dies in between waits for a choice, and never connects by itself. */
static void test_the_file_without_a_choice(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(vaultdir_hold(r.dir, VAULTDIR_HOLD_BRIDGES), OK);
	rig_reopen(&r);
	assert_way(&r, new_onion(&r), WAY_WAIT_UNLOCK, "");
	size_t mark = rig_mark(&r);
	log_in(&r);
	assert_way(&r, mark, WAY_WAIT_CHOICE, "");
	assert_true(is_held(&r));
	assert_int_equal(set(&r, "").bridges.way, WAY_DIRECT);
	assert_false(is_held(&r));
	rig_close(&r);
}

/* A database with bridges and no file: it was a backup's. */
static void test_the_choice_without_a_file(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	(void)set(&r, PLAIN);
	rig_kill(&r);
	vaultdir_unhold(r.dir, VAULTDIR_HOLD_BRIDGES);
	assert_int_equal(vaultdir_hold(r.dir, VAULTDIR_HOLD_RESTORED), OK);
	r.v = vault_new(rig_env(), r.dir);
	for (enum role role = ROLE_ONION; role <= ROLE_WEB; role++)
		vault_connected(r.v, role);
	assert_way(&r, new_onion(&r), WAY_WAIT_UNLOCK, "");
	log_in(&r);
	assert_true(is_held(&r));
	assert_false(vaultdir_has_hold(r.dir, VAULTDIR_HOLD_RESTORED));
	assert_way(&r, new_onion(&r), WAY_BRIDGES, PLAIN);
	rig_close(&r);
}

/* Where the file cannot be made nothing changes. */
static void test_no_file_no_choice(void **state)
{
	struct rig r;
	char path[128];
	(void)state;
	rig_new(&r, "Alice");
	snprintf(path, sizeof path, "%s/bridges", r.dir);
	assert_int_equal(symlink("nowhere", path), 0); /* it is not followed */
	assert_int_not_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, bridges_set, .lines = slice_str(PLAIN))), OK);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, bridges_get)).bridges.lines.n, 0);
	assert_int_equal(unlink(path), 0);
	rig_close(&r);
}

/* While it receives, onion is told of them again. */
static void test_while_it_receives(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	(void)set(&r, PLAIN);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, settings_set, .which = SETTING_RECEIVE_LOCKED, .receive_locked = 1));
	rig_say(&r, ROLE_WEB, IPC_MSG(1, lock));
	assert_true(vault_is_receiving(r.v));
	assert_way(&r, new_onion(&r), WAY_BRIDGES, PLAIN);
	log_in(&r);
	assert_way(&r, new_onion(&r), WAY_BRIDGES, PLAIN);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_are_kept_and_told),      cmocka_unit_test(test_what_is_wrong),
		cmocka_unit_test(test_the_file_without_a_choice),   cmocka_unit_test(test_the_choice_without_a_file),
		cmocka_unit_test(test_no_file_no_choice),           cmocka_unit_test(test_while_it_receives),
		cmocka_unit_test(test_the_systems_tor_has_its_own),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
