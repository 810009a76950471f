/* Login, lock, and the files on disk. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rig.h"

static void path_in(const struct rig *r, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/%s", r->dir, name);
}

/* Reads a whole file; 0 bytes when there is none. Freed by the caller. */
static u8 *slurp(const struct rig *r, const char *name, size_t *ret_n)
{
	char path[128];
	path_in(r, name, path);
	FILE *f = fopen(path, "rb");
	u8 *p = malloc(1 << 20);
	assert_non_null(p);
	*ret_n = f ? fread(p, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	return p;
}

static void flip(const struct rig *r, const char *name, long at)
{
	char path[128];
	path_in(r, name, path);
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
	int c = fgetc(f);
	fseek(f, -1, SEEK_CUR);
	fputc(c ^ 1, f);
	fclose(f);
}

static void test_first_start(void **state)
{
	struct rig r;
	(void)state;
	rig_open(&r);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 0);
	struct rig_login l;
	assert_int_equal(rig_login_start(&r, "correct horse", &l), ERR_PEER_POLICY); /* nothing enrolled */
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, status_get)), ERR_LOCAL_LOCKED);
	rig_enroll(&r, "correct horse");
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 0);
	assert_int_equal(rig_login(&r, "correct horse", ""), ERR_PEER_FORMAT); /* a vault needs a name */
	size_t mark = rig_mark(&r);
	assert_int_equal(rig_login(&r, "correct horse", "Alice"), OK);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 1);
	assert_non_null(rig_last(&r, mark, ipc_t_identity));
	assert_non_null(rig_last(&r, mark, ipc_t_service));
	assert_non_null(rig_last(&r, mark, ipc_t_tor_up));
	struct ipc_msg a = rig_ask(&r, ROLE_WEB, IPC_MSG(0, status_get));
	assert_int_equal(a.type, ipc_t_tor_state_now);
	const struct ipc_msg *s = rig_last(&r, mark, ipc_t_status);
	assert_non_null(s);
	assert_true(slice_eq(s->status.name, slice_str("Alice")));
	assert_int_equal(s->status.address.n, 62);
	rig_close(&r);
}

static void test_unlock_again(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	struct onion_pub onion = r.onion;
	struct pq_identity pq = r.pq;
	rig_reopen(&r);
	assert_false(vault_is_unlocked(r.v));
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 1);
	assert_int_equal(rig_login(&r, "wrong horse", ""), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, "correct horse", "Mallory"), ERR_PEER_FORMAT); /* there is a name already */
	assert_false(vault_is_unlocked(r.v));
	assert_int_equal(rig_login(&r, "correct horse", ""), OK);
	assert_memory_equal(r.onion.b, onion.b, sizeof onion.b);
	assert_memory_equal(&r.pq, &pq, sizeof pq);
	assert_int_equal(rig_login(&r, "correct horse", ""), OK); /* a second page */
	assert_int_equal(rig_login(&r, "wrong horse", ""), ERR_LOCAL_SECRET);
	assert_true(vault_is_unlocked(r.v));
	rig_close(&r);
}

/* Whatever is wrong in auth_finish, the answer is the same and nothing is opened. */
static void test_one_error(void **state)
{
	struct rig r;
	struct rig_login l;
	u8 key[32];
	(void)state;
	rig_new(&r, "Alice");
	rig_reopen(&r);
	assert_int_equal(rig_login_start(&r, "correct horse", &l), OK);
	rig_unlock_key(&l, key);
	l.ke3[5] ^= 1;
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 32), ""), ERR_LOCAL_SECRET);
	l.ke3[5] ^= 1;
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 32), ""), ERR_LOCAL_SECRET); /* one try */
	assert_int_equal(rig_login_start(&r, "correct horse", &l), OK);
	key[0] ^= 1;
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 32), ""), ERR_LOCAL_SECRET);
	key[0] ^= 1;
	assert_int_equal(rig_login_start(&r, "correct horse", &l), OK);
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 31), ""), ERR_LOCAL_SECRET); /* too short */
	assert_int_equal(rig_login_start(&r, "correct horse", &l), OK);
	l.session_key[0] ^= 1; /* seals with another key */
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 32), ""), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login_start(&r, "correct horse", &l), OK);
	l.login += 7;
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 32), ""), ERR_LOCAL_SECRET);
	assert_false(vault_is_unlocked(r.v));
	rig_close(&r);
}

