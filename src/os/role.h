/* What every role is given by the supervisor when it starts, and the start and end that all of them share. */
#ifndef BOC_OS_ROLE_H
#define BOC_OS_ROLE_H

#include "base/env.h"
#include "os/paths.h"
#include "wire/ipc.h"

/* Descriptor numbers in a fresh role process. */
enum {
	ROLE_FD_VAULT = 3,      /* SEQPACKET to the vault (onion, net, web) or to the supervisor (vault) */
	ROLE_FD_SUPERVISOR = 4, /* SEQPACKET to the supervisor (onion) */
	ROLE_FD_PAGE = 4,       /* listening TCP socket on 127.0.0.1 (web) */
	ROLE_FD_RPC = 5,        /* listening unix socket for scripts (web) */
	/* With a tor that is not ours: 2 * LINK_SLOTS listening TCP sockets on 127.0.0.1 (net). role_link_index() */
	ROLE_FD_LINKS = 4,
};

/* Which of them, and of their ports, is that of a gate of the identity with this slot. */
static inline size_t role_link_index(u8 slot, enum gate gate)
{
	return 2u * slot + (gate == GATE_CONTACTS);
}

struct role_config {
	enum role role;
	struct paths paths;
	const struct env *env;
	const char *network; /* folder of a private Tor network to join (onion), or NULL */
	u16 port;            /* the page's port (web) */
};

/* One for each role, in its own folder. Runs until SIGTERM or a fatal error; gives the exit status. */
int vault_main(const struct role_config *cfg);
int onion_main(const struct role_config *cfg);
int net_main(const struct role_config *cfg);
int web_main(const struct role_config *cfg);

/* Before the role's own set-up: no core dumps, not traceable, dies with the supervisor, log to standard error.
 * Installs a SIGTERM handler that makes role_stop_fd() readable. */
err_t role_begin(const struct role_config *cfg) MUST_CHECK;

/* Becomes readable when the role shall end. */
int role_stop_fd(void);

/* Enters the sandbox of the role (seccomp, Landlock). Call when everything that needs more rights is done.
 * What the kernel does not offer is logged, not fatal. */
err_t role_confine(const struct role_config *cfg) MUST_CHECK;

#endif
