/* The process a person starts: it starts the roles and tor, starts them again when they die, and ends them in order.
 * It holds no secret and parses nothing that comes from outside. */
#ifndef BOC_SUPERVISOR_SUPERVISOR_H
#define BOC_SUPERVISOR_SUPERVISOR_H

#include "base/err.h"
#include "os/paths.h"

struct run_options {
	const char *data;    /* data folder */
	const char *network; /* folder of a private Tor network to join, or NULL for the public one */
	const char *tor;     /* folder of the sockets of a tor that runs already, or NULL for one of our own */
	bool bridges;        /* never connect without bridges: until some are given, tor waits */
	int port;            /* of the page; 0: the one used before, or a random one */
};

/* Runs until SIGINT or SIGTERM. Gives the exit status: 0, or 1 after a sentence on standard error. */
int supervise(const struct run_options *opt);

#endif
