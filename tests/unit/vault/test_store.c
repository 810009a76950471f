/* The database itself: key, migrations, transactions, what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/kdf.h"
#include "rig.h"
#include "vault/contacts.h"
#include "vault/continuity.h"
#include "vault/gates.h"
#include "vault/identity.h"
#include "vault/keyfile.h"
#include "vault/messages.h"
#include "vault/migrate.h"
#include "vault/store.h"
#include "vault/trust.h"

static const struct secret32 key = {{1, 2, 3}};
static char dir[64], path[96];

static int fresh(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/boc-store-XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof path, "%s/vault.db", dir);
	return 0;
}

static int clear(void **state)
{
	char wal[128];
	(void)state;
	snprintf(wal, sizeof wal, "%s-wal", path);
	(void)unlink(path);
	(void)unlink(wal);
	return rmdir(dir);
}

/* The database as SQLite sees it, with the key and nothing else set. */
static sqlite3 *raw(const struct secret32 *k)
{
	sqlite3 *db = NULL;
	char text[68] = "x'";
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", k->b[i]);
	text[66] = '\'';
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "PRAGMA cipher_log_level = NONE", NULL, NULL, NULL);
	assert_int_equal(sqlite3_key(db, text, 67), SQLITE_OK);
	return db;
}

#define HEX32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static struct store *made(void)
{
	struct store *s = NULL;
	assert_int_equal(store_create(path, &key, &s), OK);
	u32 id;
	assert_int_equal(identity_create(s, rig_env(), slice_str("Alice"), &id), OK);
	assert_int_equal(store_commit(s), OK);
	return s;
}

static void test_key(void **state)
{
	struct secret32 wrong = key;
	struct store *s = made();
	(void)state;
	store_close(s);
	s = NULL;
	wrong.b[31] ^= 1;
	assert_int_equal(store_open(path, &wrong, &s), ERR_LOCAL_DAMAGED);
	assert_null(s);
	assert_int_equal(store_open("/nonexistent/vault.db", &key, &s), ERR_LOCAL_STORE);
	assert_int_equal(store_open(path, &key, &s), OK);
	store_close(s);
	/* No key at all. */
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_NOTADB);
	sqlite3_close(db);
}

static int one_int(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int v = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return v;
}

static void test_migrations(void **state)
{
	struct store *s = made();
	(void)state;
	store_close(s);
	s = NULL;
	sqlite3 *db = raw(&key);
	assert_int_equal(one_int(db, "PRAGMA user_version"), migrate_latest());
	assert_int_equal(one_int(db, "SELECT count(*) FROM identities"), 1);
	assert_int_equal(migrate(db), OK); /* again: nothing to do */
	/* Strict tables, whole schema; but for the index of words and what FTS5 makes below it. */
	assert_int_equal(one_int(db, "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND NOT strict"
	                             " AND name NOT LIKE 'sqlite_%' AND type NOT IN ('virtual', 'shadow')"),
	                 0);
	/* PROTO 8.2.2: "The transcripts and signatures of handshakes are never stored. What a former post-quantum key of
	 * ours said of its successor (5.3.2) is kept": no other column could hold one. */
	assert_int_equal(
		one_int(db, "SELECT count(*) FROM pragma_table_list t, pragma_table_info(t.name) c"
	                    " WHERE t.schema = 'main' AND t.type = 'table' AND c.type = 'BLOB' AND c.name NOT "
	                    "IN ('onion_seed',"
	                    " 'mldsa_seed', 'mldsa_next_seed', 'onion', 'pk', 'next', 'msg_id', 'body', "
	                    "'pqfp', 'secret', 'cur', 'prev', 'hash', 'head', 'salt', 'picture', 'key', 'gate_seed')"
	                    " AND NOT (t.name = 'rotations' AND c.name = 'sig')"
	                    " AND NOT (t.name = 'inbox' AND c.name IN ('seed', 'taken'))"),
		0);
	char sql[64];
	snprintf(sql, sizeof sql, "PRAGMA user_version = %d", migrate_latest() + 1);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(path, &key, &s), ERR_LOCAL_LATER); /* of a later version */
	assert_null(s);
	db = raw(&key);
	assert_int_equal(one_int(db, "PRAGMA user_version"), migrate_latest() + 1); /* left alone */
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = -1", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(path, &key, &s), ERR_LOCAL_LATER);
}

