/* What strangers in great number can do to a whole net process, and what they cannot (PROTO 8.1). */
#include <setjmp.h>
#include <stdarg.h>

#include "world.h"

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/os_env.h"

static struct world w;

/* A good M1 to Bob, as from Alice; knock NULL: of a stranger. */
static void make_m1(const struct knock_keys *knock, u8 ret[static HS_M1_LEN])
{
	const struct hs_config cfg = {.own = &w.node[ALICE].me.pub,
	                              .own_pq = &w.node[ALICE].me.pq,
	                              .dialled = &w.node[BOB].me.pub,
	                              .knock = knock};
	struct handshake *h;
	assert_int_equal(hs_new_initiator(os_env(), &cfg, &h), OK);
	assert_int_equal(hs_output(h).n, HS_M1_LEN);
	memcpy(ret, hs_output(h).p, HS_M1_LEN);
	hs_free(h);
}

/* A stream on which somebody says a whole M1 and nothing more. */
static int says_m1_to(u32 identity, const struct knock_keys *knock)
{
	u8 m1[HS_M1_LEN];
	make_m1(knock, m1);
	int fd = stranger_to(&w, BOB, identity);
	assert_int_equal(send(fd, m1, sizeof m1, 0), sizeof m1);
	return fd;
}

static int says_m1(const struct knock_keys *knock)
{
	return says_m1_to(IDENTITY, knock);
}

/* Waits until Bob was asked to sign so many answers. */
static void await_signs(unsigned count)
{
	for (int i = 0; i < 500 && w.node[BOB].asked_sign < count; i++)
		play(&w, 10);
	assert_int_equal(w.node[BOB].asked_sign, count);
}

/* The whole answer to an M1 comes, and the stream stays. */
static void assert_answered(int fd)
{
	u8 m2[HS_M2_LEN];
	ssize_t n = -1;
	for (int i = 0; i < 500 && n < (ssize_t)sizeof m2; i++) {
		play(&w, 10);
		n = recv(fd, m2, sizeof m2, MSG_DONTWAIT | MSG_PEEK);
	}
	assert_int_equal(recv(fd, m2, sizeof m2, MSG_DONTWAIT), sizeof m2);
	assert_false(has_ended(&w, fd, 0));
}

/* The stream ends, whatever came before. */
static void assert_dropped(int fd)
{
	u8 m2[HS_M2_LEN];
	(void)recv(fd, m2, sizeof m2, MSG_DONTWAIT);
	assert_true(has_ended(&w, fd, SOON));
}

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
}

/* As tor does: it does not wait for room in the queue. -1: there was none. */
static int connect_without_waiting(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	paths_link_socket(&w.node[BOB].paths, IDENTITY, GATE_PUBLIC, sa.sun_path, sizeof sa.sun_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0)
		return fd;
	assert_int_equal(errno, EAGAIN);
	close(fd);
	return -1;
}

/* Bob was busy: a good M1 has come, and behind it so many silent streams that its own would be dropped. */
static void what_has_arrived_counts(void **state)
{
	(void)state;
	int fds[4 * MAX_HALF_OPEN];
	node_introduce(&w, BOB, false);
	assert_int_equal(kill(w.node[BOB].pid, SIGSTOP), 0);
	int fd = says_m1(NULL);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		assert_true((fds[i] = connect_without_waiting()) >= 0);
	assert_int_equal(kill(w.node[BOB].pid, SIGCONT), 0);
	await_signs(1);
	assert_dropped(fds[0]);
	assert_answered(fd);
	close(fd);
	close_all(fds, ARRAY_LEN(fds));
}

/* PROTO 8.1.5: "Of the streams to an address that did not knock at most 32 are between M1 and ACCEPT; a further one takes the place of
 * the oldest." So whoever says nothing more holds nobody up for long. */
