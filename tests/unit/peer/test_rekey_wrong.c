/* Rekey records that are early, late, doubled, malformed, bent or replayed (PROTO 4.3.13), and ends in the middle. */
#include "cast.h"

#include "base/limits.h"

/* The states of a side that another record can meet. */
enum where {
	A_IDLE,
	B_IDLE,
	A_WAIT_CT,
	B_WAIT_CT,
	A_WAIT_DONE,
	B_WAIT_DONE,
	A_CROSSED, /* asked, and B's REKEY_EK came */
	B_YIELDED, /* asked, A asked too: answered */
	B_EPOCH_0, /* REKEY_DONE of epoch 0 is awaited */
	WHERES
};

static const char *const where_name[WHERES] = {"A idle",         "B idle",           "A waits for CT",
                                               "B waits for CT", "A waits for DONE", "B waits for DONE",
                                               "A crossed",      "B yielded",        "B in epoch 0"};

static bool is_a(enum where w)
{
	return w == A_IDLE || w == A_WAIT_CT || w == A_WAIT_DONE || w == A_CROSSED;
}

/* Brings both to the point; nothing is under way then. */
static void bring(struct party *a, struct party *b, enum where w)
{
	static u8 room[16384];
	if (w == B_EPOCH_0) {
		party_dial(a, &alice, &bob.pub, NULL, 1, 0);
		party_listen(b, &bob, 2, 0);
		for (int i = 0; i < 2; i++) {
			size_t n = party_take(a, room, sizeof room);
			assert_int_equal(party_feed(b, 0, slice_of(room, n), 0), OK);
			n = party_take(b, room, sizeof room);
			if (i == 0)
				assert_int_equal(party_feed(a, 0, slice_of(room, n), 0), OK);
		}
		return;
	}
	party_connect(a, b, &alice, &bob, 0);
	struct party *here = is_a(w) ? a : b, *there = is_a(w) ? b : a;
	switch (w) {
	case A_WAIT_CT:
	case B_WAIT_CT: asks_for_rekey(here, 0); break;
	case A_WAIT_DONE:
	case B_WAIT_DONE: asks_for_rekey(there, 0); break;
	case A_CROSSED:
	case B_YIELDED:
		asks_for_rekey(here, 0);
		asks_for_rekey(there, 0);
		break;
	case A_IDLE:
	case B_IDLE:
	case B_EPOCH_0:
	case WHERES: break;
	}
	while (link_pending(there->link).n)
		assert_int_equal(pass_record(there, here, 0, NULL, NULL), OK);
	party_take(here, room, sizeof room);
	here->records = 0;
}

enum what {
	EK,
	EK_OLD,
	EK_NEXT,
	EK_SHORT,
	EK_LONG,
	EK_NONE,
	CT,
	CT_OLD,
	CT_NEXT,
	CT_SHORT,
	CT_LONG,
	CT_NONE,
	DONE,
	DONE_LONG,
	WHATS
};

static const char *const what_name[WHATS] = {
	"EK",   "EK of this epoch", "EK of the one after next", "EK short", "EK long", "EK empty",
	"CT",   "CT of this epoch", "CT of the one after next", "CT short", "CT long", "CT empty",
	"DONE", "DONE long"};

/* A record by a peer who has the keys. */
static err_t give(struct party *here, enum what what)
{
	static u8 payload[2000];
	static u8 ek[XWING_EK_LEN], ct[XWING_CT_LEN];
	static bool made;
	if (!made) {
		const struct secret32 seed = {{1, 2, 3}};
		static const u8 eseed[XWING_ESEED_LEN] = {4, 5, 6};
		struct secret32 ss;
		assert_int_equal(xwing_keygen(&seed, ek), OK);
		assert_int_equal(xwing_encaps(ek, eseed, ct, &ss), OK);
		made = true;
	}
	struct record_chain c = here->link->rx;
	u32 epoch = c.epoch + 1;
	u8 type = what < CT ? RECORD_REKEY_EK : what < DONE ? RECORD_REKEY_CT : RECORD_REKEY_DONE;
	size_t n = what < CT ? REKEY_EK_PAYLOAD : what < DONE ? REKEY_CT_PAYLOAD : 0;
	if (what == EK_OLD || what == CT_OLD)
		epoch--;
	if (what == EK_NEXT || what == CT_NEXT)
		epoch++;
	for (unsigned i = 0; i < 4; i++)
		payload[i] = (u8)(epoch >> (24 - 8 * i));
	memcpy(payload + 4, what < CT ? ek : ct, what < CT ? sizeof ek : sizeof ct);
	if (what == EK_SHORT || what == CT_SHORT)
		n--;
	if (what == EK_LONG || what == CT_LONG || what == DONE_LONG)
		n++;
	if (what == EK_NONE || what == CT_NONE)
		n = 0;
	static u8 wire[RECORD_MAX_WIRE];
	u8 class = (u8)record_class_for(n);
	assert_int_equal(record_seal(&c, class, type, slice_of(payload, n), wire), OK);
	return party_feed(here, 0, slice_of(wire, record_wire_size(class)), 0);
}

