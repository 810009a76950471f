/* Contacts: who may talk to whom, and what a person is told about it. Two vaults, with a test in place of net. */
#include <string.h>

#include "crypto/onion_key.h"
#include "peer/handshake.h"
#include "rig.h"

static err_t add_address(struct rig *a, const char *address)
{
	return rig_refused(a, ROLE_WEB, IPC_MSG(0, contact_add, .address = slice_str(address)));
}

static struct ipc_msg decide(struct rig *a, u64 contact, enum decision d)
{
	return rig_ask(a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = contact, .decision = (u8)d));
}

static void test_add(void **state)
{
	struct rig a, b;
	char address[ONION_ADDR_CAP];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	onion_addr_encode(&a.onion, true, address);
	assert_int_equal(add_address(&a, address), ERR_PEER_POLICY); /* herself */
	assert_int_equal(add_address(&a, "nobody.onion"), ERR_PEER_FORMAT);
	assert_int_equal(add_address(&a, ""), ERR_PEER_FORMAT);
	size_t mark = rig_mark(&a);
	u64 c = rig_add(&a, &b, "It is me");
	assert_int_equal(rig_state(&a, &b), CONTACT_REQUEST_SENT);
	const struct ipc_msg *p = rig_last(&a, mark, ipc_t_peer);
	assert_non_null(p);
	assert_int_equal(p->peer.contact, c);
	assert_int_equal(p->peer.dial, 1);
	assert_int_equal(p->peer.pinned, 0);
	assert_memory_equal(p->peer.onion, b.onion.b, 32);
	onion_addr_encode(&b.onion, false, address);
	assert_int_equal(add_address(&a, address), ERR_LOCAL_EXISTS);
	struct ipc_msg m = IPC_MSG(0, contact_add, .address = slice_str(address), .name = slice_str("two\nlines"));
	assert_int_equal(rig_refused(&a, ROLE_WEB, m), ERR_PEER_FORMAT);
	rig_close(&a);
	rig_close(&b);
}

/* The usual way: a request, its introduction, an answer, all on one link. */
static void test_request_and_accept(void **state)
{
	struct rig a, b;
	struct ipc_contact row;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "It is me");
	size_t mark = rig_mark(&b);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_state(&a, &b), CONTACT_REQUEST_SENT);
	assert_int_equal(rig_last(&b, mark, ipc_t_accept_status)->accept_status.status, ACCEPT_PENDING);
	u64 at_b = rig_contact(&b, &a, &row);
	assert_int_equal(row.state, CONTACT_REQUEST_RECEIVED);
	assert_int_equal(row.online, 1);
	assert_true(slice_eq(row.name, slice_str("Alice")));
	assert_true(slice_eq(row.greeting, slice_str("It is me")));
	const struct ipc_msg *p = rig_last(&b, mark, ipc_t_peer);
	assert_int_equal(p->peer.dial, 0);
	assert_int_equal(p->peer.pinned, 1);
	assert_int_equal(
		rig_refused(&b, ROLE_WEB, IPC_MSG(0, message_send, .contact = at_b, .text = slice_str("early"))),
		ERR_PEER_POLICY);
	mark = rig_mark(&b);
	size_t mark_a = rig_mark(&a);
	struct ipc_msg r = decide(&b, at_b, DECIDE_ACCEPT);
	assert_int_equal(r.type, ipc_t_contact);
	assert_int_equal(r.contact.state, CONTACT_ACCEPTED);
	assert_int_equal(rig_last(&b, mark, ipc_t_peer)->peer.dial, 1);
	rig_shuttle(&a, &b);
	assert_int_equal(rig_contact(&a, &b, &row) != 0, 1);
	assert_int_equal(row.state, CONTACT_ACCEPTED);
	assert_true(slice_eq(row.name, slice_str("Bob")));
	assert_true(rig_count(&a, mark_a, ipc_t_contact) >= 1);
	rig_close(&a);
	rig_close(&b);
}

