/* Every statement the vault runs, by name. Q(name, text). */
#ifndef BOC_VAULT_SQL_H
#define BOC_VAULT_SQL_H

#define CONTACT_COLS                                                                                \
	"id, identity, onion, name, their_name, greeting, state, key_changed, out_seq, created_ms," \
	" profile, profile_mine, profile_theirs, cover"
#define INVITE_COLS "id, identity, label, state, contact, created_ms, expires_ms, pqfp, secret"
#define MESSAGE_COLS                                                                              \
	"id, contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, state, body, hash," \
	" target, latest, react_mine, react_theirs, gone, salt, vanish, from_ms"

/* What stays of an item whose time is over: its place, its author, its number and its hash (enum item_gone: 3). */
#define MESSAGE_NOTHING                                                                                     \
	"body = x'', salt = x'', gone = 3, time_ms = 0, received_ms = 0, react_mine = 0, react_theirs = 0," \
	" target = 0, latest = 0, vanish = 0, from_ms = 0, expires_ms = NULL, state = iif(state = 6, 3, state)"
/* What begins: of what is erased, expires_ms says something else, and what was refused does not vanish. */
#define MESSAGE_CLOCK(from)                                                                                     \
	"from_ms = " from ", expires_ms = iif(gone, expires_ms, CASE WHEN vanish > 0 AND state <> 5 THEN " from \
	" + 1000 * vanish END)"
/* Items of that kind about a message, some of them. */
#define MESSAGE_ABOUT(kind) "id IN (SELECT id FROM messages WHERE target = ?1 AND kind = " kind " LIMIT ?2)"

