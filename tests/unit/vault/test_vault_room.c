/* How many people a vault keeps, and that strangers with any number of keys take no room from anybody else. */
#include "crypto/onion_key.h"
#include "peer/handshake.h"
#include "rig.h"
#include "vault/state.h"

/* The address of the nth stranger. */
static struct onion_pub stranger(unsigned n)
{
	struct secret32 seed = {{(u8)n, (u8)(n >> 8), 1}};
	struct onion_sec sec;
	struct onion_pub pub;
	onion_sec_from_seed(&seed, &sec);
	assert_int_equal(onion_pub_from_sec(&sec, &pub), OK);
	return pub;
}

/* A whole handshake of the nth stranger. Gives the contact's number; 0: refused. */
static u64 asks_in(struct rig *r, unsigned n)
{
	const struct onion_pub pub = stranger(n);
	struct ipc_msg ask = IPC_MSG(0, peer_ask, .identity = r->identity);
	struct ipc_msg accept = IPC_MSG(0, peer_accept, .identity = r->identity, .relation = PQ_NEW);
	memcpy(ask.peer_ask.onion, pub.b, 32);
	memcpy(accept.peer_accept.onion, pub.b, 32);
	if (!rig_ask(r, ROLE_NET, ask).peer_verdict.allow)
		return 0;
	struct ipc_msg m = rig_ask(r, ROLE_NET, accept);
	return m.type == ipc_t_accept_status ? m.accept_status.contact : 0;
}

static err_t decide(struct rig *r, u64 contact, enum decision d)
{
	return rig_refused(r, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = contact, .decision = (u8)d));
}

/* The user asks the nth stranger. */
static err_t add(struct rig *r, unsigned n)
{
	char address[ONION_ADDR_CAP];
	const struct onion_pub pub = stranger(n);
	onion_addr_encode(&pub, true, address);
	return rig_refused(r, ROLE_WEB, IPC_MSG(0, contact_add, .address = slice_str(address)));
}

/* Strangers 0 to n-1 as contacts in this state, with one commit. */
static void fill(struct rig *r, enum contact_state state, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct contact c = {.identity = r->identity, .onion = stranger(i), .state = state};
		contacts_add(r->v->store, &c);
	}
	assert_int_equal(vault_commit(r->v), OK);
}

static size_t count_in(struct rig *r, enum contact_state state)
{
	size_t mark = rig_mark(r), n = 0;
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, contacts_list));
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		n += m.type == ipc_t_contact && m.req == r->req && m.contact.state == (u8)state;
	}
	return n;
}

static bool is_there(struct rig *r, u64 contact)
{
	return rig_refused(r, ROLE_WEB, IPC_MSG(0, messages_list, .contact = contact)) == OK;
}

/* Who asks gets in; who has waited longest makes room. An attacker shuts nobody out and fills no disk. */
static void test_requests_are_bounded(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	u64 first = asks_in(&a, 0), second = asks_in(&a, 1);
	for (unsigned i = 2; i < MAX_REQUESTS; i++)
		assert_int_not_equal(asks_in(&a, i), 0);
	size_t mark = rig_mark(&a);
	u64 last = asks_in(&a, MAX_REQUESTS);
	assert_int_not_equal(last, 0);
	assert_int_equal(rig_last(&a, mark, ipc_t_contact_gone)->contact_gone.contact, first);
	assert_int_equal(rig_last(&a, mark, ipc_t_peer_gone)->peer_gone.contact, first);
	assert_false(is_there(&a, first));
	assert_true(is_there(&a, second));
	for (unsigned i = 1; i < 2 * MAX_REQUESTS; i++)
		assert_int_not_equal(asks_in(&a, MAX_REQUESTS + i), 0);
	assert_int_equal(count_in(&a, CONTACT_REQUEST_RECEIVED), MAX_REQUESTS);
	assert_false(is_there(&a, last));
	rig_close(&a);
}

/* Whoever is connected while the user thinks about it stays as long as others are not. */
static void test_request_with_a_link_stays(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	u64 first = asks_in(&a, 0);
	rig_say(&a, ROLE_NET, IPC_MSG(0, link_up, .link = 1, .contact = first, .status = ACCEPT_PENDING));
	for (unsigned i = 1; i <= 2 * MAX_REQUESTS; i++)
		assert_int_not_equal(asks_in(&a, i), 0);
	assert_true(is_there(&a, first));
	assert_int_equal(count_in(&a, CONTACT_REQUEST_RECEIVED), MAX_REQUESTS);
	rig_close(&a);
}

/* When all have one, the oldest goes, and its link with it. */
static void test_all_requests_have_links(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	u64 first = 0;
	for (unsigned i = 0; i < MAX_REQUESTS; i++) {
		u64 c = asks_in(&a, i);
		rig_say(&a, ROLE_NET, IPC_MSG(0, link_up, .link = i + 1, .contact = c, .status = ACCEPT_PENDING));
		first = first ? first : c;
	}
	size_t mark = rig_mark(&a);
	assert_int_not_equal(asks_in(&a, MAX_REQUESTS), 0);
	assert_int_equal(rig_last(&a, mark, ipc_t_peer_gone)->peer_gone.contact, first);
	/* what was under way on it is nobody's */
	rig_say(&a, ROLE_NET, IPC_MSG(0, link_down, .link = 1, .contact = first));
	rig_close(&a);
}

