/* The story that `demo --check` tells: two strangers meet, write to each other, one restarts, nothing is lost. */
#ifndef BOC_DEMO_STORY_H
#define BOC_DEMO_STORY_H

#include "demo/person.h"

#define STORY_MESSAGES 100 /* each way */

struct story {
	double first_contact_s;   /* from the request to both having accepted */
	double median_ms, p99_ms; /* from sending a message to knowing it is delivered */
	unsigned lost, doubled;
	const char *failed; /* what went wrong first; NULL: nothing */
};

/* Tells it, with Alice and Bob logged in and reachable; Bob restarts in the middle. True when all of it came true. */
bool story_tell(struct person *alice, struct person *bob, const char *network, struct story *ret);

#endif
