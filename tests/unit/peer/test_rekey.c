/* The KEM rekey (PROTO 4.3): its course, its keys, both asking at once, and what a thief of the state has of it. */
#include "cast.h"

#include <openssl/evp.h>

#include "base/limits.h"

#define EK_WIRE 1952
#define CT_WIRE 1952
#define DONE_WIRE 488

static void its_course(void **state)
{
	(void)state;
	for (int by_b = 0; by_b < 2; by_b++) {
		struct party a, b;
		party_connect(&a, &b, &alice, &bob, 0);
		struct party *p = by_b ? &b : &a, *q = by_b ? &a : &b;
		assert_epoch(&a, &b, 1);
		asks_for_rekey(p, 0);
		assert_int_equal(link_pending(p->link).n, 488 + EK_WIRE);
		assert_int_equal(pass_record(p, q, 0, NULL, NULL), OK);
		assert_int_equal(link_pending(q->link).n, 0);
		assert_int_equal(pass_record(p, q, 0, NULL, NULL), OK);
		/* PROTO 4.3.6: "sends in epoch i+1 from then on. It receives in epoch i until REKEY_DONE." */
		assert_int_equal(link_pending(q->link).n, CT_WIRE);
		assert_int_equal(q->link->tx.epoch, 2);
		assert_int_equal(q->link->rx.epoch, 1);
		assert_int_equal(q->link->rekey.state, REKEY_WAIT_DONE);
		assert_int_equal(p->link->tx.epoch + p->link->rx.epoch, 2);
		assert_int_equal(pass_record(q, p, 0, NULL, NULL), OK);
		/* PROTO 4.3.7: "receives in epoch i+1 from the next record on, sends REKEY_DONE as its last record of epoch i,
		 * then sends in epoch i+1" */
		assert_int_equal(link_pending(p->link).n, DONE_WIRE);
		assert_int_equal(p->link->tx.epoch + p->link->rx.epoch, 4);
		assert_int_equal(pass_record(p, q, 0, NULL, NULL), OK);
		assert_epoch(&a, &b, 2);
		assert_int_equal(link_pending(p->link).n + link_pending(q->link).n, 0);
		party_done(&a);
		party_done(&b);
	}
}

/* ---- the key schedule, once more and without the code under test ---- */

static void mac(u8 ret[64], const u8 *key, size_t key_n, const void *m, size_t n)
{
	size_t len = 64;
	assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "SHA512", NULL, key, key_n, m, n, ret, 64, &len));
}

static void expanded(u8 ret[64], const u8 prk[64], const char *label, const u8 *ctx, size_t ctx_n)
{
	u8 m[128] = "boc1";
	size_t label_n = strlen(label), n = 5 + label_n + ctx_n;
	m[4] = (u8)label_n;
	memcpy(m + 5, label, label_n);
	memcpy(m + 5 + label_n, ctx, ctx_n);
	m[n] = 1;
	mac(ret, prk, 64, m, n + 1);
}