/* The user says no again and again: that takes no room from contacts, and the one whose no is oldest may ask again. */
static void test_rejected_take_no_room(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	u64 first = 0;
	const unsigned many = 2 * MAX_REJECTED;
	for (unsigned i = 0; i < many; i++) {
		u64 c = asks_in(&a, i);
		assert_int_not_equal(c, 0);
		assert_int_equal(decide(&a, c, DECIDE_REJECT), OK);
		first = first ? first : c;
	}
	assert_int_equal(count_in(&a, CONTACT_REJECTED), MAX_REJECTED);
	assert_false(is_there(&a, first));
	assert_int_equal(asks_in(&a, many - 1), 0);
	assert_int_equal(decide(&a, asks_in(&a, 0), DECIDE_REJECT), OK); /* may ask again, and gets the same answer */
	for (unsigned i = 0; i < MAX_REQUESTS; i++)
		assert_int_not_equal(asks_in(&a, many + i), 0);
	assert_int_equal(count_in(&a, CONTACT_REJECTED) + count_in(&a, CONTACT_REQUEST_RECEIVED),
	                 MAX_REJECTED + MAX_REQUESTS);
	rig_close(&a);
}

/* Contacts are as many as the user wanted, up to the limit, and strangers still can ask. */
static void test_contacts_are_bounded(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	for (unsigned i = 0; i < MAX_REJECTED; i++)
		assert_int_equal(decide(&a, asks_in(&a, 2 * MAX_CONTACTS + i), DECIDE_REJECT), OK);
	u64 asks = asks_in(&a, MAX_CONTACTS + 1);
	fill(&a, CONTACT_ACCEPTED, MAX_CONTACTS - 1);
	assert_int_equal(add(&a, MAX_CONTACTS - 1), OK);
	assert_int_equal(add(&a, MAX_CONTACTS), ERR_PEER_LIMIT);
	assert_int_equal(decide(&a, asks, DECIDE_ACCEPT), ERR_PEER_LIMIT);
	assert_int_equal(add(&a, MAX_CONTACTS + 1), ERR_PEER_LIMIT);
	assert_int_not_equal(asks_in(&a, MAX_CONTACTS + 2), 0);
	/* An invitation makes a contact, so there is room for none. */
	assert_int_equal(
		rig_ask(&a, ROLE_NET, IPC_MSG(0, peer_ask, .identity = a.identity, .onion = {5}, .inv_id = {1}))
			.peer_verdict.allow,
		0);
	struct ipc_contact row = rig_last(&a, 0, ipc_t_contact)->contact;
	assert_int_equal(row.state, CONTACT_REQUEST_RECEIVED);
	const struct onion_pub pub = stranger(0);
	struct rig b = {.onion = pub};
	assert_int_equal(decide(&a, rig_contact(&a, &b, NULL), DECIDE_REMOVE), OK);
	assert_int_equal(decide(&a, asks, DECIDE_ACCEPT), OK);
	rig_close(&a);
}

/* Who is blocked stays so: nobody is forgotten for another, and contacts lose no room. */
static void test_blocked_are_never_forgotten(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	fill(&a, CONTACT_BLOCKED, MAX_CONTACTS - 1);
	assert_int_equal(decide(&a, asks_in(&a, MAX_CONTACTS - 1), DECIDE_BLOCK), OK);
	u64 one_more = asks_in(&a, MAX_CONTACTS);
	assert_int_equal(decide(&a, one_more, DECIDE_BLOCK), ERR_PEER_LIMIT);
	assert_int_equal(decide(&a, one_more, DECIDE_ACCEPT), OK);
	assert_int_equal(count_in(&a, CONTACT_BLOCKED), MAX_CONTACTS);
	assert_int_equal(asks_in(&a, 0), 0);
	rig_close(&a);
}

/* PROTO 8.1.7: "What comes to one address ends no stream of another, and no request at it makes room for one at another" */
static void test_addresses_share_no_room(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	u32 one = a.identity;
	u64 first = asks_in(&a, 0);
	rig_say(&a, ROLE_NET, IPC_MSG(0, link_up, .link = 1, .contact = first, .status = ACCEPT_PENDING));
	for (unsigned i = 1; i < MAX_REQUESTS; i++)
		assert_int_not_equal(asks_in(&a, i), 0);
	for (unsigned i = 0; i < MAX_REJECTED; i++)
		assert_int_equal(decide(&a, asks_in(&a, MAX_REQUESTS + i), DECIDE_REJECT), OK);
	u64 waits = asks_in(&a, 2 * MAX_REQUESTS);
	u32 two = rig_ask(&a, ROLE_WEB, IPC_MSG(0, identity_create, .name = slice_str("Alicia"))).own.identity;
	assert_int_not_equal(one, two);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_set, .identity = two, .strangers = 1)), OK);
	a.identity = two;
	size_t mark = rig_mark(&a);
	u64 other = asks_in(&a, 0);
	assert_int_not_equal(other, 0);
	for (unsigned i = 1; i < MAX_REQUESTS; i++)
		assert_int_not_equal(asks_in(&a, i), 0);
	assert_int_equal(decide(&a, asks_in(&a, MAX_REQUESTS), DECIDE_REJECT), OK);
	assert_int_equal(rig_count(&a, mark, ipc_t_peer_gone),
	                 2); /* the oldest of these, and the one that was rejected */
	assert_false(is_there(&a, other));
	assert_true(is_there(&a, first));
	assert_true(is_there(&a, waits));
	rig_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests_are_bounded),    cmocka_unit_test(test_request_with_a_link_stays),
		cmocka_unit_test(test_all_requests_have_links), cmocka_unit_test(test_rejected_take_no_room),
		cmocka_unit_test(test_contacts_are_bounded),    cmocka_unit_test(test_blocked_are_never_forgotten),
		cmocka_unit_test(test_addresses_share_no_room),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
