/* Invitations between two vaults: what one is good for, how often, and what becomes of it (PROTO 7). */
#include "crypto/onion_key.h"
#include "rig.h"
#include "vault/invites.h"
#include "vault/state.h"
#include "wire/invite_text.h"

#define DAY_MS 86400000ull

struct made {
	u64 id;
	char text[INVITE_TEXT_CAP];
};

static struct made invite(struct rig *b)
{
	struct made made = {0};
	struct ipc_msg m = rig_ask(b, ROLE_WEB, IPC_MSG(0, invite_create, .days = 1));
	assert_int_equal(m.type, ipc_t_invite);
	made.id = m.invite.invite;
	memcpy(made.text, m.invite.text.p, m.invite.text.n);
	return made;
}

static void revoke(struct rig *b, const struct made *made)
{
	assert_int_equal(rig_refused(b, ROLE_WEB, IPC_MSG(0, invite_revoke, .invite = made->id)), OK);
}

/* The row as its owner sees it. */
static struct ipc_invite row(struct rig *b, u64 id)
{
	size_t mark = rig_mark(b);
	(void)rig_ask(b, ROLE_WEB, IPC_MSG(0, invites_list));
	for (size_t i = mark; i < b->n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(b->outs[i].bytes, b->outs[i].n), &m), OK);
		if (m.type == ipc_t_invite && m.invite.invite == id)
			return m.invite;
	}
	fail_msg("no such invitation");
	return (struct ipc_invite){0};
}

static err_t use(struct rig *a, const struct made *made)
{
	return rig_refused(a, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(made->text)));
}

static struct ipc_contact seen(struct rig *a, const struct rig *b)
{
	struct ipc_contact c = {0};
	(void)rig_contact(a, b, &c);
	return c;
}

static void decide(struct rig *a, const struct rig *b, enum decision d)
{
	const u64 c = rig_contact(a, b, NULL);
	(void)rig_ask(a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = c, .decision = (u8)d));
}

static void two(struct rig *a, struct rig *b)
{
	rig_new(a, "Alice");
	rig_new(b, "Bob");
	/* an invitation is the only way in */
	assert_int_equal(rig_refused(b, ROLE_WEB, IPC_MSG(0, identity_set, .strangers = 0)), OK);
}

static void part(struct rig *a, struct rig *b)
{
	rig_close(a);
	rig_close(b);
}

/* Dials and is refused: nothing of Alice is stored, and she knows why. */
static void assert_refused(struct rig *a, struct rig *b)
{
	size_t mark = rig_mark(b);
	assert_int_equal(rig_dial(a, b), 0);
	assert_int_equal(a->said, ACCEPT_INVITE_BAD);
	assert_int_equal(rig_count(b, mark, ipc_t_contact), 0);
	assert_int_equal(rig_contact(b, a, NULL), 0);
	assert_int_equal(seen(a, b).invitation, INVITATION_REFUSED);
	/* she does not try again with it */
	assert_int_equal(rig_last(a, 0, ipc_t_peer)->peer.invited, 0);
	a->said = ACCEPT_OK;
	assert_int_equal(rig_dial(a, b), 0);
	assert_int_equal(a->said, ACCEPT_OK); /* nothing was said: strangers are not let in */
}

static void assert_friends(struct rig *a, struct rig *b)
{
	assert_int_equal(seen(a, b).state, CONTACT_ACCEPTED);
	assert_int_equal(seen(b, a).state, CONTACT_ACCEPTED);
	assert_int_equal(seen(a, b).invitation, INVITATION_NONE);
	assert_int_equal(seen(a, b).trust, SHOWN_INVITED);
}

