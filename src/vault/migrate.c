#include "vault/migrate.h"

#include <stdio.h>

#include "base/log.h"
#include "os/fault.h"
#include "vault/store.h"

/* Beside the words of a message: whose conversation, who wrote it, and its day, in steps of 1, 32 and 1024 days, so that
 * any span of days is a few words (search.c). Each is one character, of those that mean nothing: such a word is short, and
 * has no beginnings to index. */
#define SEARCH_DAY(of)                                                                    \
	"min(CASE WHEN " of ".time_ms BETWEEN 0 AND 8640000000000000 THEN " of ".time_ms" \
	" ELSE " of ".received_ms END / 86400000, 32767)"
#define SEARCH_TAGS(of)                                                                                         \
	"char(0x100000 + " SEARCH_DAY(of) ", 32, 0xf8000 + " SEARCH_DAY(of) " / 32, 32, 0xf8400 + " SEARCH_DAY( \
		of) " / 1024, 32, iif(" of ".mine, 0xf8500, 0xf8501), 32, 0xf0000 + " of ".contact % 32768)"
/* What it says: nothing when it is gone; its last edit; else its own words, which stand behind 17 bytes in an answer (PROTO 4.5.6). */
#define SEARCH_WORDS(of)                                                                                           \
	"iif(" of ".gone, '', CAST(coalesce((SELECT substr(e.body, 17) FROM messages e WHERE e.id = " of ".latest" \
	" AND e.kind = 4), iif(" of ".kind = 2, substr(" of ".body, 18), " of ".body)) AS TEXT))"
#define SEARCH_PUT(of) \
	"INSERT INTO search (rowid, words, tags) VALUES (" of ".id, " SEARCH_WORDS(of) ", " SEARCH_TAGS(of) ");"
#define SEARCH_REMOVE(of)                                                       \
	"INSERT INTO search (search, rowid, words, tags) VALUES ('delete', " of \
	".id, " SEARCH_WORDS(of) ", " SEARCH_TAGS(of) ");"

