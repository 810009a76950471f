#include "vault/gates.h"

#include "crypto/kdf.h"
#include "crypto/onion_key.h"
#include "crypto/x25519.h"
#include "peer/record.h"
#include "vault/tell.h"

/* ---- keys ---- */

/* PROTO 3.3.5: "everything about it follows from one secret of the identity, s[32], random" */
static void expand(const struct identity *i, const char *label, struct slice ctx, u8 ret[static 32])
{
	u8 prk[64] = {0};
	memcpy(prk, i->gate_seed.b, sizeof i->gate_seed.b);
	boc_expand(prk, label, ctx, ret, 32);
	wipe(prk, sizeof prk);
}

/* PROTO 3.3.5: "`x = Expand(s, "gate client", A, 32)`" */
static void client_key(const struct identity *i, const struct onion_pub *contact, struct secret32 *ret)
{
	expand(i, "gate client", slice_of(contact->b, sizeof contact->b), ret->b);
}

#define PROOF_LABEL 32

/* PROTO 4.5.17: "`sig` = Ed25519(onion, "boc1 contacts address"~32 ‖ onion key of the author's identity)" */
static struct slice proof_of(const struct onion_pub *identity, u8 room[static PROOF_LABEL + 32])
{
	static const char label[] = "boc1 contacts address";
	memset(room, 0, PROOF_LABEL);
	memcpy(room, label, sizeof label - 1);
	memcpy(room + PROOF_LABEL, identity->b, sizeof identity->b);
	return slice_of(room, PROOF_LABEL + 32);
}

static void store_seed(struct store *s, const struct env *env, u32 identity)
{
	struct secret32 seed;
	env_random(env, seed.b, sizeof seed.b);
	struct query q = store_query(s, sql_identity_set_gate);
	query_int(&q, identity);
	query_bytes(&q, slice_of(seed.b, sizeof seed.b));
	query_run(&q);
	secret32_wipe(&seed);
}

void gates_create(struct store *s, const struct env *env, u32 identity)
{
	store_seed(s, env, identity);
}

err_t gates_begin(struct store *s, const struct env *env)
{
	bool any = false;
	for (;;) {
		struct query q = store_query(s, sql_identity_without_gate);
		u32 id = (u32)query_take_int(&q);
		if (id == 0 || store_is_broken(s))
			break;
		store_seed(s, env, id);
		any = true;
	}
	return any ? store_commit(s) : store_error(s);
}

err_t gates_load(struct identity *i)
{
	struct secret32 seed;
	u8 room[PROOF_LABEL + 32];
	expand(i, "gate onion", slice_of(NULL, 0), seed.b);
	onion_sec_from_seed(&seed, &i->gate_sec);
	secret32_wipe(&seed);
	TRY(onion_pub_from_sec(&i->gate_sec, &i->gate));
	return onion_sign(&i->gate_sec, proof_of(&i->onion, room), i->gate_proof);
}

/* ---- rows ---- */

/* enum in `admitted`: it was let in; and says that it has the address. */
#define ADMITTED 0
#define AWARE 1

static bool is_admitted(struct store *s, u64 contact, u64 *ret_aware)
{
	struct query q = store_query(s, sql_admitted_get);
	query_int(&q, (i64)contact);
	bool found = query_row(&q);
	*ret_aware = found ? (u64)query_get_int(&q, 0) : ADMITTED;
	query_end(&q);
	return found;
}

static void set_admitted(struct store *s, u64 contact, u64 aware)
{
	struct query q = store_query(s, sql_admitted_set);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)aware);
	query_run(&q);
}

static u64 count_of(struct store *s, enum store_sql which, u32 identity)
{
	struct query q = store_query(s, which);
	query_int(&q, identity);
	return query_take_int(&q);
}

static bool theirs(struct store *s, u64 contact, struct onion_pub *ret, struct secret32 *ret_key)
{
	struct query q = store_query(s, sql_gate_get);
	query_int(&q, (i64)contact);
	bool found = query_row(&q);
	if (found) {
		query_get_fixed(&q, 0, ret->b, sizeof ret->b);
		query_get_fixed(&q, 1, ret_key->b, sizeof ret_key->b);
	}
	query_end(&q);
	return found;
}

bool gates_theirs(struct store *s, u64 contact, struct onion_pub *ret)
{
	struct secret32 key;
	bool found = theirs(s, contact, ret, &key);
	secret32_wipe(&key);
	return found;
}

u32 gates_unaware(struct store *s, u32 identity)
{
	return (u32)count_of(s, sql_admitted_unaware, identity);
}

/* ---- what is said on a link ---- */

static bool is_agreed(const struct contact *c)
{
	return c->state == CONTACT_ACCEPTED && !c->key_changed;
}

/* Others are let in from `now_ms` on; what is planned for sooner stays. */
static void plan(struct identity *i, u64 due_ms)
{
	if (i->gate_due_ms == 0 || due_ms < i->gate_due_ms)
		i->gate_due_ms = MAX(due_ms, 1);
}

