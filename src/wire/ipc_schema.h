/* What the processes say to each other: the whole contract on one page.
 *
 * Every message is one SEQPACKET datagram. A request carries a number chosen by the asker; the answer repeats it;
 * 0 marks an event that nobody asked for. Only this program speaks it, with itself: there are no versions.
 *
 * M(name, who may send it, in which state of the vault)     the table of rights: os/ipc.c drops the connection of a
 *                                                           role that sends what it may not
 * IPC_name(U8, U32, U64, FIX, VAR)                          the fields, in order
 *   FIX(field, n)   n bytes                                 VAR(field, max)   0 to max bytes, borrowed
 */
#ifndef BOC_WIRE_IPC_SCHEMA_H
#define BOC_WIRE_IPC_SCHEMA_H

/* Laid out by hand: clang-format takes the lists of fields for calls and breaks another line at each run. */
/* clang-format off */

/* ---------------------------------------------------------------- to the vault ---- */
#define IPC_TO_VAULT(M)                                                                \
	/* the supervisor: a socket (as SCM_RIGHTS) to a role that was just started */ \
	M(role_socket, FROM_SUPERVISOR, ANY)                                           \
	M(woke, FROM_SUPERVISOR, ANY)                                                  \
	M(findings, FROM_SUPERVISOR, ANY)                                              \
	M(log_part, FROM_SUPERVISOR, ANY)                                              \
	/* login, RFC 9807; see docs/api.md */                                         \
	M(auth_state, FROM_WEB, ANY)                                                   \
	M(auth_register, FROM_WEB, ANY)                                                \
	M(auth_enroll, FROM_WEB, LOCKED)                                               \
	M(auth_login, FROM_WEB, ANY)                                                   \
	M(auth_finish, FROM_WEB, ANY)                                                  \
	M(auth_change, FROM_WEB, ANY)                                                  \
	M(lock, FROM_WEB, ANY)                                                         \
	M(erase, FROM_WEB, ANY)                                                        \
	/* how it is: little of it while locked */                                     \
	M(connection_get, FROM_WEB, ANY)                                               \
	/* what a logged-in person asks */                                             \
	M(status_get, FROM_WEB, UNLOCKED)                                              \
	M(recovery_create, FROM_WEB, UNLOCKED)                                         \
	M(recovery_remove, FROM_WEB, UNLOCKED)                                         \
	M(backup_create, FROM_WEB, UNLOCKED)                                           \
	M(backup_read, FROM_WEB, UNLOCKED)                                             \
	M(backup_end, FROM_WEB, UNLOCKED)                                              \
	M(settings_get, FROM_WEB, UNLOCKED)                                            \
	M(settings_set, FROM_WEB, UNLOCKED)                                            \
	M(bridges_get, FROM_WEB, UNLOCKED)                                             \
	M(bridges_set, FROM_WEB, UNLOCKED)                                             \
	M(connection_look, FROM_WEB, UNLOCKED)                                         \
	M(connection_try, FROM_WEB, UNLOCKED)                                          \
	M(log_get, FROM_WEB, UNLOCKED)                                                 \
	M(contacts_list, FROM_WEB, UNLOCKED)                                           \
	M(contact_add, FROM_WEB, UNLOCKED)                                             \
	M(contact_decide, FROM_WEB, UNLOCKED)                                          \
	M(contact_rename, FROM_WEB, UNLOCKED)                                          \
	M(contact_picture, FROM_WEB, UNLOCKED)                                         \
	M(contact_safety, FROM_WEB, UNLOCKED)                                          \
	M(contact_dial, FROM_WEB, UNLOCKED)                                            \
	M(contact_unverify, FROM_WEB, UNLOCKED)                                        \
	M(contact_compare, FROM_WEB, UNLOCKED)                                         \
	M(contact_trust_key, FROM_WEB, UNLOCKED)                                       \
	M(identities_list, FROM_WEB, UNLOCKED)                                         \
	M(identity_create, FROM_WEB, UNLOCKED)                                         \
	M(identity_rename, FROM_WEB, UNLOCKED)                                         \
	M(identity_picture, FROM_WEB, UNLOCKED)                                        \
	M(identity_set_picture, FROM_WEB, UNLOCKED)                                    \
	M(identity_set, FROM_WEB, UNLOCKED)                                            \
	M(identity_set_listed, FROM_WEB, UNLOCKED)                                     \
	M(identity_rotate, FROM_WEB, UNLOCKED)                                         \
	M(identity_remove, FROM_WEB, UNLOCKED)                                         \
	M(invites_list, FROM_WEB, UNLOCKED)                                            \
	M(invite_create, FROM_WEB, UNLOCKED)                                           \
	M(invite_revoke, FROM_WEB, UNLOCKED)                                           \
	M(message_send, FROM_WEB, UNLOCKED)                                            \
	M(message_react, FROM_WEB, UNLOCKED)                                           \
	M(message_edit, FROM_WEB, UNLOCKED)                                            \
	M(message_delete, FROM_WEB, UNLOCKED)                                          \
	M(message_history, FROM_WEB, UNLOCKED)                                         \
	M(message_read, FROM_WEB, UNLOCKED)                                            \
	M(contact_set_cover, FROM_WEB, UNLOCKED)                                       \
	M(typing_set, FROM_WEB, UNLOCKED)                                              \
	M(draft_set, FROM_WEB, UNLOCKED)                                               \
	M(draft_get, FROM_WEB, UNLOCKED)                                               \
	M(messages_gone, FROM_WEB, UNLOCKED)                                           \
	M(message_at, FROM_WEB, UNLOCKED)                                              \
	M(messages_list, FROM_WEB, UNLOCKED)                                           \
	M(conversation_terms, FROM_WEB, UNLOCKED)                                      \
	M(conversation_set, FROM_WEB, UNLOCKED)                                        \
	M(messages_search, FROM_WEB, UNLOCKED)                                         \
	/* what a handshake needs from the holder of the keys */                       \
	M(sign_responder, FROM_NET, UNLOCKED)                                          \
	M(sign_initiator, FROM_NET, UNLOCKED)                                          \
	M(peer_ask, FROM_NET, UNLOCKED)                                                \
	M(peer_pin, FROM_NET, UNLOCKED)                                                \
	M(peer_accept, FROM_NET, UNLOCKED)                                             \
	M(peer_root, FROM_NET, UNLOCKED)                                               \
	/* what happens on links; late ones after a lock are dropped */                \
	M(link_up, FROM_NET, ANY)                                                      \
	M(link_confirmed, FROM_NET, ANY)                                               \
	M(link_quiet, FROM_NET, ANY)                                                   \
	M(link_down, FROM_NET, ANY)                                                    \
	M(reach, FROM_NET, ANY)                                                        \
	M(record_in, FROM_NET, ANY)                                                    \
	M(self_dialled, FROM_NET, ANY)                                                 \
	/* what tor does, and what onion needs for it */                               \
	M(tor_transports, FROM_ONION, ANY)                                             \
	M(tor_state, FROM_ONION, ANY)                                                  \
	M(service_wanted, FROM_ONION, ANY)                                             \
	M(self_dial, FROM_ONION, ANY)

