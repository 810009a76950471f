/* Two honest sides from the first byte on, who have met or not, were invited or not, changed their keys or not; and what
 * becomes of them when a vault is slow or lies, bytes change on the way, the stream ends, or time passes, at any point. As
 * long as everybody was honest, the end is known.
 *
 *	byte 0  pairs of both (enum pairs) | invitation << 3 | status of B << 5 | A knows B's fingerprint << 7
 *	byte 1  B's pin of A | A's pin of B << 2 (enum pin) | deny << 4 | the fingerprint is another << 5
 *	byte 2  a question that its side leaves unanswered (enum mute)
 *	then    (what u8, how u8)..., see enum what; bit 0 of how is the side: 1 is B */
#include <stdlib.h>

#include "crypto/kdf.h"
#include "party.h"
#include "peer/knock.h"
#include "peer/link_private.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

enum pairs { NOBODY, SAME, A_AHEAD, B_AHEAD, ONE_EACH, ONLY_B, OTHERS, CROSSED, PAIRS };
enum pin { NONE, PRESENT, BEFORE, LONG_BEFORE };
enum mute { NEVER, A_SIGN, A_PIN, A_ROOT, B_SIGN, B_POLICY, B_ACCEPT, MUTES };

enum what {
	PASS,   /* all that it has to say arrives, how / 2 bytes at a time (0: at once) */
	TALK,   /* both say all they have to say */
	CHANGE, /* (place u16be, xor u8): what it says next is changed on the way */
	BYTES,  /* (length u8, bytes): so many bytes of a stranger arrive at it */
	RECORD, /* (type u8, length u8, payload): a record arrives at it from a peer who has the keys */
	SAY,    /* (type u8, length u8): its layer above says that */
	CHAIN,  /* (place u16be, xor u8): A's layer above says its ROTCHAIN, changed */
	TAGS,   /* (place u8, xor u8): A's vault is to lie about its tags */
	ACCEPT, /* how: psk_sel, status: B's vault answers that, if it is muted there */
	END,    /* its stream ends */
	CLOSE,  /* its layer above closes, how / 2 is the reason */
	PROBE,  /* asks whether the other is there */
	TIME,   /* how seconds pass */
	DUE,    /* time passes until it is due */
	WHATS
};

#define IDENTITIES 4

static struct {
	struct person now;
	struct mldsa_key *key[IDENTITIES];
	struct pq_identity pq[IDENTITIES]; /* the last is the present one */
} who[2];
static u8 good_chain[(IDENTITIES - 1) * PQ_ENTRY_LEN];
static struct secret32 secret[6]; /* of continuity; the last two of invitations */

struct scene {
	struct party side[2];
	struct knock_keys knock[2];
	u64 now;
	enum pairs pairs;
	int invitation; /* 0 none, 1 good, 2 not its secret, 3 unknown */
	enum accept_status status;
	bool knows_fp, other_fp, deny;
	enum pin pin[2]; /* pin[1]: B's of A */
	enum mute mute;
	bool honest; /* everybody was; */
	bool over;   /* or somebody ended it, or time passed */
};

static void must(bool x)
{
	if (!x)
		abort();
}

static void make_person(int side)
{
	struct person *me = &who[side].now;
	person_init(me, (u8)(side + 1));
	for (u8 i = 0; i < IDENTITIES; i++) {
		struct pq_identity *pq = &who[side].pq[i];
		struct secret32 seed = {{(u8)(side + 1), 'q', i}};
		must(mldsa_key_new(&seed, &who[side].key[i]) == OK);
		memcpy(pq->pk, mldsa_key_pk(who[side].key[i]), MLDSA_PK_LEN);
		memset(pq->next, 7, sizeof pq->next);
		pq->seq = 5 + i;
		if (i > 0)
			pq_commit(pq->pk, pq[-1].next);
	}
	mldsa_key_free(me->key);
	me->key = who[side].key[IDENTITIES - 1];
	me->pq = who[side].pq[IDENTITIES - 1];
}

