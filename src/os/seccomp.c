#include "os/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static const int everyone[] = {
	/* descriptors that are there */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(close),
	SCMP_SYS(fcntl),
	SCMP_SYS(fstat),
	SCMP_SYS(lseek),
	SCMP_SYS(pread64),
	SCMP_SYS(ioctl),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	/* memory */
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(mlock),
	SCMP_SYS(mlock2),
	SCMP_SYS(munlock),
	SCMP_SYS(membarrier),
	/* time and randomness */
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(getrandom),
	SCMP_SYS(times),
	SCMP_SYS(getrusage),
	/* oneself */
	SCMP_SYS(futex),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getppid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
	SCMP_SYS(umask),
	SCMP_SYS(getrlimit),
	SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list),
};

static const int files[] = {
	SCMP_SYS(open),       SCMP_SYS(openat),    SCMP_SYS(stat),       SCMP_SYS(lstat),      SCMP_SYS(newfstatat),
	SCMP_SYS(statx),      SCMP_SYS(access),    SCMP_SYS(faccessat),  SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getcwd),    SCMP_SYS(getdents64), SCMP_SYS(unlink),     SCMP_SYS(unlinkat),
	SCMP_SYS(rename),     SCMP_SYS(renameat),  SCMP_SYS(renameat2),  SCMP_SYS(mkdir),      SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),      SCMP_SYS(ftruncate), SCMP_SYS(fallocate),  SCMP_SYS(fsync),      SCMP_SYS(fdatasync),
	SCMP_SYS(pwrite64),   SCMP_SYS(pwritev),   SCMP_SYS(fchmod),     SCMP_SYS(flock),      SCMP_SYS(utimensat),
	SCMP_SYS(fstatfs),
};

static const int unix_sockets[] = {SCMP_SYS(connect)};
static const int listening[] = {SCMP_SYS(bind),   SCMP_SYS(listen),   SCMP_SYS(accept4), SCMP_SYS(accept),
                                SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(chmod),   SCMP_SYS(fchmodat)};
static const int accepting[] = {SCMP_SYS(accept4), SCMP_SYS(accept)};

static bool allow(scmp_filter_ctx f, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int bad = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
		if (bad && bad != -EDOM && bad != -EEXIST) /* EDOM: this architecture has no such call */
			return false;
	}
	return true;
}

/* fstat() of an open descriptor, as some C libraries spell it: no path. */
static bool allow_fstat(scmp_filter_ctx f)
{
	return !seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
}

/* A process may end itself (abort) and ask for its own limits, not those of another. */
static bool allow_on_oneself(scmp_filter_ctx f)
{
	scmp_datum_t self = (scmp_datum_t)getpid();
	return !seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, self, 0)) &&
	       !seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0, 0));
}

/* Memory may be mapped and its rights changed, never to executable. */
static bool allow_memory(scmp_filter_ctx f)
{
	const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)))
			return false;
	}
	return true;
}

static bool allow_sockets(scmp_filter_ctx f)
{
	return !seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)) &&
	       allow(f, unix_sockets, ARRAY_LEN(unix_sockets));
}

err_t seccomp_confine(unsigned classes)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!f)
		return ERR_LOCAL_CONFIG;
	bool ok = allow(f, everyone, ARRAY_LEN(everyone)) && allow_fstat(f) && allow_memory(f) && allow_on_oneself(f);
	if (classes & SECCOMP_FILES)
		ok = ok && allow(f, files, ARRAY_LEN(files));
	if (classes & SECCOMP_UNIX_SOCKETS)
		ok = ok && allow_sockets(f);
	if (classes & SECCOMP_LISTEN)
		ok = ok && allow(f, listening, ARRAY_LEN(listening));
	if (classes & SECCOMP_ACCEPT)
		ok = ok && allow(f, accepting, ARRAY_LEN(accepting));
	int bad = ok ? seccomp_load(f) : -EINVAL;
	seccomp_release(f);
	return bad ? ERR_LOCAL_CONFIG : OK;
}
