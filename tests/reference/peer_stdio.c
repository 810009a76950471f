/* One link of ours over standard input and output, for live.test.mjs.
 *
 *	peer_stdio dial|listen ONION-SECRET PQ-SEED NEXT SEQ [peer=ONION] [pk=PK next=NEXT seq=SEQ] [status=N] [deny]
 *
 * pk, next, seq: what the peer showed before. Bytes are in hex. What happens is told on standard error, a line each;
 * descriptor 3 brings orders: "send TYPE PAYLOAD", "ping", "close REASON". */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypto/kdf.h"
#include "crypto/mldsa.h"
#include "crypto/onion_key.h"
#include "crypto/selftest.h"
#include "peer/continuity.h"
#include "peer/link.h"

enum { IN, OUT, ORDERS_FD = 3 };

static struct {
	struct onion_sec sec;
	struct onion_pub pub;
	struct mldsa_key *key;
	struct pq_identity pq;
	struct onion_pub peer;
	struct pq_identity pin;
	bool has_pin, deny;
	enum accept_status status;
	struct link *link;
	bool closed;
} me;

static void os_random(void *arg, void *out, size_t n)
{
	(void)arg;
	randombytes_buf(out, n);
}

static u64 now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000 + (u64)t.tv_nsec / 1000000;
}

static const struct env env = {.random = os_random};

static void die(const char *why)
{
	fprintf(stderr, "bad %s\n", why);
	exit(2);
}

static void read_hex(const char *text, void *out, size_t n)
{
	size_t got;
	if (sodium_hex2bin(out, n, text, strlen(text), NULL, &got, NULL) != 0 || got != n)
		die(text);
}

static void tell_hex(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "%02x", ((const u8 *)p)[i]);
}

/* "what ONION PK NEXT SEQ" */
static void tell_peer(const char *what, const struct onion_pub *peer, const struct pq_identity *pq)
{
	fprintf(stderr, "%s ", what);
	tell_hex(peer->b, sizeof peer->b);
	fputc(' ', stderr);
	tell_hex(pq->pk, sizeof pq->pk);
	fputc(' ', stderr);
	tell_hex(pq->next, sizeof pq->next);
	fprintf(stderr, " %u\n", pq->seq);
}

static void sign(const struct auth_request *r)
{
	struct auth_sigs sigs;
	struct auth_msg m = authmsg_for_ed(r);
	if (onion_sign(&me.sec, auth_msg_slice(&m), sigs.ed) != OK)
		die("signature");
	m = authmsg_for_pq(r, sigs.ed);
	if (mldsa_sign(me.key, &env, auth_msg_slice(&m), authmsg_ctx(r->role), sigs.pq) != OK)
		die("signature");
	(void)!link_give_signature(me.link, &sigs, NULL);
}

/* R_1 of two who share nothing yet. */
static void first_root(const struct hs_result *claim, const u8 accept_hash[static 64], struct record_root *ret)
{
	static const struct secret32 none;
	memcpy(ret->b, claim->root, sizeof ret->b);
	cont_root(ret, &none, accept_hash);
}

static void accept_peer(const struct link_event *ev)
{
	enum accept_status status = ev->accept.relation == PQ_CHANGED ? ACCEPT_KEY_CHANGED : me.status;
	u8 payload[ACCEPT_LEN], hash[64];
	struct record_root root;
	tell_peer("accept", &ev->accept.peer, ev->accept.pq);
	accept_payload(status, 0, payload);
	sha512(hash, PARTS(slice_of(ev->accept.claim->th7, 64), slice_of(payload, sizeof payload)));
	first_root(ev->accept.claim, hash, &root);
	(void)!link_give_accept(me.link, now_ms(), status, 0, &root);
}

static void follow(const struct link_event *ev)
{
	static const struct cont_pair nothing;
	const struct hs_result *claim = ev->root.claim;
	struct cont_choice choice;
	struct record_root root;
	err_t err = cont_follow(claim->th6, &claim->tags, &nothing, NULL, ev->root.status, ev->root.psk_sel, &choice);
	if (err != OK) {
		/* PROTO 3.5.1: "anything wrong → wipe and close, no error message" */
		fprintf(stderr, "closed %d 0 self\n", (int)err);
		me.closed = true;
		return;
	}
	first_root(claim, ev->root.accept_hash, &root);
	(void)!link_give_root(me.link, now_ms(), &root);
}

/* An error ends the link, and LINK_CLOSED tells it. */
static void on_event(const struct link_event *ev)
{
	switch (ev->type) {
	case LINK_WANT_SIGN: sign(&ev->sign); break;
	case LINK_WANT_PIN:
		tell_peer("pin", &ev->pin.peer, ev->pin.pq);
		(void)!link_give_pinned(me.link);
		break;
	case LINK_WANT_POLICY: (void)!link_give_policy(me.link, !me.deny, me.has_pin ? &me.pin : NULL); break;
	case LINK_WANT_ACCEPT: accept_peer(ev); break;
	case LINK_WANT_ROOT: follow(ev); break;
	case LINK_OPEN: fprintf(stderr, "open %d\n", (int)ev->open.status); break;
	case LINK_RECORD:
		fprintf(stderr, "record %u ", ev->record.type);
		tell_hex(ev->record.payload.p, ev->record.payload.n);
		fputc('\n', stderr);
		break;
	case LINK_CLOSED:
		fprintf(stderr, "closed %d %d %s\n", (int)ev->closed.err, (int)ev->closed.reason,
		        ev->closed.by_peer ? "peer" : "self");
		me.closed = true;
		break;
	}
}