/* PROTO 7.1: "is given by B to one person and serves once" */
static void test_serves_once(void **state)
{
	struct rig a, b, c;
	(void)state;
	two(&a, &b);
	rig_new(&c, "Carol");
	struct made made = invite(&b);
	assert_int_equal(use(&a, &made), OK);
	assert_int_equal(use(&c, &made), OK);
	assert_int_equal(seen(&a, &b).invitation, INVITATION_WAITING);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_friends(&a, &b);
	assert_int_equal(seen(&b, &a).trust, SHOWN_INVITED);
	assert_int_equal(row(&b, made.id).state, INVITE_USED);
	assert_int_equal(row(&b, made.id).contact, rig_contact(&b, &a, NULL));
	assert_int_equal(row(&b, made.id).text.n, 0);
	assert_refused(&c, &b);
	part(&a, &b);
	rig_close(&c);
}

static void test_revoked(void **state)
{
	struct rig a, b;
	(void)state;
	two(&a, &b);
	struct made made = invite(&b);
	assert_int_equal(use(&a, &made), OK);
	revoke(&b, &made);
	assert_refused(&a, &b);
	assert_int_equal(row(&b, made.id).state, INVITE_REVOKED);
	part(&a, &b);
}

static void test_expired(void **state)
{
	struct rig a, b;
	const u64 began = rig_now_ms;
	(void)state;
	two(&a, &b);
	struct made made = invite(&b);
	assert_int_equal(use(&a, &made), OK);
	rig_now_ms = row(&b, made.id).expires_ms;
	assert_refused(&a, &b);
	assert_int_equal(use(&a, &made), ERR_PEER_POLICY);
	rig_now_ms = began;
	part(&a, &b);
}

/* Who has seen `inv_id`, which is no secret, and not the invitation. */
static void test_wrong_secret(void **state)
{
	struct rig a, b;
	struct invite_text t;
	(void)state;
	two(&a, &b);
	struct made made = invite(&b);
	assert_int_equal(invite_text_decode(slice_str(made.text), &t), OK);
	struct ipc_msg m = IPC_MSG(0, peer_accept, .link = 1, .identity = b.identity, .relation = PQ_NEW);
	memcpy(m.peer_accept.onion, a.onion.b, 32);
	memcpy(m.peer_accept.pk, a.pq.pk, sizeof a.pq.pk);
	invites_id(&t.secret, m.peer_accept.inv_id);
	struct ipc_msg r = rig_ask(&b, ROLE_NET, m);
	assert_int_equal(r.type, ipc_t_accept_status);
	assert_int_equal(r.accept_status.status, ACCEPT_INVITE_BAD);
	assert_int_equal(r.accept_status.contact, 0);
	assert_int_equal(rig_contact(&b, &a, NULL), 0);
	assert_int_equal(row(&b, made.id).state, INVITE_OPEN); /* still good for whom it was given to */
	assert_int_equal(use(&a, &made), OK);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_friends(&a, &b);
	part(&a, &b);
}

/* PROTO 7.7: "The invitation counts where A is not a contact yet that both sides have accepted": Bob has used it up, Alice
 * has not heard of it. */
static void test_cut_while_it_is_used(void **state)
{
	static const enum rig_breaks where[] = {RIG_CUT_ACCEPT, RIG_CUT_CONFIRM};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(where); i++) {
		struct rig a, b;
		two(&a, &b);
		struct made made = invite(&b);
		assert_int_equal(use(&a, &made), OK);
		b.cut = where[i];
		assert_int_equal(rig_dial(&a, &b), 0);
		assert_int_equal(row(&b, made.id).state, INVITE_USED);
		assert_int_equal(seen(&b, &a).state, CONTACT_ACCEPTED);
		b.cut = RIG_CUT_NEVER;
		assert_int_not_equal(rig_dial(&a, &b), 0);
		assert_friends(&a, &b);
		part(&a, &b);
	}
}

