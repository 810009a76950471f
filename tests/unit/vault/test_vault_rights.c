/* The table of rights, walked: every message of the schema from every role in both states. */
#include <string.h>

#include "rig.h"

static const enum role roles[] = {ROLE_SUPERVISOR, ROLE_VAULT, ROLE_ONION, ROLE_NET, ROLE_WEB};

/* What a vault takes, from whom, when; written down a second time, on purpose. */
static bool is_for_vault(enum ipc_type t)
{
	switch ((int)t) {
#define M(name, from, when) case ipc_t_##name:
		IPC_TO_VAULT(M)
#undef M
		return true;
	default: return false;
	}
}

static bool is_role_right(enum ipc_type t, enum role r)
{
	if (t >= ipc_t_role_socket && t <= ipc_t_log_part)
		return r == ROLE_SUPERVISOR;
	if (t == ipc_t_tor_state || t == ipc_t_tor_transports || t == ipc_t_service_wanted || t == ipc_t_self_dial)
		return r == ROLE_ONION;
	if (t >= ipc_t_sign_responder && t <= ipc_t_self_dialled)
		return r == ROLE_NET;
	return r == ROLE_WEB;
}

static bool is_state_right(enum ipc_type t, bool unlocked)
{
	if (t == ipc_t_auth_enroll)
		return !unlocked;
	if (t >= ipc_t_status_get && t <= ipc_t_peer_accept)
		return unlocked;
	return true;
}

/* receives: locked, but net may ask what it may of one that is not. */
static void try_one(struct rig *r, enum ipc_type t, enum role from, bool unlocked, bool receives)
{
	struct ipc_msg m;
	memset(&m, 0, sizeof m);
	m.type = t;
	m.req = 1000 + (u32)t;
	if (t == ipc_t_role_socket)
		m.role_socket.role = (u8)ROLE_WEB;
	size_t mark = rig_mark(r);
	bool right = is_for_vault(t) && is_role_right(t, from);
	assert_int_equal(vault_input(r->v, from, &m), right ? OK : ERR_PEER_POLICY);
	assert_int_equal(vault_commit(r->v), OK);
	rig_collect(r);
	if (!right) {
		assert_int_equal(r->n_outs, mark); /* not even an answer */
		return;
	}
	if (is_state_right(t, unlocked || (receives && from == ROLE_NET)))
		return;
	const struct ipc_msg *a = rig_last(r, mark, from == ROLE_NET ? ipc_t_net_failed : ipc_t_failed);
	assert_non_null(a);
	assert_int_equal(a->req, m.req);
	assert_int_equal(r->n_outs, mark + 1);
	u32 error = from == ROLE_NET ? a->net_failed.error : a->failed.error;
	assert_int_equal(error, unlocked ? -ERR_PEER_POLICY : -ERR_LOCAL_LOCKED);
}

