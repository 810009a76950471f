/* A backup that is being made, and read by who asked for it: one at a time, part by part, while everything else goes on.
 * It is a file in the vault's folder from backup_begin() on, and overwritten and removed when it was read, when nobody
 * reads it, when the vault locks, and at the next start where the end of the process left it: once, a piece in each turn,
 * unlocked or not. So nobody waits for it, and no key stays in memory for it. */
#ifndef BOC_VAULT_BACKUP_H
#define BOC_VAULT_BACKUP_H

#include "vault/vault.h"

struct backup;

/* Begins one, in place of any other, as soon as that is overwritten; ret_id names it. ERR_LOCAL_FULL, ERR_LOCAL_DISK, ERR_LOCAL_IO, ERR_LOCAL_STORE. */
err_t backup_begin(struct vault *v, u8 ret_id[static 16]) MUST_CHECK;

/* Does a little of what is to be done; after each commit. */
void backup_turn(struct vault *v);

/* For how long backup_turn() has nothing to do; VAULT_NEVER. */
u64 backup_wait_ms(const struct vault *v);

/* Ends it, if there is one: before the database is closed. What is there of the file goes in the turns that follow. */
void backup_stop(struct vault *v);

/* At the start: what is left of one, if anything is, goes likewise. */
void backup_left(struct vault *v);

/* Forgets it, and leaves the file as it is. */
void backup_free(struct vault *v);

#endif