static void set_up(void)
{
	if (who[0].now.key)
		return;
	make_person(0);
	make_person(1);
	for (int i = 0; i < IDENTITIES - 1; i++) {
		struct pq_entry e = {.id = who[0].pq[i]};
		u8 msg[PQ_ROTATE_MSG_LEN];
		pq_rotate_msg(&who[0].now.pub, &e.id, msg);
		must(mldsa_sign(who[0].key[i], NULL, slice_of(msg, sizeof msg), pq_rotate_ctx(), e.sig) == OK);
		pq_entry_encode(&e, good_chain + i * PQ_ENTRY_LEN);
	}
	for (u8 i = 0; i < ARRAY_LEN(secret); i++)
		memset(secret[i].b, 'a' + i, sizeof secret[i].b);
}

/* ---- the scene ---- */

static struct cont_pair pair_of(enum pairs p, int side)
{
	/* per side: cur, prev; -1: none */
	static const int of[PAIRS][2][2] = {
		[NOBODY] = {{-1, -1}, {-1, -1}}, [SAME] = {{1, 0}, {1, 0}},       [A_AHEAD] = {{2, 1}, {1, 0}},
		[B_AHEAD] = {{1, 0}, {2, 1}},    [ONE_EACH] = {{1, -1}, {1, -1}}, [ONLY_B] = {{-1, -1}, {1, 0}},
		[OTHERS] = {{1, 0}, {3, 2}},     [CROSSED] = {{2, 1}, {3, 1}},
	};
	const int *v = of[p][side];
	struct cont_pair pair = {.has = (unsigned)(v[0] >= 0) + (unsigned)(v[1] >= 0)};
	if (v[0] >= 0)
		pair.cur = secret[v[0]];
	if (v[1] >= 0)
		pair.prev = secret[v[1]];
	return pair;
}

static const struct pq_identity *pin_of(const struct scene *s, int side)
{
	const struct pq_identity *pq = who[!side].pq;
	switch (s->pin[side]) {
	case NONE: break;
	case PRESENT: return &pq[IDENTITIES - 1];
	case BEFORE: return &pq[IDENTITIES - 2];
	case LONG_BEFORE: return &pq[1];
	}
	return NULL;
}

static void read_scene(const u8 *in, struct scene *s)
{
	s->pairs = (enum pairs)(in[0] % PAIRS);
	s->invitation = in[0] >> 3 & 3;
	s->status = (enum accept_status)(in[0] >> 5 & 3);
	s->knows_fp = in[0] >> 7 & 1;
	s->pin[1] = (enum pin)(in[1] & 3);
	s->pin[0] = (enum pin)(in[1] >> 2 & 3);
	s->deny = in[1] >> 4 & 1;
	s->other_fp = in[1] >> 5 & 1;
	s->mute = (enum mute)(in[2] % MUTES);
	s->honest = true;
}

static void begin(struct scene *s)
{
	static const enum link_event_type question[MUTES] = {
		[A_SIGN] = LINK_WANT_SIGN, [A_PIN] = LINK_WANT_PIN,       [A_ROOT] = LINK_WANT_ROOT,
		[B_SIGN] = LINK_WANT_SIGN, [B_POLICY] = LINK_WANT_POLICY, [B_ACCEPT] = LINK_WANT_ACCEPT,
	};
	struct party *a = &s->side[0], *b = &s->side[1];
	u8 fp[PQ_FP_LEN], inv_id[HS_INV_ID_LEN] = {1, 2, 3};
	struct cont_pair pair = pair_of(s->pairs, 0);
	cont_knock(&pair, &s->knock[0]);
	pq_fingerprint(&who[1].now.pub, &who[1].now.pq, fp);
	fp[5] ^= s->other_fp;
	struct hs_config cfg = {
		.dialled = &who[1].now.pub,
		.pin = pin_of(s, 0),
		.pqfp = s->knows_fp ? fp : NULL,
		.inv_id = s->invitation ? inv_id : NULL,
		.knock = &s->knock[0],
	};
	party_dial_with(a, &who[0].now, &cfg, 1, 0);
	party_listen(b, &who[1].now, 2, 0);
	a->pair = pair;
	b->pair = pair_of(s->pairs, 1);
	cont_knock(&b->pair, &s->knock[1]);
	a->inv = s->invitation ? &secret[s->invitation == 2 ? 5 : 4] : NULL;
	b->inv = s->invitation == 3 ? NULL : &secret[4];
	b->judges_inv = true;
	b->allow = !s->deny;
	b->pin = pin_of(s, 1);
	b->status = s->status;
	if (s->mute != NEVER)
		s->side[s->mute >= B_SIGN].mute_at = 1u << question[s->mute];
	link_connected(a->link, 0);
}

