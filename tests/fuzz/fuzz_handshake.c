/* A link as A and as B: an honest peer drives it up to some point, then the input goes on, as bytes of a stranger or as
 * what a peer with the keys says.
 *
 *	byte 0  mode, see below      byte 1  size of the chunks it is fed in (0: all at once)      then the input proper */
#include <stdlib.h>

#include "crypto/kdf.h"
#include "party.h"
#include "peer/hs_private.h"
#include "peer/link_private.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

enum mode {
	B_M1,        /* bytes to B from the start */
	B_M3,        /* after an honest M1 */
	B_OPEN,      /* after an honest M3 */
	A_M2,        /* bytes to A from the start */
	A_ACCEPT,    /* after an honest M2 */
	A_OPEN,      /* after an honest ACCEPT */
	B_M1_EDITED, /* an honest M1 with changes: (place u16be, xor u8)... */
	A_P2_EDITED, /* M2 by a B who has the keys, with changes of what is sealed in it */
	B_P3_EDITED, /* M3 by an A who has the keys, likewise */
	B_RECORDS,   /* records by an A who has the keys: (type u8, length u16be, payload)... */
	A_RECORDS,   /* the same by B, from ACCEPT on */
	B_EARLY,     /* the same by an A who does not wait for ACCEPT */
	MODES
};

static struct person alice, bob;

static void set_up(void)
{
	if (alice.key)
		return;
	person_init(&alice, 1);
	person_init(&bob, 2);
}

static void must(bool x)
{
	if (!x)
		abort();
}

/* What holds for a link in any state. */
static void check(struct party *p)
{
	party_work(p, 0);
	must(p->closes <= 1 && p->opens <= 1 && p->asked_sign <= 1 && p->asked_accept <= 1 && p->asked_pin <= 1);
	must(link_pending(p->link).n <= LINK_OUT_MAX + LINK_OUT_RESERVE);
	if (p->closes && p->closed.closed.reason == LINK_CLOSE_NONE)
		must(link_pending(p->link).n == 0 && p->closed.closed.err != OK);
	must(!p->closes || p->closed.closed.err != ERR_BUG);
	must((link_deadline(p->link) == LINK_NEVER) == (p->closes == 1));
}

static void feed(struct party *p, struct slice in, size_t chunk)
{
	(void)!party_feed(p, 0, in, chunk);
	check(p);
}

/* Moves all that from has to say to to. */
static void pass(struct party *from, struct party *to)
{
	static u8 room[RECORD_MAX_WIRE];
	feed(to, slice_of(room, party_take(from, room, sizeof room)), 0);
}

static void edit(void *at, size_t n, struct slice how)
{
	u8 *p = at;
	for (; how.n >= 3; how = slice_of(how.p + 3, how.n - 3))
		p[((size_t)how.p[0] << 8 | how.p[1]) % n] ^= how.p[2];
}

/* B's question "sign this" is left unanswered: does it here, with changes. */
static void answer_edited(struct party *b, struct slice how)
{
	struct handshake *h = b->link->hs;
	struct auth_sigs sigs;
	edit(&h->plain.p2, HS_P2_SIGNED, how);
	memcpy(h->th, h->ad, 64);
	boc_mix(h->th, 3, slice_of(&h->plain.p2, HS_P2_SIGNED));
	memcpy(h->req.th, h->th, 64);
	person_sign(&bob, &h->req, &sigs);
	if (how.n % 3 == 1)
		edit(&sigs, sizeof sigs, how);
	must(link_give_signature(b->link, &sigs, NULL) == OK);
}

static void reveal_edited(struct party *a, struct slice how)
{
	struct handshake *h = a->link->hs;
	struct auth_sigs sigs;
	edit(&h->plain.p3, HS_P3_SIGNED, how);
	memcpy(h->th, h->ad, 64);
	boc_mix(h->th, 5, slice_of(&h->plain.p3, HS_P3_SIGNED));
	memcpy(h->req.th, h->th, 64);
	person_sign(&alice, &h->req, &sigs);
	if (how.n % 3 == 1)
		edit(&sigs, sizeof sigs, how);
	edit(h->plain.p3.pad, sizeof h->plain.p3.pad, how);
	must(link_give_signature(a->link, &sigs, NULL) == OK);
}