/* B accepts while A is away: the next link, whoever dials, tells A. */
static void test_accept_while_away(void **state)
{
	struct rig a, b;
	(void)state;
	for (int who = 0; who < 2; who++) {
		rig_new(&a, "Alice");
		rig_new(&b, "Bob");
		rig_add(&a, &b, "");
		rig_cut(&a, rig_dial(&a, &b));
		decide(&b, rig_contact(&b, &a, NULL), DECIDE_ACCEPT);
		assert_int_equal(rig_state(&a, &b), CONTACT_REQUEST_SENT);
		assert_int_not_equal(who == 0 ? rig_dial(&a, &b) : rig_dial(&b, &a), 0);
		assert_int_equal(rig_state(&a, &b), CONTACT_ACCEPTED);
		rig_close(&a);
		rig_close(&b);
	}
}

static void test_both_ask(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "");
	rig_add(&b, &a, "");
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_state(&a, &b), CONTACT_ACCEPTED);
	assert_int_equal(rig_state(&b, &a), CONTACT_ACCEPTED);
	rig_close(&a);
	rig_close(&b);
}

/* Adding the address of somebody who asked is accepting. */
static void test_add_is_accept(void **state)
{
	struct rig a, b;
	struct ipc_contact row;
	char address[ONION_ADDR_CAP];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "");
	rig_dial(&a, &b);
	onion_addr_encode(&a.onion, true, address);
	struct ipc_msg m = rig_ask(
		&b, ROLE_WEB, IPC_MSG(0, contact_add, .address = slice_str(address), .name = slice_str("My Alice")));
	assert_int_equal(m.contact.state, CONTACT_ACCEPTED);
	rig_shuttle(&a, &b);
	assert_int_equal(rig_state(&a, &b), CONTACT_ACCEPTED);
	u64 c = rig_contact(&b, &a, &row);
	assert_true(slice_eq(row.name, slice_str("My Alice")));
	rig_ask(&b, ROLE_WEB, IPC_MSG(0, contact_rename, .contact = c, .name = slice_of(NULL, 0)));
	rig_contact(&b, &a, &row);
	assert_true(slice_eq(row.name, slice_str("Alice"))); /* her own again */
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, contact_rename, .contact = 99)), ERR_LOCAL_MISSING);
	rig_close(&a);
	rig_close(&b);
}

static void test_reject_block_remove(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "");
	u32 link = rig_dial(&a, &b);
	u64 c = rig_contact(&b, &a, NULL);
	size_t mark = rig_mark(&b);
	decide(&b, c, DECIDE_REJECT);
	assert_int_equal(rig_count(&b, mark, ipc_t_peer_gone), 1);
	rig_cut(&a, link);
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_state(&b, &a), CONTACT_REJECTED);
	decide(&b, c, DECIDE_ACCEPT); /* changed his mind */
	assert_int_not_equal(link = rig_dial(&b, &a), 0);
	assert_int_equal(rig_state(&a, &b), CONTACT_ACCEPTED);
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = c, .decision = DECIDE_REJECT)),
	                 ERR_PEER_POLICY);
	mark = rig_mark(&b);
	assert_int_equal(decide(&b, c, DECIDE_BLOCK).contact.online, 0);
	assert_int_equal(rig_count(&b, mark, ipc_t_peer_gone), 1);
	rig_cut(&b, link);
	assert_int_equal(rig_dial(&a, &b), 0);
	rig_reopen(&b);
	assert_int_equal(rig_login(&b, "correct horse", ""), OK);
	assert_int_equal(rig_count(&b, 0, ipc_t_peer), 0); /* net does not even know */
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_state(&b, &a), CONTACT_BLOCKED);
	mark = rig_mark(&b);
	assert_int_equal(decide(&b, c, DECIDE_REMOVE).type, ipc_t_contact_gone);
	assert_int_equal(rig_count(&b, mark, ipc_t_contact_gone), 2); /* the event and the answer */
	assert_int_equal(rig_contact(&b, &a, NULL), 0);
	assert_int_equal(decide(&b, c, DECIDE_REMOVE).type, ipc_t_failed);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	struct ipc_contact row;
	assert_int_not_equal(rig_contact(&b, &a, &row), c); /* a stranger again, under a new number */
	assert_int_equal(row.state, CONTACT_REQUEST_RECEIVED);
	rig_close(&a);
	rig_close(&b);
}

static void test_decisions_that_are_none(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	u64 c = rig_add(&a, &b, "");
	const u8 wrong[] = {DECIDE_NONE, DECIDE_ACCEPT, DECIDE_REJECT, DECIDE_REMOVE + 1, 255};
	for (size_t i = 0; i < sizeof wrong; i++)
		assert_int_equal(
			rig_refused(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = c, .decision = wrong[i])),
			ERR_PEER_POLICY);
	assert_int_equal(rig_state(&a, &b), CONTACT_REQUEST_SENT);
	rig_close(&a);
	rig_close(&b);
}

