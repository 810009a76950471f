#include "web/rpc.h"
#include "web/rpc_param.h"

#define ASK(name) static void ask_##name(const struct rpc_params *p, struct ipc_msg *ret)
/* Fills *ret with a message; the number is the caller's. */
#define GIVE(...) ((void)p, *ret = IPC_MSG(0, __VA_ARGS__))

ASK(auth_state)
{
	GIVE(auth_state);
}

ASK(auth_register)
{
	GIVE(auth_register);
	memcpy(ret->auth_register.request, p->bytes, sizeof ret->auth_register.request);
}

ASK(auth_enroll)
{
	GIVE(auth_enroll);
	memcpy(ret->auth_enroll.record, p->bytes, sizeof ret->auth_enroll.record);
}

ASK(auth_login)
{
	GIVE(auth_login, .slot = SLOT_PASSPHRASE);
	memcpy(ret->auth_login.ke1, p->bytes, sizeof ret->auth_login.ke1);
}

ASK(auth_recover)
{
	GIVE(auth_login, .slot = SLOT_RECOVERY);
	memcpy(ret->auth_login.ke1, p->bytes, sizeof ret->auth_login.ke1);
}

/* The number of the login is the caller's, too. */
ASK(auth_finish)
{
	GIVE(auth_finish, .sealed = slice_of(p->sealed, p->sealed_len));
	memcpy(ret->auth_finish.ke3, p->ke3, sizeof ret->auth_finish.ke3);
}

/* Likewise, and of the next one. */
ASK(auth_change)
{
	GIVE(auth_change, .sealed = slice_of(p->sealed, MIN(p->sealed_len, 128)));
	memcpy(ret->auth_change.ke3, p->ke3, sizeof ret->auth_change.ke3);
	memcpy(ret->auth_change.record, p->bytes, sizeof ret->auth_change.record);
}

ASK(auth_recovery)
{
	GIVE(recovery_create);
	memcpy(ret->recovery_create.ke3, p->ke3, sizeof ret->recovery_create.ke3);
}

ASK(backup_create)
{
	GIVE(backup_create);
	memcpy(ret->backup_create.ke3, p->ke3, sizeof ret->backup_create.ke3);
}

ASK(backup_read)
{
	GIVE(backup_read, .offset = p->offset);
	memcpy(ret->backup_read.id, p->id, sizeof ret->backup_read.id);
}

ASK(backup_end)
{
	GIVE(backup_end);
	memcpy(ret->backup_end.id, p->id, sizeof ret->backup_end.id);
}

ASK(recovery_remove)
{
	GIVE(recovery_remove);
}

ASK(status)
{
	GIVE(status_get);
}

ASK(contacts)
{
	GIVE(contacts_list);
}

ASK(add)
{
	GIVE(contact_add, .identity = p->identity, .address = p->address, .invitation = p->invitation, .name = p->name,
	     .greeting = p->greeting);
}

ASK(safety)
{
	GIVE(contact_safety, .contact = p->contact);
}

ASK(dial)
{
	GIVE(contact_dial, .contact = p->contact);
}

ASK(unverify)
{
	GIVE(contact_unverify, .contact = p->contact);
}

ASK(compare)
{
	GIVE(contact_compare, .contact = p->contact, .qr = slice_of(p->sealed, MIN(p->sealed_len, 128)));
}

ASK(trust_key)
{
	GIVE(contact_trust_key, .contact = p->contact, .qr = slice_of(p->sealed, MIN(p->sealed_len, 128)));
}

ASK(identities)
{
	GIVE(identities_list);
}

ASK(identity_create)
{
	GIVE(identity_create, .name = p->name);
}

ASK(identity_rename)
{
	GIVE(identity_rename, .identity = p->identity, .name = p->name);
}

ASK(contact_picture)
{
	GIVE(contact_picture, .contact = p->contact);
}

ASK(identity_picture)
{
	GIVE(identity_picture, .identity = p->identity);
}

ASK(identity_set_picture)
{
	GIVE(identity_set_picture, .identity = p->identity, .picture = slice_of(p->picture, p->picture_len));
}

ASK(identity_set)
{
	GIVE(identity_set, .identity = p->identity, .strangers = p->flag);
}

ASK(identity_set_listed)
{
	GIVE(identity_set_listed, .identity = p->identity, .listed = p->flag);
}

ASK(identity_rotate)
{
	GIVE(identity_rotate, .identity = p->identity);
}

