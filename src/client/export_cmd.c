#include "client/export_cmd.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "client/export.h"
#include "client/open.h"
#include "os/os_env.h"

#define SHAPE 1 /* of the JSON; grows when what reads it has to change */

static bool is_text(const json_t *of, const char *member, const char *text)
{
	const char *s = json_string_value(json_object_get(of, member));
	return s && strcmp(s, text) == 0;
}

/* By its number or address, else by its name. A name that two contacts have is nobody's. */
static json_t *pick(json_t *contacts, const char *who)
{
	char *end;
	long long number = strtoll(who, &end, 10);
	json_t *c, *named = NULL;
	size_t i, n_named = 0;
	json_array_foreach(contacts, i, c)
	{
		if ((*who && !*end && json_integer_value(json_object_get(c, "id")) == number) ||
		    is_text(c, "address", who))
			return c;
		if (is_text(c, "name", who)) {
			named = c;
			n_named++;
		}
	}
	if (n_named > 1)
		fputs("blackedoutchat: two contacts have this name; say the number: rpc contacts.list\n", stderr);
	else if (n_named == 0)
		fputs("blackedoutchat: there is no such contact; rpc contacts.list shows all\n", stderr);
	return n_named == 1 ? named : NULL;
}

struct job {
	struct client *c;
	json_t *contact; /* borrowed */
	json_int_t id;
	bool json;
	size_t flags; /* of jansson */
	bool any;     /* something stands before */
};

static const char *name_of(const struct job *j)
{
	const char *name = json_string_value(json_object_get(j->contact, "name"));
	return name ? name : "";
}

static void begin(const struct job *j)
{
	if (j->json) {
		printf("{\"export\":%d,\"made\":%llu,\"contact\":", SHAPE, (unsigned long long)env_wall_ms(os_env()));
		json_dumpf(j->contact, stdout, j->flags);
		fputs(",\"messages\":[", stdout);
		return;
	}
	fputs("Conversation with ", stdout);
	const char *address = json_string_value(json_object_get(j->contact, "address"));
	export_plain(stdout, address ? address : "", "");
	fputs(", as of ", stdout);
	export_time(stdout, (json_int_t)env_wall_ms(os_env()));
	fputs(": ", stdout);
	export_plain(stdout, name_of(j), "    ");
	fputs("\n\n", stdout);
}

/* What it said before it was edited. */
static err_t add_versions(const struct job *j, json_t *m)
{
	json_t *result = NULL;
	if (json_integer_value(json_object_get(m, "edited")) == 0)
		return OK;
	TRY(client_call(
		j->c, "messages.history",
		json_pack("{s:I, s:I}", "contact", j->id, "ordinal", json_integer_value(json_object_get(m, "ordinal"))),
		&result));
	json_object_set(m, "versions", json_object_get(result, "versions"));
	json_decref(result);
	return OK;
}

static err_t put(struct job *j, json_t *m)
{
	if (!j->json) {
		export_message(stdout, m, name_of(j));
		return OK;
	}
	TRY(add_versions(j, m));
	fputs(j->any ? ",\n" : "\n", stdout);
	json_dumpf(m, stdout, j->flags);
	j->any = true;
	return OK;
}

/* Oldest first: ordinals have no gaps, so every page is known by its end. */
static err_t put_all(struct job *j)
{
	json_int_t last = json_integer_value(json_object_get(json_object_get(j->contact, "last"), "ordinal"));
	for (json_int_t from = 1; from <= last; from += LIST_PAGE) {
		json_t *result = NULL, *m;
		size_t i;
		json_int_t to = MIN(last + 1, from + LIST_PAGE);
		err_t e = client_call(j->c, "messages.list",
		                      json_pack("{s:I, s:I, s:I}", "contact", j->id, "before", to, "limit", to - from),
		                      &result);
		if (e == OK)
			json_array_foreach(json_object_get(result, "messages"), i, m)
			{
				e = put(j, m);
				if (e != OK)
					break;
			}
		json_decref(result);
		TRY(e);
	}
	return OK;
}

static int export(struct job *j)
{
	fputs("blackedoutchat: what follows is not encrypted; whoever finds the file can read it\n", stderr);
	begin(j);
	err_t e = put_all(j);
	if (e != OK) {
		fflush(stdout);
		return (int)open_failed(j->c, e);
	}
	if (j->json)
		fputs("\n]}\n", stdout);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("blackedoutchat: cannot write all of it\n", stderr);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

int export_command(const char *data_dir, const char *who, const char *format)
{
	struct job j = {.json = format && strcmp(format, "json") == 0};
	json_t *all = NULL;
	if (format && !j.json && strcmp(format, "text") != 0) {
		fputs("blackedoutchat: the format is text or json\n", stderr);
		return EXIT_USAGE;
	}
	/* A terminal obeys control characters: there everything but ASCII is escaped. */
	j.flags = isatty(STDOUT_FILENO) ? JSON_COMPACT | JSON_ENSURE_ASCII : JSON_COMPACT;
	int status = (int)open_client(data_dir, &j.c);
	if (status != EXIT_DONE)
		return status;
	client_keep_none(j.c);
	err_t e = client_call(j.c, "contacts.list", NULL, &all);
	if (e != OK)
		status = (int)open_failed(j.c, e);
	else if (!(j.contact = pick(json_object_get(all, "contacts"), who)))
		status = EXIT_FAILED;
	if (j.contact) {
		j.id = json_integer_value(json_object_get(j.contact, "id"));
		status = export(&j);
	}
	json_decref(all);
	client_free(j.c);
	return status;
}