/* What is due there. */
static err_t expected(enum where w, enum what what)
{
	bool ek = what < CT, ct = !ek && what < DONE;
	bool due = ek   ? w == A_IDLE || w == B_IDLE || w == A_WAIT_CT || w == B_WAIT_CT
	           : ct ? w == A_WAIT_CT || w == B_WAIT_CT || w == A_CROSSED
	                : w == A_WAIT_DONE || w == B_WAIT_DONE || w == B_YIELDED || w == B_EPOCH_0;
	if (!due)
		return ERR_PEER_POLICY;
	return what == EK || what == CT || what == DONE ? OK : ERR_PEER_FORMAT;
}

/* PROTO 4.3.13: "These end the link" */
static void every_record_in_every_state(void **state)
{
	(void)state;
	for (enum where w = 0; w < WHERES; w++) {
		struct party a, b, p;
		bring(&a, &b, w);
		for (enum what what = 0; what < WHATS; what++) {
			party_clone(&p, is_a(w) ? &a : &b);
			err_t err = give(&p, what);
			if (err != expected(w, what))
				fail_msg("%s, %s: %d", where_name[w], what_name[what], (int)err);
			assert_int_equal(p.closes, err != OK);
			assert_int_equal(p.records, 0);
			if (err != OK) {
				assert_int_equal(p.closed.closed.err, err);
				assert_int_equal(link_pending(p.link).n, 0);
			}
			if (err == OK && what == EK && w != A_WAIT_CT)
				assert_int_equal(link_pending(p.link).n, 1952);
			/* PROTO 4.3.12: "but still checks its length and its epoch" and does nothing else: it came once */
			if (err == OK && what == EK && w == A_WAIT_CT) {
				assert_int_equal(link_pending(p.link).n, 0);
				assert_int_equal(give(&p, EK), ERR_PEER_POLICY);
			}
			party_done(&p);
		}
		party_done(&a);
		party_done(&b);
	}
}

/* ---- bits on the way ---- */

static void flip_wire(u8 *wire, size_t n, void *arg)
{
	size_t at = *(const size_t *)arg;
	assert_true(at < n);
	wire[at] ^= (u8)(1u << at % 8);
}

/* Every byte of REKEY_EK and of REKEY_CT, as somebody on the way can change it. */
static void flips_on_the_way(void **state)
{
	(void)state;
	struct party a, b;
	for (int ct = 0; ct < 2; ct++) {
		party_connect(&a, &b, &alice, &bob, 0);
		asks_for_rekey(&a, 0);
		assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), OK);
		if (ct)
			assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), OK);
		struct party *from = ct ? &b : &a, *to = ct ? &a : &b;
		for (size_t at = 0; at < 1952; at++) {
			struct party f, t;
			party_clone(&f, from);
			party_clone(&t, to);
			assert_int_equal(pass_record(&f, &t, 0, flip_wire, &at), ERR_PEER_CRYPTO);
			assert_int_equal(t.closed.closed.err, ERR_PEER_CRYPTO);
			assert_int_equal(link_pending(t.link).n, 0);
			party_done(&f);
			party_done(&t);
		}
		party_done(&a);
		party_done(&b);
	}
}

struct bend {
	struct record_chain rx; /* of the receiver, before */
	size_t at;
};

/* Somebody who has the keys of the epoch changes one bit of the payload and seals it again. */
static void flip_payload(u8 *wire, size_t n, void *arg)
{
	struct bend *how = arg;
	struct record_chain open = how->rx, seal = how->rx;
	u8 type, payload[1932];
	struct slice p;
	assert_int_equal(record_open(&open, wire, n, &type, &p), OK);
	assert_true(how->at < p.n);
	memcpy(payload, p.p, p.n);
	payload[how->at] ^= (u8)(1u << how->at % 8);
	size_t len = p.n;
	assert_int_equal(record_seal(&seal, 1, type, slice_of(payload, len), wire), OK);
}