static const char *const steps[] = {
	/* 1 */
	"CREATE TABLE identities ("
	" id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL,"
	" onion_seed BLOB NOT NULL CHECK (length(onion_seed) = 32),"
	" mldsa_seed BLOB NOT NULL CHECK (length(mldsa_seed) = 32),"
	" mldsa_next_seed BLOB NOT NULL CHECK (length(mldsa_next_seed) = 32),"
	" seq INTEGER NOT NULL,"
	" created_ms INTEGER NOT NULL"
	") STRICT;"

	/* AUTOINCREMENT: net and web know contacts by id, so a removed one's id never comes back. */
	"CREATE TABLE contacts ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" identity INTEGER NOT NULL REFERENCES identities (id),"
	" onion BLOB NOT NULL CHECK (length(onion) = 32),"
	" name TEXT NOT NULL,"                                   /* ours for them; empty: theirs is shown */
	" their_name TEXT NOT NULL,"                             /* from HELLO */
	" greeting TEXT NOT NULL,"                               /* of the request, whoever made it */
	" state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5)," /* enum contact_state */
	" key_changed INTEGER NOT NULL,"
	" out_seq INTEGER NOT NULL," /* number of the last item of ours */
	" created_ms INTEGER NOT NULL,"
	" UNIQUE (identity, onion)"
	") STRICT;"
	"CREATE INDEX contacts_state ON contacts (state);"

	/* What the address showed at first contact, enforced ever since. Apart, because it is 2 kB. */
	"CREATE TABLE pins ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" pk BLOB NOT NULL CHECK (length(pk) = 1952),"
	" next BLOB NOT NULL CHECK (length(next) = 32),"
	" seq INTEGER NOT NULL"
	") STRICT;"

	/* ordinal: dense per contact from 1, so that the page can jump to any row. */
	"CREATE TABLE messages ("
	" id INTEGER PRIMARY KEY,"
	" contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
	" ordinal INTEGER NOT NULL,"
	" msg_id BLOB NOT NULL CHECK (length(msg_id) = 16),"
	" mine INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"     /* the author's */
	" time_ms INTEGER NOT NULL," /* the author's clock */
	" received_ms INTEGER NOT NULL,"
	" kind INTEGER NOT NULL," /* enum item_kind, or one of a later version */
	" body BLOB NOT NULL,"
	" state INTEGER NOT NULL," /* enum message_state; WAITING stands for every one that is in the outbox */
	" UNIQUE (contact, mine, msg_id),"
	" UNIQUE (contact, ordinal)"
	") STRICT;"

	/* Ours without an acknowledgement. */
	"CREATE TABLE outbox ("
	" contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
	" seq INTEGER NOT NULL,"
	" message INTEGER NOT NULL,"
	" PRIMARY KEY (contact, seq)"
	") STRICT, WITHOUT ROWID;",

	/* 2 */
	/* ---- identities and invitations ---- */
	"ALTER TABLE identities ADD COLUMN strangers INTEGER NOT NULL DEFAULT 0;"  /* who knows the address may ask */
	"ALTER TABLE identities ADD COLUMN rotated_ms INTEGER NOT NULL DEFAULT 0;" /* 0: never */

	/* The last number given to an identity: a removed one's never comes back. */
	"CREATE TABLE last_identity (id INTEGER NOT NULL) STRICT;"
	"INSERT INTO last_identity SELECT coalesce(max(id), 0) FROM identities;"

	/* What former keys of ours said about themselves, for ROTCHAIN. */
	"CREATE TABLE rotations ("
	" identity INTEGER NOT NULL REFERENCES identities (id) ON DELETE CASCADE,"
	" seq INTEGER NOT NULL,"
	" pk BLOB NOT NULL CHECK (length(pk) = 1952),"
	" next BLOB NOT NULL CHECK (length(next) = 32),"
	" sig BLOB NOT NULL CHECK (length(sig) = 3309),"
	" PRIMARY KEY (identity, seq)"
	") STRICT, WITHOUT ROWID;"

	/* Given away by us. The secret is there exactly while it can be used. */
	"CREATE TABLE invites ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" identity INTEGER NOT NULL REFERENCES identities (id) ON DELETE CASCADE,"
	" label TEXT NOT NULL,"
	" state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4)," /* enum invite_state */
	" contact INTEGER NOT NULL,"                             /* who used it; 0: nobody */
	" created_ms INTEGER NOT NULL,"
	" expires_ms INTEGER NOT NULL,"
	" pqfp BLOB NOT NULL CHECK (length(pqfp) = 32),"
	" secret BLOB NOT NULL CHECK (length(secret) = CASE state WHEN 1 THEN 32 ELSE 0 END)"
	") STRICT;"

	/* Given to us, until it is used. */
	"CREATE TABLE invites_held ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" pqfp BLOB NOT NULL CHECK (length(pqfp) = 32),"
	" refused INTEGER NOT NULL,"
	" secret BLOB NOT NULL CHECK (length(secret) = CASE refused WHEN 0 THEN 32 ELSE 0 END)"
	") STRICT;"

	/* ---- trust in contacts ---- */
	"ALTER TABLE contacts ADD COLUMN trust INTEGER NOT NULL DEFAULT 1;"      /* enum trust_level, of the pin */
	"ALTER TABLE contacts ADD COLUMN rotated_ms INTEGER NOT NULL DEFAULT 0;" /* last rotation of its key; 0: never */
	"ALTER TABLE contacts ADD COLUMN floor_version INTEGER NOT NULL DEFAULT 0;" /* highest that a link had */
	"ALTER TABLE contacts ADD COLUMN floor_suite INTEGER NOT NULL DEFAULT 0;"

	/* An identity that was shown and proved instead of the pinned one. */
	"CREATE TABLE candidates ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" pk BLOB NOT NULL CHECK (length(pk) = 1952),"
	" next BLOB NOT NULL CHECK (length(next) = 32),"
	" seq INTEGER NOT NULL"
	") STRICT;"

	/* What both sides remember of their last link. known: how many of the two are. */
	"CREATE TABLE continuity ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" cur BLOB NOT NULL CHECK (length(cur) = 32),"
	" prev BLOB NOT NULL CHECK (length(prev) = 32),"
	" known INTEGER NOT NULL CHECK (known BETWEEN 1 AND 2)"
	") STRICT;"
	"CREATE TABLE losses ("
	" id INTEGER PRIMARY KEY,"
	" contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
	" at_ms INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX losses_contact ON losses (contact, at_ms);",

	/* 3 */
	/* ---- items: what is said, and what is said about it ---- */
	"CREATE TABLE items ("
	" id INTEGER PRIMARY KEY,"
	" contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
	" ordinal INTEGER," /* dense per contact from 1; NULL: no row of its own for a person */
	" msg_id BLOB NOT NULL CHECK (length(msg_id) = 16),"
	" mine INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"
	" time_ms INTEGER NOT NULL,"
	" received_ms INTEGER NOT NULL,"
	" kind INTEGER NOT NULL,"
	" state INTEGER NOT NULL,"
	" hash BLOB NOT NULL CHECK (length(hash) = 32)," /* zeros: of a time without, or not known any more */
	" target INTEGER NOT NULL DEFAULT 0,"            /* the item it answers or changes; 0: none here */
	" latest INTEGER NOT NULL DEFAULT 0,"            /* the last edit of it, or its deletion */
	" react_mine INTEGER NOT NULL DEFAULT 0,"        /* what each of the two feels about it */
	" react_theirs INTEGER NOT NULL DEFAULT 0,"
	" gone INTEGER NOT NULL DEFAULT 0," /* enum item_gone */
	" salt BLOB NOT NULL DEFAULT x'',"  /* goes with the body, */
	" body BLOB NOT NULL,"              /* which stands behind all that is read without it */
	" UNIQUE (contact, mine, msg_id),"
	" UNIQUE (contact, ordinal)"
	") STRICT;"
	"INSERT INTO items (id, contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, body, state, hash)"
	" SELECT id, contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, body, state, zeroblob(32)"
	" FROM messages;"
	"DROP TABLE messages;"
	"ALTER TABLE items RENAME TO messages;"
	"CREATE INDEX messages_seq ON messages (contact, mine, seq);"
	"CREATE INDEX messages_edits ON messages (target, seq) WHERE kind = 4;"

	/* Which of a contact's items are here, by their numbers. */
	"CREATE TABLE heard ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" top INTEGER NOT NULL,"                         /* 1 to top are all here */
	" head BLOB NOT NULL CHECK (length(head) = 32)," /* hash of item top */
	" last INTEGER NOT NULL,"                        /* the highest */
	" above INTEGER NOT NULL,"                       /* how many numbers above top are here */
	" broken_ms INTEGER NOT NULL"                    /* when one last did not follow on the one before; 0: never */
	") STRICT;"
	"INSERT INTO heard SELECT contact, top, zeroblob(32), last,"
	" (SELECT count(DISTINCT seq) FROM messages WHERE contact = t.contact AND mine = 0 AND seq > t.top AND seq <= "
	"t.last), 0"
	" FROM (SELECT contact,"
	"  (SELECT coalesce(min(seq), 1) - 1 FROM (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM messages WHERE "
	"contact = c.contact"
	"    AND mine = 0 AND seq BETWEEN 1 AND 9007199254740991) AS n WHERE NOT EXISTS (SELECT 1 FROM messages WHERE"
	"    contact = c.contact AND mine = 0 AND seq = n.seq)) AS top,"
	"  max(seq) AS last FROM messages AS c WHERE mine = 0 AND seq BETWEEN 1 AND 9007199254740991 GROUP BY contact) "
	"AS t;",

	/* 4 */
	/* One row. lock_after: minutes; 0: never */
	"CREATE TABLE settings (lock_after INTEGER NOT NULL) STRICT; INSERT INTO settings VALUES (0);",

	/* 5 */
	/* What texts are found by (docs/decisions/0006): no text is stored again. The triggers keep it true whoever changes a
	 * message, removing a contact included. pgsz: what fits a page of the database, less what SQLCipher takes of it. */
	/* clang-format off */
	"CREATE VIRTUAL TABLE search USING fts5"
	" (words, tags, content = '', columnsize = 0, prefix = '2 3 4', tokenize = 'words');"
	"INSERT INTO search (search, rank) VALUES ('secure-delete', 1);"
	"INSERT INTO search (search, rank) VALUES ('pgsz', 3900);"
	"CREATE TRIGGER search_added AFTER INSERT ON messages WHEN new.kind IN (1, 2) BEGIN " SEARCH_PUT("new") " END;"
	"CREATE TRIGGER search_removed AFTER DELETE ON messages WHEN old.kind IN (1, 2) BEGIN " SEARCH_REMOVE("old") " END;"
	"CREATE TRIGGER search_changed AFTER UPDATE OF contact, mine, time_ms, received_ms, kind, body, latest, gone"
	" ON messages WHEN old.kind IN (1, 2) BEGIN " SEARCH_REMOVE("old") SEARCH_PUT("new") " END;"
	/* An edit goes before what it edited, so that what is taken out is what is in. */
	"CREATE TRIGGER search_unedited BEFORE DELETE ON messages WHEN old.kind = 4 BEGIN"
	" UPDATE messages SET latest = 0 WHERE id = old.target AND latest = old.id; END;"
	"INSERT INTO search (rowid, words, tags) SELECT m.id, " SEARCH_WORDS("m") ", " SEARCH_TAGS("m")
	" FROM messages m WHERE m.kind IN (1, 2);",
	/* clang-format on */

	/* 6 */
	/* Theirs are found by number only where numbers before them are missing: those are few, and an index of all costs a
	 * page of each conversation in each turn that something comes in. */
	"CREATE TABLE ahead ("
	" contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
	" seq INTEGER NOT NULL," /* above heard.top */
	" message INTEGER NOT NULL,"
	" PRIMARY KEY (contact, seq)"
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO ahead SELECT m.contact, m.seq, min(m.id) FROM messages m JOIN heard h ON h.contact = m.contact"
	" WHERE m.mine = 0 AND m.seq > h.top AND m.seq <= h.last GROUP BY m.contact, m.seq;"
	"DROP INDEX messages_seq;"
	"CREATE INDEX messages_seq ON messages (contact, seq) WHERE mine = 1;",

	/* 7 */
	/* Gone for everybody, and its address free; the row stays until its messages are erased. */
	"ALTER TABLE contacts ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX contacts_removed ON contacts (id) WHERE removed = 1;",

	/* 8 */
	/* How somebody is seen. profile: counts the changes of it; of a contact, which of them it was written. */
	"ALTER TABLE identities ADD COLUMN profile INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE identities ADD COLUMN picture BLOB NOT NULL DEFAULT x'' CHECK (length(picture) IN (0, 12288));"
	"ALTER TABLE contacts ADD COLUMN profile INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE contacts ADD COLUMN profile_mine INTEGER NOT NULL DEFAULT 0;" /* the last PROFILE of each; 0: none */
	"ALTER TABLE contacts ADD COLUMN profile_theirs INTEGER NOT NULL DEFAULT 0;",

	/* 9 */
	/* What came and could not be processed: how often it was tried. In messages such a one, once it is set aside, has kind 0
	 * and no body. */
	"CREATE TABLE aside ("
	" id INTEGER PRIMARY KEY,"
	" contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,"
	" hash BLOB NOT NULL CHECK (length(hash) = 32)," /* keyed, of the payload */
	" tries INTEGER NOT NULL,"
	" at_ms INTEGER NOT NULL,"           /* the last of them */
	" kept INTEGER NOT NULL DEFAULT 0,"  /* enum aside_kept */
	" msg_id BLOB NOT NULL DEFAULT x''," /* once it is set aside */
	" UNIQUE (contact, hash)"
	") STRICT;"
	"CREATE INDEX messages_aside ON messages (contact, seq) WHERE kind = 0;",

	/* 10 */
	/* One row. made_ms: not 0 in a backup only, and until it is opened for the first time; from_ms, at_ms: of the last
	 * backup that this vault was restored from, when it was made and first opened; 0: none. */
	"CREATE TABLE restored (made_ms INTEGER NOT NULL, from_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT;"
	"INSERT INTO restored VALUES (0, 0, 0);"
	/* Not 0 from a restoring until the contact has said how far it is: the first number that it may have already. */
	"ALTER TABLE contacts ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;",

	/* 11 */
	/* ---- what is erased by time ---- */
	"ALTER TABLE messages ADD COLUMN vanish INTEGER NOT NULL DEFAULT 0;"  /* seconds; 0: it stays */
	"ALTER TABLE messages ADD COLUMN from_ms INTEGER NOT NULL DEFAULT 0;" /* read or delivered; 0: not yet */
	"ALTER TABLE messages ADD COLUMN expires_ms INTEGER;"                 /* NULL: not by its own time */
	"CREATE INDEX messages_expire ON messages (expires_ms, vanish) WHERE expires_ms IS NOT NULL;"
	"CREATE INDEX messages_reactions ON messages (target) WHERE kind = 3;"
	"CREATE INDEX messages_terms ON messages (contact, mine, seq) WHERE kind = 7;"
	"ALTER TABLE contacts ADD COLUMN read_ordinal INTEGER NOT NULL DEFAULT 0;" /* up to here a person has seen it */
	"ALTER TABLE contacts ADD COLUMN retention INTEGER NOT NULL DEFAULT 0;" /* days, of our own choice; 0: for ever */
	"ALTER TABLE contacts ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 0;" /* the shorter of that and what is agreed */
	"ALTER TABLE contacts ADD COLUMN kept_ordinal INTEGER NOT NULL DEFAULT 0;" /* up to here what had to go is gone */
	"ALTER TABLE contacts ADD COLUMN sweep_ms INTEGER;" /* when the next one is due; NULL: none before something happens */
	"CREATE INDEX contacts_sweep ON contacts (sweep_ms) WHERE sweep_ms IS NOT NULL;",

	/* 12 */
	/* ---- what was read, what is being written ---- */
	/* read_ordinal: the conversation was seen up to here. Of what was read, the contact is never told of anything up to
	 * read_floor, and was told, on some link, up to read_named. What there was before this step counts as read. */
	"ALTER TABLE contacts ADD COLUMN read_floor INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE contacts ADD COLUMN read_named INTEGER NOT NULL DEFAULT 0;"
	"UPDATE contacts SET read_ordinal = coalesce((SELECT max(ordinal) FROM messages WHERE contact = contacts.id), "
	"0);"
	"CREATE INDEX messages_theirs ON messages (contact, ordinal) WHERE mine = 0 AND gone = 0 AND kind <> 6 AND "
	"kind <> 7"
	" AND ordinal IS NOT NULL;"
	"ALTER TABLE settings ADD COLUMN read_marks INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE settings ADD COLUMN typing INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE drafts ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" text TEXT NOT NULL"
	") STRICT;",

	/* 13 */
	/* What comes while the vault is locked (docs/decisions/0011). One row exactly while that is chosen. */
	"ALTER TABLE settings ADD COLUMN receive_locked INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE inbox ("
	" seed BLOB NOT NULL CHECK (length(seed) = 32),"   /* of the key pair that opens the next one */
	" taken BLOB NOT NULL CHECK (length(taken) = 16)," /* id of the pair of the one that was taken in last */
	" damaged INTEGER NOT NULL"                        /* places of those taken in that could not be read */
	") STRICT;",

	/* 14 */
	/* ---- what is erased by time, each message by itself ---- */
	/* from_ms: 0 while it may not go, and of a TERMS; what was deleted has one too. What was there before there were clocks
	 * counts from when it came. */
	"CREATE INDEX messages_deletions ON messages (target) WHERE kind = 5;"
	"CREATE INDEX messages_changes ON messages (target) WHERE kind IN (4, 5) AND state = 1;"
	"UPDATE messages SET from_ms = max(received_ms, 1)"
	" WHERE from_ms = 0 AND ordinal IS NOT NULL AND gone <> 3 AND kind <> 7 AND iif(mine, state <> 1 AND NOT EXISTS"
	" (SELECT 1 FROM messages e WHERE e.target = messages.id AND e.kind IN (4, 5) AND e.state = 1),"
	" ordinal <= (SELECT read_ordinal FROM contacts c WHERE c.id = messages.contact));"
	"CREATE INDEX messages_kept ON messages (contact, from_ms) WHERE from_ms > 0;"
	"ALTER TABLE contacts DROP COLUMN kept_ordinal;"
	/* Up to here, of what was read, the clocks run; the rest is read since read_ms. */
	"ALTER TABLE contacts ADD COLUMN clock_ordinal INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE contacts ADD COLUMN read_ms INTEGER NOT NULL DEFAULT 0;"
	"UPDATE contacts SET clock_ordinal = read_ordinal, sweep_ms = CASE WHEN keep_days THEN 1 END;"
	"CREATE INDEX contacts_clocks ON contacts (id) WHERE clock_ordinal < read_ordinal;"
	/* The vault's clock less the wall clock. */
	"ALTER TABLE settings ADD COLUMN clock_ahead_ms INTEGER NOT NULL DEFAULT 0;",

	/* 15 */
	"ALTER TABLE contacts ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;", /* when it was there last; 0: never */

	/* 16 */
	/* By which bridges tor connects, as tor/bridge.h writes them; empty: without. */
	"ALTER TABLE settings ADD COLUMN bridges TEXT NOT NULL DEFAULT '';",

	/* 17 */
	/* ---- two addresses (docs/decisions/0013) ---- */
	"ALTER TABLE identities ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;" /* the public address is published */
	"ALTER TABLE identities ADD COLUMN gate_seed BLOB NOT NULL DEFAULT x''"
	" CHECK (length(gate_seed) IN (0, 32));" /* drawn at the next login; the contacts' address follows from it */
	/* Who is let in at the contacts' address of the identity. aware: and has said that it has it. */
	"CREATE TABLE admitted ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" aware INTEGER NOT NULL"
	") STRICT;"
	/* The contacts' addresses of contacts, and the x25519 keys by which tor finds them. */
	"CREATE TABLE gates ("
	" contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,"
	" onion BLOB NOT NULL CHECK (length(onion) = 32),"
	" key BLOB NOT NULL CHECK (length(key) = 32)"
	") STRICT;",

	/* 18 */
	"ALTER TABLE contacts ADD COLUMN cover INTEGER NOT NULL DEFAULT 0;", /* cover traffic goes to it */

	/* 19 */
	"ALTER TABLE settings ADD COLUMN page TEXT NOT NULL DEFAULT '';", /* what pages keep there for themselves */

	/* 20 */
	"ALTER TABLE contacts ADD COLUMN shelf INTEGER NOT NULL DEFAULT 0;"     /* bits; vault/shelf.h */
	"ALTER TABLE contacts ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;", /* one more than the last ordinal then */

	/* 21 */
	/* Where in a conversation something is left, and where not (vault/places.h). */
	"CREATE INDEX messages_places ON messages (contact, gone = 3, ordinal) WHERE ordinal IS NOT NULL;",

	/* 22 */
	/* Ordinals, 0: none. What a message is being edited to is no longer there than what it says. */
	"ALTER TABLE drafts ADD COLUMN reply INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE drafts ADD COLUMN edit INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE drafts ADD COLUMN edited TEXT NOT NULL DEFAULT '';"
	"CREATE TRIGGER drafts_gone AFTER UPDATE OF gone ON messages WHEN new.gone <> 0 BEGIN"
	" UPDATE drafts SET edit = 0, edited = '' WHERE contact = new.contact AND edit = new.ordinal;"
	" UPDATE drafts SET reply = 0 WHERE contact = new.contact AND reply = new.ordinal;"
	" END;",
};

