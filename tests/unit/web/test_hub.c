/* The hub without sockets. */
#include "hub_rig.h"

static void first_start_and_all_methods(void **state)
{
	(void)state;
	static const char *const requests[] = {
		REQ("contacts.list", "{}"),
		REQ("contacts.add", "{\"address\":\"a\"}"),
		REQ("contacts.accept", "{\"contact\":1}"),
		REQ("contacts.reject", "{\"contact\":1}"),
		REQ("contacts.block", "{\"contact\":1}"),
		REQ("contacts.rename", "{\"contact\":1,\"name\":\"x\"}"),
		REQ("contacts.add", "{\"invitation\":\"BOC:\",\"identity\":1}"),
		REQ("contacts.unverify", "{\"contact\":1}"),
		REQ("contacts.trust_key", "{\"contact\":1,\"qr\":\"AAAA\"}"),
		REQ("contacts.safety", "{\"contact\":1}"),
		REQ("contacts.compare", "{\"contact\":1,\"qr\":\"AAAA\"}"),
		REQ("identities.list", "{}"),
		REQ("identities.create", "{\"name\":\"x\"}"),
		REQ("identities.rename", "{\"identity\":1,\"name\":\"x\"}"),
		REQ("identities.set", "{\"identity\":1,\"strangers\":false}"),
		REQ("identities.set_listed", "{\"identity\":1,\"listed\":false}"),
		REQ("identities.set_picture", "{\"identity\":1,\"picture\":\"\"}"),
		REQ("identities.rotate", "{\"identity\":1}"),
		REQ("identities.remove", "{\"identity\":1}"),
		REQ("invitations.create", "{\"label\":\"x\",\"days\":90}"),
		REQ("invitations.list", "{}"),
		REQ("invitations.revoke", "{\"invitation\":1}"),
		REQ("messages.list", "{\"contact\":1,\"limit\":3}"),
		REQ("messages.search", "{\"text\":\"x\"}"),
		REQ("messages.read", "{\"contact\":1,\"ordinal\":3}"),
		REQ("contacts.set_cover", "{\"contact\":1,\"on\":true}"),
		REQ("typing.set", "{\"contact\":1,\"typing\":true}"),
		REQ("drafts.set", "{\"contact\":1,\"text\":\"\"}"),
		REQ("drafts.get", "{\"contact\":1}"),
		REQ("messages.gone", "{\"contact\":1}"),
		REQ("messages.at", "{\"contact\":1,\"time\":5000}"),
	};
	struct conn *c = join(CLIENT_PAGE);
	assert_int_equal(say(c, REQ("auth.state", "{}")), OK);
	json_t *j = next(c);
	assert_string_equal(json_string_value(json_object_get(json_object_get(j, "result"), "vault")), "none");
	json_decref(j);
	log_in(c);
	assert_memory_equal(vault.name, "Alice", 6);
	assert_int_equal(say(c, REQ("status.get", "{}")), OK);
	j = next(c);
	char *text = json_dumps(json_object_get(j, "result"), JSON_COMPACT);
	assert_string_equal(
		text, "{\"version\":\"" BOC_VERSION "\",\"name\":\"Alice\",\"address\":\"adr\",\"tor\":{\"phase\":"
		      "\"connecting\",\"progress\":40,\"tag\":\"t\",\"summary\":\"s\",\"warning\":\"\",\"skew\":-5,"
		      "\"since\":3},\"storage\":\"ok\",\"restored\":null,\"identities\":[{\"id\":1,\"name\":\"Alice\","
		      "\"address\":"
		      "\"adr\",\"strangers\":true,\"listed\":true,\"unaware\":3,"
		      "\"seq\":2,\"rotated\":9,\"picture\":11}]}");
	free(text);
	json_decref(j);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		assert_int_equal(say(c, requests[i]), OK);
		assert_int_equal(code(c), 0);
		assert_null(next(c));
	}
	leave(c);
}

