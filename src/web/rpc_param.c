#include "web/rpc_param.h"

#include <sodium.h>

#include "base/utf8.h"
#include "web/rpc.h"

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
	[P_LISTED] = {"listed", false, 0},
	[P_QR] = {"qr", false, 0},
	[P_LABEL_OPT] = {"label", true, 0},
	[P_DAYS_OPT] = {"days", true, 0},
	[P_INVITE] = {"invitation", false, 0},
	[P_NAME] = {"name", false, 0},
	[P_NAME_OPT] = {"name", true, 0},
	[P_GREETING_OPT] = {"greeting", true, 0},
	[P_TEXT] = {"text", false, 0},
	[P_WORDS] = {"text", false, 0},
	[P_CONTACT_OPT] = {"contact", true, 0},
	[P_FROM_OPT] = {"from", true, 0},
	[P_KIND_OPT] = {"kind", true, 0},
	[P_SINCE_OPT] = {"since", true, 0},
	[P_UNTIL_OPT] = {"until", true, 0},
	[P_ID_OPT] = {"id", true, 0},
	[P_REPLY_OPT] = {"reply", true, 0},
	[P_ORDINAL] = {"ordinal", false, 0},
	[P_EMOJI] = {"emoji", false, 0},
	[P_EVERYONE] = {"everyone", false, 0},
	[P_BEFORE_OPT] = {"before", true, 0},
	[P_LIMIT_OPT] = {"limit", true, 0},
	[P_REQUEST] = {"request", false, 32},
	[P_RECORD] = {"record", false, 192},
	[P_KE1] = {"ke1", false, 96},
	[P_KE3] = {"ke3", false, 64},
	[P_SEALED] = {"sealed", false, 0},
	[P_LOCK_AFTER_OPT] = {"lock_after", true, 0},
	[P_READ_MARKS_OPT] = {"read_marks", true, 0},
	[P_TYPING_OPT] = {"typing", true, 0},
	[P_TYPING] = {"typing", false, 0},
	[P_ON] = {"on", false, 0},
	[P_DRAFT] = {"text", false, 0},
	[P_EDIT_OPT] = {"edit", true, 0},
	[P_EDITED_OPT] = {"edited", true, 0},
	[P_BACKUP] = {"backup", false, 0},
	[P_OFFSET] = {"offset", false, 0},
	[P_RECEIVE_OPT] = {"receive_locked", true, 0},
	[P_PAGE_OPT] = {"page", true, 0},
	[P_BRIDGES] = {"bridges", false, 0},
	[P_LINE_OPT] = {"line", true, 0},
	[P_FROM_PLACE_OPT] = {"from", true, 0},
	[P_TIME] = {"time", false, 0},
	[P_CONFIRM] = {"confirm", false, 0},
	[P_PICTURE] = {"picture", false, 0},
	[P_VANISH] = {"vanish", false, 0},
	[P_KEEP] = {"keep", false, 0},
	[P_RETENTION_OPT] = {"retention", true, 0},
	[P_PINNED_OPT] = {"pinned", true, 0},
	[P_MUTED_OPT] = {"muted", true, 0},
	[P_ARCHIVED_OPT] = {"archived", true, 0},
	[P_MARKED_OPT] = {"marked", true, 0},
};

static bool read_number(const json_t *v, u64 max, u64 *ret)
{
	if (!json_is_integer(v) || json_integer_value(v) < 1 || (u64)json_integer_value(v) > max)
		return false;
	*ret = (u64)json_integer_value(v);
	return true;
}

/* A string of min to max bytes. jansson sees to UTF-8. */
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

/* All of a picture, or none. */
static bool read_picture(const json_t *v, struct rpc_params *ret)
{
	return read_bytes(v, ret->picture, sizeof ret->picture, &ret->picture_len) &&
	       (ret->picture_len == 0 || ret->picture_len == sizeof ret->picture);
}

static bool read_offset(const json_t *v, u64 *ret)
{
	*ret = 0;
	return (json_is_integer(v) && json_integer_value(v) == 0) || read_number(v, INT64_MAX, ret);
}

static bool read_u32(const json_t *v, u32 max, u32 *ret)
{
	u64 n = 0;
	if (!read_number(v, max, &n))
		return false;
	*ret = (u32)n;
	return true;
}

/* Or 0. */
static bool read_span(const json_t *v, u32 max, u32 *ret)
{
	*ret = 0;
	return (json_is_integer(v) && json_integer_value(v) == 0) || read_u32(v, max, ret);
}

static bool read_flag(const json_t *v, bool *ret)
{
	*ret = json_is_true(v);
	return json_is_boolean(v);
}

/* One of enum conversation_part that is on or off. */
static bool read_part(const json_t *v, enum conversation_part part, struct rpc_params *ret)
{
	bool on;
	if (!read_flag(v, &on))
		return false;
	ret->which = (u8)(ret->which | part);
	if (on)
		ret->on = (u8)(ret->on | part);
	return true;
}

/* One of the words, counted from 1. */
static bool read_choice(const json_t *v, const char *const *words, size_t n, u8 *ret)
{
	for (size_t i = 0; json_is_string(v) && i < n; i++) {
		if (strcmp(json_string_value(v), words[i]) == 0) {
			*ret = (u8)(i + 1);
			return true;
		}
	}
	return false;
}

