#include "party.h"

#include <assert.h>
#include <stdlib.h>

#include "crypto/kdf.h"
#include "peer/link_private.h"

#define ROOM (4u << 20)

static u64 zero_ms(void *arg)
{
	(void)arg;
	return 0;
}

static void stream(void *arg, void *out, size_t n)
{
	struct rng *r = arg;
	u8 block[64], *p = out;
	while (n > 0) {
		r->state++;
		sha512(block, PARTS(slice_of(&r->state, sizeof r->state)));
		size_t take = MIN(n, sizeof block);
		memcpy(p, block, take);
		p += take;
		n -= take;
	}
}

struct env env_of(struct rng *r)
{
	return (struct env){.wall_ms = zero_ms, .mono_ms = zero_ms, .random = stream, .arg = r};
}

void person_init(struct person *p, u8 number)
{
	struct secret32 seed = {{number, 'o'}};
	onion_sec_from_seed(&seed, &p->sec);
	err_t err = onion_pub_from_sec(&p->sec, &p->pub);
	seed.b[1] = 'q';
	if (err == OK)
		err = mldsa_key_new(&seed, &p->key);
	if (err != OK)
		abort();
	memcpy(p->pq.pk, mldsa_key_pk(p->key), sizeof p->pq.pk);
	memset(p->pq.next, 0xa0 + number, sizeof p->pq.next);
	p->pq.seq = number;
}

void person_done(struct person *p)
{
	mldsa_key_free(p->key);
	wipe(p, sizeof *p);
}

/* The last few signatures: with fixed seeds the same ones are asked for again and again. */
static struct {
	struct onion_pub who;
	struct auth_request what;
	struct auth_sigs sigs;
} memo[32];
static size_t memo_at;

void person_sign(const struct person *p, const struct auth_request *r, struct auth_sigs *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(memo); i++) {
		if (onion_pub_eq(&memo[i].who, &p->pub) && memcmp(&memo[i].what, r, sizeof *r) == 0) {
			*ret = memo[i].sigs;
			return;
		}
	}
	struct auth_msg m = authmsg_for_ed(r);
	err_t err = onion_sign(&p->sec, auth_msg_slice(&m), ret->ed);
	m = authmsg_for_pq(r, ret->ed);
	if (err == OK)
		err = mldsa_sign(p->key, NULL, auth_msg_slice(&m), authmsg_ctx(r->role), ret->pq);
	if (err != OK)
		abort();
	memo_at = (memo_at + 1) % ARRAY_LEN(memo);
	memo[memo_at].who = p->pub;
	memo[memo_at].what = *r;
	memo[memo_at].sigs = *ret;
}

void person_forget(void)
{
	wipe(memo, sizeof memo);
}

static void party_init(struct party *p, const struct person *me, u64 seed)
{
	*p = (struct party){.me = me, .rng = {seed << 32}, .allow = true};
	p->env = env_of(&p->rng);
}

void party_dial(struct party *p, const struct person *me, const struct onion_pub *to, const struct pq_identity *pin,
                u64 seed, u64 now)
{
	party_dial_with(p, me, &(struct hs_config){.dialled = to, .pin = pin}, seed, now);
}

void party_dial_with(struct party *p, const struct person *me, const struct hs_config *with, u64 seed, u64 now)
{
	struct hs_config cfg = *with;
	party_init(p, me, seed);
	cfg.own = &me->pub;
	cfg.own_pq = &me->pq;
	p->link = link_new_initiator(&p->env, &cfg, now);
}

void party_listen(struct party *p, const struct person *me, u64 seed, u64 now)
{
	party_init(p, me, seed);
	struct hs_config cfg = {.own = &me->pub, .own_pq = &me->pq};
	p->link = link_new_responder(&p->env, &cfg, now);
}

void party_done(struct party *p)
{
	p->link = link_free(p->link);
}

static void on_record(struct party *p, const struct link_event *ev)
{
	if (p->records == PARTY_MAX_RECORDS)
		return;
	p->record[p->records].type = ev->record.type;
	p->record[p->records].n = ev->record.payload.n;
	size_t n = MIN(ev->record.payload.n, sizeof p->record[0].head);
	if (n)
		memcpy(p->record[p->records].head, ev->record.payload.p, n);
	p->records++;
}

