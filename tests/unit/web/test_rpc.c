/* JSON-RPC: the table against docs/api.md, and that nothing but what the document says gets through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "web/answer.h"
#include "web/rpc.h"

static char *read_document(void)
{
	char path[512];
	const char *root = getenv("BOC_SOURCE");
	snprintf(path, sizeof path, "%s/docs/api.md", root ? root : ".");
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	char *text = calloc(1, 65536);
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	return text;
}

/* Whether `name` stands in the first column of a table of the document. */
static bool is_documented(const char *text, const char *name)
{
	char quoted[80];
	snprintf(quoted, sizeof quoted, "`%s`", name);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		const char *end = *line == '|' ? strchr(line + 1, '|') : NULL;
		const char *at = end ? strstr(line, quoted) : NULL;
		if (at && at < end)
			return true;
	}
	return false;
}

static void every_method_is_documented(void **state)
{
	(void)state;
	char *text = read_document();
	for (size_t i = 0; i < rpc_method_count; i++) {
		if (!is_documented(text, rpc_methods[i].name))
			fail_msg("docs/api.md has no method %s", rpc_methods[i].name);
	}
	free(text);
}

static bool is_method(const char *name, size_t n)
{
	for (size_t i = 0; i < rpc_method_count; i++) {
		if (strlen(rpc_methods[i].name) == n && memcmp(rpc_methods[i].name, name, n) == 0)
			return true;
	}
	return false;
}

static void every_documented_method_exists(void **state)
{
	(void)state;
	char *text = read_document();
	size_t count = 0;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		const char *end = *line == '|' ? strchr(line + 1, '|') : NULL;
		for (const char *at = line; end && (at = strchr(at, '`')) && at < end;) {
			const char *close = strchr(at + 1, '`');
			size_t n = (size_t)(close - at - 1);
			if (!is_method(at + 1, n))
				fail_msg("no such method: %.*s", (int)n, at + 1);
			count++;
			at = close + 1;
		}
	}
	assert_int_equal(count, rpc_method_count);
	free(text);
}

static enum rpc_code parse(const char *text)
{
	struct rpc_request r;
	enum rpc_code code = rpc_parse(slice_str(text), &r);
	assert_true((code == RPC_OK) == (r.method != NULL && r.root != NULL) || code == RPC_BAD_PARAMS ||
	            code == RPC_NO_METHOD || code == RPC_NO_REQUEST);
	rpc_request_free(&r);
	return code;
}

#define REQ(method, params) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":" params "}"

