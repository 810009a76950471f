/* Known answers in tests/vectors, made by the implementation in tests/reference, which shares no code with ours: every
 * conversation is played in both roles, byte for byte, against what the other side said. */
#include "cast.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "peer/knock.h"
#include "vault/invites.h"

static json_t *load(const char *file)
{
	const char *source = getenv("BOC_SOURCE");
	char path[4096];
	json_error_t e;
	snprintf(path, sizeof path, "%s/tests/vectors/%s", source ? source : ".", file);
	json_t *j = json_load_file(path, 0, &e);
	if (!j)
		fail_msg("%s: %s", path, e.text);
	return j;
}

/* Bytes of a member in hex; owned by the caller. */
static struct slice bytes(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));
	size_t n = text ? strlen(text) / 2 : 0;
	u8 *p = malloc(n + 1);
	assert_true(p && (!text || sodium_hex2bin(p, n + 1, text, 2 * n, NULL, NULL, NULL) == 0));
	return slice_of(p, n);
}

static void bytes_into(const json_t *obj, const char *key, void *out, size_t n)
{
	struct slice s = bytes(obj, key);
	assert_int_equal(s.n, n);
	memcpy(out, s.p, n);
	free((void *)s.p);
}

/* The random numbers of one side, in the order in which they are drawn. */
struct script {
	u8 b[1024];
	size_t n, at;
};

static void draw(void *arg, void *out, size_t n)
{
	struct script *s = arg;
	assert_true(n <= s->n - s->at);
	memcpy(out, s->b + s->at, n);
	s->at += n;
}

static struct script script_of(const json_t *who)
{
	struct script s = {0};
	const char *name;
	json_t *value, *random = json_object_get(who, "random");
	json_object_foreach(random, name, value)
	{
		size_t n = strlen(json_string_value(value)) / 2;
		assert_true(n <= sizeof s.b - s.n);
		bytes_into(random, name, s.b + s.n, n);
		s.n += n;
	}
	return s;
}

static void read_tuple(const json_t *j, struct pq_identity *ret)
{
	bytes_into(j, "pk", ret->pk, sizeof ret->pk);
	bytes_into(j, "next", ret->next, sizeof ret->next);
	ret->seq = (u32)json_integer_value(json_object_get(j, "seq"));
}

/* Keys from the secrets; what is written beside them must follow from them. */
static void read_person(const json_t *j, struct person *ret)
{
	struct onion_pub said;
	struct secret32 seed;
	bytes_into(j, "onion_secret", ret->sec.b, sizeof ret->sec.b);
	bytes_into(j, "onion", said.b, sizeof said.b);
	assert_int_equal(onion_pub_from_sec(&ret->sec, &ret->pub), OK);
	assert_true(onion_pub_eq(&ret->pub, &said));
	bytes_into(j, "pq_seed", seed.b, sizeof seed.b);
	assert_int_equal(mldsa_key_new(&seed, &ret->key), OK);
	read_tuple(j, &ret->pq);
	assert_memory_equal(ret->pq.pk, mldsa_key_pk(ret->key), MLDSA_PK_LEN);

	/* PROTO 3.2.5: "`next = SHA-512("boc1 next" ‖ pk')[0:32]` commits to the key that comes after it" */
	u8 next[64];
	struct mldsa_key *k;
	bytes_into(j, "next_seed", seed.b, sizeof seed.b);
	assert_int_equal(mldsa_key_new(&seed, &k), OK);
	sha512(next, PARTS(slice_str("boc1 next"), slice_of(mldsa_key_pk(k), MLDSA_PK_LEN)));
	assert_memory_equal(ret->pq.next, next, sizeof ret->pq.next);
	mldsa_key_free(k);
}

struct side {
	struct person me;
	struct pq_identity pin;
	struct knock_keys knock;
	struct secret32 inv_key;
	u8 inv_id[HS_INV_ID_LEN], pqfp[PQ_FP_LEN];
	u8 chain[PQ_CHAIN_MAX * PQ_ENTRY_LEN]; /* B: the ROTCHAIN that came */
	size_t chain_n;
	struct script script;
	struct party party;
};

