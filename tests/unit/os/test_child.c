#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/child.h"

static void only_named_descriptors_reach_the_child(void **state)
{
	(void)state;
	char out[256];
	int leak = open("/dev/null", O_RDONLY); /* not close-on-exec on purpose */
	const char *const argv[] = {"sh", "-c", "ls /proc/self/fd | tr '\\n' ' '", NULL};
	assert_int_equal(child_read_output("/bin/sh", argv, 10000, out, sizeof out), OK);
	assert_string_equal(out, "0 1 2 3 "); /* 3 is ls's own */
	close(leak);
}

static void output_is_bounded_in_size_and_time(void **state)
{
	(void)state;
	char out[8];
	const char *const chatty[] = {"sh", "-c", "seq 1 1000", NULL};
	assert_int_equal(child_read_output("/bin/sh", chatty, 10000, out, sizeof out), OK);
	assert_string_equal(out, "1\n2\n3\n4");
	const char *const slow[] = {"sleep", "30", NULL};
	assert_int_equal(child_read_output("/bin/sleep", slow, 100, out, sizeof out), ERR_PEER_TIMEOUT);
	/* One that says no more is not one that has ended; nor does what it started outlive it. */
	const char *const silent[] = {"sh", "-c", "exec >/dev/null; sleep 600", NULL};
	assert_int_equal(child_read_output("/bin/sh", silent, 100, out, sizeof out), ERR_PEER_TIMEOUT);
	const char *const failing[] = {"false", NULL};
	assert_int_equal(child_read_output("/bin/false", failing, 10000, out, sizeof out), ERR_LOCAL_IO);
}

static void a_program_is_found_or_not(void **state)
{
	(void)state;
	char path[256];
	assert_int_equal(child_find_program("sh", path, sizeof path), OK);
	assert_int_equal(path[0], '/');
	assert_int_equal(child_find_program("no-such-program-here", path, sizeof path), ERR_LOCAL_MISSING);
}

static void a_stubborn_child_is_killed(void **state)
{
	(void)state;
	int ready[2];
	char c;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	const char *const argv[] = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done", NULL};
	const struct child_fd fds[] = {{ready[1], 1}};
	const struct child_spec spec = {
		.path = "/bin/sh", .argv = argv, .fds = fds, .fd_count = 1, .death_signal = SIGKILL};
	pid_t pid;
	assert_int_equal(child_spawn(&spec, &pid), OK);
	assert_int_equal(read(ready[0], &c, 1), 1);
	child_end(pid, 50);
	assert_int_equal(kill(pid, 0), -1);
	close(ready[0]);
	close(ready[1]);
}

static void a_child_dies_with_its_parent(void **state)
{
	(void)state;
	int told[2];
	pid_t grandchild = 0;
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	pid_t parent = fork();
	if (parent == 0) {
		const char *const argv[] = {"sleep", "30", NULL};
		const struct child_spec spec = {.path = "/bin/sleep", .argv = argv, .death_signal = SIGKILL};
		if (child_spawn(&spec, &grandchild) != OK ||
		    write(told[1], &grandchild, sizeof grandchild) != (ssize_t)sizeof grandchild)
			_exit(1);
		pause();
	}
	assert_int_equal(read(told[0], &grandchild, sizeof grandchild), sizeof grandchild);
	assert_int_equal(kill(parent, SIGKILL), 0);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	char stat[64], line[256] = "";
	snprintf(stat, sizeof stat, "/proc/%d/stat", grandchild);
	for (int i = 0; i < 1000; i++) { /* gone, or a zombie of whoever adopted it */
		int fd = open(stat, O_RDONLY);
		bool alive = fd >= 0 && read(fd, line, sizeof line - 1) > 0 && !strstr(line, ") Z ");
		if (fd >= 0)
			close(fd);
		if (!alive)
			return;
		poll(NULL, 0, 10);
	}
	fail_msg("the grandchild lives");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_named_descriptors_reach_the_child),
		cmocka_unit_test(output_is_bounded_in_size_and_time),
		cmocka_unit_test(a_program_is_found_or_not),
		cmocka_unit_test(a_stubborn_child_is_killed),
		cmocka_unit_test(a_child_dies_with_its_parent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
