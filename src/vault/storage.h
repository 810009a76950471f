/* A disk that is full, read-only or broken, as people see it.
 *
 * What cannot be committed has not happened: the turn is undone and answered with its error, nothing of it is sent. Then
 * the vault is stopped: it goes on showing what is there, refuses what would be written, and holds no links, since each of
 * them commits what both sides remember. As soon as the disk takes a page again, everything goes on. A damaged file is only
 * read: it is for a person to say what becomes of it. */
#ifndef BOC_VAULT_STORAGE_H
#define BOC_VAULT_STORAGE_H

#include "vault/vault.h"

/* Tells web how it is. */
void storage_tell(struct vault *v);
enum storage_state storage_state_of(const struct vault *v);

/* The database was just opened, and the disk does not do what is due: it is opened again, for reading only. OK, or what
 * vault_unlock() says; everything is closed then. */
err_t storage_stop(struct vault *v, err_t why) MUST_CHECK;

/* Stopped: how long until storage_tick() has something to do; VAULT_NEVER: no use. */
u64 storage_wait_ms(const struct vault *v);
void storage_tick(struct vault *v);

#endif
