/* One link of ours over standard input and output, for live.test.mts and others.
 *
 *	peer_stdio dial|listen ONION-SECRET PQ-SEED NEXT SEQ [peer=ONION] [pk=PK next=NEXT seq=SEQ] [cur=CS] [prev=CS]
 *	           [invite=SECRET] [pqfp=PQFP] [status=N] [agreed] [deny]
 *
 * pk, next, seq: what the peer showed before. cur, prev: continuity secrets. invite: of the invitation that we were given,
 * or gave. status: for whom nothing is wrong with. agreed: A is a contact that both accepted. Bytes are in hex. What
 * happens is told on standard error, a line each; descriptor 3 brings orders: "send TYPE PAYLOAD", "ping", "close
 * REASON", "chain SEED NEXT SEQ...", which is a ROTCHAIN of these identities, and "wait MS", by which alone time passes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/kdf.h"
#include "crypto/mldsa.h"
#include "crypto/onion_key.h"
#include "crypto/selftest.h"
#include "peer/continuity.h"
#include "peer/knock.h"
#include "peer/link.h"
#include "vault/invites.h"

enum { IN, OUT, ORDERS_FD = 3 };

static struct {
	struct onion_sec sec;
	struct onion_pub pub;
	struct mldsa_key *key;
	struct pq_identity pq;
	struct onion_pub peer;
	struct pq_identity pin;
	bool has_pin, has_pqfp, deny, agreed;
	u8 pqfp[PQ_FP_LEN];
	struct cont_pair pair, next; /* next: B, until A confirms */
	bool has_next;
	bool has_invite;
	u8 inv_id[HS_INV_ID_LEN];
	struct secret32 inv_key;
	enum accept_status status;
	struct pq_identity shown; /* B: by A */
	struct link *link;
	bool closed;
	u64 now_ms;
	u8 m1[HS_M1_LEN];
	size_t m1_n;
} me = {.now_ms = 1};

static void os_random(void *arg, void *out, size_t n)
{
	(void)arg;
	randombytes_buf(out, n);
}

static const struct env env = {.random = os_random};

_Noreturn static void die(const char *why)
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

/* "what ONION PK NEXT SEQ RELATION" */
static void tell_peer(const char *what, const struct onion_pub *peer, const struct pq_identity *pq,
                      enum pq_relation relation)
{
	fprintf(stderr, "%s ", what);
	tell_hex(peer->b, sizeof peer->b);
	fputc(' ', stderr);
	tell_hex(pq->pk, sizeof pq->pk);
	fputc(' ', stderr);
	tell_hex(pq->next, sizeof pq->next);
	fprintf(stderr, " %u %d\n", pq->seq, (int)relation);
}

/* "pair [CUR [PREV]]" */
static void commit(const struct cont_pair *pair)
{
	me.pair = *pair;
	fputs("pair", stderr);
	for (unsigned i = 0; i < pair->has; i++) {
		fputc(' ', stderr);
		tell_hex(i ? pair->prev.b : pair->cur.b, sizeof pair->cur.b);
	}
	fputc('\n', stderr);
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
	struct hs_tags tags;
	u8 th6[64];
	cont_th6(r->th, &sigs, th6);
	cont_tags(&env, th6, &me.pair, me.has_invite ? &me.inv_key : NULL, &tags);
	(void)!link_give_signature(me.link, &sigs, r->role == AUTH_INITIATOR ? &tags : NULL);
}

/* As a vault does. */
static enum accept_status decide(const struct link_event *ev, struct cont_choice *choice)
{
	static const u8 nobody[HS_INV_ID_LEN];
	const struct hs_result *r = ev->accept.claim;
	*choice = (struct cont_choice){0};
	if (ev->accept.relation == PQ_CHANGED)
		return ACCEPT_KEY_CHANGED;
	/* PROTO 7.7: "it is good if it is open and `inv_mac` fits" */
	bool counts = !me.agreed && memcmp(ev->accept.inv_id, nobody, sizeof nobody) != 0;
	bool good = counts && me.has_invite && memcmp(ev->accept.inv_id, me.inv_id, sizeof nobody) == 0 &&
	            cont_inv_fits(r->th6, &r->tags, &me.inv_key);
	if ((counts && !good) || me.status >= ACCEPT_INVITE_BAD)
		return ACCEPT_INVITE_BAD;
	cont_choose(r->th6, &r->tags, &me.pair, good ? &me.inv_key : NULL, choice);
	return choice->lost && me.status == ACCEPT_OK ? ACCEPT_CONT_LOST : me.status;
}