static bool read_param(enum rpc_param which, const json_t *v, struct rpc_params *ret)
{
	static const char *const from[] = {"me", "them"};               /* enum search_from */
	static const char *const kinds[] = {"text", "reply", "edited"}; /* enum search_kind */
	size_t len = 0;
	switch (which) {
	case P_CONTACT_OPT:
	case P_CONTACT: return read_number(v, INT64_MAX, &ret->contact);
	case P_LINE_OPT: return read_number(v, INT64_MAX, &ret->line);
	case P_BEFORE_OPT: return read_number(v, INT64_MAX, &ret->before);
	case P_LIMIT_OPT: return read_u32(v, LIST_PAGE, &ret->limit);
	case P_IDENTITY:
	case P_IDENTITY_OPT: return read_u32(v, INT32_MAX, &ret->identity);
	case P_DAYS_OPT: return read_u32(v, INVITE_MAX_DAYS, &ret->days);
	case P_INVITE: return read_number(v, INT64_MAX, &ret->invite);
	case P_FROM_PLACE_OPT:
	case P_REPLY_OPT:
	case P_ORDINAL: return read_number(v, INT64_MAX, &ret->ordinal);
	case P_STRANGERS:
	case P_LISTED:
	case P_ON:
	case P_EVERYONE: return read_flag(v, &ret->flag);
	case P_ADDRESS_OPT: return read_text(v, 1, 128, &ret->address);
	case P_INVITATION_OPT: return read_text(v, 1, 256, &ret->invitation);
	case P_LABEL_OPT: return read_text(v, 0, MAX_NAME, &ret->label) && utf8_is_text(ret->label);
	case P_NAME:
	case P_NAME_OPT: return read_name(v, &ret->name);
	case P_GREETING_OPT: return read_text(v, 0, MAX_GREETING, &ret->greeting) && utf8_is_text(ret->greeting);
	case P_TEXT: return read_text(v, 1, MAX_TEXT, &ret->text) && utf8_is_text(ret->text);
	case P_EMOJI: return read_text(v, 0, MAX_EMOJI, &ret->emoji) && utf8_is_emoji(ret->emoji);
	case P_WORDS: return read_text(v, 1, MAX_SEARCH, &ret->text) && utf8_is_text(ret->text);
	case P_FROM_OPT: return read_choice(v, from, ARRAY_LEN(from), &ret->from);
	case P_KIND_OPT: return read_choice(v, kinds, ARRAY_LEN(kinds), &ret->kind);
	case P_TIME:
	case P_SINCE_OPT: return read_number(v, MAX_TIME_MS, &ret->since);
	case P_UNTIL_OPT: return read_number(v, MAX_TIME_MS, &ret->until);
	case P_BACKUP:
	case P_ID_OPT: return read_message_id(v, ret);
	case P_OFFSET: return read_offset(v, &ret->offset);
	case P_QR:
	case P_SEALED: return read_bytes(v, ret->sealed, sizeof ret->sealed, &ret->sealed_len);
	case P_REQUEST:
	case P_RECORD:
	case P_KE1: return read_bytes(v, ret->bytes, sizeof ret->bytes, &len) && len == params_info[which].len;
	case P_KE3: return read_bytes(v, ret->ke3, sizeof ret->ke3, &len) && len == params_info[which].len;
	case P_LOCK_AFTER_OPT: ret->which |= SETTING_LOCK_AFTER; return read_span(v, MAX_LOCK_AFTER, &ret->minutes);
	case P_READ_MARKS_OPT: ret->which |= SETTING_READ_MARKS; return read_flag(v, &ret->flag);
	case P_TYPING_OPT: ret->which |= SETTING_TYPING; return read_flag(v, &ret->typing);
	case P_TYPING: return read_flag(v, &ret->typing);
	case P_DRAFT: return read_text(v, 0, MAX_TEXT, &ret->text) && utf8_is_text(ret->text);
	case P_EDIT_OPT: return read_number(v, INT64_MAX, &ret->edit);
	case P_EDITED_OPT: return read_text(v, 0, MAX_TEXT, &ret->edited) && utf8_is_text(ret->edited);
	case P_VANISH: return read_span(v, VANISH_MAX, &ret->vanish) && (!ret->vanish || ret->vanish >= VANISH_MIN);
	case P_KEEP: return read_span(v, KEEP_MAX, &ret->days);
	case P_RETENTION_OPT: ret->which |= CONVERSATION_RETENTION; return read_span(v, KEEP_MAX, &ret->days);
	case P_PINNED_OPT: return read_part(v, CONVERSATION_PINNED, ret);
	case P_MUTED_OPT: return read_part(v, CONVERSATION_MUTED, ret);
	case P_ARCHIVED_OPT: return read_part(v, CONVERSATION_ARCHIVED, ret);
	case P_MARKED_OPT: return read_part(v, CONVERSATION_MARKED, ret);
	case P_RECEIVE_OPT: ret->which |= SETTING_RECEIVE_LOCKED; return read_flag(v, &ret->receive);
	case P_PAGE_OPT: ret->which |= SETTING_PAGE; return read_text(v, 0, MAX_PAGE_SETTINGS, &ret->text);
	case P_CONFIRM: return json_is_string(v) && strcmp(json_string_value(v), "erase") == 0;
	case P_BRIDGES: return read_text(v, 0, MAX_BRIDGES_TEXT, &ret->text);
	case P_PICTURE: return read_picture(v, ret);
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