static void work(void)
{
	struct link_event ev;
	while (link_next(me.link, &ev))
		on_event(&ev);
	for (struct slice out; (out = link_pending(me.link)).n > 0;) {
		ssize_t n = write(OUT, out.p, out.n);
		if (n < 0)
			exit(1);
		link_sent(me.link, (size_t)n);
	}
}

static void feed(void)
{
	u8 room[65536];
	ssize_t n = read(IN, room, sizeof room);
	if (n <= 0)
		link_eof(me.link);
	for (struct slice in = slice_of(room, n > 0 ? (size_t)n : 0); in.n > 0 && !me.closed;) {
		(void)!link_feed(me.link, now_ms(), &in);
		work();
	}
}

static void order(char *line)
{
	u8 payload[RECORD_MAX_PAYLOAD];
	const char *word = strsep(&line, " "), *number = line ? strsep(&line, " ") : "0";
	size_t n = line ? strlen(line) / 2 : 0;
	if (n)
		read_hex(line, payload, n);
	err_t err = OK;
	if (strcmp(word, "send") == 0)
		err = link_send(me.link, now_ms(), (u8)strtoul(number, NULL, 10), slice_of(payload, n));
	else if (strcmp(word, "ping") == 0)
		link_probe(me.link);
	else if (strcmp(word, "close") == 0)
		link_close(me.link, (enum link_close_reason)strtoul(number, NULL, 10));
	else
		die("order");
	if (err != OK)
		fprintf(stderr, "refused %d\n", (int)err);
}

static void options(char **word)
{
	for (; *word; word++) {
		char *value = *word;
		const char *name = strsep(&value, "=");
		if (strcmp(name, "deny") == 0)
			me.deny = true;
		else if (!value)
			die(name);
		else if (strcmp(name, "peer") == 0)
			read_hex(value, me.peer.b, sizeof me.peer.b);
		else if (strcmp(name, "pk") == 0)
			read_hex(value, me.pin.pk, sizeof me.pin.pk), me.has_pin = true;
		else if (strcmp(name, "next") == 0)
			read_hex(value, me.pin.next, sizeof me.pin.next);
		else if (strcmp(name, "seq") == 0)
			me.pin.seq = (u32)strtoul(value, NULL, 10);
		else if (strcmp(name, "status") == 0)
			me.status = (enum accept_status)strtoul(value, NULL, 10);
		else
			die(name);
	}
}

static void keys(char **word)
{
	struct secret32 seed;
	read_hex(word[0], me.sec.b, sizeof me.sec.b);
	read_hex(word[1], seed.b, sizeof seed.b);
	if (onion_pub_from_sec(&me.sec, &me.pub) != OK || mldsa_key_new(&seed, &me.key) != OK)
		die("key");
	memcpy(me.pq.pk, mldsa_key_pk(me.key), sizeof me.pq.pk);
	read_hex(word[2], me.pq.next, sizeof me.pq.next);
	me.pq.seq = (u32)strtoul(word[3], NULL, 10);
}

static void run(void)
{
	FILE *orders = fdopen(ORDERS_FD, "r");
	char *line = NULL;
	size_t cap = 0;
	if (!orders || setvbuf(orders, NULL, _IONBF, 0) != 0)
		die("descriptor 3");
	while (work(), !me.closed) {
		struct pollfd fd[2] = {{.fd = IN, .events = POLLIN}, {.fd = orders ? ORDERS_FD : -1, .events = POLLIN}};
		u64 now = now_ms(), due = link_deadline(me.link);
		if (poll(fd, 2, due > now ? (int)MIN(due - now, 1000u) : 0) < 0 && errno != EINTR)
			die("poll");
		(void)!link_tick(me.link, now_ms());
		if (fd[1].revents) {
			ssize_t n = orders ? getline(&line, &cap, orders) : -1;
			if (n > 0) {
				line[strcspn(line, "\n")] = '\0';
				order(line);
			} else if (orders) {
				fclose(orders);
				orders = NULL;
			}
		}
		if (fd[0].revents)
			feed();
	}
	if (orders)
		fclose(orders);
	free(line);
}

int main(int argc, char **argv)
{
	if (argc < 6 || crypto_selftest() != OK)
		die("usage");
	keys(argv + 2);
	options(argv + 6);
	bool dials = strcmp(argv[1], "dial") == 0;
	struct hs_config cfg = {
		.own = &me.pub,
		.own_pq = &me.pq,
		.dialled = dials ? &me.peer : NULL,
		.pin = dials && me.has_pin ? &me.pin : NULL,
	};
	me.link = dials ? link_new_initiator(&env, &cfg, now_ms()) : link_new_responder(&env, &cfg, now_ms());
	if (dials)
		link_connected(me.link, now_ms());
	run();
	link_free(me.link);
	mldsa_key_free(me.key);
	return 0;
}
