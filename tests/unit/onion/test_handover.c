/* What is handed to tor, as it is written to its control socket: in which order, how much at once, and what is dropped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/log.h"
#include "onion/handover.h"
#include "os/role.h"

#define NOW 5000

static struct services all;
static struct client_keys keys;
static struct torctl *ctl;
static struct paths paths;
static struct handover_to to;
static unsigned errors;
static char last_error[256];

static void hear(enum log_level level, const char *line)
{
	if (level != LOG_ERROR)
		return;
	errors++;
	snprintf(last_error, sizeof last_error, "%s", line);
}

static int begin(void **state)
{
	(void)state;
	log_init(hear, LOG_INFO, "test");
	all = (struct services){0};
	keys = (struct client_keys){0};
	paths = (struct paths){.links = "/run/links"};
	to = (struct handover_to){.paths = &paths};
	for (size_t i = 0; i < ARRAY_LEN(to.ports); i++)
		to.ports[i] = (u16)(40000 + i);
	errors = 0;
	ctl = torctl_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	ctl = torctl_free(ctl);
	client_keys_free(&keys);
	return 0;
}

/* The lines that tor is sent by one handover. */
static char lines[65536];
static const char *line[TORCTL_COMMANDS_MAX + 1];

static size_t hand_over(void)
{
	handover(ctl, &to, &all, &keys, NOW);
	struct slice sent = torctl_pending(ctl);
	assert_true(sent.n < sizeof lines);
	if (sent.n)
		memcpy(lines, sent.p, sent.n);
	lines[sent.n] = 0;
	torctl_sent(ctl, sent.n);
	size_t n = 0;
	for (char *at = lines, *next; *at; at = next) {
		next = strstr(at, "\r\n");
		assert_non_null(next);
		assert_true(n < TORCTL_COMMANDS_MAX);
		*next = 0;
		next += 2;
		line[n++] = at;
	}
	return n;
}

/* Tor has answered n commands; how, is not handover's to know. */
static void answer(size_t n)
{
	struct torctl_event ev;
	for (; n; n--) {
		assert_int_equal(torctl_feed(ctl, slice_str("551 No\r\n")), OK);
		assert_int_equal(torctl_next(ctl, &ev), OK);
	}
}

static struct service *add(u32 identity, enum gate gate, size_t n_clients)
{
	static const u8 clients[MAX_CLIENTS][32] = {{1}, {2}, {3}};
	struct onion_sec key;
	onion_sec_from_seed(&(struct secret32){{(u8)identity, (u8)gate, 7}}, &key);
	assert_int_equal(services_add(&all, identity, gate, &key, slice_of(clients, n_clients * sizeof clients[0])),
	                 OK);
	return services_of(&all, identity, gate);
}

