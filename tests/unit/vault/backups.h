/* Backups of a vault on a rig: made as a client makes them, restored as the command restores them. */
#ifndef BOC_TEST_BACKUPS_H
#define BOC_TEST_BACKUPS_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rig.h"
#include "vault/restore.h"

#define PASS "correct horse"
#define MAX_FILE (8u << 20)

struct file {
	u8 *bytes; /* owned */
	size_t n;
};

static inline void drop(struct file *f)
{
	free(f->bytes);
	*f = (struct file){0};
}

static inline struct file copy_of(const struct file *f)
{
	struct file c = {.bytes = malloc(f->n + 1), .n = f->n};
	assert_non_null(c.bytes);
	memcpy(c.bytes, f->bytes, f->n);
	return c;
}

static inline bool has(const struct rig *r, const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	return access(path, F_OK) == 0;
}

static inline void remove_in(const struct rig *r, const char *name)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	(void)unlink(path);
}

/* ---- making one ---- */

static inline err_t begin(struct rig *r, enum login_slot slot, const char *secret, u8 ret_id[static 16])
{
	struct rig_login l;
	TRY(rig_prove(r, slot, secret, &l));
	struct ipc_msg m = IPC_MSG(0, backup_create, .login = l.login);
	memcpy(m.backup_create.ke3, l.ke3, sizeof l.ke3);
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	if (a.type == ipc_t_failed)
		return (err_t) - (int)a.failed.error;
	assert_int_equal(a.type, ipc_t_backup_begun);
	memcpy(ret_id, a.backup_begun.id, 16);
	return OK;
}

static inline struct ipc_msg part_at(struct rig *r, const u8 id[static 16], u64 offset)
{
	struct ipc_msg m = IPC_MSG(0, backup_read, .offset = offset);
	memcpy(m.backup_read.id, id, 16);
	return rig_ask(r, ROLE_WEB, m);
}

static inline void end(struct rig *r, const u8 id[static 16])
{
	struct ipc_msg m = IPC_MSG(0, backup_end, .id = {0});
	memcpy(m.backup_end.id, id, 16);
	assert_int_equal(rig_ask(r, ROLE_WEB, m).type, ipc_t_done);
	for (int i = 0; i < 100 && has(r, "backup.new"); i++)
		rig_tick(r);
	assert_false(has(r, "backup.new"));
}

/* Reads all of it, as soon as it is there. meanwhile (may be NULL) happens between two turns. */
static inline struct file fetch(struct rig *r, const u8 id[static 16], void (*meanwhile)(void *), void *arg)
{
	struct file f = {.bytes = malloc(MAX_FILE)};
	assert_non_null(f.bytes);
	for (u64 size = 0; size == 0 || f.n < size;) {
		struct ipc_msg a = part_at(r, id, f.n);
		assert_int_equal(a.type, ipc_t_backup_part);
		size = a.backup_part.size;
		assert_true(size <= MAX_FILE && f.n + a.backup_part.bytes.n <= MAX_FILE);
		if (a.backup_part.bytes.n)
			memcpy(f.bytes + f.n, a.backup_part.bytes.p, a.backup_part.bytes.n);
		f.n += a.backup_part.bytes.n;
		if (size == 0 && meanwhile)
			meanwhile(arg);
	}
	assert_int_equal(part_at(r, id, f.n).backup_part.bytes.n, 0);
	return f;
}

static inline struct file back_up(struct rig *r)
{
	u8 id[16] = {0};
	assert_int_equal(begin(r, SLOT_PASSPHRASE, PASS, id), OK);
	struct file f = fetch(r, id, NULL, NULL);
	end(r, id);
	return f;
}

/* ---- restoring ---- */

static inline int fd_of(const struct file *f)
{
	char path[] = "/tmp/boc-backup-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, f->bytes, f->n), f->n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static inline err_t restore_to(const char *dir, const struct file *f)
{
	int fd = fd_of(f);
	err_t e = restore_from(dir, fd);
	close(fd);
	return e;
}

static inline void empty(struct rig *r)
{
	static const char *const names[] = {"keys", "keys.new", "vault.db", "vault.db-wal", "vault.db.new"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		remove_in(r, names[i]);
}

/* The machine is lost; another one gets the backup. */
static inline void restore(struct rig *r, const struct file *f)
{
	rig_kill(r);
	empty(r);
	assert_int_equal(restore_to(r->dir, f), OK);
	rig_reopen(r);
	assert_int_equal(rig_login(r, PASS, ""), OK);
}

static inline struct ipc_status status(struct rig *r)
{
	struct ipc_msg a = {0};
	size_t mark = rig_mark(r);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, status_get));
	a = *rig_last(r, mark, ipc_t_status);
	return a.status;
}

#endif
