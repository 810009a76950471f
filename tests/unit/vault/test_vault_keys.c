/* Who can open the vault, and how that changes: the passphrase, the recovery key. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "rig.h"
#include "vault/keyfile.h"

#define OLD "correct horse"
#define NEW "another battery"

static int open_keys(const struct rig *r)
{
	char path[128];
	snprintf(path, sizeof path, "%s/keys", r->dir);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	return fd;
}

static void test_change(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	struct onion_pub onion = r.onion;
	assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, "wrong horse", NEW), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, OLD, ""), OK);
	assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, OLD, NEW), OK);
	assert_true(vault_is_unlocked(r.v));
	for (int again = 0; again < 2; again++) {
		assert_int_equal(rig_login(&r, OLD, ""), ERR_LOCAL_SECRET);
		assert_int_equal(rig_login(&r, NEW, ""), OK);
		rig_reopen(&r);
	}
	assert_int_equal(rig_login(&r, NEW, ""), OK);
	assert_memory_equal(r.onion.b, onion.b, 32); /* the same database */
	assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, NEW, OLD), OK);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, OLD, NEW), OK); /* it needs no open database */
	assert_false(vault_is_unlocked(r.v));
	assert_int_equal(rig_login(&r, NEW, ""), OK);
	rig_close(&r);
}

/* Whatever is wrong in auth_change, nothing changes. */
static void test_change_refused(void **state)
{
	struct rig r;
	struct rig_login l;
	struct rig_change c;
	(void)state;
	rig_open(&r);
	rig_enroll(&r, OLD);
	assert_int_equal(rig_login_start(&r, OLD, &l), OK);
	assert_int_equal(rig_change_start(&r, NEW, &c), OK);
	assert_int_equal(rig_change_finish(&r, &l, &c), ERR_PEER_POLICY); /* there is no vault yet */
	assert_int_equal(rig_login(&r, OLD, "Alice"), OK);
	assert_int_equal(rig_login_start(&r, OLD, &l), OK);
	assert_int_equal(rig_change_finish(&r, &l, &c), ERR_PEER_POLICY); /* of keys that are gone */
	assert_int_equal(rig_change_start(&r, "a third", &c), OK);
	l.ke3[0] ^= 1;
	assert_int_equal(rig_change_finish(&r, &l, &c), ERR_LOCAL_SECRET);
	l.ke3[0] ^= 1;
	assert_int_equal(rig_change_finish(&r, &l, &c), ERR_LOCAL_SECRET); /* one try */
	for (int what = 0; what < 3; what++) {
		struct rig_change bent = c;
		assert_int_equal(rig_login_start(&r, OLD, &l), OK);
		if (what == 0)
			bent.server_pk[0] ^= 1; /* made with other keys */
		if (what == 1)
			l.export_key[0] ^= 1; /* another unlock key */
		if (what == 2)
			l.session_key[0] ^= 1;
		assert_int_equal(rig_change_finish(&r, &l, &bent), ERR_LOCAL_SECRET);
	}
	assert_int_equal(rig_login_start(&r, OLD, &l), OK);
	memset(c.record, 0, 32);
	assert_int_equal(rig_change_finish(&r, &l, &c), ERR_PEER_FORMAT); /* no public key */
	assert_int_equal(rig_login(&r, "a third", ""), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, OLD, ""), OK);
	rig_close(&r);
}

/* Two pages change it at once: one of them does, and what the other one made is no passphrase. */
static void test_two_changes(void **state)
{
	struct rig r;
	struct rig_login first, second;
	struct rig_change a, b;
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(rig_login_start(&r, OLD, &first), OK);
	assert_int_equal(rig_login_start(&r, OLD, &second), OK);
	assert_int_equal(rig_change_start(&r, "first", &a), OK);
	assert_int_equal(rig_change_start(&r, "second", &b), OK);
	assert_int_equal(rig_change_finish(&r, &first, &a), OK);
	assert_int_equal(rig_change_finish(&r, &second, &b), ERR_PEER_POLICY);
	assert_int_equal(rig_change_start(&r, "third", &a), OK); /* new keys ... */
	assert_int_equal(rig_login_start(&r, "first", &second), OK);
	assert_int_equal(rig_change_finish(&r, &second, &b), ERR_LOCAL_SECRET); /* ... which b was not made with */
	assert_int_equal(rig_login(&r, "second", ""), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, "first", ""), OK);
	rig_close(&r);
}