static void answers_have_the_documented_form(void **state)
{
	(void)state;
	struct conn *c = logged_in();
	assert_int_equal(say(c, REQ("contacts.list", "{}")), OK);
	json_t *j = next(c);
	char *text =
		json_dumps(json_array_get(json_object_get(json_object_get(j, "result"), "contacts"), 1), JSON_COMPACT);
	assert_string_equal(
		text,
		"{\"id\":2,\"identity\":1,\"name\":\"Bob\",\"address\":\"abc\",\"state\":\"accepted\",\"online\":true,"
		"\"trust\":\"verified\",\"rotated\":4,\"continuity\":{\"lost\":6,\"times\":2},\"invitation\":null,"
		"\"greeting\":\"hi\",\"since\":5,\"last\":"
		"{\"ordinal\":3,\"from\":\"me\",\"kind\":\"text\",\"text\":\"last\",\"time\":7,\"state\":\"read\"},"
		"\"missing\":8,\"broken\":9,"
		"\"unreadable\":0,\"picture\":"
		"10,\"terms\":{\"mine\":{\"vanish\":11,\"keep\":12},\"theirs\":{\"vanish\":13,\"keep\":14},"
		"\"inForce\":{\"vanish\":15,\"keep\":16}},\"retention\":17,"
		"\"read\":2,\"unread\":1,\"first_unread\":3,\"draft\":\"dear\",\"reach\":{\"what\":\"left\",\"since\":"
		"18,\"seen\":19},"
		"\"cover\":true,\"pinned\":true,\"muted\":false,\"archived\":false,\"marked\":true}");
	free(text);
	json_decref(j);
	assert_int_equal(say(c, REQ("messages.send", "{\"contact\":1,\"text\":\"hello\"}")), OK);
	j = next(c);
	text = json_dumps(json_object_get(j, "result"), JSON_COMPACT);
	assert_string_equal(text,
	                    "{\"contact\":1,\"id\":\"ab000000000000000000000000000000\",\"ordinal\":1,\"from\":\"me\","
	                    "\"kind\":\"text\",\"text\":\"hello\",\"time\":1234,\"state\":\"waiting\",\"reply\":5,"
	                    "\"edited\":6,\"reactions\":{\"me\":null,\"them\":\"!\"},"
	                    "\"terms\":null,\"vanish\":18,\"expires\":20}");
	free(text);
	json_decref(j);
	expect_note(c, "message.new");
	leave(c);
}

static void what_belongs_to_identities_and_trust(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{REQ("identities.list", "{}"),
	         "{\"identities\":[{\"id\":1,\"name\":\"Alice\",\"address\":\"adr\","
	         "\"strangers\":true,\"listed\":true,\"unaware\":3,\"seq\":2,\"rotated\":9,\"picture\":11}]}"},
		{REQ("identities.picture", "{\"identity\":1}"), "{\"picture\":\"AP8B\"}"},
		{REQ("contacts.picture", "{\"contact\":1}"), "{\"picture\":\"AP8B\"}"},
		{REQ("identities.remove", "{\"identity\":1}"), "{}"},
		{REQ("invitations.create", "{}"),
	         "{\"id\":3,\"identity\":1,\"label\":\"for Bob\",\"state\":\"open\",\"created\":4,\"expires\":5,"
	         "\"text\":\"BOC:AB\",\"link\":\"blackedoutchat:AB\",\"contact\":null}"},
		{REQ("invitations.list", "{}"),
	         "{\"invitations\":[{\"id\":3,\"identity\":1,\"label\":\"for Bob\",\"state\":\"used\",\"created\":4,"
	         "\"expires\":5,\"text\":null,\"link\":null,\"contact\":8}]}"},
	};
	struct conn *c = logged_in();
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char *text = result_of(c, pairs[i][0]);
		assert_string_equal(text, pairs[i][1]);
		free(text);
	}
	char *text = result_of(c, REQ("contacts.safety", "{\"contact\":1}"));
	assert_non_null(strstr(text, "{\"digits\":\"00000 00000 "));
	assert_non_null(strstr(text, "\"words\":[\"babab\",\"babab\","));
	free(text);
	text = result_of(c, REQ("contacts.compare", "{\"contact\":1,\"qr\":\"AAAA\"}"));
	assert_non_null(strstr(text, "{\"match\":true,\"contact\":{\"id\":1,"));
	free(text);
	leave(c);
}

static void before_login(void **state)
{
	(void)state;
	static char big[MAX_WS_PREAUTH + 2];
	struct conn *c = join(CLIENT_PAGE);
	assert_int_equal(say(c, REQ("contacts.list", "{}")), OK);
	assert_int_equal(code(c), -32001);
	assert_int_equal(say(c, REQ("session.lock", "{}")), OK);
	assert_int_equal(code(c), -32001);
	assert_int_equal(say(c, "nonsense"), OK);
	assert_int_equal(code(c), -32700);
	assert_int_equal(say(c, REQ("auth.finish", "{\"ke3\":\"\",\"sealed\":\"\"}")), OK);
	assert_int_equal(code(c), -32602);
	memset(big, ' ', sizeof big - 1);
	big[MAX_WS_PREAUTH] = 0;
	assert_int_equal(say(c, big), OK);
	assert_int_equal(code(c), -32700);
	big[MAX_WS_PREAUTH] = ' ';
	assert_int_equal(say(c, big), ERR_PEER_LIMIT);
	assert_int_equal(hub_feed(hub, c->client, slice_str("{}"), true), ERR_PEER_FORMAT);
	leave(c);
}

