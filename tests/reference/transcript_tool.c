/* transcript_tool NAME prints tests/vectors/boc1-c-NAME.json: a conversation of two links of ours, with every key and
 * random number in it, for transcript.test.mts to play against the other implementation. */
#include <assert.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "party.h"
#include "peer/knock.h"
#include "peer/link_private.h"
#include "vault/invites.h"

enum { A, B };
static const char *const side_name[] = {"a", "b"};

struct line {
	int from;
	u8 type;
	size_t n, times;
};

/* What the two have before they talk. A pair in digits: "21" is secret 2 and, before it, 1; "": none. */
struct scene {
	const char *name, *about;
	const char *pair[2];
	unsigned former[2]; /* identities that each had before */
	unsigned pinned[2]; /* of those of the other: which is pinned, from 1; 0: none */
	int invitation[2];  /* which A holds, which B gave; 0: none */
	bool knows_fp;
	enum accept_status status;
	struct line talk[16];
};

#define FEW                                               \
	{A, RECORD_HELLO, 7, 1}, {B, RECORD_DATA, 20, 1}, \
	{                                                 \
		A, RECORD_CLOSE, 1, 1                     \
	}
static const struct scene scenes[] = {
	{
		.name = "first",
		.about = "First contact, every class, the next epoch asked for by A and by B.",
		.pair = {"", ""},
		.talk = {{A, RECORD_HELLO, 12, 1},
                         {B, RECORD_HELLO, 9, 1},
                         {A, RECORD_DATA, 468, 1},
                         {B, RECORD_DATA, 469, 1},
                         {A, RECORD_ACK, 17, 1},
                         {B, RECORD_PING, 1, 1},
                         {A, RECORD_PING, 1, 1},
                         {B, RECORD_DATA, 1933, 1},
                         {A, RECORD_DATA, 0, 1},
                         {B, RECORD_ACK, 33, 1},
                         {B, RECORD_DATA, 7789, 1},
                         {A, RECORD_DATA, 1, 27}, /* with the 32nd DATA record A asks for epoch 2 */
                         {A, RECORD_DATA, 2, 1},
                         {B, RECORD_DATA, 3, 31}, /* and B for epoch 3 */
                         {A, RECORD_DATA, 4, 1},
                         {B, RECORD_CLOSE, 1, 1}},
	},
	{
		.name = "known",
		.about = "Both have changed their identity once, both have the same secrets: cont_cur fits.",
		.pair = {"21", "21"},
		.former = {1, 1},
		.pinned = {1, 1},
		.talk = {FEW},
	},
	{
		.name = "ahead",
		.about = "A is one link ahead of B: cont_prev fits.",
		.pair = {"32", "21"},
		.pinned = {1, 1},
		.status = ACCEPT_PENDING,
		.talk = {FEW},
	},
	{
		.name = "behind",
		.about = "A has one secret, the one before the last of B: cont_cur fits.",
		.pair = {"2", "32"},
		.pinned = {1, 1},
		.talk = {FEW},
	},
	{
		.name = "lost",
		.about = "No secret is common: CONT_LOST.",
		.pair = {"21", "43"},
		.pinned = {1, 1},
		.talk = {FEW},
	},
	{
		.name = "invited",
		.about = "A was invited: the fingerprint is that of B, and inv_key enters R_1.",
		.pair = {"", ""},
		.invitation = {1, 1},
		.knows_fp = true,
		.talk = {FEW},
	},
	{
		.name = "refused",
		.about = "A names another invitation than the open one: INVITE_BAD.",
		.pair = {"", ""},
		.invitation = {2, 1},
	},
	{
		.name = "rotations",
		.about = "A has changed its identity twice since B saw it: KEY_CHANGED, and a ROTCHAIN that leads "
			 "there.",
		.pair = {"", ""},
		.former = {3, 0},
		.pinned = {0, 2},
		.talk = {{A, RECORD_ROTCHAIN, 0, 1}, {B, RECORD_CLOSE, 1, 1}},
	},
};
static const struct scene *scene;

/* What one side drew, in order. */
struct tape {
	struct rng rng;
	struct env env;
	size_t draws;
	struct {
		u8 b[96];
		size_t n;
		u32 epoch; /* that was to come; 0 in the handshake */
	} draw[16];
};

