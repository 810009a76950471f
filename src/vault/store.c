#include "vault/store.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "os/fault.h"
#include "os/folder.h"
#include "vault/intact.h"
#include "vault/migrate.h"
#include "vault/search.h"
#include "vault/store_faults.h"

struct store {
	sqlite3 *db;                                              /* owned */
	struct words *words;                                      /* the connection's */
	sqlite3_stmt *st[sql_count];                              /* owned; prepared at first use */
	void (*changed)(void *arg, const char *table, u64 rowid); /* NULL: nobody watches */
	void *watcher;
	bool in_transaction;
	bool erases;     /* store_erases() was said since the last commit */
	err_t broken;    /* OK, or why every query is empty */
	err_t forbidden; /* OK, or why nothing may be written */
};

static const char *const sql_text[] = {
#define Q(name, text) text,
	STORE_SQL(Q)
#undef Q
};

static const char *const sql_names[] = {
#define Q(name, text) #name,
	STORE_SQL(Q)
#undef Q
};

/* cipher_memory_security would wipe and also mlock() all that SQLite ever allocates, which costs two thirds of the commit
 * rate. Wiping is store_prepare()'s; core dumps and ptrace are closed off for the whole process. */
static const char pragmas[] =
	"PRAGMA cipher_memory_security = OFF;"
	"PRAGMA foreign_keys = ON;"
	/* PROTO 8.2.4: "What is erased from the database is overwritten in it." */
	"PRAGMA secure_delete = ON;"
	"PRAGMA temp_store = MEMORY;"
	"PRAGMA trusted_schema = OFF;"
	"PRAGMA cell_size_check = ON;"
	/* One process, for as long as it is unlocked: no shared-memory file, and a second
                               * program on this folder fails instead of mixing in. */
	"PRAGMA locking_mode = EXCLUSIVE;"
	"PRAGMA synchronous = FULL;"
	/* KiB; each page that is read is decrypted. Behind the mode of locking, since it reads. */
	"PRAGMA cache_size = -24576;";

/* SQLite keeps decrypted pages on the heap, with seeds and messages: what it frees is wiped, so that a lock leaves
 * nothing behind. */
static sqlite3_mem_methods plain;

static void wiping_free(void *p)
{
	wipe(p, (size_t)plain.xSize(p));
	plain.xFree(p);
}

static void *wiping_realloc(void *p, int n)
{
	void *moved = plain.xMalloc(n);
	if (moved) {
		memcpy(moved, p, (size_t)MIN(n, plain.xSize(p)));
		wiping_free(p);
	}
	return moved;
}

void store_prepare(void)
{
	u8 seed[8];
	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain) != SQLITE_OK)
		return; /* prepared before */
	sqlite3_mem_methods wiping = plain;
	wiping.xFree = wiping_free;
	wiping.xRealloc = wiping_realloc;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &wiping) != SQLITE_OK || sqlite3_initialize() != SQLITE_OK)
		abort();
	sqlite3_randomness((int)sizeof seed, seed);
	store_faults();
}

err_t store_blame(sqlite3 *db)
{
	switch (sqlite3_errcode(db)) {
	case SQLITE_FULL: return ERR_LOCAL_FULL;
	case SQLITE_READONLY: return ERR_LOCAL_DISK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERR_LOCAL_DAMAGED;
	case SQLITE_IOERR:
		return folder_error(sqlite3_system_errno(db)) == ERR_LOCAL_FULL ? ERR_LOCAL_FULL : ERR_LOCAL_DISK;
	case SQLITE_CANTOPEN:
		if (folder_error(sqlite3_system_errno(db)) != ERR_LOCAL_IO)
			return folder_error(sqlite3_system_errno(db));
		break;
	}
	return ERR_LOCAL_STORE;
}

/* The pages stay as they are, and so does the journal: of a damaged file somebody may want to save what can be saved, of a
 * later version's we do not know what it says. */
