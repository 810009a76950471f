/* Starting and ending other programs: fork and exec with exactly the descriptors that are named. */
#ifndef BOC_OS_CHILD_H
#define BOC_OS_CHILD_H

#include <sys/types.h>

#include "base/err.h"

struct child_fd {
	int from; /* ours */
	int to;   /* its number in the child, 0 to 9 */
};

struct child_spec {
	const char *path;        /* absolute */
	const char *const *argv; /* NULL-terminated, argv[0] included */
	const struct child_fd *fds;
	size_t fd_count;  /* every other descriptor is closed; 0 is /dev/null when not named, 1 and 2 stay ours */
	int death_signal; /* sent to the child when we end, in whatever way */
	err_t (*before_exec)(void *arg); /* in the child, last thing before exec (a sandbox); NULL: nothing */
	void *arg;
};

/* Starts it in a process group of its own, so that Ctrl+C reaches only us. The caller waits for the pid. */
err_t child_spawn(const struct child_spec *spec, pid_t *ret_pid) MUST_CHECK;

/* Whether the child has ended; then it is reaped and *ret_status is as wait(2) gives it. Never blocks. */
bool child_has_ended(pid_t pid, int *ret_status);

/* SIGTERM, then SIGKILL after term_ms; reaps it. pid <= 0 is fine. */
void child_end(pid_t pid, u64 term_ms);

/* Finds `name` in $PATH and then in the folders of Debian's system programs (tor lies in sbin on some systems).
 * ERR_LOCAL_MISSING. */
err_t child_find_program(const char *name, char *ret_path, size_t cap) MUST_CHECK;

/* Runs a program to its end and reads at most cap-1 bytes of what it prints (NUL-terminated). ERR_PEER_TIMEOUT when it
 * has not ended within timeout_ms (it and what it started are killed then), ERR_LOCAL_IO when it fails. */
err_t child_read_output(const char *path, const char *const *argv, u64 timeout_ms, char *ret, size_t cap) MUST_CHECK;

#endif
