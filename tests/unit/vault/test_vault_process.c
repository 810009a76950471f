/* The vault as a process behind its sockets: it is killed between commit and answer, loses roles, is told to stop. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "os/ipc.h"
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

static void start(struct child *c, struct rig *r)
{
	int fds[2], stop[2];
	assert_int_equal(ipc_pair(fds), OK);
	assert_int_equal(pipe(stop), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		close(fds[0]);
		close(stop[1]);
		/* The rig's vault was not unlocked in this process: no copy of an open database comes along. */
		struct vault *v = vault_new(rig_env(), r->dir);
		int status = vault_serve(v, fds[1], stop[0]);
		vault_free(v);
		_exit(status);
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

/* The next packet, within a few seconds. */
static err_t next(struct ipc *c, struct ipc_msg *ret)
{
	for (;;) {
		err_t e = ipc_recv(c, ret, NULL);
		if (e != ERR_AGAIN)
			return e;
		struct pollfd p = {.fd = ipc_fd(c), .events = POLLIN};
		if (poll(&p, 1, 5000) <= 0)
			return ERR_PEER_TIMEOUT;
	}
}

/* Reads until the answer with that number. */
static err_t answer(struct ipc *c, u32 req, struct ipc_msg *ret)
{
	do
		TRY(next(c, ret));
	while (ret->req != req);
	return OK;
}

static void hkdf(const char *salt, const u8 *k, const char *info, u8 *out)
{
	u8 prk[64];
	hkdf_extract(slice_str(salt), slice_of(k, 64), prk);
	hkdf_expand(prk, PARTS(slice_str(info)), out, 32);
}

/* What the client in the browser does, over the child's socket. */
static void login(struct child *c, struct rig_login *l, const char *pass)
{
	static const u8 nonce[12];
	const struct opaque_app app = {0};
	struct opaque_client_login cl;
	struct ipc_msg m = IPC_MSG(1, auth_login, .ke1 = {0}), a;
	u8 k_unlock[32], key[32], sealed[48];
	assert_int_equal(opaque_client_login_start(rig_env(), slice_str(pass), &cl, m.auth_login.ke1), OK);
	assert_int_equal(ipc_send(c->web, &m), OK);
	assert_int_equal(answer(c->web, 1, &a), OK);
	assert_int_equal(a.type, ipc_t_auth_login_r);
	assert_int_equal(opaque_client_login_finish(&cl, &app, (struct opaque_ksf){1, 8}, slice_str(pass),
	                                            a.auth_login_r.ke2, l->ke3, l->session_key, l->export_key),
	                 OK);
	hkdf("boc vault 1", l->export_key, "unlock", key);
	hkdf("boc ws 1", l->session_key, "unlock", k_unlock);
	assert_int_equal(aesgcm_seal(k_unlock, nonce, slice_str("boc unlock 1"), slice_of(key, 32), sealed), OK);
	m = IPC_MSG(2, auth_finish, .login = a.auth_login_r.login, .sealed = slice_of(sealed, 48));
	memcpy(m.auth_finish.ke3, l->ke3, 64);
	assert_int_equal(ipc_send(c->web, &m), OK);
	assert_int_equal(answer(c->web, 2, &a), OK);
	assert_int_equal(a.type, ipc_t_auth_finish_r);
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
	struct rig_login l;
	struct ipc_msg m;
	(void)state;
	prepare(&a);
	start(&c, &a);
	assert_int_equal(ipc_send(c.web, &IPC_MSG(5, contacts_list)), OK);
	assert_int_equal(answer(c.web, 5, &m), OK);
	assert_int_equal(m.type, ipc_t_failed);
	login(&c, &l, "correct horse");
	assert_int_equal(next(c.net, &m), OK);
	assert_int_equal(m.type, ipc_t_identity);
	assert_int_equal(ipc_send(c.web, &IPC_MSG(6, contacts_list)), OK);
	assert_int_equal(answer(c.web, 6, &m), OK);
	assert_int_equal(m.type, ipc_t_contact);
	assert_int_equal(write(c.stop, "x", 1), 1);
	do
		assert_int_equal(next(c.net, &m), OK);
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
	struct rig_login l;
	struct ipc_msg m;
	(void)state;
	prepare(&a);
	start(&c, &a);
	login(&c, &l, "correct horse");
	assert_int_equal(ipc_send(c.net, &IPC_MSG(3, contacts_list)), OK);
	err_t e;
	do
		e = next(c.net, &m);
	while (e == OK);
	assert_int_equal(e, ERR_LOCAL_IO); /* closed, and not one row */
	assert_int_equal(ipc_send(c.web, &IPC_MSG(4, status_get)), OK);
	assert_int_equal(answer(c.web, 4, &m), OK);
	ipc_free(c.net);
	c.net = give_socket(&c, ROLE_NET);
	assert_int_equal(next(c.net, &m), OK);
	assert_int_equal(m.type, ipc_t_identity);
	assert_int_equal(finish(&c), 0); /* without a supervisor there is nothing to serve */
	rig_reopen(&a);
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
		struct rig_login l;
		struct ipc_msg m;
		start(&c, &a);
		login(&c, &l, "correct horse");
		size_t answered = 0;
		for (u8 i = 0; i < 10 * (round + 1); i++) {
			m = IPC_MSG(100u + i, message_send, .contact = contact, .text = slice_str("x"));
			memset(m.message_send.id, 1 + round, 15);
			m.message_send.id[15] = i;
			assert_int_equal(ipc_send(c.web, &m), OK);
			if (i % 3)
				continue; /* several at once, so that a turn holds more than one */
			assert_int_equal(answer(c.web, 100u + i, &m), OK);
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
	assert_int_equal(rig_last(&a, 0, ipc_t_record_out)->record_out.type, RECORD_DATA);
	rig_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_serves_and_stops),
		cmocka_unit_test(test_role_that_misbehaves),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_death_between_commit_and_answer),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
