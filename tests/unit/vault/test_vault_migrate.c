/* A vault of every earlier version is unlocked by this one: all that a person had is there. And one of a later version is
 * left alone. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "old.h"
#include "rig.h"
#include "vault/contacts.h"
#include "vault/continuity.h"
#include "vault/drafts.h"
#include "vault/expiry.h"
#include "vault/invites.h"
#include "vault/migrate.h"
#include "vault/order.h"
#include "vault/reach.h"
#include "vault/reading.h"
#include "vault/search.h"
#include "vault/shelf.h"
#include "vault/state.h"
#include "vault/terms.h"
#include "vault/trust.h"

static struct rig r;
static struct secret32 key;
static char db_path[128];

/* A vault that is locked, whose database is of that version. */
static void vault_of(int version)
{
	rig_new(&r, "Somebody");
	key = r.v->ids->db_key;
	rig_kill(&r);
	snprintf(db_path, sizeof db_path, "%s/vault.db", r.dir);
	assert_int_equal(unlink(db_path), 0);
	old_make(db_path, &key, version);
	rig_reopen(&r);
}

static void unlock(void)
{
	assert_int_equal(rig_login(&r, "correct horse", ""), OK);
}

static sqlite3 *closed(void)
{
	rig_kill(&r);
	return old_open(db_path, &key);
}

/* ---- what a person had ---- */

static void check_contacts(int version)
{
	static const struct {
		u64 id;
		const char *name, *greeting;
		enum contact_state state;
	} all[] = {{1, "Bob", "hi", CONTACT_ACCEPTED},
	           {2, "Carol", "It is me, Alice", CONTACT_REQUEST_SENT},
	           {3, "Дейв", "may I?", CONTACT_REQUEST_RECEIVED},
	           {4, "Erin", "", CONTACT_REJECTED},
	           {5, "Mallory", "", CONTACT_BLOCKED},
	           {7, "Frank", "", CONTACT_ACCEPTED}};
	struct store *s = r.v->store;
	struct contact c;
	struct pq_identity pin;
	u64 last = 0;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		assert_true(contacts_after(s, last, &c));
		last = c.id;
		assert_int_equal(c.id, all[i].id);
		assert_int_equal(c.state, all[i].state);
		assert_true(slice_eq(contacts_shown_name(&c), slice_str(all[i].name)));
		assert_string_equal(c.greeting, all[i].greeting);
		assert_int_equal(c.key_changed, c.id == 7);
		assert_int_equal(c.cover, version >= 18 && c.id == 1);
		const u8 shelf = version < 20 ? 0
		                 : c.id == 1  ? CONVERSATION_PINNED
		                 : c.id == 2  ? CONVERSATION_ARCHIVED
		                              : 0;
		assert_int_equal(shelf_get(s, c.id, messages_max(s, c.id)), shelf);
		assert_int_equal(c.created_ms, 1600000000000 + c.id);
		bool has_pin = c.id == 1 || c.id == 3 || c.id == 7;
		assert_int_equal(contacts_pin(s, c.id, &pin), has_pin);
		assert_true(!has_pin || (pin.seq == c.id && pin.pk[MLDSA_PK_LEN - 1] == '0' + c.id));
	}
	assert_false(contacts_after(s, last, &c));
	c = (struct contact){.identity = 1, .onion = {{250}}, .state = CONTACT_ACCEPTED};
	contacts_add(s, &c);
	assert_int_equal(c.id, 10); /* a number that was given away before is not given again */
	contacts_remove(s, c.id);
}

/* A conversation as the page is shown it. */
static void check_talk(u64 contact, size_t n, const struct ipc_message *expected)
{
	size_t seen = 0, mark = rig_mark(&r);
	struct ipc_msg m;
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, messages_list, .contact = contact, .limit = 100));
	for (size_t i = mark; i < r.n_outs; i++) {
		assert_int_equal(ipc_decode(slice_of(r.outs[i].bytes, r.outs[i].n), &m), OK);
		if (m.type != ipc_t_message || m.req != r.req)
			continue;
		assert_true(seen < n);
		const struct ipc_message *e = &expected[seen++];
		assert_int_equal(m.message.ordinal, seen);
		assert_int_equal(m.message.mine, e->mine);
		assert_int_equal(m.message.state, e->state);
		assert_int_equal(m.message.kind, e->kind);
		assert_int_equal(m.message.reply, e->reply);
		assert_int_equal(m.message.edited_ms, e->edited_ms);
		assert_true(slice_eq(m.message.react_theirs, e->react_theirs));
		/* Of the long one its beginning and its length. */
		const size_t len = e->text.n && e->text.p[e->text.n - 1] == '>' ? e->text.n - 1 : m.message.text.n;
		assert_true(m.message.text.n >= len &&
		            slice_eq(slice_of(m.message.text.p, len), slice_of(e->text.p, len)));
		assert_int_equal(m.message.text.n, len == m.message.text.n ? e->text.n : 5 + 700 * 5 + 4);
		assert_true(m.message.time_ms > 1600000001000 && m.message.time_ms < 1600000001000 + 100);
	}
	assert_int_equal(seen, n);
}