static void how_long_messages_stay(void **state)
{
	(void)state;
	static const struct {
		enum rpc_code want;
		const char *text;
	} cases[] = {
		{RPC_OK, REQ("conversation.terms", "{\"contact\":1,\"vanish\":0,\"keep\":0}")},
		{RPC_OK, REQ("conversation.terms", "{\"contact\":1,\"vanish\":5,\"keep\":3650}")},
		{RPC_OK, REQ("conversation.terms", "{\"contact\":1,\"vanish\":31536000,\"keep\":1}")},
		{RPC_BAD_PARAMS, REQ("conversation.terms", "{\"contact\":1,\"vanish\":4,\"keep\":0}")},
		{RPC_BAD_PARAMS, REQ("conversation.terms", "{\"contact\":1,\"vanish\":31536001,\"keep\":0}")},
		{RPC_BAD_PARAMS, REQ("conversation.terms", "{\"contact\":1,\"vanish\":-1,\"keep\":0}")},
		{RPC_BAD_PARAMS, REQ("conversation.terms", "{\"contact\":1,\"vanish\":0,\"keep\":3651}")},
		{RPC_BAD_PARAMS, REQ("conversation.terms", "{\"contact\":1,\"vanish\":0}")},
		{RPC_OK, REQ("conversation.set", "{\"contact\":1,\"retention\":0}")},
		{RPC_BAD_PARAMS, REQ("conversation.set", "{\"contact\":1,\"retention\":3651}")},
		{RPC_OK, REQ("conversation.set", "{\"contact\":1,\"pinned\":true,\"archived\":false}")},
		{RPC_BAD_PARAMS, REQ("conversation.set", "{\"contact\":1,\"muted\":1}")},
		{RPC_OK, REQ("messages.read", "{\"contact\":1,\"ordinal\":1}")},
		{RPC_BAD_PARAMS, REQ("messages.read", "{\"contact\":1,\"ordinal\":0}")},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(parse(cases[i].text), cases[i].want);
}

static void requests(void **state)
{
	(void)state;
	static const struct {
		enum rpc_code want;
		const char *text;
	} cases[] = {
		{RPC_OK, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status.get\"}"},
		{RPC_OK, "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"status.get\",\"params\":{}}"},
		{RPC_OK, "{\"jsonrpc\":\"2.0\",\"id\":-7,\"method\":\"status.get\"}"},
		{RPC_NO_JSON, ""},
		{RPC_NO_JSON, "{"},
		{RPC_NO_JSON, "{} {}"},
		{RPC_NO_JSON, "\xff"},
		{RPC_NO_JSON, "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":1,\"method\":\"status.get\"}"},
		{RPC_NO_JSON, REQ("messages.send", "{\"contact\":1,\"text\":\"a\\u0000b\"}")},
		{RPC_NO_JSON, REQ("messages.send", "{\"contact\":1,\"text\":\"\\ud800\"}")},
		{RPC_NO_REQUEST, "1"},
		{RPC_NO_REQUEST, "[]"},
		{RPC_NO_REQUEST, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status.get\"}]"},
		{RPC_NO_REQUEST, "{\"jsonrpc\":\"2.0\",\"method\":\"status.get\"}"},
		{RPC_NO_REQUEST, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"status.get\"}"},
		{RPC_NO_REQUEST, "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"status.get\"}"},
		{RPC_NO_REQUEST, "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"status.get\"}"},
		{RPC_NO_REQUEST, "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"status.get\"}"},
		{RPC_NO_REQUEST, "{\"id\":1,\"method\":\"status.get\"}"},
		{RPC_NO_REQUEST, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}"},
		{RPC_NO_REQUEST, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status.get\",\"x\":1}"},
		{RPC_NO_REQUEST, REQ("status.get", "{\"a\":[[[[1]]]]}")},
		{RPC_NO_METHOD, REQ("status", "{}")},
		{RPC_NO_METHOD, REQ("status.get ", "{}")},
		{RPC_BAD_PARAMS, REQ("status.get", "[]")},
		{RPC_BAD_PARAMS, REQ("status.get", "null")},
		{RPC_BAD_PARAMS, REQ("status.get", "{\"x\":1}")},
		{RPC_OK, REQ("contacts.add", "{\"address\":\"a\"}")},
		{RPC_OK, REQ("contacts.add", "{\"address\":\"a\",\"name\":\"B\",\"greeting\":\"\"}")},
		{RPC_BAD_PARAMS, REQ("contacts.add", "{\"address\":\"\"}")},
		{RPC_BAD_PARAMS, REQ("contacts.add", "{\"name\":\"B\"}")},
		{RPC_BAD_PARAMS, REQ("contacts.add", "{\"address\":\"a\",\"name\":\"\"}")},
		{RPC_BAD_PARAMS, REQ("contacts.add", "{\"address\":\"a\",\"name\":\"a\\nb\"}")},
		{RPC_BAD_PARAMS, REQ("contacts.add", "{\"address\":\"a\",\"name\":\"\\u202egnp\"}")},
		{RPC_BAD_PARAMS, REQ("contacts.add", "{\"address\":\"a\",\"name\":null}")},
		{RPC_BAD_PARAMS, REQ("contacts.add", "{\"address\":\"a\",\"names\":\"x\"}")},
		{RPC_OK, REQ("contacts.accept", "{\"contact\":9223372036854775807}")},
		{RPC_BAD_PARAMS, REQ("contacts.accept", "{\"contact\":0}")},
		{RPC_BAD_PARAMS, REQ("contacts.accept", "{\"contact\":-1}")},
		{RPC_BAD_PARAMS, REQ("contacts.accept", "{\"contact\":1.0}")},
		{RPC_BAD_PARAMS, REQ("contacts.accept", "{\"contact\":\"1\"}")},
		{RPC_BAD_PARAMS, REQ("contacts.accept", "{\"contact\":true}")},
		{RPC_BAD_PARAMS, REQ("contacts.accept", "{}")},
		{RPC_NO_JSON, REQ("contacts.accept", "{\"contact\":9223372036854775808}")},
		{RPC_OK, REQ("messages.list", "{\"contact\":1,\"before\":3,\"limit\":100}")},
		{RPC_BAD_PARAMS, REQ("messages.list", "{\"contact\":1,\"limit\":101}")},
		{RPC_BAD_PARAMS, REQ("messages.list", "{\"contact\":1,\"limit\":0}")},
		{RPC_BAD_PARAMS, REQ("messages.list", "{\"contact\":1,\"before\":0}")},
		{RPC_OK, REQ("messages.send", "{\"contact\":1,\"text\":\"a\"}")},
		{RPC_BAD_PARAMS, REQ("messages.send", "{\"contact\":1,\"text\":\"\"}")},
		{RPC_OK,
	         REQ("messages.send", "{\"contact\":1,\"text\":\"a\",\"id\":\"000102030405060708090a0b0c0d0e0f\"}")},
		{RPC_BAD_PARAMS,
	         REQ("messages.send", "{\"contact\":1,\"text\":\"a\",\"id\":\"000102030405060708090A0B0C0D0E0F\"}")},
		{RPC_BAD_PARAMS,
	         REQ("messages.send", "{\"contact\":1,\"text\":\"a\",\"id\":\"000102030405060708090a0b0c0d0e0g\"}")},
		{RPC_BAD_PARAMS, REQ("messages.send", "{\"contact\":1,\"text\":\"a\",\"id\":\"00\"}")},
		{RPC_OK, REQ("auth.register", "{\"request\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}")},
		{RPC_BAD_PARAMS, REQ("auth.register", "{\"request\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"}")},
		{RPC_BAD_PARAMS,
	         REQ("auth.register", "{\"request\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}")},
		{RPC_BAD_PARAMS, REQ("auth.register", "{\"request\":\"+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}")},
		{RPC_BAD_PARAMS, REQ("auth.register", "{\"request\":\"AAAA\"}")},
		{RPC_BAD_PARAMS, REQ("auth.register", "{\"request\":5}")},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum rpc_code got = parse(cases[i].text);
		if (got != cases[i].want)
			fail_msg("%s: %d, not %d", cases[i].text, got, cases[i].want);
	}
}

static void searches(void **state)
{
	(void)state;
	static const struct {
		enum rpc_code want;
		const char *text;
	} cases[] = {
		{RPC_OK, REQ("messages.search", "{\"text\":\"a\"}")},
		{RPC_OK, REQ("messages.search", "{\"text\":\"a\",\"contact\":1,\"from\":\"them\",\"since\":1,"
	                                        "\"until\":8640000000000000,\"before\":2,\"limit\":100}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{\"text\":\"\"}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{\"text\":\"a\",\"from\":\"you\"}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{\"text\":\"a\",\"from\":1}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{\"text\":\"a\",\"kind\":\"\"}")},
		{RPC_OK,
	         REQ("messages.search", "{\"text\":\"a\",\"kind\":\"reply\",\"contact\":1,\"from\":\"me\",\"since\":1,"
	                                "\"until\":2,\"before\":3,\"limit\":4}")},
		{RPC_OK, REQ("messages.read", "{\"contact\":1,\"ordinal\":1}")},
		{RPC_BAD_PARAMS, REQ("messages.read", "{\"contact\":1,\"ordinal\":0}")},
		{RPC_OK, REQ("contacts.set_cover", "{\"contact\":1,\"on\":true}")},
		{RPC_BAD_PARAMS, REQ("contacts.set_cover", "{\"contact\":1,\"on\":1}")},
		{RPC_BAD_PARAMS, REQ("contacts.set_cover", "{\"contact\":1}")},
		{RPC_OK, REQ("typing.set", "{\"contact\":1,\"typing\":false}")},
		{RPC_BAD_PARAMS, REQ("typing.set", "{\"contact\":1,\"typing\":1}")},
		{RPC_BAD_PARAMS, REQ("typing.set", "{\"contact\":1}")},
		{RPC_OK, REQ("drafts.set", "{\"contact\":1,\"text\":\"\"}")},
		{RPC_BAD_PARAMS, REQ("drafts.set", "{\"contact\":1}")},
		{RPC_OK, REQ("drafts.set", "{\"contact\":1,\"text\":\"\",\"reply\":2,\"edit\":3,\"edited\":\"\"}")},
		{RPC_BAD_PARAMS, REQ("drafts.set", "{\"contact\":1,\"text\":\"\",\"reply\":0}")},
		{RPC_BAD_PARAMS, REQ("drafts.set", "{\"contact\":1,\"text\":\"\",\"edit\":null}")},
		{RPC_BAD_PARAMS, REQ("drafts.set", "{\"contact\":1,\"text\":\"\",\"edit\":3,\"edited\":7}")},
		{RPC_OK, REQ("drafts.get", "{\"contact\":1}")},
		{RPC_OK, REQ("messages.gone", "{\"contact\":1}")},
		{RPC_OK, REQ("messages.gone", "{\"contact\":1,\"from\":7}")},
		{RPC_BAD_PARAMS, REQ("messages.gone", "{\"contact\":1,\"from\":0}")},
		{RPC_OK, REQ("messages.at", "{\"contact\":1,\"time\":8640000000000000}")},
		{RPC_BAD_PARAMS, REQ("messages.at", "{\"contact\":1,\"time\":8640000000000001}")},
		{RPC_BAD_PARAMS, REQ("messages.at", "{\"contact\":1}")},
		{RPC_OK, REQ("settings.set", "{\"read_marks\":true}")},
		{RPC_OK, REQ("settings.set", "{\"page\":\"\"}")},
		{RPC_BAD_PARAMS, REQ("settings.set", "{\"page\":{}}")},
		{RPC_OK, REQ("settings.set", "{\"read_marks\":false,\"typing\":true,\"lock_after\":0}")},
		{RPC_BAD_PARAMS, REQ("settings.set", "{\"typing\":null}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{\"text\":\"a\",\"until\":8640000000000001}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{\"text\":\"a\",\"since\":0}")},
		{RPC_BAD_PARAMS, REQ("messages.search", "{\"text\":\"a\",\"limit\":101}")},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum rpc_code got = parse(cases[i].text);
		if (got != cases[i].want)
			fail_msg("%s: %d, not %d", cases[i].text, got, cases[i].want);
	}
}

static void limits_of_text(void **state)
{
	(void)state;
	static const struct {
		const char *format;
		int max;
	} cases[] = {
		{REQ("messages.send", "{\"contact\":1,\"text\":\"%.*s\"}"), MAX_TEXT},
		{REQ("messages.search", "{\"text\":\"%.*s\"}"), MAX_SEARCH},
		{REQ("contacts.rename", "{\"contact\":1,\"name\":\"%.*s\"}"), MAX_NAME},
		{REQ("contacts.add", "{\"address\":\"a\",\"greeting\":\"%.*s\"}"), MAX_GREETING},
	};
	static char long_text[MAX_TEXT + 2];
	memset(long_text, 'a', sizeof long_text - 1);
	char *text = malloc(sizeof long_text + 200);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof long_text + 200, cases[i].format, cases[i].max, long_text);
		assert_int_equal(parse(text), RPC_OK);
		snprintf(text, sizeof long_text + 200, cases[i].format, cases[i].max + 1, long_text);
		assert_int_equal(parse(text), RPC_BAD_PARAMS);
#pragma GCC diagnostic pop
	}
	free(text);
}

