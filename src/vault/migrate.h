/* The database's schema, as numbered steps. A step is never changed once released; the next one is appended. */
#ifndef BOC_VAULT_MIGRATE_H
#define BOC_VAULT_MIGRATE_H

#include <sqlcipher/sqlite3.h>

#include "base/err.h"

/* The schema this program writes. */
int migrate_latest(void);

/* Whether this program knows the database's schema; reads only. ERR_LOCAL_LATER: it was written by a later version and is to
 * be left alone. ERR_LOCAL_STORE: it cannot be read. */
err_t migrate_check(sqlite3 *db) MUST_CHECK;

/* Brings an open database up to date, each step in its own transaction, so that it goes on where it ended. As
 * migrate_check(); an error of store_blame(): a step failed; the ones before it stay. */
err_t migrate(sqlite3 *db) MUST_CHECK;

/* Likewise up to an earlier schema, 1 to migrate_latest(): how tests make a database as it was then. */
err_t migrate_to(sqlite3 *db, int version) MUST_CHECK;

#endif