/* PROTO 4.3.9: "`R_{i+1} = Expand( Extract(S_i, ss), "root", u32be (i+1) ‖ SHA-512(ek ‖ ct), 64)`" */
static void its_keys(void **state)
{
	(void)state;
	struct party a, b;
	u8 s[64], both[XWING_EK_LEN + XWING_CT_LEN], prk[64], ctx[4 + 64] = {0, 0, 0, 2}, r[64], key[64];
	struct secret32 seed, ss;
	party_connect(&a, &b, &alice, &bob, 0);
	memcpy(s, a.link->root.b, 64);
	asks_for_rekey(&a, 0);
	seed = a.link->rekey.seed;
	memcpy(both, a.link->rekey.ek, XWING_EK_LEN);
	pass_record(&a, &b, 0, NULL, NULL);
	pass_record(&a, &b, 0, NULL, NULL);
	/* the CT, read with A's key */
	u8 wire[CT_WIRE], type;
	struct slice payload;
	struct record_chain rx = a.link->rx;
	memcpy(wire, link_pending(b.link).p, sizeof wire);
	assert_int_equal(record_open(&rx, wire, sizeof wire, &type, &payload), OK);
	assert_int_equal(type, RECORD_REKEY_CT);
	/* PROTO 4.3.5: "Q→P  REKEY_CT    epoch u32be ‖ ct[1120]      1124 bytes" */
	assert_int_equal(payload.n, 1124);
	assert_memory_equal(payload.p, ctx, 4);
	memcpy(both + XWING_EK_LEN, payload.p + 4, XWING_CT_LEN);
	assert_int_equal(xwing_decaps(&seed, payload.p + 4, &ss), OK);
	party_pump(&a, &b, 0, 0);

	mac(prk, s, 64, ss.b, 32);
	assert_true(EVP_Digest(both, sizeof both, ctx + 4, NULL, EVP_sha512(), NULL));
	expanded(r, prk, "root", ctx, sizeof ctx);
	expanded(key, r, "chain a2b", ctx, 4);
	assert_memory_equal(a.link->tx.key, key, 32);
	assert_memory_equal(b.link->rx.key, key, 32);
	expanded(key, r, "chain b2a", ctx, 4);
	assert_memory_equal(a.link->rx.key, key, 32);
	assert_memory_equal(b.link->tx.key, key, 32);
	/* PROTO 4.2.4: "`S_i = Expand(R_i, "next", u32be i, 64)`, from which the next root comes (4.3.9). Then R_i is wiped" */
	expanded(key, r, "next", ctx, 4);
	assert_memory_equal(a.link->root.b, key, 64);
	assert_memory_equal(b.link->root.b, key, 64);
	party_done(&a);
	party_done(&b);
}

/* ---- records under way ---- */

/* PROTO 4.3.10: "Records of every other kind may be sent before, between and behind these, each in the epoch in which
 * its sender then sends." */
static void records_of_every_class_under_way(void **state)
{
	(void)state;
	static const size_t len[] = {1, 468, 469, 1932, 1933, 7788, 7789, 31212};
	static u8 text[31212];
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	for (u8 round = 0; round < 8; round++) {
		struct party *p = round % 2 ? &b : &a, *q = round % 2 ? &a : &b;
		/* at each of the five points both say one of each class */
		for (int point = 0; point < 5; point++) {
			if (point == 1)
				asks_for_rekey(p, 0);
			for (u8 i = 0; i < ARRAY_LEN(len); i++) {
				text[0] = i;
				assert_int_equal(link_send(p->link, 0, 99, slice_of(text, len[i])), OK);
				assert_int_equal(link_send(q->link, 0, 99, slice_of(text, len[i])), OK);
			}
			/* everything of one side arrives, then everything of the other */
			p->records = q->records = 0;
			struct party *from = point % 2 ? p : q, *to = point % 2 ? q : p;
			while (link_pending(from->link).n)
				assert_int_equal(pass_record(from, to, 0, NULL, NULL), OK);
			assert_true(to->records >= ARRAY_LEN(len));
			for (size_t i = 0; i < to->records; i++)
				if (to->record[i].type == 99)
					assert_int_equal(to->record[i].n, len[to->record[i].head[0]]);
		}
		party_pump(&a, &b, 0, 0);
		assert_epoch(&a, &b, 2u + round);
		a.records = b.records = 0;
	}
	party_done(&a);
	party_done(&b);
}

