/* The vault as a process behind its sockets: it is killed between commit and answer, loses roles, is told to stop. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/ipc.h"
#include "os/os_env.h"
#include "os/role.h"
#include "rig.h"
#include "vault/serve.h"

/* A child that serves a folder, and our ends of its sockets. */
struct child {
	pid_t pid;
	struct ipc *supervisor, *web, *net;
	int stop; /* writing to it asks the child to end */
};

static struct ipc *give_socket(struct child *c, enum role r)
{
	int fds[2];
	assert_int_equal(ipc_pair(fds), OK);
	assert_int_equal(ipc_send_fd(c->supervisor, &IPC_MSG(0, role_socket, .role = (u8)r), fds[1]), OK);
	close(fds[1]);
	return ipc_new(fds[0], ROLE_VAULT, IPC_WAIT);
}

/* What the child does: only the loop, or the whole role. */
typedef int child_main(const struct rig *r, int supervisor_fd, int stop_fd);

static int serve(const struct rig *r, int supervisor_fd, int stop_fd)
{
	struct vault *v = vault_new(rig_env(), r->dir);
	int status = vault_serve(v, supervisor_fd, stop_fd);
	vault_free(v);
	return status;
}

static int run_role(const struct rig *r, int supervisor_fd, int stop_fd)
{
	struct role_config cfg = {.role = ROLE_VAULT, .env = os_env()};
	(void)stop_fd;
	snprintf(cfg.paths.data, sizeof cfg.paths.data, "%s", r->dir);
	snprintf(cfg.paths.vault, sizeof cfg.paths.vault, "%s", r->dir);
	return dup2(supervisor_fd, ROLE_FD_VAULT) < 0 ? 9 : vault_main(&cfg);
}

static void start(struct child *c, const struct rig *r, child_main *work)
{
	int fds[2], stop[2];
	assert_int_equal(ipc_pair(fds), OK);
	assert_int_equal(pipe(stop), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		close(fds[0]);
		close(stop[1]);
		_exit(work(r, fds[1], stop[0]));
	}
	close(fds[1]);
	close(stop[0]);
	c->stop = stop[1];
	c->supervisor = ipc_new(fds[0], ROLE_VAULT, IPC_WAIT);
	c->web = give_socket(c, ROLE_WEB);
	c->net = give_socket(c, ROLE_NET);
}

