#include "vault/vaultdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "os/fault.h"
#include "os/folder.h"
#include "vault/identity.h"
#include "vault/inbox.h"
#include "vault/store.h"

static void path_of(const char *dir, const char *name, char ret[static VAULTDIR_PATH])
{
	snprintf(ret, VAULTDIR_PATH, "%s/%s", dir, name);
}

void vaultdir_db(const char *dir, char ret[static VAULTDIR_PATH])
{
	path_of(dir, "vault.db", ret);
}

void vaultdir_new_db(const char *dir, char ret[static VAULTDIR_PATH])
{
	path_of(dir, "vault.db.new", ret);
}

void vaultdir_copy(const char *dir, char ret[static VAULTDIR_PATH])
{
	path_of(dir, "backup.new", ret);
}

static bool exists(const char *dir, const char *name)
{
	char path[VAULTDIR_PATH];
	path_of(dir, name, path);
	return access(path, F_OK) == 0;
}

static const char *const holds[] = {[VAULTDIR_HOLD_BRIDGES] = "bridges", [VAULTDIR_HOLD_RESTORED] = "restored"};

bool vaultdir_has_hold(const char *dir, enum vaultdir_hold which)
{
	char path[VAULTDIR_PATH];
	path_of(dir, holds[which], path);
	return access(path, F_OK) == 0 || errno != ENOENT;
}

bool vaultdir_holds(const char *dir)
{
	return vaultdir_has_hold(dir, VAULTDIR_HOLD_BRIDGES) || vaultdir_has_hold(dir, VAULTDIR_HOLD_RESTORED);
}

err_t vaultdir_hold(const char *dir, enum vaultdir_hold which)
{
	char path[VAULTDIR_PATH];
	path_of(dir, holds[which], path);
	int fd = FAULT_FAILS("bridges.hold", "vault") ? -1
	                                              : open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return folder_error(errno);
	close(fd);
	TRY(keyfile_sync(path));
	return keyfile_sync(dir);
}

void vaultdir_unhold(const char *dir, enum vaultdir_hold which)
{
	char path[VAULTDIR_PATH];
	path_of(dir, holds[which], path);
	(void)unlink(path);
}

static void remove_all(const char *dir, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char path[VAULTDIR_PATH];
		path_of(dir, names[i], path);
		(void)unlink(path);
	}
}

void vaultdir_remove_copy(const char *dir)
{
	static const char *const names[] = {"backup.new", "backup.new-journal", "backup.new-wal"};
	remove_all(dir, names, ARRAY_LEN(names));
}

err_t vaultdir_set_foreign(const char *dir)
{
	char path[VAULTDIR_PATH];
	path_of(dir, "foreign", path);
	int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return folder_error(errno);
	close(fd);
	return keyfile_sync(dir);
}

bool vaultdir_is_foreign(const char *dir)
{
	return exists(dir, "foreign");
}

void vaultdir_set_own(const char *dir)
{
	static const char *const names[] = {"foreign"};
	remove_all(dir, names, ARRAY_LEN(names)); /* where that fails, it is checked once more */
}

static void remove_unfinished(const char *dir)
{
	static const char *const names[] = {"vault.db.new", "vault.db.new-wal", "vault.db.new-journal", "keys.new",
	                                    "inbox.try"};
	remove_all(dir, names, ARRAY_LEN(names));
}

err_t vaultdir_erase(const char *dir)
{
	static const char *const names[] = {"vault.db", "vault.db-wal", "vault.db-shm", "vault.db-journal", "hand",
	                                    "inbox",    "inbox.try",    "foreign",      "bridges",          "restored"};
	err_t e = keyfile_destroy(dir);
	if (e == ERR_LOCAL_IO)
		return e;
	remove_all(dir, names, ARRAY_LEN(names));
	for (unsigned k = 1; k <= INBOX_ASIDE; k++) {
		char name[32];
		const char *one = name;
		inbox_aside_name(k, name);
		remove_all(dir, &one, 1);
	}
	remove_unfinished(dir);
	vaultdir_remove_copy(dir);
	return keyfile_sync(dir);
}

err_t vaultdir_erase_end(const char *dir)
{
	static const char *const names[] = {"keys"};
	TRY(vaultdir_erase(dir));
	remove_all(dir, names, 1);
	return keyfile_sync(dir);
}

/* vault.db.new becomes vault.db, for good. */
static err_t settle_db(const char *dir)
{
	char from[VAULTDIR_PATH], to[VAULTDIR_PATH];
	path_of(dir, "vault.db.new", from);
	vaultdir_db(dir, to);
	if (FAULT_FAILS("vaultdir.rename.before", "vault") || rename(from, to) != 0)
		return ERR_LOCAL_IO;
	FAULT("vaultdir.rename.after", "vault");
	return keyfile_sync(dir);
}

enum vaultdir_state vaultdir_open(const char *dir, struct keyfile *ret)
{
	if (keyfile_is_destroyed(dir) && vaultdir_erase_end(dir) != OK)
		log_error("what is left of an erased vault could not be removed");
	err_t e = keyfile_read(dir, ret);
	bool has_db = exists(dir, "vault.db");
	if (e == ERR_LOCAL_MISSING && !has_db) {
		remove_unfinished(dir);
		vaultdir_set_own(dir);
		return VAULTDIR_NONE;
	}
	if (e == ERR_LOCAL_MISSING) {
		log_error("the key file is missing; without it the database cannot be opened");
		return VAULTDIR_DAMAGED;
	}
	if (e != OK) {
		log_error("the key file is %s", e == ERR_LOCAL_CONFIG  ? "of a later version"
		                                : e == ERR_LOCAL_STORE ? "damaged"
		                                                       : "unreadable");
		return e == ERR_LOCAL_CONFIG ? VAULTDIR_LATER : VAULTDIR_DAMAGED;
	}
	if (!has_db && (!exists(dir, "vault.db.new") || settle_db(dir) != OK)) {
		log_error("the database is missing");
		return VAULTDIR_DAMAGED;
	}
	remove_unfinished(dir);
	return VAULTDIR_PRESENT;
}

static err_t create_db(const char *dir, const struct env *env, const struct secret32 *db_key, struct slice name)
{
	char path[VAULTDIR_PATH];
	struct store *s = NULL;
	u32 id;
	path_of(dir, "vault.db.new", path);
	TRY(store_create(path, db_key, &s));
	err_t e = identity_create(s, env, name, &id);
	if (e == OK)
		e = store_commit(s);
	store_close(s);
	if (e == OK)
		e = keyfile_sync(path);
	return e == OK ? keyfile_sync(dir) : e;
}

err_t vaultdir_create(const char *dir, const struct env *env, struct keyfile *k, const struct secret32 *unlock_key,
                      const struct secret32 *db_key, struct slice name)
{
	remove_unfinished(dir);
	err_t e = create_db(dir, env, db_key, name);
	if (e == OK)
		e = keyfile_wrap(k, SLOT_PASSPHRASE, env, unlock_key, db_key);
	if (e == OK)
		e = keyfile_write(dir, k);
	if (e != OK) {
		log_error("the vault could not be made: %s", err_text(e));
		if (!exists(dir, "keys"))
			remove_unfinished(dir);
		return e;
	}
	/* The vault exists. Should this fail, the next start does it. */
	if (settle_db(dir) != OK)
		log_error("the new database could not be renamed");
	return OK;
}