/* Eight logins wait side by side; the ninth drops the oldest. */
static void test_pending_logins(void **state)
{
	struct rig r;
	struct rig_login l[9];
	u8 key[32];
	(void)state;
	rig_new(&r, "Alice");
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(rig_login_start(&r, "correct horse", &l[i]), OK);
	rig_unlock_key(&l[0], key);
	assert_int_equal(rig_login_finish(&r, &l[0], slice_of(key, 32), ""), ERR_LOCAL_SECRET);
	for (size_t i = 9; i-- > 1;)
		assert_int_equal(rig_login_finish(&r, &l[i], slice_of(key, 32), ""), OK);
	rig_close(&r);
}

static void test_lock(void **state)
{
	struct rig r;
	struct rig_login l;
	u8 key[32];
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(rig_login_start(&r, "correct horse", &l), OK);
	rig_unlock_key(&l, key);
	size_t mark = rig_mark(&r);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock)).type, ipc_t_done);
	assert_false(vault_is_unlocked(r.v));
	assert_int_equal(rig_count(&r, mark, ipc_t_identity_gone), 1);
	assert_int_equal(rig_count(&r, mark, ipc_t_service_gone), 1);
	assert_int_equal(rig_count(&r, mark, ipc_t_locked), 1);
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 32), ""), ERR_LOCAL_SECRET); /* begun before */
	mark = rig_mark(&r);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock)).type, ipc_t_done); /* again: nothing happens */
	assert_int_equal(rig_count(&r, mark, ipc_t_locked), 0);
	assert_int_equal(rig_login(&r, "correct horse", ""), OK);
	rig_close(&r);
}

static void test_enrolment_is_not_a_vault(void **state)
{
	struct rig r;
	struct rig_login l;
	u8 key[32];
	(void)state;
	rig_open(&r);
	rig_enroll(&r, "first");
	assert_int_equal(rig_login_start(&r, "first", &l), OK);
	rig_unlock_key(&l, key);
	rig_enroll(&r, "second");
	assert_int_equal(rig_login_finish(&r, &l, slice_of(key, 32), "Alice"),
	                 ERR_LOCAL_SECRET); /* of another record */
	rig_reopen(&r);
	assert_int_equal(rig_login_start(&r, "second", &l), ERR_PEER_POLICY); /* it was in memory only */
	rig_enroll(&r, "third");
	assert_int_equal(rig_login(&r, "third", "Alice"), OK);
	rig_reopen(&r);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, auth_enroll, .record = {0})), ERR_LOCAL_EXISTS);
	rig_close(&r);
}

/* A name is one line of 1 to 64 bytes. */
static void test_names(void **state)
{
	struct rig r;
	char longer[66];
	(void)state;
	memset(longer, 'x', 65);
	longer[65] = 0;
	rig_open(&r);
	rig_enroll(&r, "p");
	assert_int_equal(rig_login(&r, "p", "two\nlines"), ERR_PEER_FORMAT);
	assert_int_equal(rig_login(&r, "p", longer), ERR_LOCAL_SECRET); /* more than the seal may hold */
	assert_int_equal(rig_login(&r, "p", "\xff"), ERR_PEER_FORMAT);
	longer[64] = 0;
	assert_int_equal(rig_login(&r, "p", longer), OK);
	rig_close(&r);
}

static bool contains(const u8 *hay, size_t n, const void *needle, size_t m)
{
	return n >= m && memmem(hay, n, needle, m) != NULL;
}

/* Neither keys nor words are readable in any file, and the database opens with no key but its own. */
static void test_nothing_readable(void **state)
{
	static const char *const names[] = {"keys", "vault.db", "vault.db-wal"};
	struct rig r, other;
	(void)state;
	rig_new(&r, "Alice Cryptic Name");
	rig_new(&other, "Bob");
	u64 c = rig_add(&r, &other, "a greeting to find");
	rig_write(&r, c, 7, "a message to find");
	struct ipc_service service = rig_last(&r, 0, ipc_t_service)->service;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t n;
		u8 *p = slurp(&r, names[i], &n);
		assert_true(n > 0);
		assert_false(contains(p, n, "Cryptic", 7));
		assert_false(contains(p, n, "to find", 7));
		assert_false(contains(p, n, "SQLite format", 13));
		assert_false(contains(p, n, "CREATE TABLE", 12));
		assert_false(contains(p, n, service.key, 32));
		assert_false(contains(p, n, r.onion.b, 32));
		assert_false(contains(p, n, other.onion.b, 32));
		assert_false(contains(p, n, r.pq.pk, 32));
		free(p);
	}
	rig_close(&other);
	rig_close(&r);
}