#define IPC_role_socket(U8, U32, U64, FIX, VAR) U8(role)
/* What was true before may not be any more: passed on to onion and net. why: enum woke_why; away_ms: how long nobody ran. */
#define IPC_woke(U8, U32, U64, FIX, VAR) U8(why) U64(away_ms)
/* What was found out about the machine (wire/findings.h), and lines of the log, from number `first` on, each with a newline;
 * next 0: there are no more. life: of the look or log_ask that it answers; 0: of none. */
#define IPC_findings(U8, U32, U64, FIX, VAR) U32(life) VAR(list, MAX_FINDINGS_TEXT)
#define IPC_log_part(U8, U32, U64, FIX, VAR) U32(life) U64(first) U64(next) VAR(lines, LOG_PART)
#define IPC_auth_state(U8, U32, U64, FIX, VAR)
#define IPC_auth_register(U8, U32, U64, FIX, VAR) FIX(request, 32)
#define IPC_auth_enroll(U8, U32, U64, FIX, VAR) FIX(record, 192)
#define IPC_auth_login(U8, U32, U64, FIX, VAR) U8(slot) FIX(ke1, 96) /* enum login_slot */
#define IPC_auth_finish(U8, U32, U64, FIX, VAR) U32(login) FIX(ke3, 64) VAR(sealed, 256)
/* After a login of either slot: the passphrase of this record instead. sealed: the unlock key of the login, then that of
 * the record (docs/api.md). */
#define IPC_auth_change(U8, U32, U64, FIX, VAR) U32(login) FIX(ke3, 64) FIX(record, 192) VAR(sealed, 128)
#define IPC_lock(U8, U32, U64, FIX, VAR)
/* The keys' file, the database: all of it, for good. */
#define IPC_erase(U8, U32, U64, FIX, VAR)
#define IPC_status_get(U8, U32, U64, FIX, VAR)
/* A login by the passphrase has to stand before it: who only finds a page open gets no key. */
#define IPC_recovery_create(U8, U32, U64, FIX, VAR) U32(login) FIX(ke3, 64)
#define IPC_recovery_remove(U8, U32, U64, FIX, VAR)
/* Likewise: a backup is asked for by who knows the passphrase that opens it. */
#define IPC_backup_create(U8, U32, U64, FIX, VAR) U32(login) FIX(ke3, 64)
#define IPC_backup_read(U8, U32, U64, FIX, VAR) FIX(id, 16) U64(offset)
#define IPC_backup_end(U8, U32, U64, FIX, VAR) FIX(id, 16)
#define IPC_settings_get(U8, U32, U64, FIX, VAR)
/* which: of enum settings_part, those that are set; the others stay. lock_after: minutes without a request; 0: never.
 * page: pages' own, of no meaning here. */
