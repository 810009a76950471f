/* Both sides of crypto/opaque.h behind one line per call, for opaque.test.mjs: a command and its arguments in hex
 * ("-" for nothing), answered by results in hex or by "error" and the code. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/opaque.h"
#include "crypto/selftest.h"

static void os_random(void *arg, void *out, size_t n)
{
	(void)arg;
	randombytes_buf(out, n);
}

static const struct env env = {.random = os_random};
static struct opaque_app app;
static struct opaque_server_keys keys;
static struct opaque_server_login server;
static struct opaque_client_reg reg;
static struct opaque_client_login client;

static u8 arg[3][1024];
static struct slice a[3];

static void put(const u8 *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
	putchar(' ');
}

static err_t server_call(const char *cmd)
{
	u8 out[OPAQUE_KE2_LEN];
	struct slice id = slice_str("owner");

	if (strcmp(cmd, "server-register") == 0) {
		TRY(opaque_server_reg_response(&keys, id, arg[0], out));
		put(out, OPAQUE_REG_RESPONSE_LEN);
	} else if (strcmp(cmd, "server-fake") == 0) {
		TRY(opaque_fake_record(&keys, out));
		put(out, OPAQUE_RECORD_LEN);
	} else if (strcmp(cmd, "server-login") == 0) { /* record, KE1 */
		TRY(opaque_server_login_start(&keys, &env, &app, id, arg[0], arg[1], out, &server));
		put(out, OPAQUE_KE2_LEN);
	} else if (strcmp(cmd, "server-finish") == 0) {
		TRY(opaque_server_login_finish(&server, arg[0], out));
		put(out, OPAQUE_KEY_LEN);
	} else {
		return ERR_LOCAL_MISSING;
	}
	return OK;
}

static err_t client_call(const char *cmd)
{
	u8 out[OPAQUE_RECORD_LEN], session[OPAQUE_KEY_LEN], export_key[OPAQUE_KEY_LEN];

	if (strcmp(cmd, "client-register") == 0) {
		TRY(opaque_client_reg_start(&env, a[0], &reg, out));
		put(out, OPAQUE_REG_REQUEST_LEN);
	} else if (strcmp(cmd, "client-record") == 0) { /* password, response */
		TRY(opaque_client_reg_finish(&reg, &env, &app, OPAQUE_KSF_DEFAULT, a[0], arg[1], out, export_key));
		put(out, OPAQUE_RECORD_LEN);
		put(export_key, sizeof export_key);
	} else if (strcmp(cmd, "client-login") == 0) {
		TRY(opaque_client_login_start(&env, a[0], &client, out));
		put(out, OPAQUE_KE1_LEN);
	} else if (strcmp(cmd, "client-finish") == 0) { /* password, KE2 */
		TRY(opaque_client_login_finish(&client, &app, OPAQUE_KSF_DEFAULT, a[0], arg[1], out, session,
		                               export_key));
		put(out, OPAQUE_KE3_LEN);
		put(session, sizeof session);
		put(export_key, sizeof export_key);
	} else {
		return ERR_LOCAL_MISSING;
	}
	return OK;
}

/* "identities CLIENT SERVER" */
static err_t set_identities(void)
{
	static u8 id[2][1024];

	memcpy(id, arg, sizeof id);
	app = (struct opaque_app){.client_id = slice_of(id[0], a[0].n), .server_id = slice_of(id[1], a[1].n)};
	return OK;
}

/* Splits a line into the command and arg[], a[]; gives the command. */
static const char *parse(char *line)
{
	char *rest = line;
	const char *cmd = strsep(&rest, " \n");

	memset(arg, 0, sizeof arg);
	for (size_t i = 0; i < ARRAY_LEN(arg); i++) {
		const char *word = rest ? strsep(&rest, " \n") : "-";
		size_t n = 0;
		if (strcmp(word, "-") != 0)
			sodium_hex2bin(arg[i], sizeof arg[i], word, strlen(word), NULL, &n, NULL);
		a[i] = slice_of(arg[i], n);
	}
	return cmd;
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;

	if (crypto_selftest() != OK || opaque_server_keys_new(&env, &keys) != OK)
		return 1;
	while (getline(&line, &cap, stdin) > 0) {
		const char *cmd = parse(line);
		err_t err;
		if (strcmp(cmd, "identities") == 0)
			err = set_identities();
		else if (strncmp(cmd, "server", 6) == 0)
			err = server_call(cmd);
		else
			err = client_call(cmd);
		if (err != OK)
			printf("error %d", err);
		putchar('\n');
		fflush(stdout);
	}
	free(line);
	return 0;
}