/* Every byte of the key file matters: damage is told at once, or the passphrase does not open it. */
static void test_damaged_keyfile(void **state)
{
	struct rig r;
	struct rig_login l;
	size_t n;
	(void)state;
	rig_new(&r, "Alice");
	free(slurp(&r, "keys", &n));
	for (size_t at = 0; at < n; at += at < 12 ? 1 : 37) {
		flip(&r, "keys", (long)at);
		rig_reopen(&r);
		assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 1);
		/* a wrong number of the version looks like that of a later one */
		err_t e = rig_login_start(&r, "correct horse", &l);
		assert_true(e == ERR_LOCAL_DAMAGED || (e == ERR_LOCAL_LATER && at < 12));
		assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, auth_enroll, .record = {0})),
		                 ERR_LOCAL_EXISTS); /* never made anew over it */
		flip(&r, "keys", (long)at);
	}
	char path[128];
	path_in(&r, "keys", path);
	assert_int_equal(truncate(path, (off_t)n - 1), 0);
	rig_reopen(&r);
	assert_int_equal(rig_login_start(&r, "correct horse", &l), ERR_LOCAL_DAMAGED);
	assert_int_equal(unlink(path), 0);
	rig_reopen(&r);
	assert_int_equal(rig_login_start(&r, "correct horse", &l), ERR_LOCAL_DAMAGED);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 1);
	rig_close(&r);
}

static void test_damaged_database(void **state)
{
	struct rig r;
	char path[128];
	(void)state;
	rig_new(&r, "Alice");
	rig_kill(&r);
	flip(&r, "vault.db", 100);
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, "correct horse", ""), ERR_LOCAL_DAMAGED);
	assert_false(vault_is_unlocked(r.v));
	flip(&r, "vault.db", 100);
	assert_int_equal(rig_login(&r, "correct horse", ""), OK);
	rig_kill(&r);
	path_in(&r, "vault.db", path);
	assert_int_equal(truncate(path, 4096), 0);
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, "correct horse", ""), ERR_LOCAL_DAMAGED);
	rig_kill(&r);
	assert_int_equal(unlink(path), 0);
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, "correct horse", ""), ERR_LOCAL_DAMAGED);
	rig_close(&r);
}

/* A crash at each step of making the vault leaves none, or a whole one. */
static void test_crash_in_creation(void **state)
{
	struct rig r;
	char from[128], to[128];
	(void)state;
	rig_new(&r, "Alice");
	struct onion_pub onion = r.onion;
	rig_kill(&r);
	path_in(&r, "vault.db", from);
	path_in(&r, "vault.db.new", to);
	assert_int_equal(rename(from, to), 0); /* after the key file, before the last rename */
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, "correct horse", ""), OK);
	assert_memory_equal(r.onion.b, onion.b, 32);
	rig_kill(&r);
	assert_int_equal(rename(from, to), 0);
	path_in(&r, "keys", from);
	path_in(&r, "keys.new", to);
	assert_int_equal(rename(from, to), 0); /* before the key file's rename */
	rig_reopen(&r);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, auth_state)).auth_state_r.exists, 0);
	assert_int_equal(access(to, F_OK), -1);
	rig_enroll(&r, "another");
	assert_int_equal(rig_login(&r, "another", "Alice"), OK);
	assert_memory_not_equal(r.onion.b, onion.b, 32);
	rig_close(&r);
}

/* A second program on the same folder does not mix in. */
static void test_two_on_one_folder(void **state)
{
	struct rig r, second;
	(void)state;
	rig_new(&r, "Alice");
	memset(&second, 0, sizeof second);
	memcpy(second.dir, r.dir, sizeof second.dir);
	rig_reopen(&second);
	assert_int_equal(rig_login(&second, "correct horse", ""), ERR_LOCAL_STORE);
	assert_false(vault_is_unlocked(second.v));
	rig_kill(&second);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, contacts_list)).type, ipc_t_done);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_start),
		cmocka_unit_test(test_unlock_again),
		cmocka_unit_test(test_one_error),
		cmocka_unit_test(test_pending_logins),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_enrolment_is_not_a_vault),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_nothing_readable),
		cmocka_unit_test(test_damaged_keyfile),
		cmocka_unit_test(test_damaged_database),
		cmocka_unit_test(test_crash_in_creation),
		cmocka_unit_test(test_two_on_one_folder),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