static int finish(struct child *c)
{
	int status;
	c->web = ipc_free(c->web);
	c->net = ipc_free(c->net);
	c->supervisor = ipc_free(c->supervisor);
	close(c->stop);
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The rig as the client of the child. */
static err_t login(struct child *c, struct rig *r)
{
	r->remote = c->web;
	err_t e = rig_login(r, "correct horse", "");
	r->remote = NULL;
	return e;
}

static struct ipc_msg ask(struct child *c, struct rig *r, struct ipc_msg m)
{
	r->remote = c->web;
	struct ipc_msg a = rig_ask(r, ROLE_WEB, m);
	r->remote = NULL;
	return a;
}

/* A folder with one accepted contact, locked. */
static u64 prepare(struct rig *a)
{
	struct rig b;
	rig_new(a, "Alice");
	rig_new(&b, "Bob");
	u64 c = rig_add(a, &b, "");
	rig_add(&b, a, "");
	rig_dial(a, &b);
	assert_int_equal(rig_state(a, &b), CONTACT_ACCEPTED);
	rig_kill(a);
	rig_close(&b);
	return c;
}

static void test_serves_and_stops(void **state)
{
	struct rig a;
	struct child c;
	struct ipc_msg m;
	(void)state;
	prepare(&a);
	start(&c, &a, serve);
	assert_int_equal(ask(&c, &a, IPC_MSG(0, contacts_list)).type, ipc_t_failed);
	assert_int_equal(login(&c, &a), OK);
	assert_int_equal(rig_next(c.net, &m), OK);
	assert_int_equal(m.type, ipc_t_identity);
	assert_int_equal(ask(&c, &a, IPC_MSG(0, contacts_list)).type, ipc_t_contact);
	assert_int_equal(write(c.stop, "x", 1), 1);
	do
		assert_int_equal(rig_next(c.net, &m), OK);
	while (m.type != ipc_t_identity_gone); /* net is told before the end */
	assert_int_equal(finish(&c), 0);
	rig_reopen(&a);
	rig_close(&a);
}

/* A role that sends what it may not is cut off; the others go on; its successor is told everything anew. */
static void test_role_that_misbehaves(void **state)
{
	struct rig a;
	struct child c;
	struct ipc_msg m;
	err_t e;
	(void)state;
	prepare(&a);
	start(&c, &a, serve);
	assert_int_equal(login(&c, &a), OK);
	assert_int_equal(ipc_send(c.net, &IPC_MSG(3, contacts_list)), OK);
	do
		e = rig_next(c.net, &m);
	while (e == OK);
	assert_int_equal(e, ERR_LOCAL_IO); /* closed, and not one row */
	assert_int_equal(ask(&c, &a, IPC_MSG(0, status_get)).type, ipc_t_tor_state_now);
	ipc_free(c.net);
	c.net = give_socket(&c, ROLE_NET);
	assert_int_equal(rig_next(c.net, &m), OK);
	assert_int_equal(m.type, ipc_t_identity);
	assert_int_equal(finish(&c), 0); /* without a supervisor there is nothing to serve */
	rig_reopen(&a);
	rig_close(&a);
}

/* The clock of a child: real, from a time that the test chooses. */
static u64 child_began_ms, child_from_ms;

static u64 child_now(void *arg)
{
	(void)arg;
	return child_from_ms + env_mono_ms(os_env()) - child_began_ms;
}

static int serve_in_time(const struct rig *r, int supervisor_fd, int stop_fd)
{
	struct env env = *os_env();
	env.wall_ms = child_now;
	child_began_ms = env_mono_ms(os_env());
	struct vault *v = vault_new(&env, r->dir);
	int status = vault_serve(v, supervisor_fd, stop_fd);
	vault_free(v);
	return status;
}

/* PROTO 8.2.3: "and when it expires": the loop wakes up for it, nobody asks. */
static void test_wakes_up_to_erase(void **state)
{
	struct rig a;
	struct child c;
	struct ipc_msg m;
	(void)state;
	prepare(&a);
	rig_reopen(&a);
	assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	m = rig_ask(&a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 1));
	child_from_ms = m.invite.expires_ms - 2000;
	rig_kill(&a);
	start(&c, &a, serve_in_time);
	assert_int_equal(login(&c, &a), OK);
	do
		assert_int_equal(rig_next(c.web, &m), OK);
	while (m.type != ipc_t_invite);
	assert_int_equal(m.invite.state, INVITE_EXPIRED);
	assert_int_equal(m.invite.text.n, 0);
	assert_int_equal(finish(&c), 0);
	rig_reopen(&a);
	rig_close(&a);
}

/* The supervisor was killed: nobody locked anything, so nobody is told so. The roles see the end of the vault. */
static void test_supervisor_gone(void **state)
{
	struct rig a;
	struct child c;
	struct ipc_msg m;
	err_t e;
	(void)state;
	prepare(&a);
	start(&c, &a, serve);
	assert_int_equal(login(&c, &a), OK);
	c.supervisor = ipc_free(c.supervisor);
	while ((e = rig_next(c.web, &m)) == OK)
		assert_int_not_equal(m.type, ipc_t_locked);
	assert_int_equal(e, ERR_LOCAL_IO);
	assert_int_equal(finish(&c), 0);
	rig_reopen(&a);
	rig_close(&a);
}

/* The real role, in its sandbox: makes a vault, opens it again, writes and locks. */
static void test_confined(void **state)
{
	struct rig a;
	struct child c;
	(void)state;
	rig_open(&a);
	rig_kill(&a);
	for (int round = 0; round < 2; round++) {
		start(&c, &a, run_role);
		a.remote = c.web;
		if (round == 0)
			rig_enroll(&a, "correct horse");
		assert_int_equal(rig_login(&a, "correct horse", round == 0 ? "Alice" : ""), OK);
		struct ipc_msg m = rig_ask(
			&a, ROLE_WEB,
			IPC_MSG(0, contact_add,
		                .address = slice_str("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid")));
		assert_int_equal(m.type, round == 0 ? ipc_t_contact : ipc_t_failed);
		assert_int_equal(rig_write(&a, 1, (u8)(round + 1), "hello"), round + 1);
		assert_int_equal(rig_ask(&a, ROLE_WEB, IPC_MSG(0, lock)).type, ipc_t_done);
		assert_int_equal(rig_login(&a, "correct horse", ""), OK);
		a.remote = NULL;
		kill(c.pid, SIGTERM);
		assert_int_equal(finish(&c), 0);
	}
	rig_reopen(&a);
	assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	assert_int_equal(rig_list(&a, 1, NULL, NULL), 2);
	rig_close(&a);
}

