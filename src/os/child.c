#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/os_env.h"

/* Where descriptors are parked while their final numbers are given out: behind all of the supervisor's, some 50 with the system's
 * tor, and not so far that the table that a child has for life becomes long. */
#define PARK 80

/* Gives the child exactly the descriptors of spec, and /dev/null as 0. False when the system refuses. */
static bool place_fds(const struct child_spec *spec)
{
	bool has_stdin = false;
	for (size_t i = 0; i < spec->fd_count; i++) {
		has_stdin |= spec->fds[i].to == 0;
		if (dup2(spec->fds[i].from, PARK + (int)i) < 0)
			return false;
	}
	int highest = 2;
	for (size_t i = 0; i < spec->fd_count; i++) {
		if (dup2(PARK + (int)i, spec->fds[i].to) < 0) /* clears close-on-exec */
			return false;
		highest = MAX(highest, spec->fds[i].to);
	}
	if (!has_stdin) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null < 0 || dup2(null, 0) < 0)
			return false;
	}
	return syscall(SYS_close_range, highest + 1, ~0u, 0) == 0;
}

static _Noreturn void run_child(const struct child_spec *spec, pid_t parent)
{
	setpgid(0, 0);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (spec->death_signal)
		prctl(PR_SET_PDEATHSIG, spec->death_signal);
	if (getppid() != parent) /* it ended before we could ask for the signal */
		_exit(126);
	if (!place_fds(spec))
		_exit(126);
	if (spec->before_exec && spec->before_exec(spec->arg) != OK)
		_exit(126);
	execv(spec->path, (char *const *)(uintptr_t)spec->argv);
	fprintf(stderr, "cannot start %s: %s\n", spec->path, strerror(errno));
	_exit(127);
}

err_t child_spawn(const struct child_spec *spec, pid_t *ret_pid)
{
	pid_t parent = getpid();
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return ERR_LOCAL_IO;
	if (pid == 0)
		run_child(spec, parent);
	*ret_pid = pid;
	return OK;
}

bool child_has_ended(pid_t pid, int *ret_status)
{
	pid_t got;
	do {
		got = waitpid(pid, ret_status, WNOHANG);
	} while (got < 0 && errno == EINTR);
	return got == pid;
}

static bool has_ended_until(pid_t pid, u64 until, int *ret_status)
{
	while (env_mono_ms(os_env()) < until) {
		if (child_has_ended(pid, ret_status))
			return true;
		poll(NULL, 0, 5);
	}
	return false;
}

void child_end(pid_t pid, u64 term_ms)
{
	int status;
	if (pid <= 0)
		return;
	u64 until = env_mono_ms(os_env()) + term_ms;
	kill(pid, SIGTERM);
	if (has_ended_until(pid, until, &status))
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

static bool is_program(const char *dir, size_t dir_len, const char *name, char *ret, size_t cap)
{
	int n = snprintf(ret, cap, "%.*s/%s", (int)dir_len, dir, name);
	return n > 0 && (size_t)n < cap && ret[0] == '/' && access(ret, X_OK) == 0;
}

err_t child_find_program(const char *name, char *ret_path, size_t cap)
{
	const char *const folders[] = {getenv("PATH"), "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"};
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		for (const char *dir = folders[i]; dir && *dir;) {
			size_t n = strcspn(dir, ":");
			if (is_program(dir, n, name, ret_path, cap))
				return OK;
			dir += n + (dir[n] == ':');
		}
	}
	return ERR_LOCAL_MISSING;
}

/* Reads until end of file or the deadline. */
static err_t read_all(int fd, u64 until, char *ret, size_t cap)
{
	size_t n = 0;
	for (;;) {
		u64 now = env_mono_ms(os_env());
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (now >= until || poll(&p, 1, (int)(until - now)) == 0)
			return ERR_PEER_TIMEOUT;
		char rest[256];
		bool room = n + 1 < cap;
		ssize_t got = read(fd, room ? ret + n : rest, room ? cap - 1 - n : sizeof rest);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += room ? (size_t)got : 0;
	}
	ret[n] = 0;
	return OK;
}

err_t child_read_output(const char *path, const char *const *argv, u64 timeout_ms, char *ret, size_t cap)
{
	int out[2];
	if (pipe2(out, O_CLOEXEC))
		return ERR_LOCAL_IO;
	const struct child_fd fds[] = {{out[1], 1}};
	const struct child_spec spec = {.path = path, .argv = argv, .fds = fds, .fd_count = 1, .death_signal = SIGKILL};
	pid_t pid;
	err_t e = child_spawn(&spec, &pid);
	close(out[1]);
	if (e == OK) {
		const u64 until = env_mono_ms(os_env()) + timeout_ms;
		int status = 0;
		e = read_all(out[0], until, ret, cap);
		if (e == OK && has_ended_until(pid, until, &status)) {
			e = status == 0 ? OK : ERR_LOCAL_IO;
		} else {
			e = ERR_PEER_TIMEOUT;
			kill(-pid, SIGKILL); /* and whatever it started */
			child_end(pid, 0);
		}
	}
	close(out[0]);
	return e;
}