#define IPC_settings_set(U8, U32, U64, FIX, VAR) \
	U8(which) U32(lock_after) U8(read_marks) U8(typing) U8(receive_locked) VAR(page, MAX_PAGE_SETTINGS)
/* Lines, as people paste them (tor/bridge.h); none: without bridges. */
#define IPC_bridges_get(U8, U32, U64, FIX, VAR)
#define IPC_bridges_set(U8, U32, U64, FIX, VAR) VAR(lines, MAX_BRIDGES_TEXT)
/* _look: the machine is looked at again before the answer; _try: everybody is dialled now, and we ourselves. */
#define IPC_connection_get(U8, U32, U64, FIX, VAR)
#define IPC_connection_look(U8, U32, U64, FIX, VAR)
#define IPC_connection_try(U8, U32, U64, FIX, VAR)
#define IPC_log_get(U8, U32, U64, FIX, VAR) U64(line) /* from this number on */
#define IPC_contacts_list(U8, U32, U64, FIX, VAR)
/* identity 0: the first one, here and below. Either an address or an invitation, the other is empty. */
#define IPC_contact_add(U8, U32, U64, FIX, VAR) \
	U32(identity) VAR(address, 128) VAR(invitation, 256) VAR(name, MAX_NAME) VAR(greeting, MAX_GREETING)
#define IPC_contact_decide(U8, U32, U64, FIX, VAR) U64(contact) U8(decision) /* enum decision */
#define IPC_contact_rename(U8, U32, U64, FIX, VAR) U64(contact) VAR(name, MAX_NAME)
#define IPC_contact_picture(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_contact_safety(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_contact_dial(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_contact_unverify(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_contact_compare(U8, U32, U64, FIX, VAR) U64(contact) VAR(qr, 128)
#define IPC_contact_trust_key(U8, U32, U64, FIX, VAR) U64(contact) VAR(qr, 128) /* of safety, as shown */
#define IPC_identities_list(U8, U32, U64, FIX, VAR)
#define IPC_identity_create(U8, U32, U64, FIX, VAR) VAR(name, MAX_NAME)
#define IPC_identity_rename(U8, U32, U64, FIX, VAR) U32(identity) VAR(name, MAX_NAME)
#define IPC_identity_picture(U8, U32, U64, FIX, VAR) U32(identity)
#define IPC_identity_set_picture(U8, U32, U64, FIX, VAR) U32(identity) VAR(picture, PICTURE_LEN) /* all of it, or none */
#define IPC_identity_set(U8, U32, U64, FIX, VAR) U32(identity) U8(strangers)
/* Whether the public address is there at all. */
#define IPC_identity_set_listed(U8, U32, U64, FIX, VAR) U32(identity) U8(listed)
#define IPC_identity_rotate(U8, U32, U64, FIX, VAR) U32(identity)
#define IPC_identity_remove(U8, U32, U64, FIX, VAR) U32(identity)
#define IPC_invites_list(U8, U32, U64, FIX, VAR) U32(identity) /* 0: of all */
#define IPC_invite_create(U8, U32, U64, FIX, VAR) U32(identity) U32(days) VAR(label, MAX_NAME)
#define IPC_invite_revoke(U8, U32, U64, FIX, VAR) U64(invite)
/* Messages are named by their ordinals. reply 0: it answers none. */
#define IPC_message_send(U8, U32, U64, FIX, VAR) U64(contact) FIX(id, 16) U64(reply) VAR(text, MAX_TEXT)
#define IPC_message_react(U8, U32, U64, FIX, VAR) U64(contact) U64(ordinal) VAR(emoji, MAX_EMOJI) /* empty: taken back */
#define IPC_message_edit(U8, U32, U64, FIX, VAR) U64(contact) U64(ordinal) VAR(text, MAX_TEXT)
#define IPC_message_delete(U8, U32, U64, FIX, VAR) U64(contact) U64(ordinal) U8(for_all)
#define IPC_message_history(U8, U32, U64, FIX, VAR) U64(contact) U64(ordinal)
#define IPC_messages_list(U8, U32, U64, FIX, VAR) U64(contact) U64(before) U32(limit) /* before 0: the newest */
/* A person has seen the conversation up to here. */
#define IPC_message_read(U8, U32, U64, FIX, VAR) U64(contact) U64(ordinal)
/* What we want of both sides: seconds after which a message that was read is erased, days for which messages are kept; 0: none. */
#define IPC_conversation_terms(U8, U32, U64, FIX, VAR) U64(contact) U32(vanish) U32(keep)
/* Told to nobody. which: of enum conversation_part, those that are set; the others stay. on: which of these are so now.
 * retention: days for which messages are kept here; 0: for ever. */
