/* Landlock: which files a process may still touch, and that it may use no TCP port. The kernel's interface directly:
 * Debian 12's headers lack half of the constants. */
#ifndef BOC_OS_LANDLOCK_H
#define BOC_OS_LANDLOCK_H

#include "base/err.h"

enum landlock_access {
	LANDLOCK_READ = 1,    /* read files, list folders */
	LANDLOCK_RUN = 2,     /* execute */
	LANDLOCK_WRITE = 4,   /* make, write, rename and remove files */
	LANDLOCK_SOCKETS = 8, /* make and remove unix sockets */
};

struct landlock_rule {
	const char *path; /* a folder and everything in it; one that does not exist is skipped */
	unsigned access;  /* enum landlock_access */
};

/* The kernel's version of Landlock; 0: it has none. */
int landlock_abi(void);

/* Forbids this process and its children every file access but the rules', and TCP unless it is allowed.
 * *ret_abi is what the kernel offers; with 0 nothing is done and the result is OK. Cannot be undone. */
err_t landlock_confine(const struct landlock_rule *rules, size_t count, bool tcp, int *ret_abi) MUST_CHECK;

#endif