/* As much of a pair as there is. */
static struct cont_pair read_pair(const json_t *j)
{
	struct cont_pair pair = {0};
	struct secret32 *to[] = {&pair.cur, &pair.prev};
	static const char *const name[] = {"cur", "prev"};
	for (; pair.has < 2 && json_object_get(j, name[pair.has]); pair.has++)
		bytes_into(j, name[pair.has], to[pair.has]->b, sizeof to[0]->b);
	return pair;
}

/* What this side has beside its keys and the pin. */
static void read_secrets(struct side *s, const json_t *who, struct hs_config *cfg)
{
	struct secret32 secret;
	s->party.pair = read_pair(json_object_get(who, "pair"));
	cont_knock(&s->party.pair, &s->knock);
	cfg->knock = &s->knock;
	if (json_object_get(who, "pqfp")) {
		bytes_into(who, "pqfp", s->pqfp, sizeof s->pqfp);
		cfg->pqfp = s->pqfp;
	}
	if (!json_object_get(who, "invitation"))
		return;
	bytes_into(who, "invitation", secret.b, sizeof secret.b);
	invites_id(&secret, s->inv_id);
	invites_key(&secret, &s->inv_key);
	s->party.inv = &s->inv_key;
	s->party.judges_inv = true;
	cfg->inv_id = s->inv_id;
}

static void start(struct side *s, const json_t *t, bool initiator)
{
	const json_t *who = json_object_get(t, initiator ? "a" : "b");
	const json_t *other = json_object_get(t, initiator ? "b" : "a");
	const json_t *pin = json_object_get(who, "pin");
	*s = (struct side){.script = script_of(who)};
	read_person(who, &s->me);
	s->party = (struct party){.me = &s->me, .allow = true, .env = {.random = draw, .arg = &s->script}};
	s->party.status = (enum accept_status)json_integer_value(json_object_get(t, "status"));
	if (json_is_object(pin)) {
		read_tuple(pin, &s->pin);
		s->party.pin = &s->pin;
	}
	struct hs_config cfg = {.own = &s->me.pub, .own_pq = &s->me.pq};
	read_secrets(s, who, &cfg);
	if (!initiator) {
		s->party.link = link_new_responder(&s->party.env, &cfg, 0);
		return;
	}
	struct onion_pub to;
	bytes_into(other, "onion", to.b, sizeof to.b);
	cfg.dialled = &to;
	cfg.pin = s->party.pin;
	s->party.link = link_new_initiator(&s->party.env, &cfg, 0);
	link_connected(s->party.link, 0);
}

/* A record that the layer above wants. */
static void ask(struct party *p, u8 type, struct slice payload)
{
	if (type == RECORD_PING)
		link_probe(p->link, 0);
	else if (type == RECORD_CLOSE)
		link_close(p->link, (enum link_close_reason)payload.p[0]);
	else
		assert_int_equal(link_send(p->link, 0, type, payload), OK);
}

/* Ours says what it said there. */
static void say(struct party *p, const json_t *j)
{
	struct slice wire = bytes(j, "bytes"), payload = bytes(j, "payload");
	if (json_is_true(json_object_get(j, "asked")))
		ask(p, (u8)json_integer_value(json_object_get(j, "type")), payload);
	u8 *made = malloc(wire.n);
	assert_non_null(made);
	assert_int_equal(party_take(p, made, wire.n), wire.n);
	assert_memory_equal(made, wire.p, wire.n);
	free(made);
	free((void *)wire.p);
	free((void *)payload.p);
}

/* PROTO 8.1.4: "B tries both keys of each contact on both halves" */
static void check_knock(const struct side *s, const json_t *t, struct slice m1)
{
	u8 digest[64];
	knock_digest(m1.p, digest);
	bool knocks = json_is_true(json_object_get(t, "knocks"));
	assert_int_equal(knock_fits(&s->knock, digest, m1.p + KNOCK_COVERS), knocks);
}