#define IPC_conversation_set(U8, U32, U64, FIX, VAR) U64(contact) U8(which) U8(on) U32(retention)
/* Whether cover traffic goes to it while a link is up. */
#define IPC_contact_set_cover(U8, U32, U64, FIX, VAR) U64(contact) U8(on)
#define IPC_typing_set(U8, U32, U64, FIX, VAR) U64(contact) U8(on)
/* What was begun. reply: what it answers; edit: what edited is to stand for, once it is done, while text waits. Ordinals, 0: none. */
#define IPC_draft_set(U8, U32, U64, FIX, VAR) U64(contact) U64(reply) VAR(text, MAX_TEXT) U64(edit) VAR(edited, MAX_TEXT)
#define IPC_draft_get(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_messages_gone(U8, U32, U64, FIX, VAR) U64(contact) U64(from) /* ordinal; 0: from the first on */
#define IPC_message_at(U8, U32, U64, FIX, VAR) U64(contact) U64(time_ms)
/* from: enum search_from; kind: enum search_kind; before: as `next` of found_end said. 0: no such limit, anywhere. */
#define IPC_messages_search(U8, U32, U64, FIX, VAR) \
	U64(contact) U8(from) U8(kind) U64(since_ms) U64(until_ms) U64(before) U32(limit) VAR(text, MAX_SEARCH)

/* PROTO 3.4: the vault builds the labelled message itself, so it is no oracle for other signatures. */
#define IPC_sign_responder(U8, U32, U64, FIX, VAR) U32(identity) FIX(th, 64)
/* version, suite: what B chose (PROTO 3.6.3). The answer carries A's tags too. */
#define IPC_sign_initiator(U8, U32, U64, FIX, VAR) \
	U32(identity) U64(contact) U8(version) U32(suite) FIX(token, 32) FIX(th, 64)
/* Responder, after M3 was opened: may this address talk to us, and which key is pinned? inv_id: claimed; zeros: none. */
#define IPC_peer_ask(U8, U32, U64, FIX, VAR) U32(identity) FIX(onion, 32) FIX(inv_id, 16) U8(version) U32(suite)
/* Initiator, after M2 was verified: commit the key of a contact seen for the first time or after a rotation; or, as a
 * candidate, one that changed. relation: enum pq_relation, by what net knew. */
#define IPC_peer_pin(U8, U32, U64, FIX, VAR) U64(contact) U8(relation) FIX(pk, 1952) FIX(next, 32) U32(seq)
/* Responder, after M3 was verified: commit the pin, choose the status of ACCEPT, make R_1 of R_0 (root). What
 * continuity becomes waits under the number of the link for link_confirmed or link_down. */
#define IPC_peer_accept(U8, U32, U64, FIX, VAR)                                                                \
	U32(link)                                                                                              \
	U32(identity)                                                                                          \
	U64(age_ms) /* of the handshake, since its stream came */                                              \
	FIX(onion, 32)                                                                                         \
	U8(relation)                                                                                           \
	FIX(pk, 1952) FIX(next, 32) U32(seq) FIX(inv_id, 16) U8(version) U32(suite) FIX(root, 64) FIX(th6, 64) \
		FIX(th7, 64) FIX(tags, 96)
/* Initiator, on ACCEPT: commit continuity and the floor, make R_1. */
#define IPC_peer_root(U8, U32, U64, FIX, VAR)             \
	U64(contact)                                      \
	U64(age_ms) /* of the handshake, since the dial */ \
	U8(status)                                        \
	U8(psk_sel) U8(version) U32(suite) FIX(root, 64) FIX(th6, 64) FIX(th7, 64) FIX(tags, 96) FIX(accept_hash, 64)
/* `link` is a number of net's own, never used twice in the life of one net process. link_down comes for every link for
 * which peer_accept was asked or link_up was said. */
#define IPC_link_up(U8, U32, U64, FIX, VAR) U32(link) U64(contact) U8(initiator) U8(status)
/* Responder: A has the keys of epoch 1. */
#define IPC_link_confirmed(U8, U32, U64, FIX, VAR) U32(link) U64(contact)
/* An open link: asked, and nothing came for silent_ms; or heard again. */
#define IPC_link_quiet(U8, U32, U64, FIX, VAR) U32(link) U64(contact) U8(quiet) U64(silent_ms)
#define IPC_link_down(U8, U32, U64, FIX, VAR) U32(link) U64(contact) U64(silent_ms) U8(reach) /* enum contact_reach */
/* What a dial of ours came to that made no link, or, where somebody waits for it, that it begins. */
#define IPC_reach(U8, U32, U64, FIX, VAR) U64(contact) U8(reach)
#define IPC_record_in(U8, U32, U64, FIX, VAR) U32(link) U64(contact) U8(type) VAR(payload, 31212)
/* How the dial of an address of our own ended: enum self_dial. */
#define IPC_self_dialled(U8, U32, U64, FIX, VAR) FIX(onion, 32) U8(how)

/* Whose programs tor can start: a set of enum bridge_transport. */
#define IPC_tor_transports(U8, U32, U64, FIX, VAR) U8(found) U8(system)
#define IPC_tor_state(U8, U32, U64, FIX, VAR)                                                           \
	U8(phase)                                                                                       \
	/* enum tor_phase */ U8(progress) U64(since_ms) U32(skew_s) /* two's complement */ VAR(tag, 64) \
		VAR(summary, 256) VAR(warning, 512)