static void accept_hash(const struct hs_result *r, enum accept_status status, u8 psk_sel, u8 ret[static 64])
{
	u8 payload[ACCEPT_LEN];
	accept_payload(status, psk_sel, payload);
	sha512(ret, PARTS(slice_of(r->th7, 64), slice_of(payload, sizeof payload)));
}

err_t party_accept(struct link *l, u64 now, enum accept_status status)
{
	static const struct secret32 none;
	struct record_root root = {{0}};
	u8 hash[64];
	if (l->hs) {
		accept_hash(hs_claim(l->hs), status, 0, hash);
		memcpy(root.b, hs_claim(l->hs)->root, 64);
		cont_root(&root, &none, hash);
	}
	err_t e = link_give_accept(l, now, status, 0, &root);
	wipe(&root, sizeof root);
	return e;
}

static err_t give_signature(struct party *p, const struct auth_request *r)
{
	struct auth_sigs sigs;
	struct hs_tags tags;
	u8 th6[64];
	person_sign(p->me, r, &sigs);
	if (r->role == AUTH_RESPONDER)
		return link_give_signature(p->link, &sigs, NULL);
	cont_th6(r->th, &sigs, th6);
	cont_tags(&p->env, th6, &p->pair, p->inv, &tags);
	for (size_t i = 0; i < sizeof tags; i++)
		((u8 *)&tags)[i] ^= ((const u8 *)&p->lie)[i];
	return link_give_signature(p->link, &sigs, &tags);
}

/* As the vault of B does. */
static err_t give_accept(struct party *p, const struct link_event *ev, u64 now)
{
	const struct hs_result *r = ev->accept.claim;
	struct record_root root;
	u8 hash[64];
	p->relation = ev->accept.relation;
	memcpy(p->inv_id, ev->accept.inv_id, sizeof p->inv_id);
	memcpy(root.b, r->root, 64);
	p->said = p->relation == PQ_CHANGED ? ACCEPT_KEY_CHANGED : p->status;
	const struct secret32 *inv = p->inv && cont_inv_fits(r->th6, &r->tags, p->inv) ? p->inv : NULL;
	static const u8 nobody[HS_INV_ID_LEN];
	if (p->judges_inv && p->said < ACCEPT_INVITE_BAD && !inv && memcmp(p->inv_id, nobody, sizeof nobody) != 0)
		p->said = ACCEPT_INVITE_BAD;
	if (p->said < ACCEPT_INVITE_BAD) {
		p->stored = *ev->accept.pq;
		cont_choose(r->th6, &r->tags, &p->pair, inv, &p->choice);
		if (p->choice.lost && p->said == ACCEPT_OK)
			p->said = ACCEPT_CONT_LOST;
	}
	accept_hash(r, p->said, p->choice.psk_sel, hash);
	cont_root(&root, &p->choice.psk, hash);
	p->next = p->pair;
	if (p->said < ACCEPT_INVITE_BAD)
		cont_next(&p->next, &p->choice, &root, r->th7);
	err_t e = link_give_accept(p->link, now, p->said, p->choice.psk_sel, &root);
	wipe(&root, sizeof root);
	return e;
}

/* As the vault of A does. */
static err_t give_root(struct party *p, const struct link_event *ev, u64 now)
{
	const struct hs_result *r = ev->root.claim;
	struct record_root root;
	p->said = ev->root.status;
	if (cont_follow(r->th6, &r->tags, &p->pair, p->inv, p->said, ev->root.psk_sel, &p->choice) != OK) {
		link_eof(p->link); /* as net does it: PROTO 3.5.1: "wipe and close, no error message" */
		return OK;
	}
	memcpy(root.b, r->root, 64);
	cont_root(&root, &p->choice.psk, ev->root.accept_hash);
	if (p->said < ACCEPT_INVITE_BAD) {
		cont_next(&p->pair, &p->choice, &root, r->th7);
		p->committed = true;
	}
	err_t e = link_give_root(p->link, now, &root);
	wipe(&root, sizeof root);
	return e;
}

