#include "supervisor/doctor_live.h"

#include <stdio.h>
#include <time.h>

#include "client/client.h"

/* What a program said goes to a terminal: printable ASCII only. */
static void say(const char *text)
{
	for (; *text; text++)
		putchar(*text >= 0x20 && *text < 0x7f ? *text : '?');
}

static const char *text_of(const json_t *from, const char *key)
{
	const char *text = json_string_value(json_object_get(from, key));
	return text ? text : "";
}

static json_int_t number_of(const json_t *from, const char *key)
{
	return json_integer_value(json_object_get(from, key));
}

static void begin(const char *what)
{
	printf("now   %-12s ", what);
}

static void print_time(json_int_t ms)
{
	time_t at = (time_t)(ms / 1000);
	struct tm t;
	char text[40];
	localtime_r(&at, &t);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &t);
	printf("%s", text);
}

static void print_tor(const json_t *tor)
{
	begin("tor");
	say(text_of(tor, "phase"));
	printf(", %d %%, since ", (int)number_of(tor, "progress"));
	print_time(number_of(tor, "since"));
	if (text_of(tor, "summary")[0]) {
		printf("; ");
		say(text_of(tor, "summary"));
	}
	putchar('\n');
	if (text_of(tor, "warning")[0]) {
		begin("tor");
		say(text_of(tor, "warning"));
		putchar('\n');
	}
	begin("clock");
	if (number_of(tor, "skew") != 0)
		printf("off by %d s\n", (int)number_of(tor, "skew"));
	else
		puts("not known to be wrong");
}

static void print_addresses(const json_t *all)
{
	size_t i;
	json_t *a;
	json_array_foreach(all, i, a)
	{
		begin("address");
		printf("identity %d, ", (int)number_of(a, "identity"));
		say(text_of(a, "kind"));
		printf(": ");
		say(text_of(a, "state"));
		if (number_of(a, "reached")) {
			printf(", last reached ");
			print_time(number_of(a, "reached"));
		}
		putchar('\n');
	}
}

static void print_rest(const json_t *now)
{
	const json_t *c = json_object_get(now, "contacts");
	begin("way");
	say(text_of(now, "way"));
	putchar('\n');
	begin("storage");
	say(text_of(now, "storage"));
	putchar('\n');
	if (json_is_true(json_object_get(now, "locked"))) {
		begin("vault");
		puts("locked: nothing is told about addresses and contacts");
		return;
	}
	print_addresses(json_object_get(now, "addresses"));
	begin("contacts");
	printf("%d connected, %d being dialled, %d did not answer, %d not dialled yet; %d links\n",
	       (int)number_of(c, "connected"), (int)number_of(c, "trying"), (int)number_of(c, "away"),
	       (int)number_of(c, "untried"), (int)number_of(now, "links"));
}

void doctor_live(const char *rpc_sock)
{
	struct client *c = NULL;
	json_t *now = NULL;
	err_t e = client_open(rpc_sock, &c);
	if (e == ERR_LOCAL_MISSING) {
		begin("program");
		puts("none runs on this data folder");
		return;
	}
	if (e == OK)
		e = client_call(c, "connection.get", NULL, &now);
	begin("program");
	puts(e == OK ? "runs" : "one runs on this data folder, and does not answer");
	if (e == OK) {
		print_tor(json_object_get(now, "tor"));
		print_rest(now);
	}
	json_decref(now);
	client_free(c);
}