/* A new invitation takes the place of one that was of no use. */
static void test_another_one(void **state)
{
	struct rig a, b;
	(void)state;
	two(&a, &b);
	struct made first = invite(&b), second = invite(&b);
	assert_int_equal(use(&a, &first), OK);
	const u64 id = rig_contact(&a, &b, NULL);
	revoke(&b, &first);
	assert_refused(&a, &b);
	assert_int_equal(use(&a, &second), OK);
	assert_int_equal(rig_contact(&a, &b, NULL), id);
	assert_int_equal(seen(&a, &b).invitation, INVITATION_WAITING);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_friends(&a, &b);
	part(&a, &b);
}

/* Before the first was tried; and where she asked by the address alone. */
static void test_another_one_before_an_answer(void **state)
{
	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		struct rig a, b;
		two(&a, &b);
		struct made first = invite(&b), second = invite(&b);
		if (asked)
			rig_add(&a, &b, "It is me");
		else
			assert_int_equal(use(&a, &first), OK);
		revoke(&b, &first);
		assert_int_equal(use(&a, &second), OK);
		assert_int_not_equal(rig_dial(&a, &b), 0);
		assert_friends(&a, &b);
		part(&a, &b);
	}
}

/* PROTO 7.5: "Another identity than the fingerprint's is one that changed (5.4)": until an invitation comes that names it. */
/* The answer to a dial with the old one says nothing of the new one. */
static void test_another_one_while_the_answer_comes(void **state)
{
	struct rig a, b;
	(void)state;
	two(&a, &b);
	struct made old = invite(&b), another = invite(&b);
	assert_int_equal(use(&a, &old), OK);
	revoke(&b, &old);
	a.meanwhile = another.text;
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(a.said, ACCEPT_INVITE_BAD);
	assert_int_equal(seen(&a, &b).invitation, INVITATION_WAITING);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_friends(&a, &b);
	part(&a, &b);
}

static void test_another_one_after_a_rotation(void **state)
{
	struct rig a, b;
	(void)state;
	two(&a, &b);
	struct made first = invite(&b);
	assert_int_equal(use(&a, &first), OK);
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, identity_rotate)), OK);
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(seen(&a, &b).trust, SHOWN_CHANGED);
	struct made second = invite(&b);
	assert_int_equal(use(&a, &second), OK);
	assert_int_equal(seen(&a, &b).trust, SHOWN_UNVERIFIED);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_friends(&a, &b);
	part(&a, &b);
}

/* Bob does not know her any more. She cannot see that; he gives her another invitation. */
static void test_another_one_after_he_forgot_her(void **state)
{
	struct rig a, b;
	(void)state;
	two(&a, &b);
	struct made first = invite(&b), second = invite(&b);
	assert_int_equal(use(&a, &first), OK);
	u32 link = rig_dial(&a, &b);
	assert_friends(&a, &b);
	assert_int_equal(use(&a, &second), ERR_LOCAL_EXISTS); /* all is well: nothing is used up */
	const struct ipc_safety shown = rig_safety(&a, &b);
	assert_true(rig_verify(&a, &b, &shown));
	decide(&b, &a, DECIDE_REMOVE);
	rig_cut(&a, link);
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(use(&a, &second), OK);
	assert_int_equal(seen(&a, &b).state, CONTACT_ACCEPTED);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_int_equal(row(&b, second.id).state, INVITE_USED);
	assert_int_equal(seen(&b, &a).state, CONTACT_ACCEPTED);
	assert_int_equal(seen(&a, &b).trust, SHOWN_VERIFIED); /* she knows better than by any invitation */
	assert_int_equal(seen(&a, &b).invitation, INVITATION_NONE);
	part(&a, &b);
}

/* He was only away: the invitation is not used up, and nothing else comes of it. */
static void test_another_one_while_he_is_away(void **state)
{
	struct rig a, b;
	(void)state;
	two(&a, &b);
	struct made first = invite(&b), second = invite(&b);
	assert_int_equal(use(&a, &first), OK);
	rig_cut(&a, rig_dial(&a, &b));
	assert_int_equal(use(&a, &second), OK);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_friends(&a, &b);
	assert_int_equal(row(&b, second.id).state, INVITE_OPEN);
	part(&a, &b);
}

