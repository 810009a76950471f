/* Whole net processes: dialling, accepting, records, ends, doubles, and what strangers can do. */
#include "meet.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "tor/socks5.h"

static void link_comes_up_and_carries_records(void **state)
{
	(void)state;
	u32 link[NODES];
	static u8 big[RECORD_MAX_PAYLOAD];
	static const u8 types[] = {RECORD_DATA, RECORD_ACK, RECORD_HELLO, RECORD_READ, RECORD_COVER};
	connect_them(link);
	assert_int_equal(w.node[ALICE].asked_pin, 1);
	assert_int_equal(w.node[ALICE].asked_sign, 1);
	assert_int_equal(w.node[BOB].asked_sign, 1);
	assert_int_equal(w.node[BOB].asked_policy, 1);
	assert_int_equal(w.node[BOB].asked_accept, 1);
	for (int round = 0; round < 30; round++) {
		size_t n = round % 7 == 6 ? sizeof big : (size_t)round * 37;
		big[0] = (u8)round;
		node_send(&w, ALICE, link[ALICE], types[round % 5], slice_of(big, n));
		node_send(&w, BOB, link[BOB], types[(round + 1) % 5], slice_of(big, n));
		node_send(&w, ALICE, link[ALICE], 99, slice_str("of a later version"));
	}
	for (int round = 0; round < 30; round++) {
		size_t n = round % 7 == 6 ? sizeof big : (size_t)round * 37;
		for (int to = 0; to < NODES; to++) {
			const struct seen *s = await(&w, to, ipc_t_record_in, SOON);
			assert_int_equal(s->link, link[to]);
			assert_int_equal(s->contact, CONTACT);
			assert_int_equal(s->type_of_record, types[(round + (to == ALICE)) % 5]);
			assert_int_equal(s->n, n);
			if (n > 0)
				assert_int_equal(s->head[0], round);
		}
	}
	node_send(&w, ALICE, 12345, RECORD_DATA, slice_str("no such link"));
	play(&w, 50);
	assert_int_equal(count_seen(&w, BOB, ipc_t_record_in), 30);
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_down), 0);
}

/* PROTO 4.3.15: "its DATA waits": nothing of it is lost, and the link stays. */
static void data_waits_for_a_rekey(void **state)
{
	(void)state;
	u32 link[NODES];
	const int many = REKEY_STOP_DATA + 172;
	connect_them(link);
	assert_int_equal(kill(w.node[BOB].pid, SIGSTOP), 0);
	for (int i = 0; i < many; i++) {
		const u8 text[6000] = {(u8)(i >> 8), (u8)i};
		/* PROTO 4.5.18: "4.3.15 and 4.3.16 say DATA, a COVER counts as one": it waits in its place */
		node_send(&w, ALICE, link[ALICE], i % 9 ? RECORD_DATA : RECORD_COVER,
		          slice_of(text, i % 100 == 99 ? sizeof text : 2));
		if (i == REKEY_STOP_DATA + 2) /* what is no DATA passes by */
			node_send(&w, ALICE, link[ALICE], RECORD_ACK, slice_str("ack"));
		play(&w, i % 50 ? 0 : 1);
	}
	play(&w, 100);
	assert_int_equal(kill(w.node[BOB].pid, SIGCONT), 0);
	for (int i = 0; i < many; i++) {
		const struct seen *s = await(&w, BOB, ipc_t_record_in, SOON);
		if (i == REKEY_STOP_DATA) {
			assert_int_equal(s->type_of_record, RECORD_ACK);
			s = await(&w, BOB, ipc_t_record_in, SOON);
		}
		assert_int_equal(s->type_of_record, i % 9 ? RECORD_DATA : RECORD_COVER);
		assert_int_equal(s->head[0] << 8 | s->head[1], i);
	}
	node_send(&w, BOB, link[BOB], RECORD_DATA, slice_str("the other way"));
	await(&w, ALICE, ipc_t_record_in, SOON);
	for (int i = 0; i < NODES; i++)
		assert_int_equal(count_seen(&w, i, ipc_t_link_down), 0);
}

/* There is an end to that: the link is closed, and the vaults know what was not acknowledged. */
static void too_much_that_waits_closes(void **state)
{
	(void)state;
	u32 link[NODES];
	static u8 big[RECORD_MAX_PAYLOAD];
	connect_them(link);
	assert_int_equal(kill(w.node[BOB].pid, SIGSTOP), 0);
	for (int i = 0; i < 100 && count_seen(&w, ALICE, ipc_t_link_down) == 0; i++) {
		node_send(&w, ALICE, link[ALICE], RECORD_DATA, slice_of(big, sizeof big));
		play(&w, 1);
	}
	assert_int_equal(await(&w, ALICE, ipc_t_link_down, SOON)->link, link[ALICE]);
	assert_int_equal(kill(w.node[BOB].pid, SIGCONT), 0);
}