/* ---- what is known ---- */

static bool a_refuses(const struct scene *s)
{
	return s->pin[0] == LONG_BEFORE || (s->pin[0] == NONE && s->knows_fp && s->other_fp);
}

static bool is_common(enum pairs p)
{
	return p == SAME || p == A_AHEAD || p == B_AHEAD || p == ONE_EACH || p == CROSSED;
}

static enum accept_status expected_status(const struct scene *s)
{
	if (s->pin[1] == LONG_BEFORE)
		return ACCEPT_KEY_CHANGED;
	if (s->invitation > 1 || s->status == ACCEPT_INVITE_BAD)
		return ACCEPT_INVITE_BAD;
	bool lost = !is_common(s->pairs) && (s->pairs == ONLY_B || s->pairs == OTHERS);
	return lost && s->status == ACCEPT_OK ? ACCEPT_CONT_LOST : s->status;
}

/* Both have said all they had to say, and nobody was anything but honest. */
static void check_honest(const struct scene *s)
{
	const struct party *a = &s->side[0], *b = &s->side[1];
	/* with status 2 there is no continuity to select: a vault does not say it where there is (PROTO 3.4.9) */
	bool odd = s->status == ACCEPT_CONT_LOST && is_common(s->pairs) && expected_status(s) == ACCEPT_CONT_LOST;
	if (!s->honest || s->over || s->mute != NEVER || odd)
		return;
	if (a_refuses(s)) {
		must(a->closes == 1 && a->closed.closed.err == ERR_PEER_PIN && b->asked_policy == 0);
		return;
	}
	must(b->asked_policy == 1);
	if (s->deny) {
		must(b->closes == 1 && b->closed.closed.err == ERR_PEER_POLICY && b->asked_accept == 0 &&
		     a->opens == 0);
		return;
	}
	enum accept_status status = expected_status(s);
	must(a->opens == 1 && a->open.open.status == status && b->said == status);
	must(b->opens == (status != ACCEPT_INVITE_BAD) && a->choice.psk_sel == b->choice.psk_sel);
	must(b->relation == (s->pin[1] == NONE      ? PQ_NEW
	                     : s->pin[1] == PRESENT ? PQ_SAME
	                     : s->pin[1] == BEFORE  ? PQ_ROTATED
	                                            : PQ_CHANGED));
	if (status < ACCEPT_INVITE_BAD) {
		u8 sel = is_common(s->pairs) ? 2 : s->invitation ? 1 : 0;
		must(sel == 2 ? a->choice.psk_sel >= 2 : a->choice.psk_sel == sel);
		must(memcmp(&a->pair.cur, &b->next.cur, sizeof a->pair.cur) == 0);
		/* wherever there is one, the newest common secret is 1 */
		const struct secret32 *prev = sel == 2 ? &secret[1] : a->choice.lost ? &a->pair.cur : NULL;
		must(a->pair.has == (prev ? 2 : 1) && (!prev || memcmp(&a->pair.prev, prev, sizeof *prev) == 0));
		must(sel != 2 || memcmp(&b->next.prev, prev, sizeof *prev) == 0);
	}
}

/* What holds for a side in any state. */
static void check_side(struct scene *s, struct party *p)
{
	party_work(p, s->now);
	must(p->closes <= 1 && p->opens <= 1 && p->asked_sign <= 1 && p->asked_accept <= 1 && p->asked_pin <= 1);
	must(link_pending(p->link).n <= LINK_OUT_MAX + LINK_OUT_RESERVE);
	must(!p->closes || p->closed.closed.err != ERR_BUG);
	must((link_deadline(p->link) == LINK_NEVER) == (p->closes == 1));
	must(link_last_received_ms(p->link) <= s->now);
}

/* ---- steps ---- */