/* The schema as it was first released, and rows as they were then. */
static const char v1[] = "CREATE TABLE identities ("
			 " id INTEGER PRIMARY KEY,"
			 " name TEXT NOT NULL,"
			 " onion_seed BLOB NOT NULL CHECK (length(onion_seed) = 32),"
			 " mldsa_seed BLOB NOT NULL CHECK (length(mldsa_seed) = 32),"
			 " mldsa_next_seed BLOB NOT NULL CHECK (length(mldsa_next_seed) = 32),"
			 " seq INTEGER NOT NULL,"
			 " created_ms INTEGER NOT NULL"
			 ") STRICT;"
			 "CREATE TABLE contacts ("
			 " id INTEGER PRIMARY KEY AUTOINCREMENT,"
			 " identity INTEGER NOT NULL REFERENCES identities (id),"
			 " onion BLOB NOT NULL CHECK (length(onion) = 32),"
			 " name TEXT NOT NULL,"
			 " their_name TEXT NOT NULL,"
			 " greeting TEXT NOT NULL,"
			 " state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),"
			 " key_changed INTEGER NOT NULL,"
			 " out_seq INTEGER NOT NULL,"
			 " created_ms INTEGER NOT NULL,"
			 " UNIQUE (identity, onion)"
			 ") STRICT;"
			 "CREATE INDEX contacts_state ON contacts (state);"
			 "CREATE TABLE pins ("
			 " contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
			 " pk BLOB NOT NULL CHECK (length(pk) = 1952),"
			 " next BLOB NOT NULL CHECK (length(next) = 32),"
			 " seq INTEGER NOT NULL"
			 ") STRICT;"
			 "CREATE TABLE messages ("
			 " id INTEGER PRIMARY KEY,"
			 " contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
			 " ordinal INTEGER NOT NULL,"
			 " msg_id BLOB NOT NULL CHECK (length(msg_id) = 16),"
			 " mine INTEGER NOT NULL,"
			 " seq INTEGER NOT NULL,"
			 " time_ms INTEGER NOT NULL,"
			 " received_ms INTEGER NOT NULL,"
			 " kind INTEGER NOT NULL,"
			 " body BLOB NOT NULL,"
			 " state INTEGER NOT NULL,"
			 " UNIQUE (contact, mine, msg_id),"
			 " UNIQUE (contact, ordinal)"
			 ") STRICT;"
			 "CREATE TABLE outbox ("
			 " contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
			 " seq INTEGER NOT NULL,"
			 " message INTEGER NOT NULL,"
			 " PRIMARY KEY (contact, seq)"
			 ") STRICT, WITHOUT ROWID;"
			 "INSERT INTO identities VALUES (1, 'Alice', zeroblob(32), zeroblob(32), x'" HEX32 "', 0, 3);"
			 "INSERT INTO contacts VALUES (7, 1, x'" HEX32 "', 'Bob', 'Robert', 'hi', 3, 0, 2, 4);"
			 "INSERT INTO pins VALUES (7, zeroblob(1952), x'" HEX32 "', 5);"
			 "INSERT INTO messages VALUES (1, 7, 1, zeroblob(16), 1, 2, 6, 6, 1, x'68656c6c6f', 1);"
			 "INSERT INTO outbox VALUES (7, 2, 1);"
			 "PRAGMA user_version = 1";

