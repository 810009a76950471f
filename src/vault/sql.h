/* Every statement the vault runs, by name. Q(name, text). */
#ifndef BOC_VAULT_SQL_H
#define BOC_VAULT_SQL_H

#define CONTACT_COLS "id, identity, onion, name, their_name, greeting, state, key_changed, out_seq, created_ms"
#define MESSAGE_COLS "id, contact, ordinal, msg_id, mine, seq, time_ms, kind, state, body"

#define STORE_SQL(Q)                                                                                                  \
	Q(identity_add, "INSERT INTO identities (id, name, onion_seed, mldsa_seed, mldsa_next_seed, seq, created_ms)" \
	                " VALUES (?, ?, ?, ?, ?, 0, ?)")                                                              \
	Q(identity_first, "SELECT id, name, onion_seed, mldsa_seed, mldsa_next_seed, seq FROM identities"             \
	                  " ORDER BY id LIMIT 1")                                                                     \
	Q(contact_add, "INSERT INTO contacts (identity, onion, name, their_name, greeting, state, key_changed,"       \
	               " out_seq, created_ms) VALUES (?, ?, ?, '', ?, ?, 0, 0, ?)")                                   \
	Q(contact_by_id, "SELECT " CONTACT_COLS " FROM contacts WHERE id = ?")                                        \
	Q(contact_by_onion, "SELECT " CONTACT_COLS " FROM contacts WHERE identity = ? AND onion = ?")                 \
	Q(contact_after, "SELECT " CONTACT_COLS " FROM contacts WHERE id > ? ORDER BY id LIMIT 1")                    \
	Q(contact_count, "SELECT count(*) FROM contacts")                                                             \
	Q(contact_count_state, "SELECT count(*) FROM contacts WHERE state = ?")                                       \
	Q(contact_set_state, "UPDATE contacts SET state = ?2 WHERE id = ?1")                                          \
	Q(contact_set_name, "UPDATE contacts SET name = ?2 WHERE id = ?1")                                            \
	Q(contact_set_their_name, "UPDATE contacts SET their_name = ?2 WHERE id = ?1")                                \
	Q(contact_set_greeting, "UPDATE contacts SET greeting = ?2 WHERE id = ?1")                                    \
	Q(contact_set_key_changed, "UPDATE contacts SET key_changed = ?2 WHERE id = ?1")                              \
	Q(contact_set_out_seq, "UPDATE contacts SET out_seq = ?2 WHERE id = ?1")                                      \
	Q(contact_remove, "DELETE FROM contacts WHERE id = ?")                                                        \
	Q(pin_get, "SELECT pk, next, seq FROM pins WHERE contact = ?")                                                \
	Q(pin_add, "INSERT INTO pins (contact, pk, next, seq) VALUES (?, ?, ?, ?)")                                   \
	Q(message_add, "INSERT INTO messages (contact, ordinal, msg_id, mine, seq, time_ms, received_ms,"             \
	               " kind, body, state) VALUES (?1, (SELECT coalesce(max(ordinal), 0) + 1 FROM messages"          \
	               " WHERE contact = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"                                        \
	               " ON CONFLICT (contact, mine, msg_id) DO NOTHING")                                             \
	Q(message_by_row, "SELECT " MESSAGE_COLS " FROM messages WHERE id = ?")                                       \
	Q(message_by_id, "SELECT " MESSAGE_COLS " FROM messages WHERE contact = ? AND mine = ? AND msg_id = ?")       \
	Q(message_last, "SELECT time_ms, kind, body FROM messages WHERE contact = ? ORDER BY ordinal DESC LIMIT 1")   \
	Q(message_page, "SELECT " MESSAGE_COLS " FROM messages WHERE contact = ? AND ordinal >= ? AND ordinal < ?"    \
	                " ORDER BY ordinal")                                                                          \
	Q(message_max, "SELECT coalesce(max(ordinal), 0) FROM messages WHERE contact = ?")                            \
	Q(message_set_state, "UPDATE messages SET state = ?2 WHERE id = ?1")                                          \
	Q(outbox_add, "INSERT INTO outbox (contact, seq, message) VALUES (?, ?, ?)")                                  \
	Q(outbox_remove, "DELETE FROM outbox WHERE contact = ? AND seq = ?")                                          \
	Q(outbox_first, "SELECT seq FROM outbox WHERE contact = ? ORDER BY seq LIMIT 1")                              \
	Q(outbox_after, "SELECT message FROM outbox WHERE contact = ? AND seq > ? ORDER BY seq LIMIT 1")

enum store_sql {
#define Q(name, text) sql_##name,
	STORE_SQL(Q)
#undef Q
		sql_count,
};

#endif