/* This service again: it is to be published anew. */
#define IPC_service_wanted(U8, U32, U64, FIX, VAR) U32(identity) U8(gate)
/* Try through tor whether others can reach this address of ours. */
#define IPC_self_dial(U8, U32, U64, FIX, VAR) FIX(onion, 32)

/* -------------------------------------------------------- from the vault to web ---- */
#define IPC_TO_WEB(M)                       \
	M(failed, FROM_VAULT, ANY)          \
	M(done, FROM_VAULT, ANY)            \
	M(auth_state_r, FROM_VAULT, ANY)    \
	M(auth_register_r, FROM_VAULT, ANY) \
	M(auth_login_r, FROM_VAULT, ANY)    \
	M(auth_finish_r, FROM_VAULT, ANY)   \
	M(auth_change_r, FROM_VAULT, ANY)   \
	M(recovery_key, FROM_VAULT, ANY)    \
	M(backup_begun, FROM_VAULT, ANY)    \
	M(backup_part, FROM_VAULT, ANY)     \
	M(status, FROM_VAULT, ANY)          \
	M(settings, FROM_VAULT, ANY)        \
	M(bridges, FROM_VAULT, ANY)         \
	M(bridge_fault, FROM_VAULT, ANY)    \
	M(reached, FROM_VAULT, ANY)         \
	M(connection, FROM_VAULT, ANY)      \
	M(log_lines, FROM_VAULT, ANY)       \
	M(contact, FROM_VAULT, ANY)         \
	M(contact_gone, FROM_VAULT, ANY)    \
	M(picture, FROM_VAULT, ANY)         \
	M(safety, FROM_VAULT, ANY)          \
	M(compared, FROM_VAULT, ANY)        \
	M(own, FROM_VAULT, ANY)             \
	M(own_gone, FROM_VAULT, ANY)        \
	M(invite, FROM_VAULT, ANY)          \
	M(message, FROM_VAULT, ANY)         \
	M(message_words, FROM_VAULT, ANY)   \
	M(typing, FROM_VAULT, ANY)          \
	M(draft, FROM_VAULT, ANY)           \
	M(gone, FROM_VAULT, ANY)            \
	M(place, FROM_VAULT, ANY)           \
	M(found, FROM_VAULT, ANY)           \
	M(found_end, FROM_VAULT, ANY)       \
	M(locked, FROM_VAULT, ANY)          \
	M(tor_state_now, FROM_VAULT, ANY)   \
	M(storage, FROM_VAULT, ANY)

/* Answers. A list (contacts_list, identities_list, invites_list, messages_list oldest first, message_history newest first): its
 * rows, then done. Anything else: one message, which is its own auth_*_r, recovery_key, backup_begun, backup_part, contact (add,
 * rename, decide, unverify, trust_key), contact_gone (decide: remove), safety, picture (*_picture, but
 * for identity_set_picture, whose answer is own), own (identity_*), own_gone (identity_remove), invite,
 * message (message_*), contact (message_read and conversation_* too), draft (draft_get), gone (messages_gone), place (message_at),
 * status, settings or done.
 * messages_search: for each hit, newest first, a message and its found, then found_end.
 * connection comes after a tor_state_now and a reached for each address of ours that is served; log_lines answers log_get.
 * status comes after a tor_state_now and the rows of all identities with the same number, compared after a contact; lock
 * gives done and then, as an event, locked.
 * failed ends any answer: error is -err_t. */
#define IPC_failed(U8, U32, U64, FIX, VAR) U32(error)
#define IPC_done(U8, U32, U64, FIX, VAR) U8(more)
#define IPC_auth_state_r(U8, U32, U64, FIX, VAR) U8(exists)
#define IPC_auth_register_r(U8, U32, U64, FIX, VAR) FIX(response, 64)
#define IPC_auth_login_r(U8, U32, U64, FIX, VAR) \
	U32(login) FIX(ke2, 320) U32(iterations) U32(memory_kib) /* what the record was stretched with */
#define IPC_auth_finish_r(U8, U32, U64, FIX, VAR) FIX(ws_secret, 64)
#define IPC_auth_change_r(U8, U32, U64, FIX, VAR)
#define IPC_recovery_key(U8, U32, U64, FIX, VAR) FIX(sealed, 72) /* for the client; web cannot open it */
#define IPC_backup_begun(U8, U32, U64, FIX, VAR) FIX(id, 16)
/* size 0: it is still being made. Of bytes there are less than BACKUP_PART at the end only, and none behind it. */
#define IPC_backup_part(U8, U32, U64, FIX, VAR) U64(size) VAR(bytes, BACKUP_PART)
/* recovery: whether there is a recovery key; damaged: places of what came while locked that could not be read. */
#define IPC_settings(U8, U32, U64, FIX, VAR) \
	U32(lock_after) U8(recovery) U8(receive_locked) U32(damaged) U8(read_marks) U8(typing) VAR(page, MAX_PAGE_SETTINGS)