#define IDENTITIES 4

static struct person person[2];
static struct mldsa_key *key[2][IDENTITIES];
static struct pq_identity identity[2][IDENTITIES]; /* the last is the present one */
static struct party party[2];
static struct tape tape[2];
static struct knock_keys knock[2];
static struct secret32 inv_key[2];
static u8 inv_id[2][HS_INV_ID_LEN], pqfp[PQ_FP_LEN];
static bool knocks;
static int leads = -1; /* B: what it thinks of the ROTCHAIN */
static json_t *steps;

static struct secret32 seed_of(int side, unsigned nth)
{
	return (struct secret32){{(u8)(side + 1), 'q', (u8)nth}};
}

static void draw(void *arg, void *out, size_t n)
{
	struct tape *t = arg;
	const struct link *l = party[t - tape].link;
	assert(t->draws < ARRAY_LEN(t->draw) && n <= sizeof t->draw[0].b);
	env_random(&t->env, out, n);
	memcpy(t->draw[t->draws].b, out, n);
	t->draw[t->draws].n = n;
	t->draw[t->draws].epoch = l && l->state == LINK_RUNNING ? l->tx.epoch + 1 : 0;
	t->draws++;
}

static json_t *hex(const void *p, size_t n)
{
	char *text = malloc(2 * n + 1);
	assert(text);
	sodium_bin2hex(text, 2 * n + 1, p, n);
	json_t *j = json_string(text);
	free(text);
	return j;
}

static struct cont_pair pair_of(const char *digits)
{
	struct cont_pair p = {.has = (unsigned)strlen(digits)};
	if (p.has > 0)
		memset(p.cur.b, digits[0], sizeof p.cur.b);
	if (p.has > 1)
		memset(p.prev.b, digits[1], sizeof p.prev.b);
	return p;
}

static void make_person(int side)
{
	struct person *me = &person[side];
	unsigned last = scene->former[side];
	person_init(me, (u8)(side + 1));
	mldsa_key_free(me->key);
	for (unsigned i = 0; i <= last; i++) {
		struct secret32 seed = seed_of(side, i);
		if (mldsa_key_new(&seed, &key[side][i]) != OK)
			abort();
		memcpy(identity[side][i].pk, mldsa_key_pk(key[side][i]), MLDSA_PK_LEN);
		memset(identity[side][i].next, 0xa0 + side, 32);
		identity[side][i].seq = 255 + i;
		if (i > 0)
			pq_commit(identity[side][i].pk, identity[side][i - 1].next);
	}
	me->key = key[side][last];
	me->pq = identity[side][last];
}

static const struct pq_identity *pin_of(int side)
{
	return scene->pinned[side] ? &identity[!side][scene->pinned[side] - 1] : NULL;
}

static void start(int side)
{
	struct person *me = &person[side];
	tape[side].rng.state = (u64)(side + 1) << 40;
	tape[side].env = env_of(&tape[side].rng);
	party[side] = (struct party){
		.me = me,
		.allow = true,
		.env = {.random = draw, .arg = &tape[side]},
		.pin = pin_of(side),
		.pair = pair_of(scene->pair[side]),
		.status = scene->status,
	};
	cont_knock(&party[side].pair, &knock[side]);
	struct hs_config cfg = {.own = &me->pub, .own_pq = &me->pq};
	if (scene->invitation[side]) {
		struct secret32 secret = {{(u8)scene->invitation[side]}};
		invites_key(&secret, &inv_key[side]);
		invites_id(&secret, inv_id[side]);
		party[side].inv = &inv_key[side];
		party[side].judges_inv = true;
		cfg.inv_id = inv_id[side];
	}
	if (side == B) {
		party[B].link = link_new_responder(&party[B].env, &cfg, 0);
		return;
	}
	cfg.dialled = &person[B].pub;
	cfg.pin = pin_of(A);
	cfg.knock = &knock[A];
	pq_fingerprint(&person[B].pub, &person[B].pq, pqfp);
	cfg.pqfp = scene->knows_fp ? pqfp : NULL;
	party[A].link = link_new_initiator(&party[A].env, &cfg, 0);
	link_connected(party[A].link, 0);
}