static void test_migration_from_v1(void **state)
{
	struct store *s = NULL;
	struct contact c;
	struct message m;
	struct pq_identity pin;
	struct identities *ids;
	(void)state;
	sqlite3 *db = raw(&key);
	assert_int_equal(sqlite3_exec(db, v1, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(path, &key, &s), OK);
	assert_int_equal(gates_begin(s, rig_env()), OK);
	assert_int_equal(identities_load(s, &ids), OK);
	assert_string_equal(identities_find(ids, 1)->name, "Alice");
	assert_false(identities_find(ids, 1)->strangers);
	identities_free(ids);
	assert_true(contacts_get(s, 7, &c));
	assert_string_equal(c.name, "Bob");
	assert_int_equal(c.state, CONTACT_ACCEPTED);
	assert_int_equal(c.out_seq, 2);
	assert_true(contacts_pin(s, 7, &pin));
	assert_int_equal(pin.seq, 5);
	assert_true(messages_outbox_after(s, 7, 0, &m));
	assert_memory_equal(m.body, "hello", 5);
	u32 id;
	assert_int_equal(identity_create(s, rig_env(), slice_str("Alicia"), &id), OK);
	assert_int_equal(id, 2);
	assert_int_equal(store_commit(s), OK);
	store_close(s);
	db = raw(&key);
	assert_int_equal(one_int(db, "PRAGMA user_version"), migrate_latest());
	assert_int_equal(one_int(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	sqlite3_close(db);
}

static void test_settings(void **state)
{
	struct store *s = made();
	(void)state;
	/* Another program may not come in while it is open. */
	sqlite3 *db = raw(&key);
	assert_int_not_equal(sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	store_close(s);
	db = raw(&key);
	assert_int_equal(one_int(db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	sqlite3_close(db);
}

static struct contact a_contact(struct store *s, u8 n)
{
	struct contact c = {.identity = 1, .onion = {{n}}, .state = CONTACT_ACCEPTED, .created_ms = 5};
	contacts_add(s, &c);
	return c;
}

static void test_transactions(void **state)
{
	struct store *s = made();
	(void)state;
	a_contact(s, 1);
	assert_int_equal(contacts_count(s, CONTACT_ACCEPTED), 1);
	store_close(s); /* without a commit */
	assert_int_equal(store_open(path, &key, &s), OK);
	assert_int_equal(contacts_count(s, CONTACT_ACCEPTED), 0);
	a_contact(s, 1);
	assert_int_equal(store_commit(s), OK);
	assert_int_equal(store_commit(s), OK); /* nothing open: nothing to do */
	store_close(s);
	assert_int_equal(store_open(path, &key, &s), OK);
	assert_int_equal(contacts_count(s, CONTACT_ACCEPTED), 1);
	/* The same address twice is a broken invariant, not a request's fault: it sticks. */
	a_contact(s, 1);
	assert_true(store_is_broken(s));
	assert_int_equal(contacts_count(s, CONTACT_ACCEPTED), 0);
	assert_int_equal(store_commit(s), ERR_LOCAL_STORE);
	store_close(s);
}

static void test_dedup_and_cascade(void **state)
{
	struct store *s = made();
	(void)state;
	struct contact c = a_contact(s, 1), d = a_contact(s, 2);
	struct peer_item item = {.id = {{7}}, .seq = 1, .kind = ITEM_TEXT, .body = slice_str("x")};
	static const u8 hash[ITEM_HASH_LEN];
	u64 row = 0;
	struct message m;
	struct pq_identity pq = {.seq = 0};
	assert_true(messages_add(s, c.id, false, &item, hash, 1, &row));
	assert_false(messages_add(s, c.id, false, &item, hash, 2, &row));
	assert_true(messages_add(s, c.id, true, &item, hash, 3, &row)); /* the other author's own */
	assert_true(messages_add(s, d.id, false, &item, hash, 4, &row));
	assert_int_equal(messages_max(s, c.id), 2);
	assert_int_equal(messages_max(s, d.id), 1);
	assert_true(messages_outbox_after(s, c.id, 0, &m));
	assert_int_equal(m.seq, 1);
	assert_int_equal(m.ordinal, 2);
	assert_int_equal(trust_pin(s, c.id, &pq, 1), OK);
	assert_int_equal(trust_pin(s, c.id, &pq, 1), OK);
	struct pq_identity other[3] = {pq, pq, pq};
	other[0].pk[MLDSA_PK_LEN - 1] ^= 1;
	other[1].next[3] ^= 1;
	other[2].seq = 1;
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		assert_int_equal(trust_pin(s, c.id, &other[i], 1), ERR_PEER_PIN);
	contacts_remove(s, c.id);
	assert_false(contacts_get(s, c.id, &d));
	contacts_erase(s, ERASE_STEP);
	assert_int_equal(store_commit(s), OK);
	store_close(s);
	sqlite3 *db = raw(&key);
	assert_int_equal(one_int(db, "SELECT count(*) FROM messages"), 1);
	assert_int_equal(one_int(db, "SELECT count(*) FROM outbox"), 0);
	assert_int_equal(one_int(db, "SELECT count(*) FROM pins"), 0);
	sqlite3_close(db);
}

/* A key slot opens with its own unlock key and untouched neighbours only. */
static void test_keyfile(void **state)
{
	struct keyfile k = {.has_recovery = true}, back;
	struct keyslot *slot = &back.slots[SLOT_PASSPHRASE];
	struct secret32 unlock = {{5}}, other = {{6}}, db = {{7}}, got;
	char file[96];
	(void)state;
	assert_int_equal(opaque_server_keys_new(rig_env(), &k.slots[SLOT_PASSPHRASE].server), OK);
	assert_int_equal(keyfile_wrap(&k, SLOT_PASSPHRASE, rig_env(), &unlock, &db), OK);
	assert_int_equal(keyfile_read(dir, &back), ERR_LOCAL_MISSING);
	assert_int_equal(keyfile_write(dir, &k), OK);
	assert_int_equal(keyfile_read(dir, &back), OK);
	assert_int_equal(keyfile_unwrap(&back, SLOT_PASSPHRASE, &unlock, &got), OK);
	assert_memory_equal(got.b, db.b, 32);
	assert_int_equal(keyfile_unwrap(&back, SLOT_PASSPHRASE, &other, &got), ERR_LOCAL_SECRET);
	slot->record[0] ^= 1;
	assert_int_equal(keyfile_unwrap(&back, SLOT_PASSPHRASE, &unlock, &got), ERR_LOCAL_SECRET);
	slot->record[0] ^= 1;
	slot->ksf.iterations--;
	assert_int_equal(keyfile_unwrap(&back, SLOT_PASSPHRASE, &unlock, &got), ERR_LOCAL_SECRET);
	assert_int_equal(keyfile_unwrap(&back, SLOT_RECOVERY, &unlock, &got), ERR_LOCAL_SECRET);
	back.slots[SLOT_RECOVERY] = k.slots[SLOT_PASSPHRASE]; /* no slot stands for the other */
	assert_int_equal(keyfile_unwrap(&back, SLOT_RECOVERY, &unlock, &got), ERR_LOCAL_SECRET);
	assert_int_equal(keyfile_write("/nonexistent", &k), ERR_LOCAL_IO);
	snprintf(file, sizeof file, "%s/keys", dir);
	FILE *f = fopen(file, "r+b");
	assert_non_null(f);
	fseek(f, 11, SEEK_SET);
	fputc(3, f);
	fclose(f);
	assert_int_equal(keyfile_read(dir, &back), ERR_LOCAL_CONFIG); /* of a later version */
	assert_int_equal(unlink(file), 0);
}

/* A file of before there were recovery keys opens as it did, and is of this version once it is written again. */
static void test_keyfile_of_version_1(void **state)
{
	enum { BEFORE = 12 + 420 };
	struct keyfile k = {.slots[SLOT_PASSPHRASE].ksf = OPAQUE_KSF_DEFAULT}, back;
	struct secret32 unlock = {{5}}, db = {{7}}, got;
	u8 bytes[BEFORE + 32], sum[SHA512_LEN];
	char file[96];
	(void)state;
	assert_int_equal(opaque_server_keys_new(rig_env(), &k.slots[SLOT_PASSPHRASE].server), OK);
	assert_int_equal(keyfile_wrap(&k, SLOT_PASSPHRASE, rig_env(), &unlock, &db), OK);
	assert_int_equal(keyfile_write(dir, &k), OK);
	snprintf(file, sizeof file, "%s/keys", dir);
	FILE *f = fopen(file, "r+b");
	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, BEFORE, f), BEFORE);
	bytes[11] = 1;
	sha512(sum, PARTS(slice_str("boc keys"), slice_of(bytes, BEFORE)));
	memcpy(bytes + BEFORE, sum, 32);
	rewind(f);
	assert_int_equal(fwrite(bytes, 1, sizeof bytes, f), sizeof bytes);
	fclose(f);
	assert_int_equal(truncate(file, sizeof bytes), 0);
	for (int again = 0; again < 2; again++) {
		memset(&back, 0xff, sizeof back);
		assert_int_equal(keyfile_read(dir, &back), OK);
		assert_false(back.has_recovery);
		assert_int_equal(keyfile_unwrap(&back, SLOT_PASSPHRASE, &unlock, &got), OK);
		assert_memory_equal(got.b, db.b, 32);
		assert_int_equal(keyfile_write(dir, &back), OK);
	}
	assert_int_equal(unlink(file), 0);
}

/* Whoever dials often and forgets each time fills no disk, and is seen to have forgotten. */
static void test_losses_are_bounded(void **state)
{
	struct store *s = made();
	(void)state;
	struct contact c = a_contact(s, 1), d = a_contact(s, 2);
	const struct cont_pair pair = {.has = 2};
	const u64 start = 10 * LOST_WINDOW_MS;
	struct trust t;
	continuity_commit(s, d.id, &pair, true, start);
	for (unsigned i = 1; i <= 2 * MAX_LOSSES; i++) {
		continuity_commit(s, c.id, &pair, true, start + i);
		trust_get(s, &c, start + i, &t);
		assert_int_equal(t.lost_30d, MIN(i, MAX_LOSSES));
		assert_int_equal(t.lost_ms, start + i);
	}
	/* What is older than what is shown goes with the next one; the newest stays until then. */
	const u64 later = start + 2 * LOST_WINDOW_MS;
	trust_get(s, &c, later, &t);
	assert_int_equal(t.lost_30d, 0);
	assert_int_equal(t.lost_ms, start + 2 * MAX_LOSSES);
	continuity_commit(s, c.id, &pair, true, later);
	trust_get(s, &c, later, &t);
	assert_int_equal(t.lost_30d, 1);
	trust_get(s, &d, later, &t);
	assert_int_equal(t.lost_ms, start);
	assert_int_equal(store_commit(s), OK);
	store_close(s);
	sqlite3 *db = raw(&key);
	assert_int_equal(one_int(db, "SELECT count(*) FROM losses"), 2);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_key, fresh, clear),
		cmocka_unit_test_setup_teardown(test_migrations, fresh, clear),
		cmocka_unit_test_setup_teardown(test_migration_from_v1, fresh, clear),
		cmocka_unit_test_setup_teardown(test_settings, fresh, clear),
		cmocka_unit_test_setup_teardown(test_transactions, fresh, clear),
		cmocka_unit_test_setup_teardown(test_dedup_and_cascade, fresh, clear),
		cmocka_unit_test_setup_teardown(test_losses_are_bounded, fresh, clear),
		cmocka_unit_test_setup_teardown(test_keyfile, fresh, clear),
		cmocka_unit_test_setup_teardown(test_keyfile_of_version_1, fresh, clear),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
