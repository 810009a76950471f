#include "demo/demo.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/selftest.h"
#include "demo/person.h"
#include "demo/story.h"
#include "demo/tornet.h"
#include "os/folder.h"
#include "os/os_env.h"

#define REACHABLE_MS 120000

struct stage {
	const struct demo_options *opt;
	char dir[64]; /* everything of the demo is in it */
	char network[80];
	struct tornet *tornet;
	struct person alice, bob;
	u64 start_ms;
	double network_s, alice_s, bob_s; /* since the start: ready, reachable */
};

static void say(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* What is going on, for who waits: on standard error, so that the result stands alone. */
static void say(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void progress(void *arg, const char *line)
{
	(void)arg;
	say("  %s", line);
}

static double seconds(const struct stage *s)
{
	return (double)(env_mono_ms(os_env()) - s->start_ms) / 1000;
}

/* A passphrase nobody has to think up: 80 bits in letters that are not mistaken for each other. */
static void make_passphrase(char *ret, size_t cap)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz023456789";
	u8 random[16];
	env_random(os_env(), random, sizeof random);
	size_t n = 0;
	for (size_t i = 0; i < sizeof random && n + 2 < cap; i++) {
		if (i && i % 4 == 0)
			ret[n++] = '-';
		ret[n++] = letters[random[i] % 32];
	}
	ret[n] = 0;
}

static bool prepare(struct stage *s, struct person *p, const char *name, const char *folder)
{
	p->name = name;
	snprintf(p->data, sizeof p->data, "%s/%s", s->dir, folder);
	make_passphrase(p->passphrase, sizeof p->passphrase);
	err_t e = person_start(p, s->network);
	if (e == OK)
		e = person_log_in(p);
	if (e != OK)
		say("%s's node does not start: %s", name, err_text(e));
	return e == OK;
}

static bool let_strangers_ask(struct person *p)
{
	json_t *list = person_ask(p, "identities.list", NULL);
	const json_t *first = json_array_get(json_object_get(list, "identities"), 0);
	json_int_t id = json_integer_value(json_object_get(first, "id"));
	json_decref(list);
	json_t *set = person_ask(p, "identities.set", json_pack("{sI sb}", "identity", id, "strangers", 1));
	bool good = json_is_true(json_object_get(set, "strangers"));
	json_decref(set);
	if (!good)
		say("%s cannot allow strangers to ask", p->name);
	return good;
}

static bool is_reachable(const json_t *tor, const void *unused)
{
	(void)unused;
	const char *phase = json_string_value(json_object_get(tor, "phase"));
	return phase && strcmp(phase, "reachable") == 0;
}

static bool wait_reachable(struct stage *s, struct person *p, double *ret_seconds)
{
	json_t *status = person_ask(p, "status.get", NULL);
	bool there = is_reachable(json_object_get(status, "tor"), NULL);
	json_decref(status);
	if (!there) {
		json_t *tor = person_hear(p, "tor.state", is_reachable, NULL, REACHABLE_MS);
		there = tor != NULL;
		json_decref(tor);
	}
	*ret_seconds = seconds(s);
	if (!there)
		say("%s cannot be reached", p->name);
	return there;
}

static bool set_up(struct stage *s)
{
	say("making a private Tor network in %s", s->dir);
	const struct tornet_config cfg = {.dir = s->network, .progress = progress};
	if (tornet_start(&cfg, &s->tornet) != OK)
		return false;
	s->network_s = seconds(s);
	say("starting Alice and Bob");
	if (!prepare(s, &s->alice, "Alice", "alice") || !prepare(s, &s->bob, "Bob", "bob"))
		return false;
	/* Off at first, as for everybody; Alice knows nothing but his address. */
	if (!let_strangers_ask(&s->bob))
		return false;
	say("waiting until both can be reached");
	return wait_reachable(s, &s->alice, &s->alice_s) && wait_reachable(s, &s->bob, &s->bob_s);
}

static void print_json(json_t *j)
{
	char *line = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(6));
	puts(line ? line : "{}");
	fflush(stdout);
	free(line);
	json_decref(j);
}

static json_t *describe(const struct person *p)
{
	return json_pack("{ss ss ss ss sI}", "url", p->url, "passphrase", p->passphrase, "data", p->data, "address",
	                 p->address, "pid", (json_int_t)p->pid);
}

static void introduce(struct stage *s)
{
	if (s->opt->json) {
		print_json(json_pack("{ss so so}", "network", s->network, "alice", describe(&s->alice), "bob",
		                     describe(&s->bob)));
		return;
	}
	const struct person *const people[] = {&s->alice, &s->bob};
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		const struct person *p = people[i];
		printf("\n%s\n  page        %s\n  passphrase  %s\n  address     %s\n  folder      %s\n", p->name,
		       p->url, p->passphrase, p->address, p->data);
	}
	printf("\nOpen both pages, add Bob's address at Alice (he lets strangers ask here), accept at Bob. Ctrl+C ends "
	       "it.\n");
	fflush(stdout);
}

/* Blocks until SIGINT or SIGTERM, or until who reads what is printed is gone: a test that was killed leaves nobody behind. */
static void wait_for_end(int signals)
{
	struct pollfd p[] = {{.fd = signals, .events = POLLIN}, {.fd = STDOUT_FILENO}};
	while (poll(p, ARRAY_LEN(p), -1) <= 0)
		;
}

static bool check(struct stage *s)
{
	struct story st;
	say("telling the story: %d messages each way, a restart in the middle", STORY_MESSAGES);
	bool ok = story_tell(&s->alice, &s->bob, s->network, &st);
	if (st.failed)
		say("failed: %s", st.failed);
	print_json(json_pack("{sb sf sf sf sf sf sf sI sI}", "ok", ok, "network_s", s->network_s, "alice_reachable_s",
	                     s->alice_s, "bob_reachable_s", s->bob_s, "first_contact_s", st.first_contact_s,
	                     "round_trip_median_ms", st.median_ms, "round_trip_p99_ms", st.p99_ms, "lost",
	                     (json_int_t)st.lost, "doubled", (json_int_t)st.doubled));
	return ok;
}

static void tear_down(struct stage *s)
{
	person_stop(&s->alice);
	person_stop(&s->bob);
	s->tornet = tornet_stop(s->tornet);
	if (s->opt->keep)
		say("the folders are in %s", s->dir);
	else
		folder_remove(s->dir);
}

int demo(const struct demo_options *opt)
{
	struct stage s = {.opt = opt, .start_ms = env_mono_ms(os_env())};
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	log_init(os_log, LOG_WARN, "demo");
	signal(SIGPIPE, SIG_IGN);
	snprintf(s.dir, sizeof s.dir, "/tmp/blackedoutchat-demo-XXXXXX");
	if (crypto_selftest() != OK || !mkdtemp(s.dir)) {
		say("cannot begin: the cryptography does not work, or /tmp cannot be written");
		return 1;
	}
	snprintf(s.network, sizeof s.network, "%s/tor", s.dir);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int signals = signalfd(-1, &set, SFD_CLOEXEC);
	/* Ctrl+C is blocked, not lost: whoever waits looks for it (person_is_interrupted), and everything is cleaned up. */
	bool ok = set_up(&s);
	if (ok && opt->check) {
		ok = check(&s);
	} else if (ok) {
		introduce(&s);
		wait_for_end(signals);
	}
	tear_down(&s);
	close(signals);
	return ok ? 0 : 1;
}