/* The size of the message that begins here. */
static size_t message_size(const u8 *p, size_t nth, int from)
{
	static const size_t handshake[2][2] = {{HS_M1_LEN, HS_M3_LEN}, {HS_M2_LEN, 0}};
	size_t size = nth < 2 ? handshake[from][nth] : 0;
	return size ? size : record_wire_size(p[0]);
}

/* Carries what `from` has to say, each message with its answer behind it. asked: type and payload of the first. */
static void carry(int from, json_t *asked)
{
	static size_t said[2];
	struct party *me = &party[from], *other = &party[!from];
	struct slice all;
	while ((all = link_pending(me->link)).n > 0) {
		size_t n = message_size(all.p, said[from]++, from), before = other->records;
		u8 *bytes = malloc(n);
		assert(bytes && n <= all.n);
		memcpy(bytes, all.p, n);
		link_sent(me->link, n);
		if (n == HS_M1_LEN) {
			u8 digest[64];
			knock_digest(bytes, digest);
			knocks = knock_fits(&knock[B], digest, bytes + KNOCK_COVERS);
		}
		(void)!party_feed(other, 0, slice_of(bytes, n), 0);
		json_t *step = asked ? asked : json_object();
		asked = NULL;
		json_object_set_new(step, "from", json_string(side_name[from]));
		json_object_set_new(step, "delivered", json_boolean(other->records > before));
		json_object_set_new(step, "bytes", hex(bytes, n));
		json_array_append_new(steps, step);
		free(bytes);
		carry(!from, NULL);
	}
}

/* A ROTCHAIN of all that A had before. */
static size_t make_chain(u8 *out)
{
	unsigned n = scene->former[A];
	for (unsigned i = 0; i < n; i++) {
		struct pq_entry e = {.id = identity[A][i]};
		u8 msg[PQ_ROTATE_MSG_LEN];
		pq_rotate_msg(&person[A].pub, &e.id, msg);
		if (mldsa_sign(key[A][i], NULL, slice_of(msg, sizeof msg), pq_rotate_ctx(), e.sig) != OK)
			abort();
		pq_entry_encode(&e, out + i * PQ_ENTRY_LEN);
	}
	struct slice chain = slice_of(out, n * PQ_ENTRY_LEN);
	leads = pq_chain_verify(&person[A].pub, pin_of(B), &person[A].pq, chain) == OK;
	return chain.n;
}

static void say(int from, u8 type, size_t n)
{
	u8 payload[RECORD_MAX_PAYLOAD];
	for (size_t i = 0; i < n; i++)
		payload[i] = (u8)(i * 7 + n);
	if (type == RECORD_ROTCHAIN)
		n = make_chain(payload);
	if (type == RECORD_PING) {
		payload[0] = 0;
		link_probe(party[from].link, 0);
	} else if (type == RECORD_CLOSE) {
		payload[0] = leads > 0 ? LINK_CLOSE_RENEW : LINK_CLOSE_LOCKED;
		link_close(party[from].link, (enum link_close_reason)payload[0]);
	} else if (link_send(party[from].link, 0, type, slice_of(payload, n)) != OK) {
		abort();
	}
	json_t *asked = json_object();
	json_object_set_new(asked, "asked", json_true());
	json_object_set_new(asked, "type", json_integer(type));
	json_object_set_new(asked, "payload", hex(payload, n));
	carry(from, asked);
}

/* The random numbers of one side under their names, in order. */
static json_t *tell_random(int side)
{
	static const char *const handshake[2][4] = {{"n_A", "seed of ek_A", "knock"}, {"coins of ct", "T_B"}};
	static const char *const tags[3] = {"cont_cur", "cont_prev", "inv_mac"};
	const struct tape *t = &tape[side];
	json_t *j = json_object();
	for (size_t i = 0; i < t->draws; i++) {
		const u8 *b = t->draw[i].b;
		size_t n = t->draw[i].n;
		if (n == 32 * ARRAY_LEN(tags)) {
			for (size_t k = 0; k < ARRAY_LEN(tags); k++)
				json_object_set_new(j, tags[k], hex(b + 32 * k, 32));
			continue;
		}
		char name[32];
		snprintf(name, sizeof name, "%s of %s %u", n == 32 ? "seed" : "coins", n == 32 ? "ek" : "ct",
		         t->draw[i].epoch);
		json_object_set_new(j, t->draw[i].epoch ? name : handshake[side][i], hex(b, n));
	}
	return j;
}