/* PROTO 4.3.18: "Then A sends CLOSE(RENEW) and dials again at once." */
static void renews_after_a_day(void **state)
{
	(void)state;
	u32 link[NODES];
	connect_them(link);
	node_peer(&w, BOB, true); /* he would dial too */
	w.x->ahead_ms[ALICE] = LINK_RENEW_MS;
	/* Wakes her. Whether it still gets through does not matter: nobody has acknowledged it. */
	node_send(&w, BOB, link[BOB], RECORD_DATA, slice_str("good morning"));
	assert_int_equal(await(&w, ALICE, ipc_t_link_down, SOON)->link, link[ALICE]);
	assert_int_equal(await(&w, BOB, ipc_t_link_down, SOON)->link, link[BOB]);
	assert_true(await(&w, ALICE, ipc_t_link_up, SOON)->initiator);
	const struct seen *up = await(&w, BOB, ipc_t_link_up, SOON);
	assert_false(up->initiator);
	node_send(&w, BOB, up->link, RECORD_DATA, slice_str("again"));
	await(&w, ALICE, ipc_t_record_in, SOON);
	play(&w, 1200);
	assert_int_equal(w.x->dials, 2);
}

static void socket_is_ours_alone(void **state)
{
	(void)state;
	char path[128];
	struct stat st;
	node_introduce(&w, BOB, false);
	paths_link_socket(&w.node[BOB].paths, IDENTITY, GATE_PUBLIC, path, sizeof path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
}

static void nothing_is_dialled_without_tor(void **state)
{
	(void)state;
	node_introduce(&w, BOB, false);
	node_tell(&w, ALICE, &IPC_MSG(0, tor_up, .up = 0));
	node_introduce(&w, ALICE, false);
	node_tell(&w, ALICE, &IPC_MSG(0, tor_up, .up = 0));
	node_peer(&w, ALICE, true);
	node_tell(&w, ALICE, &IPC_MSG(0, dial_now, .contact = CONTACT));
	play(&w, 200);
	assert_int_equal(w.x->dials, 0);
	node_tell(&w, ALICE, &IPC_MSG(0, tor_up, .up = 1));
	await(&w, ALICE, ipc_t_link_up, SOON);
	assert_int_equal(w.x->dials, 1);
}

static void circuit_is_the_contacts_own(void **state)
{
	(void)state;
	node_introduce(&w, ALICE, true);
	await_dials(1); /* Bob is not there */
	dials_again(ALICE);
	assert_int_equal(strlen(w.x->user[0]), 32);
	assert_int_equal(strlen(w.x->pass[0]), 32);
	assert_string_equal(w.x->user[0], w.x->user[1]);
	assert_string_equal(w.x->pass[0], w.x->pass[1]);
	/* another contact: another circuit; the same again after a restart: too */
	struct ipc_msg m = IPC_MSG(0, peer, .contact = CONTACT + 1, .identity = IDENTITY, .dial = 1);
	memcpy(m.peer.onion, w.node[BOB].me.pub.b, sizeof m.peer.onion);
	node_tell(&w, ALICE, &m);
	await_dials(3);
	assert_string_not_equal(w.x->user[0], w.x->user[2]);
	node_end(&w, ALICE, SIGTERM);
	node_start(&w, ALICE);
	node_introduce(&w, ALICE, true);
	await_dials(4);
	assert_string_not_equal(w.x->user[0], w.x->user[3]);
}

static void both_dial_one_stays(void **state)
{
	(void)state;
	node_introduce(&w, ALICE, false);
	node_introduce(&w, BOB, false);
	node_peer(&w, ALICE, true);
	node_peer(&w, BOB, true);
	await(&w, ALICE, ipc_t_link_up, SOON);
	await(&w, BOB, ipc_t_link_up, SOON);
	play(&w, 1500);
	bool alice_first = memcmp(w.node[ALICE].me.pub.b, w.node[BOB].me.pub.b, 32) < 0;
	for (int i = 0; i < NODES; i++) {
		size_t ups = count_seen(&w, i, ipc_t_link_up);
		assert_int_equal(count_seen(&w, i, ipc_t_link_down), ups - 1);
		/* the one that is left is the one of the smaller key, where there were two */
		u32 left = 0;
		bool ours = false;
		for (size_t k = 0; k < w.node[i].count; k++) {
			const struct seen *s = &w.node[i].seen[k];
			bool down = false;
			for (size_t j = k; j < w.node[i].count; j++)
				down |= w.node[i].seen[j].type == ipc_t_link_down && w.node[i].seen[j].link == s->link;
			if (s->type == ipc_t_link_up && !down) {
				left = s->link;
				ours = s->initiator;
			}
		}
		assert_int_not_equal(left, 0);
		if (ups == 2)
			assert_int_equal(ours, alice_first == (i == ALICE));
		node_send(&w, i, left, RECORD_DATA, slice_str("on the one that is left"));
	}
	await(&w, ALICE, ipc_t_record_in, SOON);
	await(&w, BOB, ipc_t_record_in, SOON);
}

static void silent_strangers_block_nobody(void **state)
{
	(void)state;
	u32 link[NODES];
	int fds[MAX_HALF_OPEN + 5];
	u8 half[HS_M1_LEN / 2] = "BOC1";
	node_introduce(&w, BOB, false);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = stranger(&w, BOB);
		assert_int_equal(send(fds[i], half, i % 2 ? sizeof half : 0, 0), i % 2 ? (int)sizeof half : 0);
		play(&w, 1);
	}
	/* the oldest made room, the others are still there */
	for (size_t i = 0; i < 5; i++)
		assert_true(has_ended(&w, fds[i], 500));
	for (size_t i = 5; i < ARRAY_LEN(fds); i++)
		assert_false(has_ended(&w, fds[i], 0));
	connect_them(link);
	assert_true(has_ended(&w, fds[5], 500));
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
}

