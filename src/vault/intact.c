#include "vault/intact.h"

#include <string.h>

#include "base/log.h"
#include "vault/migrate.h"
#include "vault/store.h"
#include "vault/words.h"

static i64 number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	i64 n = 0;
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* A row for each page that is not good. */
static bool is_whole(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	bool whole = sqlite3_prepare_v2(db, "PRAGMA cipher_integrity_check", -1, &st, NULL) == SQLITE_OK &&
	             sqlite3_step(st) == SQLITE_DONE;
	sqlite3_finalize(st);
	return whole;
}

static const char *column(sqlite3_stmt *st, int i)
{
	const char *s = (const char *)sqlite3_column_text(st, i);
	return s ? s : "";
}

/* What FTS5 makes below an index, in words that are SQLite's and not ours. */
static bool is_shadow(sqlite3_stmt *st)
{
	return strncmp(column(st, 1), "search_", 7) == 0 && strcmp(column(st, 0), "table") == 0 &&
	       strncmp(column(st, 3), "CREATE TABLE ", 13) == 0;
}

static bool is_same(sqlite3_stmt *a, sqlite3_stmt *b)
{
	for (int i = 0; i < 3; i++)
		if (strcmp(column(a, i), column(b, i)) != 0)
			return false;
	return (is_shadow(a) && is_shadow(b)) || strcmp(column(a, 3), column(b, 3)) == 0;
}

static bool is_same_schema(sqlite3 *is, sqlite3 *want)
{
	static const char sql[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
	sqlite3_stmt *a = NULL, *b = NULL;
	bool same = sqlite3_prepare_v2(is, sql, -1, &a, NULL) == SQLITE_OK &&
	            sqlite3_prepare_v2(want, sql, -1, &b, NULL) == SQLITE_OK;
	while (same) {
		int one = sqlite3_step(a), other = sqlite3_step(b);
		same = one == other && (one == SQLITE_DONE || (one == SQLITE_ROW && is_same(a, b)));
		if (one != SQLITE_ROW)
			break;
	}
	sqlite3_finalize(a);
	sqlite3_finalize(b);
	return same;
}

/* *ret: whether it has what its version has, and nothing else. */
static err_t compare(sqlite3 *db, bool *ret)
{
	sqlite3 *want = NULL;
	err_t e = ERR_LOCAL_STORE;
	if (sqlite3_open(":memory:", &want) == SQLITE_OK && words_register(want))
		e = migrate_to(want, (int)number(db, "PRAGMA user_version"));
	if (e == OK)
		*ret = is_same_schema(db, want);
	if (sqlite3_close(want) != SQLITE_OK)
		log_error("database: not closed");
	return e;
}

err_t intact_check(sqlite3 *db, bool foreign)
{
	bool same = false;
	if (!foreign && number(db, "SELECT made_ms FROM restored") == 0)
		return OK;
	if (!is_whole(db)) {
		log_error("database: the backup is damaged");
		return ERR_LOCAL_DAMAGED;
	}
	TRY(compare(db, &same));
	if (same)
		return OK;
	log_error("database: the backup is refused: it has tables, indexes, triggers or views that no vault of its "
	          "version has");
	return ERR_LOCAL_DAMAGED;
}