#define SAID(is_mine, in_state, words, ...)                                                                   \
	{                                                                                                     \
		.mine = (is_mine), .state = (in_state), .kind = MESSAGE_SHOWN_TEXT, .text = slice_str(words), \
		##__VA_ARGS__                                                                                 \
	}

static void check_messages(int version)
{
	const struct ipc_message bob[] = {
		SAID(1, MESSAGE_DELIVERED, "good morning, Bob"),
		SAID(0, MESSAGE_RECEIVED, "Good morning Alice"),
		SAID(0, MESSAGE_RECEIVED, "пароль ünïcode 你好 🙂"),
		SAID(1, MESSAGE_DELIVERED, "begin long long>"),
		SAID(0, MESSAGE_RECEIVED, "what came behind the gap"),
		{.state = MESSAGE_RECEIVED, .kind = MESSAGE_SHOWN_UNKNOWN},
		SAID(1, MESSAGE_WAITING, "waits first"),
		SAID(1, MESSAGE_WAITING, "waits second"),
		SAID(1, MESSAGE_DELIVERED, "the typo", .edited_ms = 1600000001013, .react_theirs = slice_str("👍")),
		SAID(0, MESSAGE_RECEIVED, "which typo?", .reply = 9),
		{.mine = 1, .state = MESSAGE_WAITING, .kind = MESSAGE_SHOWN_DELETED}, /* as its deletion */
		{.state = MESSAGE_RECEIVED, .kind = MESSAGE_SHOWN_DELETED_HERE},
	};
	const struct ipc_message carol[] = {SAID(1, MESSAGE_WAITING, "are you there?")};
	const struct ipc_message frank[] = {SAID(0, MESSAGE_RECEIVED, "before the key changed"),
	                                    SAID(1, MESSAGE_DELIVERED, "noted")};
	check_talk(1, version < 3 ? 8 : 12, bob);
	check_talk(2, 1, carol);
	check_talk(3, 0, NULL);
	check_talk(7, 2, frank);
}

/* How far it was read, what was begun, and how long it stays. */
static void check_reading(int version)
{
	struct store *s = r.v->store;
	struct reading reading;
	struct draft draft;
	u8 room[DRAFT_ROOM];
	struct message m;
	reading_get(s, 1, &reading);
	assert_int_equal(reading.read, version < 3    ? 8
	                               : version < 12 ? 12
	                                              : 5); /* all that was there before there were marks */
	assert_int_equal(reading.floor, version < 12 ? 0 : 2);
	assert_int_equal(reading.named, version < 12 ? 0 : 3);
	drafts_get(s, 1, room, &draft);
	assert_true(slice_eq(draft.text, slice_str(version < 12 ? "" : "Dear Bob")));
	assert_int_equal(draft.reply, version < 22 ? 0 : 10);
	assert_int_equal(draft.edit, version < 22 ? 0 : 1);
	assert_true(slice_eq(draft.edited, slice_str(version < 22 ? "" : "good morning, dear")));
	assert_int_equal(terms_retention(s, 1), version < 11 ? 0 : 30);
	struct reach reach;
	reach_get(r.v, 1, &reach);
	assert_int_equal(reach.seen_ms, version < 15 ? 0 : 1690000000500);
	assert_true(messages_at(s, 1, 2, &m));
	assert_int_equal(m.vanish, version < 11 ? 0 : 31536000);
	/* What was read before there were clocks is kept since it came. */
	assert_true(version < 11 ? m.from_ms >= 1600000001000 && m.from_ms < 1600000003000
	                         : m.from_ms == 1690000000000);
	assert_true(messages_at(s, 1, 1, &m) && m.from_ms != 0 && messages_at(s, 1, 7, &m) && m.from_ms == 0);
	assert_true(messages_at(s, 1, 8, &m) && m.from_ms == 0); /* waits */
	assert_int_equal(expiry_begins(s), false);
	assert_int_equal(r.v->clock_ahead_ms, version < 14 ? 0 : -1500);
	if (version >= 3) { /* as its deletion waits */
		assert_true(messages_at(s, 1, 11, &m) && m.from_ms == 0);
		assert_true(messages_at(s, 1, 12, &m) && (m.from_ms != 0) == (version < 12));
	}
	assert_int_equal(expiry_next_vanish(s), version < 11 ? 0 : 1721536000000);
}