static void keep_as_it_is(struct store *s)
{
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

void store_abandon(struct store *s)
{
	keep_as_it_is(s);
}

static void fail(struct store *s, const char *what)
{
	if (s->broken != OK)
		return;
	s->broken = store_blame(s->db);
	if (s->broken == ERR_LOCAL_DAMAGED)
		keep_as_it_is(s);
	log_error("database: %s: %s: %s", what, sqlite3_errstr(sqlite3_extended_errcode(s->db)), err_text(s->broken));
}

static bool exec(struct store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

sqlite3 *store_connection(struct store *s)
{
	return s->db;
}

bool store_is_in_transaction(const struct store *s)
{
	return s->in_transaction;
}

/* "x'...'" is what SQLCipher takes for a key as it is, without its own key derivation. */
bool store_set_key(sqlite3 *db, const struct secret32 *key)
{
	char text[3 + 64 + 1] = "x'";
	sodium_bin2hex(text + 2, 65, key->b, sizeof key->b); /* no table that is addressed by the key */
	text[66] = '\'';
	int rc = sqlite3_key(db, text, 67);
	wipe(text, sizeof text);
	return rc == SQLITE_OK;
}

/* Whether WAL is on now: a file system that cannot do it says so by the answer only. */
static bool use_wal(struct store *s)
{
	sqlite3_stmt *st = NULL;
	bool good = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode = WAL", -1, &st, NULL) == SQLITE_OK &&
	            sqlite3_step(st) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(st, 0), "wal") == 0;
	sqlite3_finalize(st);
	return good;
}

/* Functions that reach further than a row are not called by what is in the file. */
static bool defend(sqlite3 *db, bool on)
{
	return sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, on, NULL) == SQLITE_OK &&
	       sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK;
}

void store_defend(struct store *s, bool on)
{
	if (s->broken == OK && !defend(s->db, on))
		fail(s, "defend");
}

/* key NULL: in memory. */
static err_t open_with(const char *path, const struct secret32 *key, int flags, bool foreign, struct store **ret)
{
	struct store *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	err_t e = OK;
	if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK ||
	    !defend(s->db, true) || !exec(s, "PRAGMA cipher_log_level = NONE") || (key && !store_set_key(s->db, key)) ||
	    !exec(s, pragmas) || !exec(s, "SELECT count(*) FROM sqlite_schema"))
		fail(s, "cannot be opened");
	else
		e = migrate_check(s->db);
	/* Before anything is written to it. */
	if (e == OK && s->broken == OK && key)
		e = intact_check(s->db, foreign);
	if (e == ERR_LOCAL_LATER || e == ERR_LOCAL_DAMAGED)
		keep_as_it_is(s);
	else if (e == OK && s->broken == OK && ((key && !use_wal(s)) || !(s->words = words_register(s->db))))
		fail(s, "cannot be opened");
	if (s->broken != OK)
		e = s->broken;
	if (e == OK)
		e = migrate(s->db);
	if (e == OK)
		*ret = MOVE(s);
	store_close(s);
	return e;
}

err_t store_create(const char *path, const struct secret32 *key, struct store **ret)
{
	return open_with(path, key, SQLITE_OPEN_CREATE, false, ret);
}

err_t store_open(const char *path, const struct secret32 *key, struct store **ret)
{
	return open_with(path, key, 0, false, ret);
}

err_t store_open_foreign(const char *path, const struct secret32 *key, struct store **ret)
{
	return open_with(path, key, 0, true, ret);
}

err_t store_open_memory(struct store **ret)
{
	return open_with(":memory:", NULL, SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, false, ret);
}

static void on_change(void *arg, int what, const char *db, const char *table, sqlite3_int64 rowid)
{
	const struct store *s = arg;
	(void)what, (void)db;
	s->changed(s->watcher, table, (u64)rowid);
}

void store_watch(struct store *s, void (*changed)(void *arg, const char *table, u64 rowid), void *arg)
{
	s->changed = changed;
	s->watcher = arg;
	(void)sqlite3_update_hook(s->db, on_change, s);
}

err_t store_rollback(struct store *s)
{
	if (s->broken == OK && s->in_transaction) {
		if (exec(s, "ROLLBACK"))
			s->in_transaction = false;
		else
			fail(s, "roll back");
	}
	return s->broken;
}

struct store *store_close(struct store *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < sql_count; i++)
		sqlite3_finalize(s->st[i]);
	if (s->in_transaction)
		(void)exec(s, "ROLLBACK");
	if (sqlite3_close(s->db) != SQLITE_OK)
		log_error("database: not closed");
	free(s);
	return NULL;
}

err_t store_commit(struct store *s)
{
	if (s->broken == OK && s->in_transaction && s->erases)
		search_scrub(s);
	if (s->broken == OK && s->in_transaction) {
		FAULT("store.commit.before", "vault");
		if (exec(s, "COMMIT"))
			s->in_transaction = false;
		else
			fail(s, "commit");
		words_forget(s->words);
		FAULT("store.commit.after", "vault");
	}
	/* PROTO 8.2.4: "what the database's journal had of it is gone too" */
	if (s->broken == OK && s->erases) {
		if (sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK)
			s->erases = false;
		else
			fail(s, "empty the journal");
	}
	return s->broken;
}

