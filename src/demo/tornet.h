/* A private Tor network on 127.0.0.1: relays of our own under a consensus we write and sign ourselves, so that nothing
 * waits for votes. For the demo and the tests; it gives nobody anonymity.
 *
 * Layout of its folder, which is all a client needs to join (onion/join.h):
 *   client.torrc                       lines to append to the client's torrc
 *   seed/cached-certs, seed/cached-microdesc-consensus, seed/cached-microdescs
 *                                      to copy into the client's tor data folder before its tor starts
 *   r0/ r1/ ...                        the relays' own folders, tor.log in each
 *
 * It is quieter than the real network, and tor (0.4.9) leaves a DESTROY cell in the queue of a quiet channel: when a
 * client is killed, the other side's stream ended at once in a third of the tries, after 1 to 20 s in another, and not
 * within 25 s in the last. Streams that are closed in order end at once. No test may wait for the former.
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
	/* Absolute, no control characters, `"` or `\`; made 0700 when absent, else empty, ours and 0700. */
	const char *dir;
	unsigned relays; /* 0: TORNET_RELAYS */
	const char *tor; /* path of the program; NULL: child_find_program */
	/* Told what is being done and what went wrong, one line without newline each; NULL: nobody. */
	void (*progress)(void *arg, const char *line);
	void *arg;
};

/* Makes keys and consensus, starts the relays and waits until each accepts connections: about 2 s. Starts them again
 * on other ports, up to 3 times, when another program took one in between. Gives a network the caller owns. On failure
 * nothing runs, progress was told why, and what was written is removed: ERR_LOCAL_CONFIG (no tor, bad folder or
 * count), ERR_LOCAL_IO, ERR_LOCAL_CRYPTO, ERR_PEER_TIMEOUT (keys not within 30 s, a relay not within 20 s).
 * The relays end with the calling thread in every case (PR_SET_PDEATHSIG); they are reaped by pid, so the caller must
 * neither ignore SIGCHLD nor wait for -1. */
err_t tornet_start(const struct tornet_config *cfg, struct tornet **ret) MUST_CHECK;

/* Whether every relay still runs and accepts connections. */
bool tornet_is_up(struct tornet *tn);

/* The folder given to tornet_start, for `--network DIR`. Borrowed from tn. */
const char *tornet_dir(const struct tornet *tn);

/* Process ids of the relays: writes up to cap, returns how many relays there are. */
size_t tornet_pids(const struct tornet *tn, pid_t *ret, size_t cap);

/* Ends and reaps the relays (SIGTERM, after TOR_STOP_MS SIGKILL), removes everything it wrote, and the folder too when
 * it made it, frees tn. NULL is fine. Returns NULL. */
struct tornet *tornet_stop(struct tornet *tn);

/* For CLEANUP. */
static inline void tornet_stopp(struct tornet **tn)
{
	*tn = tornet_stop(*tn);
}

#endif
