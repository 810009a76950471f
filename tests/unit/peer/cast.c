#include "cast.h"

#include <sodium.h>

#include "base/limits.h"

struct person alice, bob, mallory;

int cast_set_up(void **state)
{
	(void)state;
	person_init(&alice, 1);
	person_init(&bob, 2);
	person_init(&mallory, 3);
	return sodium_init() < 0;
}

int cast_tear_down(void **state)
{
	(void)state;
	person_done(&alice);
	person_done(&bob);
	person_done(&mallory);
	return 0;
}

static struct rng mallory_rng = {999ull << 32};

struct handshake *mallory_dials(const struct onion_pub *to)
{
	static struct env env;
	env = env_of(&mallory_rng);
	struct hs_config cfg = {.own = &mallory.pub, .own_pq = &mallory.pq, .dialled = to};
	struct handshake *h;
	assert_int_equal(hs_new_initiator(&env, &cfg, &h), OK);
	return h;
}

struct handshake *mallory_listens(const struct person *as)
{
	static struct env env;
	env = env_of(&mallory_rng);
	struct hs_config cfg = {.own = &as->pub, .own_pq = &as->pq};
	return hs_new_responder(&env, &cfg);
}

struct handshake *bob_answers(const struct handshake *h)
{
	static struct rng rng = {8ull << 32};
	static struct env env;
	env = env_of(&rng);
	struct hs_config cfg = {.own = &bob.pub, .own_pq = &bob.pq};
	struct handshake *b = hs_new_responder(&env, &cfg);
	assert_int_equal(hs_input(b, hs_output(h)), OK);
	return b;
}

void bob_listens(struct party *b)
{
	party_listen(b, &bob, 8, 0);
}

void asks_for_rekey(struct party *p, u64 now)
{
	p->link->rekey.sent.data = REKEY_DATA - 1;
	assert_int_equal(link_send(p->link, now, RECORD_DATA, slice_str("the 32nd")), OK);
	assert_int_equal(p->link->rekey.state, REKEY_WAIT_CT);
}

err_t pass_record(struct party *from, struct party *to, u64 now, void (*edit)(u8 *wire, size_t n, void *arg), void *arg)
{
	static u8 wire[RECORD_MAX_WIRE];
	struct slice out = link_pending(from->link);
	assert_true(out.n > 0);
	size_t n = party_take(from, wire, record_wire_size(out.p[0]));
	if (edit)
		edit(wire, n, arg);
	return party_feed(to, now, slice_of(wire, n), 0);
}

void assert_epoch(const struct party *a, const struct party *b, u32 epoch)
{
	const struct link *l = a->link, *m = b->link;
	assert_int_equal(a->closes + b->closes, 0);
	assert_int_equal(l->tx.epoch, epoch);
	assert_int_equal(l->rx.epoch, epoch);
	assert_memory_equal(l->root.b, m->root.b, sizeof l->root.b);
	assert_memory_equal(&l->tx, &m->rx, sizeof l->tx);
	assert_memory_equal(&l->rx, &m->tx, sizeof l->rx);
	assert_int_equal(l->rekey.state, REKEY_IDLE);
	assert_int_equal(m->rekey.state, REKEY_IDLE);
	/* nothing of the exchange is left */
	static const u8 zero[XWING_EK_LEN];
	const struct rekey *r[] = {&l->rekey, &m->rekey};
	for (size_t i = 0; i < 2; i++) {
		assert_memory_equal(r[i]->seed.b, zero, sizeof r[i]->seed.b);
		assert_memory_equal(r[i]->ek, zero, sizeof r[i]->ek);
		assert_memory_equal(&r[i]->next_rx, zero, sizeof r[i]->next_rx);
	}
}

void assert_bob_found_out(struct party *b, err_t err, int signs, int policy)
{
	party_work(b, 0);
	assert_int_equal(b->closes, 1);
	assert_int_equal(b->closed.closed.err, err);
	assert_int_equal(b->asked_sign, signs);
	assert_int_equal(b->asked_policy, policy);
	assert_int_equal(b->asked_accept + b->opens, 0);
	assert_int_equal(b->records, 0);
	/* PROTO 8.1.2: "All failures look the same outside: the stream is closed." */
	assert_int_equal(link_pending(b->link).n, 0);
	party_done(b);
}

void assert_alice_found_out(struct party *a, err_t err)
{
	party_work(a, 0);
	assert_int_equal(a->closes, 1);
	assert_int_equal(a->closed.closed.err, err);
	assert_int_equal(a->asked_sign + a->asked_pin + a->opens, 0);
	assert_int_equal(link_pending(a->link).n, 0);
	party_done(a);
}

void mallory_gets_m2(struct handshake *h, struct party *b)
{
	bob_listens(b);
	struct slice out = hs_output(h);
	assert_int_equal(party_feed(b, 0, out, 0), OK);
	u8 m2[HS_M2_LEN];
	assert_int_equal(party_take(b, m2, sizeof m2), sizeof m2);
	assert_int_equal(hs_input(h, slice_of(m2, sizeof m2)), OK);
}

void mallory_gives_m3(struct handshake *h, struct party *b, const struct auth_sigs *sigs)
{
	assert_int_equal(hs_give_signature(h, sigs, NULL), OK);
	(void)!party_feed(b, 0, hs_output(h), 0);
	hs_free(h);
}