static void test_whole_schema(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	for (int step = 2; step >= 0; step--) {
		bool unlocked = step == 2, receives = step == 1;
		if (step == 0)
			assert_int_equal(vault_end(r.v), OK);
		rig_collect(&r);
		for (int t = ipc_t_none; t <= ipc_t_count; t++)
			for (size_t k = 0; k < ARRAY_LEN(roles); k++)
				if ((t != ipc_t_lock && t != ipc_t_erase) || roles[k] != ROLE_WEB)
					try_one(&r, (enum ipc_type)t, roles[k], unlocked, receives);
		assert_int_equal(vault_is_unlocked(r.v), unlocked);
		assert_int_equal(vault_is_receiving(r.v), receives);
		if (unlocked)
			(void)rig_ask(&r, ROLE_WEB,
			              IPC_MSG(0, settings_set, .which = SETTING_RECEIVE_LOCKED, .receive_locked = 1));
		(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	}
	assert_int_equal(rig_login(&r, "correct horse", ""), OK); /* nothing was harmed */
	rig_close(&r);
}

/* Late events after a lock are dropped without a word. */
static void test_late_events(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	size_t mark = rig_mark(&r);
	rig_say(&r, ROLE_NET, IPC_MSG(0, link_up, .link = 1, .contact = 1));
	rig_say(&r, ROLE_NET, IPC_MSG(0, record_in, .link = 1, .contact = 1, .type = RECORD_DATA));
	rig_say(&r, ROLE_NET, IPC_MSG(0, link_down, .link = 1, .contact = 1));
	assert_int_equal(r.n_outs, mark);
	rig_close(&r);
}

/* What a role tells another goes through the vault, whatever its state. */
static void test_passed_on(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	size_t mark = rig_mark(&r);
	struct ipc_msg dial = IPC_MSG(0, self_dial), done = IPC_MSG(0, self_dialled, .how = SELF_FAILED);
	memset(dial.self_dial.onion, 7, sizeof dial.self_dial.onion);
	memset(done.self_dialled.onion, 8, sizeof done.self_dialled.onion);
	rig_say(&r, ROLE_SUPERVISOR, IPC_MSG(0, woke, .why = WOKE_SLEPT, .away_ms = 9));
	rig_say(&r, ROLE_ONION, dial);
	rig_say(&r, ROLE_NET, done);
	rig_say(&r, ROLE_ONION, IPC_MSG(0, service_wanted, .identity = 1, .gate = GATE_PUBLIC));
	rig_say(&r, ROLE_ONION,
	        IPC_MSG(0, service_wanted, .identity = 1, .gate = GATE_CONTACTS));                /* nobody is let in */
	rig_say(&r, ROLE_ONION, IPC_MSG(0, service_wanted, .identity = 1, .gate = 9));            /* there is none */
	rig_say(&r, ROLE_ONION, IPC_MSG(0, service_wanted, .identity = 99, .gate = GATE_PUBLIC)); /* likewise */
	assert_int_equal(rig_last(&r, mark, ipc_t_net_woke)->net_woke.away_ms, 9);
	assert_int_equal(rig_last(&r, mark, ipc_t_onion_woke)->onion_woke.why, WOKE_SLEPT);
	assert_memory_equal(rig_last(&r, mark, ipc_t_dial_self)->dial_self.onion, dial.self_dial.onion, 32);
	assert_memory_equal(rig_last(&r, mark, ipc_t_self_result)->self_result.onion, done.self_dialled.onion, 32);
	assert_int_equal(rig_last(&r, mark, ipc_t_self_result)->self_result.how, SELF_FAILED);
	assert_int_equal(rig_count(&r, mark, ipc_t_service), 1);
	assert_int_equal(rig_last(&r, mark, ipc_t_service_gone)->service_gone.gate, GATE_CONTACTS);
	/* locked, nobody listens: that says nothing about the network */
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, lock));
	mark = rig_mark(&r);
	rig_say(&r, ROLE_ONION, dial);
	rig_say(&r, ROLE_ONION, IPC_MSG(0, service_wanted, .identity = 1, .gate = GATE_PUBLIC));
	assert_int_equal(rig_last(&r, mark, ipc_t_self_result)->self_result.how, SELF_UNTRIED);
	assert_int_equal(rig_count(&r, mark, ipc_t_dial_self) + rig_count(&r, mark, ipc_t_service), 0);
	rig_close(&r);
}

/* What waits for a role's process is not for the one that comes after it, which counts its requests anew. */
static void test_answer_for_a_process_that_is_gone(void **state)
{
	static const enum role replaced[] = {ROLE_NET, ROLE_WEB};
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	for (size_t i = 0; i < ARRAY_LEN(replaced); i++) {
		size_t mark = rig_mark(&r);
		assert_int_equal(vault_input(r.v, ROLE_WEB, &IPC_MSG(1, contacts_list)), OK);
		assert_int_equal(vault_input(r.v, ROLE_NET, &IPC_MSG(1, sign_responder, .identity = 1)), OK);
		assert_int_equal(vault_input(r.v, ROLE_SUPERVISOR, &IPC_MSG(0, role_socket, .role = (u8)replaced[i])),
		                 OK);
		assert_int_equal(vault_commit(r.v), OK);
		rig_collect(&r);
		assert_int_equal(rig_count(&r, mark, ipc_t_done), replaced[i] != ROLE_WEB);
		assert_int_equal(rig_count(&r, mark, ipc_t_signature), replaced[i] != ROLE_NET);
		assert_int_equal(rig_count(&r, mark, ipc_t_identity), replaced[i] == ROLE_NET);
	}
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_schema),
		cmocka_unit_test(test_late_events),
		cmocka_unit_test(test_passed_on),
		cmocka_unit_test(test_answer_for_a_process_that_is_gone),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
