/* One relay of a private network: its folder, its keys, its process. For tornet.c. */
#ifndef BOC_DEMO_RELAY_H
#define BOC_DEMO_RELAY_H

#include <sys/types.h>

#include "demo/consensus.h"
#include "os/folder.h"

struct relay {
	char dir[FOLDER_PATH_MAX]; /* tor's DataDirectory; tor.log holds what it says */
	struct relay_keys keys;
	pid_t pid; /* 0: not running */
};

/* Makes the folder `net_dir/nick` and starts `tor --list-fingerprint`, which makes the keys there and ends.
 * tor: path of the program. ERR_LOCAL_IO, ERR_LOCAL_CONFIG. */
err_t relay_make_keys(struct relay *r, const char *tor, const char *net_dir, unsigned number) MUST_CHECK;

/* Waits for relay_make_keys and reads the public keys to r->keys. ERR_PEER_TIMEOUT, ERR_LOCAL_IO, ERR_PEER_FORMAT. */
err_t relay_read_keys(struct relay *r, u64 timeout_ms) MUST_CHECK;

/* Starts the relay on r->keys.or_port. net_dir: the network's, with its seed; shared: the lines every tor of
 * the network has. ERR_LOCAL_IO. */
err_t relay_start(struct relay *r, const char *tor, const char *net_dir, const char *shared) MUST_CHECK;

/* Whether its process runs; reaps it when it has ended. */
bool relay_runs(struct relay *r);

/* Whether something accepts connections on its port. Blocks for no longer than a local connect takes. */
bool relay_accepts(const struct relay *r);

/* Writes the last lines of its log to ret, escaped, "" when there is none. */
void relay_last_words(const struct relay *r, char *ret, size_t cap);

#endif