static void after_login(void **state)
{
	(void)state;
	static u8 frame[80000];
	static char big[MAX_WS_FRAME];
	struct conn *c = logged_in();
	size_t n = page_seal(&c->page, REQ("status.get", "{}"), frame);
	assert_int_equal(hub_feed(hub, c->client, slice_of(frame, n), true), OK);
	assert_int_equal(code(c), 0);
	assert_int_equal(hub_feed(hub, c->client, slice_of(frame, n), true), ERR_PEER_CRYPTO);
	assert_int_equal(hub_feed(hub, c->client, slice_str("{}"), true), ERR_PEER_FORMAT);
	assert_int_equal(hub_feed(hub, c->client, slice_str("{}"), false), ERR_PEER_FORMAT);
	assert_int_equal(say(c, REQ("auth.state", "{}")), OK);
	assert_int_equal(code(c), -32005);
	memset(big, ' ', sizeof big - 1);
	assert_int_equal(say(c, big), ERR_PEER_LIMIT);
	leave(c);
}

static void one_login_at_a_time(void **state)
{
	(void)state;
	struct conn *c = join(CLIENT_PAGE);
	enroll(c);
	vault_is_deaf = true;
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	assert_int_equal(code(c), -32005);
	assert_int_equal(say(c, REQ("auth.state", "{}")), OK);
	assert_int_equal(code(c), -32005);
	leave(c);
}

static void wrong_passphrase(void **state)
{
	(void)state;
	struct conn *first = logged_in(), *c = join(CLIENT_PAGE);
	assert_int_equal(say_free(c, page_login(&c->page, "wrong")), OK);
	json_t *j = next(c);
	assert_null(page_finish(&c->page, "wrong", "", json_object_get(j, "result")));
	json_decref(j);
	static const char lie[] =
		REQ("auth.finish", "{\"ke3\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	                           "AAAAAAAAAAAAAAAAAAAAAAAAAA\",\"sealed\":\"AAAA\"}");
	assert_int_equal(say(c, lie), OK);
	assert_int_equal(code(c), -32002);
	assert_int_equal(say(c, lie), OK); /* one try per KE2 */
	assert_int_equal(code(c), -32005);
	leave(c);
	leave(first);
}

/* Each login that does not succeed makes the next one of anybody wait longer; first come, first served. */
static void logins_wait_longer_and_longer(void **state)
{
	(void)state;
	static const u32 delays[] = {200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000};
	struct conn *first = logged_in();
	struct conn *c = join(CLIENT_PAGE);
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	assert_int_equal(code(c), 0);
	for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
		struct conn *a = join(CLIENT_PAGE), *b = join(CLIENT_SCRIPT);
		assert_int_equal(say_free(a, page_login(&a->page, "secret")), OK);
		assert_int_equal(say_free(b, page_login(&b->page, "secret")), OK);
		u64 at = hub_deadline(hub);
		assert_true(at <= now_ms + delays[i]);
		now_ms += delays[i] - 1;
		hub_tick(hub);
		assert_null(next(a));
		now_ms++;
		hub_tick(hub);
		assert_int_equal(code(a), 0);
		assert_null(next(b));
		leave(a);
		leave(b);
	}
	leave(c);
	c = join(CLIENT_PAGE);
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	assert_null(next(c));
	now_ms += 30000; /* longer than LOGIN_MS: waiting does not count */
	hub_tick(hub);
	assert_false(c->is_ended);
	finish(c, "");
	leave(c);
	c = logged_in(); /* success: nobody waits any more */
	leave(c);
	leave(first);
}

static void strangers_have_a_deadline(void **state)
{
	(void)state;
	struct conn *page = join(CLIENT_PAGE), *script = join(CLIENT_SCRIPT);
	assert_int_equal(hub_deadline(hub), now_ms + LOGIN_MS);
	now_ms += LOGIN_MS - 1;
	hub_tick(hub);
	assert_int_equal(say(page, REQ("auth.state", "{}")), OK); /* no reprieve */
	assert_int_equal(code(page), 0);
	assert_false(page->is_ended);
	now_ms++;
	hub_tick(hub);
	assert_true(page->is_ended);
	assert_false(script->is_ended);
	assert_int_equal(say(page, REQ("auth.state", "{}")), OK); /* not even read */
	assert_null(next(page));
	assert_int_equal(hub_deadline(hub), UINT64_MAX);
	leave(page);
	page = logged_in();
	assert_int_equal(hub_deadline(hub), UINT64_MAX);
	leave(page);
	leave(script);
}

