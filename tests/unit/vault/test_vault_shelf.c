/* What a person chooses for a conversation's place in the list: it stays, alone, and what is archived comes back. */
#include "pair.h"
#include "receiving.h"

static struct ipc_contact choose(struct rig *r, u64 contact, u8 which, u8 on)
{
	struct ipc_msg m =
		rig_ask(r, ROLE_WEB, IPC_MSG(0, conversation_set, .contact = contact, .which = which, .on = on));
	assert_int_equal(m.type, ipc_t_contact);
	return m.contact;
}

static u8 shelf_of(struct rig *r, const struct rig *other)
{
	struct ipc_contact row;
	assert_int_not_equal(rig_contact(r, other, &row), 0);
	return row.shelf;
}

static void test_each_by_itself(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	assert_int_equal(shelf_of(&p.a, &p.b), 0);
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_PINNED, CONVERSATION_PINNED).shelf, CONVERSATION_PINNED);
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_MUTED | CONVERSATION_MARKED, CONVERSATION_MUTED).shelf,
	                 CONVERSATION_PINNED | CONVERSATION_MUTED);
	/* What is not set stays, whatever `on` says. */
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_MARKED, CONVERSATION_MARKED | CONVERSATION_ARCHIVED).shelf,
	                 CONVERSATION_PINNED | CONVERSATION_MUTED | CONVERSATION_MARKED);
	struct ipc_msg m = rig_ask(
		&p.a, ROLE_WEB,
		IPC_MSG(0, conversation_set, .contact = p.b_at_a, .which = CONVERSATION_RETENTION, .retention = 7));
	assert_int_equal(m.contact.shelf, CONVERSATION_PINNED | CONVERSATION_MUTED | CONVERSATION_MARKED);
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_PINNED, 0).retention, 7);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(shelf_of(&p.a, &p.b), CONVERSATION_MUTED | CONVERSATION_MARKED);
	assert_int_equal(shelf_of(&p.b, &p.a), 0); /* told to nobody */
	part(&p);
}

static void test_refused(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	const struct ipc_msg bad[] = {
		IPC_MSG(0, conversation_set, .contact = p.b_at_a),
		IPC_MSG(0, conversation_set, .contact = p.b_at_a, .which = 32),
		IPC_MSG(0, conversation_set, .contact = p.b_at_a, .which = CONVERSATION_PINNED,
	                .on = CONVERSATION_RETENTION),
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(rig_refused(&p.a, ROLE_WEB, bad[i]), ERR_PEER_FORMAT);
	assert_int_equal(
		rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, conversation_set, .contact = 99, .which = CONVERSATION_PINNED)),
		ERR_LOCAL_MISSING);
	part(&p);
}

static void test_archived_comes_back(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	choose(&p.a, p.b_at_a, CONVERSATION_ARCHIVED, CONVERSATION_ARCHIVED); /* before the first message, too */
	assert_int_equal(shelf_of(&p.a, &p.b), CONVERSATION_ARCHIVED);
	write_some(&p, 1, 1);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(shelf_of(&p.a, &p.b), 0);
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_ARCHIVED, CONVERSATION_ARCHIVED).shelf,
	                 CONVERSATION_ARCHIVED);
	/* While it is locked. */
	lock(&p.a);
	write_some(&p, 2, 2);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(shelf_of(&p.a, &p.b), 0);
	/* Who is muted calls nobody. */
	const u8 both = CONVERSATION_ARCHIVED | CONVERSATION_MUTED;
	choose(&p.a, p.b_at_a, both, both);
	rig_shuttle(&p.a, &p.b);
	write_some(&p, 3, 3);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(shelf_of(&p.a, &p.b), both);
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_ARCHIVED, 0).shelf, CONVERSATION_MUTED);
	part(&p);
}

/* "Muted, and it was gone": what came back by a message does not go again because it is muted, nor does what is archived
 * come back because it is not muted any more. */
static void test_muting_moves_nothing(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	choose(&p.a, p.b_at_a, CONVERSATION_ARCHIVED, CONVERSATION_ARCHIVED);
	write_some(&p, 1, 1);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_MUTED, CONVERSATION_MUTED).shelf, CONVERSATION_MUTED);
	const u8 both = CONVERSATION_ARCHIVED | CONVERSATION_MUTED;
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_ARCHIVED, CONVERSATION_ARCHIVED).shelf, both);
	write_some(&p, 2, 2);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(choose(&p.a, p.b_at_a, CONVERSATION_MUTED, 0).shelf, CONVERSATION_ARCHIVED);
	write_some(&p, 3, 3);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(shelf_of(&p.a, &p.b), 0);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_by_itself),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_archived_comes_back),
		cmocka_unit_test(test_muting_moves_nothing),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