/* What is still to be delivered goes again, with the same id and number. */
static void check_outbox(int version)
{
	struct store *s = r.v->store;
	struct message m;
	struct peer_item item;
	u8 room[MAX_BODY];
	struct contact c;
	assert_int_equal(messages_outbox_count(s, 1), version < 3 ? 2 : 3);
	assert_true(messages_outbox_after(s, 1, 0, &m));
	assert_int_equal(m.id.b[15], 7);
	order_item(s, &m, room, &item);
	assert_int_equal(item.seq, 3);
	assert_true(slice_eq(item.body, slice_str("waits first")));
	assert_true(messages_outbox_after(s, 1, 3, &m) && m.seq == 4 && m.id.b[15] == 8);
	assert_int_equal(messages_outbox_after(s, 1, 4, &m), version >= 3);
	assert_int_equal(messages_outbox_count(s, 2), 1);
	assert_int_equal(messages_outbox_count(s, 7), 0);
	/* And the next one has the next number. */
	assert_true(contacts_get(s, 1, &c));
	assert_int_equal(c.out_seq, version < 3 ? 4 : 8);
	assert_int_equal(rig_write(&r, 1, 99, "goes on"), version < 3 ? 9 : 13);
	assert_true(messages_numbered(s, 1, c.out_seq + 1, &m));
}

static void check_order(int version)
{
	struct heard h;
	order_heard(r.v->store, 1, &h);
	assert_int_equal(h.top, 2);
	assert_int_equal(h.last, version < 3 ? 5 : 8);
	assert_int_equal(order_missing(&h), 1); /* the third never came */
	assert_int_equal(h.head[ITEM_HASH_LEN - 1], version < 3 ? 0 : 0x03);
	order_heard(r.v->store, 7, &h);
	assert_int_equal(h.top, 1);
	assert_int_equal(order_missing(&h), 0);
	assert_int_equal(h.broken_ms, version < 3 ? 0 : 1600000002345);
	order_heard(r.v->store, 2, &h);
	assert_int_equal(h.last, 0);
}

static size_t found(const char *words)
{
	struct search *f;
	struct message m;
	size_t n = 0;
	assert_int_equal(search_open(r.v->store, &(struct search_ask){.text = slice_str(words), .limit = 100}, &f), OK);
	while (search_next(f, &m))
		n++;
	search_close(f);
	return n;
}

static void check_search(int version)
{
	assert_int_equal(found("MORNING "), 2);
	assert_int_equal(found("пароль "), 1);
	assert_int_equal(found("你好"), 1);
	assert_int_equal(found("long "), 1);
	assert_int_equal(found("waits"), 2);
	assert_int_equal(found("before the key "), 1);
	assert_int_equal(found("typo "), version < 3 ? 0 : 2);
	assert_int_equal(found("teh "), 0);
	assert_int_equal(found("regret "), 0);
	assert_int_equal(found("eyes "), 0);
}

static void check_trust(int version)
{
	struct store *s = r.v->store;
	struct contact c;
	struct trust t;
	struct pq_identity pq;
	struct cont_pair pair;
	assert_true(contacts_get(s, 1, &c));
	trust_get(s, &c, rig_now_ms, &t);
	assert_int_equal(t.level, version < 2 ? TRUST_UNVERIFIED : TRUST_VERIFIED);
	assert_int_equal(t.rotated_ms, version < 2 ? 0 : 1600000000600);
	assert_int_equal(t.lost_ms, version < 2 ? 0 : 1600000000701);
	assert_int_equal(trust_floor(s, 1).suite, version >= 2);
	continuity_load(s, 1, &pair);
	assert_int_equal(pair.has, version < 2 ? 0 : 2);
	assert_int_equal(trust_candidate(s, 7, &pq), version >= 2);
	assert_true(version < 2 || memcmp(pq.pk + MLDSA_PK_LEN - 2, "77", 2) == 0);
}

