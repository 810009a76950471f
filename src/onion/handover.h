/* Gives to tor the services and client keys that wait for it, as many as it has room for; the rest with its next answer. */
#ifndef BOC_ONION_HANDOVER_H
#define BOC_ONION_HANDOVER_H

#include "base/limits.h"
#include "onion/client_keys.h"
#include "onion/services.h"
#include "os/paths.h"
#include "tor/control.h"

/* Where the services' streams go to: unix sockets below paths, or, with the system's tor, these ports (role_link_index). */
struct handover_to {
	const struct paths *paths;
	u16 ports[2 * LINK_SLOTS];
};

/* A service that cannot be handed over is dropped, with a line in the log. now: mono. */
void handover(struct torctl *ctl, const struct handover_to *to, struct services *all, struct client_keys *keys,
              u64 now);

#endif