static void accept_peer(const struct link_event *ev)
{
	const struct hs_result *r = ev->accept.claim;
	struct cont_choice choice;
	enum accept_status status = decide(ev, &choice);
	u8 payload[ACCEPT_LEN], hash[64];
	struct record_root root;
	me.shown = *ev->accept.pq;
	tell_peer("accept", &ev->accept.peer, ev->accept.pq, ev->accept.relation);
	accept_payload(status, choice.psk_sel, payload);
	sha512(hash, PARTS(slice_of(r->th7, 64), slice_of(payload, sizeof payload)));
	memcpy(root.b, r->root, sizeof root.b);
	cont_root(&root, &choice.psk, hash);
	me.next = me.pair;
	me.has_next = status < ACCEPT_INVITE_BAD;
	if (me.has_next)
		cont_next(&me.next, &choice, &root, r->th7);
	me.peer = ev->accept.peer;
	fprintf(stderr, "chose %u %d\n", choice.psk_sel, choice.lost);
	(void)!link_give_accept(me.link, me.now_ms, status, choice.psk_sel, &root);
}

static void follow(const struct link_event *ev)
{
	const struct hs_result *r = ev->root.claim;
	struct cont_choice choice;
	struct record_root root;
	err_t err = cont_follow(r->th6, &r->tags, &me.pair, me.has_invite ? &me.inv_key : NULL, ev->root.status,
	                        ev->root.psk_sel, &choice);
	if (err != OK) {
		/* PROTO 3.5.1: "anything wrong → wipe and close, no error message" */
		fprintf(stderr, "closed %d 0 self\n", (int)err);
		me.closed = true;
		return;
	}
	memcpy(root.b, r->root, sizeof root.b);
	cont_root(&root, &choice.psk, ev->root.accept_hash);
	fprintf(stderr, "chose %u %d\n", choice.psk_sel, choice.lost);
	if (ev->root.status < ACCEPT_INVITE_BAD) {
		struct cont_pair next = me.pair;
		cont_next(&next, &choice, &root, r->th7);
		commit(&next);
	}
	(void)!link_give_root(me.link, me.now_ms, &root);
}

static void on_record(u8 type, struct slice payload)
{
	fprintf(stderr, "record %u ", type);
	tell_hex(payload.p, payload.n);
	fputc('\n', stderr);
	if (type == RECORD_ROTCHAIN)
		fprintf(stderr, "chain %d\n", (int)pq_chain_verify(&me.peer, &me.pin, &me.shown, payload));
}