/* restored_from, restored_ms: of the last backup this vault was restored from, when it was made and first opened; 0: none. */
#define IPC_status(U8, U32, U64, FIX, VAR) \
	U8(storage) U64(restored_from) U64(restored_ms) VAR(name, MAX_NAME) VAR(address, 64)
/* way: enum tor_way; found: as in tor_transports. */
#define IPC_bridges(U8, U32, U64, FIX, VAR) U8(way) U8(found) VAR(lines, MAX_BRIDGES_TEXT)
/* A refusal: of struct bridge_fault. */
#define IPC_bridge_fault(U8, U32, U64, FIX, VAR) U32(line) U8(what) U8(transport)
/* An address of ours: how its last dial ended (enum self_dial; SELF_NONE: there was none), when that was, and when it was last
 * reached; 0: never since the vault was opened. */
#define IPC_reached(U8, U32, U64, FIX, VAR) U32(identity) U8(gate) U8(how) U64(tried_ms) U64(reached_ms)
/* way, found: as in bridges; storage: as in status; list: as in findings. Contacts with a link; that are dialled because somebody
 * waits; that did not answer; not dialled yet. While locked: none of these. summary,
 * warning: as in tor_state, cleaned (base/log_clean.h), since people give all of this to others. */
#define IPC_connection(U8, U32, U64, FIX, VAR)                                                                \
	U8(locked) U8(way) U8(found) U8(storage) U32(connected) U32(trying) U32(away) U32(untried) U32(links) \
		VAR(summary, 256) VAR(warning, 512) VAR(list, MAX_FINDINGS_TEXT)
#define IPC_log_lines(U8, U32, U64, FIX, VAR) U64(first) U64(next) VAR(lines, LOG_PART)
/* A row of contacts_list, an answer to add/rename/decide, and the event that something about it changed. */
#define IPC_contact(U8, U32, U64, FIX, VAR)                                                                 \
	U64(contact)                                                                                        \
	U32(identity)                                                                                       \
	U8(state)                                                                                           \
	/* enum contact_state */ U8(online) U8(trust)                       /* enum trust_shown */          \
		U64(rotated_ms) U64(lost_ms) U32(lost_times) U8(invitation) /* enum invitation_shown */     \
		U64(missing) U64(broken_ms) U64(aside) U64(picture) /* another number for another one; 0: none */ \
		U64(since_ms) VAR(address, 64) VAR(name, MAX_NAME) VAR(greeting, MAX_GREETING) U64(last_ms) \
			U64(last_ordinal) U8(last_kind) /* enum message_shown */ U8(last_mine) \
			U8(last_state) /* enum message_state */ VAR(last_text, MAX_PREVIEW) \
			/* what each of the two wants and what is in force by that, days for which it is kept here only */ \
			U32(my_vanish) U32(my_keep) U32(their_vanish) U32(their_keep) U32(vanish) U32(keep) U32(retention) \
				U64(read) /* ordinal */ U32(unread) U64(unread_first) /* ordinal; 0: none */ VAR(draft, MAX_PREVIEW) \
			/* what was last observed of it, and since when that is so; when it was there last */ \
			U8(reach) /* enum contact_reach */ U64(reach_ms) U64(seen_ms) U8(cover) \
			U8(shelf) /* of enum conversation_part */
#define IPC_contact_gone(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_picture(U8, U32, U64, FIX, VAR) VAR(points, PICTURE_LEN) /* as in a PROFILE; empty: none */
#define IPC_safety(U8, U32, U64, FIX, VAR) FIX(digits, 60) FIX(words, 40) FIX(qr, 70)
#define IPC_compared(U8, U32, U64, FIX, VAR) U8(match)
/* A row of identities_list, an answer, and the event that something about it changed. */
#define IPC_own(U8, U32, U64, FIX, VAR) \
	U32(identity) U8(strangers) U8(listed) U32(unaware) /* accepted contacts that do not have our contacts' address */ \
		U32(seq) U64(picture) U64(rotated_ms) VAR(address, 64) VAR(name, MAX_NAME)
#define IPC_own_gone(U8, U32, U64, FIX, VAR) U32(identity)
/* Likewise of invites_list; the text is empty when it is not open. */
#define IPC_invite(U8, U32, U64, FIX, VAR) \
	U64(invite)                        \
	U32(identity)                      \
	U8(state)                          \
	/* enum invite_state */ U64(contact) U64(created_ms) U64(expires_ms) VAR(label, MAX_NAME) VAR(text, 256)
/* A row of messages_list, the answer to message_send, and the event of a new message or a new state of one. */
#define IPC_message(U8, U32, U64, FIX, VAR) \
	U64(contact)                        \
	U64(ordinal) FIX(id, 16) U8(mine) U8(state) /* enum message_state */ U8(is_new) U64(time_ms) \
		U8(kind) /* enum message_shown */ U64(reply) U64(edited_ms) /* 0: none, never */       \
		U32(vanish) U32(keep) U64(expires_ms) /* of TERMS: what they say; else: seconds; when it goes, 0: not yet */ \
		VAR(react_mine, MAX_EMOJI) VAR(react_theirs, MAX_EMOJI) VAR(text, MAX_TEXT)