/* The vault's side of one event. Answers may fail; then LINK_CLOSED tells. */
static void answer(struct party *p, const struct link_event *ev, u64 now)
{
	err_t err = OK;
	bool mute = p->mute || p->mute_at >> ev->type & 1;
	switch (ev->type) {
	case LINK_WANT_SIGN:
		p->asked_sign++;
		if (!mute)
			err = give_signature(p, &ev->sign);
		break;
	case LINK_WANT_PIN:
		p->asked_pin++;
		p->relation = ev->pin.relation;
		if (mute)
			break;
		if (p->relation != PQ_CHANGED)
			p->stored = *ev->pin.pq;
		err = link_give_pinned(p->link);
		break;
	case LINK_WANT_POLICY:
		p->asked_policy++;
		if (!mute)
			err = link_give_policy(p->link, p->allow, p->pin);
		break;
	case LINK_WANT_ACCEPT:
		p->asked_accept++;
		if (!mute)
			err = give_accept(p, ev, now);
		break;
	case LINK_WANT_ROOT:
		p->asked_root++;
		if (!mute)
			err = give_root(p, ev, now);
		break;
	case LINK_OPEN:
		p->opens++;
		p->open = *ev;
		p->open_pq = *ev->open.pq;
		break;
	case LINK_RECORD: on_record(p, ev); break;
	case LINK_CLOSED:
		p->closes++;
		p->closed = *ev;
		break;
	}
	(void)err;
}

void party_work(struct party *p, u64 now)
{
	struct link_event ev;
	while (link_next(p->link, &ev)) {
		assert(p->closes == 0); /* LINK_CLOSED is the last event */
		answer(p, &ev, now);
	}
	if (link_is_confirmed(p->link) && !p->committed && p->said < ACCEPT_INVITE_BAD) {
		p->pair = p->next;
		p->committed = true;
	}
}

err_t party_feed(struct party *p, u64 now, struct slice in, size_t chunk)
{
	err_t first = OK;
	while (in.n > 0) {
		/* a fresh heap block of just this size, so that the sanitizer sees any byte read past it */
		size_t n = chunk ? MIN(chunk, in.n) : in.n;
		u8 *copy = malloc(n);
		assert(copy);
		memcpy(copy, in.p, n);
		struct slice rest = slice_of(copy, n);
		err_t err = link_feed(p->link, now, &rest);
		first = first == OK ? err : first;
		free(copy);
		in = slice_of(in.p + (n - rest.n), in.n - (n - rest.n));
		size_t events = (size_t)(p->asked_sign + p->asked_pin + p->asked_policy + p->asked_accept +
		                         p->asked_root + p->opens) +
		                p->records;
		party_work(p, now);
		size_t after = (size_t)(p->asked_sign + p->asked_pin + p->asked_policy + p->asked_accept +
		                        p->asked_root + p->opens) +
		               p->records;
		if (rest.n == n && after == events)
			break; /* it takes nothing and wants nothing: an answer is outstanding */
	}
	return first;
}

size_t party_take(struct party *p, u8 *out, size_t cap)
{
	struct slice s = link_pending(p->link);
	size_t n = MIN(s.n, cap);
	if (n)
		memcpy(out, s.p, n);
	link_sent(p->link, n);
	return n;
}

void party_clone(struct party *ret, const struct party *p)
{
	const struct link *l = p->link;
	assert(!l->has_event && !l->hs);
	*ret = *p;
	ret->env = env_of(&ret->rng);
	ret->link = malloc(sizeof *l);
	assert(ret->link);
	*ret->link = *l;
	ret->link->env = &ret->env;
	ret->link->out = buf_with_max(l->out.max);
	err_t err = buf_append(&ret->link->out, buf_bytes(&l->out));
	assert(err == OK);
	(void)err;
}

void party_pump(struct party *a, struct party *b, u64 now, size_t chunk)
{
	u8 *room = malloc(ROOM);
	assert(room);
	bool moved = true;
	party_work(a, now);
	party_work(b, now);
	while (moved) {
		size_t n = party_take(a, room, ROOM);
		moved = n > 0;
		(void)!party_feed(b, now, slice_of(room, n), chunk);
		n = party_take(b, room, ROOM);
		moved |= n > 0;
		(void)!party_feed(a, now, slice_of(room, n), chunk);
	}
	free(room);
}

void party_connect(struct party *a, struct party *b, const struct person *alice, const struct person *bob, u64 now)
{
	party_dial(a, alice, &bob->pub, NULL, 1, now);
	party_listen(b, bob, 2, now);
	link_connected(a->link, now);
	party_pump(a, b, now, 0);
	assert(a->opens == 1 && b->opens == 1);
}