/* Killed at any moment while messages are written: whatever was answered is there, and at most one more. */
static void test_kill(void **state)
{
	struct rig a;
	(void)state;
	u64 contact = prepare(&a);
	size_t known = 0;
	for (int round = 0; round < 6; round++) {
		struct child c;
		struct ipc_msg m;
		start(&c, &a, serve);
		assert_int_equal(login(&c, &a), OK);
		size_t answered = 0;
		for (u8 i = 0; i < 10 * (round + 1); i++) {
			m = IPC_MSG(100u + i, message_send, .contact = contact, .text = slice_str("x"));
			memset(m.message_send.id, 1 + round, 15);
			m.message_send.id[15] = i;
			assert_int_equal(ipc_send(c.web, &m), OK);
			if (i % 3)
				continue; /* several at once, so that a turn holds more than one */
			do
				assert_int_equal(rig_next(c.web, &m), OK);
			while (m.req != 100u + i);
			assert_int_equal(m.type, ipc_t_message);
			answered = i + 1u;
		}
		kill(c.pid, SIGKILL);
		assert_int_equal(finish(&c), 128 + SIGKILL);
		rig_reopen(&a);
		assert_int_equal(rig_login(&a, "correct horse", ""), OK);
		u64 max = 0;
		size_t mark = rig_mark(&a);
		(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, messages_list, .contact = contact, .limit = 1));
		const struct ipc_msg *last = rig_last(&a, mark, ipc_t_message);
		if (last)
			max = last->message.ordinal;
		assert_true(max >= known + answered);
		assert_true(max <= known + 10u * (unsigned)(round + 1));
		known = max;
		rig_kill(&a);
	}
	rig_reopen(&a);
	rig_close(&a);
}

/* Dies by its own hand exactly between commit and answer: the message is there, and asking again makes no second. */
static void test_death_between_commit_and_answer(void **state)
{
	struct rig a;
	int status;
	(void)state;
	u64 contact = prepare(&a);
	struct ipc_msg m = IPC_MSG(7, message_send, .contact = contact, .text = slice_str("once"));
	memset(m.message_send.id, 9, 16);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct rig r = a;
		rig_reopen(&r);
		if (rig_login(&r, "correct horse", "") != OK || vault_input(r.v, ROLE_WEB, &m) != OK ||
		    vault_commit(r.v) != OK)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	rig_reopen(&a);
	assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	assert_int_equal(rig_list(&a, contact, NULL, NULL), 1);
	struct ipc_msg r = rig_ask(&a, ROLE_WEB, m);
	assert_int_equal(r.message.ordinal, 1);
	assert_int_equal(r.message.state, MESSAGE_WAITING);
	assert_int_equal(rig_list(&a, contact, NULL, NULL), 1);
	rig_say(&a, ROLE_NET, IPC_MSG(0, link_up, .link = 1, .contact = contact)); /* and it goes out */
	assert_int_equal(rig_last(&a, 0, ipc_t_record_out)->record_out.type, RECORD_SYNC);
	u8 room[PEER_MSG_MAX];
	size_t n = peer_sync_encode(&(struct peer_sync){0}, room, sizeof room);
	rig_say(&a, ROLE_NET,
	        IPC_MSG(0, record_in, .link = 1, .contact = contact, .type = RECORD_SYNC,
	                .payload = slice_of(room, n)));
	assert_int_equal(rig_last(&a, 0, ipc_t_record_out)->record_out.type, RECORD_DATA);
	rig_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_serves_and_stops),
		cmocka_unit_test(test_role_that_misbehaves),
		cmocka_unit_test(test_wakes_up_to_erase),
		cmocka_unit_test(test_supervisor_gone),
		cmocka_unit_test(test_confined),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_death_between_commit_and_answer),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
