#include "vault/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "os/folder.h"

struct copy {
	sqlite3 *to;         /* owned */
	sqlite3_backup *way; /* owned */
};

/* A file that a crash leaves is thrown away: no journal, nothing made durable. */
static const char pragmas[] = "PRAGMA cipher_memory_security = OFF;"
			      "PRAGMA temp_store = MEMORY;"
			      "PRAGMA locking_mode = EXCLUSIVE;"
			      "PRAGMA journal_mode = OFF;"
			      "PRAGMA synchronous = OFF;"
			      "PRAGMA cache_size = -2048;";

static bool exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static u64 pragma_int(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	u64 n = 0;
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		n = (u64)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* Makes the empty file. A disk that the copy would fill to the brim is not begun on: messages have to find room. */
static err_t make_room(sqlite3 *from, const char *path)
{
	struct statvfs st;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return folder_error(errno);
	u64 need = pragma_int(from, "PRAGMA page_count") * pragma_int(from, "PRAGMA page_size") + BACKUP_SPARE;
	err_t e = fstatvfs(fd, &st) == 0 && (u64)st.f_bavail * st.f_frsize < need ? ERR_LOCAL_FULL : OK;
	close(fd);
	if (e != OK)
		(void)unlink(path);
	return e;
}

err_t copy_new(struct store *from, const char *path, const struct secret32 *key, struct copy **ret)
{
	sqlite3 *db = store_connection(from);
	TRY(make_room(db, path));
	struct copy *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	if (sqlite3_open_v2(path, &c->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) == SQLITE_OK &&
	    exec(c->to, "PRAGMA cipher_log_level = NONE") && store_set_key(c->to, key) && exec(c->to, pragmas))
		c->way = sqlite3_backup_init(c->to, "main", db, "main");
	if (c->way) {
		*ret = c;
		return OK;
	}
	err_t e = store_blame(c->to);
	copy_free(c);
	(void)unlink(path);
	return e;
}

err_t copy_step(struct copy *c)
{
	int rc = sqlite3_backup_step(c->way, BACKUP_PAGES);
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return ERR_AGAIN;
	(void)sqlite3_backup_finish(c->way); /* says in `to` what went wrong */
	c->way = NULL;
	return rc == SQLITE_DONE ? OK : store_blame(c->to);
}

err_t copy_end(struct copy *c, u64 now_ms)
{
	char sql[120];
	/* One file is all of it: whoever opens it next takes a journal again. */
	snprintf(sql, sizeof sql, "PRAGMA journal_mode = DELETE; UPDATE restored SET made_ms = %llu",
	         (unsigned long long)MAX(now_ms, 1));
	err_t e = exec(c->to, sql) ? OK : store_blame(c->to);
	if (sqlite3_close(MOVE(c->to)) != SQLITE_OK && e == OK)
		e = ERR_LOCAL_STORE;
	return e;
}

struct copy *copy_free(struct copy *c)
{
	if (!c)
		return NULL;
	(void)sqlite3_backup_finish(c->way);
	if (sqlite3_close(c->to) != SQLITE_OK)
		log_error("database: a copy was not closed");
	free(c);
	return NULL;
}