/* Seals records with the keys that p expects and gives them to p, until p has enough. */
static void records(struct party *p, struct slice in, size_t chunk)
{
	static u8 wire[RECORD_MAX_WIRE];
	for (int i = 0; i < 100 && in.n >= 3 && !p->closes; i++) {
		u8 type = in.p[0];
		size_t n = MIN((size_t)in.p[1] << 8 | in.p[2], in.n - 3);
		n = MIN(n, RECORD_MAX_PAYLOAD);
		u8 class = (u8)record_class_for(n);
		struct record_chain c = p->link->rx;
		must(record_seal(&c, class, type, slice_of(in.p + 3, n), wire) == OK);
		if (chunk == 255)
			(void)!link_queue(p->link, RECORD_DATA, slice_of(in.p, 1)); /* it talks too */
		feed(p, slice_of(wire, record_wire_size(class)), chunk % 64);
		in = slice_of(in.p + 3 + n, in.n - 3 - n);
	}
}

/* ACCEPT and what follows by a B who has the keys. */
static void records_to_a(struct party *a, struct slice in, size_t chunk)
{
	records(a, slice_of(in.p, MIN(in.n, 3 + 468)), chunk);
	if (a->opens == 1 && !a->closes)
		records(a, in, chunk);
}

static void run(enum mode mode, struct slice in, size_t chunk)
{
	struct party a, b;
	u8 m1[HS_M1_LEN];
	party_dial(&a, &alice, &bob.pub, NULL, 1, 0);
	party_listen(&b, &bob, 2, 0);
	switch (mode) {
	case B_M1: feed(&b, in, chunk); break;
	case B_M3:
		pass(&a, &b);
		feed(&b, in, chunk);
		must(b.asked_policy == 0);
		break;
	case B_OPEN:
	case B_RECORDS:
		party_pump(&a, &b, 0, 0);
		if (mode == B_OPEN)
			feed(&b, in, chunk);
		else
			records(&b, in, chunk);
		break;
	case A_M2:
		feed(&a, in, chunk);
		must(a.asked_sign + a.asked_pin == 0);
		break;
	case A_ACCEPT:
	case A_RECORDS:
		pass(&a, &b);
		pass(&b, &a);
		pass(&a, &b);
		if (mode == A_ACCEPT) {
			feed(&a, in, chunk);
			must(a.opens == 0);
		} else {
			records_to_a(&a, in, chunk);
		}
		break;
	case A_OPEN:
		party_pump(&a, &b, 0, 0);
		feed(&a, in, chunk);
		must(a.records == 0);
		break;
	case B_M1_EDITED:
		party_take(&a, m1, sizeof m1);
		edit(m1, sizeof m1, in);
		feed(&b, slice_of(m1, sizeof m1), chunk);
		pass(&b, &a);
		break;
	case A_P2_EDITED:
		b.mute = true;
		pass(&a, &b);
		answer_edited(&b, in);
		pass(&b, &a);
		break;
	case B_P3_EDITED:
		pass(&a, &b);
		a.mute = true;
		pass(&b, &a);
		must(link_give_pinned(a.link) == OK);
		reveal_edited(&a, in);
		pass(&a, &b);
		break;
	case B_EARLY:
		pass(&a, &b);
		pass(&b, &a);
		b.status = (enum accept_status)(chunk % 4);
		pass(&a, &b);
		if (!b.closes)
			records(&b, in, chunk);
		break;
	case MODES: break;
	}
	check(&a);
	check(&b);
	party_done(&a);
	party_done(&b);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	set_up();
	if (size >= 2 && size < (1u << 17))
		run((enum mode)(data[0] % MODES), slice_of(data + 2, size - 2), data[1]);
	return 0;
}