static void check_identities(int version)
{
	static const enum invite_state states[] = {INVITE_OPEN, INVITE_USED, INVITE_REVOKED, INVITE_EXPIRED};
	const struct identities *ids = r.v->ids;
	struct store *s = r.v->store;
	struct invite i;
	struct invite_held held;
	struct pq_entry former;
	u32 id;
	assert_int_equal(ids->n, version < 2 ? 1 : 2);
	assert_string_equal(ids->all[0]->name, "Alice");
	assert_int_equal(ids->all[0]->strangers, version >= 2);
	assert_int_equal(ids->all[0]->rotated_ms, version < 2 ? 0 : 1600000000500);
	assert_int_equal(identity_former(s, 1, 0, &former), version >= 2);
	for (u64 k = 1; version >= 2 && k <= 4; k++) {
		assert_true(invites_get(s, k, &i));
		assert_int_equal(i.state, states[k - 1]);
		assert_int_equal(i.contact, k == 2 ? 1 : 0);
	}
	assert_int_equal(invites_get(s, 5, &i), false);
	assert_int_equal(invites_held(s, 2, &held), version >= 2);
	assert_true(version < 2 || held.secret.b[31] == 0x11);
	assert_int_equal(identity_create(s, rig_env(), slice_str("Next"), &id), OK);
	assert_int_equal(id, version < 2 ? 2 : 4);
}

/* ---- every earlier version ---- */

static void check_tables_have_rows(int version)
{
	sqlite3 *db = old_open(db_path, &key);
	sqlite3_stmt *st = NULL;
	assert_int_equal(
		sqlite3_prepare_v2(db,
	                           "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
	                           " AND name NOT LIKE 'sqlite_%'",
	                           -1, &st, NULL),
		SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		char sql[200];
		const char *name = (const char *)sqlite3_column_text(st, 0);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\"", name);
		if (old_int(db, sql) == 0)
			fail_msg("schema/%d.sql has no rows for the table %s", version, name);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
}

static char *fresh_schema(void)
{
	rig_new(&r, "Somebody");
	key = r.v->ids->db_key;
	snprintf(db_path, sizeof db_path, "%s/vault.db", r.dir);
	sqlite3 *db = closed();
	char *text = old_schema(db);
	sqlite3_close(db);
	rig_close(&r);
	return text;
}