ASK(identity_remove)
{
	GIVE(identity_remove, .identity = p->identity);
}

ASK(invitations)
{
	GIVE(invites_list, .identity = p->identity);
}

ASK(invite)
{
	GIVE(invite_create, .identity = p->identity, .days = p->days, .label = p->label);
}

ASK(revoke)
{
	GIVE(invite_revoke, .invite = p->invite);
}

ASK(accept)
{
	GIVE(contact_decide, .contact = p->contact, .decision = DECIDE_ACCEPT);
}

ASK(reject)
{
	GIVE(contact_decide, .contact = p->contact, .decision = DECIDE_REJECT);
}

ASK(block)
{
	GIVE(contact_decide, .contact = p->contact, .decision = DECIDE_BLOCK);
}

ASK(remove)
{
	GIVE(contact_decide, .contact = p->contact, .decision = DECIDE_REMOVE);
}

ASK(rename)
{
	GIVE(contact_rename, .contact = p->contact, .name = p->name);
}

ASK(messages)
{
	GIVE(messages_list, .contact = p->contact, .before = p->before, .limit = p->limit);
}

ASK(gone)
{
	GIVE(messages_gone, .contact = p->contact, .from = p->ordinal);
}

ASK(at)
{
	GIVE(message_at, .contact = p->contact, .time_ms = p->since);
}

ASK(search)
{
	GIVE(messages_search, .contact = p->contact, .from = p->from, .kind = p->kind, .since_ms = p->since,
	     .until_ms = p->until, .before = p->before, .limit = p->limit, .text = p->text);
}

ASK(send)
{
	GIVE(message_send, .contact = p->contact, .reply = p->ordinal, .text = p->text);
	memcpy(ret->message_send.id, p->id, sizeof ret->message_send.id);
}

ASK(react)
{
	GIVE(message_react, .contact = p->contact, .ordinal = p->ordinal, .emoji = p->emoji);
}

ASK(edit)
{
	GIVE(message_edit, .contact = p->contact, .ordinal = p->ordinal, .text = p->text);
}

ASK(delete)
{
	GIVE(message_delete, .contact = p->contact, .ordinal = p->ordinal, .for_all = p->flag);
}

ASK(history)
{
	GIVE(message_history, .contact = p->contact, .ordinal = p->ordinal);
}

ASK(read)
{
	GIVE(message_read, .contact = p->contact, .ordinal = p->ordinal);
}

ASK(terms)
{
	GIVE(conversation_terms, .contact = p->contact, .vanish = p->vanish, .keep = p->days);
}

ASK(conversation_set)
{
	GIVE(conversation_set, .contact = p->contact, .which = p->which, .on = p->on, .retention = p->days);
}

ASK(set_cover)
{
	GIVE(contact_set_cover, .contact = p->contact, .on = p->flag);
}

ASK(typing)
{
	GIVE(typing_set, .contact = p->contact, .on = p->typing);
}

ASK(draft_set)
{
	GIVE(draft_set, .contact = p->contact, .reply = p->ordinal, .text = p->text, .edit = p->edit,
	     .edited = p->edited);
}

ASK(draft_get)
{
	GIVE(draft_get, .contact = p->contact);
}

ASK(settings_get)
{
	GIVE(settings_get);
}

ASK(settings_set)
{
	GIVE(settings_set, .which = p->which, .lock_after = p->minutes, .read_marks = p->flag, .typing = p->typing,
	     .receive_locked = p->receive, .page = p->text);
}

ASK(bridges_get)
{
	GIVE(bridges_get);
}

ASK(bridges_set)
{
	GIVE(bridges_set, .lines = p->text);
}

ASK(connection_get)
{
	GIVE(connection_get);
}

ASK(connection_look)
{
	GIVE(connection_look);
}

ASK(connection_try)
{
	GIVE(connection_try);
}

ASK(log_get)
{
	GIVE(log_get, .line = p->line);
}

ASK(erase)
{
	GIVE(erase);
}

ASK(lock)
{
	GIVE(lock);
}