/* Any traffic in any order: every record arrives once, in order, and both sides agree at every rest. */
static void long_random_traffic(void **state)
{
	(void)state;
	static u8 text[31212], room[1 << 16];
	for (u64 seed = 1; seed <= 20; seed++) {
		struct party a, b;
		u64 r = seed * 0x9e3779b97f4a7c15ull;
		u32 sent[2] = {0}, got[2] = {0};
		party_connect(&a, &b, &alice, &bob, 0);
		for (int step = 0; step < 2000; step++) {
			r = r * 6364136223846793005ull + 1442695040888963407ull;
			unsigned x = (unsigned)(r >> 33), from = x & 1;
			struct party *p = from ? &b : &a, *q = from ? &a : &b;
			if (x & 2) {
				size_t n = (x >> 8) % (x & 4 ? sizeof text - 4 : 300);
				memcpy(text, &sent[from], 4);
				if (link_send(p->link, 0, RECORD_DATA, slice_of(text, 4 + n)) == OK)
					sent[from]++;
				assert_int_equal(p->closes, 0);
			} else {
				size_t n = party_take(p, room, 1 + (x >> 8) % sizeof room);
				assert_int_equal(party_feed(q, 0, slice_of(room, n), 0), OK);
				for (size_t i = 0; i < q->records; i++, got[from]++)
					assert_memory_equal(q->record[i].head, &got[from], 4);
				q->records = 0;
			}
			assert_true(a.link->tx.epoch - b.link->rx.epoch + 1 <= 2);
		}
		while (link_pending(a.link).n + link_pending(b.link).n > 0) {
			for (int from = 0; from < 2; from++) {
				struct party *p = from ? &b : &a, *q = from ? &a : &b;
				if (link_pending(p->link).n == 0)
					continue;
				size_t n = party_take(p, room, sizeof room);
				assert_int_equal(party_feed(q, 0, slice_of(room, n), 0), OK);
				for (size_t i = 0; i < q->records; i++, got[from]++)
					assert_memory_equal(q->record[i].head, &got[from], 4);
				q->records = 0;
			}
		}
		assert_int_equal(sent[0], got[0]);
		assert_int_equal(sent[1], got[1]);
		assert_true(a.link->tx.epoch > 4);
		assert_epoch(&a, &b, a.link->tx.epoch);
		party_done(&a);
		party_done(&b);
	}
}

/* ---- both ask ---- */

/* PROTO 4.3.12: "When both have sent REKEY_EK, that of A counts. B on A's REKEY_EK: wipes the seed of its own and answers
 * as Q. A does nothing on the one REKEY_EK of B" */
static void glare_in_every_order(void **state)
{
	(void)state;
	struct party a0, b0;
	party_connect(&a0, &b0, &alice, &bob, 0);
	/* A: DATA EK DATA, then DONE. B: DATA EK DATA, then CT. */
	asks_for_rekey(&a0, 0);
	assert_int_equal(link_send(a0.link, 0, RECORD_DATA, slice_str("a behind")), OK);
	asks_for_rekey(&b0, 0);
	assert_int_equal(link_send(b0.link, 0, RECORD_DATA, slice_str("b behind")), OK);
	for (unsigned order = 0; order < 256; order++) {
		struct party a, b;
		party_clone(&a, &a0);
		party_clone(&b, &b0);
		for (unsigned step = 0; step < 8; step++) {
			bool by_b = order >> step & 1;
			if (link_pending((by_b ? &b : &a)->link).n == 0)
				by_b = !by_b;
			struct party *from = by_b ? &b : &a, *to = by_b ? &a : &b;
			assert_int_equal(pass_record(from, to, 0, NULL, NULL), OK);
		}
		assert_int_equal(link_pending(a.link).n + link_pending(b.link).n, 0);
		assert_epoch(&a, &b, 2);
		assert_int_equal(a.records, 2);
		assert_int_equal(b.records, 2);
		assert_memory_equal(a.record[1].head, "b behind", 8);
		assert_memory_equal(b.record[1].head, "a behind", 8);
		/* and it is forgotten: the next one goes as any */
		asks_for_rekey(order & 1 ? &a : &b, 0);
		party_pump(&a, &b, 0, 0);
		assert_epoch(&a, &b, 3);
		party_done(&a);
		party_done(&b);
	}
	party_done(&a0);
	party_done(&b0);
}

/* Again and again, and in every epoch. */
static void glare_for_a_hundred_epochs(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	for (u32 i = 2; i <= 100; i++) {
		asks_for_rekey(&b, 0);
		asks_for_rekey(&a, 0);
		party_pump(&a, &b, 0, i % 3 ? 0 : 700);
		assert_epoch(&a, &b, i);
		a.records = b.records = 0;
	}
	party_done(&a);
	party_done(&b);
}

