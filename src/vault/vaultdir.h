/* The files in the vault's folder, and what a crash can leave of them.
 *
 * A new vault is made in this order: the whole database as vault.db.new; the key file, complete, by rename: from here on
 * the vault exists; vault.db.new becomes vault.db. So a database without key file is never ours to delete, and one
 * that was not finished is never mistaken for a vault. */
#ifndef BOC_VAULT_VAULTDIR_H
#define BOC_VAULT_VAULTDIR_H

#include "base/env.h"
#include "vault/keyfile.h"

#define VAULTDIR_PATH 330

enum vaultdir_state {
	VAULTDIR_NONE = 1, /* no vault here */
	VAULTDIR_PRESENT,
	VAULTDIR_LATER,   /* written by a later version; logged */
	VAULTDIR_DAMAGED, /* something is missing or unreadable; logged */
};

/* Finishes or clears away what a crash left and reads the key file into *ret (VAULTDIR_PRESENT only). */
enum vaultdir_state vaultdir_open(const char *dir, struct keyfile *ret);

/* Makes a vault with one identity. k holds the server's keys and the record of the passphrase; that slot
 * is filled here.
 * On error there is no vault. ERR_LOCAL_STORE, ERR_LOCAL_IO. */
err_t vaultdir_create(const char *dir, const struct env *env, struct keyfile *k, const struct secret32 *unlock_key,
                      const struct secret32 *db_key, struct slice name) MUST_CHECK;

/* Destroys the keys, then removes the database, in this order: wherever it ends, no passphrase opens anything any more.
 * What is left of the key file says till the end that the rest is to go; vaultdir_open finishes it then.
 * ERR_LOCAL_IO: the keys could not be overwritten. */
err_t vaultdir_erase(const char *dir) MUST_CHECK;

/* Removes what is left after that. */
err_t vaultdir_erase_end(const char *dir) MUST_CHECK;

/* Where a copy is made that becomes a backup. */
void vaultdir_copy(const char *dir, char ret[static VAULTDIR_PATH]);

/* Removes what is left of such a copy. While the keys are there it is overwritten before (backup.h): what is erased from the
 * database later is in it. */
void vaultdir_remove_copy(const char *dir);

/* Where a database waits for its key file. */
void vaultdir_new_db(const char *dir, char ret[static VAULTDIR_PATH]);

/* Says, durably, that the database comes from elsewhere, and has not been opened here yet: it is checked before it is used.
 * ERR_LOCAL_IO, ERR_LOCAL_FULL, ERR_LOCAL_DISK. */
err_t vaultdir_set_foreign(const char *dir) MUST_CHECK;
bool vaultdir_is_foreign(const char *dir);
void vaultdir_set_own(const char *dir);

/* Whether tor may not connect before the vault is open: the bridges are in it (bridges.h). Two files without content say
 * so. Where it cannot be seen it may not, either. */
bool vaultdir_holds(const char *dir);
enum vaultdir_hold {
	VAULTDIR_HOLD_BRIDGES,  /* bridges were chosen */
	VAULTDIR_HOLD_RESTORED, /* what was chosen is in a backup that nobody has opened yet */
};
/* Whether this file is there; makes it, durable on return: ERR_LOCAL_IO, ERR_LOCAL_FULL, ERR_LOCAL_DISK; removes it. */
bool vaultdir_has_hold(const char *dir, enum vaultdir_hold which);
err_t vaultdir_hold(const char *dir, enum vaultdir_hold which) MUST_CHECK;
void vaultdir_unhold(const char *dir, enum vaultdir_hold which);

/* The database's path. */
void vaultdir_db(const char *dir, char ret[static VAULTDIR_PATH]);

#endif
