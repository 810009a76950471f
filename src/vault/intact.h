/* Whether a database from elsewhere is what this program makes. Its pages are authenticated by the key, but who gives a
 * backup to somebody gives the passphrase, too: what the file does by itself (triggers, views) is not what its version has
 * only because it opens. */
#ifndef BOC_VAULT_INTACT_H
#define BOC_VAULT_INTACT_H

#include <stdbool.h>

#include <sqlcipher/sqlite3.h>

#include "base/err.h"

/* Of an open database of a schema that migrate_check() knows: where it says that it is a backup, or `foreign`, reads every
 * page and compares the schema with that of its version; nothing is written. ERR_LOCAL_DAMAGED, logged: it is not. */
err_t intact_check(sqlite3 *db, bool foreign) MUST_CHECK;

#endif