static void everyone_is_told(void **state)
{
	(void)state;
	struct conn *a = logged_in(), *b = logged_in(), *script = join(CLIENT_SCRIPT), *stranger = join(CLIENT_PAGE);
	assert_int_equal(say(a, REQ("messages.send", "{\"contact\":1,\"text\":\"x\"}")), OK);
	assert_int_equal(code(a), 0);
	from_vault(NULL, &IPC_MSG(0, tor_state_now, .phase = TOR_DOWN));
	from_vault(NULL, &IPC_MSG(0, contact, .contact = 9, .state = CONTACT_BLOCKED));
	from_vault(NULL, &IPC_MSG(0, contact_gone, .contact = 9));
	from_vault(NULL, &IPC_MSG(0, message, .contact = 9, .state = MESSAGE_DELIVERED, .mine = 1));
	from_vault(NULL, &IPC_MSG(0, typing, .contact = 9, .on = 1));
	struct conn *const told[] = {a, b, script};
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		expect_note(told[i], "message.new");
		expect_note(told[i], "tor.state");
		expect_note(told[i], "contact.state");
		expect_note(told[i], "contact.state");
		expect_note(told[i], "message.state");
		expect_note(told[i], "typing");
		assert_null(next(told[i]));
		leave(told[i]);
	}
	assert_null(next(stranger));
	leave(stranger);
}

static void lock_logs_everyone_out(void **state)
{
	(void)state;
	struct conn *a = logged_in(), *b = logged_in(), *script = join(CLIENT_SCRIPT), *stranger = join(CLIENT_PAGE);
	assert_int_equal(say(script, REQ("status.get", "{}")), OK);
	assert_int_equal(code(script), 0);
	assert_int_equal(say(a, REQ("session.lock", "{}")), OK);
	assert_int_equal(code(a), 0);
	expect_note(a, "session.locked");
	expect_note(b, "session.locked");
	expect_note(script, "session.locked");
	assert_true(a->is_ended && b->is_ended && !script->is_ended && !stranger->is_ended);
	assert_int_equal(say(a, REQ("status.get", "{}")), OK);
	assert_null(next(a));
	assert_int_equal(say(script, REQ("status.get", "{}")), OK);
	assert_int_equal(code(script), -32001);
	log_in(stranger);
	leave(a);
	leave(b);
	leave(script);
	leave(stranger);
}

/* The event may overtake the answer. */
static void lock_without_an_answer(void **state)
{
	(void)state;
	struct conn *c = logged_in();
	vault_is_deaf = true;
	assert_int_equal(say(c, REQ("session.lock", "{}")), OK);
	from_vault(NULL, &IPC_MSG(0, locked));
	assert_int_equal(code(c), 0);
	expect_note(c, "session.locked");
	leave(c);
}

static void too_much_at_once(void **state)
{
	(void)state;
	struct conn *c = logged_in();
	for (int i = 0; i < MAX_RPC_CALLS; i++)
		assert_int_equal(say(c, REQ("messages.send", "{\"contact\":1,\"text\":\"silence\"}")), OK);
	assert_null(next(c));
	assert_int_equal(say(c, REQ("status.get", "{}")), OK);
	assert_int_equal(code(c), -32006);
	leave(c);
}

static void who_left_is_not_answered(void **state)
{
	(void)state;
	struct conn *c = logged_in(), *d = join(CLIENT_PAGE);
	assert_int_equal(say(c, REQ("contacts.list", "{}")), OK); /* answered, not yet read by the hub */
	assert_int_equal(say_free(d, page_login(&d->page, "secret")), OK);
	hub_leave(hub, c->client);
	hub_leave(hub, d->client);
	pump();
	assert_null(c->first);
	assert_null(d->first);
	free(c);
	free(d);
	from_vault(NULL, &IPC_MSG(4711, done, .more = 0));
	from_vault(NULL, &IPC_MSG(4711, failed, .error = 20));
	pump();
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(first_start_and_all_methods),
		T(answers_have_the_documented_form),
		T(what_belongs_to_identities_and_trust),
		T(before_login),
		T(after_login),
		T(one_login_at_a_time),
		T(wrong_passphrase),
		T(logins_wait_longer_and_longer),
		T(strangers_have_a_deadline),
		T(everyone_is_told),
		T(lock_logs_everyone_out),
		T(lock_without_an_answer),
		T(too_much_at_once),
		T(who_left_is_not_answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
