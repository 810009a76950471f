#include <sodium.h>

#include "base/utf8.h"
#include "web/rpc.h"

/* The parameters there are. One that is optional is listed as such for all methods that take it. */
enum rpc_param {
	P_END,
	P_CONTACT,
	P_ADDRESS_OPT,
	P_INVITATION_OPT,
	P_IDENTITY,
	P_IDENTITY_OPT,
	P_STRANGERS,
	P_VERIFIED,
	P_QR,
	P_LABEL_OPT,
	P_DAYS_OPT,
	P_INVITE,
	P_NAME,
	P_NAME_OPT,
	P_GREETING_OPT,
	P_TEXT,
	P_ID_OPT,
	P_BEFORE_OPT,
	P_LIMIT_OPT,
	P_REQUEST,
	P_RECORD,
	P_KE1,
	P_KE3,
	P_SEALED,
	P_COUNT,
};

static const struct {
	const char *name;
	bool optional;
	u8 len; /* of one that is binary */
} params_info[P_COUNT] = {
	[P_END] = {"", true, 0},
	[P_CONTACT] = {"contact", false, 0},
	[P_ADDRESS_OPT] = {"address", true, 0},
	[P_INVITATION_OPT] = {"invitation", true, 0},
	[P_IDENTITY] = {"identity", false, 0},
	[P_IDENTITY_OPT] = {"identity", true, 0},
	[P_STRANGERS] = {"strangers", false, 0},
	[P_VERIFIED] = {"verified", false, 0},
	[P_QR] = {"qr", false, 0},
	[P_LABEL_OPT] = {"label", true, 0},
	[P_DAYS_OPT] = {"days", true, 0},
	[P_INVITE] = {"invitation", false, 0},
	[P_NAME] = {"name", false, 0},
	[P_NAME_OPT] = {"name", true, 0},
	[P_GREETING_OPT] = {"greeting", true, 0},
	[P_TEXT] = {"text", false, 0},
	[P_ID_OPT] = {"id", true, 0},
	[P_BEFORE_OPT] = {"before", true, 0},
	[P_LIMIT_OPT] = {"limit", true, 0},
	[P_REQUEST] = {"request", false, 32},
	[P_RECORD] = {"record", false, 192},
	[P_KE1] = {"ke1", false, 96},
	[P_KE3] = {"ke3", false, 64},
	[P_SEALED] = {"sealed", false, 0},
};

static bool read_number(const json_t *v, u64 max, u64 *ret)
{
	if (!json_is_integer(v) || json_integer_value(v) < 1 || (u64)json_integer_value(v) > max)
		return false;
	*ret = (u64)json_integer_value(v);
	return true;
}

/* A string of min to max bytes. JSON_REJECT and jansson see to UTF-8. */
static bool read_text(const json_t *v, size_t min, size_t max, struct slice *ret)
{
	if (!json_is_string(v) || json_string_length(v) < min || json_string_length(v) > max)
		return false;
	*ret = slice_of(json_string_value(v), json_string_length(v));
	return true;
}

static bool read_name(const json_t *v, struct slice *ret)
{
	return read_text(v, 1, MAX_NAME, ret) && utf8_is_name(*ret);
}

static bool read_message_id(const json_t *v, struct rpc_params *ret)
{
	struct slice s;
	size_t n = 0;
	const char *end = NULL;
	if (!read_text(v, 2 * sizeof ret->id, 2 * sizeof ret->id, &s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 'A' && s.p[i] <= 'F')
			return false;
	}
	ret->has_id = sodium_hex2bin(ret->id, sizeof ret->id, (const char *)s.p, s.n, NULL, &n, &end) == 0 &&
	              n == sizeof ret->id && end == (const char *)s.p + s.n;
	return ret->has_id;
}