/* ---- what a thief has ---- */

/* All of the state, but not what randomness will come. */
static void steal(struct party *ret, const struct party *p)
{
	party_clone(ret, p);
	ret->rng.state += 1ull << 60;
}

/* What was sent is read by whoever has the keys of then. */
static bool reads(const struct party *stolen, struct slice wire)
{
	struct party p;
	party_clone(&p, stolen);
	size_t before = p.records;
	(void)!party_feed(&p, 0, wire, 0);
	bool yes = p.records > before && memcmp(p.record[p.records - 1].head, "secret", 6) == 0;
	party_done(&p);
	return yes;
}

/* A copy of both sides' whole state, taken before a rekey to which the thief only listens, opens nothing behind it. And
 * one taken behind a record does not open it. */
static void a_stolen_state_goes_stale(void **state)
{
	(void)state;
	static u8 to_a[16384], to_b[16384];
	for (int when = 0; when < 4; when++) {
		struct party a, b, old_a, old_b;
		size_t na = 0, nb = 0;
		party_connect(&a, &b, &alice, &bob, 0);
		if (when == 1)
			asks_for_rekey(&a, 0); /* the thief has the seed of ek, too */
		steal(&old_a, &a);
		steal(&old_b, &b);
		if (when == 2) { /* no rekey: nothing is stale */
			assert_int_equal(link_send(b.link, 0, RECORD_DATA, slice_str("secret")), OK);
			na = party_take(&b, to_a, sizeof to_a);
			assert_true(reads(&old_a, slice_of(to_a, na)));
			assert_int_equal(party_feed(&a, 0, slice_of(to_a, na), 0), OK);
			assert_false(reads(&a, slice_of(to_a, na))); /* its key is gone */
		} else {
			if (when == 0)
				asks_for_rekey(&a, 0);
			if (when == 3)
				asks_for_rekey(&b, 0);
			for (size_t n = 1; n > 0;) { /* as party_pump, and what passes is noted */
				n = party_take(&a, to_b + nb, sizeof to_b - nb);
				assert_int_equal(party_feed(&b, 0, slice_of(to_b + nb, n), 0), OK);
				nb += n;
				size_t m = party_take(&b, to_a + na, sizeof to_a - na);
				assert_int_equal(party_feed(&a, 0, slice_of(to_a + na, m), 0), OK);
				na += m;
				n += m;
			}
			assert_epoch(&a, &b, 2);
			assert_int_equal(link_send(b.link, 0, RECORD_DATA, slice_str("secret")), OK);
			na += party_take(&b, to_a + na, sizeof to_a - na);
			assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_str("secret")), OK);
			nb += party_take(&a, to_b + nb, sizeof to_b - nb);
			assert_int_equal(reads(&old_a, slice_of(to_a, na)), when == 1);
			assert_false(reads(&old_b, slice_of(to_b, nb)));
		}
		party_done(&old_a);
		party_done(&old_b);
		party_done(&a);
		party_done(&b);
	}
}

/* Nor does it with a KEM that the thief could guess: without ss there is no root. What is kept leads nowhere back. */
static void a_root_leads_to_the_next_only(void **state)
{
	(void)state;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	struct record_chain first = a.link->tx, c;
	for (u32 epoch = 0; epoch < 3; epoch++) {
		record_chain_init(&c, &a.link->root, epoch, RECORD_A2B);
		assert_memory_not_equal(c.key, first.key, sizeof c.key);
	}
	party_done(&a);
	party_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_course),
		cmocka_unit_test(its_keys),
		cmocka_unit_test(records_of_every_class_under_way),
		cmocka_unit_test(long_random_traffic),
		cmocka_unit_test(glare_in_every_order),
		cmocka_unit_test(glare_for_a_hundred_epochs),
		cmocka_unit_test(a_stolen_state_goes_stale),
		cmocka_unit_test(a_root_leads_to_the_next_only),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
