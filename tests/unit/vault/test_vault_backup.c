/* The file of a backup: who may have it made, refused when not whole, nothing left of it, nothing lost by a death. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backups.h"
#include "base/limits.h"
#include "old.h"
#include "vault/state.h"
#include "vault/vaultdir.h"
#include "wire/backup_file.h"

static void sum_up(struct file *f)
{
	struct backup_sum s;
	backup_sum_begin(&s);
	backup_sum_add(&s, slice_of(f->bytes, f->n - BACKUP_SUM_LEN));
	backup_sum_end(&s, f->bytes + f->n - BACKUP_SUM_LEN);
}

/* Refused, and the folder is as it was: without a vault. */
static void assert_refused(struct rig *r, const struct file *f, err_t want)
{
	struct keyfile k;
	err_t e = restore_to(r->dir, f);
	if (want == OK ? e == OK : e != want)
		fail_msg("%s: %s", want == OK ? "taken" : "not as it should", err_text(e));
	assert_false(has(r, "vault.db") || has(r, "keys") || has(r, "vault.db.new") || has(r, "keys.new"));
	assert_int_equal(vaultdir_open(r->dir, &k), VAULTDIR_NONE);
}

static void test_not_whole(void **state)
{
	struct rig r;
	struct backup_head h;
	(void)state;
	rig_new(&r, "Alice");
	struct file f = back_up(&r);
	rig_kill(&r);
	empty(&r);
	assert_int_equal(backup_head_decode(f.bytes, 1000, &h), OK);
	size_t head = BACKUP_FIXED_LEN + h.keys_len;
	for (size_t n = 0; n < f.n; n += n < head + 70 || n + 70 > f.n ? 1 : 5003) {
		struct file cut = {.bytes = f.bytes, .n = n};
		assert_refused(&r, &cut, n < BACKUP_FIXED_LEN ? ERR_PEER_FORMAT : ERR_LOCAL_DAMAGED);
	}
	for (size_t bit = 0; bit < 8 * f.n; bit += bit < 8 * head || bit + 256 > 8 * f.n ? 1 : 40009) {
		f.bytes[bit / 8] ^= (u8)(1 << bit % 8);
		assert_refused(&r, &f, OK);
		f.bytes[bit / 8] ^= (u8)(1 << bit % 8);
	}
	struct file more = copy_of(&f);
	more.bytes[more.n++] = 0;
	assert_refused(&r, &more, ERR_LOCAL_DAMAGED);
	drop(&more);
	f.bytes[11] = 2; /* a later version, with its sum: nothing of it is read */
	sum_up(&f);
	assert_refused(&r, &f, ERR_LOCAL_CONFIG);
	f.bytes[11] = 1;
	f.bytes[14] = 1; /* a later schema */
	sum_up(&f);
	assert_refused(&r, &f, ERR_LOCAL_CONFIG);
	f.bytes[14] = 0;
	sum_up(&f);
	assert_int_equal(restore_to(r.dir, &f), OK);
	drop(&f);
	rig_reopen(&r);
	rig_close(&r);
}

/* Who can make the sum again, but has no key, makes nothing that opens. */
static void test_mixed(void **state)
{
	struct rig r;
	struct backup_head h;
	(void)state;
	rig_new(&r, "Alice");
	struct file old = back_up(&r);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, identity_rename, .name = slice_str("Alicia")));
	struct file new = back_up(&r);
	assert_int_equal(old.n, new.n);
	assert_int_equal(backup_head_decode(new.bytes, 1000, &h), OK);
	size_t db = BACKUP_FIXED_LEN + h.keys_len;
	for (int how = 0; how < 4; how++) {
		struct file f = copy_of(&new);
		u8 *page = f.bytes + db + 2 * 4096;
		if (how == 0) /* a page of another backup, at its place */
			memcpy(page, old.bytes + db + 2 * 4096, 4096);
		else if (how == 1) /* another page of this one */
			memcpy(page, page + 4096, 4096);
		else if (how == 2) /* a page less */
			memmove(f.bytes + f.n - BACKUP_SUM_LEN - 4096, f.bytes + f.n - BACKUP_SUM_LEN, BACKUP_SUM_LEN);
		else /* a last page of zeros */
			memset(f.bytes + f.n - BACKUP_SUM_LEN - 4096, 0, 4096);
		if (how == 2) {
			f.n -= 4096;
			h.db_len -= 4096;
			backup_head_encode(&h, f.bytes);
			h.db_len += 4096;
		}
		sum_up(&f);
		rig_kill(&r);
		empty(&r);
		assert_int_equal(restore_to(r.dir, &f), OK);
		rig_reopen(&r);
		if (rig_login(&r, PASS, "") != ERR_LOCAL_DAMAGED)
			fail_msg("way %d opens", how);
		assert_false(vault_is_unlocked(r.v));
		drop(&f);
	}
	restore(&r, &new);
	drop(&old);
	drop(&new);
	rig_close(&r);
}

