#include "web/answer.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "tor/bridge.h"
#include "wire/cursor.h"
#include "wire/findings.h"
#include "wire/invite_text.h"

static json_t *must(json_t *j)
{
	if (!j)
		abort();
	return j;
}

json_t *json_of_text(struct slice s)
{
	for (size_t less = 0; less <= 3 && less < s.n; less++) {
		json_t *j = json_stringn((const char *)s.p, s.n - less);
		if (j)
			return j;
	}
	return must(json_string(""));
}

json_t *json_of_bytes(const void *p, size_t n)
{
	char text[PICTURE_LEN / 3 * 4 + 1];
	assert(sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <= sizeof text);
	sodium_bin2base64(text, sizeof text, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return must(json_string(text));
}

json_t *json_of_id(const u8 id[static 16])
{
	char hex[33];
	sodium_bin2hex(hex, sizeof hex, id, 16);
	return must(json_string(hex));
}

json_t *json_of_backup(const struct ipc_backup_part *m)
{
	char text[(BACKUP_PART + 2) / 3 * 4 + 1];
	if (m->size == 0)
		return must(json_pack("{s:n}", "size"));
	sodium_bin2base64(text, sizeof text, m->bytes.n ? m->bytes.p : (const u8 *)"", m->bytes.n,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return must(json_pack("{s:I, s:s}", "size", (json_int_t)m->size, "bytes", text));
}

static const char *name_of(const char *const *names, size_t count, u8 value)
{
	return value < count ? names[value] : names[0];
}

static json_t *json_or_null(struct slice text)
{
	return text.n ? json_of_text(text) : json_null();
}

/* enum message_shown */
static const char *const kinds[] = {"text",         "text",       "unknown", "deleted",
                                    "deleted_here", "unreadable", "expired", "terms"};

/* enum message_state */
static const char *const message_states[] = {"", "waiting", "sent", "delivered", "received", "failed", "read"};

static json_t *json_of_terms(u32 vanish, u32 keep)
{
	return must(json_pack("{s:I, s:I}", "vanish", (json_int_t)vanish, "keep", (json_int_t)keep));
}

json_t *json_of_contact(const struct ipc_contact *c)
{
	static const char *const states[] = {"", "request_sent", "request_received", "accepted", "rejected", "blocked"};
	static const char *const trusts[] = {"unverified", "unverified", "invited", "verified", "changed"};
	static const char *const invitations[] = {"", "waiting", "refused"};
	json_t *last = c->last_ordinal ? json_pack("{s:I, s:s, s:s, s:o, s:I, s:s}", "ordinal",
	                                           (json_int_t)c->last_ordinal, "from", c->last_mine ? "me" : "them",
	                                           "kind", name_of(kinds, ARRAY_LEN(kinds), c->last_kind), "text",
	                                           json_of_text(c->last_text), "time", (json_int_t)c->last_ms, "state",
	                                           name_of(message_states, ARRAY_LEN(message_states), c->last_state))
	                               : json_null();
	json_t *continuity =
		c->lost_ms ? json_pack("{s:I, s:i}", "lost", (json_int_t)c->lost_ms, "times", (int)c->lost_times)
			   : json_null();
	/* enum contact_reach */
	static const char *const reaches[] = {"unknown", "trying",      "there",  "quiet",  "left",
	                                      "lost",    "unpublished", "absent", "silent", "barred"};
	const char *invitation = name_of(invitations, ARRAY_LEN(invitations), c->invitation);
	return must(json_pack(
		"{s:I, s:i, s:o, s:o, s:s, s:b, s:s, s:I, s:o, s:o, s:o, s:I, s:o, s:I, s:I, s:I, s:I, "
		"s:{s:o, s:o, s:o}, "
		"s:I, s:I, s:I, s:I, s:o, s:{s:s, s:I, s:I}, s:b, s:b, s:b, s:b, s:b}",
		"id", (json_int_t)c->contact, "identity", (int)c->identity, "name", json_of_text(c->name), "address",
		json_of_text(c->address), "state", name_of(states, ARRAY_LEN(states), c->state), "online",
		c->online != 0, "trust", name_of(trusts, ARRAY_LEN(trusts), c->trust), "rotated",
		(json_int_t)c->rotated_ms, "continuity", continuity, "invitation",
		invitation[0] ? json_string(invitation) : json_null(), "greeting", json_of_text(c->greeting), "since",
		(json_int_t)c->since_ms, "last", last, "missing", (json_int_t)c->missing, "broken",
		(json_int_t)c->broken_ms, "unreadable", (json_int_t)c->aside, "picture", (json_int_t)c->picture,
		"terms", "mine", json_of_terms(c->my_vanish, c->my_keep), "theirs",
		json_of_terms(c->their_vanish, c->their_keep), "inForce", json_of_terms(c->vanish, c->keep),
		"retention", (json_int_t)c->retention, "read", (json_int_t)c->read, "unread", (json_int_t)c->unread,
		"first_unread", (json_int_t)c->unread_first, "draft", json_or_null(c->draft), "reach", "what",
		name_of(reaches, ARRAY_LEN(reaches), c->reach), "since", (json_int_t)c->reach_ms, "seen",
		(json_int_t)c->seen_ms, "cover", c->cover != 0, "pinned", (c->shelf & CONVERSATION_PINNED) != 0,
		"muted", (c->shelf & CONVERSATION_MUTED) != 0, "archived", (c->shelf & CONVERSATION_ARCHIVED) != 0,
		"marked", (c->shelf & CONVERSATION_MARKED) != 0));
}

json_t *json_of_safety(const struct ipc_safety *s)
{
	char digits[12 * 6];
	json_t *words = json_array();
	for (size_t i = 0; i < 12; i++) {
		memcpy(digits + 6 * i, s->digits + 5 * i, 5);
		digits[6 * i + 5] = ' ';
	}
	for (size_t i = 0; i < 8; i++)
		json_array_append_new(words, json_of_text(slice_of(s->words + 5 * i, 5)));
	return must(json_pack("{s:o, s:o, s:o}", "digits", json_of_text(slice_of(digits, sizeof digits - 1)), "words",
	                      words, "qr", json_of_bytes(s->qr, sizeof s->qr)));
}

json_t *json_of_identity(const struct ipc_own *i)
{
	return must(json_pack("{s:i, s:o, s:o, s:b, s:b, s:I, s:I, s:I, s:I}", "id", (int)i->identity, "name",
	                      json_of_text(i->name), "address", json_of_text(i->address), "strangers",
	                      i->strangers != 0, "listed", i->listed != 0, "unaware", (json_int_t)i->unaware, "seq",
	                      (json_int_t)i->seq, "rotated", (json_int_t)i->rotated_ms, "picture",
	                      (json_int_t)i->picture));
}

json_t *json_of_invitation(const struct ipc_invite *i)
{
	static const char *const states[] = {"", "open", "used", "revoked", "expired"};
	json_t *text = json_null(), *link = json_null();
	if (i->text.n >= sizeof INVITE_PREFIX) {
		text = json_of_text(i->text);
		link = must(json_sprintf(INVITE_LINK "%s", json_string_value(text) + sizeof INVITE_PREFIX - 1));
	}
	return must(json_pack("{s:I, s:i, s:o, s:s, s:I, s:I, s:o, s:o, s:o}", "id", (json_int_t)i->invite, "identity",
	                      (int)i->identity, "label", json_of_text(i->label), "state",
	                      name_of(states, ARRAY_LEN(states), i->state), "created", (json_int_t)i->created_ms,
	                      "expires", (json_int_t)i->expires_ms, "text", text, "link", link, "contact",
	                      i->contact ? json_integer((json_int_t)i->contact) : json_null()));
}

json_t *json_of_message(const struct ipc_message *m)
{
	bool is_terms = m->kind == MESSAGE_SHOWN_TERMS;
	return must(json_pack(
		"{s:I, s:o, s:I, s:s, s:s, s:o, s:I, s:s, s:o, s:I, s:{s:o, s:o}, s:o, s:I, s:I}", "contact",
		(json_int_t)m->contact, "id", json_of_id(m->id), "ordinal", (json_int_t)m->ordinal, "from",
		m->mine ? "me" : "them", "kind", name_of(kinds, ARRAY_LEN(kinds), m->kind), "text",
		json_of_text(m->text), "time", (json_int_t)m->time_ms, "state",
		name_of(message_states, ARRAY_LEN(message_states), m->state), "reply",
		m->reply ? json_integer((json_int_t)m->reply) : json_null(), "edited", (json_int_t)m->edited_ms,
		"reactions", "me", json_or_null(m->react_mine), "them", json_or_null(m->react_theirs), "terms",
		is_terms ? json_of_terms(m->vanish, m->keep) : json_null(), "vanish",
		(json_int_t)(is_terms ? 0 : m->vanish), "expires", (json_int_t)m->expires_ms));
}

json_t *json_of_words(const struct ipc_message_words *m)
{
	return must(json_pack("{s:o, s:I}", "text", json_of_text(m->text), "time", (json_int_t)m->time_ms));
}

json_t *json_of_settings(const struct ipc_settings *s)
{
	return must(json_pack("{s:I, s:b, s:b, s:I, s:b, s:b, s:o}", "lock_after", (json_int_t)s->lock_after,
	                      "recovery", s->recovery != 0, "receive_locked", s->receive_locked != 0, "damaged",
	                      (json_int_t)s->damaged, "read_marks", s->read_marks != 0, "typing", s->typing != 0,
	                      "page", json_of_text(s->page)));
}

static json_t *json_of_transports(u8 set)
{
	json_t *found = must(json_array());
	for (int t = BRIDGE_OBFS4; t < BRIDGE_TRANSPORTS; t++)
		if (set & 1u << t)
			json_array_append_new(found, json_string(bridge_transport_name((enum bridge_transport)t)));
	return found;
}

/* enum tor_way */
static const char *const ways[] = {"waiting", "waiting", "waiting", "direct", "bridges", "system"};

json_t *json_of_bridges(const struct ipc_bridges *b)
{
	return must(json_pack("{s:o, s:s, s:o}", "bridges", json_of_text(b->lines), "way",
	                      name_of(ways, ARRAY_LEN(ways), b->way), "transports", json_of_transports(b->found)));
}

json_t *json_of_reached(const struct ipc_reached *r)
{
	static const char *const states[] = {"untried", "reached", "failed", "untried"};
	return must(json_pack("{s:i, s:s, s:s, s:I, s:I}", "identity", (int)r->identity, "kind",
	                      r->gate == GATE_CONTACTS ? "contacts" : "public", "state",
	                      name_of(states, ARRAY_LEN(states), r->how), "tried", (json_int_t)r->tried_ms, "reached",
	                      (json_int_t)r->reached_ms));
}

json_t *json_of_log(const struct ipc_log_lines *m)
{
	json_t *lines = must(json_array());
	struct slice rest = m->lines;
	while (rest.n) {
		const u8 *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		json_array_append_new(lines, json_of_text(slice_of(rest.p, n)));
		n += end ? 1 : 0;
		rest = slice_of(rest.p + n, rest.n - n);
	}
	return must(json_pack("{s:I, s:o, s:o}", "first", (json_int_t)m->first, "lines", lines, "next",
	                      m->next ? json_integer((json_int_t)m->next) : json_null()));
}

static json_t *json_of_findings(struct slice list)
{
	struct findings f;
	json_t *all = must(json_array());
	if (findings_read(list, &f) != OK)
		return all;
	for (size_t i = 0; i < f.n; i++)
		json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "grade", finding_word(f.all[i].grade), "what",
		                                     f.all[i].what, "text", f.all[i].text));
	return all;
}