/* PROTO 3.3.6: "A descriptor has room for 320 of them. Who comes later is not told, and dials the public address." */
static bool admit(struct vault *v, struct identity *i, const struct contact *c)
{
	u64 aware;
	if (is_admitted(v->store, c->id, &aware))
		return true;
	if (count_of(v->store, sql_admitted_count, i->id) >= MAX_ADMITTED)
		return false;
	set_admitted(v->store, c->id, ADMITTED);
	plan(i, env_mono_ms(v->env) + GATE_BATCH_MS);
	return true;
}

static void say(struct vault *v, struct flow_link *l, const struct identity *i, const struct contact *c)
{
	u8 room[PEER_MSG_MAX];
	struct peer_address m = {.held = {0}};
	struct secret32 key;
	struct onion_pub held;
	client_key(i, &c->onion, &key);
	memcpy(m.onion, i->gate.b, sizeof m.onion);
	memcpy(m.key, key.b, sizeof m.key);
	memcpy(m.sig, i->gate_proof, sizeof m.sig);
	if (gates_theirs(v->store, c->id, &held))
		memcpy(m.held, held.b, sizeof m.held);
	memcpy(l->held_said.b, m.held, sizeof l->held_said.b);
	size_t n = peer_address_encode(&m, room, sizeof room);
	vault_send(v, ROLE_NET,
	           &IPC_MSG(0, record_out, .link = l->link, .type = RECORD_ADDRESS, .payload = slice_of(room, n)));
	secret32_wipe(&key);
	wipe(&m, sizeof m);
	wipe(room, n);
}

void gates_say(struct vault *v, struct flow_link *l, const struct contact *c)
{
	struct identity *i = identities_find(v->ids, c->identity);
	/* PROTO 4.5.17: "It is sent once per link and side, as soon as both have said SYNC" */
	if (l->address_said || !l->sync_came || !is_agreed(c) || !i || !admit(v, i, c))
		return;
	l->address_said = true;
	say(v, l, i, c);
}

static void tell_key(struct vault *v, u64 contact, u32 identity, const struct onion_pub *onion,
                     const struct secret32 *key)
{
	struct ipc_msg out = IPC_MSG(0, client_key, .contact = contact, .identity = identity);
	memcpy(out.client_key.onion, onion->b, sizeof out.client_key.onion);
	memcpy(out.client_key.key, key->b, sizeof out.client_key.key);
	vault_send(v, ROLE_ONION, &out);
	wipe(&out, sizeof out);
}

/* What the contact says of its own. */
static void keep_theirs(struct vault *v, const struct contact *c, const struct peer_address *m)
{
	struct onion_pub onion, had;
	struct secret32 key, had_key;
	memcpy(onion.b, m->onion, sizeof onion.b);
	memcpy(key.b, m->key, sizeof key.b);
	bool changed = !theirs(v->store, c->id, &had, &had_key) || !onion_pub_eq(&had, &onion) ||
	               !ct_equal(had_key.b, key.b, sizeof key.b);
	if (changed) {
		struct query q = store_query(v->store, sql_gate_set);
		query_int(&q, (i64)c->id);
		query_bytes(&q, slice_of(onion.b, sizeof onion.b));
		query_bytes(&q, slice_of(key.b, sizeof key.b));
		query_run(&q);
		tell_peer(v, c);
	}
	/* Told anew, should another contact with that address have come between (onion/client_keys.h). */
	tell_key(v, c->id, c->identity, &onion, &key);
	secret32_wipe(&key);
	secret32_wipe(&had_key);
}

err_t gates_came(struct vault *v, const struct contact *c, struct flow_link *l, struct slice payload)
{
	struct identity *i = identities_find(v->ids, c->identity);
	struct peer_address m;
	struct onion_pub onion;
	u8 room[PROOF_LABEL + 32];
	u64 aware = ADMITTED;
	TRY(peer_address_decode(payload, &m));
	memcpy(onion.b, m.onion, sizeof onion.b);
	err_t e = onion_verify(&onion, proof_of(&c->onion, room), m.sig);
	if (e != OK || !i || !is_agreed(c))
		goto out;
	/* PROTO 4.5.17: "Of a second one on a link only `held` counts" */
	if (!l->address_came)
		keep_theirs(v, c, &m);
	l->address_came = true;
	bool has_ours = memcmp(m.held, i->gate.b, sizeof m.held) == 0;
	if (is_admitted(v->store, c->id, &aware) && (aware == AWARE) != has_ours) {
		set_admitted(v->store, c->id, has_ours ? AWARE : ADMITTED);
		tell_own(v, 0, i);
	}
	/* PROTO 4.5.17: "and once more by who has stored another one than it said it held" Another link may have brought it. */
	if (l->address_said && gates_theirs(v->store, c->id, &onion) && !onion_pub_eq(&onion, &l->held_said))
		say(v, l, i, c);
out:
	wipe(&m, sizeof m);
	return e;
}

/* ---- who is let in ---- */

