/* Each role tries what its sandbox forbids, in a child, and must fail; and does what it needs, and must succeed. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/landlock.h"
#include "os/sandbox.h"

static struct paths paths;
static char root[64];

static int make_folders(void **state)
{
	(void)state;
	char why[400];
	snprintf(root, sizeof root, "/tmp/boc-sandbox-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(paths_of(root, &paths, why, sizeof why), OK);
	return paths_prepare(&paths, why, sizeof why) == OK ? 0 : -1;
}

static int remove_folders(void **state)
{
	(void)state;
	char command[128];
	const char *const dirs[] = {paths.vault, paths.tor, paths.links};
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		snprintf(command, sizeof command, "%s/file", dirs[i]);
		unlink(command);
		snprintf(command, sizeof command, "%s/sock", dirs[i]);
		unlink(command);
		rmdir(dirs[i]);
	}
	return rmdir(root);
}

/* ---- things to try: each gives 0 when it worked ---- */
static int try_tcp(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_udp6(void)
{
	return socket(AF_INET6, SOCK_DGRAM, 0) < 0 ? errno : 0;
}

static int try_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) < 0 ? errno : 0;
}

static int try_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

/* Loops are made before the sandbox; nothing else needs a descriptor of these kinds. */
static int try_dup(void)
{
	return dup(0) < 0 ? errno : 0;
}

static int try_pipe(void)
{
	int fds[2];
	return pipe2(fds, O_CLOEXEC) ? errno : 0;
}

static int try_epoll(void)
{
	return epoll_create1(EPOLL_CLOEXEC) < 0 ? errno : 0;
}

static int try_eventfd(void)
{
	return eventfd(0, EFD_CLOEXEC) < 0 ? errno : 0;
}

static int try_timerfd(void)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) < 0 ? errno : 0;
}

static int try_exec(void)
{
	static char name[] = "true";
	char *const argv[] = {name, NULL};
	execv("/bin/true", argv);
	return errno;
}

static int try_fork(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int try_read_etc(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int write_in(const char *dir)
{
	char name[320];
	snprintf(name, sizeof name, "%s/file", dir);
	return open(name, O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0;
}

static int try_vault_folder(void)
{
	return write_in(paths.vault);
}

static int try_tor_folder(void)
{
	return write_in(paths.tor);
}

static int bind_in(const char *dir)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof a.sun_path, "%.90s/sock", dir);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	return fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) ? errno : 0;
}

static int try_listen_links(void)
{
	return bind_in(paths.links);
}

static int try_listen_tor(void)
{
	return bind_in(paths.tor);
}

static int try_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0;
}

static int try_kill(void)
{
	return kill(getppid(), 0) ? errno : 0;
}

static int try_tgkill(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0) ? errno : 0;
}

static int try_limits_of_another(void)
{
	struct rlimit r;
	return prlimit(getppid(), RLIMIT_CORE, NULL, &r) ? errno : 0;
}

static int try_end_itself(void)
{
	struct rlimit r;
	return syscall(SYS_tgkill, getpid(), gettid(), 0) || getrlimit(RLIMIT_CORE, &r) ? errno : 0;
}

static int try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
	               ? errno
	               : 0;
}

/* What fn gives in a child that is confined as `role`. */
static int in_role(enum role role, int (*fn)(void))
{
	pid_t pid = fork();
	if (pid == 0) {
		struct sandbox_report r;
		if (sandbox_enter(role, &paths, &r) != OK || !r.seccomp)
			_exit(255);
		_exit(fn());
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 255);
	return WEXITSTATUS(status);
}

#define FORBIDDEN(role, fn)                                           \
	do {                                                          \
		int e_ = in_role(role, fn);                           \
		if (e_ != EPERM && e_ != EACCES)                      \
			fail_msg("%s in %s gave %d", #fn, #role, e_); \
	} while (0)
#define ALLOWED(role, fn) assert_int_equal(in_role(role, fn), 0)

static const enum role all[] = {ROLE_VAULT, ROLE_ONION, ROLE_NET, ROLE_WEB};

static void no_role_reaches_the_network(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		FORBIDDEN(all[i], try_tcp);
		FORBIDDEN(all[i], try_udp6);
		FORBIDDEN(all[i], try_netlink);
	}
}

static void no_role_starts_or_touches_a_process(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		FORBIDDEN(all[i], try_exec);
		FORBIDDEN(all[i], try_fork);
		FORBIDDEN(all[i], try_ptrace);
		FORBIDDEN(all[i], try_kill);
		FORBIDDEN(all[i], try_tgkill);
		FORBIDDEN(all[i], try_limits_of_another);
		assert_int_equal(in_role(all[i], try_end_itself), 0);
		FORBIDDEN(all[i], try_code);
	}
}