const struct rpc_method rpc_methods[] = {
	{"auth.state", RESULT_AUTH_STATE, WHEN_LOGIN, {P_END}, ask_auth_state, false},
	{"auth.register", RESULT_AUTH_REGISTER, WHEN_KEYS, {P_REQUEST}, ask_auth_register, false},
	{"auth.enroll", RESULT_EMPTY, WHEN_LOGIN, {P_RECORD}, ask_auth_enroll, false},
	{"auth.login", RESULT_AUTH_LOGIN, WHEN_KEYS, {P_KE1}, ask_auth_login, false},
	{"auth.finish", RESULT_AUTH_FINISH, WHEN_LOGIN, {P_KE3, P_SEALED}, ask_auth_finish, false},
	{"auth.recover", RESULT_AUTH_LOGIN, WHEN_KEYS, {P_KE1}, ask_auth_recover, false},
	{"auth.change", RESULT_AUTH_CHANGE, WHEN_KEYS, {P_KE3, P_SEALED, P_RECORD}, ask_auth_change, false},
	{"auth.recovery", RESULT_AUTH_RECOVERY, WHEN_KEYS, {P_KE3}, ask_auth_recovery, false},
	{"recovery.remove", RESULT_EMPTY, WHEN_OPEN, {P_END}, ask_recovery_remove, false},
	{"backup.create", RESULT_BACKUP_BEGUN, WHEN_KEYS, {P_KE3}, ask_backup_create, false},
	{"backup.read", RESULT_BACKUP_PART, WHEN_OPEN, {P_BACKUP, P_OFFSET}, ask_backup_read, false},
	{"backup.end", RESULT_EMPTY, WHEN_OPEN, {P_BACKUP}, ask_backup_end, false},
	{"status.get", RESULT_STATUS, WHEN_OPEN, {P_END}, ask_status, false},
	{"contacts.list", RESULT_CONTACTS, WHEN_OPEN, {P_END}, ask_contacts, false},
	{"contacts.add",
         RESULT_CONTACT,
         WHEN_OPEN,
         {P_ADDRESS_OPT, P_INVITATION_OPT, P_IDENTITY_OPT, P_NAME_OPT, P_GREETING_OPT},
         ask_add,
         true},
	{"contacts.picture", RESULT_PICTURE, WHEN_OPEN, {P_CONTACT}, ask_contact_picture, false},
	{"contacts.safety", RESULT_SAFETY, WHEN_OPEN, {P_CONTACT}, ask_safety, false},
	{"contacts.dial", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT}, ask_dial, false},
	{"contacts.unverify", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT}, ask_unverify, false},
	{"contacts.compare", RESULT_COMPARED, WHEN_OPEN, {P_CONTACT, P_QR}, ask_compare, false},
	{"contacts.trust_key", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT, P_QR}, ask_trust_key, false},
	{"identities.list", RESULT_IDENTITIES, WHEN_OPEN, {P_END}, ask_identities, false},
	{"identities.create", RESULT_IDENTITY, WHEN_OPEN, {P_NAME}, ask_identity_create, false},
	{"identities.rename", RESULT_IDENTITY, WHEN_OPEN, {P_IDENTITY, P_NAME}, ask_identity_rename, false},
	{"identities.picture", RESULT_PICTURE, WHEN_OPEN, {P_IDENTITY}, ask_identity_picture, false},
	{"identities.set_picture",
         RESULT_IDENTITY,
         WHEN_OPEN,
         {P_IDENTITY, P_PICTURE},
         ask_identity_set_picture,
         false},
	{"identities.set", RESULT_IDENTITY, WHEN_OPEN, {P_IDENTITY, P_STRANGERS}, ask_identity_set, false},
	{"identities.set_listed", RESULT_IDENTITY, WHEN_OPEN, {P_IDENTITY, P_LISTED}, ask_identity_set_listed, false},
	{"identities.rotate", RESULT_IDENTITY, WHEN_OPEN, {P_IDENTITY}, ask_identity_rotate, false},
	{"identities.remove", RESULT_EMPTY, WHEN_OPEN, {P_IDENTITY}, ask_identity_remove, false},
	{"invitations.create",
         RESULT_INVITATION,
         WHEN_OPEN,
         {P_IDENTITY_OPT, P_LABEL_OPT, P_DAYS_OPT},
         ask_invite,
         false},
	{"invitations.list", RESULT_INVITATIONS, WHEN_OPEN, {P_IDENTITY_OPT}, ask_invitations, false},
	{"invitations.revoke", RESULT_INVITATION, WHEN_OPEN, {P_INVITE}, ask_revoke, false},
	{"contacts.accept", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT}, ask_accept, false},
	{"contacts.reject", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT}, ask_reject, false},
	{"contacts.block", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT}, ask_block, false},
	{"contacts.rename", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT, P_NAME}, ask_rename, false},
	{"contacts.remove", RESULT_EMPTY, WHEN_OPEN, {P_CONTACT}, ask_remove, false},
	{"messages.list", RESULT_MESSAGES, WHEN_OPEN, {P_CONTACT, P_BEFORE_OPT, P_LIMIT_OPT}, ask_messages, false},
	{"messages.search",
         RESULT_FOUND,
         WHEN_OPEN,
         {P_WORDS, P_CONTACT_OPT, P_FROM_OPT, P_KIND_OPT, P_SINCE_OPT, P_UNTIL_OPT, P_BEFORE_OPT, P_LIMIT_OPT},
         ask_search,
         false},
	{"messages.gone", RESULT_GONE, WHEN_OPEN, {P_CONTACT, P_FROM_PLACE_OPT}, ask_gone, false},
	{"messages.at", RESULT_PLACE, WHEN_OPEN, {P_CONTACT, P_TIME}, ask_at, false},
	{"messages.send", RESULT_MESSAGE, WHEN_OPEN, {P_CONTACT, P_TEXT, P_ID_OPT, P_REPLY_OPT}, ask_send, false},
	{"messages.react", RESULT_MESSAGE, WHEN_OPEN, {P_CONTACT, P_ORDINAL, P_EMOJI}, ask_react, false},
	{"messages.edit", RESULT_MESSAGE, WHEN_OPEN, {P_CONTACT, P_ORDINAL, P_TEXT}, ask_edit, false},
	{"messages.delete", RESULT_MESSAGE, WHEN_OPEN, {P_CONTACT, P_ORDINAL, P_EVERYONE}, ask_delete, false},
	{"messages.history", RESULT_HISTORY, WHEN_OPEN, {P_CONTACT, P_ORDINAL}, ask_history, false},
	{"messages.read", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT, P_ORDINAL}, ask_read, false},
	{"conversation.terms", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT, P_VANISH, P_KEEP}, ask_terms, false},
	{"conversation.set",
         RESULT_CONTACT,
         WHEN_OPEN,
         {P_CONTACT, P_RETENTION_OPT, P_PINNED_OPT, P_MUTED_OPT, P_ARCHIVED_OPT, P_MARKED_OPT},
         ask_conversation_set,
         false},
	{"contacts.set_cover", RESULT_CONTACT, WHEN_OPEN, {P_CONTACT, P_ON}, ask_set_cover, false},
	{"typing.set", RESULT_EMPTY, WHEN_OPEN, {P_CONTACT, P_TYPING}, ask_typing, false},
	{"drafts.set",
         RESULT_EMPTY,
         WHEN_OPEN,
         {P_CONTACT, P_DRAFT, P_REPLY_OPT, P_EDIT_OPT, P_EDITED_OPT},
         ask_draft_set,
         false},
	{"drafts.get", RESULT_DRAFT, WHEN_OPEN, {P_CONTACT}, ask_draft_get, false},
	{"settings.get", RESULT_SETTINGS, WHEN_OPEN, {P_END}, ask_settings_get, false},
	{"settings.set",
         RESULT_SETTINGS,
         WHEN_OPEN,
         {P_LOCK_AFTER_OPT, P_RECEIVE_OPT, P_READ_MARKS_OPT, P_TYPING_OPT, P_PAGE_OPT},
         ask_settings_set,
         false},
	{"tor.bridges.get", RESULT_BRIDGES, WHEN_OPEN, {P_END}, ask_bridges_get, false},
	{"tor.bridges.set", RESULT_BRIDGES, WHEN_OPEN, {P_BRIDGES}, ask_bridges_set, false},
	{"connection.get", RESULT_CONNECTION, WHEN_OPEN, {P_END}, ask_connection_get, false},
	{"connection.look", RESULT_CONNECTION, WHEN_OPEN, {P_END}, ask_connection_look, false},
	{"connection.try", RESULT_EMPTY, WHEN_OPEN, {P_END}, ask_connection_try, false},
	{"log.get", RESULT_LOG, WHEN_OPEN, {P_LINE_OPT}, ask_log_get, false},
	{"session.erase", RESULT_EMPTY, WHEN_OPEN, {P_CONFIRM}, ask_erase, false},
	{"session.lock", RESULT_EMPTY, WHEN_OPEN, {P_END}, ask_lock, false},
};
const size_t rpc_method_count = ARRAY_LEN(rpc_methods);