static void arrive(struct scene *s, int to, struct slice in, size_t chunk)
{
	struct party *p = &s->side[to];
	if (to == 1 && p->link->hs && hs_state(p->link->hs) == HS_B_WAIT_M1 && in.n == HS_M1_LEN) {
		u8 digest[64];
		knock_digest(in.p, digest);
		bool fits = knock_fits(&s->knock[1], digest, in.p + KNOCK_COVERS);
		must(!s->honest || fits == is_common(s->pairs));
	}
	(void)!party_feed(p, s->now, in, chunk);
}

static bool pass(struct scene *s, int from, size_t chunk, struct slice change)
{
	static u8 room[1 << 16];
	size_t n = party_take(&s->side[from], room, sizeof room);
	if (n > 0 && change.n == 3) {
		room[((size_t)change.p[0] << 8 | change.p[1]) % n] ^= change.p[2];
		s->honest &= change.p[2] == 0;
	}
	arrive(s, !from, slice_of(room, n), chunk);
	return n > 0;
}

static void talk(struct scene *s)
{
	static const struct slice as_it_is;
	for (bool moved = true; moved;) {
		moved = pass(s, 0, 0, as_it_is);
		moved |= pass(s, 1, 0, as_it_is);
	}
	check_side(s, &s->side[0]);
	check_side(s, &s->side[1]);
	check_honest(s);
}

static void inject(struct scene *s, int to, u8 type, struct slice payload)
{
	static u8 wire[RECORD_MAX_WIRE];
	struct link *l = s->side[to].link;
	bool keys = l->state == LINK_ACCEPTING || l->state == LINK_RUNNING;
	if (!keys || l->in_n > 0 || l->waits_for_root)
		return;
	s->honest = false;
	struct record_chain c = l->rx;
	u8 class = (u8)record_class_for(payload.n);
	must(record_seal(&c, class, type, payload, wire) == OK);
	arrive(s, to, slice_of(wire, record_wire_size(class)), 0);
}

/* PROTO 5.3.3: what B makes of a ROTCHAIN that A says. */
static void say_chain(struct scene *s, struct slice change)
{
	struct party *a = &s->side[0];
	u8 chain[sizeof good_chain];
	memcpy(chain, good_chain, sizeof chain);
	size_t at = ((size_t)change.p[0] << 8 | change.p[1]) % sizeof chain, n = sizeof chain;
	chain[at] ^= change.p[2];
	if (change.p[2] == 0)
		n = at; /* cut there */
	err_t err = pq_chain_verify(&who[0].now.pub, &who[0].pq[1], &who[0].now.pq, slice_of(chain, n));
	/* what comes before the pin does not matter: entry 0 */
	must((err == OK) == (n == sizeof chain && at < PQ_ENTRY_LEN));
	(void)!link_send(a->link, s->now, RECORD_ROTCHAIN, slice_of(chain, n));
}

/* B's vault answers something, with the secret that this means. */
static void accept_as(struct scene *s, u8 how)
{
	struct party *b = &s->side[1];
	struct handshake *h = b->link->hs;
	if (!h || hs_state(h) != HS_B_WANT_ACCEPT)
		return;
	s->honest = false;
	static const struct secret32 none;
	const struct secret32 *psk[] = {&none, &secret[4], &b->pair.cur, &b->pair.prev};
	enum accept_status status = (enum accept_status)(how / 4 % 4);
	if (hs_relation(h) == PQ_CHANGED)
		status = ACCEPT_KEY_CHANGED;
	u8 payload[ACCEPT_LEN], hash[64];
	accept_payload(status, how % 4, payload);
	sha512(hash, PARTS(slice_of(hs_claim(h)->th7, 64), slice_of(payload, sizeof payload)));
	struct record_root root;
	memcpy(root.b, hs_claim(h)->root, 64);
	cont_root(&root, psk[how % 4], hash);
	(void)!link_give_accept(b->link, s->now, status, how % 4, &root);
}

static void pass_time(struct scene *s, u64 ms)
{
	s->now += ms;
	s->over = true;
	for (int i = 0; i < 2; i++) {
		(void)!link_tick(s->side[i].link, s->now);
		party_work(&s->side[i], s->now);
		must(link_deadline(s->side[i].link) > s->now);
	}
}

static void pass_time_until_due(struct scene *s, const struct link *l)
{
	u64 due = link_deadline(l);
	pass_time(s, due == LINK_NEVER || due < s->now ? 0 : due - s->now);
}