static void no_role_makes_descriptors_that_it_does_not_need(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		FORBIDDEN(all[i], try_dup);
		FORBIDDEN(all[i], try_pipe);
		FORBIDDEN(all[i], try_epoll);
		FORBIDDEN(all[i], try_eventfd);
		FORBIDDEN(all[i], try_timerfd);
	}
}

static void vault_has_its_folder_and_no_socket(void **state)
{
	(void)state;
	ALLOWED(ROLE_VAULT, try_vault_folder);
	FORBIDDEN(ROLE_VAULT, try_unix);
	if (landlock_abi() > 0) {
		FORBIDDEN(ROLE_VAULT, try_tor_folder);
		FORBIDDEN(ROLE_VAULT, try_read_etc);
	}
}

static void onion_has_tors_folder(void **state)
{
	(void)state;
	ALLOWED(ROLE_ONION, try_tor_folder);
	ALLOWED(ROLE_ONION, try_unix);
	FORBIDDEN(ROLE_ONION, try_listen_tor);
	if (landlock_abi() > 0) {
		FORBIDDEN(ROLE_ONION, try_vault_folder);
		FORBIDDEN(ROLE_ONION, try_read_etc);
	}
}

static void net_has_sockets_and_no_files(void **state)
{
	(void)state;
	ALLOWED(ROLE_NET, try_unix);
	ALLOWED(ROLE_NET, try_listen_links);
	FORBIDDEN(ROLE_NET, try_read_etc);
	FORBIDDEN(ROLE_NET, try_vault_folder);
	if (landlock_abi() > 0)
		FORBIDDEN(ROLE_NET, try_listen_tor);
}

static void web_has_only_what_it_inherited(void **state)
{
	(void)state;
	FORBIDDEN(ROLE_WEB, try_unix);
	FORBIDDEN(ROLE_WEB, try_read_etc);
	FORBIDDEN(ROLE_WEB, try_vault_folder);
}

static int try_read_cookie(void)
{
	return open(paths.tor_cookie, O_RDONLY) < 0 ? errno : 0;
}

static int try_system_folder(void)
{
	return write_in(paths.system);
}

/* Of the system's tor onion reads what is in its folder, and net, whose listeners are there, makes none and has no folder. */
static void with_the_systems_tor_the_roles_may_less(void **state)
{
	(void)state;
	char dir[] = "/tmp/boc-system-XXXXXX", why[400];
	const struct paths own = paths;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(paths_use_tor(&paths, dir, why, sizeof why), OK);
	int fd = open(paths.tor_cookie, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	ALLOWED(ROLE_ONION, try_read_cookie);
	ALLOWED(ROLE_ONION, try_unix);
	FORBIDDEN(ROLE_ONION, try_tcp);
	FORBIDDEN(ROLE_NET, try_read_cookie);
	ALLOWED(ROLE_NET, try_unix);
	FORBIDDEN(ROLE_NET, try_tcp);
	FORBIDDEN(ROLE_NET, try_listen_links);
	if (landlock_abi() > 0) {
		FORBIDDEN(ROLE_ONION, try_system_folder);
		FORBIDDEN(ROLE_ONION, try_tor_folder);
		FORBIDDEN(ROLE_ONION, try_vault_folder);
		FORBIDDEN(ROLE_VAULT, try_read_cookie);
	}
	assert_int_equal(unlink(paths.tor_cookie), 0);
	assert_int_equal(rmdir(dir), 0);
	paths = own;
}

static int try_exec_other(void)
{
	static char name[] = "false";
	char *const argv[] = {name, NULL};
	execv("/bin/false", argv);
	return errno;
}

/* The place of tor is true's here. */
static const char *const may_run[] = {"/bin/true", NULL};

static int in_tor(int (*fn)(void))
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(sandbox_enter_tor(&paths, may_run) == OK ? fn() : 255);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void tor_cannot_read_ours(void **state)
{
	(void)state;
	if (landlock_abi() == 0)
		skip();
	assert_int_equal(in_tor(try_vault_folder), EACCES);
	assert_int_equal(in_tor(try_tor_folder), 0);
	assert_int_equal(in_tor(try_exec), 0);
	assert_int_equal(in_tor(try_exec_other), EACCES);
	assert_int_equal(in_tor(try_tcp), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_role_reaches_the_network),
		cmocka_unit_test(no_role_starts_or_touches_a_process),
		cmocka_unit_test(no_role_makes_descriptors_that_it_does_not_need),
		cmocka_unit_test(vault_has_its_folder_and_no_socket),
		cmocka_unit_test(onion_has_tors_folder),
		cmocka_unit_test(net_has_sockets_and_no_files),
		cmocka_unit_test(with_the_systems_tor_the_roles_may_less),
		cmocka_unit_test(web_has_only_what_it_inherited),
		cmocka_unit_test(tor_cannot_read_ours),
	};
	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
