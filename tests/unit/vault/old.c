#include "old.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vault/migrate.h"
#include "vault/words.h"

static void must(bool x, const char *what)
{
	if (x)
		return;
	fprintf(stderr, "old database: %s\n", what);
	abort();
}

void old_exec(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
		return;
	fprintf(stderr, "%s\n%s\n", why, sql);
	abort();
}

i64 old_int(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	must(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW, sql);
	i64 v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

sqlite3 *old_open(const char *path, const struct secret32 *key)
{
	sqlite3 *db = NULL;
	char text[68] = "x'";
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", key->b[i]);
	text[66] = '\'';
	must(sqlite3_open(path, &db) == SQLITE_OK && sqlite3_key(db, text, 67) == SQLITE_OK, path);
	old_exec(db, "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL");
	must(words_register(db) != NULL, "words");
	return db;
}

void old_path(const char *name, char ret[static 300])
{
	const char *source = getenv("BOC_SOURCE");
	must(source != NULL, "BOC_SOURCE is not set");
	snprintf(ret, 300, "%s/tests/unit/vault/schema/%s", source, name);
}

static void name_of(int version, char ret[static 20])
{
	snprintf(ret, 20, "%d.sql", version);
}

bool old_has(int version)
{
	char name[20], path[300];
	name_of(version, name);
	old_path(name, path);
	return access(path, R_OK) == 0;
}

/* SQL, and ".read FILE" on a line of its own, as sqlite3's shell has it. */
static void run_file(sqlite3 *db, const char *name)
{
	char path[300], text[20000];
	old_path(name, path);
	FILE *f = fopen(path, "r");
	must(f != NULL, path);
	size_t n = fread(text, 1, sizeof text - 1, f);
	must(n < sizeof text - 1 && !ferror(f), "a file is too long");
	fclose(f);
	text[n] = 0;
	char *from = text;
	for (char *line = text; *line; line += *line == '\n') {
		char *end = line + strcspn(line, "\n");
		if (strncmp(line, ".read ", 6) == 0) {
			char other[100];
			snprintf(other, sizeof other, "%.*s", (int)(end - line - 6), line + 6);
			*line = 0;
			old_exec(db, from);
			run_file(db, other);
			from = end;
		}
		line = end;
	}
	old_exec(db, from);
}

void old_make(const char *path, const struct secret32 *key, int version)
{
	char name[20];
	sqlite3 *db = old_open(path, key);
	name_of(version, name);
	must(migrate_to(db, version) == OK && old_int(db, "PRAGMA user_version") == version, "steps");
	old_exec(db, "BEGIN");
	run_file(db, name);
	old_exec(db, "COMMIT");
	must(sqlite3_close(db) == SQLITE_OK, "close");
}

/* A step is one long line; here a column has its own, and a statement of a trigger. */
static void print_statement(const char *sql, FILE *f)
{
	const bool has_columns = strncmp(sql, "CREATE TABLE", 12) == 0;
	int depth = 0;
	for (const char *p = sql; *p; p++) {
		depth += (*p == '(') - (*p == ')');
		fputc(*p, f);
		if ((has_columns && depth == 1 && (*p == ',' || *p == '(')) || (depth == 0 && *p == ';')) {
			fputs("\n\t", f);
			p += p[1] == ' ';
		}
	}
}

char *old_schema(sqlite3 *db)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	sqlite3_stmt *st = NULL;
	must(f && sqlite3_prepare_v2(db,
	                             "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
	                             " AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
	                             " ORDER BY tbl_name, type <> 'table', type, name",
	                             -1, &st, NULL) == SQLITE_OK,
	     "schema");
	fprintf(f, "-- schema %d\n", (int)old_int(db, "PRAGMA user_version"));
	while (sqlite3_step(st) == SQLITE_ROW) {
		print_statement((const char *)sqlite3_column_text(st, 0), f);
		fputs(";\n", f);
	}
	sqlite3_finalize(st);
	fclose(f);
	return text;
}
