#include "demo/story.h"

#include <stdio.h>
#include <stdlib.h>

#include "os/os_env.h"

#define WAIT_MS 120000

struct teller {
	struct person *alice, *bob;
	const char *network;
	json_int_t bob_at_alice, alice_at_bob; /* contact ids */
	double round_trip_ms[2 * STORY_MESSAGES];
	size_t measured;
	struct story *story;
};

static double now_ms(void)
{
	return (double)env_mono_ms(os_env());
}

static bool fail(struct teller *t, const char *what)
{
	if (!t->story->failed)
		t->story->failed = what;
	return false;
}

static bool has_state(const json_t *params, const void *state)
{
	const char *s = json_string_value(json_object_get(params, "state"));
	return s && strcmp(s, state) == 0;
}

static bool has_greeting(const json_t *params, const void *greeting)
{
	const char *s = json_string_value(json_object_get(params, "greeting"));
	return s && strcmp(s, greeting) == 0;
}

/* Whether params are those of the message `id`, delivered. */
static bool is_delivered(const json_t *params, const void *id)
{
	const char *s = json_string_value(json_object_get(params, "id"));
	return s && strcmp(s, id) == 0 && has_state(params, "delivered");
}

/* The `id` of an answer, which is freed. 0: there was none. */
static json_int_t take_id(json_t *answer)
{
	json_int_t id = json_integer_value(json_object_get(answer, "id"));
	json_decref(answer);
	return id;
}

static bool meet(struct teller *t)
{
	static const char greeting[] = "Hello, it is Alice.";
	double start = now_ms();
	t->bob_at_alice = take_id(
		person_ask(t->alice, "contacts.add",
	                   json_pack("{ss ss ss}", "address", t->bob->address, "name", "Bob", "greeting", greeting)));
	if (!t->bob_at_alice)
		return fail(t, "Alice cannot add Bob");
	t->alice_at_bob = take_id(person_hear(t->bob, "contact.state", has_greeting, greeting, WAIT_MS));
	if (!t->alice_at_bob)
		return fail(t, "Bob does not see Alice's request");
	if (!take_id(person_ask(t->bob, "contacts.accept", json_pack("{sI}", "contact", t->alice_at_bob))))
		return fail(t, "Bob cannot accept");
	if (!take_id(person_hear(t->alice, "contact.state", has_state, "accepted", WAIT_MS)))
		return fail(t, "Alice is not told that Bob accepted");
	t->story->first_contact_s = (now_ms() - start) / 1000;
	return true;
}

/* Sends "name n" and gives its id (at most 32 hex digits) in ret. */
static bool say(struct teller *t, struct person *from, unsigned n, char ret[static 40])
{
	char text[64];
	snprintf(text, sizeof text, "%s %u", from->name, n);
	json_int_t to = from == t->alice ? t->bob_at_alice : t->alice_at_bob;
	json_t *m = person_ask(from, "messages.send", json_pack("{sI ss}", "contact", to, "text", text));
	const char *id = json_string_value(json_object_get(m, "id"));
	snprintf(ret, 40, "%s", id ? id : "");
	json_decref(m);
	return id || fail(t, "a message is not taken");
}

/* Sends a message and waits until it is delivered. */
static bool say_and_wait(struct teller *t, struct person *from, unsigned n)
{
	char id[40];
	double start = now_ms();
	if (!say(t, from, n, id))
		return false;
	json_t *done = person_hear(from, "message.state", is_delivered, id, WAIT_MS);
	json_decref(done);
	if (!done)
		return fail(t, "a message is not delivered");
	t->round_trip_ms[t->measured++] = now_ms() - start;
	return true;
}

static bool chat(struct teller *t, unsigned from, unsigned to)
{
	for (unsigned n = from; n < to; n++) {
		if (!say_and_wait(t, t->alice, n) || !say_and_wait(t, t->bob, n))
			return false;
	}
	return true;
}

/* Bob's node ends and starts again. What Alice writes meanwhile waits, and arrives. */
static bool restart(struct teller *t, unsigned n)
{
	char id[40];
	person_stop(t->bob);
	if (!say(t, t->alice, n, id))
		return false;
	if (person_start(t->bob, t->network) != OK || person_log_in(t->bob) != OK)
		return fail(t, "Bob's node does not come back");
	json_t *done = person_hear(t->alice, "message.state", is_delivered, id, WAIT_MS);
	json_decref(done);
	if (!done)
		return fail(t, "a message that waited is not delivered");
	return say_and_wait(t, t->bob, n);
}

/* Counts, among what `reader` has of the other, each of "name 0" to "name STORY_MESSAGES-1". */
static bool count(struct teller *t, struct person *reader, const char *author)
{
	unsigned seen[STORY_MESSAGES] = {0};
	json_int_t contact = reader == t->alice ? t->bob_at_alice : t->alice_at_bob, before = 0;
	for (bool more = true; more;) {
		json_t *params = json_pack("{sI sI}", "contact", contact, "limit", (json_int_t)100);
		if (before)
			json_object_set_new(params, "before", json_integer(before));
		json_t *page = person_ask(reader, "messages.list", params);
		const json_t *rows = json_object_get(page, "messages"), *row;
		size_t i;
		if (!json_is_array(rows))
			return fail(t, "the conversation cannot be read");
		before = json_integer_value(json_object_get(json_array_get(rows, 0), "ordinal"));
		more = json_is_true(json_object_get(page, "more"));
		json_array_foreach(rows, i, row)
		{
			const char *text = json_string_value(json_object_get(row, "text"));
			size_t len = strlen(author);
			if (!text || strncmp(text, author, len) != 0 || text[len] != ' ')
				continue;
			unsigned long n = strtoul(text + len + 1, NULL, 10);
			if (n < STORY_MESSAGES)
				seen[n]++;
		}
		json_decref(page);
	}
	for (unsigned n = 0; n < STORY_MESSAGES; n++) {
		t->story->lost += seen[n] == 0;
		t->story->doubled += seen[n] > 1 ? seen[n] - 1 : 0;
	}
	return true;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

bool story_tell(struct person *alice, struct person *bob, const char *network, struct story *ret)
{
	struct teller t = {.alice = alice, .bob = bob, .network = network, .story = ret};
	*ret = (struct story){0};
	if (!meet(&t))
		return false;
	if (!chat(&t, 0, STORY_MESSAGES / 2) || !restart(&t, STORY_MESSAGES / 2) ||
	    !chat(&t, STORY_MESSAGES / 2 + 1, STORY_MESSAGES))
		return false;
	if (!count(&t, alice, bob->name) || !count(&t, bob, alice->name))
		return false;
	qsort(t.round_trip_ms, t.measured, sizeof t.round_trip_ms[0], by_size);
	ret->median_ms = t.round_trip_ms[t.measured / 2];
	ret->p99_ms = t.round_trip_ms[t.measured * 99 / 100];
	return ret->lost == 0 && ret->doubled == 0;
}