/* An answer that comes when nobody waits for it any more. */
static void answer_late(struct party *p)
{
	static const struct auth_sigs sigs;
	static const struct record_root root;
	struct slice in = slice_str("late");
	must(link_give_signature(p->link, &sigs, NULL) == ERR_AGAIN);
	must(link_give_pinned(p->link) == ERR_AGAIN);
	must(link_give_policy(p->link, true, NULL) == ERR_AGAIN);
	must(link_give_accept(p->link, 0, ACCEPT_OK, 0, &root) == ERR_AGAIN);
	must(link_give_root(p->link, 0, &root) == ERR_AGAIN);
	must(link_send(p->link, 0, RECORD_DATA, in) == ERR_PEER_POLICY);
	must(link_feed(p->link, 0, &in) == OK && in.n == 0);
	link_probe(p->link, 0);
	link_close(p->link, LINK_CLOSE_DUP);
	link_eof(p->link);
	must(link_tick(p->link, 0) == OK && p->closes == 1);
}

/* The first n bytes of in; in is moved behind them. */
static struct slice take(struct slice *in, size_t n)
{
	struct slice head = slice_of(in->p, MIN(n, in->n));
	*in = slice_of(in->p + head.n, in->n - head.n);
	return head;
}

static void say(struct scene *s, struct party *p, struct slice what)
{
	static const u8 text[256];
	bool ours = what.n < 2 || what.p[0] == RECORD_PING || what.p[0] == RECORD_CLOSE ||
	            (what.p[0] >= RECORD_REKEY_EK && what.p[0] <= RECORD_ACCEPT);
	if (!ours)
		(void)!link_send(p->link, s->now, what.p[0], slice_of(text, what.p[1]));
}

static void step(struct scene *s, enum what what, u8 how, struct slice *in)
{
	int side = how & 1;
	struct party *p = &s->side[side];
	struct slice part;
	switch (what) {
	case PASS: pass(s, side, how / 2, slice_of(NULL, 0)); break;
	case TALK: talk(s); break;
	case CHANGE: pass(s, side, 0, take(in, 3)); break;
	case BYTES:
		part = take(in, 1);
		part = take(in, part.n ? part.p[0] : 0);
		s->honest &= part.n == 0;
		arrive(s, side, part, 0);
		break;
	case RECORD:
		part = take(in, 2);
		if (part.n == 2)
			inject(s, side, part.p[0], take(in, part.p[1]));
		break;
	case SAY: say(s, p, take(in, 2)); break;
	case CHAIN:
		part = take(in, 3);
		if (part.n == 3)
			say_chain(s, part);
		break;
	case TAGS:
		part = take(in, 2);
		if (part.n == 2) {
			((u8 *)&s->side[0].lie)[part.p[0] % sizeof s->side[0].lie] = part.p[1];
			s->honest = false;
		}
		break;
	case ACCEPT: accept_as(s, how); break;
	case END:
		link_eof(p->link);
		s->over = true;
		break;
	case CLOSE:
		link_close(p->link, (enum link_close_reason)(1 + how / 2 % 6));
		s->over = true;
		break;
	case PROBE: link_probe(p->link, s->now); break;
	case TIME: pass_time(s, how * 1000u); break;
	case DUE: pass_time_until_due(s, p->link); break;
	case WHATS: break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct scene s = {0};
	if (size < 3)
		return 0;
	set_up();
	read_scene(data, &s);
	begin(&s);
	struct slice in = slice_of(data + 3, size - 3);
	for (int i = 0; i < 40 && in.n >= 2; i++) {
		struct slice head = take(&in, 2);
		step(&s, (enum what)(head.p[0] % WHATS), head.p[1], &in);
		check_side(&s, &s.side[0]);
		check_side(&s, &s.side[1]);
	}
	talk(&s);
	/* with nobody there to say anything, everything ends by itself */
	for (int i = 0; i < 2; i++) {
		for (int k = 0; k < 8 && !s.side[i].closes; k++)
			pass_time_until_due(&s, s.side[i].link);
		must(s.side[i].closes == 1);
		answer_late(&s.side[i]);
	}
	party_done(&s.side[0]);
	party_done(&s.side[1]);
	return 0;
}
