/* The contacts' address: who is let in, who is told what, and what tor hears of it. PROTO 3.3 and 4.5.17. */
#include "base/limits.h"
#include "crypto/x25519.h"
#include "pair.h"

static struct ipc_own own(struct rig *r)
{
	return rig_ask(r, ROLE_WEB, IPC_MSG(0, identities_list, )).own;
}

/* The last time tor heard of that gate since the mark: NULL, or a `service` or `service_gone`. */
static const struct ipc_msg *heard(struct rig *r, size_t mark, enum gate gate)
{
	static struct ipc_msg m;
	bool found = false;
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg one;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &one), OK);
		if ((one.type == ipc_t_service && one.service.gate == gate) ||
		    (one.type == ipc_t_service_gone && one.service_gone.gate == gate)) {
			m = one;
			found = true;
		}
	}
	return found ? &m : NULL;
}

/* Whether x25519 of key is one of those the service lets in. */
static bool lets_in(const struct ipc_service *s, const u8 key[static 32])
{
	u8 pub[32];
	assert_int_equal(x25519_pub(key, pub), OK);
	for (size_t i = 0; i + sizeof pub <= s->clients.n; i += sizeof pub)
		if (memcmp(s->clients.p + i, pub, sizeof pub) == 0)
			return true;
	return false;
}

/* The key that r's tor was last given for the address of the contact. */
static const struct ipc_client_key *key_for(struct rig *r, u64 contact)
{
	static struct ipc_msg m;
	bool found = false;
	for (size_t i = 0; i < r->n_outs; i++) {
		struct ipc_msg one;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &one), OK);
		if (one.type == ipc_t_client_key && one.client_key.contact == contact) {
			m = one;
			found = true;
		}
	}
	assert_true(found);
	return &m.client_key;
}

static void test_each_has_a_key(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	struct ipc_service s = heard(&p.a, 0, GATE_CONTACTS)->service;
	assert_int_equal(s.clients.n, 2 * 32); /* Bob, and herself */
	assert_true(lets_in(&s, key_for(&p.b, p.a_at_b)->key));
	assert_true(lets_in(&s, key_for(&p.a, 0)->key));
	assert_false(lets_in(&s, key_for(&p.b, 0)->key)); /* which is for his own */
	assert_memory_equal(key_for(&p.b, p.a_at_b)->onion, key_for(&p.a, 0)->onion, 32);
	assert_memory_not_equal(key_for(&p.b, p.a_at_b)->onion, p.a.onion.b, 32);
	assert_int_equal(own(&p.a).unaware, 0);
	/* the public one lets in everybody */
	assert_int_equal(heard(&p.a, 0, GATE_PUBLIC)->service.clients.n, 0);
	part(&p);
}

/* After a new start of the vault tor hears the same again. */
static void test_it_stays(void **state)
{
	struct pair p;
	u8 clients[2 * 32], onion[32], key[32];
	(void)state;
	befriend(&p);
	memcpy(clients, heard(&p.a, 0, GATE_CONTACTS)->service.clients.p, sizeof clients);
	memcpy(onion, key_for(&p.a, p.b_at_a)->onion, sizeof onion);
	memcpy(key, key_for(&p.a, p.b_at_a)->key, sizeof key);
	rig_reopen(&p.a);
	size_t mark = rig_mark(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	const struct ipc_msg *s = heard(&p.a, mark, GATE_CONTACTS);
	assert_non_null(s);
	assert_int_equal(s->service.clients.n, sizeof clients);
	assert_memory_equal(s->service.clients.p, clients, sizeof clients);
	assert_memory_equal(key_for(&p.a, p.b_at_a)->onion, onion, sizeof onion);
	assert_memory_equal(key_for(&p.a, p.b_at_a)->key, key, sizeof key);
	part(&p);
}

/* Who is blocked is not let in from the end of that turn; what he said of his own is forgotten. */
static void test_revoked(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.a);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.b_at_a, .decision = DECIDE_BLOCK));
	rig_tick(&p.a);
	/* PROTO 3.3.2: "It is there only while somebody is let in" */
	assert_int_equal(heard(&p.a, mark, GATE_CONTACTS)->type, ipc_t_service_gone);
	assert_int_equal(rig_last(&p.a, mark, ipc_t_client_key_gone)->client_key_gone.contact, p.b_at_a);
	rig_reopen(&p.a);
	mark = rig_mark(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(heard(&p.a, mark, GATE_CONTACTS)->type, ipc_t_service_gone);
	part(&p);
}

/* Gives to Alice an ADDRESS as Bob's program would send it, changed at one place. */
static void hand(struct pair *p, size_t at)
{
	u8 room[ADDRESS_LEN];
	const struct ipc_msg *sent = NULL;
	for (size_t i = 0; i < p->b.n_outs; i++) {
		static struct ipc_msg one;
		assert_int_equal(ipc_decode(slice_of(p->b.outs[i].bytes, p->b.outs[i].n), &one), OK);
		if (one.type != ipc_t_record_out || one.record_out.type != RECORD_ADDRESS)
			continue;
		memcpy(room, one.record_out.payload.p, sizeof room);
		sent = &one;
	}
	assert_non_null(sent);
	room[at] ^= 1;
	rig_say(&p->a, ROLE_NET,
	        IPC_MSG(0, record_in, .link = p->link, .contact = p->b_at_a, .type = RECORD_ADDRESS,
	                .payload = slice_of(room, sizeof room)));
}

/* An address that its owner did not prove is not taken, and the link ends. */
static void test_forged(void **state)
{
	static const size_t places[] = {0, 31, 96, ADDRESS_LEN - 1}; /* of the onion key, and of the proof */
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct pair p;
		u8 onion[32];
		befriend(&p);
		memcpy(onion, key_for(&p.a, p.b_at_a)->onion, sizeof onion);
		size_t mark = rig_mark(&p.a);
		hand(&p, places[i]);
		assert_int_equal(rig_count(&p.a, mark, ipc_t_link_close), 1);
		assert_int_equal(rig_count(&p.a, mark, ipc_t_client_key), 0);
		assert_memory_equal(key_for(&p.a, p.b_at_a)->onion, onion, sizeof onion);
		part(&p);
	}
}

/* PROTO 4.5.17: "Of a second one on a link only `held` counts" */
static void test_second(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.a);
	hand(&p, 32); /* another key */
	assert_int_equal(rig_count(&p.a, mark, ipc_t_link_close), 0);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_client_key), 0);
	hand(&p, 64); /* he does not hold ours any more */
	assert_int_equal(own(&p.a).unaware, 1);
	part(&p);
}

static void test_listed(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.a);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, identity_set_listed, .identity = p.a.identity, .listed = 0));
	assert_int_equal(heard(&p.a, mark, GATE_PUBLIC)->type, ipc_t_service_gone);
	assert_null(heard(&p.a, mark, GATE_CONTACTS));
	assert_int_equal(rig_last(&p.a, mark, ipc_t_identity)->identity.listed, 0);
	rig_reopen(&p.a);
	mark = rig_mark(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_null(heard(&p.a, mark, GATE_PUBLIC));
	assert_int_equal(heard(&p.a, mark, GATE_CONTACTS)->type, ipc_t_service);
	mark = rig_mark(&p.a);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, identity_set_listed, .identity = p.a.identity, .listed = 1));
	assert_int_equal(heard(&p.a, mark, GATE_PUBLIC)->type, ipc_t_service);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_a_key), cmocka_unit_test(test_it_stays), cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_forged),         cmocka_unit_test(test_second),   cmocka_unit_test(test_listed),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
