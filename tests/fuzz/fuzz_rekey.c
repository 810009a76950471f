/* An open link between two honest sides that talk, ask for rekeys, wait and let time pass as the input says; and a
 * peer who has the keys and says anything at all to one of them, with KEM messages that are good where nothing else gets
 * further.
 *
 *	the input is (what u8, how u8)..., an injected payload follows its length */
#include <stdlib.h>

#include "base/limits.h"
#include "party.h"
#include "peer/link_private.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

enum what {
	SAY,       /* how & 1: B; a DATA record of some size */
	SAY_MORE,  /* 40 of them */
	ASK,       /* how & 1: B; asks although nothing is due */
	MOVE,      /* how & 1: from B; how / 2 records, or all */
	WAIT,      /* how seconds, then both look at the clock */
	WAIT_MORE, /* how % 32 minutes in steps of 20 s, with all that is said delivered */
	UNCOUNT,   /* how & 1: B forgets what it counted */
	FLIP,      /* how & 1: a bit of what B says is bent on the way */
	INJECT,    /* how & 1: to B; (type u8, length u8, payload) by a peer who has the keys */
	EK,        /* how & 1: to B; a good one by such a peer */
	CT,        /* how & 1: to B; an answer to its REKEY_EK by such a peer */
	DONE,      /* how & 1: to B */
	CLOSE,     /* how & 1: B */
	BAD_EK,    /* how & 1: to B; (place u16be, xor u8): a good one, changed there; cut there if xor is 0 */
	BAD_CT,    /* likewise */
	BULK,      /* how & 1: B; how / 4 records of the layer above, as large as can be, none of them DATA */
	DAY,       /* how & 1: for B the day of the link is over in a moment */
	WHATS
};

struct scene {
	struct party a, b;
	u64 now;
	bool honest; /* nobody bent or injected anything so far */
	bool counts; /* nor did anybody forget to count */
	u32 said[2], heard[2];
};

static struct party open_a, open_b;

static void must(bool x)
{
	if (!x)
		abort();
}

static void set_up(void)
{
	static struct person alice, bob;
	if (alice.key)
		return;
	person_init(&alice, 1);
	person_init(&bob, 2);
	party_connect(&open_a, &open_b, &alice, &bob, 0);
}

static bool is_ours(err_t err)
{
	return err == ERR_BUG || err == ERR_LOCAL_CRYPTO;
}

/* What holds for a link at any time. */
static void check_one(struct scene *s, struct party *p)
{
	const struct link *l = p->link;
	const struct rekey *r = &l->rekey;
	party_work(p, s->now);
	must(p->closes <= 1 && !(p->closes && is_ours(p->closed.closed.err)));
	must(link_pending(l).n <= LINK_OUT_MAX + LINK_OUT_RESERVE);
	if (p->closes) {
		must(link_deadline(l) == LINK_NEVER && r->state == REKEY_OFF);
		return;
	}
	must(r->state != REKEY_OFF);
	must(l->tx.epoch == l->rx.epoch + (r->state == REKEY_WAIT_DONE));
	must(r->crossed <= (r->state == REKEY_WAIT_CT && r->initiator));
	must(!s->counts || r->sent.data <= REKEY_STOP_DATA);
	must(r->received.data <= REKEY_REFUSE_DATA);
}

/* PROTO 4.5.18: "a COVER counts as one": every other one. */
static u8 type_of(u32 number)
{
	return number % 2 ? RECORD_COVER : RECORD_DATA;
}

/* Who hears DATA of an honest peer hears it in order. */
static void hear(struct scene *s, struct party *p, int from)
{
	for (size_t i = 0; i < p->records && s->honest; i++) {
		if (p->record[i].type == RECORD_ACK)
			continue;
		must(p->record[i].type == type_of(s->heard[from]) &&
		     memcmp(p->record[i].head, &s->heard[from], 4) == 0);
		s->heard[from]++;
	}
	p->records = 0;
}

static void check(struct scene *s)
{
	check_one(s, &s->a);
	check_one(s, &s->b);
	bool open = !s->a.closes && !s->b.closes;
	if (open && s->honest && link_pending(s->a.link).n + link_pending(s->b.link).n == 0) {
		const struct link *a = s->a.link, *b = s->b.link;
		must(a->rekey.state == REKEY_IDLE && b->rekey.state == REKEY_IDLE);
		must(memcmp(&a->tx, &b->rx, sizeof a->tx) == 0 && memcmp(&a->rx, &b->tx, sizeof a->rx) == 0);
		must(memcmp(&a->root, &b->root, sizeof a->root) == 0);
		must(s->said[0] == s->heard[0] && s->said[1] == s->heard[1]);
	}
}

static void say(struct scene *s, int from, size_t n)
{
	static u8 text[RECORD_MAX_PAYLOAD];
	struct party *p = from ? &s->b : &s->a;
	memcpy(text, &s->said[from], 4);
	s->said[from] += link_send(p->link, s->now, type_of(s->said[from]), slice_of(text, 4 + n)) == OK;
}

static void move_record(struct scene *s, int from, const u8 *flip)
{
	static u8 wire[RECORD_MAX_WIRE];
	struct party *p = from ? &s->b : &s->a, *q = from ? &s->a : &s->b;
	struct slice out = link_pending(p->link);
	if (out.n == 0)
		return;
	size_t n = party_take(p, wire, record_wire_size(out.p[0]));
	if (flip)
		wire[*flip * 7919u % n] ^= (u8)(1u << *flip % 8);
	(void)!party_feed(q, s->now, slice_of(wire, n), 0);
	hear(s, q, from);
	must(!flip || q->closes || wire[0] != out.p[0] || q->link->in_n > 0);
}

