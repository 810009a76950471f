/* The client library and the rpc command against a real web role and a stub vault: OPAQUE from end to end. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../web/web_process.h"
#include "client/client.h"
#include "client/rpc_cmd.h"
#include "crypto/selftest.h"

static struct web_process web;

static int start(void **state)
{
	(void)state;
	struct web_limits limits = WEB_LIMITS;
	limits.hub.delay_min_ms = 10;
	web_process_start(&web, limits);
	return chmod(web.dir, 0700);
}

static int stop(void **state)
{
	(void)state;
	return web_process_stop(&web);
}

static struct client *connected(void)
{
	struct client *c = NULL;
	assert_int_equal(client_open(web.rpc, &c), OK);
	return c;
}

static void nothing_runs_there(void **state)
{
	(void)state;
	struct client *c = NULL;
	char path[120];
	snprintf(path, sizeof path, "%s/other.sock", web.dir);
	assert_int_equal(client_open(path, &c), ERR_LOCAL_MISSING);
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = 0;
	assert_int_equal(client_open(path, &c), ERR_LOCAL_CONFIG);
}

static void a_first_start_needs_a_name(void **state)
{
	(void)state;
	struct client *c = connected();
	json_t *r = NULL;
	assert_int_equal(client_call(c, "status.get", NULL, &r), ERR_LOCAL_LOCKED);
	assert_string_equal(client_error(c), "Locked: log in first.");
	assert_int_equal(client_login(c, "secret", NULL), ERR_LOCAL_MISSING);
	assert_int_equal(client_login(c, "secret", "two\nlines"), ERR_PEER_FORMAT);
	assert_int_equal(client_login(c, "secret", "Alice"), OK);
	assert_int_equal(client_call(c, "status.get", NULL, &r), OK);
	assert_string_equal(json_string_value(json_object_get(r, "name")), "Alice");
	json_decref(r);
	client_free(c);
}

static void logging_in_again(void **state)
{
	(void)state;
	struct client *c = connected();
	assert_int_equal(client_call(c, "session.lock", NULL, NULL), OK);
	assert_int_equal(client_call(c, "contacts.list", NULL, NULL), ERR_LOCAL_LOCKED);
	assert_int_equal(client_login(c, "Secret", NULL), ERR_LOCAL_SECRET);
	assert_int_equal(client_call(c, "contacts.list", NULL, NULL), ERR_LOCAL_LOCKED);
	assert_int_equal(client_login(c, "secret", "Bob"), OK); /* a name does no harm */
	assert_int_equal(client_call(c, "contacts.list", NULL, NULL), OK);
	client_free(c);
}

static void errors_and_notifications(void **state)
{
	(void)state;
	struct client *c = connected(), *other = connected();
	json_t *r = NULL;
	assert_int_equal(client_login(c, "secret", NULL), OK);
	assert_int_equal(client_call(c, "no.such", NULL, &r), ERR_BUG);
	assert_string_equal(client_error(c), "There is no such method.");
	assert_int_equal(client_next(c, 0, &r), ERR_AGAIN);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(
			client_call(c, "messages.send", json_pack("{s:i, s:s}", "contact", 1, "text", "x"), &r), OK);
		assert_string_equal(json_string_value(json_object_get(r, "state")), "waiting");
		json_decref(r);
	}
	for (int i = 0; i < 200; i++) {
		assert_int_equal(client_next(i % 2 ? c : other, 2000, &r), OK);
		assert_string_equal(json_string_value(json_object_get(r, "method")), "message.new");
		json_decref(r);
	}
	assert_int_equal(client_call(c, "messages.list", json_pack("{s:i}", "contact", 1), &r), OK);
	assert_int_equal(json_array_size(json_object_get(r, "messages")), 100);
	json_decref(r);
	client_free(other);
	client_free(c);
}

static int raw(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof a.sun_path, "%s", web.rpc);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

/* Lines in pieces, several at once, and one that is too long. */
static void lines(void **state)
{
	(void)state;
	static char big[80000];
	static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"auth.state\"}\n\n{\"jsonrpc\":";
	char answer[1024] = "";
	size_t n = 0;
	int fd = raw();
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	usleep(20000);
	assert_int_equal(send(fd, "7}\n", 3, MSG_NOSIGNAL), 3);
	while (n < sizeof answer - 1 && !strstr(answer, "-32600")) {
		ssize_t got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
		assert_true(got > 0);
		n += (size_t)got;
		answer[n] = 0;
	}
	assert_non_null(strstr(answer, "\"vault\":\"present\""));
	assert_non_null(strstr(answer, "-32700"));
	memset(big, ' ', sizeof big);
	for (size_t sent = 0; sent < sizeof big;) {
		ssize_t k = send(fd, big + sent, sizeof big - sent, MSG_NOSIGNAL);
		if (k <= 0)
			break;
		sent += (size_t)k;
	}
	while (recv(fd, answer, sizeof answer, 0) > 0)
		;
	close(fd);
}

/* Asks for 38 MB and reads nothing: cut off, and nobody else notices. */
static void a_script_that_does_not_read(void **state)
{
	(void)state;
	static char waste[65536];
	struct client *c = connected();
	size_t total = 0;
	int fd = raw();
	assert_int_equal(client_login(c, "secret", NULL), OK);
	for (int i = 0; i < MAX_RPC_CALLS; i++) {
		static const char list[] =
			"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"messages.list\",\"params\":{\"contact\":1}}\n";
		assert_int_equal(send(fd, list, strlen(list), MSG_NOSIGNAL), strlen(list));
	}
	struct pollfd p = {.fd = fd, .events = 0};
	assert_int_equal(poll(&p, 1, 20000), 1);
	assert_true(p.revents & POLLHUP);
	for (ssize_t n; (n = recv(fd, waste, sizeof waste, 0)) > 0;)
		total += (size_t)n;
	assert_true(total < MAX_WEB_QUEUE);
	close(fd);
	assert_int_equal(client_call(c, "status.get", NULL, NULL), OK);
	client_free(c);
}