/* A child that restores is killed at its n-th system call. False: it was done before. */
static bool killed_at(const char *dir, int fd, unsigned n)
{
	int st;
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
			_exit(9);
		_exit(restore_from(dir, fd) == OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &st, 0), child);
	assert_true(WIFSTOPPED(st));
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &st, 0), child);
		if (WIFEXITED(st)) {
			assert_int_equal(WEXITSTATUS(st), 0);
			return false;
		}
	}
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &st, 0), child);
	return true;
}

/* Wherever it ends there is no vault, or the whole one. */
static void test_killed(void **state)
{
	struct rig r;
	unsigned none = 0, whole = 0;
	(void)state;
	rig_new(&r, "Alice");
	struct file f = back_up(&r);
	rig_kill(&r);
	int fd = fd_of(&f);
	for (unsigned n = 1;; n++) {
		struct keyfile k;
		empty(&r);
		bool killed = killed_at(r.dir, fd, n);
		enum vaultdir_state is = vaultdir_open(r.dir, &k);
		if (is == VAULTDIR_NONE) {
			none++;
			assert_int_equal(whole, 0);
			assert_false(has(&r, "vault.db") || has(&r, "vault.db.new") || has(&r, "keys.new"));
		} else {
			assert_int_equal(is, VAULTDIR_PRESENT);
			rig_reopen(&r);
			assert_int_equal(rig_login(&r, PASS, ""), OK);
			rig_kill(&r);
			whole++;
		}
		if (!killed)
			break;
	}
	assert_true(none > 20 && whole > 2);
	close(fd);
	drop(&f);
	rig_reopen(&r);
	rig_close(&r);
}

static void test_who_may(void **state)
{
	struct rig r;
	u8 id[16] = {0}, other[16] = {0};
	char key[57];
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(rig_recovery(&r, PASS, key), OK);
	assert_int_equal(begin(&r, SLOT_RECOVERY, key, id), ERR_LOCAL_SECRET);
	struct rig_login l;
	assert_int_equal(rig_login_start(&r, PASS, &l), OK);
	struct ipc_msg m = IPC_MSG(0, backup_create, .login = l.login);
	memcpy(m.backup_create.ke3, l.ke3, sizeof l.ke3);
	m.backup_create.ke3[5] ^= 1;
	assert_int_equal(rig_refused(&r, ROLE_WEB, m), ERR_LOCAL_SECRET);
	assert_false(has(&r, "backup.new"));
	memset(id, 0, sizeof id);
	assert_int_equal(part_at(&r, id, 0).type, ipc_t_failed);
	assert_int_equal(begin(&r, SLOT_PASSPHRASE, PASS, id), OK);
	assert_int_equal(begin(&r, SLOT_PASSPHRASE, PASS, other), OK); /* in place of the first */
	assert_int_equal(part_at(&r, id, 0).type, ipc_t_failed);
	struct file f = fetch(&r, other, NULL, NULL);
	/* the recovery key of then opens it, and the passphrase of then after another one was set */
	assert_int_equal(rig_change(&r, SLOT_PASSPHRASE, PASS, "another"), OK);
	rig_kill(&r);
	empty(&r);
	assert_int_equal(restore_to(r.dir, &f), OK);
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, "another", ""), ERR_LOCAL_SECRET);
	assert_int_equal(rig_login(&r, PASS, ""), OK);
	assert_int_equal(rig_change(&r, SLOT_RECOVERY, key, "third"), OK);
	assert_int_equal(rig_login(&r, "third", ""), OK);
	drop(&f);
	rig_close(&r);
}