static void move_all(struct scene *s)
{
	while (link_pending(s->a.link).n + link_pending(s->b.link).n > 0) {
		move_record(s, 0, NULL);
		check(s);
		move_record(s, 1, NULL);
		check(s);
	}
}

static void wait(struct scene *s, u64 ms)
{
	s->now += ms;
	(void)!link_tick(s->a.link, s->now);
	(void)!link_tick(s->b.link, s->now);
	/* who looked at the clock is not due again at once */
	must(link_deadline(s->a.link) > s->now && link_deadline(s->b.link) > s->now);
}

/* A record by a peer who has the keys. */
static void inject(struct scene *s, int to, u8 type, struct slice payload)
{
	static u8 wire[RECORD_MAX_WIRE];
	struct party *p = to ? &s->b : &s->a;
	if (p->closes || p->link->in_n > 0)
		return;
	s->honest = false;
	struct record_chain c = p->link->rx;
	u8 class = (u8)record_class_for(payload.n);
	must(record_seal(&c, class, type, payload, wire) == OK);
	(void)!party_feed(p, s->now, slice_of(wire, record_wire_size(class)), 0);
}

/* change: empty, or where and how. */
static void inject_kem(struct scene *s, int to, enum what what, struct slice change)
{
	struct party *p = to ? &s->b : &s->a;
	u32 next = p->link->rx.epoch + 1;
	u8 ek[REKEY_EK_PAYLOAD] = {(u8)(next >> 24), (u8)(next >> 16), (u8)(next >> 8), (u8)next};
	const struct secret32 seed = {{9}};
	static const u8 eseed[XWING_ESEED_LEN] = {8};
	struct secret32 ss;
	size_t n = REKEY_EK_PAYLOAD;
	u8 type = RECORD_REKEY_EK;
	if (what == EK) {
		must(xwing_keygen(&seed, ek + 4) == OK);
	} else if (what == DONE) {
		type = RECORD_REKEY_DONE;
		n = 0;
	} else if (p->link->rekey.state == REKEY_WAIT_CT) {
		must(xwing_encaps(p->link->rekey.ek, eseed, ek + 4, &ss) == OK);
		type = RECORD_REKEY_CT;
		n = REKEY_CT_PAYLOAD;
	} else {
		return;
	}
	if (change.n == 3 && n > 0) {
		size_t at = ((size_t)change.p[0] << 8 | change.p[1]) % n;
		ek[at] ^= change.p[2];
		n = change.p[2] ? n : at;
	}
	inject(s, to, type, slice_of(ek, n));
}

static void bulk(struct scene *s, struct party *p, int times)
{
	static const u8 zeros[RECORD_MAX_PAYLOAD];
	for (int i = 0; i < times; i++)
		(void)!link_send(p->link, s->now, RECORD_ACK, slice_of(zeros, sizeof zeros));
}

/* One step; the rest of the input. */
static struct slice step(struct scene *s, struct slice in)
{
	enum what what = (enum what)(in.p[0] % WHATS);
	u8 how = in.p[1], side = how & 1;
	struct party *p = side ? &s->b : &s->a;
	in = slice_of(in.p + 2, in.n - 2);
	switch (what) {
	case SAY: say(s, side, (size_t)how * how / 3); break;
	case SAY_MORE:
		for (int i = 0; i < 40; i++)
			say(s, side, how);
		break;
	case ASK:
		p->link->rekey.sent.data = MAX(p->link->rekey.sent.data, (u32)REKEY_DATA);
		if (!p->closes)
			(void)!link_rekey_if_due(p->link, s->now, REKEY_SENT_DATA);
		break;
	case MOVE:
		for (int i = 0; i < (how >= 250 ? 2000 : how / 2); i++)
			move_record(s, side, NULL);
		break;
	case WAIT: wait(s, how * 1000u); break;
	case WAIT_MORE:
		for (int i = 0; i < how % 32 * 3; i++) {
			wait(s, 20000);
			move_all(s);
		}
		break;
	case UNCOUNT:
		p->link->rekey.sent = (struct rekey_use){0};
		s->counts = false;
		break;
	case FLIP:
		s->honest = false;
		move_record(s, side, &how);
		break;
	case INJECT:
		if (in.n >= 2) {
			size_t n = MIN((size_t)in.p[1], in.n - 2);
			inject(s, side, in.p[0], slice_of(in.p + 2, n));
			in = slice_of(in.p + 2 + n, in.n - 2 - n);
		}
		break;
	case EK:
	case CT:
	case DONE: inject_kem(s, side, what, slice_of(NULL, 0)); break;
	case BAD_EK:
	case BAD_CT:
		if (in.n >= 3) {
			inject_kem(s, side, what == BAD_EK ? EK : CT, slice_of(in.p, 3));
			in = slice_of(in.p + 3, in.n - 3);
		}
		break;
	case BULK: bulk(s, p, how / 4); break;
	case DAY: p->link->limit_ms = s->now + 1; break;
	case CLOSE: link_close(p->link, LINK_CLOSE_DONE); break;
	case WHATS: break;
	}
	return in;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct scene s = {.honest = true, .counts = true};
	set_up();
	party_clone(&s.a, &open_a);
	party_clone(&s.b, &open_b);
	for (int i = 0; i < 200 && in.n >= 2; i++) {
		in = step(&s, in);
		check(&s);
	}
	move_all(&s);
	check(&s);
	/* who talked to honest people only, and in time, was not thrown out */
	for (int i = 0; i < 2 && s.honest && s.counts; i++) {
		const struct party *p = i ? &s.b : &s.a;
		err_t err = p->closes ? p->closed.closed.err : OK;
		must(err == OK || err == ERR_PEER_TIMEOUT);
	}
	party_done(&s.a);
	party_done(&s.b);
	return 0;
}
