/* What is said of how a contact can be reached: only what was observed. */
#include <stdlib.h>

#include "base/limits.h"
#include "pair.h"

static struct ipc_contact bob(struct pair *p)
{
	struct ipc_contact c;
	assert_int_equal(rig_contact(&p->a, &p->b, &c), p->b_at_a);
	return c;
}

/* What it is, and whether Alice's pages heard of it since the mark. */
static void expect(struct pair *p, size_t mark, enum contact_reach what, bool online)
{
	const struct ipc_msg *told = rig_last(&p->a, mark, ipc_t_contact);
	assert_non_null(told);
	assert_int_equal(told->contact.reach, what);
	assert_int_equal(told->contact.online, online);
	assert_int_equal(bob(p).reach, what);
}

static void test_quiet(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	assert_int_equal(bob(&p).reach, REACH_THERE);
	size_t mark = rig_mark(&p.a);
	rig_say(&p.a, ROLE_NET,
	        IPC_MSG(0, link_quiet, .link = p.link, .contact = p.b_at_a, .quiet = 1, .silent_ms = 35000));
	expect(&p, mark, REACH_QUIET, false);
	assert_int_equal(bob(&p).reach_ms, env_wall_ms(rig_env()) - 35000);
	assert_int_equal(bob(&p).seen_ms, env_wall_ms(rig_env()) - 35000);
	/* what is written goes on the link all the same, and somebody is dialled */
	rig_write(&p.a, p.b_at_a, 1, "are you there?");
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_dial_now), 1);
	/* that nobody answers there says no more */
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, reach, .contact = p.b_at_a, .reach = REACH_TRYING));
	assert_int_equal(bob(&p).reach, REACH_TRYING);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, reach, .contact = p.b_at_a, .reach = REACH_ABSENT));
	assert_int_equal(bob(&p).reach, REACH_QUIET);
	mark = rig_mark(&p.a);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, link_quiet, .link = p.link, .contact = p.b_at_a));
	expect(&p, mark, REACH_THERE, true);
	part(&p);
}

static void test_one_of_two_is_quiet(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	u32 other = rig_dial(&p.a, &p.b);
	size_t mark = rig_mark(&p.a);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, link_quiet, .link = p.link, .contact = p.b_at_a, .quiet = 1));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_contact), 0);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, link_down, .link = other, .contact = p.b_at_a, .reach = REACH_LOST));
	expect(&p, mark, REACH_QUIET, false);
	part(&p);
}

static void test_gone(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.a);
	u64 now = env_wall_ms(rig_env());
	rig_say(&p.a, ROLE_NET,
	        IPC_MSG(0, link_down, .link = p.link, .contact = p.b_at_a, .reach = REACH_LEFT, .silent_ms = 2000));
	expect(&p, mark, REACH_LEFT, false);
	assert_int_equal(bob(&p).seen_ms, now - 2000);
	mark = rig_mark(&p.a);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, reach, .contact = p.b_at_a, .reach = REACH_UNPUBLISHED));
	expect(&p, mark, REACH_UNPUBLISHED, false);
	/* the same again is no news */
	mark = rig_mark(&p.a);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, reach, .contact = p.b_at_a, .reach = REACH_UNPUBLISHED));
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, reach, .contact = p.b_at_a, .reach = REACH_BARRED + 1));
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, reach, .contact = 99, .reach = REACH_ABSENT));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_contact), 0);
	/* of a session that is over only the time is known, and it leads whom to dial */
	rig_reopen(&p.a);
	mark = rig_mark(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(rig_last(&p.a, mark, ipc_t_peer)->peer.seen_ms, now - 2000);
	assert_int_equal(bob(&p).reach, REACH_UNKNOWN);
	assert_int_equal(bob(&p).seen_ms, now - 2000);
	part(&p);
}

static void test_try_now(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.a);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_dial, .contact = p.b_at_a));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_dial_now), 0); /* he is there */
	rig_cut(&p.a, p.link);
	assert_int_equal(rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_dial, .contact = p.b_at_a)).type, ipc_t_contact);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_dial, .contact = p.b_at_a));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_dial_now), 1);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.b_at_a, .decision = DECIDE_BLOCK));
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, contact_dial, .contact = p.b_at_a)), ERR_PEER_POLICY);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, contact_dial, .contact = 99)), ERR_LOCAL_MISSING);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_one_of_two_is_quiet),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_try_now),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
