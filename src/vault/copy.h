/* A copy of the database as another file under the same key, made while the database is used: what is committed meanwhile
 * is in it, and it is whole as of its end. */
#ifndef BOC_VAULT_COPY_H
#define BOC_VAULT_COPY_H

#include "vault/store.h"

struct copy;

/* Begins one at path, which must not exist. from is borrowed until the end. *ret is owned. An error of store_error(),
 * ERR_LOCAL_FULL where there is plainly no room for it; nothing is left then. */
err_t copy_new(struct store *from, const char *path, const struct secret32 *key, struct copy **ret) MUST_CHECK;

/* Copies some more pages, outside of a transaction. OK: all are there; ERR_AGAIN: not yet; else an error of store_error(). */
err_t copy_step(struct copy *c) MUST_CHECK;

/* Ends one that copy_step() gave OK for: it says of itself that it is a copy made at now_ms. The file is closed and whole;
 * c is still to be freed. An error of store_error(). */
err_t copy_end(struct copy *c, u64 now_ms) MUST_CHECK;

/* Closes; removes nothing. NULL is fine; gives NULL. */
struct copy *copy_free(struct copy *c);

#endif