/* Runs the command with input on its standard input; its status, and both outputs in out. */
static int command(const char *input, const char *data, char *out, size_t cap, char *method, char *params)
{
	int in[2], both[2], status = -1;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(both), 0);
	pid_t pid = fork();
	if (pid == 0) {
		char *argv[] = {method, params};
		dup2(in[0], 0);
		dup2(both[1], 1);
		dup2(both[1], 2);
		close(in[1]);
		exit(rpc_command(data, method ? params ? 2 : 1 : 0, argv));
	}
	close(in[0]);
	close(both[1]);
	assert_int_equal(write(in[1], input, strlen(input)), strlen(input));
	close(in[1]);
	size_t n = 0;
	for (ssize_t got; n < cap - 1 && (got = read(both[0], out + n, cap - 1 - n)) > 0;)
		n += (size_t)got;
	out[n] = 0;
	close(both[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Who wants answers only gets them, however much else is told meanwhile. */
static void more_notes_than_are_kept(void **state)
{
	static const char note[] = "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{}}\n",
			  answer[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n";
	(void)state;
	for (int keeps_none = 0; keeps_none < 2; keeps_none++) {
		int fd[2];
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			signal(SIGPIPE, SIG_IGN);
			close(fd[0]);
			for (int i = 0; i <= CLIENT_MAX_NOTES; i++)
				if (write(fd[1], note, sizeof note - 1) != (ssize_t)sizeof note - 1)
					_exit(0);
			_exit(write(fd[1], answer, sizeof answer - 1) > 0 ? 0 : 1);
		}
		close(fd[1]);
		struct client *c = client_of_fd(fd[0]);
		if (keeps_none)
			client_keep_none(c);
		assert_int_equal(client_call(c, "x", NULL, NULL), keeps_none ? OK : ERR_PEER_LIMIT);
		client_free(c);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
}

static void the_command(void **state)
{
	(void)state;
	char out[4096], lock[] = "session.lock", unlock[] = "session.unlock", get[] = "status.get",
			list[] = "messages.list", bad[] = "[1]", params[] = "{\"contact\":1,\"limit\":1}",
			wrong[] = "{\"x\":1}", name[] = "{\"name\":\"A\"}";
	assert_int_equal(command("", web.dir, out, sizeof out, lock, NULL), 0);
	assert_string_equal(out, "{}\n");
	assert_int_equal(command("", web.dir, out, sizeof out, get, NULL), 1);
	assert_string_equal(out, "blackedoutchat: Locked: log in first.\n");
	assert_int_equal(command("wrong\n", web.dir, out, sizeof out, unlock, NULL), 1);
	assert_string_equal(out, "blackedoutchat: The passphrase is wrong.\n");
	assert_int_equal(command("", web.dir, out, sizeof out, unlock, NULL), 2);
	assert_int_equal(command("\n", web.dir, out, sizeof out, unlock, NULL), 2);
	assert_int_equal(command("secret\n", web.dir, out, sizeof out, unlock, wrong), 2);
	assert_int_equal(command("secret\nmore", web.dir, out, sizeof out, unlock, name), 0);
	assert_string_equal(out, "{}\n");
	assert_int_equal(command("secret", web.dir, out, sizeof out, unlock, NULL), 0);
	assert_int_equal(command("", web.dir, out, sizeof out, get, NULL), 0);
	assert_memory_equal(out, "{\"version\":", 11);
	assert_int_equal(command("", web.dir, out, sizeof out, list, NULL), 1);
	assert_int_equal(command("", web.dir, out, sizeof out, list, params), 0);
	assert_int_equal(command("", web.dir, out, sizeof out, list, bad), 2);
	assert_int_equal(command("", web.dir, out, sizeof out, NULL, NULL), 2);
	assert_int_equal(command("", "/nonexistent", out, sizeof out, get, NULL), 3);
	assert_non_null(strstr(out, "no program is running"));
}

/* The other side goes away in the middle of a call. */
static void the_program_ends(void **state)
{
	(void)state;
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct client *c = client_of_fd(pair[0]);
	json_t *r = NULL;
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
	assert_int_equal(client_call(c, "status.get", NULL, &r), ERR_LOCAL_IO);
	assert_int_equal(client_next(c, 10, &r), ERR_LOCAL_IO);
	close(pair[1]);
	client_free(c);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	c = client_of_fd(pair[0]);
	assert_int_equal(send(pair[1], "nonsense\n", 9, 0), 9);
	assert_int_equal(client_call(c, "status.get", NULL, &r), ERR_PEER_FORMAT);
	close(pair[1]);
	client_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_runs_there),
		cmocka_unit_test(a_first_start_needs_a_name),
		cmocka_unit_test(logging_in_again),
		cmocka_unit_test(errors_and_notifications),
		cmocka_unit_test(lines),
		cmocka_unit_test(more_notes_than_are_kept),
		cmocka_unit_test(the_command),
		cmocka_unit_test(the_program_ends),
		cmocka_unit_test(a_script_that_does_not_read),
	};
	signal(SIGPIPE, SIG_IGN);
	if (crypto_selftest() != OK)
		return 1;
	return cmocka_run_group_tests(tests, start, stop);
}
