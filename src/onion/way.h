/* How tor may connect, as the vault said, and the options of tor that follow from it. Tor starts with its network off
 * (tor/torrc.c): it connects once it has taken these, and never with some of them. */
#ifndef BOC_ONION_WAY_H
#define BOC_ONION_WAY_H

#include "tor/bridge.h"
#include "tor/control.h"
#include "wire/ipc.h"

struct way {
	enum tor_way kind;
	struct buf lines;                      /* of bridges, with WAY_BRIDGES; owned */
	char programs[BRIDGE_TRANSPORTS][256]; /* absolute paths of the transports' programs; "": there is none */
};

/* Looks for the programs; before the sandbox is entered. Zeroed is fine before it. */
void way_begin(struct way *w);
void way_free(struct way *w);

/* The transports that have a program: a set of enum bridge_transport. */
unsigned way_transports(const struct way *w);

/* Takes what the vault said. true: it is another way than before. ERR_LOCAL_CONFIG in *ret_e, and no way at all, for
 * lines that bridges_read() would not have written. */
bool way_set(struct way *w, const struct ipc_tor_way *m, err_t *ret_e);

/* Queues for tor that it connects that way. ERR_AGAIN: it may not connect now; *ret_why is a sentence for people.
 * ERR_LOCAL_MISSING: likewise, a program is missing. Other errors of torctl_setconf(). */
err_t way_take(const struct way *w, struct torctl *ctl, const char **ret_why) MUST_CHECK;

#endif