/* Nothing is left of one that nobody fetches, however it ends. */
static void test_nothing_is_left(void **state)
{
	struct rig r;
	u8 id[16] = {0};
	(void)state;
	rig_new(&r, "Alice");
	for (int how = 0; how < 4; how++) {
		assert_int_equal(begin(&r, SLOT_PASSPHRASE, PASS, id), OK);
		assert_true(has(&r, "backup.new"));
		if (how == 1)
			for (int i = 0; i < 50; i++)
				rig_tick(&r);
		char path[128];
		snprintf(path, sizeof path, "%s/backup.new", r.dir);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		if (how < 2) {
			(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
		} else if (how == 2) {
			rig_now_ms += BACKUP_IDLE_MS + 1;
			for (int i = 0; i < 50; i++)
				rig_tick(&r);
			rig_now_ms += BACKUP_IDLE_MS + 1;
			for (int i = 0; i < 50; i++)
				rig_tick(&r);
		} else {
			rig_kill(&r); /* the end of a process clears nothing away */
			assert_true(has(&r, "backup.new"));
		}
		if (how == 3)
			rig_reopen(&r);
		for (int i = 0; i < 10; i++)
			rig_tick(&r);
		assert_false(has(&r, "backup.new") || has(&r, "backup.new-journal") || has(&r, "backup.new-wal"));
		u8 bytes[4096];
		ssize_t n = pread(fd, bytes, sizeof bytes, 0); /* its blocks */
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(bytes[i], 0);
		close(fd);
		if (!vault_is_unlocked(r.v))
			assert_int_equal(rig_login(&r, PASS, ""), OK);
	}
	rig_close(&r);
}

#define LONG_COPY ((off_t)3 * BACKUP_BYTES)

static int long_copy(struct rig *r)
{
	char path[128];
	u8 id[16] = {0};
	assert_int_equal(begin(r, SLOT_PASSPHRASE, PASS, id), OK);
	snprintf(path, sizeof path, "%s/backup.new", r->dir);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "x", 1, LONG_COPY - 1), 1);
	return fd;
}

static char last_byte(int fd)
{
	char last = 0;
	assert_int_equal(pread(fd, &last, 1, LONG_COPY - 1), 1);
	return last;
}

/* Neither the lock nor anything behind it waits until a long copy is overwritten; but it is, and another one begins behind. */
static void test_nobody_waits(void **state)
{
	struct rig r;
	u8 id[16] = {0};
	(void)state;
	rig_new(&r, "Alice");
	int fd = long_copy(&r);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	assert_false(vault_is_unlocked(r.v));
	assert_true(has(&r, "backup.new"));
	assert_int_equal(last_byte(fd), 'x');
	assert_int_equal(vault_wait_ms(r.v), 0);
	for (int i = 0; i < 2; i++)
		rig_tick(&r);
	assert_int_equal(last_byte(fd), 0);
	assert_false(has(&r, "backup.new"));
	close(fd);
	assert_int_equal(rig_login(&r, PASS, ""), OK);
	fd = long_copy(&r);
	assert_int_equal(begin(&r, SLOT_PASSPHRASE, PASS, id), OK);
	assert_int_equal(last_byte(fd), 'x');
	struct file f = fetch(&r, id, NULL, NULL);
	assert_int_equal(last_byte(fd), 0);
	end(&r, id);
	close(fd);
	restore(&r, &f);
	drop(&f);
	rig_close(&r);
}

/* Erasing destroys the keys, and waits for nothing else. */
static void test_erase(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	int fd = long_copy(&r);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, erase)).type, ipc_t_done);
	assert_false(vault_is_unlocked(r.v));
	assert_false(has(&r, "backup.new") || has(&r, "vault.db") || has(&r, "vault.db-wal"));
	assert_int_equal(last_byte(fd), 'x'); /* it opens with nothing any more */
	close(fd);
	rig_close(&r);
}

static void db_path(const struct rig *r, char ret[static 128])
{
	snprintf(ret, 128, "%s/vault.db", r->dir);
}