/* The id comes back in the error whenever there is a usable one. */
static void ids(void **state)
{
	(void)state;
	struct rpc_request r;
	assert_int_equal(rpc_parse(slice_str("{\"id\":\"k\",\"method\":1}"), &r), RPC_NO_REQUEST);
	char *text = rpc_text_of_error(r.id, RPC_NO_REQUEST);
	assert_string_equal(text, "{\"jsonrpc\":\"2.0\",\"id\":\"k\",\"error\":{\"code\":-32600,\"message\":"
	                          "\"This is no JSON-RPC 2.0 request with an id.\"}}");
	free(text);
	rpc_request_free(&r);
	text = rpc_text_of_error(NULL, RPC_NO_JSON);
	assert_non_null(strstr(text, "\"id\":null"));
	free(text);
}

static void cut_characters_are_left_out(void **state)
{
	(void)state;
	json_t *j = json_of_text(slice_str("a\xe2\x82"));
	assert_string_equal(json_string_value(j), "a");
	json_decref(j);
	j = json_of_text(slice_str("\xff\xff\xff\xff\xff"));
	assert_string_equal(json_string_value(j), "");
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_is_documented),
		cmocka_unit_test(every_documented_method_exists),
		cmocka_unit_test(requests),
		cmocka_unit_test(how_long_messages_stay),
		cmocka_unit_test(searches),
		cmocka_unit_test(limits_of_text),
		cmocka_unit_test(ids),
		cmocka_unit_test(cut_characters_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