json_t *json_of_connection(const struct ipc_connection *m, json_t *tor, json_t *addresses)
{
	json_t *contacts = m->locked ? json_null()
	                             : must(json_pack("{s:I, s:I, s:I, s:I}", "connected", (json_int_t)m->connected,
	                                              "trying", (json_int_t)m->trying, "away", (json_int_t)m->away,
	                                              "untried", (json_int_t)m->untried));
	json_t *now = must(json_copy(tor)); /* others hold it, too */
	json_decref(tor);
	json_object_set_new(now, "summary", json_of_text(m->summary));
	json_object_set_new(now, "warning", json_of_text(m->warning));
	return must(json_pack("{s:s, s:b, s:o, s:s, s:o, s:s, s:o, s:o, s:I, s:o}", "version", BOC_VERSION, "locked",
	                      m->locked != 0, "tor", now, "way", name_of(ways, ARRAY_LEN(ways), m->way), "transports",
	                      json_of_transports(m->found), "storage", answer_storage(m->storage), "addresses",
	                      addresses, "contacts", contacts, "links", (json_int_t)m->links, "findings",
	                      json_of_findings(m->list)));
}

json_t *json_of_marks(struct slice marks)
{
	struct reader r = reader_of(marks);
	json_t *all = must(json_array());
	for (size_t i = 0; i < marks.n / 4; i++) {
		int from = get_u16(&r), to = get_u16(&r);
		json_array_append_new(all, json_pack("[i, i]", from, to));
	}
	return all;
}