/* The same by somebody who has stolen the keys of the epoch: whatever he does to the exchange, both notice at once or at
 * the first record behind it, and nobody reads on. */
static void flips_by_a_thief(void **state)
{
	(void)state;
	struct party a, b;
	for (int ct = 0; ct < 2; ct++) {
		party_connect(&a, &b, &alice, &bob, 0);
		asks_for_rekey(&a, 0);
		assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), OK);
		if (ct)
			assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), OK);
		size_t n = ct ? REKEY_CT_PAYLOAD : REKEY_EK_PAYLOAD;
		for (size_t at = 0; at < n; at++) {
			struct party c, d;
			party_clone(&c, &a);
			party_clone(&d, &b);
			struct bend how = {.rx = ct ? c.link->rx : d.link->rx, .at = at};
			err_t err = pass_record(ct ? &d : &c, ct ? &c : &d, 0, flip_payload, &how);
			if (at < 4)
				assert_int_equal(err, ERR_PEER_FORMAT);
			d.records = c.records = 0;
			if (err == OK) {
				/* both go on as if it were done, and say something */
				if (!ct)
					assert_int_equal(pass_record(&d, &c, 0, NULL, NULL), OK);
				assert_int_equal(pass_record(&c, &d, 0, NULL, NULL), OK); /* DONE */
				assert_int_equal(link_send(c.link, 0, RECORD_DATA, slice_str("text")), OK);
				assert_int_equal(link_send(d.link, 0, RECORD_DATA, slice_str("text")), OK);
				u8 to_c[488];
				assert_int_equal(party_take(&d, to_c, sizeof to_c), sizeof to_c);
				assert_int_equal(pass_record(&c, &d, 0, NULL, NULL), ERR_PEER_CRYPTO);
				assert_int_equal(party_feed(&c, 0, slice_of(to_c, sizeof to_c), 0), ERR_PEER_CRYPTO);
			} else {
				assert_true(err == ERR_PEER_FORMAT || err == ERR_PEER_CRYPTO);
			}
			assert_int_equal(c.records + d.records, 0);
			party_done(&c);
			party_done(&d);
		}
		party_done(&a);
		party_done(&b);
	}
}

/* PROTO 4.3.13: "REKEY_EK whose ek fails the checks, REKEY_CT whose X25519 share has low order" */
static void keys_of_low_order(void **state)
{
	(void)state;
	struct party a, b;
	static u8 wire[1952];
	bring(&a, &b, A_WAIT_CT);
	for (int ct = 0; ct < 2; ct++) {
		struct party *p = ct ? &a : &b;
		u8 payload[REKEY_EK_PAYLOAD] = {0, 0, 0, 2}; /* both shares zero */
		struct record_chain c = p->link->rx;
		size_t n = ct ? REKEY_CT_PAYLOAD : REKEY_EK_PAYLOAD;
		u8 type = ct ? RECORD_REKEY_CT : RECORD_REKEY_EK;
		assert_int_equal(record_seal(&c, 1, type, slice_of(payload, n), wire), OK);
		assert_int_equal(party_feed(p, 0, slice_of(wire, sizeof wire), 0), ERR_PEER_CRYPTO);
		assert_int_equal(p->closed.closed.err, ERR_PEER_CRYPTO);
	}
	party_done(&a);
	party_done(&b);

	/* an ML-KEM key with a coefficient of q */
	party_connect(&a, &b, &alice, &bob, 0);
	u8 payload[REKEY_EK_PAYLOAD];
	assert_int_equal(rekey_ask(&a.link->rekey, &a.env, 1, 0, payload), OK);
	payload[4] = 0x01;
	payload[5] = (payload[5] & 0xf0) | 0x0d; /* 0xd01 */
	assert_int_equal(link_queue(a.link, RECORD_REKEY_EK, slice_of(payload, sizeof payload)), OK);
	assert_int_equal(pass_record(&a, &b, 0, NULL, NULL), ERR_PEER_CRYPTO);
	party_done(&a);
	party_done(&b);
}

/* ---- again ---- */

