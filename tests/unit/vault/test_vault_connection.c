/* What is told of the connection, and of the log, and to whom. */
#include "base/limits.h"
#include "pair.h"
#include "wire/findings.h"

static u8 room[MAX_FINDINGS_TEXT];

static struct slice one_finding(const char *text)
{
	struct findings f = {0};
	findings_add(&f, FINDING_NOTE, "tor", text);
	return slice_of(room, findings_write(&f, room));
}

/* The connection, asked for by get; rows before it can be looked for since *ret_mark. Borrowed until the next call on r. */
static struct ipc_connection get(struct rig *r, size_t *ret_mark)
{
	*ret_mark = rig_mark(r);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, connection_get));
	const struct ipc_msg *m = rig_last(r, *ret_mark, ipc_t_connection);
	assert_non_null(m);
	return m->connection;
}

/* The row of the public address. */
static struct ipc_reached public_row(struct rig *r)
{
	size_t mark = rig_mark(r);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, connection_get));
	assert_int_equal(rig_count(r, mark, ipc_t_reached), 2);
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		if (m.type == ipc_t_reached && m.reached.gate == GATE_PUBLIC)
			return m.reached;
	}
	fail();
	return (struct ipc_reached){0};
}

static void dialled(struct rig *r, const struct onion_pub *onion, enum self_dial how)
{
	struct ipc_msg m = IPC_MSG(0, self_dialled, .how = (u8)how);
	memcpy(m.self_dialled.onion, onion->b, sizeof m.self_dialled.onion);
	rig_say(r, ROLE_NET, m);
}

static void test_how_own_addresses_were_reached(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(public_row(&r).how, SELF_NONE);
	dialled(&r, &r.onion, SELF_REACHED);
	u64 then = env_wall_ms(rig_env());
	assert_int_equal(public_row(&r).how, SELF_REACHED);
	assert_int_equal(public_row(&r).reached_ms, then);
	rig_now_ms += 60000;
	dialled(&r, &r.onion, SELF_FAILED);
	dialled(&r, &r.onion, SELF_UNTRIED); /* says nothing */
	assert_int_equal(public_row(&r).how, SELF_FAILED);
	assert_int_equal(public_row(&r).reached_ms, then);
	assert_int_equal(public_row(&r).tried_ms, then + 60000);
	/* more addresses than there can be: the oldest go */
	for (u8 i = 1; i <= 2 * MAX_SERVICES; i++) {
		struct onion_pub other;
		memset(other.b, i, sizeof other.b);
		rig_now_ms++;
		dialled(&r, &other, SELF_REACHED);
	}
	assert_int_equal(public_row(&r).how, SELF_NONE);
	rig_close(&r);
}

static void test_contacts_are_counted(void **state)
{
	struct pair p;
	size_t mark;
	(void)state;
	befriend(&p);
	struct ipc_connection c = get(&p.a, &mark);
	assert_int_equal(c.connected, 1);
	assert_int_equal(c.links, 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_tor_state_now), 1);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, link_down, .link = p.link, .contact = p.b_at_a, .reach = REACH_LEFT));
	c = get(&p.a, &mark);
	assert_int_equal(c.connected, 0);
	assert_int_equal(c.away, 1);
	assert_int_equal(c.links, 0);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, reach, .contact = p.b_at_a, .reach = REACH_TRYING));
	assert_int_equal(get(&p.a, &mark).trying, 1);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.b_at_a, .decision = DECIDE_BLOCK));
	c = get(&p.a, &mark);
	assert_int_equal(c.connected + c.away + c.trying + c.untried, 0);
	part(&p);
}

static void test_locked_it_tells_little(void **state)
{
	struct rig r;
	size_t mark;
	(void)state;
	rig_new(&r, "Alice");
	rig_say(&r, ROLE_SUPERVISOR, IPC_MSG(0, findings, .list = one_finding("found")));
	dialled(&r, &r.onion, SELF_REACHED);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	struct ipc_connection c = get(&r, &mark);
	assert_int_equal(c.locked, 1);
	assert_true(slice_eq(c.list, one_finding("found")));
	assert_int_equal(rig_count(&r, mark, ipc_t_reached), 0);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, connection_look)), ERR_LOCAL_LOCKED);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, connection_try)), ERR_LOCAL_LOCKED);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, log_get)), ERR_LOCAL_LOCKED);
	rig_close(&r);
}