json_t *json_of_gone(const struct ipc_gone *m)
{
	struct reader r = reader_of(m->runs);
	json_t *all = must(json_array());
	for (size_t i = 0; i < m->runs.n / 16; i++) {
		u64 from = get_u64(&r), to = get_u64(&r);
		json_array_append_new(all, json_pack("[I, I]", (json_int_t)from, (json_int_t)to));
	}
	return must(json_pack("{s:o, s:o}", "gone", all, "next",
	                      m->next ? json_integer((json_int_t)m->next) : json_null()));
}

static json_t *ordinal_or_null(u64 ordinal)
{
	return ordinal ? json_integer((json_int_t)ordinal) : json_null();
}

json_t *json_of_draft(const struct ipc_draft *m)
{
	return must(json_pack("{s:o, s:o, s:o, s:o}", "text", json_of_text(m->text), "reply", ordinal_or_null(m->reply),
	                      "edit", ordinal_or_null(m->edit), "edited", json_of_text(m->edited)));
}

json_t *json_of_tor(const struct ipc_tor_state_now *t)
{
	static const char *const phases[] = {"starting",  "starting", "connecting", "publishing",
	                                     "reachable", "down",     "waiting"};
	return must(json_pack("{s:s, s:i, s:o, s:o, s:o, s:i, s:I}", "phase",
	                      name_of(phases, ARRAY_LEN(phases), t->phase), "progress", (int)t->progress, "tag",
	                      json_of_text(t->tag), "summary", json_of_text(t->summary), "warning",
	                      json_of_text(t->warning), "skew", (int)(int32_t)t->skew_s, "since",
	                      (json_int_t)t->since_ms));
}

const char *answer_storage(u8 state)
{
	static const char *const states[] = {"ok", "ok", "full", "failing", "damaged"};
	return name_of(states, ARRAY_LEN(states), state);
}