/* The file is whole, nothing points nowhere, the index has what it should, and the schema is that of a new vault. */
static void check_file(const char *fresh)
{
	sqlite3 *db = closed();
	assert_int_equal(old_int(db, "PRAGMA user_version"), migrate_latest());
	assert_int_equal(old_int(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
	assert_int_equal(old_int(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	old_exec(db, "INSERT INTO search (search) VALUES ('integrity-check')");
	char *schema = old_schema(db);
	assert_string_equal(schema, fresh);
	free(schema);
	sqlite3_close(db);
}

static void test_every_version(void **state)
{
	char *fresh = fresh_schema();
	(void)state;
	for (int version = 1; version <= migrate_latest(); version++) {
		/* Whoever appends a step adds the rows of the schema that was the last one before it. */
		if (!old_has(version)) {
			if (version < migrate_latest())
				fail_msg("tests/unit/vault/schema/%d.sql is missing: rows of a vault of schema %d",
				         version, version);
			continue;
		}
		vault_of(version);
		check_tables_have_rows(version);
		unlock();
		struct ipc_settings set = rig_ask(&r, ROLE_WEB, IPC_MSG(0, settings_get)).settings;
		assert_int_equal(set.lock_after, version < 4 ? 0 : 15);
		assert_int_equal(set.read_marks, version >= 12);
		assert_int_equal(set.receive_locked, version >= 13);
		assert_int_equal(set.damaged, version < 13 ? 0 : 3);
		assert_int_equal(set.page.n > 0, version >= 19);
		struct ipc_msg b = rig_ask(&r, ROLE_WEB, IPC_MSG(0, bridges_get));
		assert_int_equal(b.bridges.lines.n > 0, version >= 16);
		check_messages(version);
		check_reading(version);
		check_contacts(version);
		check_order(version);
		check_search(version);
		check_trust(version);
		check_identities(version);
		check_outbox(version);
		assert_int_equal(store_error(r.v->store), OK);
		check_file(fresh);
		rig_reopen(&r);
		unlock(); /* once more: nothing is left to do */
		check_search(version);
		check_order(version);
		rig_close(&r);
	}
	free(fresh);
}

/* A change of the schema shows in a review: BOC_WRITE_SCHEMA=1 writes the text anew. */
static void test_schema_text(void **state)
{
	char path[300], text[40000], *fresh = fresh_schema();
	(void)state;
	old_path("latest.sql", path);
	if (getenv("BOC_WRITE_SCHEMA")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		assert_true(fputs(fresh, f) >= 0 && fclose(f) == 0);
	}
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	size_t n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = 0;
	assert_string_equal(text, fresh);
	free(fresh);
}

/* ---- one of a later version ---- */

static size_t read_file(const char *path, u8 *ret, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(ret, 1, cap, f) : 0;
	if (f)
		fclose(f);
	assert_true(n < cap);
	return n;
}

/* Refused with an error of its own; neither the file nor what a crash left in its journal is touched. */
static void test_later_version(void **state)
{
	static u8 before[2][1 << 20], after[1 << 20];
	static const char *const hows[] = {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"};
	(void)state;
	for (size_t how = 0; how < 3; how++) {
		char wal[160], kept[2][160], sql[100];
		vault_of(migrate_latest());
		snprintf(wal, sizeof wal, "%s-wal", db_path);
		snprintf(kept[0], sizeof kept[0], "%s.kept", db_path);
		snprintf(kept[1], sizeof kept[1], "%s.kept-wal", db_path);
		sqlite3 *db = old_open(db_path, &key);
		snprintf(sql, sizeof sql, "PRAGMA user_version = %d; CREATE TABLE of_tomorrow (x)",
		         migrate_latest() + 1);
		old_exec(db, hows[how % 2]);
		old_exec(db, sql);
		if (how == 2) { /* its vault died: the last words are in the journal */
			old_exec(db, "PRAGMA journal_mode = WAL; INSERT INTO of_tomorrow VALUES ('last words')");
			sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		}
		sqlite3_close(db);
		const size_t n = read_file(db_path, before[0], sizeof before[0]);
		const size_t n_wal = read_file(wal, before[1], sizeof before[1]);
		assert_int_equal(n_wal > 0, how == 2);
		for (int again = 0; again < 2; again++) {
			size_t mark = rig_mark(&r);
			assert_int_equal(rig_login(&r, "correct horse", ""), ERR_LOCAL_LATER);
			assert_false(vault_is_unlocked(r.v));
			assert_int_equal(rig_count(&r, mark, ipc_t_identity), 0);
			assert_int_equal(read_file(db_path, after, sizeof after), n);
			assert_memory_equal(after, before[0], n);
			assert_int_equal(read_file(wal, after, sizeof after), n_wal);
			assert_memory_equal(after, before[1], n_wal);
		}
		if (how == 2) {
			db = old_open(db_path, &key);
			assert_int_equal(old_int(db, "SELECT x = 'last words' FROM of_tomorrow"), 1);
			sqlite3_close(db);
		}
		rig_close(&r);
	}
}

/* ---- a disk without room ---- */

static void limit_files(rlim_t n)
{
	struct rlimit l;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* However much room there is: either it is enough, or the person is told that it is not; nothing is lost, and as soon as
 * there is room it goes on where it ended. */
static void test_full_disk(void **state)
{
	unsigned refused = 0, stages = 0;
	bool done = false;
	(void)state;
	for (rlim_t room = 64; !done; room += 20000) {
		vault_of(1);
		limit_files(room);
		err_t e = rig_login(&r, "correct horse", "");
		limit_files(RLIM_INFINITY);
		done = e == OK;
		if (!done) {
			assert_int_equal(e, ERR_LOCAL_FULL);
			assert_false(vault_is_unlocked(r.v));
			refused++;
			sqlite3 *db = closed();
			stages |= 1u << old_int(db, "PRAGMA user_version");
			assert_int_equal(old_int(db, "SELECT count(*) FROM messages"), 11);
			sqlite3_close(db);
			rig_reopen(&r);
			unlock();
		}
		check_messages(1);
		check_search(1);
		check_contacts(1);
		rig_close(&r);
	}
	assert_true(refused >= 3);
	assert_true((stages & (stages - 1)) != 0); /* it ended in more than one step */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_version),
		cmocka_unit_test(test_schema_text),
		cmocka_unit_test(test_later_version),
		cmocka_unit_test(test_full_disk),
	};
	signal(SIGXFSZ, SIG_IGN); /* as an error of write() */
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