/* What the supervisor answers to; copied, since r->outs is borrowed. */
static struct ipc_msg asked(struct rig *r, u32 req, struct ipc_msg m, enum ipc_type t)
{
	size_t mark = rig_mark(r);
	m.req = req;
	rig_say(r, ROLE_WEB, m);
	const struct ipc_msg *out = rig_last(r, mark, t);
	assert_non_null(out);
	assert_int_equal(out->req, req);
	return *out;
}

static void test_the_supervisor_is_asked(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	struct ipc_msg look = asked(&r, 9001, IPC_MSG(0, connection_look), ipc_t_look);
	size_t mark = rig_mark(&r);
	rig_say(&r, ROLE_SUPERVISOR, IPC_MSG(9001, findings, .life = look.look.life, .list = one_finding("new")));
	assert_true(slice_eq(rig_last(&r, mark, ipc_t_connection)->connection.list, one_finding("new")));
	assert_int_equal(rig_last(&r, mark, ipc_t_connection)->req, 9001);

	struct ipc_msg ask = asked(&r, 9002, IPC_MSG(0, log_get, .line = 7), ipc_t_log_ask);
	assert_int_equal(ask.log_ask.line, 7);
	mark = rig_mark(&r);
	struct ipc_msg part =
		IPC_MSG(9002, log_part, .life = ask.log_ask.life, .first = 7, .lines = slice_str("x: y\n"));
	rig_say(&r, ROLE_SUPERVISOR, part);
	assert_true(slice_eq(rig_last(&r, mark, ipc_t_log_lines)->log_lines.lines, slice_str("x: y\n")));

	/* another web may ask with the same number: it gets nothing of the former one's */
	ask = asked(&r, 9003, IPC_MSG(0, log_get, .line = 1), ipc_t_log_ask);
	rig_say(&r, ROLE_SUPERVISOR, IPC_MSG(0, role_socket, .role = ROLE_WEB));
	mark = rig_mark(&r);
	part.req = 9003;
	part.log_part.life = ask.log_ask.life;
	rig_say(&r, ROLE_SUPERVISOR, part);
	assert_int_equal(rig_count(&r, mark, ipc_t_log_lines), 0);

	/* locked meanwhile: nothing of it is given away */
	ask = asked(&r, 9004, IPC_MSG(0, log_get, .line = 1), ipc_t_log_ask);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	mark = rig_mark(&r);
	part.req = 9004;
	part.log_part.life = ask.log_ask.life;
	rig_say(&r, ROLE_SUPERVISOR, part);
	assert_int_equal(rig_count(&r, mark, ipc_t_log_lines), 0);
	assert_int_equal(rig_last(&r, mark, ipc_t_failed)->failed.error, (u32)-ERR_LOCAL_LOCKED);
	rig_close(&r);
}

static void test_try_now_dials_all(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	size_t mark = rig_mark(&r);
	assert_int_equal(rig_ask(&r, ROLE_WEB, IPC_MSG(0, connection_try)).type, ipc_t_done);
	assert_int_equal(rig_count(&r, mark, ipc_t_net_woke), 1);
	assert_int_equal(rig_count(&r, mark, ipc_t_onion_woke), 1);
	rig_close(&r);
}

static void test_words_of_tor_are_cleaned(void **state)
{
	struct rig r;
	size_t mark;
	(void)state;
	rig_new(&r, "Alice");
	rig_say(&r, ROLE_ONION,
	        IPC_MSG(0, tor_state, .phase = TOR_CONNECTING, .summary = slice_str("Bridge 192.0.2.77:443"),
	                .warning = slice_str("at /home/wilhelmina/tor")));
	struct ipc_connection c = get(&r, &mark);
	assert_true(slice_eq(c.summary, slice_str("Bridge [ip]")));
	assert_true(slice_eq(c.warning, slice_str("at [folder]/tor")));
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_how_own_addresses_were_reached),
		cmocka_unit_test(test_contacts_are_counted),
		cmocka_unit_test(test_locked_it_tells_little),
		cmocka_unit_test(test_the_supervisor_is_asked),
		cmocka_unit_test(test_try_now_dials_all),
		cmocka_unit_test(test_words_of_tor_are_cleaned),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