/* A row of message_history: what it said, and since when. */
#define IPC_message_words(U8, U32, U64, FIX, VAR) U64(time_ms) VAR(text, MAX_TEXT)
/* The contact types, or does not any more. */
#define IPC_typing(U8, U32, U64, FIX, VAR) U64(contact) U8(on)
#define IPC_draft(U8, U32, U64, FIX, VAR) U64(reply) VAR(text, MAX_TEXT) U64(edit) VAR(edited, MAX_TEXT) /* as in draft_set */
/* runs: for each its first and its last ordinal, u64be each; next: from where to go on, 0 at the end. */
#define IPC_gone(U8, U32, U64, FIX, VAR) U64(next) VAR(runs, 16 * GONE_PART)
#define IPC_place(U8, U32, U64, FIX, VAR) U64(ordinal) /* 0: there is none */
/* Where the words are in the message before it: pairs of u16be, in code points: the first one, the one behind the last. */
#define IPC_found(U8, U32, U64, FIX, VAR) VAR(marks, 4 * MAX_MARKS)
#define IPC_found_end(U8, U32, U64, FIX, VAR) U64(next) /* 0: that was all */
#define IPC_locked(U8, U32, U64, FIX, VAR)
#define IPC_tor_state_now(U8, U32, U64, FIX, VAR) IPC_tor_state(U8, U32, U64, FIX, VAR)
/* The disk takes nothing any more, or takes it again. */
#define IPC_storage(U8, U32, U64, FIX, VAR) U8(state) /* enum storage_state */

/* -------------------------------------------------------- from the vault to net ---- */
#define IPC_TO_NET(M)                     \
	M(net_failed, FROM_VAULT, ANY)    \
	M(net_ok, FROM_VAULT, ANY)        \
	M(signature, FROM_VAULT, ANY)     \
	M(peer_verdict, FROM_VAULT, ANY)  \
	M(accept_status, FROM_VAULT, ANY) \
	M(peer_root_r, FROM_VAULT, ANY)   \
	M(identity, FROM_VAULT, ANY)      \
	M(identity_gone, FROM_VAULT, ANY) \
	M(peer, FROM_VAULT, ANY)          \
	M(peer_gone, FROM_VAULT, ANY)     \
	M(dial_now, FROM_VAULT, ANY)      \
	M(record_out, FROM_VAULT, ANY)    \
	M(link_close, FROM_VAULT, ANY)    \
	M(tor_up, FROM_VAULT, ANY)        \
	M(dial_self, FROM_VAULT, ANY)     \
	M(net_woke, FROM_VAULT, ANY)

#define IPC_net_failed(U8, U32, U64, FIX, VAR) U32(error)
#define IPC_net_ok(U8, U32, U64, FIX, VAR)
/* tags: to sign_initiator only. */
#define IPC_signature(U8, U32, U64, FIX, VAR) FIX(ed25519, 64) FIX(mldsa, 3309) FIX(tags, 96)
#define IPC_peer_verdict(U8, U32, U64, FIX, VAR) U8(allow) U8(pinned) FIX(pk, 1952) FIX(next, 32) U32(seq)
#define IPC_accept_status(U8, U32, U64, FIX, VAR) U64(contact) U8(status) U8(psk_sel) FIX(root, 64)
#define IPC_peer_root_r(U8, U32, U64, FIX, VAR) FIX(root, 64)
/* Serve this identity: listen on the unix sockets of its gates, answer and dial as it. With another key than before, its
 * links are made anew. listed: at the public one too. slot: below LINK_SLOTS, which of the inherited sockets are its gates', where net has
 * such (role_link_index); the same for the identity as long as the vault lives. */
#define IPC_identity(U8, U32, U64, FIX, VAR) \
	U32(identity) U8(slot) U8(listed) FIX(onion, 32) FIX(pk, 1952) FIX(next, 32) U32(seq)
/* Close every link of the identity, wipe their keys, stop listening. Sent when the vault locks. */
#define IPC_identity_gone(U8, U32, U64, FIX, VAR) U32(identity)
/* Whom to know; `dial`: keep a link up. Sent again when something about it changes. */
#define IPC_peer(U8, U32, U64, FIX, VAR)                                                                     \
	U64(contact)                                                                                         \
	U32(identity)                                                                                        \
	FIX(onion, 32)                                                                                       \
	U8(dial)                                                                                             \
	U64(seen_ms) /* when it was there last; 0: never */                                                  \
	U8(pinned) FIX(pk, 1952) FIX(next, 32)                                                               \
		U32(seq) /* dial with this invitation; pqfp: without a pin, what has to be shown */          \
		U8(invited) FIX(inv_id, 16) FIX(pqfp, 32) /* knock keys, of PROTO 8.1.4; knocks: how many */ \
		U8(knocks) FIX(knock_cur, 32) FIX(knock_prev, 32) /* where it is dialled first, if has_gate */ \
		U8(has_gate) FIX(gate, 32)
