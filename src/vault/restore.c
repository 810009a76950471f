#include "vault/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/folder.h"
#include "vault/inbox.h"
#include "vault/migrate.h"
#include "vault/vaultdir.h"
#include "wire/backup_file.h"

static err_t read_head(int fd, struct backup_sum *sum, struct backup_head *ret, struct keyfile *ret_keys)
{
	u8 room[BACKUP_HEAD_MAX];
	err_t e = folder_read_all(fd, room, BACKUP_FIXED_LEN);
	TRY(e == ERR_LOCAL_DAMAGED ? ERR_PEER_FORMAT : e);
	TRY(backup_head_decode(room, (u32)migrate_latest(), ret));
	TRY(folder_read_all(fd, room + BACKUP_FIXED_LEN, ret->keys_len));
	backup_sum_begin(sum);
	backup_sum_add(sum, slice_of(room, BACKUP_FIXED_LEN + ret->keys_len));
	e = keyfile_decode(slice_of(room + BACKUP_FIXED_LEN, ret->keys_len), ret_keys);
	wipe(room, sizeof room);
	return e == ERR_LOCAL_STORE ? ERR_LOCAL_DAMAGED : e;
}

static err_t copy_db(int from, int to, u64 left, struct backup_sum *sum)
{
	u8 room[65536];
	while (left) {
		size_t n = (size_t)MIN(left, (u64)sizeof room);
		TRY(folder_read_all(from, room, n));
		TRY(folder_write_all(to, slice_of(room, n)));
		backup_sum_add(sum, slice_of(room, n));
		left -= n;
	}
	return OK;
}

/* The sum, and nothing behind it. */
static err_t check_end(int fd, struct backup_sum *sum)
{
	u8 is[BACKUP_SUM_LEN], says[BACKUP_SUM_LEN], more;
	backup_sum_end(sum, is);
	TRY(folder_read_all(fd, says, sizeof says));
	if (memcmp(is, says, sizeof is) != 0)
		return ERR_LOCAL_DAMAGED;
	err_t e = folder_read_all(fd, &more, 1);
	return e == ERR_LOCAL_DAMAGED ? OK : e == OK ? ERR_LOCAL_DAMAGED : e;
}

/* The database, whole and durable, where it waits for its key file. */
static err_t make_db(const char *dir, int fd, const struct backup_head *h, struct backup_sum *sum)
{
	char path[VAULTDIR_PATH];
	vaultdir_new_db(dir, path);
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return folder_error(errno);
	err_t e = copy_db(fd, to, h->db_len, sum);
	if (e == OK)
		e = check_end(fd, sum);
	if (e == OK && fsync(to))
		e = folder_error(errno);
	if (close(to) && e == OK)
		e = folder_error(errno);
	if (e == OK)
		e = keyfile_sync(dir);
	if (e != OK)
		(void)unlink(path);
	return e;
}

err_t restore_from(const char *dir, int fd)
{
	struct backup_head h;
	struct backup_sum sum;
	struct keyfile keys, there;
	/* What came to a vault that was here is not this one's: neither read nor removed. */
	if (vaultdir_open(dir, &there) != VAULTDIR_NONE || inbox_is_there(dir))
		return ERR_LOCAL_EXISTS;
	err_t e = read_head(fd, &sum, &h, &keys);
	if (e == OK)
		e = make_db(dir, fd, &h, &sum);
	if (e == OK)
		e = vaultdir_set_foreign(dir);
	/* Whether bridges were chosen is in the database: until it is opened for the first time, tor waits. */
	if (e == OK)
		e = vaultdir_hold(dir, VAULTDIR_HOLD_RESTORED);
	/* With the key file the vault is there; vaultdir_open() gives the database its name, now or at the next start. */
	if (e == OK)
		e = keyfile_write(dir, &keys);
	enum vaultdir_state state = vaultdir_open(dir, &there);
	wipe(&keys, sizeof keys);
	wipe(&there, sizeof there);
	if (e != OK)
		return e;
	return state == VAULTDIR_PRESENT ? OK : ERR_LOCAL_IO;
}