/* A key that answers requests of anybody is never the one that a passphrase in use hangs on. */
static void test_no_oracle(void **state)
{
	struct rig r;
	struct ipc_msg reg = IPC_MSG(0, auth_register, .request = {0}), login = IPC_MSG(0, auth_login, .slot = 1);
	struct opaque_client_login l;
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(opaque_client_login_start(rig_env(), slice_str(OLD), &l, login.auth_login.ke1), OK);
	memcpy(reg.auth_register.request, login.auth_login.ke1, 32);
	struct ipc_msg a = rig_ask(&r, ROLE_WEB, reg), b = rig_ask(&r, ROLE_WEB, login);
	assert_memory_not_equal(a.auth_register_r.response, b.auth_login_r.ke2, 32);
	rig_close(&r);
}

/* Whoever finds the blocks of the replaced file finds zeros. */
static void test_old_file_is_overwritten(void **state)
{
	struct rig r;
	u8 bytes[2048];
	(void)state;
	rig_new(&r, "Alice");
	int fd = open_keys(&r);
	assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, OLD, NEW), OK);
	ssize_t n = pread(fd, bytes, sizeof bytes, 0);
	assert_true(n > 400);
	for (ssize_t i = 0; i < n; i++)
		assert_int_equal(bytes[i], 0);
	close(fd);
	rig_close(&r);
}

/* A child is killed somewhere in a change, again and again: after each, one of the two opens, never both, never none. */
static void test_killed_in_change(void **state)
{
	struct rig r;
	size_t changed = 0;
	(void)state;
	rig_new(&r, "Alice");
	rig_kill(&r);
	for (int i = 0; i < 60; i++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			rig_reopen(&r);
			for (;;)
				if (rig_change(&r, SLOT_PASSPHRASE, OLD, NEW) != OK ||
				    rig_change(&r, SLOT_PASSPHRASE, NEW, OLD) != OK)
					_exit(1);
		}
		usleep(3000 + 700 * (useconds_t)i);
		assert_int_equal(kill(child, SIGKILL), 0);
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		rig_reopen(&r);
		bool old = rig_login(&r, OLD, "") == OK, new = rig_login(&r, NEW, "") == OK;
		assert_true(old != new);
		changed += new;
		if (new)
			assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, NEW, OLD), OK);
		rig_kill(&r);
	}
	print_message("%zu of 60 were killed behind a change\n", changed);
	rig_close(&r);
}

static void test_recovery(void **state)
{
	struct rig r;
	char key[57], next[57];
	(void)state;
	rig_new(&r, "Alice");
	struct onion_pub onion = r.onion;
	assert_int_equal(rig_recovery(&r, "wrong horse", key), ERR_LOCAL_SECRET); /* an open page is not enough */
	assert_int_equal(rig_recovery(&r, OLD, key), OK);
	rig_reopen(&r);
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, "wrong key", NEW), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, key, ""), ERR_LOCAL_SECRET); /* it is no passphrase */
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, key, NEW), OK);
	assert_false(vault_is_unlocked(r.v));
	assert_int_equal(rig_login(&r, OLD, ""), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, NEW, ""), OK);
	assert_memory_equal(r.onion.b, onion.b, 32);
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, key, OLD), OK); /* it holds until it is replaced */
	assert_int_equal(rig_recovery(&r, OLD, next), OK);
	assert_string_not_equal(key, next);
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, key, NEW), ERR_LOCAL_SECRET);
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, next, NEW), OK);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, recovery_remove)), OK);
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, next, OLD), ERR_LOCAL_SECRET);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, recovery_remove)), ERR_LOCAL_MISSING);
	rig_reopen(&r);
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, next, OLD), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, NEW, ""), OK);
	rig_close(&r);
}

