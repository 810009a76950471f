/* Databases as earlier versions left them: the schema by the steps up to then, the rows by schema/N.sql. */
#ifndef BOC_TEST_VAULT_OLD_H
#define BOC_TEST_VAULT_OLD_H

#include <sqlcipher/sqlite3.h>

#include "base/ids.h"

/* Opens path as SQLite does, with the key and the tokenizer of the index; made where there is none. Aborts where something
 * fails, as all of this. */
sqlite3 *old_open(const char *path, const struct secret32 *key);

void old_exec(sqlite3 *db, const char *sql);

/* The first column of the first row. */
i64 old_int(sqlite3 *db, const char *sql);

/* Whether there are rows for a database of this version: tests/unit/vault/schema/N.sql, below $BOC_SOURCE. */
bool old_has(int version);

/* Makes the database path as it was at that version, with its rows. */
void old_make(const char *path, const struct secret32 *key, int version);

/* What the schema says, one thing after the other, sorted. Owned. What FTS5 makes below an index is left out, since that is
 * SQLite's. */
char *old_schema(sqlite3 *db);

/* Where the text of the latest schema is. */
void old_path(const char *name, char ret[static 300]);

#endif
