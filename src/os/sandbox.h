/* Which sandbox each process gets: the table of docs/architecture.md, as code. */
#ifndef BOC_OS_SANDBOX_H
#define BOC_OS_SANDBOX_H

#include "os/paths.h"
#include "wire/ipc.h"

struct sandbox_report {
	bool seccomp; /* loaded */
	int landlock; /* ABI version in force; 0: the kernel has none */
};

/* Confines this process for good. A part that the kernel does not offer is missing in the report, not an error;
 * ERR_LOCAL_IO when a part that it offers could not be applied. */
err_t sandbox_enter(enum role role, const struct paths *p, struct sandbox_report *ret) MUST_CHECK;

/* For tor, between fork and exec: it may read the system's files and write its own folder, nothing of ours. */
err_t sandbox_enter_tor(const struct paths *p) MUST_CHECK;

#endif
