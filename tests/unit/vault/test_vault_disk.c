/* A disk that takes nothing, or gives back what nobody wrote: what the page is told, what is sent, what is left. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/folder.h"
#include "rig.h"

struct pair {
	struct rig a, b;
	u64 to_b, to_a;
	u32 link;
};

static void pair_new(struct pair *p)
{
	rig_new(&p->a, "Alice");
	rig_new(&p->b, "Bob");
	p->to_b = rig_add(&p->a, &p->b, "");
	p->to_a = rig_add(&p->b, &p->a, "");
	p->link = rig_dial(&p->a, &p->b);
	assert_true(p->link);
}

static void pair_close(struct pair *p)
{
	rig_close(&p->a);
	rig_close(&p->b);
}

static void path_in(const struct rig *r, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/%s", r->dir, name);
}

/* No file may grow beyond n bytes: to SQLite a disk that is full. */
static void limit_files(rlim_t n)
{
	struct rlimit l;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* Not one page has room: the journal, which is emptied when the database is closed, must not grow again. */
static void fill_disk(void)
{
	limit_files(64);
}

static struct ipc_msg writing(u64 contact, u8 id)
{
	struct ipc_msg m = IPC_MSG(0, message_send, .contact = contact, .text = slice_str("is there room?"));
	m.message_send.id[0] = id;
	return m;
}

static u8 storage(struct rig *r)
{
	size_t mark = rig_mark(r);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, status_get));
	const struct ipc_msg *m = rig_last(r, mark, ipc_t_status);
	return m ? m->status.storage : STORAGE_NONE;
}

/* Who writes is told why not; what is there can be read; when there is room again, everything goes on by itself. */
static void test_full_for_the_author(void **state)
{
	struct pair p;
	(void)state;
	pair_new(&p);
	assert_int_equal(storage(&p.a), STORAGE_OK);
	rig_write(&p.a, p.to_b, 1, "first");
	rig_shuttle(&p.a, &p.b);
	fill_disk();
	size_t mark = rig_mark(&p.a);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, writing(p.to_b, 2)), ERR_LOCAL_FULL);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 0);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 0);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity_gone), 1); /* links end */
	assert_int_equal(rig_last(&p.a, mark, ipc_t_storage)->storage.state, STORAGE_FULL);
	assert_true(vault_is_unlocked(p.a.v));
	assert_int_equal(storage(&p.a), STORAGE_FULL);
	assert_int_equal(rig_list(&p.a, p.to_b, NULL, NULL), 1);
	/* It is tried again, at once by who writes and now and then by itself. */
	mark = rig_mark(&p.a);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, writing(p.to_b, 2)), ERR_LOCAL_FULL);
	assert_true(vault_wait_ms(p.a.v) <= DISK_TRY_MS);
	rig_now_ms += DISK_TRY_MS;
	rig_tick(&p.a);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_storage), 0);
	limit_files(RLIM_INFINITY);
	rig_now_ms += DISK_TRY_MS;
	mark = rig_mark(&p.a);
	rig_tick(&p.a);
	assert_int_equal(rig_last(&p.a, mark, ipc_t_storage)->storage.state, STORAGE_OK);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity), 1); /* net works again */
	assert_int_equal(rig_ask(&p.a, ROLE_WEB, writing(p.to_b, 2)).type, ipc_t_message);
	assert_int_equal(rig_list(&p.a, p.to_b, NULL, NULL), 2);
	pair_close(&p);
}