static void handshakes_are_rationed(void **state)
{
	(void)state;
	u8 wrong[HS_M1_LEN] = "BOC1";
	node_introduce(&w, BOB, false);
	node_introduce(&w, ALICE, false);
	for (int i = 0; i < HANDSHAKE_BURST + 10; i++) {
		int fd = stranger(&w, BOB);
		assert_int_equal(send(fd, wrong, sizeof wrong, 0), sizeof wrong);
		close(fd);
	}
	node_peer(&w, ALICE, true);
	await_dials(1);
	play(&w, 3 * HANDSHAKE_EVERY_MS);
	assert_int_equal(w.node[BOB].asked_sign, 0);
	dials_again(ALICE);
	await(&w, ALICE, ipc_t_link_up, SOON);
}

static void death_of_the_other_is_seen(void **state)
{
	(void)state;
	u32 link[NODES];
	connect_them(link);
	node_end(&w, BOB, SIGKILL);
	const struct seen *down = await(&w, ALICE, ipc_t_link_down, SOON);
	assert_int_equal(down->link, link[ALICE]);
	assert_int_equal(down->reach, REACH_LOST);
	node_start(&w, BOB);
	node_introduce(&w, BOB, false); /* over the stale socket */
	node_tell(&w, ALICE, &IPC_MSG(0, dial_now, .contact = CONTACT));
	assert_int_not_equal(await(&w, ALICE, ipc_t_link_up, SOON)->link, link[ALICE]);
	await(&w, BOB, ipc_t_link_up, SOON);
	assert_int_equal(w.node[ALICE].asked_pin, 1); /* it knows Bob's key by now */
}

static void identity_gone_closes_and_can_come_back(void **state)
{
	(void)state;
	u32 link[NODES];
	char path[128];
	connect_them(link);
	int fd = stranger(&w, BOB);
	node_send(&w, BOB, link[BOB], RECORD_DATA, slice_str("last words"));
	node_tell(&w, BOB, &IPC_MSG(0, identity_gone, .identity = IDENTITY));
	await(&w, ALICE, ipc_t_record_in, SOON);
	assert_int_equal(await(&w, ALICE, ipc_t_link_down, SOON)->reach, REACH_LEFT);
	assert_int_equal(await(&w, BOB, ipc_t_link_down, SOON)->link, link[BOB]);
	assert_true(has_ended(&w, fd, 1000));
	play(&w, 50);
	paths_link_socket(&w.node[BOB].paths, IDENTITY, GATE_PUBLIC, path, sizeof path);
	assert_int_not_equal(access(path, F_OK), 0);
	close(fd);
	node_introduce(&w, BOB, true);
	await(&w, BOB, ipc_t_link_up, SOON);
	await(&w, ALICE, ipc_t_link_up, SOON);
}

