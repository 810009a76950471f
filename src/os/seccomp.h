/* The system calls each role may still make. Everything else fails with EPERM. */
#ifndef BOC_OS_SECCOMP_H
#define BOC_OS_SECCOMP_H

#include "base/err.h"

enum seccomp_class {
	SECCOMP_FILES = 1,        /* open, rename, remove, sync: where Landlock allows it */
	SECCOMP_UNIX_SOCKETS = 2, /* make AF_UNIX sockets and connect them; no other family exists */
	SECCOMP_LISTEN = 4,       /* bind and listen on them, remove them */
	SECCOMP_ACCEPT = 8,       /* accept on a listener that is there */
};

/* Allows what every role needs (memory, time, randomness, IPC on descriptors it has) and the classes. No role may
 * execute a program, trace another process or make memory executable. Cannot be undone. ERR_LOCAL_CONFIG where the
 * kernel has no seccomp: nothing was done. */
err_t seccomp_confine(unsigned classes) MUST_CHECK;

#endif