void gates_revoke(struct vault *v, const struct contact *c)
{
	struct identity *i = identities_find(v->ids, c->identity);
	u64 aware;
	if (is_admitted(v->store, c->id, &aware) && i)
		plan(i, env_mono_ms(v->env)); /* at the end of this turn: it is committed then */
	struct query q = store_query(v->store, sql_admitted_remove);
	query_int(&q, (i64)c->id);
	query_run(&q);
	q = store_query(v->store, sql_gate_remove);
	query_int(&q, (i64)c->id);
	query_run(&q);
	store_erases(v->store);
	vault_send(v, ROLE_ONION, &IPC_MSG(0, client_key_gone, .contact = c->id));
}

/* ---- what tor has to know ---- */

/* The x25519 keys of those who are let in, and then our own. Gives how many; none for ourselves alone. */
static size_t clients_of(struct vault *v, const struct identity *i, u8 ret[static MAX_CLIENTS][32])
{
	struct query q = store_query(v->store, sql_admitted_of);
	struct onion_pub onion;
	struct secret32 key;
	size_t n = 0;
	query_int(&q, i->id);
	while (n < MAX_ADMITTED && query_row(&q)) {
		query_get_fixed(&q, 0, onion.b, sizeof onion.b);
		client_key(i, &onion, &key);
		if (x25519_pub(key.b, ret[n]) == OK)
			n++;
	}
	query_end(&q);
	client_key(i, &i->onion, &key);
	if (n && x25519_pub(key.b, ret[n]) == OK)
		n++;
	secret32_wipe(&key);
	return n;
}

static void tell_service(struct vault *v, const struct identity *i, enum gate gate, const struct onion_sec *key,
                         struct slice clients)
{
	struct ipc_msg out = IPC_MSG(0, service, .identity = i->id, .slot = slots_of(&v->slots, v->ids, i->id),
	                             .gate = (u8)gate, .clients = clients);
	memcpy(out.service.key, key->b, sizeof out.service.key);
	vault_send(v, ROLE_ONION, &out);
	wipe(&out, sizeof out);
}

static void tell_contacts_gate(struct vault *v, const struct identity *i)
{
	u8 clients[MAX_CLIENTS][32];
	size_t n = clients_of(v, i, clients);
	/* PROTO 3.3.2: "It is there only while somebody is let in" */
	if (n == 0) {
		vault_send(v, ROLE_ONION, &IPC_MSG(0, service_gone, .identity = i->id, .gate = GATE_CONTACTS));
		return;
	}
	tell_service(v, i, GATE_CONTACTS, &i->gate_sec, slice_of(clients[0], n * sizeof clients[0]));
	/* With a key of our own we dial it ourselves (onion/heal.h). */
	struct secret32 key;
	client_key(i, &i->onion, &key);
	tell_key(v, 0, i->id, &i->gate, &key);
	secret32_wipe(&key);
}

static void tell_keys(struct vault *v, const struct identity *i)
{
	struct contact c = {0};
	struct onion_pub onion;
	struct secret32 key;
	while (contacts_after_in(v->store, i->id, CONTACT_ACCEPTED, c.id, &c))
		if (theirs(v->store, c.id, &onion, &key))
			tell_key(v, c.id, c.identity, &onion, &key);
	secret32_wipe(&key);
}

void gates_tell(struct vault *v, const struct identity *i)
{
	if (!v->has[ROLE_ONION])
		return;
	gates_tell_one(v, i, GATE_PUBLIC);
	gates_tell_one(v, i, GATE_CONTACTS);
	tell_keys(v, i);
}

void gates_tell_one(struct vault *v, const struct identity *i, enum gate gate)
{
	if (gate == GATE_CONTACTS)
		tell_contacts_gate(v, i);
	else if (gate == GATE_PUBLIC && i->listed)
		tell_service(v, i, GATE_PUBLIC, &i->sec, slice_of(NULL, 0));
}

void gates_set_listed(struct vault *v, struct identity *i, bool listed)
{
	if (i->listed == listed)
		return;
	i->listed = listed;
	struct query q = store_query(v->store, sql_identity_set_listed);
	query_int(&q, i->id);
	query_int(&q, listed);
	query_run(&q);
	/* PROTO 3.3.3: "While it is off no descriptor of it is published and no stranger is answered there" */
	if (listed)
		tell_service(v, i, GATE_PUBLIC, &i->sec, slice_of(NULL, 0));
	else
		vault_send(v, ROLE_ONION, &IPC_MSG(0, service_gone, .identity = i->id, .gate = GATE_PUBLIC));
	tell_net_identity(v, i);
}

u64 gates_wait_ms(const struct vault *v)
{
	u64 now = env_mono_ms(v->env), wait = VAULT_NEVER;
	for (size_t k = 0; v->ids && k < v->ids->n; k++)
		wait = MIN(wait, vault_ms_until(v->ids->all[k]->gate_due_ms, now));
	return wait;
}

void gates_tick(struct vault *v)
{
	u64 now = env_mono_ms(v->env);
	for (size_t k = 0; v->ids && k < v->ids->n; k++) {
		struct identity *i = v->ids->all[k];
		if (i->gate_due_ms == 0 || i->gate_due_ms > now)
			continue;
		i->gate_due_ms = 0;
		tell_contacts_gate(v, i);
	}
}