/* The other side's words arrive. */
static void hear(struct side *s, const json_t *t, const json_t *j)
{
	struct party *p = &s->party;
	struct slice wire = bytes(j, "bytes"), payload = bytes(j, "payload");
	bool delivered = json_is_true(json_object_get(j, "delivered"));
	if (wire.n == HS_M1_LEN)
		check_knock(s, t, wire);
	if (delivered && json_integer_value(json_object_get(j, "type")) == RECORD_ROTCHAIN) {
		assert_true(payload.n <= sizeof s->chain);
		memcpy(s->chain, payload.p, payload.n);
		s->chain_n = payload.n;
	}
	p->records = 0;
	(void)!party_feed(p, 0, wire, 0);
	assert_int_equal(p->records, delivered);
	if (delivered) {
		assert_int_equal(p->record[0].type, json_integer_value(json_object_get(j, "type")));
		assert_int_equal(p->record[0].n, payload.n);
		assert_memory_equal(p->record[0].head, payload.p, MIN(payload.n, sizeof p->record[0].head));
	}
	free((void *)wire.p);
	free((void *)payload.p);
}

static void step(struct side *s, const json_t *t, const json_t *j, bool initiator)
{
	const json_t *arrives = json_object_get(j, "arrives");
	if (arrives)
		j = json_array_get(json_object_get(t, "steps"), (size_t)json_integer_value(arrives));
	bool ours = (strcmp(json_string_value(json_object_get(j, "from")), "a") == 0) == initiator;
	if (ours && !arrives)
		say(&s->party, j);
	if (!ours && (arrives || !json_is_true(json_object_get(j, "later"))))
		hear(s, t, j);
}

static void assert_value(const json_t *t, const char *name, const u8 *got)
{
	u8 want[64];
	const json_t *values = json_object_get(t, "values");
	if (json_object_size(values) == 0)
		return; /* one of ours: only the bytes are known */
	bytes_into(values, name, want, sizeof want);
	if (memcmp(got, want, sizeof want) != 0)
		fail_msg("%s differs", name);
}

/* What the machine holds at this point of the conversation. */
static void check_values(const struct party *p, const json_t *t)
{
	const struct link *l = p->link;
	if (l->hs && hs_state(l->hs) == HS_A_WAIT_M2)
		assert_value(t, "th1", l->hs->th);
	if (l->hs && hs_state(l->hs) == HS_B_WAIT_M3)
		assert_value(t, "th4", l->hs->th);
	if (l->state == LINK_ACCEPTING) {
		assert_value(t, "th7", l->claim.th7);
		assert_value(t, "R_0", l->claim.root);
	}
	if (l->state == LINK_RUNNING) {
		char name[16];
		snprintf(name, sizeof name, "S_%u", l->tx.epoch);
		assert_value(t, name, l->root.b);
	}
}

/* What both settled beside the bytes. */
static void check_end(const struct side *s, const json_t *t, bool initiator)
{
	const struct party *p = &s->party;
	const json_t *after = json_object_get(json_object_get(t, initiator ? "a" : "b"), "pair_after");
	const json_t *leads = json_object_get(t, "leads");
	struct cont_pair pair = read_pair(after);
	assert_int_equal(p->pair.has, pair.has);
	assert_memory_equal(&p->pair.cur, &pair.cur, sizeof pair.cur);
	assert_memory_equal(&p->pair.prev, &pair.prev, sizeof pair.prev);
	assert_int_equal(p->choice.psk_sel, json_integer_value(json_object_get(t, "psk_sel")));
	if (initiator || !leads)
		return;
	err_t err = pq_chain_verify(&p->open.open.peer, &s->pin, &p->open_pq, slice_of(s->chain, s->chain_n));
	assert_int_equal(err == OK, json_is_true(leads));
}

/* Whether A says something before it has B's answer; ours does not. */
static bool is_early(const json_t *t)
{
	json_t *j = json_array_get(json_object_get(t, "steps"), 3);
	return json_is_true(json_object_get(j, "asked"));
}

