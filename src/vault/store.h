/* The encrypted database (SQLCipher): open, transactions, prepared statements.
 * Errors stick: after the first one every query is empty, and store_commit() says so. They are never the fault of
 * a request, so nothing is rolled back: it is closed, and opened again with what was committed. */
#ifndef BOC_VAULT_STORE_H
#define BOC_VAULT_STORE_H

#include <sqlcipher/sqlite3.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/slice.h"
#include "vault/sql.h"
#include "vault/words.h"

struct store;

/* One prepared statement in use. Columns and parameters are in the order of the SQL text, from 0. */
struct query {
	struct store *s; /* borrowed */
	sqlite3_stmt *st;
	int next; /* parameter to bind */
};

/* Once, before the sandbox closes and before anything else here: lets SQLite seed itself and wipe what it frees. */
void store_prepare(void);

/* Makes a new, empty database at path with the current schema. *ret is owned. An error of store_error(). */
err_t store_create(const char *path, const struct secret32 *key, struct store **ret) MUST_CHECK;

/* Opens and migrates; one that says it is a backup is checked before (intact.h). *ret is owned. ERR_LOCAL_DAMAGED: that, or another key; ERR_LOCAL_LATER: schema of a later version, left as it is;
 * else an error of store_error(). */
err_t store_open(const char *path, const struct secret32 *key, struct store **ret) MUST_CHECK;

/* Likewise, of a file that was put there by a restoring: it is checked, whatever it says of itself. */
err_t store_open_foreign(const char *path, const struct secret32 *key, struct store **ret) MUST_CHECK;

/* Makes an empty one in memory, which never touches the disk. *ret is owned. ERR_LOCAL_STORE. */
err_t store_open_memory(struct store **ret) MUST_CHECK;

/* From now on calls `changed` for every row that an INSERT, UPDATE or DELETE touches, in the midst of it. One that takes
 * the place of another counts as one. */
void store_watch(struct store *s, void (*changed)(void *arg, const char *table, u64 rowid), void *arg);

/* Undoes everything since the last commit. store_error(). */
err_t store_rollback(struct store *s) MUST_CHECK;

/* Closes; what was not committed is gone. NULL is fine; gives NULL. */
struct store *store_close(struct store *s);

/* What is not committed, and what waits in the journal, is of no use any more: closing does not wait for the disk. */
void store_abandon(struct store *s);

/* Makes everything since the last commit durable. store_error(). */
err_t store_commit(struct store *s) MUST_CHECK;

/* Something was erased in this turn that may not be left in the journal: with the next commit the journal is emptied. */
void store_erases(struct store *s);

/* The connection, for copy.c, migrate.c and others that speak to SQLite themselves. Borrowed. */
sqlite3 *store_connection(struct store *s);

/* Whether something was written since the last commit. */
bool store_is_in_transaction(const struct store *s);

/* Gives a connection that was just opened its key. */
bool store_set_key(sqlite3 *db, const struct secret32 *key) MUST_CHECK;

/* What the last error of db says: ERR_LOCAL_FULL, ERR_LOCAL_DISK, ERR_LOCAL_DAMAGED; ERR_LOCAL_STORE: anything else. */
err_t store_blame(sqlite3 *db);

/* OK, or what broke it: ERR_LOCAL_FULL, ERR_LOCAL_DISK, ERR_LOCAL_DAMAGED; ERR_LOCAL_STORE: anything else. */
err_t store_error(const struct store *s);

static inline bool store_is_broken(const struct store *s)
{
	return store_error(s) != OK;
}

/* From now on what writes breaks the store with `because`, before it has written; OK: as before. A damaged file is not
 * touched again, not even when it is closed. */
void store_forbid(struct store *s, err_t because);

/* Whether something can be written: OK, or why not. Outside of a transaction. */
err_t store_try(struct store *s) MUST_CHECK;

/* Nobody writes past the schema, or into what FTS5 keeps, unless it is off. A change costs that every statement is prepared
 * again; none may be in use. */
void store_defend(struct store *s, bool on);

/* How texts are split for the index. Borrowed. */
struct words *store_words(struct store *s);

/* Starts a statement; a writing one opens the transaction. End it with query_end() (or run it with query_run()). */
struct query store_query(struct store *s, enum store_sql which);

/* Binds the next parameter. Bytes are borrowed until query_end(). */
void query_int(struct query *q, i64 v);
void query_bytes(struct query *q, struct slice v);
void query_text(struct query *q, struct slice v);

/* The next row. False at the end. */
bool query_row(struct query *q);

/* For a statement without rows: does it and ends it. Gives how many rows it changed. */
int query_run(struct query *q);

i64 query_get_int(const struct query *q, int col);

/* Text or bytes, borrowed until the next query_row() or query_end(). */
struct slice query_get_bytes(const struct query *q, int col);

/* Copies exactly n bytes; anything else in the column breaks the store. */
void query_get_fixed(const struct query *q, int col, void *ret, size_t n);

/* Copies text of less than cap bytes, with NUL; anything else breaks the store. */
void query_get_text(const struct query *q, int col, char *ret, size_t cap);

/* The number in the first row, 0 when there is none; ends it. */
u64 query_take_int(struct query *q);

void query_end(struct query *q);

/* The rowid of the last insert. */
u64 store_last_id(const struct store *s);

#endif