/* Another key than the pinned one, seen by either side, is marked; the pinned key takes the mark away. */
static void test_key_changed(void **state)
{
	struct rig a, b, fake;
	struct ipc_contact row;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_new(&fake, "Bob?");
	u64 c = rig_add(&a, &b, "");
	rig_dial(&a, &b);
	decide(&b, rig_contact(&b, &a, NULL), DECIDE_ACCEPT);
	rig_shuttle(&a, &b);
	struct pq_identity good = b.pq;
	rig_contact(&a, &b, &row);
	assert_int_equal(row.trust, SHOWN_UNVERIFIED);
	assert_int_equal(row.online, 1);
	/* Net saw it while dialling. */
	size_t mark = rig_mark(&a);
	b.pq = fake.pq;
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_count(&a, mark, ipc_t_peer_gone), 1); /* links are checked anew */
	rig_contact(&a, &b, &row);
	assert_int_equal(row.trust, SHOWN_CHANGED);
	assert_int_equal(row.online, 0);
	mark = rig_mark(&a);
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_count(&a, mark, ipc_t_peer_gone), 0); /* no loop of dials */
	b.pq = good;
	/* The real one shows the pinned key. */
	rig_dial(&a, &b);
	rig_contact(&a, &b, &row);
	assert_int_equal(row.trust, SHOWN_UNVERIFIED);
	/* Pinned meanwhile by another handshake. */
	b.pq = fake.pq;
	assert_int_equal(rig_dial(&a, &b), 0);
	rig_contact(&a, &b, &row);
	assert_int_equal(row.trust, SHOWN_CHANGED);
	b.pq = good;
	rig_dial(&a, &b);
	/* Somebody dials us from that address with another key. */
	struct ipc_msg m = IPC_MSG(0, peer_accept, .identity = a.identity, .relation = PQ_CHANGED);
	memcpy(m.peer_accept.onion, b.onion.b, 32);
	memcpy(m.peer_accept.pk, fake.pq.pk, sizeof fake.pq.pk);
	struct ipc_msg r = rig_ask(&a, ROLE_NET, m);
	assert_int_equal(r.type, ipc_t_accept_status);
	assert_int_equal(r.accept_status.status, ACCEPT_KEY_CHANGED);
	assert_int_equal(r.accept_status.contact, c);
	rig_contact(&a, &b, &row);
	assert_int_equal(row.trust, SHOWN_CHANGED);
	/* The same key with another commitment is another identity. */
	m.peer_accept.relation = PQ_SAME;
	memcpy(m.peer_accept.pk, good.pk, sizeof good.pk);
	assert_int_equal(rig_refused(&a, ROLE_NET, m), ERR_PEER_PIN);
	struct ipc_msg ask = IPC_MSG(0, peer_ask, .identity = a.identity, .version = 1, .suite = 1);
	memcpy(ask.peer_ask.onion, b.onion.b, 32);
	r = rig_ask(&a, ROLE_NET, ask);
	assert_int_equal(r.peer_verdict.pinned, 1);
	assert_memory_equal(r.peer_verdict.pk, good.pk, sizeof good.pk);
	assert_memory_equal(r.peer_verdict.next, good.next, sizeof good.next);
	rig_close(&a);
	rig_close(&b);
	rig_close(&fake);
}

/* B lost everything about A (or removed her): A's next dial is a request again, and nothing leaks before it is
 * accepted. */
static void test_forgotten_contact_asks_again(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	u64 c = rig_add(&a, &b, "");
	u32 link = rig_dial(&a, &b);
	decide(&b, rig_contact(&b, &a, NULL), DECIDE_ACCEPT);
	rig_shuttle(&a, &b);
	rig_cut(&a, link);
	decide(&b, rig_contact(&b, &a, NULL), DECIDE_REMOVE);
	rig_write(&a, c, 1, "are you there?");
	rig_dial(&a, &b);
	u64 at_b = rig_contact(&b, &a, NULL);
	assert_int_equal(rig_state(&b, &a), CONTACT_REQUEST_RECEIVED);
	assert_int_equal(rig_list(&b, at_b, NULL, NULL), 0);
	decide(&b, at_b, DECIDE_ACCEPT);
	rig_shuttle(&a, &b);
	char text[MAX_TEXT + 1];
	assert_int_equal(rig_list(&b, at_b, text, NULL), 1);
	assert_string_equal(text, "are you there?");
	rig_close(&a);
	rig_close(&b);
}