/* What came and cannot be kept is not acknowledged, nor shown; it comes again. */
static void test_full_for_the_receiver(void **state)
{
	struct pair p;
	enum message_state shown;
	(void)state;
	pair_new(&p);
	size_t mark = rig_mark(&p.b);
	rig_write(&p.a, p.to_b, 1, "for a full disk");
	fill_disk(); /* both live in this process, but only Bob has something to store */
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), 0);
	assert_int_equal(rig_last(&p.b, mark, ipc_t_storage)->storage.state, STORAGE_FULL);
	assert_int_equal(rig_list(&p.a, p.to_b, NULL, &shown), 1);
	assert_int_not_equal(shown, MESSAGE_DELIVERED);
	assert_int_equal(rig_list(&p.b, p.to_a, NULL, NULL), 0);
	limit_files(RLIM_INFINITY);
	rig_now_ms += DISK_TRY_MS;
	rig_tick(&p.b);
	rig_cut(&p.a, p.link);
	assert_true(rig_dial(&p.a, &p.b));
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_list(&p.a, p.to_b, NULL, &shown), 1);
	assert_int_equal(shown, MESSAGE_DELIVERED);
	assert_int_equal(rig_list(&p.b, p.to_a, NULL, NULL), 1);
	pair_close(&p);
}

/* A vault that finds no room to be made in says so, leaves nothing behind, and is made once there is some. */
static void test_full_at_birth(void **state)
{
	struct rig r;
	char path[128];
	(void)state;
	rig_open(&r);
	rig_enroll(&r, "correct horse");
	limit_files(8192);
	assert_int_equal(rig_login(&r, "correct horse", "Alice"), ERR_LOCAL_FULL);
	limit_files(RLIM_INFINITY);
	path_in(&r, "keys", path);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(rig_login(&r, "correct horse", "Alice"), OK);
	rig_close(&r);
}

static u64 hash_file(const struct rig *r, const char *name)
{
	char path[128];
	u8 chunk[4096];
	u64 h = 0xcbf29ce484222325;
	ssize_t n;
	path_in(r, name, path);
	int fd = open(path, O_RDONLY);
	while (fd >= 0 && (n = read(fd, chunk, sizeof chunk)) > 0)
		for (ssize_t i = 0; i < n; i++)
			h = (h ^ chunk[i]) * 0x100000001b3;
	if (fd >= 0)
		close(fd);
	return h;
}

static void flip(const struct rig *r, off_t at)
{
	char path[128];
	u8 b;
	path_in(r, "vault.db", path);
	int fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &b, 1, at), 1);
	b ^= 1;
	assert_int_equal(pwrite(fd, &b, 1, at), 1);
	close(fd);
}

/* With whichever page damaged: an error that says so or none at all, never another text; and the file stays as it is. */
static void test_damaged_page(void **state)
{
	struct pair p;
	char path[128], last[MAX_TEXT + 1];
	struct stat st;
	unsigned damaged = 0, readable = 0;
	(void)state;
	pair_new(&p);
	for (u8 i = 1; i < 40; i++)
		rig_write(&p.a, p.to_b, i,
		          "a text that fills some pages of the database, one after the other, up to the last");
	assert_int_equal(vault_lock(p.a.v), OK); /* the journal is in the file now */
	path_in(&p.a, "vault.db", path);
	assert_int_equal(stat(path, &st), 0);
	for (off_t page = 0; page < st.st_size; page += 4096) {
		flip(&p.a, page + 100);
		u64 before = hash_file(&p.a, "vault.db");
		rig_reopen(&p.a);
		err_t e = rig_login(&p.a, "correct horse", "");
		bool is_damaged = e == ERR_LOCAL_DAMAGED;
		assert_true(e == OK || is_damaged);
		if (e == OK) {
			size_t mark = rig_mark(&p.a);
			struct ipc_msg list = IPC_MSG(0, messages_list, .contact = p.to_b, .limit = 100);
			struct ipc_msg a = rig_ask(&p.a, ROLE_WEB, list);
			is_damaged = a.type == ipc_t_failed && a.failed.error == (u32)-ERR_LOCAL_DAMAGED;
			assert_true(is_damaged || a.type == ipc_t_message);
			if (is_damaged && vault_is_unlocked(p.a.v)) {
				assert_int_equal(rig_last(&p.a, mark, ipc_t_storage)->storage.state, STORAGE_DAMAGED);
				assert_int_equal(rig_refused(&p.a, ROLE_WEB, writing(p.to_b, 200)), ERR_LOCAL_DAMAGED);
				assert_int_equal(vault_wait_ms(p.a.v), VAULT_NEVER);
			}
			readable += !is_damaged;
		}
		damaged += is_damaged;
		if (is_damaged) {
			rig_kill(&p.a);
			assert_int_equal(hash_file(&p.a, "vault.db"), before);
		} else {
			assert_int_equal(vault_lock(p.a.v), OK);
		}
		flip(&p.a, page + 100);
	}
	assert_true(damaged > 3 && readable > 3);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(rig_list(&p.a, p.to_b, last, NULL), 39);
	pair_close(&p);
}

