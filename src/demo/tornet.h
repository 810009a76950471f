/* A private Tor network on 127.0.0.1: relays of our own under a consensus we write and sign ourselves, so that nothing
 * waits for votes. For the demo and the tests; it says nothing about anonymity.
 *
 * Layout of its folder, which is all a client needs to join (demo/join.h):
 *   client.torrc                       lines to append to the client's torrc
 *   seed/cached-certs, seed/cached-microdesc-consensus, seed/cached-microdescs
 *                                      to copy into the client's tor data folder before its tor starts
 *   r0/ r1/ ...                        the relays' own folders, notice.log in each
 */
#ifndef BOC_DEMO_TORNET_H
#define BOC_DEMO_TORNET_H

#include <sys/types.h>

#include "base/err.h"

struct tornet;

#define TORNET_RELAYS 5 /* enough for HSDir, introduction and rendezvous without sharing a relay */
#define TORNET_RELAYS_MIN 4
#define TORNET_RELAYS_MAX 16

struct tornet_config {
	const char *dir; /* absolute, at most 64 bytes, no control characters; made 0700; absent or empty before */
	unsigned relays; /* 0: TORNET_RELAYS */
	const char *tor; /* the program; NULL: tornet_find_tor */
	/* Told what is being done and what went wrong, one line without newline each; NULL: nobody. */
	void (*progress)(void *arg, const char *line);
	void *arg;
};

/* Makes keys and consensus, starts the relays and waits until each accepts connections: about 2 s. Starts again with
 * other ports, up to 3 times, when another program took one in between. Gives a network the caller owns. On failure
 * nothing runs, the folder stays for inspection and progress was told why: ERR_LOCAL_CONFIG (no tor, bad folder or
 * count), ERR_LOCAL_IO, ERR_LOCAL_CRYPTO, ERR_PEER_TIMEOUT (no relay after 20 s).
 * The relays end with the calling process in every case: PR_SET_PDEATHSIG and __OwningControllerProcess. Call from the
 * thread that lives as long as the process. Takes SIGCHLD's word from nobody: waits for its own pids only. */
err_t tornet_start(const struct tornet_config *cfg, struct tornet **ret) MUST_CHECK;

/* Whether every relay still runs and accepts connections. ERR_PEER_TIMEOUT when not so within timeout_ms;
 * ERR_LOCAL_IO when a relay has ended. */
err_t tornet_check(struct tornet *tn, u64 timeout_ms) MUST_CHECK;

/* The folder given to tornet_start, for `--network DIR`. Borrowed from tn. */
const char *tornet_dir(const struct tornet *tn);

/* Process ids of the relays: writes up to cap, returns how many there are. */
size_t tornet_pids(const struct tornet *tn, pid_t *ret, size_t cap);

/* Ends and reaps the relays (SIGTERM, after TOR_STOP_MS SIGKILL), removes their folders and everything else it wrote,
 * frees tn. NULL is fine. Returns NULL. */
struct tornet *tornet_stop(struct tornet *tn);

/* For CLEANUP. */
static inline void tornet_stopp(struct tornet **tn)
{
	*tn = tornet_stop(*tn);
}

/* Finds the tor program: each folder of $PATH, then /usr/bin, /usr/sbin, /usr/local/bin, /usr/local/sbin (Debian has
 * it in sbin, which is in no user's PATH). Writes the absolute path. ERR_LOCAL_MISSING. */
err_t tornet_find_tor(char *ret, size_t cap) MUST_CHECK;

#endif