int migrate_latest(void)
{
	return (int)ARRAY_LEN(steps);
}

static int exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static err_t version_of(sqlite3 *db, int *ret)
{
	sqlite3_stmt *st = NULL;
	err_t e = ERR_LOCAL_STORE;
	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW) {
		*ret = sqlite3_column_int(st, 0);
		e = OK;
	}
	sqlite3_finalize(st);
	return e;
}

err_t migrate_check(sqlite3 *db)
{
	int have = 0;
	TRY(version_of(db, &have));
	if (have >= 0 && have <= migrate_latest())
		return OK;
	log_error("the database was written by a later version (schema %d, known up to %d)", have, migrate_latest());
	return ERR_LOCAL_LATER;
}

/* The mark is part of the step: one is never there without the other. */
static bool step(sqlite3 *db, int from)
{
	char mark[40];
	snprintf(mark, sizeof mark, "PRAGMA user_version = %d", from + 1);
	if (exec(db, "BEGIN IMMEDIATE") || exec(db, steps[from]) || exec(db, mark))
		return false;
	FAULT("migrate.commit.before", "vault");
	if (exec(db, "COMMIT"))
		return false;
	FAULT("migrate.commit.after", "vault");
	return true;
}

err_t migrate_to(sqlite3 *db, int version)
{
	int have = 0;
	TRY(migrate_check(db));
	TRY(version_of(db, &have));
	for (int i = have; i < version; i++) {
		if (!step(db, i)) {
			log_error("schema step %d failed: %s", i + 1, sqlite3_errstr(sqlite3_extended_errcode(db)));
			err_t e = store_blame(db);
			(void)exec(db, "ROLLBACK");
			return e;
		}
	}
	return OK;
}

err_t migrate(sqlite3 *db)
{
	return migrate_to(db, migrate_latest());
}