/* It names another key than the one that is pinned: there is something to decide first. */
static void test_another_key_is_no_way_round_the_pin(void **state)
{
	struct rig a, b;
	(void)state;
	two(&a, &b);
	struct made first = invite(&b);
	assert_int_equal(use(&a, &first), OK);
	rig_cut(&a, rig_dial(&a, &b));
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, identity_rotate)), OK);
	struct made second = invite(&b);
	assert_int_equal(use(&a, &second), ERR_PEER_POLICY);
	assert_int_not_equal(rig_dial(&a, &b), 0); /* one rotation is seen by itself */
	assert_friends(&a, &b);
	part(&a, &b);
}

/* He asked her and she said no; now she takes his invitation. Whom she blocked, she has to take back herself. */
static void test_after_a_no(void **state)
{
	(void)state;
	for (int blocked = 0; blocked < 2; blocked++) {
		struct rig a, b;
		two(&a, &b);
		struct made made = invite(&b);
		rig_add(&b, &a, "");
		rig_cut(&b, rig_dial(&b, &a));
		decide(&a, &b, blocked ? DECIDE_BLOCK : DECIDE_REJECT);
		assert_int_equal(use(&a, &made), blocked ? ERR_PEER_POLICY : OK);
		assert_int_equal(seen(&a, &b).state, blocked ? CONTACT_BLOCKED : CONTACT_ACCEPTED);
		assert_int_equal(rig_dial(&a, &b) != 0, !blocked);
		if (!blocked)
			assert_friends(&a, &b);
		part(&a, &b);
	}
}

/* PROTO 7.5: "Where A has no pin yet, it compares with pqfp, whoever of the two dials." Here Bob's address dials first: he
 * himself, or who has stolen its key. */
static void test_inviter_dials_first(void **state)
{
	(void)state;
	for (int stolen = 0; stolen < 2; stolen++) {
		struct rig a, b, thief;
		struct pq_identity pin;
		two(&a, &b);
		rig_new(&thief, "Bob?");
		struct made made = invite(&b);
		assert_int_equal(use(&a, &made), OK);
		const u64 at_a = rig_contact(&a, &b, NULL);
		rig_write(&a, at_a, 1, "for Bob");
		thief.onion = b.onion;
		struct rig *dials = stolen ? &thief : &b;
		rig_add(dials, &a, "");
		assert_int_equal(rig_dial(dials, &a) != 0, !stolen);
		assert_int_equal(contacts_pin(a.v->store, at_a, &pin), !stolen);
		assert_int_equal(seen(&a, &b).trust, stolen ? SHOWN_CHANGED : SHOWN_INVITED);
		enum message_state sent = MESSAGE_NONE;
		assert_int_equal(rig_list(&a, at_a, NULL, &sent), 1);
		assert_int_equal(sent, stolen ? MESSAGE_WAITING : MESSAGE_DELIVERED);
		if (stolen) {
			assert_int_not_equal(rig_dial(&a, &b), 0);
			assert_friends(&a, &b);
		}
		part(&a, &b);
		rig_close(&thief);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_serves_once),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_wrong_secret),
		cmocka_unit_test(test_cut_while_it_is_used),
		cmocka_unit_test(test_another_one),
		cmocka_unit_test(test_another_one_before_an_answer),
		cmocka_unit_test(test_another_one_while_the_answer_comes),
		cmocka_unit_test(test_another_one_after_a_rotation),
		cmocka_unit_test(test_another_one_after_he_forgot_her),
		cmocka_unit_test(test_another_one_while_he_is_away),
		cmocka_unit_test(test_another_key_is_no_way_round_the_pin),
		cmocka_unit_test(test_after_a_no),
		cmocka_unit_test(test_inviter_dials_first),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
