/* What the user is told about tor, and which keys wait for it: no tor needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onion/client_keys.h"
#include "onion/services.h"
#include "onion/state.h"

static void bootstrap(struct onion_state *s, int progress, u64 now)
{
	const struct torctl_event ev = {
		.type = TORCTL_BOOTSTRAP,
		.bootstrap = {
			.progress = progress, .tag = "conn", .summary = "Connecting", .problem = "", .reason = ""}};
	state_event(s, &ev, now);
}

static void assert_phase(const struct onion_state *s, enum tor_phase phase, u64 since)
{
	struct ipc_msg m = state_msg(s);
	u8 bytes[2048];
	assert_int_equal(m.tor_state.phase, phase);
	assert_int_equal(m.tor_state.since_ms, since);
	assert_int_not_equal(ipc_encode(&m, bytes, sizeof bytes), 0);
}

static void phases_follow_tor(void **state)
{
	(void)state;
	struct onion_state s = {0};
	state_starting(&s, 10);
	assert_phase(&s, TOR_STARTING, 10);
	state_ready(&s, 20);
	assert_phase(&s, TOR_CONNECTING, 20);
	bootstrap(&s, 45, 30);
	assert_phase(&s, TOR_CONNECTING, 20);
	assert_int_equal(s.progress, 45);
	assert_string_equal(s.summary, "Connecting");
	bootstrap(&s, 100, 40);
	assert_phase(&s, TOR_PUBLISHING, 40);
	state_published(&s, true, 50);
	assert_phase(&s, TOR_REACHABLE, 50);
	state_published(&s, false, 60);
	assert_phase(&s, TOR_PUBLISHING, 60);
	state_exited(&s, 9, 70);
	assert_phase(&s, TOR_DOWN, 70);
	assert_string_equal(s.warning, "Tor ended (killed by signal 9) and is started again.");
	assert_int_equal(s.progress, 0);
	state_starting(&s, 80);
	assert_phase(&s, TOR_STARTING, 80);
	assert_string_equal(s.warning, "");
	/* a tor that is whole at once is still seen to be new */
	state_ready(&s, 90);
	assert_phase(&s, TOR_CONNECTING, 90);
	bootstrap(&s, 100, 90);
	assert_phase(&s, TOR_PUBLISHING, 90);
}