static void play(const char *file, bool initiator)
{
	json_t *t = load(file), *steps = json_object_get(t, "steps"), *j;
	size_t i;
	struct side s;
	if (initiator && is_early(t)) {
		json_decref(t);
		return;
	}
	start(&s, t, initiator);
	json_array_foreach(steps, i, j)
	{
		step(&s, t, j, initiator);
		check_values(&s.party, t);
	}
	party_work(&s.party, 0);
	assert_int_equal(s.party.closes, 1); /* every conversation ends with a CLOSE */
	assert_int_not_equal(s.party.closed.closed.reason, LINK_CLOSE_NONE);
	assert_int_equal(link_pending(s.party.link).n, 0);
	assert_int_equal(s.script.at, s.script.n);
	check_end(&s, t, initiator);
	party_done(&s.party);
	person_done(&s.me);
	json_decref(t);
}

static void both(const char *file)
{
	play(file, true);
	play(file, false);
}

static void test_ok(void **state)
{
	(void)state;
	both("boc1-ok.json");
}

static void test_early(void **state)
{
	(void)state;
	both("boc1-early.json");
}

static void test_pending(void **state)
{
	(void)state;
	both("boc1-pending.json");
}

static void test_changed(void **state)
{
	(void)state;
	both("boc1-changed.json");
}

static void test_rekey(void **state)
{
	(void)state;
	both("boc1-rekey.json");
}

static void test_known(void **state)
{
	(void)state;
	both("boc1-known.json");
}

static void test_ahead(void **state)
{
	(void)state;
	both("boc1-ahead.json");
}

static void test_behind(void **state)
{
	(void)state;
	both("boc1-behind.json");
}

static void test_lost(void **state)
{
	(void)state;
	both("boc1-lost.json");
}

static void test_invited(void **state)
{
	(void)state;
	both("boc1-invited.json");
}

static void test_refused(void **state)
{
	(void)state;
	both("boc1-refused.json");
}

static void test_rotations(void **state)
{
	(void)state;
	both("boc1-rotations.json");
}

static void test_signatures(void **state)
{
	(void)state;
	json_t *t = load("boc1-ed25519.json"), *j;
	size_t i;
	struct onion_pub pub;
	u8 sig[ONION_SIG_LEN], made[ONION_SIG_LEN];
	json_array_foreach(json_object_get(t, "sign"), i, j)
	{
		struct onion_sec sec;
		struct slice m = bytes(j, "message");
		bytes_into(j, "secret", sec.b, sizeof sec.b);
		bytes_into(j, "signature", sig, sizeof sig);
		assert_int_equal(onion_sign(&sec, m, made), OK);
		assert_memory_equal(made, sig, sizeof sig);
		free((void *)m.p);
	}
	json_array_foreach(json_object_get(t, "verify"), i, j)
	{
		struct slice m = bytes(j, "message");
		bytes_into(j, "public", pub.b, sizeof pub.b);
		bytes_into(j, "signature", sig, sizeof sig);
		bool ok = onion_verify(&pub, m, sig) == OK;
		if (ok != json_is_true(json_object_get(j, "ok")))
			fail_msg("%s: %d", json_string_value(json_object_get(j, "about")), ok);
		free((void *)m.p);
	}
	json_array_foreach(json_object_get(t, "keys"), i, j)
	{
		bytes_into(j, "public", pub.b, sizeof pub.b);
		if (onion_pub_is_valid(&pub) != json_is_true(json_object_get(j, "ok")))
			fail_msg("key %s", json_string_value(json_object_get(j, "public")));
	}
	json_decref(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ok),         cmocka_unit_test(test_early),   cmocka_unit_test(test_pending),
		cmocka_unit_test(test_changed),    cmocka_unit_test(test_rekey),   cmocka_unit_test(test_known),
		cmocka_unit_test(test_ahead),      cmocka_unit_test(test_behind),  cmocka_unit_test(test_lost),
		cmocka_unit_test(test_invited),    cmocka_unit_test(test_refused), cmocka_unit_test(test_rotations),
		cmocka_unit_test(test_signatures),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