void store_erases(struct store *s)
{
	s->erases = true;
}

struct words *store_words(struct store *s)
{
	return s->words;
}

err_t store_error(const struct store *s)
{
	return s->broken;
}

void store_forbid(struct store *s, err_t because)
{
	s->forbidden = because;
	if (because == ERR_LOCAL_DAMAGED)
		keep_as_it_is(s);
}

/* Setting the version writes a page, whatever it was. */
err_t store_try(struct store *s)
{
	char sql[80];
	snprintf(sql, sizeof sql, "BEGIN IMMEDIATE; PRAGMA user_version = %d; COMMIT", migrate_latest());
	if (exec(s, sql))
		return OK;
	err_t e = store_blame(s->db);
	(void)exec(s, "ROLLBACK");
	return e;
}

struct query store_query(struct store *s, enum store_sql which)
{
	struct query q = {.s = s};
	if (s->broken != OK)
		return q;
	sqlite3_stmt **st = &s->st[which];
	if (!*st && sqlite3_prepare_v3(s->db, sql_text[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL) != SQLITE_OK) {
		fail(s, sql_names[which]);
		return q;
	}
	if (sqlite3_stmt_busy(*st)) {
		log_error("database: %s is in use already", sql_names[which]);
		s->broken = ERR_LOCAL_STORE;
		return q;
	}
	if (s->forbidden != OK && !sqlite3_stmt_readonly(*st)) {
		s->broken = s->forbidden;
		return q;
	}
	if (!s->in_transaction && !sqlite3_stmt_readonly(*st)) {
		if (!exec(s, "BEGIN IMMEDIATE")) {
			fail(s, "begin");
			return q;
		}
		s->in_transaction = true;
	}
	q.st = *st;
	return q;
}

static void check(struct query *q, int rc)
{
	if (rc != SQLITE_OK)
		fail(q->s, "bind");
}

void query_int(struct query *q, i64 v)
{
	if (q->st)
		check(q, sqlite3_bind_int64(q->st, ++q->next, v));
}

void query_bytes(struct query *q, struct slice v)
{
	if (q->st)
		check(q, sqlite3_bind_blob64(q->st, ++q->next, v.n ? (const void *)v.p : "", v.n, SQLITE_STATIC));
}

void query_text(struct query *q, struct slice v)
{
	if (q->st)
		check(q, sqlite3_bind_text64(q->st, ++q->next, v.n ? (const char *)v.p : "", v.n, SQLITE_STATIC,
		                             SQLITE_UTF8));
}

bool query_row(struct query *q)
{
	if (!q->st || q->s->broken != OK)
		return false;
	int rc = sqlite3_step(q->st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fail(q->s, sqlite3_sql(q->st));
	return rc == SQLITE_ROW;
}

int query_run(struct query *q)
{
	(void)query_row(q);
	int changed = q->s->broken != OK ? 0 : sqlite3_changes(q->s->db);
	query_end(q);
	return changed;
}

void query_end(struct query *q)
{
	if (!q->st)
		return;
	sqlite3_reset(q->st);
	sqlite3_clear_bindings(q->st);
	q->st = NULL;
}

i64 query_get_int(const struct query *q, int col)
{
	return sqlite3_column_int64(q->st, col);
}

struct slice query_get_bytes(const struct query *q, int col)
{
	const void *p = sqlite3_column_blob(q->st, col);
	return slice_of(p, p ? (size_t)sqlite3_column_bytes(q->st, col) : 0);
}

static void odd_column(const struct query *q)
{
	log_error("database: a value of the wrong size");
	q->s->broken = ERR_LOCAL_STORE;
}

void query_get_fixed(const struct query *q, int col, void *ret, size_t n)
{
	struct slice v = query_get_bytes(q, col);
	memset(ret, 0, n);
	if (v.n == n)
		memcpy(ret, v.p, n);
	else
		odd_column(q);
}

void query_get_text(const struct query *q, int col, char *ret, size_t cap)
{
	struct slice v = query_get_bytes(q, col);
	ret[0] = 0;
	if (v.n >= cap) {
		odd_column(q);
		return;
	}
	if (v.n)
		memcpy(ret, v.p, v.n);
	ret[v.n] = 0;
}

u64 query_take_int(struct query *q)
{
	u64 v = query_row(q) ? (u64)query_get_int(q, 0) : 0;
	query_end(q);
	return v;
}

u64 store_last_id(const struct store *s)
{
	return (u64)sqlite3_last_insert_rowid(s->db);
}