/* The recovery key proves nothing but the right to set a passphrase. */
static void test_recovery_is_no_login(void **state)
{
	struct rig r;
	struct rig_login l;
	char key[57];
	u8 unlock_key[32];
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(rig_recovery(&r, OLD, key), OK);
	assert_int_equal(rig_prove(&r, SLOT_RECOVERY, key, &l), OK);
	struct ipc_msg m = IPC_MSG(0, recovery_create, .login = l.login);
	memcpy(m.recovery_create.ke3, l.ke3, 64);
	assert_int_equal(rig_refused(&r, ROLE_WEB, m), ERR_LOCAL_SECRET);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	assert_int_equal(rig_prove(&r, SLOT_RECOVERY, key, &l), OK);
	rig_unlock_key(&l, unlock_key);
	assert_int_equal(rig_login_finish(&r, &l, slice_of(unlock_key, 32), ""), ERR_LOCAL_SECRET);
	assert_false(vault_is_unlocked(r.v));
	rig_close(&r);
}

/* Without a recovery key the answer looks as with one: it is no way to ask whether there is one. */
static void test_recovery_is_not_told(void **state)
{
	struct rig r;
	struct ipc_msg m = IPC_MSG(0, auth_login, .slot = SLOT_RECOVERY);
	struct opaque_client_login l;
	(void)state;
	rig_open(&r);
	assert_int_equal(opaque_client_login_start(rig_env(), slice_str("x"), &l, m.auth_login.ke1), OK);
	assert_int_equal(rig_refused(&r, ROLE_WEB, m), ERR_PEER_POLICY); /* no vault */
	rig_enroll(&r, OLD);
	assert_int_equal(rig_refused(&r, ROLE_WEB, m), ERR_PEER_POLICY);
	assert_int_equal(rig_login(&r, OLD, "Alice"), OK);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	struct ipc_msg a = rig_ask(&r, ROLE_WEB, m), b = rig_ask(&r, ROLE_WEB, m);
	assert_int_equal(a.type, ipc_t_auth_login_r);
	assert_memory_equal(a.auth_login_r.ke2, b.auth_login_r.ke2, 32); /* the same for the same, as of a true one */
	assert_int_equal(a.auth_login_r.iterations, OPAQUE_KSF_RANDOM.iterations);
	m.auth_login.slot = SLOT_PASSPHRASE;
	b = rig_ask(&r, ROLE_WEB, m);
	assert_memory_not_equal(a.auth_login_r.ke2, b.auth_login_r.ke2, 32);
	m.auth_login.slot = 3;
	assert_int_equal(rig_refused(&r, ROLE_WEB, m), ERR_PEER_FORMAT);
	rig_close(&r);
}

/* ---- stretching ---- */

static struct opaque_ksf told(struct rig *r)
{
	struct ipc_msg m = IPC_MSG(0, auth_login, .slot = SLOT_PASSPHRASE);
	struct opaque_client_login l;
	assert_int_equal(opaque_client_login_start(rig_env(), slice_str(OLD), &l, m.auth_login.ke1), OK);
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	assert_int_equal(a.type, ipc_t_auth_login_r);
	return (struct opaque_ksf){a.auth_login_r.iterations, a.auth_login_r.memory_kib};
}

/* A file of a version that stretched less: the client is told so, and its next record is of this version. */
static void test_stretching_is_stored_and_raised(void **state)
{
	struct rig r;
	struct rig_login l;
	struct keyfile k;
	struct secret32 unlock, db;
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(told(&r).iterations, OPAQUE_KSF_DEFAULT.iterations);
	assert_int_equal(rig_login_start(&r, OLD, &l), OK);
	rig_unlock_key(&l, unlock.b);
	rig_kill(&r);
	assert_int_equal(keyfile_read(r.dir, &k), OK);
	assert_int_equal(keyfile_unwrap(&k, SLOT_PASSPHRASE, &unlock, &db), OK);
	k.slots[SLOT_PASSPHRASE].ksf = (struct opaque_ksf){2, 1024};
	assert_int_equal(keyfile_wrap(&k, SLOT_PASSPHRASE, rig_env(), &unlock, &db), OK);
	assert_int_equal(keyfile_write(r.dir, &k), OK);
	rig_reopen(&r);
	assert_int_equal(told(&r).iterations, 2);
	assert_int_equal(told(&r).memory_kib, 1024);
	assert_int_equal(rig_login(&r, OLD, ""), OK);
	assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, OLD, OLD), OK); /* what client_login does then */
	assert_int_equal(told(&r).iterations, OPAQUE_KSF_DEFAULT.iterations);
	assert_int_equal(told(&r).memory_kib, OPAQUE_KSF_DEFAULT.memory_kib);
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, OLD, ""), OK);
	rig_close(&r);
}

