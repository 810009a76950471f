/* What lies outside the database, DATA/vault/keys: all that a login needs before the database can be opened.
 * Two slots hold the same database key, each under a key that only its holder can make: one by the passphrase, one by the
 * printed recovery key. Whoever steals the file may guess passphrases, one Argon2id each; nothing else in it opens
 * anything. */
#ifndef BOC_VAULT_KEYFILE_H
#define BOC_VAULT_KEYFILE_H

#include "base/env.h"
#include "base/ids.h"
#include "crypto/opaque.h"
#include "wire/backup_file.h"
#include "wire/ipc.h"

struct keyslot {
	struct opaque_server_keys server; /* of this record only */
	u8 record[OPAQUE_RECORD_LEN];
	struct opaque_ksf ksf; /* what the client used */
	/* The database key under a key from the unlock key. */
	u8 salt[32];
	u8 nonce[12];
	u8 wrapped[32 + 16];
};

struct keyfile {
	struct keyslot slots[SLOT_RECOVERY + 1]; /* by enum login_slot; the first is unused */
	bool has_recovery;
};

/* Fills what holds the database key in one slot anew. Everything else in the slot is bound to it and has to be final. */
err_t keyfile_wrap(struct keyfile *k, enum login_slot which, const struct env *env, const struct secret32 *unlock_key,
                   const struct secret32 *db_key) MUST_CHECK;

/* ERR_LOCAL_SECRET: another unlock key, or the file was tampered with. */
err_t keyfile_unwrap(const struct keyfile *k, enum login_slot which, const struct secret32 *unlock_key,
                     struct secret32 *ret_db_key) MUST_CHECK;

#define KEYFILE_MAX BACKUP_KEYS_MAX

/* The file's bytes. Wipe after use. Gives how many. */
size_t keyfile_encode(const struct keyfile *k, u8 ret[static KEYFILE_MAX]);

/* ERR_LOCAL_STORE: damaged, or none at all. ERR_LOCAL_CONFIG: of a later version. */
err_t keyfile_decode(struct slice in, struct keyfile *ret) MUST_CHECK;

/* Replaces the file, all or nothing, durable on return, and overwrites what it replaced. ERR_LOCAL_IO, ERR_LOCAL_FULL,
 * ERR_LOCAL_DISK: one of the two is there. */
err_t keyfile_write(const char *dir, const struct keyfile *k) MUST_CHECK;

/* ERR_LOCAL_MISSING: no such file. ERR_LOCAL_STORE: damaged. ERR_LOCAL_CONFIG: of a later version. ERR_LOCAL_IO. */
err_t keyfile_read(const char *dir, struct keyfile *ret) MUST_CHECK;

/* Overwrites the file and what a crash left of one, in place and durably, and marks it as erased. From here on the database
 * cannot be opened. ERR_LOCAL_MISSING: no such file. ERR_LOCAL_IO: nothing is sure. */
err_t keyfile_destroy(const char *dir) MUST_CHECK;

/* Whether keyfile_destroy was here, and the file was not removed since. */
bool keyfile_is_destroyed(const char *dir);

/* Makes a file, or the renames and new files in a folder, durable. ERR_LOCAL_IO. */
err_t keyfile_sync(const char *path) MUST_CHECK;

#endif