/* Whom to forget. Links to it are closed without a reason: somebody who was blocked is not told by it. */
#define IPC_peer_gone(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_dial_now(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_record_out(U8, U32, U64, FIX, VAR) U32(link) U8(type) VAR(payload, 31212)
/* reason: enum link_close_reason. */
#define IPC_link_close(U8, U32, U64, FIX, VAR) U32(link) U8(reason)
/* Whether tor's SOCKS socket can be used now. */
#define IPC_tor_up(U8, U32, U64, FIX, VAR) U8(up)
/* As self_dial. Answered with self_dialled. */
#define IPC_dial_self(U8, U32, U64, FIX, VAR) FIX(onion, 32)
/* As woke: every link is asked whether it lives, everybody is due to be dialled. */
#define IPC_net_woke(U8, U32, U64, FIX, VAR) IPC_woke(U8, U32, U64, FIX, VAR)

/* ------------------------------------------------------ from the vault to onion ---- */
#define IPC_TO_ONION(M)                      \
	M(tor_way, FROM_VAULT, ANY)          \
	M(service, FROM_VAULT, ANY)          \
	M(service_gone, FROM_VAULT, ANY)     \
	M(self_result, FROM_VAULT, ANY)      \
	M(onion_woke, FROM_VAULT, ANY)       \
	M(client_key, FROM_VAULT, ANY)       \
	M(client_key_gone, FROM_VAULT, ANY)  \
	M(tor_started, FROM_SUPERVISOR, ANY) \
	M(tor_exited, FROM_SUPERVISOR, ANY)  \
	M(tor_system, FROM_SUPERVISOR, ANY)

/* How tor may connect: enum tor_way; lines, as bridges_read() writes them, with WAY_BRIDGES. Nothing connects before the
 * first one came. */
#define IPC_tor_way(U8, U32, U64, FIX, VAR) U8(way) VAR(lines, MAX_BRIDGES_TEXT)
/* Publish an onion service whose streams go to the unix socket of the gate, or to the port of its slot (as in identity). The key is wiped once tor has it. clients: at
 * GATE_CONTACTS the x25519 keys, 32 bytes each, at least one, of those who are let in, ourselves among them; others than before: it is
 * published again. */
#define IPC_service(U8, U32, U64, FIX, VAR) U32(identity) U8(slot) U8(gate) FIX(key, 64) VAR(clients, 32 * MAX_CLIENTS)
/* gate 0: both, and what tor has to know to dial as the identity. */
#define IPC_service_gone(U8, U32, U64, FIX, VAR) U32(identity) U8(gate)
/* With this x25519 key tor finds a contact's contacts' address; contact 0: the identity's own. */
#define IPC_client_key(U8, U32, U64, FIX, VAR) U64(contact) U32(identity) FIX(onion, 32) FIX(key, 32)
#define IPC_client_key_gone(U8, U32, U64, FIX, VAR) U64(contact)
#define IPC_self_result(U8, U32, U64, FIX, VAR) IPC_self_dialled(U8, U32, U64, FIX, VAR)
#define IPC_onion_woke(U8, U32, U64, FIX, VAR) IPC_woke(U8, U32, U64, FIX, VAR)
#define IPC_tor_started(U8, U32, U64, FIX, VAR) U32(pid)
#define IPC_tor_exited(U8, U32, U64, FIX, VAR) U32(status) /* as wait(2) gives it */

/* Answer to tor_run where the tor to be used is not ours: the ports of net's sockets, u16be each, by role_link_index. */
#define IPC_tor_system(U8, U32, U64, FIX, VAR) VAR(ports, 4 * LINK_SLOTS)

/* ---------------------------------------------------------- to the supervisor ---- */
#define IPC_TO_SUPERVISOR(M)       \
	M(tor_run, FROM_ONION, ANY) \
	M(erased, FROM_VAULT, ANY) \
	M(look, FROM_VAULT, ANY)   \
	M(log_ask, FROM_VAULT, ANY)

/* torrc is written: start tor, now and whenever it dies, until onion's socket closes. */
#define IPC_tor_run(U8, U32, U64, FIX, VAR)
/* The vault is gone: remove what else is in the data folder, and end. */
#define IPC_erased(U8, U32, U64, FIX, VAR)
/* Answered with findings and log_part, which repeat `life`. */
#define IPC_look(U8, U32, U64, FIX, VAR) U32(life)
#define IPC_log_ask(U8, U32, U64, FIX, VAR) U32(life) U64(line)

#define IPC_ALL(M) IPC_TO_VAULT(M) IPC_TO_WEB(M) IPC_TO_NET(M) IPC_TO_ONION(M) IPC_TO_SUPERVISOR(M)

/* clang-format on */

#endif
