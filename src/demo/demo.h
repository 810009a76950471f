/* `blackedoutchat demo`: a private Tor network on this machine with Alice and Bob on it. */
#ifndef BOC_DEMO_DEMO_H
#define BOC_DEMO_DEMO_H

#include "base/def.h"

struct demo_options {
	bool check; /* tell the story through the client interface, print one line of JSON, end */
	bool json;  /* print who is there as one line of JSON instead of text */
	bool keep;  /* leave the folders when it ends */
};

/* Runs until SIGINT or SIGTERM, until the pipe that standard output may be is closed, or until the story is told. Gives the
 * exit status. */
int demo(const struct demo_options *opt);

#endif
