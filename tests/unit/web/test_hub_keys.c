/* What the hub does for who changes who can log in. */
#include "hub_rig.h"

#define B64_64                                        \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KE3 "\"ke3\":\"" B64_64 "\""

/* A page that is logged in begins a login again, for what an open page alone may not do. */
static void keys_after_login(void **state)
{
	(void)state;
	struct conn *c = logged_in();
	assert_int_equal(say(c, REQ("auth.recovery", "{" KE3 "}")), OK);
	assert_int_equal(code(c), -32005); /* no login before it */
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	assert_int_equal(code(c), 0);
	assert_int_equal(say(c, REQ("auth.finish", "{" KE3 ",\"sealed\":\"\"}")), OK);
	assert_int_equal(code(c), -32005); /* it is logged in */
	char *text = result_of(c, REQ("auth.recovery", "{" KE3 "}"));
	assert_non_null(strstr(text, "{\"sealed\":\"AAAA"));
	free(text);
	assert_int_equal(say(c, REQ("auth.recovery", "{" KE3 "}")), OK);
	assert_int_equal(code(c), -32005); /* one for each login */
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	assert_int_equal(code(c), 0);
	assert_int_equal(say(c, REQ("auth.change", "{" KE3 ",\"sealed\":\"AAAA\"}")), OK);
	assert_int_equal(code(c), -32602);
	assert_int_equal(say(c, REQ("recovery.remove", "{}")), OK);
	assert_int_equal(code(c), 0);
	text = result_of(c, REQ("settings.set", "{\"lock_after\":1440}"));
	assert_string_equal(text, "{\"lock_after\":1440,\"recovery\":false,\"receive_locked\":false,\"damaged\":0,"
	                          "\"read_marks\":false,\"typing\":false,\"page\":\"\"}");
	free(text);
	text = result_of(c, REQ("settings.set", "{\"lock_after\":0,\"receive_locked\":true}"));
	assert_non_null(strstr(text, "\"receive_locked\":true"));
	free(text);
	assert_int_equal(say(c, REQ("settings.set", "{\"lock_after\":0,\"receive_locked\":1}")), OK);
	assert_int_equal(code(c), -32602);
	assert_int_equal(say(c, REQ("settings.set", "{\"lock_after\":0}")), OK);
	assert_int_equal(code(c), 0);
	assert_int_equal(say(c, REQ("settings.set", "{\"lock_after\":1441}")), OK);
	assert_int_equal(code(c), -32602);
	assert_int_equal(say(c, REQ("settings.set", "{\"lock_after\":-1}")), OK);
	assert_int_equal(code(c), -32602);
	leave(c);
}

#define BACKUP "\"backup\":\"ab000000000000000000000000000000\""

static void backup(void **state)
{
	(void)state;
	struct conn *c = logged_in();
	assert_int_equal(say(c, REQ("backup.create", "{" KE3 "}")), OK);
	assert_int_equal(code(c), -32005); /* no login before it */
	assert_int_equal(say_free(c, page_login(&c->page, "secret")), OK);
	assert_int_equal(code(c), 0);
	char *text = result_of(c, REQ("backup.create", "{" KE3 "}"));
	assert_string_equal(text, "{" BACKUP "}");
	free(text);
	assert_int_equal(say(c, REQ("backup.create", "{" KE3 "}")), OK);
	assert_int_equal(code(c), -32005); /* one for each login */
	text = result_of(c, REQ("backup.read", "{" BACKUP ",\"offset\":0}"));
	assert_string_equal(text, "{\"size\":null}");
	free(text);
	text = result_of(c, REQ("backup.read", "{" BACKUP ",\"offset\":1}"));
	assert_string_equal(text, "{\"size\":1000,\"bytes\":\"aGVsbG8\"}");
	free(text);
	text = result_of(c, REQ("backup.read", "{" BACKUP ",\"offset\":1000}"));
	assert_string_equal(text, "{\"size\":1000,\"bytes\":\"\"}");
	free(text);
	assert_int_equal(say(c, REQ("backup.read", "{" BACKUP ",\"offset\":-1}")), OK);
	assert_int_equal(code(c), -32602);
	assert_int_equal(say(c, REQ("backup.read", "{\"offset\":0}")), OK);
	assert_int_equal(code(c), -32602);
	assert_int_equal(say(c, REQ("backup.end", "{" BACKUP "}")), OK);
	assert_int_equal(code(c), 0);
	leave(c);
}

/* Guesses at the recovery key and at the passphrase are counted as one. */
static void recovery_waits(void **state)
{
	(void)state;
	struct conn *c = join(CLIENT_PAGE);
	static char recover[512];
	enroll(c);
	char *login = page_login(&c->page, "secret");
	const char *ke1 = strstr(login, "\"ke1\"");
	assert_non_null(ke1);
	snprintf(recover, sizeof recover,
	         "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"auth.recover\",\"params\":{%.*s}}",
	         (int)(strchr(ke1, '}') - ke1), ke1);
	assert_int_equal(say_free(c, login), OK);
	assert_int_equal(code(c), 0);
	assert_int_equal(say(c, recover), OK);
	assert_null(next(c)); /* it waits */
	now_ms += LOGIN_DELAY_MIN_MS;
	hub_tick(hub);
	assert_int_equal(code(c), 0);
	leave(c);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {T(keys_after_login), T(backup), T(recovery_waits)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
