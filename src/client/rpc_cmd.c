#include "client/rpc_cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/open.h"
#include "client/passphrase.h"
#include "crypto/selftest.h"

static int usage(const char *what)
{
	fprintf(stderr, "blackedoutchat: %s\nusage: blackedoutchat rpc [--data DIR] METHOD [JSON]\n", what);
	return EXIT_USAGE;
}

/* Takes params. */
static int unlock(struct client *c, json_t *params)
{
	char passphrase[MAX_PASSPHRASE + 1];
	const json_t *name = json_object_get(params, "name");
	int status = EXIT_DONE;
	err_t e = OK;
	if (json_object_size(params) != (name ? 1 : 0) || (name && !json_is_string(name)))
		status = usage("session.unlock takes {\"name\": ...} or nothing");
	else if (crypto_selftest() != OK || passphrase_read("Passphrase", passphrase) != OK || passphrase[0] == 0)
		status = usage("no passphrase on standard input");
	else
		e = client_login(c, passphrase, json_string_value(name));
	wipe(passphrase, sizeof passphrase);
	json_decref(params);
	if (status != EXIT_DONE)
		return status;
	if (e == ERR_LOCAL_MISSING && client_error(c)[0] == 0)
		return usage("this is the first start: say who you are, session.unlock '{\"name\": ...}'");
	if (e != OK)
		return (int)open_failed(c, e);
	puts("{}");
	return EXIT_DONE;
}

/* What a person knows, from standard input: one line each. */
static bool read_lines(const char *const *prompts, size_t n, char ret[][MAX_PASSPHRASE + 1])
{
	for (size_t i = 0; i < n; i++)
		if (passphrase_read(prompts[i], ret[i]) != OK || ret[i][0] == 0)
			return false;
	return true;
}

/* The methods that a command does by itself, since what they take never leaves this process. */
enum { CHANGE, RECOVERY_KEY, RECOVER };
static const struct keys_method {
	const char *name;
	size_t lines;
	const char *prompts[2];
} keys_methods[] = {
	[CHANGE] = {"session.passphrase", 2, {"Passphrase", "New passphrase"}},
	[RECOVERY_KEY] = {"session.recovery", 1, {"Passphrase"}},
	[RECOVER] = {"session.recover", 2, {"Recovery key", "New passphrase"}},
};

static err_t do_keys(struct client *c, const struct keys_method *m, char lines[2][MAX_PASSPHRASE + 1], char *ret_key)
{
	if (m == &keys_methods[CHANGE])
		return client_change(c, lines[0], lines[1]);
	if (m == &keys_methods[RECOVERY_KEY])
		return client_recovery_key(c, lines[0], ret_key);
	return client_recover(c, lines[0], lines[1]);
}

/* Takes params. */
static int keys(struct client *c, const struct keys_method *m, json_t *params)
{
	char lines[2][MAX_PASSPHRASE + 1], key[CLIENT_RECOVERY_CAP] = "";
	bool has_params = json_object_size(params) != 0;
	int status = EXIT_DONE;
	json_decref(params);
	if (has_params)
		return usage("this method takes no parameters but lines on standard input");
	if (crypto_selftest() != OK || !read_lines(m->prompts, m->lines, lines)) {
		status = usage("a line is missing on standard input");
	} else {
		err_t e = do_keys(c, m, lines, key);
		if (e == ERR_PEER_FORMAT && m == &keys_methods[RECOVER] && client_error(c)[0] == 0) {
			fputs("blackedoutchat: This is no recovery key: a character is wrong or missing.\n", stderr);
			status = EXIT_FAILED;
		} else if (e == ERR_LOCAL_SECRET && m == &keys_methods[RECOVER]) {
			fputs("blackedoutchat: The recovery key is wrong.\n", stderr);
			status = EXIT_FAILED;
		} else if (e != OK) {
			status = (int)open_failed(c, e);
		} else if (key[0]) {
			printf("{\"key\":\"%s\"}\n", key);
		} else {
			puts("{}");
		}
	}
	wipe(lines, sizeof lines);
	wipe(key, sizeof key);
	return status;
}

static const struct keys_method *find_keys(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(keys_methods); i++)
		if (strcmp(keys_methods[i].name, name) == 0)
			return &keys_methods[i];
	return NULL;
}

/* Takes params. */
static int call(struct client *c, const char *method, json_t *params)
{
	json_t *result = NULL;
	err_t e = client_call(c, method, params, &result);
	if (e != OK)
		return (int)open_failed(c, e);
	/* A terminal obeys control characters: there everything but ASCII is escaped. */
	size_t flags = isatty(STDOUT_FILENO) ? JSON_INDENT(2) | JSON_ENSURE_ASCII : JSON_COMPACT;
	int bad = json_dumpf(result, stdout, flags | JSON_ENCODE_ANY);
	json_decref(result);
	return bad || puts("") == EOF || fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}

int rpc_command(const char *data_dir, int argc, char **argv)
{
	struct client *c = NULL;
	if (argc < 1 || argc > 2)
		return usage(argc < 1 ? "which method?" : "one method and one JSON object, in quotes");
	json_t *params = argc == 2 ? json_loads(argv[1], JSON_REJECT_DUPLICATES, NULL) : json_object();
	if (!json_is_object(params)) {
		json_decref(params);
		return usage("the parameters are not a JSON object");
	}
	enum exit_status opened = open_client(data_dir, &c);
	if (opened != EXIT_DONE) {
		json_decref(params);
		return (int)opened;
	}
	const struct keys_method *m = find_keys(argv[0]);
	int status = m                                        ? keys(c, m, params)
	             : strcmp(argv[0], "session.unlock") == 0 ? unlock(c, params)
	                                                      : call(c, argv[0], params);
	client_free(c);
	return status;
}
