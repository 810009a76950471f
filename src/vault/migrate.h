/* The database's schema, as numbered steps. A step is never changed once released; the next one is appended. */
#ifndef BOC_VAULT_MIGRATE_H
#define BOC_VAULT_MIGRATE_H

#include <sqlcipher/sqlite3.h>

#include "base/err.h"

/* The schema this program writes. */
int migrate_latest(void);

/* Brings an open database up to date, each step in its own transaction. ERR_LOCAL_CONFIG: it was written by a later
 * version and is left alone. An error of store_blame(): a step failed; the ones before it stay. */
err_t migrate(sqlite3 *db) MUST_CHECK;

#endif
