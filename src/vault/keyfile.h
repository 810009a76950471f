/* What lies outside the database, DATA/vault/keys: all that a login needs before the database can be opened.
 * Whoever steals it may guess passphrases, one Argon2id each; nothing else in it opens anything. */
#ifndef BOC_VAULT_KEYFILE_H
#define BOC_VAULT_KEYFILE_H

#include "base/env.h"
#include "base/ids.h"
#include "crypto/opaque.h"

struct keyfile {
	struct opaque_server_keys server;
	u8 record[OPAQUE_RECORD_LEN];
	struct opaque_ksf ksf; /* what the client used; to be raised some day */
	/* The key slot: the database key under a key from the unlock key. */
	u8 salt[32];
	u8 nonce[12];
	u8 wrapped[32 + 16];
};

/* Fills the key slot anew. Everything else in k is bound to it and has to be final. */
err_t keyfile_wrap(struct keyfile *k, const struct env *env, const struct secret32 *unlock_key,
                   const struct secret32 *db_key) MUST_CHECK;

/* ERR_LOCAL_SECRET: another unlock key, or the file was tampered with. */
err_t keyfile_unwrap(const struct keyfile *k, const struct secret32 *unlock_key,
                     struct secret32 *ret_db_key) MUST_CHECK;

/* Replaces the file, all or nothing, durable on return. ERR_LOCAL_IO, ERR_LOCAL_FULL, ERR_LOCAL_DISK. */
err_t keyfile_write(const char *dir, const struct keyfile *k) MUST_CHECK;

/* ERR_LOCAL_MISSING: no such file. ERR_LOCAL_STORE: damaged. ERR_LOCAL_CONFIG: of a later version. ERR_LOCAL_IO. */
err_t keyfile_read(const char *dir, struct keyfile *ret) MUST_CHECK;

/* Makes a file, or the renames and new files in a folder, durable. ERR_LOCAL_IO. */
err_t keyfile_sync(const char *path) MUST_CHECK;

#endif