static void set_key(u64 contact, u8 onion)
{
	const struct client_key one = {.contact = contact, .identity = 1, .onion = {{onion}}, .key = {{onion, 2}}};
	client_keys_set(&keys, &one);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Everybody may come to the public address, by proof of work where tor has it; to the other one who has a key. The streams of
 * each come to a socket of its own. */
static void each_gate_has_its_socket(void **state)
{
	(void)state;
	struct service *public = add(3, GATE_PUBLIC, 0), *gate = add(3, GATE_CONTACTS, 2),
		       *plain = add(4, GATE_PUBLIC, 0);
	plain->is_plain = true;
	assert_int_equal(hand_over(), 3);
	assert_true(begins(line[0], "ADD_ONION ED25519-V3:"));
	assert_non_null(strstr(line[0], "PoWDefensesEnabled=1"));
	assert_null(strstr(line[0], "ClientAuthV3="));
	assert_non_null(strstr(line[0], "Port=9999,unix:/run/links/3.sock"));
	const char *one = strstr(line[1], " ClientAuthV3="), *two = one ? strstr(one + 1, " ClientAuthV3=") : NULL;
	assert_true(two && !strstr(two + 1, " ClientAuthV3="));
	assert_non_null(strstr(line[1], "V3Auth"));
	assert_null(strstr(line[1], "PoWDefensesEnabled"));
	assert_non_null(strstr(line[1], "Port=9999,unix:/run/links/3c.sock"));
	assert_null(strstr(line[2], "PoWDefensesEnabled"));
	assert_non_null(strstr(line[2], "Port=9999,unix:/run/links/4.sock"));
	assert_true(public->state == SERVICE_ASKED && public->asked_ms == NOW);
	assert_true(gate->state == SERVICE_ASKED && gate->command != public->command);
	assert_true(plain->state == SERVICE_ASKED);
	/* What was handed over is not handed over again. */
	assert_int_equal(hand_over(), 0);
	assert_int_equal(errors, 0);
}

/* The system's tor reaches no socket of ours in a folder: each place has two ports. */
static void ports_with_the_systems_tor(void **state)
{
	char wanted[2][32];
	(void)state;
	snprintf(paths.system, sizeof paths.system, "/run/tor");
	add(3, GATE_PUBLIC, 0)->slot = 5;
	add(3, GATE_CONTACTS, 1)->slot = 5;
	assert_int_equal(hand_over(), 2);
	snprintf(wanted[0], sizeof wanted[0], "Port=9999,127.0.0.1:%u", to.ports[role_link_index(5, GATE_PUBLIC)]);
	snprintf(wanted[1], sizeof wanted[1], "Port=9999,127.0.0.1:%u", to.ports[role_link_index(5, GATE_CONTACTS)]);
	assert_non_null(strstr(line[0], wanted[0]));
	assert_non_null(strstr(line[1], wanted[1]));
	assert_string_not_equal(wanted[0], wanted[1]);
}

/* More than tor takes at once: services first, and the rest as it answers. Nothing is said twice, nothing is left out. */
static void the_rest_with_the_next_answer(void **state)
{
	(void)state;
	const size_t n_keys = TORCTL_COMMANDS_MAX;
	for (u32 i = 1; i <= MAX_SERVICES / 2; i++) {
		add(i, GATE_PUBLIC, 0);
		add(i, GATE_CONTACTS, 1);
	}
	for (size_t i = 1; i <= n_keys; i++)
		set_key(i, (u8)i);
	assert_int_equal(hand_over(), TORCTL_COMMANDS_MAX);
	for (size_t i = 0; i < TORCTL_COMMANDS_MAX; i++)
		assert_true(begins(line[i], i < MAX_SERVICES ? "ADD_ONION " : "ONION_CLIENT_AUTH_ADD "));
	assert_int_equal(hand_over(), 0);
	answer(1);
	assert_int_equal(hand_over(), 1);
	answer(TORCTL_COMMANDS_MAX);
	const size_t left = MAX_SERVICES + n_keys - TORCTL_COMMANDS_MAX - 1;
	assert_int_equal(hand_over(), left);
	assert_null(services_held(&all));
	assert_null(client_keys_due(&keys));
	answer(left);
	assert_int_equal(hand_over(), 0);
	assert_int_equal(errors, 0);
}

/* One that tor has ends first; where only that found room, it does not end a second time. */
static void one_from_before_ends_first(void **state)
{
	(void)state;
	struct service *s = add(3, GATE_CONTACTS, 1);
	assert_int_equal(hand_over(), 1);
	answer(1);
	service_there(s);
	s->heal.is_uploaded = true;
	assert_ptr_equal(add(3, GATE_CONTACTS, 2), s); /* lets in one more */
	for (size_t i = 0; i + 1 < TORCTL_COMMANDS_MAX; i++)
		assert_int_equal(torctl_signal(ctl, TORCTL_SIGNAL_ACTIVE, NULL), OK);
	torctl_sent(ctl, torctl_pending(ctl).n);
	assert_int_equal(hand_over(), 1);
	assert_true(begins(line[0], "DEL_ONION ") && strcmp(line[0] + 10, s->address) == 0);
	assert_false(s->heal.is_uploaded); /* no directory has the new one yet */
	assert_int_equal(s->state, SERVICE_HELD);
	answer(1);
	assert_int_equal(hand_over(), 1);
	assert_true(begins(line[0], "ADD_ONION "));
	assert_int_equal(s->state, SERVICE_ASKED);
}

/* Of one that cannot be handed over nothing is left; the others, and the keys, go all the same. */
static void one_that_cannot_be_is_dropped(void **state)
{
	static const u8 zero[sizeof(struct onion_sec)];
	(void)state;
	snprintf(paths.system, sizeof paths.system, "/run/tor");
	to.ports[role_link_index(1, GATE_PUBLIC)] = 0; /* no port */
	struct service *bad = add(1, GATE_PUBLIC, 0), *good = add(2, GATE_PUBLIC, 0);
	bad->slot = 1;
	good->slot = 2;
	set_key(1, 1);
	char address[ONION_ADDR_CAP];
	memcpy(address, bad->address, sizeof address);
	assert_int_equal(hand_over(), 2);
	assert_true(begins(line[0], "ADD_ONION ") && begins(line[1], "ONION_CLIENT_AUTH_ADD "));
	assert_int_equal(bad->state, SERVICE_NONE);
	assert_memory_equal(bad->key.b, zero, sizeof bad->key.b);
	assert_int_equal(good->state, SERVICE_ASKED);
	assert_int_equal(errors, 1);
	assert_non_null(strstr(last_error, "an onion service cannot be given to tor"));
	assert_null(strstr(last_error, address));
}

/* What tor is to forget comes before what it is to learn. */
static void keys_go_and_come(void **state)
{
	char address[ONION_ADDR_CAP], wanted[120];
	(void)state;
	set_key(1, 1);
	set_key(2, 2);
	assert_int_equal(hand_over(), 2);
	answer(2);
	client_keys_drop(&keys, 1);
	set_key(3, 3);
	assert_int_equal(hand_over(), 2);
	onion_addr_encode(&(struct onion_pub){{1}}, false, address);
	snprintf(wanted, sizeof wanted, "ONION_CLIENT_AUTH_REMOVE %s", address);
	assert_string_equal(line[0], wanted);
	onion_addr_encode(&(struct onion_pub){{3}}, false, address);
	snprintf(wanted, sizeof wanted, "ONION_CLIENT_AUTH_ADD %s x25519:", address);
	assert_true(begins(line[1], wanted));
	assert_int_equal(hand_over(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_gate_has_its_socket, begin, end),
		cmocka_unit_test_setup_teardown(ports_with_the_systems_tor, begin, end),
		cmocka_unit_test_setup_teardown(the_rest_with_the_next_answer, begin, end),
		cmocka_unit_test_setup_teardown(one_from_before_ends_first, begin, end),
		cmocka_unit_test_setup_teardown(one_that_cannot_be_is_dropped, begin, end),
		cmocka_unit_test_setup_teardown(keys_go_and_come, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
