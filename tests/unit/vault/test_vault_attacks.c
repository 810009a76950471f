/* Attacks that only the vault can see: on invitations, and on what was agreed on before. Each is named after what the
 * attacker does. */
#include "rig.h"

#include "crypto/kdf.h"
#include "vault/invites.h"
#include "wire/invite_text.h"

/* An invitation of b, as text. */
static void invitation_of(struct rig *b, char ret[static INVITE_TEXT_CAP])
{
	struct ipc_msg m = rig_ask(b, ROLE_WEB, IPC_MSG(0, invite_create, .days = 2));
	assert_int_equal(m.type, ipc_t_invite);
	assert_int_equal(m.invite.text.n, INVITE_TEXT_CAP - 1);
	memcpy(ret, m.invite.text.p, INVITE_TEXT_CAP - 1);
	ret[INVITE_TEXT_CAP - 1] = 0;
}

static void takes(struct rig *a, const char *text)
{
	struct ipc_msg m = rig_ask(a, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(text)));
	assert_int_equal(m.type, ipc_t_contact);
}

static void assert_turned_away(struct rig *a, struct rig *b)
{
	assert_int_equal(rig_dial(a, b), 0);
	assert_int_equal(a->said, ACCEPT_INVITE_BAD);
	assert_int_equal(rig_contact(b, a, NULL), 0); /* PROTO 7.7: "nothing of A is stored" */
}

static void test_invitation_used_twice(void **state)
{
	struct rig a, b, c;
	char text[INVITE_TEXT_CAP];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_new(&c, "Mallory");
	invitation_of(&b, text);
	takes(&c, text); /* who read it on its way, but comes second */
	takes(&a, text);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_state(&b, &a), CONTACT_ACCEPTED);
	assert_turned_away(&c, &b);
	rig_close(&a);
	rig_close(&b);
	rig_close(&c);
}

static void test_invitation_used_late(void **state)
{
	struct rig a, b;
	char text[INVITE_TEXT_CAP];
	u64 began = rig_now_ms;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	invitation_of(&b, text);
	takes(&a, text);
	rig_now_ms += 3 * 86400000ull;
	assert_turned_away(&a, &b);
	rig_now_ms = began;
	rig_close(&a);
	rig_close(&b);
}

/* Mallory knows which invitation is open, but not its secret. */
static void test_invitation_without_its_secret(void **state)
{
	struct rig a, b;
	char text[INVITE_TEXT_CAP];
	struct invite_text t;
	(void)state;
	rig_new(&a, "Mallory");
	rig_new(&b, "Bob");
	invitation_of(&b, text);
	assert_int_equal(invite_text_decode(slice_str(text), &t), OK);
	struct ipc_msg m = IPC_MSG(0, peer_accept, .link = 1, .identity = b.identity, .relation = PQ_NEW, .version = 1,
	                           .suite = 1);
	memcpy(m.peer_accept.onion, a.onion.b, 32);
	memcpy(m.peer_accept.pk, a.pq.pk, sizeof a.pq.pk);
	memcpy(m.peer_accept.next, a.pq.next, 32);
	invites_id(&t.secret, m.peer_accept.inv_id);
	struct ipc_msg r = rig_ask(&b, ROLE_NET, m);
	assert_int_equal(r.type, ipc_t_accept_status);
	assert_int_equal(r.accept_status.status, ACCEPT_INVITE_BAD);
	assert_int_equal(rig_contact(&b, &a, NULL), 0);
	takes(&a, text); /* and it is still good */
	assert_int_not_equal(rig_dial(&a, &b), 0);
	rig_close(&a);
	rig_close(&b);
}

/* Both once had a link with version 1 and suite 1; then one of them is made to choose less. */
static void test_less_than_the_floor(void **state)
{
	static const struct {
		u8 version, suite;
		bool good;
	} row[] = {{1, 1, true}, {0, 1, false}, {1, 0, false}, {0, 9, false}, {2, 1, true}, {1, 2, true}};
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	for (int met = 0; met < 2; met++) {
		u64 contact = met ? rig_contact(&a, &b, NULL) : rig_add(&a, &b, "");
		for (size_t i = 0; i < ARRAY_LEN(row); i++) {
			/* PROTO 3.6.3: "a handshake that chose less is refused: by A before M3" */
			err_t e = rig_refused(&a, ROLE_NET,
			                      IPC_MSG(0, sign_initiator, .identity = a.identity, .contact = contact,
			                              .version = row[i].version, .suite = row[i].suite));
			assert_int_equal(e, row[i].good || !met ? OK : ERR_PEER_POLICY);
			struct ipc_msg ask = IPC_MSG(0, peer_ask, .identity = b.identity, .version = row[i].version,
			                             .suite = row[i].suite);
			memcpy(ask.peer_ask.onion, a.onion.b, 32);
			/* "by B before the signatures are verified" */
			if (met)
				assert_int_equal(rig_ask(&b, ROLE_NET, ask).peer_verdict.allow, row[i].good);
		}
		assert_int_equal(rig_ask(&b, ROLE_WEB, IPC_MSG(0, identity_set, .identity = b.identity, .strangers = 1))
		                         .own.strangers,
		                 1);
		if (!met)
			assert_int_not_equal(rig_dial(&a, &b), 0);
	}
	rig_close(&a);
	rig_close(&b);
}

/* PROTO 5.5.4: "So does A on ACCEPT." One that was under way while two others were made says nothing of a loss. */
static void test_accept_that_was_overtaken(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct rig a, b;
		struct ipc_contact c;
		rig_new(&a, "Alice");
		rig_new(&b, "Bob");
		(void)rig_add(&a, &b, "");
		a.overtaken = 2;
		a.age_ms = late ? 60000 : 0;
		assert_int_equal(rig_dial(&a, &b) != 0, !late);
		(void)rig_contact(&a, &b, &c);
		assert_int_equal(c.lost_times, !late); /* had it begun after them, it would be one */
		a.age_ms = 0;
		assert_int_not_equal(rig_dial(&a, &b), 0);
		rig_close(&a);
		rig_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_invitation_used_twice),         cmocka_unit_test(test_invitation_used_late),
		cmocka_unit_test(test_invitation_without_its_secret), cmocka_unit_test(test_less_than_the_floor),
		cmocka_unit_test(test_accept_that_was_overtaken),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