static void held_handshakes_keep_no_stranger_out(void **state)
{
	(void)state;
	int fds[STRANGERS_HALF_OPEN];
	node_introduce(&w, BOB, false);
	node_introduce(&w, ALICE, false);
	for (unsigned i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = says_m1(NULL);
		await_signs(i + 1);
		if (i >= HANDSHAKE_BURST / 2)
			play(&w, HANDSHAKE_EVERY_MS); /* the bucket is not what is tried here */
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		assert_answered(fds[i]);
	node_peer(&w, ALICE, true);
	await(&w, ALICE, ipc_t_link_up, SOON);
	assert_dropped(fds[0]);
	assert_false(has_ended(&w, fds[1], 0));
	close_all(fds, ARRAY_LEN(fds));
}

static struct knock_keys common_keys(void)
{
	struct knock_keys k = {.has = 2};
	memset(k.key[0], 11, sizeof k.key[0]);
	memset(k.key[1], 12, sizeof k.key[1]);
	return k;
}

/* Whatever strangers send, a contact takes nothing of what they can have. */
static void who_knocks_passes_by_strangers(void **state)
{
	(void)state;
	int fds[3 * HANDSHAKE_BURST];
	w.node[ALICE].knock = w.node[BOB].knock = common_keys();
	node_introduce(&w, BOB, false);
	node_introduce(&w, ALICE, false);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = says_m1(NULL);
	node_peer(&w, ALICE, true);
	await(&w, ALICE, ipc_t_link_up, SOON);
	assert_int_equal(w.x->dials, 1);
	close_all(fds, ARRAY_LEN(fds));
}

/* A contact that has its answer is not pushed out by strangers that come behind it. */
static void who_knocked_is_not_pushed_out(void **state)
{
	(void)state;
	int fds[2 * STRANGERS_HALF_OPEN];
	const struct knock_keys keys = common_keys();
	w.node[BOB].knock = keys;
	node_introduce(&w, BOB, false);
	int contact = says_m1(&keys);
	await_signs(1);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = says_m1(NULL);
		play(&w, HANDSHAKE_EVERY_MS);
	}
	assert_dropped(fds[0]);
	assert_answered(contact);
	close(contact);
	close_all(fds, ARRAY_LEN(fds));
}

/* PROTO 8.1.5: "takes the place of an earlier stream of that contact that is not accepted yet": one contact cannot take the room of all. */
static void a_contact_has_one_handshake(void **state)
{
	(void)state;
	int fds[HANDSHAKE_BURST / 2];
	const struct knock_keys keys = common_keys();
	w.node[BOB].knock = keys;
	node_introduce(&w, BOB, false);
	for (unsigned i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = says_m1(&keys);
		await_signs(i + 1);
	}
	for (size_t i = 0; i + 1 < ARRAY_LEN(fds); i++)
		assert_dropped(fds[i]);
	assert_answered(fds[ARRAY_LEN(fds) - 1]);
	close_all(fds, ARRAY_LEN(fds));
}

/* PROTO 8.1.7: "What comes to one address ends no stream of another" */
static void addresses_share_no_room(void **state)
{
	(void)state;
	int fds[MAX_HALF_OPEN], silent[2], m1;
	node_introduce(&w, BOB, false);
	node_introduce_2(&w, BOB);
	for (unsigned i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = i < STRANGERS_HALF_OPEN ? says_m1(NULL) : stranger(&w, BOB);
		if (i < STRANGERS_HALF_OPEN)
			await_signs(i + 1);
		if (i >= HANDSHAKE_BURST / 2)
			play(&w, HANDSHAKE_EVERY_MS); /* the bucket is not what is tried here */
	}
	/* one address has no room left, the other has */
	silent[0] = stranger_to(&w, BOB, IDENTITY_2);
	m1 = says_m1_to(IDENTITY_2, NULL);
	await_signs(STRANGERS_HALF_OPEN + 1);
	assert_answered(m1);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		if (i < STRANGERS_HALF_OPEN)
			assert_answered(fds[i]);
		assert_false(has_ended(&w, fds[i], 0));
	}
	/* and each makes room of its own */
	silent[1] = stranger(&w, BOB);
	assert_dropped(fds[STRANGERS_HALF_OPEN]);
	assert_false(has_ended(&w, silent[0], 100));
	close(m1);
	close_all(silent, ARRAY_LEN(silent));
	close_all(fds, ARRAY_LEN(fds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		net_test(what_has_arrived_counts),        net_test(held_handshakes_keep_no_stranger_out),
		net_test(who_knocks_passes_by_strangers), net_test(who_knocked_is_not_pushed_out),
		net_test(a_contact_has_one_handshake),    net_test(addresses_share_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