static json_t *tell_pair(const struct cont_pair *p)
{
	json_t *j = json_object();
	if (p->has > 0)
		json_object_set_new(j, "cur", hex(p->cur.b, sizeof p->cur.b));
	if (p->has > 1)
		json_object_set_new(j, "prev", hex(p->prev.b, sizeof p->prev.b));
	return j;
}

static json_t *tell_tuple(const struct pq_identity *id)
{
	if (!id)
		return json_null();
	json_t *j = json_object();
	json_object_set_new(j, "pk", hex(id->pk, sizeof id->pk));
	json_object_set_new(j, "next", hex(id->next, sizeof id->next));
	json_object_set_new(j, "seq", json_integer(id->seq));
	return j;
}

static json_t *tell_person(int side)
{
	const struct person *p = &person[side];
	const struct cont_pair pair = pair_of(scene->pair[side]);
	struct secret32 seed = seed_of(side, scene->former[side]);
	struct secret32 invitation = {{(u8)scene->invitation[side]}};
	json_t *j = json_object();
	json_object_set_new(j, "onion_secret", hex(p->sec.b, sizeof p->sec.b));
	json_object_set_new(j, "pq_seed", hex(seed.b, sizeof seed.b));
	json_object_set_new(j, "next", hex(p->pq.next, sizeof p->pq.next));
	json_object_set_new(j, "seq", json_integer(p->pq.seq));
	json_object_set_new(j, "random", tell_random(side));
	json_object_set_new(j, "onion", hex(p->pub.b, sizeof p->pub.b));
	json_object_set_new(j, "pk", hex(p->pq.pk, sizeof p->pq.pk));
	json_object_set_new(j, "pin", tell_tuple(pin_of(side)));
	if (side == A && scene->knows_fp)
		json_object_set_new(j, "pqfp", hex(pqfp, sizeof pqfp));
	if (scene->invitation[side])
		json_object_set_new(j, "invitation", hex(invitation.b, sizeof invitation.b));
	json_object_set_new(j, "pair", tell_pair(&pair));
	json_object_set_new(j, "pair_after", tell_pair(&party[side].pair));
	return j;
}

static void talk(void)
{
	steps = json_array();
	start(B);
	start(A);
	carry(A, NULL);
	for (size_t i = 0; i < ARRAY_LEN(scene->talk); i++)
		for (size_t k = 0; k < scene->talk[i].times; k++)
			say(scene->talk[i].from, scene->talk[i].type, scene->talk[i].n);
	party_work(&party[A], 0);
	party_work(&party[B], 0);
	assert(party[A].opens == 1 && party[A].closes == 1 && party[B].closes == 1);
}

int main(int argc, char **argv)
{
	if (argc != 2 || sodium_init() < 0)
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++)
		if (strcmp(scenes[i].name, argv[1]) == 0)
			scene = &scenes[i];
	if (!scene)
		return 1;
	make_person(A);
	make_person(B);
	talk();

	json_t *t = json_object();
	json_object_set_new(t, "about", json_string(scene->about));
	for (int side = A; side <= B; side++)
		json_object_set_new(t, side_name[side], tell_person(side));
	json_object_set_new(t, "status", json_integer(scene->status));
	json_object_set_new(t, "psk_sel", json_integer(party[B].choice.psk_sel));
	json_object_set_new(t, "knocks", json_boolean(knocks));
	if (leads >= 0)
		json_object_set_new(t, "leads", json_boolean(leads));
	json_object_set_new(t, "values", json_object());
	json_object_set_new(t, "steps", steps);
	json_dumpf(t, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(t);
	for (int side = A; side <= B; side++) {
		party_done(&party[side]);
		person[side].key = NULL;
		for (unsigned i = 0; i <= scene->former[side]; i++)
			mldsa_key_free(key[side][i]);
	}
	return 0;
}
