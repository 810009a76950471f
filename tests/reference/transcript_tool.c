/* Prints tests/vectors/boc1-c.json: a conversation of two links of ours, with every key and random number in it, for
 * transcript.test.mjs to play against the other implementation. */
#include <assert.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "party.h"
#include "peer/link_private.h"

enum { A, B };
static const char *const side_name[] = {"a", "b"};

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

static struct person person[2];
static struct party party[2];
static struct tape tape[2];
static json_t *steps;

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

static void start(int side)
{
	struct person *me = &person[side];
	person_init(me, (u8)(side + 1));
	tape[side].rng.state = (u64)(side + 1) << 40;
	tape[side].env = env_of(&tape[side].rng);
	party[side] = (struct party){.me = me, .allow = true, .env = {.random = draw, .arg = &tape[side]}};
	struct hs_config cfg = {.own = &me->pub, .own_pq = &me->pq};
	if (side == B) {
		party[B].link = link_new_responder(&party[B].env, &cfg, 0);
		return;
	}
	cfg.dialled = &person[B].pub;
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

static void say(int from, u8 type, size_t n)
{
	u8 payload[RECORD_MAX_PAYLOAD];
	for (size_t i = 0; i < n; i++)
		payload[i] = (u8)(i * 7 + n);
	if (type == RECORD_PING) {
		payload[0] = 0;
		link_probe(party[from].link);
	} else if (type == RECORD_CLOSE) {
		payload[0] = LINK_CLOSE_LOCKED;
		link_close(party[from].link, LINK_CLOSE_LOCKED);
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

static json_t *tell_person(int side, const struct secret32 *pq_seed)
{
	const struct person *p = &person[side];
	json_t *j = json_object();
	json_object_set_new(j, "onion_secret", hex(p->sec.b, sizeof p->sec.b));
	json_object_set_new(j, "pq_seed", hex(pq_seed->b, sizeof pq_seed->b));
	json_object_set_new(j, "next", hex(p->pq.next, sizeof p->pq.next));
	json_object_set_new(j, "seq", json_integer(p->pq.seq));
	json_object_set_new(j, "random", tell_random(side));
	json_object_set_new(j, "onion", hex(p->pub.b, sizeof p->pub.b));
	json_object_set_new(j, "pk", hex(p->pq.pk, sizeof p->pq.pk));
	json_object_set_new(j, "pin", json_null());
	return j;
}

int main(void)
{
	static const struct {
		int from;
		u8 type;
		size_t n, times;
	} talk[] = {
		{A, RECORD_HELLO, 12, 1},  {B, RECORD_HELLO, 9, 1},
		{A, RECORD_DATA, 468, 1},  {B, RECORD_DATA, 469, 1},
		{A, RECORD_ACK, 17, 1},    {B, RECORD_PING, 1, 1},
		{A, RECORD_PING, 1, 1},    {B, RECORD_DATA, 1933, 1},
		{A, RECORD_DATA, 0, 1},    {B, RECORD_ACK, 33, 1},
		{B, RECORD_DATA, 7789, 1}, {A, RECORD_DATA, 1, 27}, /* with the 32nd DATA record A asks for epoch 2 */
		{A, RECORD_DATA, 2, 1},    {B, RECORD_DATA, 3, 31}, /* and B for epoch 3 */
		{A, RECORD_DATA, 4, 1},    {B, RECORD_CLOSE, 1, 1},
	};
	if (sodium_init() < 0)
		return 1;
	steps = json_array();
	start(B);
	start(A);
	carry(A, NULL);
	for (size_t i = 0; i < ARRAY_LEN(talk); i++)
		for (size_t k = 0; k < talk[i].times; k++)
			say(talk[i].from, talk[i].type, talk[i].n);
	assert(party[A].opens == 1 && party[B].opens == 1 && party[A].closes == 1);

	json_t *t = json_object();
	json_object_set_new(t, "about", json_string("Made by the program's own code, both sides of it."));
	for (int side = A; side <= B; side++) {
		struct secret32 seed = {{(u8)(side + 1), 'q'}}; /* person_init() */
		json_object_set_new(t, side_name[side], tell_person(side, &seed));
		party_done(&party[side]);
		person_done(&person[side]);
	}
	json_object_set_new(t, "status", json_integer(ACCEPT_OK));
	json_object_set_new(t, "values", json_object());
	json_object_set_new(t, "steps", steps);
	json_dumpf(t, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(t);
	return 0;
}