static size_t read_db(const struct rig *r, u8 **ret)
{
	char path[128];
	db_path(r, path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	*ret = malloc(MAX_FILE);
	assert_non_null(*ret);
	ssize_t n = read(fd, *ret, MAX_FILE);
	assert_true(n > 0);
	close(fd);
	return (size_t)n;
}

/* Refused, and not a byte of it is changed. */
static void assert_left_alone(struct rig *r, const char *what)
{
	u8 *before, *after;
	size_t n = read_db(r, &before);
	rig_reopen(r);
	err_t e = rig_login(r, PASS, "");
	if (e != ERR_LOCAL_DAMAGED)
		fail_msg("%s: %s", what, err_text(e));
	assert_false(vault_is_unlocked(r->v));
	rig_kill(r);
	assert_int_equal(read_db(r, &after), n);
	assert_memory_equal(before, after, n);
	free(before);
	free(after);
}

static void change_db(const struct rig *r, const struct secret32 *key, const char *sql)
{
	char path[128];
	db_path(r, path);
	sqlite3 *db = old_open(path, key);
	old_exec(db, sql);
	old_exec(db, "PRAGMA journal_mode = DELETE");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* One of an earlier schema is checked before anything is done to it. */
static void test_checked_before_migrated(void **state)
{
	struct rig r;
	char path[128];
	u8 *bytes;
	(void)state;
	rig_new(&r, "Alice");
	struct secret32 key = r.v->ids->db_key;
	struct file f = back_up(&r);
	rig_kill(&r);
	empty(&r);
	assert_int_equal(restore_to(r.dir, &f), OK);
	db_path(&r, path);
	assert_int_equal(unlink(path), 0);
	old_make(path, &key, 12);
	change_db(&r, &key, "UPDATE restored SET made_ms = 5");
	size_t n = read_db(&r, &bytes);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	u8 bent = bytes[n - 2000] ^ 1;
	assert_int_equal(pwrite(fd, &bent, 1, (off_t)n - 2000), 1);
	assert_left_alone(&r, "an earlier one, bent");
	assert_int_equal(pwrite(fd, bytes + n - 2000, 1, (off_t)n - 2000), 1);
	close(fd);
	free(bytes);
	struct store *s = NULL; /* whole, it opens and is brought up to date */
	assert_int_equal(store_open_foreign(path, &key, &s), OK);
	s = store_close(s);
	drop(&f);
	rig_reopen(&r);
	rig_close(&r);
}

/* Whoever gives a backup away gives the passphrase with it: it may do nothing that no vault does. */
static void test_other_schema(void **state)
{
	static const char *const evil[] = {
		"CREATE TRIGGER extra AFTER INSERT ON messages BEGIN DELETE FROM pins; END",
		"CREATE VIEW extra AS SELECT * FROM contacts",
		"CREATE INDEX extra ON contacts (name)",
		"CREATE TABLE search_extra (x)",
		"DROP INDEX messages_expire",
		"DROP TRIGGER search_added; CREATE TRIGGER search_added AFTER INSERT ON messages BEGIN SELECT 1; END",
		"CREATE TRIGGER extra AFTER INSERT ON messages BEGIN SELECT 1; END; UPDATE restored SET made_ms = 0",
	};
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	struct secret32 key = r.v->ids->db_key;
	struct file f = back_up(&r);
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		if (r.v)
			rig_kill(&r);
		empty(&r);
		assert_int_equal(restore_to(r.dir, &f), OK);
		change_db(&r, &key, evil[i]);
		assert_left_alone(&r, evil[i]);
	}
	rig_reopen(&r);
	restore(&r, &f);
	assert_false(has(&r, "foreign"));
	drop(&f);
	rig_close(&r);
}

/* A key file of a later version is not damaged, and is said to be of one. */
static void test_later_keys(void **state)
{
	struct rig r;
	struct rig_login l;
	char path[128];
	(void)state;
	rig_new(&r, "Alice");
	rig_kill(&r);
	snprintf(path, sizeof path, "%s/keys", r.dir);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "\x09", 1, 11), 1);
	rig_reopen(&r);
	assert_int_equal(rig_login_start(&r, PASS, &l), ERR_LOCAL_LATER);
	assert_int_equal(pwrite(fd, "\x02", 1, 11), 1);
	close(fd);
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, PASS, ""), OK);
	rig_close(&r);
}

/* What came to another vault while it was locked is neither taken for this one's nor removed. */
static void test_left_inbox(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	struct file f = back_up(&r);
	rig_kill(&r);
	empty(&r);
	char path[128];
	snprintf(path, sizeof path, "%s/inbox", r.dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_refused(&r, &f, ERR_LOCAL_EXISTS);
	assert_true(has(&r, "inbox"));
	remove_in(&r, "inbox");
	assert_int_equal(restore_to(r.dir, &f), OK);
	drop(&f);
	rig_reopen(&r);
	rig_close(&r);
}

static void test_disk_is_full(void **state)
{
	struct rig r;
	struct rlimit l;
	u8 id[16] = {0};
	err_t e = OK;
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	rlim_t all = l.rlim_cur;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(begin(&r, SLOT_PASSPHRASE, PASS, id), OK);
	l.rlim_cur = 40000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
	for (int i = 0; i < 100 && e == OK; i++) {
		struct ipc_msg a = part_at(&r, id, 0);
		e = a.type == ipc_t_failed ? (err_t) - (int)a.failed.error : OK;
	}
	l.rlim_cur = all;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
	assert_int_equal(e, ERR_LOCAL_FULL);
	assert_false(has(&r, "backup.new"));
	assert_int_equal(status(&r).storage, STORAGE_OK); /* the vault itself goes on */
	struct file f = back_up(&r);
	restore(&r, &f);
	drop(&f);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_whole),       cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_killed),          cmocka_unit_test(test_who_may),
		cmocka_unit_test(test_nothing_is_left), cmocka_unit_test(test_disk_is_full),
		cmocka_unit_test(test_left_inbox),      cmocka_unit_test(test_nobody_waits),
		cmocka_unit_test(test_erase),           cmocka_unit_test(test_checked_before_migrated),
		cmocka_unit_test(test_other_schema),    cmocka_unit_test(test_later_keys),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