/* base64url without padding, canonical, at most max bytes. */
static bool read_bytes(const json_t *v, u8 *out, size_t max, size_t *ret_len)
{
	struct slice s;
	const char *end = NULL;
	return read_text(v, 0, max * 4 / 3 + 4, &s) &&
	       sodium_base642bin(out, max, (const char *)s.p, s.n, NULL, ret_len, &end,
	                         sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
	       end == (const char *)s.p + s.n;
}

static bool read_u32(const json_t *v, u32 max, u32 *ret)
{
	u64 n = 0;
	if (!read_number(v, max, &n))
		return false;
	*ret = (u32)n;
	return true;
}

static bool read_flag(const json_t *v, bool *ret)
{
	*ret = json_is_true(v);
	return json_is_boolean(v);
}

static bool read_param(enum rpc_param which, const json_t *v, struct rpc_params *ret)
{
	size_t len = 0;
	switch (which) {
	case P_CONTACT: return read_number(v, INT64_MAX, &ret->contact);
	case P_BEFORE_OPT: return read_number(v, INT64_MAX, &ret->before);
	case P_LIMIT_OPT: return read_u32(v, LIST_PAGE, &ret->limit);
	case P_IDENTITY:
	case P_IDENTITY_OPT: return read_u32(v, INT32_MAX, &ret->identity);
	case P_DAYS_OPT: return read_u32(v, INVITE_MAX_DAYS, &ret->days);
	case P_INVITE: return read_number(v, INT64_MAX, &ret->invite);
	case P_STRANGERS:
	case P_VERIFIED: return read_flag(v, &ret->flag);
	case P_ADDRESS_OPT: return read_text(v, 1, 128, &ret->address);
	case P_INVITATION_OPT: return read_text(v, 1, 256, &ret->invitation);
	case P_LABEL_OPT: return read_text(v, 0, MAX_NAME, &ret->label) && utf8_is_text(ret->label);
	case P_NAME:
	case P_NAME_OPT: return read_name(v, &ret->name);
	case P_GREETING_OPT: return read_text(v, 0, MAX_GREETING, &ret->greeting) && utf8_is_text(ret->greeting);
	case P_TEXT: return read_text(v, 1, MAX_TEXT, &ret->text) && utf8_is_text(ret->text);
	case P_ID_OPT: return read_message_id(v, ret);
	case P_QR:
	case P_SEALED: return read_bytes(v, ret->sealed, sizeof ret->sealed, &ret->sealed_len);
	case P_REQUEST:
	case P_RECORD:
	case P_KE1:
	case P_KE3: return read_bytes(v, ret->bytes, sizeof ret->bytes, &len) && len == params_info[which].len;
	case P_END:
	case P_COUNT: break;
	}
	return false;
}

enum rpc_code rpc_read_params(const struct rpc_method *m, const json_t *params, struct rpc_params *ret)
{
	*ret = (struct rpc_params){.limit = LIST_PAGE, .days = INVITE_DAYS};
	if (params && !json_is_object(params))
		return RPC_BAD_PARAMS;
	size_t known = 0;
	for (size_t i = 0; i < RPC_MAX_PARAMS && m->params[i] != P_END; i++) {
		enum rpc_param which = m->params[i];
		const json_t *v = json_object_get(params, params_info[which].name);
		if (!v && params_info[which].optional)
			continue;
		if (!v || !read_param(which, v, ret))
			return RPC_BAD_PARAMS;
		known++;
	}
	if (m->either && (ret->address.n == 0) == (ret->invitation.n == 0))
		return RPC_BAD_PARAMS;
	return known == json_object_size(params) ? RPC_OK : RPC_BAD_PARAMS;
}

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
	GIVE(auth_login);
	memcpy(ret->auth_login.ke1, p->bytes, sizeof ret->auth_login.ke1);
}