static void copy_folder(const struct rig *from, const struct rig *to)
{
	static const char *const names[] = {"keys", "vault.db", "vault.db-wal"};
	bool made;
	assert_int_equal(folder_make(to->dir, &made), OK);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		CLEANUP(buf_free) struct buf b = buf_with_max(4u << 20);
		assert_int_equal(folder_read(from->dir, names[i], &b), OK);
		assert_int_equal(folder_write(to->dir, names[i], buf_bytes(&b)), OK);
	}
}

/* The process died, and the journal ends within a page: what was committed before it is there, and it can be written. */
static void test_torn_journal(void **state)
{
	struct pair p;
	char path[128];
	struct stat st;
	(void)state;
	pair_new(&p);
	rig_write(&p.a, p.to_b, 1, "first");
	path_in(&p.a, "vault.db-wal", path);
	assert_int_equal(stat(path, &st), 0);
	off_t whole = st.st_size;
	rig_write(&p.a, p.to_b, 2, "second");
	rig_write(&p.a, p.to_b, 3, "third");
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > whole);
	struct rig r = {0};
	snprintf(r.dir, sizeof r.dir, "%.60s-c", p.a.dir);
	for (off_t cut = whole; cut <= st.st_size; cut += 1000) {
		copy_folder(&p.a, &r); /* as a killed process leaves it: a clean end empties the journal */
		path_in(&r, "vault.db-wal", path);
		assert_int_equal(truncate(path, cut), 0);
		rig_reopen(&r);
		assert_int_equal(rig_login(&r, "correct horse", ""), OK);
		size_t n = rig_list(&r, p.to_b, NULL, NULL);
		assert_in_range(n, 1, 3);
		assert_true(cut < st.st_size || n == 3);
		(void)rig_write(&r, p.to_b, 9, "after it");
		assert_int_equal(rig_list(&r, p.to_b, NULL, NULL), n + 1);
		rig_close(&r);
	}
	pair_close(&p);
}

/* Years back and ahead: what is written is there, in its order; nothing is called expired that a right clock would not. */
static void test_wrong_clock(void **state)
{
	struct pair p;
	char last[MAX_TEXT + 1];
	enum message_state shown;
	const u64 now = rig_now_ms, year = 365ull * 86400 * 1000;
	const u64 clocks[] = {now - 20 * year, now + 30 * year, 0, now, now + 5000 * year, now};
	(void)state;
	pair_new(&p);
	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		char text[16];
		snprintf(text, sizeof text, "text %zu", i);
		rig_now_ms = clocks[i];
		rig_tick(&p.a);
		rig_tick(&p.b);
		rig_cut(&p.a, p.link);
		p.link = rig_dial(&p.a, &p.b);
		assert_true(p.link);
		rig_write(&p.a, p.to_b, (u8)(i + 1), text);
		rig_shuttle(&p.a, &p.b);
		assert_int_equal(rig_list(&p.b, p.to_a, last, NULL), i + 1);
		assert_string_equal(last, text);
		assert_int_equal(rig_list(&p.a, p.to_b, last, &shown), i + 1);
		assert_int_equal(shown, MESSAGE_DELIVERED);
	}
	rig_now_ms = now;
	pair_close(&p);
}

static int set_up(void **state)
{
	signal(SIGXFSZ, SIG_IGN);
	return rig_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_for_the_author), cmocka_unit_test(test_full_for_the_receiver),
		cmocka_unit_test(test_full_at_birth),       cmocka_unit_test(test_damaged_page),
		cmocka_unit_test(test_torn_journal),        cmocka_unit_test(test_wrong_clock),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
