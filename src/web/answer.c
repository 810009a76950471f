#include "web/answer.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

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
	char text[512];
	assert(sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <= sizeof text);
	sodium_bin2base64(text, sizeof text, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return must(json_string(text));
}

static const char *name_of(const char *const *names, size_t count, u8 value)
{
	return value < count ? names[value] : names[0];
}

json_t *json_of_contact(const struct ipc_contact *c)
{
	static const char *const states[] = {"", "request_sent", "request_received", "accepted", "rejected", "blocked"};
	json_t *last =
		c->last_ms ? json_pack("{s:o, s:I}", "text", json_of_text(c->last_text), "time", (json_int_t)c->last_ms)
			   : json_null();
	return must(json_pack("{s:I, s:o, s:o, s:s, s:b, s:b, s:o, s:I, s:o}", "id", (json_int_t)c->contact, "name",
	                      json_of_text(c->name), "address", json_of_text(c->address), "state",
	                      name_of(states, ARRAY_LEN(states), c->state), "online", c->online != 0, "key_changed",
	                      c->key_changed != 0, "greeting", json_of_text(c->greeting), "since",
	                      (json_int_t)c->since_ms, "last", last));
}

json_t *json_of_message(const struct ipc_message *m)
{
	static const char *const states[] = {"", "waiting", "sent", "delivered", "received"};
	char id[2 * sizeof m->id + 1];
	sodium_bin2hex(id, sizeof id, m->id, sizeof m->id);
	return must(json_pack("{s:I, s:s, s:I, s:s, s:o, s:I, s:s}", "contact", (json_int_t)m->contact, "id", id,
	                      "ordinal", (json_int_t)m->ordinal, "from", m->mine ? "me" : "them", "text",
	                      json_of_text(m->text), "time", (json_int_t)m->time_ms, "state",
	                      name_of(states, ARRAY_LEN(states), m->state)));
}

json_t *json_of_tor(const struct ipc_tor_state_now *t)
{
	static const char *const phases[] = {"starting", "starting", "connecting", "publishing", "reachable", "down"};
	return must(json_pack("{s:s, s:i, s:o, s:o, s:o, s:i, s:I}", "phase",
	                      name_of(phases, ARRAY_LEN(phases), t->phase), "progress", (int)t->progress, "tag",
	                      json_of_text(t->tag), "summary", json_of_text(t->summary), "warning",
	                      json_of_text(t->warning), "skew", (int)(int32_t)t->skew_s, "since",
	                      (json_int_t)t->since_ms));
}