/* ---- the lock of who went away ---- */

static struct ipc_settings settings_of(struct rig *r, struct ipc_msg m)
{
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	assert_int_equal(a.type, ipc_t_settings);
	return a.settings;
}

static void test_idle(void **state)
{
	struct rig r;
	struct rig_login l;
	char key[57];
	(void)state;
	rig_new(&r, "Alice");
	struct ipc_settings s = settings_of(&r, IPC_MSG(0, settings_get));
	assert_int_equal(s.lock_after, 0);
	assert_false(s.recovery);
	rig_now_ms += 1000ull * 60000;
	rig_tick(&r);
	assert_true(vault_is_unlocked(r.v)); /* never, until it is set */
	assert_int_equal(
		rig_refused(&r, ROLE_WEB,
	                    IPC_MSG(0, settings_set, .which = SETTING_LOCK_AFTER, .lock_after = MAX_LOCK_AFTER + 1)),
		ERR_PEER_FORMAT);
	assert_int_equal(
		settings_of(&r, IPC_MSG(0, settings_set, .which = SETTING_LOCK_AFTER, .lock_after = 5)).lock_after, 5);
	assert_int_equal(vault_wait_ms(r.v), 5 * 60000);
	rig_now_ms += 5 * 60000 - 1;
	rig_tick(&r);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, contacts_list)).type, ipc_t_done); /* counted anew */
	assert_int_equal(vault_wait_ms(r.v), 5 * 60000);
	rig_now_ms += 5 * 60000 - 1;
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)); /* a stranger's page keeps nothing open, */
	assert_int_equal(rig_login_start(&r, "a guess", &l), ERR_LOCAL_SECRET);
	rig_say(&r, ROLE_NET, IPC_MSG(0, link_down, .link = 1, .contact = 1)); /* nor does the network */
	assert_int_equal(vault_wait_ms(r.v), 1);
	rig_now_ms++;
	size_t mark = rig_mark(&r);
	rig_tick(&r);
	assert_false(vault_is_unlocked(r.v));
	assert_int_equal(rig_count(&r, mark, ipc_t_locked), 1);
	assert_int_equal(rig_count(&r, mark, ipc_t_identity_gone), 1);
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, OLD, ""), OK); /* it is remembered */
	assert_int_equal(rig_recovery(&r, OLD, key), OK);
	s = settings_of(&r, IPC_MSG(0, settings_get));
	assert_int_equal(s.lock_after, 5);
	assert_true(s.recovery);
	rig_now_ms += 8ull * 3600 * 1000; /* the machine slept: what comes first finds it locked */
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, contacts_list)), ERR_LOCAL_LOCKED);
	assert_false(vault_is_unlocked(r.v));
	assert_int_equal(rig_login(&r, OLD, ""), OK);
	assert_int_equal(
		settings_of(&r, IPC_MSG(0, settings_set, .which = SETTING_LOCK_AFTER, .lock_after = 0)).lock_after, 0);
	assert_int_equal(vault_wait_ms(r.v), VAULT_NEVER);
	rig_close(&r);
}

/* ---- the end of all ---- */

