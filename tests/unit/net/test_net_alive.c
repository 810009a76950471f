/* Whole net processes: who is there, who is not, and what is known of it. */
#include "meet.h"

#include <signal.h>
#include <unistd.h>

#include "base/limits.h"
#include "tor/socks5.h"

/* As time passes for Alice; what she has to say wakes her. */
static void later(u64 ms, u32 link)
{
	w.x->ahead_ms[ALICE] += ms;
	node_send(&w, ALICE, link, RECORD_DATA, slice_str("are you there?"));
}

static void who_misses_a_probe_is_dialled(void **state)
{
	(void)state;
	u32 link[NODES];
	connect_them(link);
	assert_int_equal(kill(w.node[BOB].pid, SIGSTOP), 0);
	later(PING_IDLE_MS, link[ALICE]);
	play(&w, 100); /* asks */
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_quiet), 0);
	later(LINK_QUIET_MS, link[ALICE]);
	const struct seen *s = await(&w, ALICE, ipc_t_link_quiet, SOON);
	assert_int_equal(s->link, link[ALICE]);
	assert_int_equal(s->quiet, 1);
	await_dials(2);
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_down), 0);
	assert_int_equal(kill(w.node[BOB].pid, SIGCONT), 0);
	/* the old link or the new one: one of them lives on */
	node_send(&w, ALICE, link[ALICE], RECORD_DATA, slice_str("again"));
	await(&w, BOB, ipc_t_record_in, SOON);
	play(&w, 300);
	size_t ups = count_seen(&w, ALICE, ipc_t_link_up);
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_down), ups - 1);
}

static void what_became_of_a_dial_is_told(void **state)
{
	(void)state;
	node_introduce(&w, ALICE, true); /* nobody listens for Bob */
	assert_int_equal(await(&w, ALICE, ipc_t_reach, SOON)->reach, REACH_ABSENT);
	node_tell(&w, ALICE, &IPC_MSG(0, dial_now, .contact = CONTACT));
	assert_int_equal(await(&w, ALICE, ipc_t_reach, SOON)->reach, REACH_TRYING);
	assert_int_equal(await(&w, ALICE, ipc_t_reach, SOON)->reach, REACH_ABSENT);
}

static u8 dials_itself(int i)
{
	struct ipc_msg m = IPC_MSG(0, dial_self);
	memcpy(m.dial_self.onion, w.node[i].me.pub.b, sizeof m.dial_self.onion);
	node_tell(&w, i, &m);
	return await(&w, i, ipc_t_self_dialled, SOON)->status;
}

static void a_node_dials_itself(void **state)
{
	(void)state;
	node_introduce(&w, ALICE, false);
	assert_int_equal(dials_itself(ALICE), SELF_REACHED);
	assert_int_equal(w.x->dials, 1);
	assert_int_equal(dials_itself(ALICE), SELF_REACHED);
	assert_int_equal(w.x->dials, 2);
	assert_string_not_equal(w.x->user[0], w.x->user[1]); /* a circuit of its own, each time */
	assert_int_equal(w.node[ALICE].asked_policy + w.node[ALICE].asked_sign, 0); /* nobody asks for anything */
	assert_int_equal(dials_itself(BOB), SELF_FAILED);                           /* he does not listen */
	w.x->refusal = SOCKS5_DESC_NOT_FOUND;
	assert_int_equal(dials_itself(BOB), SELF_FAILED);
	assert_int_equal(w.x->dials, 5); /* that answer is doubtful */
	assert_int_equal(unlink(w.node[ALICE].paths.tor_socks), 0);
	assert_int_equal(dials_itself(ALICE), SELF_UNTRIED);
	assert_int_equal(w.x->dials, 5);
}

static void after_a_sleep_links_live_and_dials_are_due(void **state)
{
	(void)state;
	u32 link[NODES];
	node_introduce(&w, ALICE, true); /* to nobody */
	await_dials(1);
	node_introduce(&w, BOB, false);
	play(&w, 500);
	assert_int_equal(w.x->dials, 1); /* she waits */
	node_tell(&w, ALICE, &IPC_MSG(0, net_woke, .why = WOKE_SLEPT, .away_ms = 3600000));
	link[ALICE] = await(&w, ALICE, ipc_t_link_up, 2000)->link;
	link[BOB] = await(&w, BOB, ipc_t_link_up, SOON)->link;
	for (int i = 0; i < 5; i++)
		node_tell(&w, ALICE, &IPC_MSG(0, net_woke, .why = WOKE_NETWORK));
	play(&w, 200);
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_down), 0);
	node_send(&w, BOB, link[BOB], RECORD_DATA, slice_str("here"));
	assert_int_equal(await(&w, ALICE, ipc_t_record_in, SOON)->link, link[ALICE]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		net_test(who_misses_a_probe_is_dialled),
		net_test(what_became_of_a_dial_is_told),
		net_test(a_node_dials_itself),
		net_test(after_a_sleep_links_live_and_dials_are_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