static void contact_gone_closes(void **state)
{
	(void)state;
	u32 link[NODES];
	connect_them(link);
	node_tell(&w, ALICE, &IPC_MSG(0, peer_gone, .contact = CONTACT));
	await(&w, ALICE, ipc_t_link_down, SOON);
	await(&w, BOB, ipc_t_link_down, SOON);
	play(&w, 1200);
	assert_int_equal(w.x->dials, 1);
}

/* Moves bytes between a stream and a link of the test's own, as long as something comes. */
static void carry(int fd, struct party *p)
{
	static u8 bytes[1 << 16];
	for (int quiet = 0; quiet < 20 && !p->closes; quiet++) {
		size_t out = party_take(p, bytes, sizeof bytes);
		if (out > 0)
			assert_int_equal(send(fd, bytes, out, MSG_NOSIGNAL), out);
		play(&w, 10);
		ssize_t in = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (in <= 0)
			continue;
		(void)party_feed(p, 0, slice_of(bytes, (size_t)in), 0);
		quiet = 0;
	}
}

static void who_is_dismissed_learns_no_reason(void **state)
{
	enum ipc_type how[] = {ipc_t_peer_gone, ipc_t_link_close};
	(void)state;
	node_introduce(&w, BOB, false);
	for (size_t i = 0; i < ARRAY_LEN(how); i++) {
		static struct party alice;
		int fd = stranger(&w, BOB);
		party_dial(&alice, &w.node[ALICE].me, &w.node[BOB].me.pub, NULL, i + 1, 0);
		carry(fd, &alice);
		assert_int_equal(alice.opens, 1);
		u32 link = await(&w, BOB, ipc_t_link_up, SOON)->link;
		if (how[i] == ipc_t_peer_gone)
			node_tell(&w, BOB, &IPC_MSG(0, peer_gone, .contact = CONTACT));
		else
			node_tell(&w, BOB, &IPC_MSG(0, link_close, .link = link));
		carry(fd, &alice);
		assert_int_equal(alice.closes, 1);
		assert_true(alice.closed.closed.by_peer);
		assert_int_equal(alice.closed.closed.reason, LINK_CLOSE_DONE);
		assert_int_equal(await(&w, BOB, ipc_t_link_down, SOON)->link, link);
		party_done(&alice);
		close(fd);
	}
}

static void doubtful_answer_is_asked_again_once(void **state)
{
	(void)state;
	w.x->refusal = SOCKS5_DESC_NOT_FOUND;
	node_introduce(&w, ALICE, true);
	await_dials(2);
	play(&w, 1000);
	assert_int_equal(w.x->dials, 2);
}

static void other_key_is_told_apart(void **state)
{
	(void)state;
	w.node[ALICE].pinned = true;
	w.node[ALICE].pin = w.node[ALICE].me.pq; /* anything but Bob's */
	node_introduce(&w, BOB, false);
	node_introduce(&w, ALICE, true);
	while (!w.node[ALICE].asked_pin)
		play(&w, 10);
	play(&w, 200);
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_up), 0);
	assert_int_equal(w.node[BOB].asked_policy, 0); /* Alice has told nothing of herself */

	/* the other way round */
	w.node[ALICE].pinned = false;
	w.node[BOB].pinned = true;
	w.node[BOB].pin = w.node[BOB].me.pq;
	node_peer(&w, ALICE, true);
	dials_again(ALICE);
	play(&w, 1000);
	assert_true(w.node[BOB].key_changed);
	assert_int_equal(count_seen(&w, BOB, ipc_t_record_in), 0);
	/* in quarantine, until Alice's vault says that there is no ROTCHAIN */
	const struct seen *up = await(&w, ALICE, ipc_t_link_up, SOON);
	assert_int_equal(up->status, ACCEPT_KEY_CHANGED);
	node_tell(&w, ALICE, &IPC_MSG(0, link_close, .link = up->link, .reason = LINK_CLOSE_DONE));
	await(&w, ALICE, ipc_t_link_down, SOON);
	await(&w, BOB, ipc_t_link_down, SOON);
}

static void unwelcome_gets_no_answer(void **state)
{
	(void)state;
	w.node[BOB].allow = false;
	node_introduce(&w, BOB, false);
	node_introduce(&w, ALICE, true);
	while (!w.node[BOB].asked_policy)
		play(&w, 10);
	dials_again(ALICE);
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_up), 0);
	assert_int_equal(w.node[BOB].asked_accept, 0);
}