static void last_error_says_why(void **state)
{
	(void)state;
	struct onion_state s = {0};
	const struct torctl_event err = {.type = TORCTL_LOG, .log = {.error = true, .text = "Cannot\nbind"}};
	const struct torctl_event warn = {.type = TORCTL_LOG, .log = {.text = "Something else"}};
	state_starting(&s, 1);
	state_event(&s, &err, 2);
	state_event(&s, &warn, 2);
	state_exited(&s, 1 << 8, 3);
	assert_string_equal(s.warning, "Tor ended (exit status 1) and is started again. Cannot\\x0abind");
	char longest[1000];
	memset(longest, '\xff', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	const struct torctl_event big = {.type = TORCTL_LOG, .log = {.error = true, .text = longest}};
	state_event(&s, &big, 4);
	state_exited(&s, 1 << 8, 5);
	assert_phase(&s, TOR_DOWN, 3);
}

static void trouble_goes_when_it_moves(void **state)
{
	(void)state;
	struct onion_state s = {0};
	struct torctl_event ev = {.type = TORCTL_BOOTSTRAP,
	                          .bootstrap = {.progress = 10,
	                                        .warning = true,
	                                        .tag = "conn_done",
	                                        .summary = "Connected to a relay",
	                                        .problem = "No route to host",
	                                        .reason = "NOROUTE",
	                                        .count = 3}};
	state_starting(&s, 1);
	state_ready(&s, 2);
	state_event(&s, &ev, 3); /* RECOMMENDATION=ignore */
	assert_string_equal(s.warning, "");
	ev.bootstrap.recommend_warn = true;
	state_event(&s, &ev, 4);
	assert_string_equal(s.warning, "Tor has trouble to connect: No route to host (NOROUTE).");
	bootstrap(&s, 10, 5);
	assert_string_not_equal(s.warning, "");
	bootstrap(&s, 11, 6);
	assert_string_equal(s.warning, "");
}

static void clock_is_told(void **state)
{
	(void)state;
	struct onion_state s = {0};
	struct torctl_event ev = {.type = TORCTL_CLOCK_SKEW,
	                          .clock_skew = {.seconds = -10800, .source = "", .trusted = true}};
	const struct torctl_event jump = {.type = TORCTL_CLOCK_JUMPED};
	state_ready(&s, 2);
	state_event(&s, &ev, 3);
	assert_string_equal(s.warning,
	                    "The clock of this computer is 3 hours slow. Tor cannot work until it is right.");
	assert_int_equal(state_msg(&s).tor_state.skew_s, (u32)-10800);
	ev.clock_skew.seconds = 600;
	ev.clock_skew.trusted = false; /* one relay's word is less */
	state_event(&s, &ev, 4);
	assert_int_equal(s.skew_s, -10800);
	state_event(&s, &jump, 5);
	assert_string_equal(s.warning, "");
	state_event(&s, &ev, 6);
	assert_int_equal(s.skew_s, 600);
	assert_string_equal(s.warning, "");
	ev.clock_skew.trusted = true;
	state_event(&s, &ev, 7);
	assert_string_equal(s.warning,
	                    "The clock of this computer is 10 minutes fast. Tor cannot work until it is right.");
}

static void old_tor_is_told(void **state)
{
	(void)state;
	struct onion_state s = {0};
	struct torctl_event ev = {.type = TORCTL_VERSION, .version = {.number = {0, 4, 7, 16}, .text = "0.4.7.16"}};
	state_ready(&s, 2);
	state_event(&s, &ev, 3);
	assert_string_equal(s.warning, "This tor is too old: at least version 0.4.8.0 is needed.");
}

static void what_takes_long_is_named(void **state)
{
	(void)state;
	struct onion_state s = {0};
	state_starting(&s, 1);
	state_ready(&s, 2);
	bootstrap(&s, 5, 3);
	state_still(&s, true, 4);
	assert_string_equal(s.warning, "Still connecting to the first relay (tor's words: Connecting).");
	assert_phase(&s, TOR_CONNECTING, 2);
	bootstrap(&s, 50, 5);
	assert_string_equal(s.warning, "Still loading the list of relays (tor's words: Connecting).");
	state_trouble(&s, "Tor has trouble.", 6); /* what tor says itself comes first */
	assert_string_equal(s.warning, "Tor has trouble.");
	bootstrap(&s, 95, 7);
	assert_string_equal(s.warning, "Still building the first circuit (tor's words: Connecting).");
	bootstrap(&s, 100, 8);
	assert_string_equal(s.warning, "Still publishing our address: no directory has taken it yet.");
	state_still(&s, false, 9);
	assert_string_equal(s.warning, "");
}

static void who_is_lost_is_told(void **state)
{
	(void)state;
	struct onion_state s = {0};
	state_ready(&s, 2);
	bootstrap(&s, 100, 3);
	state_published(&s, true, 4);
	state_published(&s, false, 5);
	state_lost(&s, STATE_LOST_ALL, 5);
	assert_phase(&s, TOR_PUBLISHING, 5);
	assert_string_equal(s.warning, "Nobody can reach us at the moment. Publishing our address again.");
	state_lost(&s, STATE_LOST_SOME, 6);
	assert_string_equal(s.warning, "One of our addresses cannot be reached at the moment. Publishing it again.");
	state_lost(&s, STATE_LOST_NONE, 7);
	assert_string_equal(s.warning, "");
	/* why tor is started again is said until it is */
	state_restarts(&s, "Tor is started again, for a reason.", 8);
	assert_string_equal(s.warning, "Tor is started again, for a reason.");
	state_exited(&s, 0, 9);
	assert_phase(&s, TOR_DOWN, 9);
	assert_string_equal(s.warning, "Tor is started again, for a reason.");
	state_starting(&s, 10);
	assert_string_equal(s.warning, "");
	state_exited(&s, 0, 11);
	assert_string_equal(s.warning, "Tor ended (exit status 0) and is started again.");
}

static bool is_zero(const void *p, size_t n)
{
	const u8 *b = p;
	while (n > 0 && b[n - 1] == 0)
		n--;
	return n == 0;
}

static void keys_are_held_until_handed_over(void **state)
{
	(void)state;
	static struct services all;
	const struct secret32 seed = {{1}};
	const struct slice none = slice_of(NULL, 0);
	struct onion_sec key;
	struct onion_pub pub;
	char address[ONION_ADDR_CAP];
	onion_sec_from_seed(&seed, &key);
	assert_int_equal(onion_pub_from_sec(&key, &pub), OK);
	onion_addr_encode(&pub, false, address);

	assert_null(services_held(&all));
	assert_int_equal(services_add(&all, 5, GATE_PUBLIC, &key, none), OK);
	assert_int_equal(services_add(&all, 5, GATE_PUBLIC, &key, none), OK); /* again: still one */
	struct service *s = services_held(&all);
	assert_ptr_equal(s, services_of(&all, 5, GATE_PUBLIC));
	assert_string_equal(s->address, address);
	service_asked(s, 42, 7);
	assert_false(is_zero(&s->key, sizeof s->key)); /* tor may say no to proof of work */
	assert_null(services_held(&all));
	assert_int_equal(services_add(&all, 5, GATE_PUBLIC, &key, none), OK); /* tor is busy with it */
	assert_null(services_held(&all));
	assert_ptr_equal(services_by_command(&all, 42), s);
	service_there(s);
	assert_true(is_zero(&s->key, sizeof s->key));
	assert_null(services_by_command(&all, 42));
	assert_ptr_equal(services_by_address(&all, address), s);
	assert_null(services_by_address(&all, "UNKNOWN"));
	size_t lost;
	assert_false(services_any_good(&all));
	s->heal.is_uploaded = true;
	assert_true(services_any_good(&all));
	assert_int_equal(services_count(&all, &lost), 1);
	assert_int_equal(lost, 0);
	s->heal.is_lost = true;
	assert_false(services_any_good(&all));
	assert_int_equal(services_count(&all, &lost), 1);
	assert_int_equal(lost, 1);
	assert_ptr_equal(services_by_onion(&all, pub.b), s);
	s->is_wanted_anew = true; /* the same place, with what is known of it */
	assert_int_equal(services_add(&all, 5, GATE_PUBLIC, &key, none), OK);
	assert_true(s->is_before);
	assert_ptr_equal(services_held(&all), s);
	assert_true(s->heal.is_lost);
	service_asked(s, 43, 8);
	service_there(s);

	/* a new tor: what it had is forgotten, what waits goes on waiting */
	assert_int_equal(services_add(&all, 6, GATE_PUBLIC, &key, none), OK);
	services_lost(&all);
	assert_null(services_of(&all, 5, GATE_PUBLIC));
	assert_non_null(services_of(&all, 6, GATE_PUBLIC));
	assert_false(services_any_good(&all));
	service_drop(services_of(&all, 6, GATE_PUBLIC));
	assert_true(is_zero(&all, sizeof all));

	for (u32 i = 0; i < MAX_SERVICES; i++)
		assert_int_equal(services_add(&all, i, GATE_PUBLIC, &key, none), OK);
	assert_int_equal(services_add(&all, 100, GATE_PUBLIC, &key, none), ERR_PEER_LIMIT);
	memset(&key, 0, sizeof key);
	assert_int_equal(services_add(&all, 0, GATE_PUBLIC, &key, none), ERR_LOCAL_CRYPTO);
}

/* A service that lets others in than before is ended and made anew; one that lets in the same stays. */
static void who_is_let_in_may_change(void **state)
{
	(void)state;
	static struct services all;
	static u8 clients[MAX_CLIENTS + 1][32];
	const struct secret32 seed = {{2}};
	struct onion_sec key;
	onion_sec_from_seed(&seed, &key);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		memset(clients[i], (int)(i % 251) + 1, 32);
	assert_int_equal(services_add(&all, 1, GATE_CONTACTS, &key, slice_of(NULL, 0)), ERR_PEER_FORMAT);
	assert_int_equal(services_add(&all, 1, GATE_CONTACTS, &key, slice_of(clients[0], 33)), ERR_PEER_FORMAT);
	assert_int_equal(services_add(&all, 1, GATE_CONTACTS, &key, slice_of(clients[0], sizeof clients)),
	                 ERR_PEER_FORMAT);
	assert_int_equal(services_add(&all, 1, GATE_PUBLIC, &key, slice_of(clients[0], 32)), ERR_PEER_FORMAT);
	assert_int_equal(services_add(&all, 1, GATE_CONTACTS, &key, slice_of(clients[0], 64)), OK);
	struct service *s = services_held(&all);
	assert_false(s->is_before);
	service_asked(s, 7, 9);
	assert_true(is_zero(&s->key, sizeof s->key));
	assert_int_equal(services_add(&all, 1, GATE_CONTACTS, &key, slice_of(clients[0], 64)), OK);
	assert_null(services_held(&all));
	assert_int_equal(services_add(&all, 1, GATE_CONTACTS, &key, slice_of(clients[1], 32)), OK);
	assert_ptr_equal(services_held(&all), s);
	assert_true(s->is_before && s->n_clients == 1);
	assert_null(services_by_command(&all, 7)); /* what tor says of the one before means nothing */
	assert_int_equal(services_add(&all, 1, GATE_CONTACTS, &key, slice_of(clients[0], 96)), OK);
	assert_true(s->is_before); /* still */
	services_lost(&all);
	assert_false(s->is_before);
	wipe(&all, sizeof all);
}

/* A tor without proof of work is asked once more without. */
static void proof_of_work_may_be_refused(void **state)
{
	(void)state;
	static struct services all;
	const struct secret32 seed = {{3}};
	struct onion_sec key;
	onion_sec_from_seed(&seed, &key);
	assert_int_equal(services_add(&all, 1, GATE_PUBLIC, &key, slice_of(NULL, 0)), OK);
	struct service *s = services_held(&all);
	service_asked(s, 1, 9);
	assert_true(service_again(s));
	assert_ptr_equal(services_held(&all), s);
	service_asked(s, 2, 9);
	assert_true(is_zero(&s->key, sizeof s->key));
	assert_false(service_again(s));
	wipe(&all, sizeof all);
}

static struct client_key client(u64 contact, u32 identity, u8 onion, u8 key)
{
	struct client_key k = {.contact = contact, .identity = identity};
	memset(k.onion.b, onion, sizeof k.onion.b);
	memset(k.key.b, key, sizeof k.key.b);
	return k;
}

static void tell(struct client_keys *k, u64 contact)
{
	struct client_key *due = client_keys_due(k);
	assert_non_null(due);
	assert_int_equal(due->contact, contact);
	due->is_due = false;
}

/* Tor keeps one key for each address, though two contacts of ours may be one person. */
static void client_keys_follow_contacts(void **state)
{
	(void)state;
	struct client_keys k = {0};
	struct client_key a = client(1, 1, 7, 1), b = client(2, 2, 7, 2), c = client(3, 1, 9, 3);
	client_keys_set(&k, &a);
	tell(&k, 1);
	client_keys_set(&k, &a); /* the same again */
	assert_null(client_keys_due(&k));
	client_keys_set(&k, &b);
	tell(&k, 2);
	client_keys_set(&k, &a); /* said again: it counts */
	tell(&k, 1);
	client_keys_drop(&k, 1);
	tell(&k, 2); /* the other one's is good as before */
	assert_null(client_keys_gone(&k));
	client_keys_set(&k, &c);
	tell(&k, 3);
	client_keys_lost(&k);
	tell(&k, 2);
	tell(&k, 3);
	client_keys_drop_all(&k, 2);
	assert_memory_equal(client_keys_gone(&k)->b, a.onion.b, 32);
	client_keys_set(&k, &a); /* before tor was told to forget it */
	assert_null(client_keys_gone(&k));
	/* Our own: one of each identity. */
	struct client_key own = client(0, 1, 20, 4), other = client(0, 2, 21, 5);
	tell(&k, 1);
	client_keys_set(&k, &own);
	client_keys_set(&k, &other);
	tell(&k, 0);
	tell(&k, 0);
	assert_null(client_keys_gone(&k));
	client_keys_set(&k, &own); /* the same again */
	client_keys_set(&k, &other);
	assert_null(client_keys_due(&k));
	client_keys_drop_all(&k, 2);
	assert_memory_equal(client_keys_gone(&k)->b, other.onion.b, 32);
	k.n_gone--;
	client_keys_drop(&k, 0);
	k.n_gone = 0;
	for (u64 i = 10; i < 100; i++)
		client_keys_set(&k, &(struct client_key){.contact = i, .onion = {{(u8)i}}});
	assert_int_equal(k.n, 92);
	/* All of them taken back: each address once. */
	struct client_key twin = {.contact = 100, .onion = {{10}}}; /* of contact 10's address */
	client_keys_set(&k, &twin);
	size_t gone = 0;
	client_keys_drop_everything(&k);
	assert_int_equal(k.n, 0);
	for (; client_keys_gone(&k); k.n_gone--)
		gone++;
	assert_int_equal(gone, 92);
	client_keys_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_follow_tor),
		cmocka_unit_test(last_error_says_why),
		cmocka_unit_test(trouble_goes_when_it_moves),
		cmocka_unit_test(clock_is_told),
		cmocka_unit_test(old_tor_is_told),
		cmocka_unit_test(what_takes_long_is_named),
		cmocka_unit_test(who_is_lost_is_told),
		cmocka_unit_test(keys_are_held_until_handed_over),
		cmocka_unit_test(who_is_let_in_may_change),
		cmocka_unit_test(proof_of_work_may_be_refused),
		cmocka_unit_test(client_keys_follow_contacts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