/* The number of the login is the caller's, too. */
ASK(auth_finish)
{
	GIVE(auth_finish, .sealed = slice_of(p->sealed, p->sealed_len));
	memcpy(ret->auth_finish.ke3, p->bytes, sizeof ret->auth_finish.ke3);
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

ASK(verify)
{
	GIVE(contact_verify, .contact = p->contact, .verified = p->flag);
}

ASK(compare)
{
	GIVE(contact_compare, .contact = p->contact, .qr = slice_of(p->sealed, MIN(p->sealed_len, 128)));
}

ASK(trust_key)
{
	GIVE(contact_trust_key, .contact = p->contact);
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

ASK(identity_set)
{
	GIVE(identity_set, .identity = p->identity, .strangers = p->flag);
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

ASK(send)
{
	GIVE(message_send, .contact = p->contact, .text = p->text);
	memcpy(ret->message_send.id, p->id, sizeof ret->message_send.id);
}

ASK(lock)
{
	GIVE(lock);
}

const struct rpc_method rpc_methods[] = {
	{"auth.state", RESULT_AUTH_STATE, true, {P_END}, ask_auth_state, false},
	{"auth.register", RESULT_AUTH_REGISTER, true, {P_REQUEST}, ask_auth_register, false},
	{"auth.enroll", RESULT_EMPTY, true, {P_RECORD}, ask_auth_enroll, false},
	{"auth.login", RESULT_AUTH_LOGIN, true, {P_KE1}, ask_auth_login, false},
	{"auth.finish", RESULT_AUTH_FINISH, true, {P_KE3, P_SEALED}, ask_auth_finish, false},
	{"status.get", RESULT_STATUS, false, {P_END}, ask_status, false},
	{"contacts.list", RESULT_CONTACTS, false, {P_END}, ask_contacts, false},
	{"contacts.add",
         RESULT_CONTACT,
         false,
         {P_ADDRESS_OPT, P_INVITATION_OPT, P_IDENTITY_OPT, P_NAME_OPT, P_GREETING_OPT},
         ask_add,
         true},
	{"contacts.safety", RESULT_SAFETY, false, {P_CONTACT}, ask_safety, false},
	{"contacts.verify", RESULT_CONTACT, false, {P_CONTACT, P_VERIFIED}, ask_verify, false},
	{"contacts.compare", RESULT_COMPARED, false, {P_CONTACT, P_QR}, ask_compare, false},
	{"contacts.trust_key", RESULT_CONTACT, false, {P_CONTACT}, ask_trust_key, false},
	{"identities.list", RESULT_IDENTITIES, false, {P_END}, ask_identities, false},
	{"identities.create", RESULT_IDENTITY, false, {P_NAME}, ask_identity_create, false},
	{"identities.rename", RESULT_IDENTITY, false, {P_IDENTITY, P_NAME}, ask_identity_rename, false},
	{"identities.set", RESULT_IDENTITY, false, {P_IDENTITY, P_STRANGERS}, ask_identity_set, false},
	{"identities.rotate", RESULT_IDENTITY, false, {P_IDENTITY}, ask_identity_rotate, false},
	{"identities.remove", RESULT_EMPTY, false, {P_IDENTITY}, ask_identity_remove, false},
	{"invitations.create", RESULT_INVITATION, false, {P_IDENTITY_OPT, P_LABEL_OPT, P_DAYS_OPT}, ask_invite, false},
	{"invitations.list", RESULT_INVITATIONS, false, {P_IDENTITY_OPT}, ask_invitations, false},
	{"invitations.revoke", RESULT_INVITATION, false, {P_INVITE}, ask_revoke, false},
	{"contacts.accept", RESULT_CONTACT, false, {P_CONTACT}, ask_accept, false},
	{"contacts.reject", RESULT_CONTACT, false, {P_CONTACT}, ask_reject, false},
	{"contacts.block", RESULT_CONTACT, false, {P_CONTACT}, ask_block, false},
	{"contacts.rename", RESULT_CONTACT, false, {P_CONTACT, P_NAME}, ask_rename, false},
	{"contacts.remove", RESULT_EMPTY, false, {P_CONTACT}, ask_remove, false},
	{"messages.list", RESULT_MESSAGES, false, {P_CONTACT, P_BEFORE_OPT, P_LIMIT_OPT}, ask_messages, false},
	{"messages.send", RESULT_MESSAGE, false, {P_CONTACT, P_TEXT, P_ID_OPT}, ask_send, false},
	{"session.lock", RESULT_EMPTY, false, {P_END}, ask_lock, false},
};
const size_t rpc_method_count = ARRAY_LEN(rpc_methods);
