/* What can be wrong before anything is started, each with its own sentence. */
#ifndef BOC_SUPERVISOR_PREFLIGHT_H
#define BOC_SUPERVISOR_PREFLIGHT_H

#include "base/limits.h"
#include "supervisor/supervisor.h"
#include "tor/bridge.h"

/* The tor program of this machine. */
struct tor_program {
	char path[256];
	bool is_good;   /* it is there, and new enough */
	char says[400]; /* its version, or in one sentence why it is not good */
};

struct preflight {
	struct paths paths;
	struct tor_program tor;                  /* unless the system's is used */
	char transports[BRIDGE_TRANSPORTS][256]; /* the programs it may start: for bridges; "": there is none */
	int lock_fd;                             /* held while we run: one program per data folder */
	int page_fd;                             /* listening on 127.0.0.1 */
	int rpc_fd;                              /* listening on paths.rpc */
	unsigned port;                           /* of page_fd */
	int link_fd[2 * LINK_SLOTS];   /* with the system's tor: listening on 127.0.0.1, for net (role_link_index) */
	u16 link_port[2 * LINK_SLOTS]; /* of those */
};

/* Checks and opens all of it. On failure prints one sentence on standard error and gives ERR_LOCAL_CONFIG. */
err_t preflight(const struct run_options *opt, struct preflight *ret) MUST_CHECK;

/* Finds tor and starts it once, to tell its version. One that has not told it after within_ms is not good. */
void preflight_tor(u64 within_ms, struct tor_program *ret);

/* Whether the sockets of p's system tor are there, answer, and are ours to use. ERR_LOCAL_CONFIG with a sentence in why. */
err_t preflight_system_tor(const struct paths *p, char *why, size_t why_cap) MUST_CHECK;

/* Finds the program of a transport. ERR_LOCAL_MISSING. */
err_t preflight_transport(enum bridge_transport t, char *ret_path, size_t cap) MUST_CHECK;

/* The data folder when none is named: $XDG_DATA_HOME/blackedoutchat or ~/.local/share/blackedoutchat. */
err_t preflight_default_data(char *ret, size_t cap) MUST_CHECK;

#endif