/* An error ends the link, and LINK_CLOSED tells it. */
static void on_event(const struct link_event *ev)
{
	switch (ev->type) {
	case LINK_WANT_SIGN: sign(&ev->sign); break;
	case LINK_WANT_PIN:
		tell_peer("pin", &ev->pin.peer, ev->pin.pq, ev->pin.relation);
		(void)!link_give_pinned(me.link);
		break;
	case LINK_WANT_POLICY: (void)!link_give_policy(me.link, !me.deny, me.has_pin ? &me.pin : NULL); break;
	case LINK_WANT_ACCEPT: accept_peer(ev); break;
	case LINK_WANT_ROOT: follow(ev); break;
	case LINK_OPEN: fprintf(stderr, "open %d\n", (int)ev->open.status); break;
	case LINK_RECORD: on_record(ev->record.type, ev->record.payload); break;
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
	if (me.has_next && link_is_confirmed(me.link)) {
		commit(&me.next);
		me.has_next = false;
	}
	while (link_next(me.link, &ev))
		on_event(&ev);
	for (struct slice out; (out = link_pending(me.link)).n > 0;) {
		ssize_t n = write(OUT, out.p, out.n);
		if (n < 0)
			exit(1);
		link_sent(me.link, (size_t)n);
	}
}

/* B: "knock YES" when M1 is whole. */
static void look_at_m1(struct slice in)
{
	size_t n = MIN(in.n, sizeof me.m1 - me.m1_n);
	memcpy(me.m1 + me.m1_n, in.p, n);
	me.m1_n += n;
	if (n == 0 || me.m1_n < sizeof me.m1)
		return;
	struct knock_keys keys;
	u8 digest[64];
	cont_knock(&me.pair, &keys);
	knock_digest(me.m1, digest);
	fprintf(stderr, "knock %d\n", knock_fits(&keys, digest, me.m1 + KNOCK_COVERS));
}

static void feed(void)
{
	u8 room[65536];
	ssize_t n = read(IN, room, sizeof room);
	if (n <= 0)
		link_eof(me.link);
	else
		look_at_m1(slice_of(room, (size_t)n));
	for (struct slice in = slice_of(room, n > 0 ? (size_t)n : 0); in.n > 0 && !me.closed;) {
		(void)!link_feed(me.link, me.now_ms, &in);
		work();
	}
}

/* SEED NEXT SEQ of each identity, oldest first. */
static err_t send_chain(char *line)
{
	u8 chain[PQ_CHAIN_MAX * PQ_ENTRY_LEN], msg[PQ_ROTATE_MSG_LEN];
	size_t n = 0;
	while (line && n < sizeof chain) {
		struct pq_entry e;
		struct secret32 seed;
		struct mldsa_key *key;
		read_hex(strsep(&line, " "), seed.b, sizeof seed.b);
		if (!line || mldsa_key_new(&seed, &key) != OK)
			die("chain");
		memcpy(e.id.pk, mldsa_key_pk(key), sizeof e.id.pk);
		read_hex(strsep(&line, " "), e.id.next, sizeof e.id.next);
		e.id.seq = (u32)strtoul(line ? strsep(&line, " ") : "", NULL, 10);
		pq_rotate_msg(&me.pub, &e.id, msg);
		if (mldsa_sign(key, &env, slice_of(msg, sizeof msg), pq_rotate_ctx(), e.sig) != OK)
			die("chain");
		pq_entry_encode(&e, chain + n);
		n += PQ_ENTRY_LEN;
		mldsa_key_free(key);
	}
	return link_send(me.link, me.now_ms, RECORD_ROTCHAIN, slice_of(chain, n));
}

static void order(char *line)
{
	u8 payload[RECORD_MAX_PAYLOAD];
	const char *word = strsep(&line, " ");
	if (strcmp(word, "chain") == 0) {
		err_t err = send_chain(line);
		if (err != OK)
			fprintf(stderr, "refused %d\n", (int)err);
		return;
	}
	const char *number = line ? strsep(&line, " ") : "0";
	size_t n = line ? strlen(line) / 2 : 0;
	if (n)
		read_hex(line, payload, n);
	err_t err = OK;
	if (strcmp(word, "send") == 0)
		err = link_send(me.link, me.now_ms, (u8)strtoul(number, NULL, 10), slice_of(payload, n));
	else if (strcmp(word, "ping") == 0)
		link_probe(me.link, me.now_ms);
	else if (strcmp(word, "close") == 0)
		link_close(me.link, (enum link_close_reason)strtoul(number, NULL, 10));
	else if (strcmp(word, "wait") == 0)
		me.now_ms += strtoul(number, NULL, 10);
	else
		die("order");
	if (err != OK)
		fprintf(stderr, "refused %d\n", (int)err);
}

static void secret(const char *name, const char *value)
{
	struct secret32 s;
	read_hex(value, s.b, sizeof s.b);
	if (strcmp(name, "cur") == 0) {
		me.pair.cur = s;
		me.pair.has = 1;
	} else if (strcmp(name, "prev") == 0) {
		me.pair.prev = s;
		me.pair.has = 2;
	} else {
		invites_id(&s, me.inv_id);
		invites_key(&s, &me.inv_key);
		me.has_invite = true;
	}
}

static void options(char **word)
{
	for (; *word; word++) {
		char *value = *word;
		const char *name = strsep(&value, "=");
		if (strcmp(name, "deny") == 0)
			me.deny = true;
		else if (strcmp(name, "agreed") == 0)
			me.agreed = true;
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
		else if (strcmp(name, "cur") == 0 || strcmp(name, "prev") == 0 || strcmp(name, "invite") == 0)
			secret(name, value);
		else if (strcmp(name, "pqfp") == 0)
			read_hex(value, me.pqfp, sizeof me.pqfp), me.has_pqfp = true;
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
		if (poll(fd, 2, link_deadline(me.link) > me.now_ms ? -1 : 0) < 0 && errno != EINTR)
			die("poll");
		(void)!link_tick(me.link, me.now_ms);
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
	struct knock_keys knock;
	cont_knock(&me.pair, &knock);
	struct hs_config cfg = {
		.own = &me.pub,
		.own_pq = &me.pq,
		.dialled = dials ? &me.peer : NULL,
		.pin = dials && me.has_pin ? &me.pin : NULL,
		.pqfp = dials && me.has_pqfp ? me.pqfp : NULL,
		.inv_id = dials && me.has_invite ? me.inv_id : NULL,
		.knock = &knock,
	};
	me.link = dials ? link_new_initiator(&env, &cfg, me.now_ms) : link_new_responder(&env, &cfg, me.now_ms);
	if (dials)
		link_connected(me.link, me.now_ms);
	run();
	link_free(me.link);
	mldsa_key_free(me.key);
	return 0;
}
