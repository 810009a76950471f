-- schema 22
CREATE TABLE admitted (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	aware INTEGER NOT NULL) STRICT;
CREATE TABLE ahead (
	contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
	seq INTEGER NOT NULL,
	message INTEGER NOT NULL,
	PRIMARY KEY (contact, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE aside (
	id INTEGER PRIMARY KEY,
	contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	tries INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	kept INTEGER NOT NULL DEFAULT 0,
	msg_id BLOB NOT NULL DEFAULT x'',
	UNIQUE (contact, hash)) STRICT;
CREATE TABLE candidates (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	pk BLOB NOT NULL CHECK (length(pk) = 1952),
	next BLOB NOT NULL CHECK (length(next) = 32),
	seq INTEGER NOT NULL) STRICT;
CREATE TABLE contacts (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	identity INTEGER NOT NULL REFERENCES identities (id),
	onion BLOB NOT NULL CHECK (length(onion) = 32),
	name TEXT NOT NULL,
	their_name TEXT NOT NULL,
	greeting TEXT NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
	key_changed INTEGER NOT NULL,
	out_seq INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	trust INTEGER NOT NULL DEFAULT 1,
	rotated_ms INTEGER NOT NULL DEFAULT 0,
	floor_version INTEGER NOT NULL DEFAULT 0,
	floor_suite INTEGER NOT NULL DEFAULT 0,
	removed INTEGER NOT NULL DEFAULT 0,
	profile INTEGER NOT NULL DEFAULT 0,
	profile_mine INTEGER NOT NULL DEFAULT 0,
	profile_theirs INTEGER NOT NULL DEFAULT 0,
	behind INTEGER NOT NULL DEFAULT 0,
	read_ordinal INTEGER NOT NULL DEFAULT 0,
	retention INTEGER NOT NULL DEFAULT 0,
	keep_days INTEGER NOT NULL DEFAULT 0,
	sweep_ms INTEGER,
	read_floor INTEGER NOT NULL DEFAULT 0,
	read_named INTEGER NOT NULL DEFAULT 0,
	clock_ordinal INTEGER NOT NULL DEFAULT 0,
	read_ms INTEGER NOT NULL DEFAULT 0,
	seen_ms INTEGER NOT NULL DEFAULT 0,
	cover INTEGER NOT NULL DEFAULT 0,
	shelf INTEGER NOT NULL DEFAULT 0,
	archived INTEGER NOT NULL DEFAULT 0,
	UNIQUE (identity, onion)) STRICT;
CREATE INDEX contacts_clocks ON contacts (id) WHERE clock_ordinal < read_ordinal;
CREATE INDEX contacts_removed ON contacts (id) WHERE removed = 1;
CREATE INDEX contacts_state ON contacts (state);
CREATE INDEX contacts_sweep ON contacts (sweep_ms) WHERE sweep_ms IS NOT NULL;
CREATE TABLE continuity (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	cur BLOB NOT NULL CHECK (length(cur) = 32),
	prev BLOB NOT NULL CHECK (length(prev) = 32),
	known INTEGER NOT NULL CHECK (known BETWEEN 1 AND 2)) STRICT;
CREATE TABLE drafts (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	text TEXT NOT NULL,
	reply INTEGER NOT NULL DEFAULT 0,
	edit INTEGER NOT NULL DEFAULT 0,
	edited TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE gates (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	onion BLOB NOT NULL CHECK (length(onion) = 32),
	key BLOB NOT NULL CHECK (length(key) = 32)) STRICT;
CREATE TABLE heard (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	top INTEGER NOT NULL,
	head BLOB NOT NULL CHECK (length(head) = 32),
	last INTEGER NOT NULL,
	above INTEGER NOT NULL,
	broken_ms INTEGER NOT NULL) STRICT;
CREATE TABLE identities (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	onion_seed BLOB NOT NULL CHECK (length(onion_seed) = 32),
	mldsa_seed BLOB NOT NULL CHECK (length(mldsa_seed) = 32),
	mldsa_next_seed BLOB NOT NULL CHECK (length(mldsa_next_seed) = 32),
	seq INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	strangers INTEGER NOT NULL DEFAULT 0,
	rotated_ms INTEGER NOT NULL DEFAULT 0,
	profile INTEGER NOT NULL DEFAULT 0,
	picture BLOB NOT NULL DEFAULT x'' CHECK (length(picture) IN (0, 12288)),
	listed INTEGER NOT NULL DEFAULT 1,
	gate_seed BLOB NOT NULL DEFAULT x'' CHECK (length(gate_seed) IN (0, 32))) STRICT;
CREATE TABLE inbox (
	seed BLOB NOT NULL CHECK (length(seed) = 32),
	taken BLOB NOT NULL CHECK (length(taken) = 16),
	damaged INTEGER NOT NULL) STRICT;
CREATE TABLE invites (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	identity INTEGER NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
	label TEXT NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
	contact INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	pqfp BLOB NOT NULL CHECK (length(pqfp) = 32),
	secret BLOB NOT NULL CHECK (length(secret) = CASE state WHEN 1 THEN 32 ELSE 0 END)) STRICT;
CREATE TABLE invites_held (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	pqfp BLOB NOT NULL CHECK (length(pqfp) = 32),
	refused INTEGER NOT NULL,
	secret BLOB NOT NULL CHECK (length(secret) = CASE refused WHEN 0 THEN 32 ELSE 0 END)) STRICT;
CREATE TABLE last_identity (
	id INTEGER NOT NULL) STRICT;
CREATE TABLE losses (
	id INTEGER PRIMARY KEY,
	contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
	at_ms INTEGER NOT NULL) STRICT;
CREATE INDEX losses_contact ON losses (contact, at_ms);
CREATE TABLE "messages" (
	id INTEGER PRIMARY KEY,
	contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
	ordinal INTEGER,
	msg_id BLOB NOT NULL CHECK (length(msg_id) = 16),
	mine INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	time_ms INTEGER NOT NULL,
	received_ms INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	state INTEGER NOT NULL,
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	target INTEGER NOT NULL DEFAULT 0,
	latest INTEGER NOT NULL DEFAULT 0,
	react_mine INTEGER NOT NULL DEFAULT 0,
	react_theirs INTEGER NOT NULL DEFAULT 0,
	gone INTEGER NOT NULL DEFAULT 0,
	salt BLOB NOT NULL DEFAULT x'',
	body BLOB NOT NULL,
	vanish INTEGER NOT NULL DEFAULT 0,
	from_ms INTEGER NOT NULL DEFAULT 0,
	expires_ms INTEGER,
	UNIQUE (contact, mine, msg_id),
	UNIQUE (contact, ordinal)) STRICT;
CREATE INDEX messages_aside ON messages (contact, seq) WHERE kind = 0;
CREATE INDEX messages_changes ON messages (target) WHERE kind IN (4, 5) AND state = 1;
CREATE INDEX messages_deletions ON messages (target) WHERE kind = 5;
CREATE INDEX messages_edits ON messages (target, seq) WHERE kind = 4;
CREATE INDEX messages_expire ON messages (expires_ms, vanish) WHERE expires_ms IS NOT NULL;
CREATE INDEX messages_kept ON messages (contact, from_ms) WHERE from_ms > 0;
CREATE INDEX messages_places ON messages (contact, gone = 3, ordinal) WHERE ordinal IS NOT NULL;
CREATE INDEX messages_reactions ON messages (target) WHERE kind = 3;
CREATE INDEX messages_seq ON messages (contact, seq) WHERE mine = 1;
CREATE INDEX messages_terms ON messages (contact, mine, seq) WHERE kind = 7;
CREATE INDEX messages_theirs ON messages (contact, ordinal) WHERE mine = 0 AND gone = 0 AND kind <> 6 AND kind <> 7 AND ordinal IS NOT NULL;
CREATE TRIGGER drafts_gone AFTER UPDATE OF gone ON messages WHEN new.gone <> 0 BEGIN UPDATE drafts SET edit = 0, edited = '' WHERE contact = new.contact AND edit = new.ordinal;
	UPDATE drafts SET reply = 0 WHERE contact = new.contact AND reply = new.ordinal;
	END;
CREATE TRIGGER search_added AFTER INSERT ON messages WHEN new.kind IN (1, 2) BEGIN INSERT INTO search (rowid, words, tags) VALUES (new.id, iif(new.gone, '', CAST(coalesce((SELECT substr(e.body, 17) FROM messages e WHERE e.id = new.latest AND e.kind = 4), iif(new.kind = 2, substr(new.body, 18), new.body)) AS TEXT)), char(0x100000 + min(CASE WHEN new.time_ms BETWEEN 0 AND 8640000000000000 THEN new.time_ms ELSE new.received_ms END / 86400000, 32767), 32, 0xf8000 + min(CASE WHEN new.time_ms BETWEEN 0 AND 8640000000000000 THEN new.time_ms ELSE new.received_ms END / 86400000, 32767) / 32, 32, 0xf8400 + min(CASE WHEN new.time_ms BETWEEN 0 AND 8640000000000000 THEN new.time_ms ELSE new.received_ms END / 86400000, 32767) / 1024, 32, iif(new.mine, 0xf8500, 0xf8501), 32, 0xf0000 + new.contact % 32768));
	END;
CREATE TRIGGER search_changed AFTER UPDATE OF contact, mine, time_ms, received_ms, kind, body, latest, gone ON messages WHEN old.kind IN (1, 2) BEGIN INSERT INTO search (search, rowid, words, tags) VALUES ('delete', old.id, iif(old.gone, '', CAST(coalesce((SELECT substr(e.body, 17) FROM messages e WHERE e.id = old.latest AND e.kind = 4), iif(old.kind = 2, substr(old.body, 18), old.body)) AS TEXT)), char(0x100000 + min(CASE WHEN old.time_ms BETWEEN 0 AND 8640000000000000 THEN old.time_ms ELSE old.received_ms END / 86400000, 32767), 32, 0xf8000 + min(CASE WHEN old.time_ms BETWEEN 0 AND 8640000000000000 THEN old.time_ms ELSE old.received_ms END / 86400000, 32767) / 32, 32, 0xf8400 + min(CASE WHEN old.time_ms BETWEEN 0 AND 8640000000000000 THEN old.time_ms ELSE old.received_ms END / 86400000, 32767) / 1024, 32, iif(old.mine, 0xf8500, 0xf8501), 32, 0xf0000 + old.contact % 32768));
	INSERT INTO search (rowid, words, tags) VALUES (new.id, iif(new.gone, '', CAST(coalesce((SELECT substr(e.body, 17) FROM messages e WHERE e.id = new.latest AND e.kind = 4), iif(new.kind = 2, substr(new.body, 18), new.body)) AS TEXT)), char(0x100000 + min(CASE WHEN new.time_ms BETWEEN 0 AND 8640000000000000 THEN new.time_ms ELSE new.received_ms END / 86400000, 32767), 32, 0xf8000 + min(CASE WHEN new.time_ms BETWEEN 0 AND 8640000000000000 THEN new.time_ms ELSE new.received_ms END / 86400000, 32767) / 32, 32, 0xf8400 + min(CASE WHEN new.time_ms BETWEEN 0 AND 8640000000000000 THEN new.time_ms ELSE new.received_ms END / 86400000, 32767) / 1024, 32, iif(new.mine, 0xf8500, 0xf8501), 32, 0xf0000 + new.contact % 32768));
	END;
CREATE TRIGGER search_removed AFTER DELETE ON messages WHEN old.kind IN (1, 2) BEGIN INSERT INTO search (search, rowid, words, tags) VALUES ('delete', old.id, iif(old.gone, '', CAST(coalesce((SELECT substr(e.body, 17) FROM messages e WHERE e.id = old.latest AND e.kind = 4), iif(old.kind = 2, substr(old.body, 18), old.body)) AS TEXT)), char(0x100000 + min(CASE WHEN old.time_ms BETWEEN 0 AND 8640000000000000 THEN old.time_ms ELSE old.received_ms END / 86400000, 32767), 32, 0xf8000 + min(CASE WHEN old.time_ms BETWEEN 0 AND 8640000000000000 THEN old.time_ms ELSE old.received_ms END / 86400000, 32767) / 32, 32, 0xf8400 + min(CASE WHEN old.time_ms BETWEEN 0 AND 8640000000000000 THEN old.time_ms ELSE old.received_ms END / 86400000, 32767) / 1024, 32, iif(old.mine, 0xf8500, 0xf8501), 32, 0xf0000 + old.contact % 32768));
	END;
CREATE TRIGGER search_unedited BEFORE DELETE ON messages WHEN old.kind = 4 BEGIN UPDATE messages SET latest = 0 WHERE id = old.target AND latest = old.id;
	END;
CREATE TABLE outbox (
	contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
	seq INTEGER NOT NULL,
	message INTEGER NOT NULL,
	PRIMARY KEY (contact, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE pins (
	contact INTEGER PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
	pk BLOB NOT NULL CHECK (length(pk) = 1952),
	next BLOB NOT NULL CHECK (length(next) = 32),
	seq INTEGER NOT NULL) STRICT;
CREATE TABLE restored (
	made_ms INTEGER NOT NULL,
	from_ms INTEGER NOT NULL,
	at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE rotations (
	identity INTEGER NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
	seq INTEGER NOT NULL,
	pk BLOB NOT NULL CHECK (length(pk) = 1952),
	next BLOB NOT NULL CHECK (length(next) = 32),
	sig BLOB NOT NULL CHECK (length(sig) = 3309),
	PRIMARY KEY (identity, seq)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (words, tags, content = '', columnsize = 0, prefix = '2 3 4', tokenize = 'words');
CREATE TABLE settings (
	lock_after INTEGER NOT NULL,
	read_marks INTEGER NOT NULL DEFAULT 0,
	typing INTEGER NOT NULL DEFAULT 0,
	receive_locked INTEGER NOT NULL DEFAULT 0,
	clock_ahead_ms INTEGER NOT NULL DEFAULT 0,
	bridges TEXT NOT NULL DEFAULT '',
	page TEXT NOT NULL DEFAULT '') STRICT;