static void late_answers_are_dropped(void **state)
{
	(void)state;
	w.node[BOB].mute = true;
	node_introduce(&w, BOB, false);
	node_introduce(&w, ALICE, true);
	while (!w.node[BOB].unanswered)
		play(&w, 10);
	node_end(&w, ALICE, SIGKILL);
	play(&w, 200);
	node_tell(&w, BOB, &IPC_MSG(w.node[BOB].unanswered, signature, .ed25519 = {0}));
	node_tell(&w, BOB, &IPC_MSG(4711, net_ok));
	w.node[BOB].mute = false;
	node_start(&w, ALICE);
	node_introduce(&w, ALICE, true);
	await(&w, BOB, ipc_t_link_up, SOON);
	await(&w, ALICE, ipc_t_link_up, SOON);
}

static void failed_question_ends_the_handshake(void **state)
{
	(void)state;
	w.node[BOB].mute = true;
	node_introduce(&w, BOB, false);
	node_introduce(&w, ALICE, true);
	while (!w.node[BOB].unanswered)
		play(&w, 10);
	node_tell(&w, BOB, &IPC_MSG(w.node[BOB].unanswered, net_failed, .error = 25));
	dials_again(ALICE);
	assert_int_equal(count_seen(&w, ALICE, ipc_t_link_up), 0);
}

/* The other dies and `here` does not hear of it; it comes again and dials. One link is left, and soon: at once when
 * the new one stays by rule, after DUP_PROBE_MS when the dead one would. */
static void dead_double_yields(int here)
{
	u32 link[NODES];
	int there = 1 - here;
	connect_from(here, link);
	w.x->hold = true;
	node_end(&w, there, SIGKILL);
	play(&w, 200);
	assert_int_equal(count_seen(&w, here, ipc_t_link_down), 0);
	node_start(&w, there);
	node_introduce(&w, there, true);
	const struct seen *up = await(&w, here, ipc_t_link_up, SOON);
	assert_false(up->initiator);
	await(&w, there, ipc_t_link_up, SOON);
	node_send(&w, here, up->link, RECORD_DATA, slice_str("at once, on the new one"));
	await(&w, there, ipc_t_record_in, SOON);
	assert_int_equal(await(&w, here, ipc_t_link_down, DUP_PROBE_MS + 2000)->link, link[here]);
	play(&w, 300);
	assert_int_equal(count_seen(&w, here, ipc_t_link_down), 1);
	assert_int_equal(count_seen(&w, there, ipc_t_link_down), 0);
	w.x->hold = false;
}

static void dead_double_yields_at_alice(void **state)
{
	(void)state;
	dead_double_yields(ALICE);
}

static void dead_double_yields_at_bob(void **state)
{
	(void)state;
	dead_double_yields(BOB);
}

static void ends_with_a_goodbye(void **state)
{
	(void)state;
	u32 link[NODES];
	connect_them(link);
	int status = node_end(&w, BOB, SIGTERM);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	await(&w, ALICE, ipc_t_link_down, SOON);
	assert_int_equal(count_seen(&w, BOB, ipc_t_link_down), 1);
	/* without a vault there is nothing to do */
	w.node[ALICE].ipc = ipc_free(w.node[ALICE].ipc);
	assert_int_equal(waitpid(w.node[ALICE].pid, &status, 0), w.node[ALICE].pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	w.node[ALICE].pid = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		net_test(link_comes_up_and_carries_records),
		net_test(data_waits_for_a_rekey),
		net_test(too_much_that_waits_closes),
		net_test(renews_after_a_day),
		net_test(socket_is_ours_alone),
		net_test(nothing_is_dialled_without_tor),
		net_test(circuit_is_the_contacts_own),
		net_test(both_dial_one_stays),
		net_test(silent_strangers_block_nobody),
		net_test(handshakes_are_rationed),
		net_test(death_of_the_other_is_seen),
		net_test(identity_gone_closes_and_can_come_back),
		net_test(contact_gone_closes),
		net_test(who_is_dismissed_learns_no_reason),
		net_test(doubtful_answer_is_asked_again_once),
		net_test(other_key_is_told_apart),
		net_test(unwelcome_gets_no_answer),
		net_test(late_answers_are_dropped),
		net_test(failed_question_ends_the_handshake),
		net_test(dead_double_yields_at_alice),
		net_test(dead_double_yields_at_bob),
		net_test(ends_with_a_goodbye),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