/* Whatever passed in epoch 1, given once more at any later point, ends the link. */
static void replays(void **state)
{
	(void)state;
	struct party a, b;
	static struct {
		bool to_a;
		size_t n;
		u8 wire[1952];
	} seen[16];
	size_t count = 0;
	party_connect(&a, &b, &alice, &bob, 0);
	asks_for_rekey(&b, 0);
	asks_for_rekey(&a, 0);
	for (int turn = 0; link_pending(a.link).n + link_pending(b.link).n > 0; turn++) {
		struct party *from = turn % 2 ? &b : &a, *to = turn % 2 ? &a : &b;
		struct slice out = link_pending(from->link);
		if (out.n == 0)
			continue;
		assert_true(count < ARRAY_LEN(seen));
		seen[count].to_a = turn % 2;
		seen[count].n = record_wire_size(out.p[0]);
		memcpy(seen[count].wire, out.p, seen[count].n);
		count++;
		assert_int_equal(pass_record(from, to, 0, NULL, NULL), OK);
		for (size_t i = 0; i < count; i++) {
			for (int to_a = 0; to_a < 2; to_a++) { /* also to the one who said it */
				struct party p;
				party_clone(&p, to_a ? &a : &b);
				p.records = 0;
				assert_int_equal(party_feed(&p, 0, slice_of(seen[i].wire, seen[i].n), 0),
				                 ERR_PEER_CRYPTO);
				assert_int_equal(p.records, 0);
				party_done(&p);
			}
		}
	}
	assert_int_equal(count, 6);
	assert_epoch(&a, &b, 2);
	party_done(&a);
	party_done(&b);
}

/* A record sealed with the keys of the old epoch behind the change, and one with those of the new before it. */
static void records_of_the_wrong_epoch(void **state)
{
	(void)state;
	u8 wire[488];
	for (int early = 0; early < 2; early++) {
		struct party a, b;
		bring(&a, &b, B_WAIT_DONE); /* A has not had the CT, B is half in epoch 2 */
		struct record_chain c = early ? b.link->rekey.next_rx : b.link->rx;
		if (!early)
			assert_int_equal(give(&b, DONE), OK);
		assert_int_equal(record_seal(&c, 0, RECORD_DATA, slice_str("text"), wire), OK);
		assert_int_equal(party_feed(&b, 0, slice_of(wire, sizeof wire), 0), ERR_PEER_CRYPTO);
		assert_int_equal(b.records, 0);
		party_done(&a);
		party_done(&b);
	}
}

/* ---- ends in the middle ---- */

/* PROTO 4.4.1: "`CLOSE(reason u8)` is the only clean end." At each point of a rekey. */
static void ends_in_the_middle(void **state)
{
	(void)state;
	for (unsigned point = 0; point < 5; point++) {
		for (int how = 0; how < 4; how++) {
			struct party a, b;
			party_connect(&a, &b, &alice, &bob, 0);
			asks_for_rekey(&b, 0); /* DATA EK | CT | DONE */
			for (unsigned i = 0; i < point; i++) {
				struct party *from = i == 2 ? &a : &b, *to = i == 2 ? &b : &a;
				assert_int_equal(pass_record(from, to, 0, NULL, NULL), OK);
				if (i == 3)
					break;
			}
			struct party *p = how & 1 ? &a : &b, *q = how & 1 ? &b : &a;
			if (how & 2) {
				link_eof(p->link);
				link_eof(q->link);
			} else {
				link_close(p->link, LINK_CLOSE_DONE);
			}
			static u8 room[8192];
			size_t n = party_take(p, room, sizeof room);
			assert_int_equal(party_feed(q, 0, slice_of(room, n), 0), OK);
			party_work(&a, 0);
			party_work(&b, 0);
			assert_int_equal(a.closes + b.closes, 2);
			assert_int_equal(a.closed.closed.err, how & 2 ? ERR_AGAIN : OK);
			assert_int_equal(b.closed.closed.err, how & 2 ? ERR_AGAIN : OK);
			/* PROTO 4.3.4: "The keys of an epoch are wiped when it ends" */
			static const struct rekey none;
			assert_memory_equal(&a.link->rekey, &none, sizeof none);
			assert_memory_equal(&b.link->rekey, &none, sizeof none);
			party_done(&a);
			party_done(&b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_in_every_state),
		cmocka_unit_test(flips_on_the_way),
		cmocka_unit_test(flips_by_a_thief),
		cmocka_unit_test(keys_of_low_order),
		cmocka_unit_test(replays),
		cmocka_unit_test(records_of_the_wrong_epoch),
		cmocka_unit_test(ends_in_the_middle),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
