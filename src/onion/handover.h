/* Gives to tor the services and client keys that wait for it, as many as it has room for; the rest with its next answer. */
#ifndef BOC_ONION_HANDOVER_H
#define BOC_ONION_HANDOVER_H

#include "onion/client_keys.h"
#include "onion/services.h"
#include "os/paths.h"
#include "tor/control.h"

/* A service that cannot be handed over is dropped, with a line in the log. now: mono. */
void handover(struct torctl *ctl, const struct paths *paths, struct services *all, struct client_keys *keys, u64 now);

#endif