static void copy(const struct rig *r, const char *from, const char *to)
{
	static u8 bytes[1 << 20];
	char path[128];
	snprintf(path, sizeof path, "%s/%s", r->dir, from);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	snprintf(path, sizeof path, "%s/%s", r->dir, to);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static bool exists(const struct rig *r, const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	return access(path, F_OK) == 0;
}

/* Nothing of the key file is left in its blocks, and with all the rest put back the old passphrase opens nothing. */
static void erased_from(struct rig *r)
{
	u8 before[2048], after[2048], zeros[2048] = {0};
	int fd = open_keys(r);
	ssize_t n = pread(fd, before, sizeof before, 0);
	copy(r, "vault.db", "aside");
	size_t mark = rig_mark(r);
	bool unlocked = vault_is_unlocked(r->v);
	assert_int_equal(rig_refused(r, ROLE_WEB, IPC_MSG(0, erase)), OK);
	assert_false(vault_is_unlocked(r->v));
	assert_int_equal(rig_count(r, mark, ipc_t_locked), unlocked);
	assert_int_equal(rig_count(r, mark, ipc_t_identity_gone), unlocked);
	assert_int_equal(rig_count(r, mark, ipc_t_erased), 1);
	assert_int_equal(pread(fd, after, sizeof after, 0), n);
	assert_memory_equal(after, "boc gone", 8);
	assert_memory_equal(after + 8, zeros, (size_t)n - 8);
	close(fd);
	struct rig_login l;
	assert_int_equal(rig_login_start(r, OLD, &l), ERR_LOCAL_DAMAGED);
	assert_false(exists(r, "vault.db"));
	assert_false(exists(r, "vault.db-wal"));
	copy(r, "aside", "vault.db"); /* while the mark is there, the rest goes again */
	rig_reopen(r);
	assert_int_equal(rig_ask(r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 0);
	assert_false(exists(r, "vault.db"));
	assert_false(exists(r, "keys"));
	copy(r, "aside", "vault.db"); /* and without it nobody opens it */
	rig_reopen(r);
	assert_int_equal(rig_login_start(r, OLD, &l), ERR_LOCAL_DAMAGED);
	char path[128];
	snprintf(path, sizeof path, "%s/vault.db", r->dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/aside", r->dir);
	assert_int_equal(unlink(path), 0);
	rig_reopen(r);
	rig_enroll(r, NEW); /* a new life */
	assert_int_equal(rig_login(r, NEW, "Alice"), OK);
}

static void test_erase(void **state)
{
	struct rig r;
	char key[57];
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(rig_recovery(&r, OLD, key), OK);
	erased_from(&r);
	rig_close(&r);
	rig_new(&r, "Alice");
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	erased_from(&r);
	rig_close(&r);
	rig_open(&r);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, erase)), OK); /* nothing there: nothing to keep either */
	rig_close(&r);
}

/* Once the keys are overwritten it goes on to its end at the next start; till then it is as before. */
static void test_killed_in_erasing(void **state)
{
	struct rig r;
	size_t gone = 0;
	(void)state;
	for (int i = 0; i < 30; i++) {
		rig_new(&r, "Alice");
		rig_kill(&r);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			rig_reopen(&r);
			(void)rig_refused(&r, ROLE_WEB, IPC_MSG(0, erase));
			_exit(0);
		}
		usleep(150 * (useconds_t)i);
		assert_int_equal(kill(child, SIGKILL), 0);
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		rig_reopen(&r);
		if (rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists) {
			struct rig_login l;
			err_t e = rig_login_start(&r, OLD, &l); /* zeros without the mark: damaged, and opens never */
			assert_true(e == ERR_LOCAL_DAMAGED || rig_login(&r, OLD, "") == OK);
			gone += e == ERR_LOCAL_DAMAGED;
		} else {
			gone++;
			assert_false(exists(&r, "vault.db"));
		}
		rig_close(&r);
	}
	print_message("%zu of 30 were killed behind the keys\n", gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_change_refused),
		cmocka_unit_test(test_two_changes),
		cmocka_unit_test(test_no_oracle),
		cmocka_unit_test(test_old_file_is_overwritten),
		cmocka_unit_test(test_killed_in_change),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_recovery_is_no_login),
		cmocka_unit_test(test_recovery_is_not_told),
		cmocka_unit_test(test_stretching_is_stored_and_raised),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_erase),
		cmocka_unit_test(test_killed_in_erasing),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