#define STORE_SQL(Q)                                                                                                   \
	Q(identity_add, "INSERT INTO identities (id, name, onion_seed, mldsa_seed, mldsa_next_seed, seq, created_ms)"  \
	                " VALUES (?, ?, ?, ?, ?, 0, ?)")                                                               \
	Q(settings_get, "SELECT lock_after, read_marks, typing, receive_locked FROM settings")                         \
	Q(settings_set, "UPDATE settings SET lock_after = ?, read_marks = ?, typing = ?, receive_locked = ?")          \
	Q(page_get, "SELECT page FROM settings")                                                                       \
	Q(page_set, "UPDATE settings SET page = ?")                                                                    \
	Q(bridges_get, "SELECT bridges FROM settings")                                                                 \
	Q(bridges_set, "UPDATE settings SET bridges = ?")                                                              \
	Q(inbox_get, "SELECT seed, taken, damaged FROM inbox")                                                         \
	Q(inbox_add, "INSERT INTO inbox (seed, taken, damaged) VALUES (?, zeroblob(16), 0)")                           \
	Q(inbox_set, "UPDATE inbox SET seed = ?, taken = ?, damaged = ?")                                              \
	Q(inbox_drop, "DELETE FROM inbox")                                                                             \
	Q(inbox_renew, "UPDATE inbox SET seed = ?")                                                                    \
	Q(heard_claim, "UPDATE heard SET head = ?2 WHERE contact = ?1")                                                \
	Q(heard_raise, "INSERT INTO heard (contact, top, head, last, above, broken_ms)"                                \
	               " VALUES (?1, ?2, zeroblob(32), ?2, 0, 0)"                                                      \
	               " ON CONFLICT (contact) DO UPDATE SET top = ?2, head = zeroblob(32) WHERE top < ?2")            \
	Q(contact_keep, "INSERT INTO contacts (id, identity, onion, name, their_name, greeting, state, key_changed,"   \
	                " out_seq, created_ms) VALUES (?, ?, ?, '', '', '', 3, 0, 0, 0)")                              \
	Q(row_contact_get,                                                                                             \
	  "SELECT key_changed, trust, rotated_ms, floor_version, floor_suite FROM contacts WHERE id = ?")              \
	Q(row_contact_set, "UPDATE contacts SET key_changed = ?2, trust = ?3, rotated_ms = ?4, floor_version = ?5,"    \
	                   " floor_suite = ?6 WHERE id = ?1")                                                          \
	Q(loss_get, "SELECT contact, at_ms FROM losses WHERE id = ?")                                                  \
	Q(loss_add, "INSERT INTO losses (contact, at_ms) SELECT ?2, ?3 WHERE ?1 NOT NULL AND NOT EXISTS (SELECT 1"     \
	            " FROM losses WHERE contact = ?2 AND at_ms = ?3)")                                                 \
	Q(loss_after, "SELECT id FROM losses WHERE contact = ? AND id > ? ORDER BY id LIMIT 1")                        \
	Q(restored_get, "SELECT made_ms, from_ms, at_ms FROM restored")                                                \
	Q(restored_set, "UPDATE restored SET made_ms = 0, from_ms = made_ms, at_ms = ?")                               \
	Q(restored_continuity, "DELETE FROM continuity")                                                               \
	Q(restored_contacts, "UPDATE contacts SET behind = iif(behind, behind, out_seq + 1)")                          \
	Q(contact_behind, "SELECT behind FROM contacts WHERE id = ?")                                                  \
	Q(contact_not_behind, "UPDATE contacts SET behind = 0 WHERE id = ?")                                           \
	Q(message_shift, "UPDATE messages SET seq = seq + ?3 WHERE contact = ?1 AND mine = 1 AND seq >= ?2")           \
	Q(outbox_shift, "UPDATE outbox SET seq = -seq - ?3 WHERE contact = ?1 AND seq >= ?2")                          \
	Q(outbox_shifted, "UPDATE outbox SET seq = -seq WHERE contact = ? AND seq < 0")                                \
	Q(identity_count_up, "UPDATE last_identity SET id = id + 1")                                                   \
	Q(identity_last, "SELECT id FROM last_identity")                                                               \
	Q(identity_get, "SELECT name, onion_seed, mldsa_seed, mldsa_next_seed, seq, strangers, rotated_ms,"            \
	                " profile, length(picture), gate_seed, listed"                                                 \
	                " FROM identities WHERE id = ?")                                                               \
	Q(identity_after, "SELECT id FROM identities WHERE id > ? ORDER BY id LIMIT 1")                                \
	Q(identity_set_name, "UPDATE identities SET name = ?2 WHERE id = ?1")                                          \
	Q(identity_set_picture, "UPDATE identities SET picture = ?2 WHERE id = ?1")                                    \
	Q(identity_set_profile, "UPDATE identities SET profile = ?2 WHERE id = ?1")                                    \
	Q(identity_picture, "SELECT picture FROM identities WHERE id = ?")                                             \
	Q(identity_set_strangers, "UPDATE identities SET strangers = ?2 WHERE id = ?1")                                \
	Q(identity_set_gate, "UPDATE identities SET gate_seed = ?2 WHERE id = ?1")                                     \
	Q(identity_without_gate, "SELECT min(id) FROM identities WHERE length(gate_seed) = 0")                         \
	Q(identity_set_listed, "UPDATE identities SET listed = ?2 WHERE id = ?1")                                      \
	Q(admitted_get, "SELECT aware FROM admitted WHERE contact = ?")                                                \
	Q(admitted_set, "INSERT OR REPLACE INTO admitted (contact, aware) VALUES (?, ?)")                              \
	Q(admitted_remove, "DELETE FROM admitted WHERE contact = ?")                                                   \
	Q(admitted_count, "SELECT count(*) FROM admitted a JOIN contacts c ON c.id = a.contact WHERE c.identity = ?")  \
	Q(admitted_of, "SELECT c.onion FROM admitted a JOIN contacts c ON c.id = a.contact WHERE c.identity = ?"       \
	               " ORDER BY c.id")                                                                               \
	Q(admitted_unaware, "SELECT count(*) FROM contacts c LEFT JOIN admitted a ON a.contact = c.id"                 \
	                    " WHERE c.identity = ? AND c.state = 3 AND c.removed = 0 AND ifnull(a.aware, 0) = 0")      \
	Q(gate_get, "SELECT onion, key FROM gates WHERE contact = ?")                                                  \
	Q(gate_set, "INSERT OR REPLACE INTO gates (contact, onion, key) VALUES (?, ?, ?)")                             \
	Q(gate_remove, "DELETE FROM gates WHERE contact = ?")                                                          \
	Q(identity_rotate, "UPDATE identities SET mldsa_seed = mldsa_next_seed, mldsa_next_seed = ?2, seq = seq + 1,"  \
	                   " rotated_ms = ?3 WHERE id = ?1")                                                           \
	Q(identity_remove, "DELETE FROM identities WHERE id = ?")                                                      \
	Q(rotation_add, "INSERT INTO rotations (identity, seq, pk, next, sig) VALUES (?, ?, ?, ?, ?)")                 \
	Q(rotation_forget, "DELETE FROM rotations WHERE identity = ? AND seq < ?")                                     \
	Q(rotation_get, "SELECT pk, next, sig FROM rotations WHERE identity = ? AND seq = ?")                          \
	Q(invite_add, "INSERT INTO invites (identity, label, state, contact, created_ms, expires_ms, pqfp, secret)"    \
	              " VALUES (?, ?, ?, 0, ?, ?, ?, ?)")                                                              \
	Q(invite_get, "SELECT " INVITE_COLS " FROM invites WHERE id = ?")                                              \
	Q(invite_after, "SELECT " INVITE_COLS " FROM invites WHERE id > ?1 AND (?2 = 0 OR identity = ?2)"              \
	                " ORDER BY id LIMIT 1")                                                                        \
	Q(invite_open, "SELECT " INVITE_COLS " FROM invites WHERE identity = ? AND state = 1 AND expires_ms > ?")      \
	Q(invite_expired, "SELECT " INVITE_COLS " FROM invites WHERE id > ? AND state = 1 AND expires_ms <= ?"         \
	                  " ORDER BY id LIMIT 1")                                                                      \
	Q(invite_next_expiry, "SELECT min(expires_ms) FROM invites WHERE state = 1")                                   \
	Q(invite_end, "UPDATE invites SET state = ?2, contact = ?3, secret = x'' WHERE id = ?1")                       \
	Q(invite_count, "SELECT count(*) FROM invites")                                                                \
	Q(invite_drop_closed, "DELETE FROM invites WHERE id = (SELECT min(id) FROM invites WHERE state <> 1)")         \
	Q(invite_forget_identity, "DELETE FROM invites WHERE identity = ?")                                            \
	Q(held_get, "SELECT pqfp, refused, secret FROM invites_held WHERE contact = ?")                                \
	Q(held_set, "INSERT OR REPLACE INTO invites_held (contact, pqfp, refused, secret) VALUES (?, ?, 0, ?)")        \
	Q(held_drop, "DELETE FROM invites_held WHERE contact = ?")                                                     \
	Q(held_refused, "UPDATE invites_held SET refused = 1, secret = x'' WHERE contact = ?")                         \
	Q(contact_add, "INSERT INTO contacts (identity, onion, name, their_name, greeting, state, key_changed,"        \
	               " out_seq, created_ms, behind) VALUES (?, ?, ?, '', ?, ?, 0, 0, ?,"                             \
	               " (SELECT at_ms <> 0 FROM restored))")                                                          \
	Q(contact_by_id, "SELECT " CONTACT_COLS " FROM contacts WHERE id = ? AND removed = 0")                         \
	Q(contact_by_onion, "SELECT " CONTACT_COLS " FROM contacts WHERE identity = ? AND onion = ?")                  \
	Q(contact_after, "SELECT " CONTACT_COLS " FROM contacts WHERE id > ? AND removed = 0 ORDER BY id LIMIT 1")     \
	Q(contact_after_in, "SELECT " CONTACT_COLS " FROM contacts WHERE identity = ? AND state = ? AND id > ?"        \
	                    " AND removed = 0 ORDER BY id LIMIT 1")                                                    \
	Q(contact_count, "SELECT count(*) FROM contacts WHERE state = ? AND removed = 0")                              \
	Q(contact_count_of, "SELECT count(*) FROM contacts WHERE identity = ? AND state = ? AND removed = 0")          \
	Q(contact_set_state, "UPDATE contacts SET state = ?2 WHERE id = ?1")                                           \
	Q(contact_set_name, "UPDATE contacts SET name = ?2 WHERE id = ?1")                                             \
	Q(contact_set_their_name, "UPDATE contacts SET their_name = ?2 WHERE id = ?1")                                 \
	Q(contact_set_greeting, "UPDATE contacts SET greeting = ?2 WHERE id = ?1")                                     \
	Q(contact_set_key_changed, "UPDATE contacts SET key_changed = ?2 WHERE id = ?1")                               \
	Q(contact_set_cover, "UPDATE contacts SET cover = ?2 WHERE id = ?1")                                           \
	Q(contact_set_out_seq, "UPDATE contacts SET out_seq = ?2 WHERE id = ?1")                                       \
	Q(contact_set_seen, "UPDATE contacts SET seen_ms = ?2 WHERE id = ?1")                                          \
	Q(contact_seen, "SELECT seen_ms FROM contacts WHERE id = ?")                                                   \
	Q(contact_set_profile, "UPDATE contacts SET profile = ?2 WHERE id = ?1")                                       \
	Q(contact_set_profile_mine, "UPDATE contacts SET profile_mine = ?2 WHERE id = ?1")                             \
	Q(contact_set_profile_theirs, "UPDATE contacts SET profile_theirs = ?2 WHERE id = ?1")                         \
	Q(message_has_picture, "SELECT length(body) >= 12288 FROM messages WHERE id = ? AND kind = 8")                 \
	Q(contact_remove, "UPDATE contacts SET removed = 1, onion = randomblob(32), name = '', their_name = '',"       \
	                  " greeting = '', state = 4, created_ms = 0, seen_ms = 0, keep_days = 0, sweep_ms = NULL,"    \
	                  " clock_ordinal = read_ordinal WHERE id = ?")                                                \
	Q(contact_remove_pin, "DELETE FROM pins WHERE contact = ?")                                                    \
	Q(contact_remove_losses, "DELETE FROM losses WHERE contact = ?")                                               \
	Q(contact_remove_outbox, "DELETE FROM outbox WHERE contact = ?")                                               \
	Q(contact_remove_heard, "DELETE FROM heard WHERE contact = ?")                                                 \
	Q(contact_remove_ahead, "DELETE FROM ahead WHERE contact = ?")                                                 \
	Q(contact_removed, "SELECT id FROM contacts WHERE removed = 1 LIMIT 1")                                        \
	Q(contact_move_removed, "UPDATE contacts SET identity = (SELECT min(id) FROM identities WHERE id <> ?1)"       \
	                        " WHERE identity = ?1 AND removed = 1")                                                \
	Q(contact_erase_messages, "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE contact = ?"        \
	                          " AND ordinal > 0 ORDER BY ordinal LIMIT ?)")                                        \
	Q(contact_erase_items, "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE contact = ? LIMIT ?)") \
	Q(contact_erase, "DELETE FROM contacts WHERE id = ?")                                                          \
	Q(pin_get, "SELECT pk, next, seq FROM pins WHERE contact = ?")                                                 \
	Q(pin_set, "INSERT OR REPLACE INTO pins (contact, pk, next, seq) VALUES (?, ?, ?, ?)")                         \
	Q(trust_get, "SELECT trust, rotated_ms FROM contacts WHERE id = ?")                                            \
	Q(trust_set_level, "UPDATE contacts SET trust = ?2 WHERE id = ?1")                                             \
	Q(trust_set_rotated, "UPDATE contacts SET rotated_ms = ?2 WHERE id = ?1")                                      \
	Q(floor_get, "SELECT floor_version, floor_suite FROM contacts WHERE id = ?")                                   \
	Q(floor_raise, "UPDATE contacts SET floor_version = max(floor_version, ?2),"                                   \
	               " floor_suite = max(floor_suite, ?3) WHERE id = ?1")                                            \
	Q(candidate_get, "SELECT pk, next, seq FROM candidates WHERE contact = ?")                                     \
	Q(candidate_set, "INSERT OR REPLACE INTO candidates (contact, pk, next, seq) VALUES (?, ?, ?, ?)")             \
	Q(candidate_remove, "DELETE FROM candidates WHERE contact = ?")                                                \
	Q(continuity_get, "SELECT cur, prev, known FROM continuity WHERE contact = ?")                                 \
	Q(continuity_set, "INSERT OR REPLACE INTO continuity (contact, cur, prev, known) VALUES (?, ?, ?, ?)")         \
	Q(continuity_remove, "DELETE FROM continuity WHERE contact = ?")                                               \
	Q(lost_add, "INSERT INTO losses (contact, at_ms) VALUES (?, ?)")                                               \
	Q(lost_trim, "DELETE FROM losses WHERE contact = ?1 AND id NOT IN (SELECT id FROM losses"                      \
	             " WHERE contact = ?1 AND at_ms >= ?2 ORDER BY at_ms DESC, id DESC LIMIT ?3)")                     \
	Q(lost_get, "SELECT coalesce(max(at_ms), 0), coalesce(sum(at_ms >= ?2), 0) FROM losses WHERE contact = ?1")    \
	Q(message_add,                                                                                                 \
	  "INSERT INTO messages (contact, ordinal, msg_id, mine, seq, time_ms, received_ms,"                           \
	  " kind, body, state, hash, salt, vanish) VALUES (?1, CASE WHEN ?10 THEN (SELECT coalesce(max(ordinal), 0)"   \
	  " + 1 FROM messages WHERE contact = ?1) END, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?11, ?12, ?13)"                 \
	  " ON CONFLICT (contact, mine, msg_id) DO NOTHING")                                                           \
	Q(message_by_row, "SELECT " MESSAGE_COLS " FROM messages WHERE id = ?")                                        \
	Q(message_by_id, "SELECT " MESSAGE_COLS " FROM messages WHERE contact = ? AND mine = ? AND msg_id = ?")        \
	Q(message_by_ordinal, "SELECT " MESSAGE_COLS " FROM messages WHERE contact = ? AND ordinal = ?")               \
	Q(message_by_seq, "SELECT " MESSAGE_COLS " FROM messages WHERE contact = ? AND mine = 1 AND seq = ?"           \
	                  " ORDER BY id LIMIT 1")                                                                      \
	Q(message_page, "SELECT " MESSAGE_COLS " FROM messages WHERE contact = ? AND ordinal >= ? AND ordinal < ?"     \
	                " ORDER BY ordinal")                                                                           \
	Q(message_edits, "SELECT " MESSAGE_COLS " FROM messages WHERE target = ? AND kind = 4 ORDER BY seq DESC"       \
	                 " LIMIT ?")                                                                                   \
	Q(place_find,                                                                                                  \
	  "SELECT ordinal, CASE WHEN time_ms BETWEEN 0 AND 8640000000000000 THEN time_ms ELSE received_ms END"         \
	  " FROM messages WHERE contact = ?1 AND (gone = 3) = ?2 AND ordinal >= ?3 AND ordinal IS NOT NULL"            \
	  " ORDER BY ordinal LIMIT 1")                                                                                 \
	Q(message_max, "SELECT max(ordinal) FROM messages WHERE contact = ?")                                          \
	Q(read_get, "SELECT read_ordinal, read_floor, read_named FROM contacts WHERE id = ?")                          \
	Q(read_set, "UPDATE contacts SET read_ordinal = ?2 WHERE id = ?1")                                             \
	Q(read_named, "UPDATE contacts SET read_named = ?2 WHERE id = ?1")                                             \
	Q(read_floors, "UPDATE contacts SET read_floor = read_ordinal WHERE ?1 IN (0, id)")                            \
	Q(read_unread, "SELECT count(*) FROM (SELECT 1 FROM messages WHERE contact = ?1 AND mine = 0"                  \
	               " AND gone = 0 AND kind <> 6 AND kind <> 7 AND ordinal > ?2 LIMIT ?3)")                         \
	Q(read_first, "SELECT ordinal FROM messages WHERE contact = ?1 AND mine = 0 AND gone = 0 AND kind <> 6"        \
	              " AND kind <> 7 AND ordinal > ?2 AND ordinal IS NOT NULL ORDER BY ordinal LIMIT 1")              \
	/* the last edit too, when it is asked for */                                                                  \
	Q(read_ids, "SELECT m.msg_id, e.msg_id FROM messages m LEFT JOIN messages e ON ?5 AND e.id = m.latest"         \
	            " AND e.kind = 4 AND e.gone = 0 WHERE m.contact = ?1 AND m.mine = 0 AND m.ordinal > ?2"            \
	            " AND m.ordinal <= ?3 AND m.kind IN (1, 2) AND m.kind <> 6 AND m.kind <> 7 AND m.gone = 0"         \
	            " ORDER BY m.ordinal DESC LIMIT ?4")                                                               \
	Q(draft_get, "SELECT text, reply, edit, edited FROM drafts WHERE contact = ?")                                 \
	Q(draft_set, "INSERT OR REPLACE INTO drafts (contact, text, reply, edit, edited) VALUES (?, ?, ?, ?, ?)")      \
	Q(draft_drop, "DELETE FROM drafts WHERE contact = ?")                                                          \
	Q(message_set_state, "UPDATE messages SET state = ?2 WHERE id = ?1")                                           \
	Q(message_set_hash, "UPDATE messages SET hash = ?2 WHERE id = ?1")                                             \
	Q(message_set_number, "UPDATE messages SET seq = ?2, hash = ?3 WHERE id = ?1")                                 \
	Q(message_set_target, "UPDATE messages SET target = ?2 WHERE id = ?1")                                         \
	Q(message_set_latest, "UPDATE messages SET latest = ?2 WHERE id = ?1")                                         \
	Q(message_set_react_mine, "UPDATE messages SET react_mine = ?2 WHERE id = ?1")                                 \
	Q(message_set_react_theirs, "UPDATE messages SET react_theirs = ?2 WHERE id = ?1")                             \
	Q(message_erase, "UPDATE messages SET body = x'', salt = x'', gone = ?2, react_mine = 0, react_theirs = 0,"    \
	                 " vanish = 0, expires_ms = NULL WHERE id = ?1")                                               \
	Q(message_erase_edit, "UPDATE messages SET body = x'', salt = x'', gone = ?2 WHERE id = ?1 AND kind = 4")      \
	Q(message_erase_edits_waiting, "UPDATE messages SET body = x'', salt = x'', gone = ?2 WHERE target = ?1"       \
	                               " AND kind = 4 AND kind IN (4, 5) AND state = 1")                               \
	/* They are found no more afterwards */                                                                        \
	Q(message_erase_edits,                                                                                         \
	  "UPDATE messages SET body = x'', salt = x'', gone = ?2, time_ms = 0, received_ms = 0, target = 0"            \
	  " WHERE id IN (SELECT id FROM messages WHERE target = ?1 AND kind = 4 AND state <> 1"                        \
	  " AND id <> (SELECT latest FROM messages WHERE id = ?1) LIMIT ?3)")                                          \
	Q(message_expire, "UPDATE messages SET " MESSAGE_NOTHING " WHERE id = ?1")                                     \
	Q(message_expire_edits, "UPDATE messages SET " MESSAGE_NOTHING " WHERE " MESSAGE_ABOUT("4"))                   \
	Q(message_expire_reactions, "UPDATE messages SET " MESSAGE_NOTHING " WHERE " MESSAGE_ABOUT("3"))               \
	Q(message_expire_deletions, "UPDATE messages SET " MESSAGE_NOTHING " WHERE " MESSAGE_ABOUT("5"))               \
	Q(message_set_due, "UPDATE messages SET expires_ms = ?2 WHERE id = ?1")                                        \
	Q(message_not_due, "UPDATE messages SET expires_ms = NULL WHERE id = ?1")                                      \
	Q(terms_last,                                                                                                  \
	  "SELECT body FROM messages WHERE contact = ? AND mine = ? AND kind = 7 AND gone = 0 AND state <> 5"          \
	  " ORDER BY seq DESC, id DESC LIMIT 1")                                                                       \
	Q(clock_get, "SELECT clock_ahead_ms FROM settings")                                                            \
	Q(clock_set, "UPDATE settings SET clock_ahead_ms = ?")                                                         \
	Q(clock_start,                                                                                                 \
	  "UPDATE messages SET " MESSAGE_CLOCK("?2") " WHERE id = ?1"                                                  \
	                                             " AND ordinal IS NOT NULL AND gone <> 3 AND kind <> 7")           \
	Q(clock_stop, "UPDATE messages SET from_ms = 0, expires_ms = iif(gone, expires_ms, NULL) WHERE id = ?")        \
	Q(clock_read,                                                                                                  \
	  "UPDATE messages SET " MESSAGE_CLOCK(                                                                        \
		  "?4") " WHERE contact = ?1"                                                                          \
	                " AND ordinal BETWEEN ?2 AND ?3 AND mine = 0 AND from_ms = 0 AND gone <> 3 AND kind <> 7")     \
	Q(clock_to_read,                                                                                               \
	  "SELECT id FROM messages WHERE contact = ?1 AND ordinal BETWEEN ?2 AND ?3 AND mine = 0 AND from_ms = 0"      \
	  " AND gone = 0 AND kind <> 7 AND vanish > 0 ORDER BY ordinal DESC")                                          \
	Q(clock_reading,                                                                                               \
	  "UPDATE contacts SET read_ms = ?4, clock_ordinal = iif(clock_ordinal + 1 >= ?2, ?3, clock_ordinal)"          \
	  " WHERE id = ?1")                                                                                            \
	Q(clock_next,                                                                                                  \
	  "SELECT id, clock_ordinal, read_ordinal, read_ms FROM contacts WHERE clock_ordinal < read_ordinal LIMIT 1")  \
	Q(clock_begun, "UPDATE contacts SET clock_ordinal = ?2 WHERE id = ?1")                                         \
	Q(clock_ahead, "SELECT m.id FROM contacts c CROSS JOIN messages m ON m.contact = c.id AND m.from_ms > 0"       \
	               " AND m.from_ms > ?1 LIMIT ?2")                                                                 \
	Q(keep_ahead, "SELECT EXISTS (SELECT 1 FROM contacts WHERE sweep_ms > ?)")                                     \
	Q(keep_back, "UPDATE contacts SET sweep_ms = ?1 WHERE sweep_ms > ?1")                                          \
	Q(changes_waiting, "SELECT EXISTS (SELECT 1 FROM messages WHERE target = ? AND kind IN (4, 5) AND state = 1)") \
	Q(expire_next, "SELECT min(expires_ms) FROM messages WHERE expires_ms IS NOT NULL")                            \
	Q(expire_due, "SELECT " MESSAGE_COLS " FROM messages WHERE expires_ms <= ? ORDER BY expires_ms LIMIT 1")       \
	Q(shelf_get, "SELECT shelf, archived FROM contacts WHERE id = ?")                                              \
	Q(shelf_set, "UPDATE contacts SET shelf = ?2, archived = ?3 WHERE id = ?1")                                    \
	Q(retention_get, "SELECT retention FROM contacts WHERE id = ?")                                                \
	Q(retention_set, "UPDATE contacts SET retention = ?2 WHERE id = ?1")                                           \
	Q(keep_set, "UPDATE contacts SET keep_days = ?2, sweep_ms = CASE WHEN ?2 THEN ?3 END WHERE id = ?1")           \
	Q(keep_look, "UPDATE contacts SET sweep_ms = ?2 WHERE id = ?1 AND keep_days > 0 AND sweep_ms IS NULL")         \
	Q(keep_next, "SELECT min(sweep_ms) FROM contacts WHERE sweep_ms IS NOT NULL")                                  \
	Q(keep_due, "SELECT id, keep_days FROM contacts WHERE sweep_ms <= ? ORDER BY sweep_ms LIMIT 1")                \
	Q(keep_first,                                                                                                  \
	  "SELECT " MESSAGE_COLS " FROM messages WHERE contact = ? AND from_ms > 0 ORDER BY from_ms LIMIT 1")          \
	Q(keep_swept, "UPDATE contacts SET sweep_ms = nullif(?2, 0) WHERE id = ?1")                                    \
	Q(search,                                                                                                      \
	  "SELECT " MESSAGE_COLS " FROM search CROSS JOIN messages ON messages.id = search.rowid"                      \
	  " WHERE search MATCH ?1 AND search.rowid < ?2 AND (?3 = 0 OR contact = ?3) AND gone = 0"                     \
	  " AND CASE WHEN time_ms BETWEEN 0 AND 8640000000000000 THEN time_ms ELSE received_ms END"                    \
	  " BETWEEN ?4 AND ?5 AND (SELECT removed FROM contacts WHERE id = contact) = 0 AND (?7 = 0 OR (?7 < 3 AND "   \
	  "kind = ?7) OR (?7 = 3 AND EXISTS (SELECT 1"                                                                 \
	  " FROM messages e WHERE e.id = messages.latest AND e.kind = 4))) ORDER BY search.rowid DESC LIMIT ?6")       \
	Q(search_flush, "SAVEPOINT search")                                                                            \
	Q(search_flushed, "RELEASE search")                                                                            \
	Q(search_pages, "SELECT segid, term, pgno FROM search_idx WHERE (segid, term) > (?, ?)"                        \
	                " ORDER BY segid, term")                                                                       \
	Q(search_page, "SELECT block FROM search_data WHERE id = ?")                                                   \
	Q(search_name_page, "UPDATE search_idx SET term = ?3 WHERE segid = ?1 AND term = ?2")                          \
	Q(outbox_add, "INSERT INTO outbox (contact, seq, message) VALUES (?, ?, ?)")                                   \
	Q(outbox_remove, "DELETE FROM outbox WHERE contact = ? AND seq = ?")                                           \
	Q(outbox_count, "SELECT count(*) FROM outbox WHERE contact = ?")                                               \
	Q(outbox_after, "SELECT message FROM outbox WHERE contact = ? AND seq > ? ORDER BY seq LIMIT 1")               \
	Q(ahead_add, "INSERT INTO ahead (contact, seq, message) VALUES (?, ?, ?)")                                     \
	Q(ahead_get, "SELECT message FROM ahead WHERE contact = ? AND seq = ?")                                        \
	Q(ahead_remove, "DELETE FROM ahead WHERE contact = ? AND seq = ?")                                             \
	Q(heard_get, "SELECT top, head, last, above, broken_ms FROM heard WHERE contact = ?")                          \
	Q(heard_set, "INSERT OR REPLACE INTO heard (contact, top, head, last, above, broken_ms)"                       \
	             " VALUES (?, ?, ?, ?, ?, ?)")                                                                     \
	Q(message_came_gone, "UPDATE messages SET kind = 6, body = ?2 WHERE id = ?1 AND kind = 0")                     \
	Q(message_first_aside, "SELECT min(seq) FROM messages WHERE contact = ? AND mine = 0 AND kind = 0")            \
	Q(aside_get, "SELECT tries, kept FROM aside WHERE contact = ? AND hash = ?")                                   \
	Q(aside_try, "INSERT INTO aside (contact, hash, tries, at_ms) VALUES (?1, ?2, 1, ?3)"                          \
	             " ON CONFLICT (contact, hash) DO UPDATE SET tries = tries + 1, at_ms = ?3")                       \
	Q(aside_trim, "DELETE FROM aside WHERE contact = ?1 AND id NOT IN (SELECT id FROM aside WHERE contact = ?1"    \
	              " ORDER BY at_ms DESC, id DESC LIMIT ?2)")                                                       \
	Q(aside_done, "DELETE FROM aside WHERE contact = ? AND hash = ?")                                              \
	Q(aside_keep, "UPDATE aside SET kept = ?3, msg_id = ?4 WHERE contact = ?1 AND hash = ?2")                      \
	Q(aside_hidden, "SELECT count(*) FROM aside WHERE contact = ? AND kept = 2")                                   \
	Q(aside_has, "SELECT count(*) FROM aside WHERE contact = ? AND msg_id = ? AND kept != 0")                      \
	Q(aside_ids, "SELECT msg_id, 1 FROM messages WHERE contact = ?1 AND mine = 0 AND kind = 0 UNION ALL"           \
	             " SELECT msg_id, kept FROM aside a WHERE contact = ?1 AND kept = 2 AND NOT EXISTS (SELECT 1"      \
	             " FROM messages m WHERE m.contact = a.contact AND m.mine = 0 AND m.msg_id = a.msg_id)")

enum store_sql {
#define Q(name, text) sql_##name,
	STORE_SQL(Q)
#undef Q
		sql_count,
};

#endif