/* Everything net and onion need is told again to a fresh process of theirs. */
static void test_roles_that_restart(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "");
	rig_dial(&a, &b);
	size_t mark = rig_mark(&a);
	rig_say(&a, ROLE_SUPERVISOR, IPC_MSG(0, role_socket, .role = ROLE_NET));
	assert_int_equal(rig_count(&a, mark, ipc_t_identity), 1);
	assert_int_equal(rig_count(&a, mark, ipc_t_peer), 1);
	assert_int_equal(rig_count(&a, mark, ipc_t_tor_up), 1);
	assert_int_equal(rig_last(&a, mark, ipc_t_contact)->contact.online, 0); /* its links are gone */
	rig_say(&a, ROLE_ONION,
	        IPC_MSG(0, tor_state, .phase = TOR_REACHABLE, .progress = 100, .tag = slice_str("done")));
	assert_int_equal(rig_last(&a, mark, ipc_t_tor_up)->tor_up.up, 1);
	assert_true(slice_eq(rig_last(&a, mark, ipc_t_tor_state_now)->tor_state_now.tag, slice_str("done")));
	mark = rig_mark(&a);
	rig_say(&a, ROLE_SUPERVISOR, IPC_MSG(0, role_socket, .role = ROLE_ONION));
	assert_int_equal(rig_count(&a, mark, ipc_t_service), 1);
	assert_int_equal(rig_last(&a, mark, ipc_t_tor_up)->tor_up.up, 0);
	assert_int_equal(rig_last(&a, mark, ipc_t_tor_state_now)->tor_state_now.phase, TOR_DOWN);
	assert_int_equal(rig_ask(&a, ROLE_WEB, IPC_MSG(0, status_get)).tor_state_now.phase, TOR_DOWN);
	rig_close(&a);
	rig_close(&b);
}

/* The vault signs what the handshake will verify, for its own identity only. */
static void test_signatures(void **state)
{
	struct rig a, b;
	struct auth_sigs sigs;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	u64 contact = rig_add(&a, &b, "");
	rig_close(&b);
	for (int i = 0; i < 2; i++) {
		struct auth_request r = {.role = i ? AUTH_INITIATOR : AUTH_RESPONDER};
		struct ipc_msg m = i ? IPC_MSG(0, sign_initiator, .identity = a.identity, .contact = contact)
		                     : IPC_MSG(0, sign_responder, .identity = a.identity);
		memset(r.th, 7, sizeof r.th);
		memset(i ? m.sign_initiator.th : m.sign_responder.th, 7, 64);
		if (i) {
			memset(r.token, 9, sizeof r.token);
			memset(m.sign_initiator.token, 9, 32);
		}
		struct ipc_msg s = rig_ask(&a, ROLE_NET, m);
		assert_int_equal(s.type, ipc_t_signature);
		memcpy(sigs.ed, s.signature.ed25519, sizeof sigs.ed);
		memcpy(sigs.pq, s.signature.mldsa, sizeof sigs.pq);
		assert_int_equal(authmsg_verify(&r, &a.onion, a.pq.pk, &sigs), OK);
		r.role = i ? AUTH_RESPONDER : AUTH_INITIATOR;
		assert_int_equal(authmsg_verify(&r, &a.onion, a.pq.pk, &sigs), ERR_PEER_CRYPTO);
	}
	assert_int_equal(rig_refused(&a, ROLE_NET, IPC_MSG(0, sign_responder, .identity = a.identity + 1)),
	                 ERR_LOCAL_MISSING);
	rig_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_request_and_accept),
		cmocka_unit_test(test_accept_while_away),
		cmocka_unit_test(test_both_ask),
		cmocka_unit_test(test_add_is_accept),
		cmocka_unit_test(test_reject_block_remove),
		cmocka_unit_test(test_decisions_that_are_none),
		cmocka_unit_test(test_key_changed),
		cmocka_unit_test(test_forgotten_contact_asks_again),
		cmocka_unit_test(test_roles_that_restart),
		cmocka_unit_test(test_signatures),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
