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

#define SANDBOX_PROGRAMS 8

/* For tor, between fork and exec: it may read the system's files and write its own folder, nothing of ours; and start
 * these programs, itself among them, no other (they inherit all of it). programs: absolute paths, NULL behind the last,
 * at most SANDBOX_PROGRAMS. What is left of the system below /lib may be started too: the dynamic linker is there, and by
 * it whoever has taken over tor can still start what it can read. */
err_t sandbox_enter_tor(const struct paths *p, const char *const *programs) MUST_CHECK;

#endif
