/* A whole link on secrets: both handshakes, data both ways, a rekey asked for by each side, the end. Only what stands on
 * the wire is public, and what ctime.c says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crypto/kdf.h"
#include "crypto/mldsa.h"
#include "crypto/onion_key.h"
#include "ctime.h"
#include "peer/continuity.h"
#include "peer/link_private.h"
#include "test_ctime.h"

/* One side: its long-term keys, its link, what it got. */
struct side {
	struct env env;
	struct onion_sec sec;
	struct onion_pub pub;
	struct mldsa_key *key;
	struct pq_identity pq;
	struct link *link;
	bool open;
	unsigned data;
};

static void side_init(struct side *s)
{
	struct secret32 seed;
	*s = (struct side){.env = ctime_env()};
	env_random(&s->env, seed.b, sizeof seed.b);
	onion_sec_from_seed(&seed, &s->sec);
	assert_int_equal(onion_pub_from_sec(&s->sec, &s->pub), OK);
	assert_int_equal(mldsa_key_new(&seed, &s->key), OK);
	memcpy(s->pq.pk, mldsa_key_pk(s->key), sizeof s->pq.pk);
	publish(&s->pq, sizeof s->pq); /* a public key */
}

static void side_done(struct side *s)
{
	link_free(s->link);
	mldsa_key_free(s->key);
}

/* What the vault does. */
static err_t sign(struct side *s, const struct auth_request *r)
{
	struct auth_sigs sigs;
	struct auth_msg m = authmsg_for_ed(r);
	TRY(onion_sign(&s->sec, auth_msg_slice(&m), sigs.ed));
	m = authmsg_for_pq(r, sigs.ed);
	TRY(mldsa_sign(s->key, &s->env, auth_msg_slice(&m), authmsg_ctx(r->role), sigs.pq));
	publish(&sigs, sizeof sigs); /* signatures */
	return link_give_signature(s->link, &sigs, NULL);
}

/* R_1 of two who share nothing yet. */
static void first_root(const struct hs_result *claim, const u8 accept_hash[static 64], struct record_root *ret)
{
	static const struct secret32 none;
	memcpy(ret->b, claim->root, sizeof ret->b);
	cont_root(ret, &none, accept_hash);
}

static err_t accept(struct side *s, const struct hs_result *claim, u64 now)
{
	u8 payload[ACCEPT_LEN], hash[64];
	struct record_root root;
	accept_payload(ACCEPT_OK, 0, payload);
	sha512(hash, PARTS(slice_of(claim->th7, 64), slice_of(payload, sizeof payload)));
	first_root(claim, hash, &root);
	return link_give_accept(s->link, now, ACCEPT_OK, 0, &root);
}

static void work(struct side *s, u64 now)
{
	struct link_event ev;
	struct record_root root;
	err_t e = OK;
	while (e == OK && link_next(s->link, &ev)) {
		switch (ev.type) {
		case LINK_WANT_SIGN: e = sign(s, &ev.sign); break;
		case LINK_WANT_PIN: e = link_give_pinned(s->link); break;
		case LINK_WANT_POLICY: e = link_give_policy(s->link, true, NULL); break;
		case LINK_WANT_ACCEPT: e = accept(s, ev.accept.claim, now); break;
		case LINK_WANT_ROOT:
			first_root(ev.root.claim, ev.root.accept_hash, &root);
			e = link_give_root(s->link, now, &root);
			break;
		case LINK_OPEN: s->open = true; break;
		case LINK_RECORD: s->data += ev.record.type == RECORD_DATA; break;
		case LINK_CLOSED: s->open = false; break;
		}
	}
	assert_int_equal(e, OK);
}

/* Moves what `from` has to say. */
static bool move(struct side *from, struct side *to, u64 now)
{
	struct slice out = link_pending(from->link);
	if (out.n == 0)
		return false;
	u8 *wire = malloc(out.n);
	assert_non_null(wire);
	memcpy(wire, out.p, out.n);
	link_sent(from->link, out.n);
	publish(wire, out.n); /* the network sees it */
	struct slice rest = slice_of(wire, out.n);
	do {
		work(to, now);
		assert_int_equal(link_feed(to->link, now, &rest), OK);
	} while (rest.n > 0);
	work(to, now);
	free(wire);
	return true;
}

static void settle(struct side *a, struct side *b, u64 now)
{
	while (move(a, b, now) || move(b, a, now))
		;
}

static void say(struct side *from, struct side *to, u64 now, size_t n)
{
	static u8 text[RECORD_MAX_PAYLOAD];
	env_random(&from->env, text, n);
	assert_int_equal(link_send(from->link, now, RECORD_DATA, slice_of(text, n)), OK);
	settle(from, to, now);
}

/* More than the five or six minutes after which a side asks for a rekey; one side's clock is looked at. */
static void wait(struct side *who, struct side *a, struct side *b, u64 *now)
{
	for (int i = 0; i < 13; i++) {
		*now += 30000;
		assert_int_equal(link_tick(who->link, *now), OK);
		settle(a, b, *now);
	}
}

void handshake_and_records(void)
{
	struct side a, b;
	u64 now = 1000;
	ctime_opened = ctime_opened_by_link;
	side_init(&a);
	side_init(&b);
	a.link =
		link_new_initiator(&a.env, &(struct hs_config){.own = &a.pub, .own_pq = &a.pq, .dialled = &b.pub}, now);
	b.link = link_new_responder(&b.env, &(struct hs_config){.own = &b.pub, .own_pq = &b.pq}, now);
	link_connected(a.link, now);
	settle(&a, &b, now);
	assert_true(a.open && b.open);
	say(&a, &b, now, 100);
	say(&b, &a, now, 7000);
	wait(&a, &a, &b, &now);
	say(&b, &a, now, 1);
	wait(&b, &a, &b, &now);
	say(&a, &b, now, 0);
	assert_int_equal(a.link->tx.epoch, 3); /* ACCEPT, and once each */
	link_close(a.link, LINK_CLOSE_DONE);
	work(&a, now);
	settle(&a, &b, now);
	assert_false(a.open || b.open);
	assert_int_equal(a.data + b.data, 4);
	side_done(&a);
	side_done(&b);
}

/* The record layer by itself: the payload stays secret behind record_open(), and a broken record is refused. */
void record_alone(void)
{
	static u8 wire[RECORD_MAX_WIRE], text[400];
	struct env env = ctime_env();
	struct record_root root;
	struct record_chain tx, rx;
	struct slice payload;
	u8 type;
	ctime_opened = ctime_opened_by_link;
	env_random(&env, root.b, sizeof root.b);
	env_random(&env, text, sizeof text);
	record_chain_init(&tx, &root, 1, RECORD_A2B);
	record_chain_init(&rx, &root, 1, RECORD_A2B);
	for (u8 class = 0; class < RECORD_CLASSES; class ++) {
		assert_int_equal(record_seal(&tx, class, RECORD_DATA, slice_of(text, sizeof text), wire), OK);
		publish(wire, record_wire_size(class));
		assert_int_equal(record_open(&rx, wire, record_wire_size(class), &type, &payload), OK);
		assert_int_equal(payload.n, sizeof text);
		u8 undefined = 0;
		VALGRIND_GET_VBITS(payload.p, &undefined, 1);
		assert_int_equal(undefined, 0xff);
	}
	assert_int_equal(record_seal(&tx, 0, RECORD_DATA, slice_of(text, sizeof text), wire), OK);
	publish(wire, record_wire_size(0));
	wire[100] ^= 1;
	assert_int_equal(record_open(&rx, wire, record_wire_size(0), &type, &payload), ERR_PEER_CRYPTO);
}
