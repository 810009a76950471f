/* One of the demo's people: a whole node of her own, spoken to through its client interface. */
#ifndef BOC_DEMO_PERSON_H
#define BOC_DEMO_PERSON_H

#include <jansson.h>
#include <sys/types.h>

#include "base/err.h"
#include "client/client.h"

struct person {
	const char *name;
	char data[200]; /* data folder */
	char passphrase[40];
	char address[64];      /* with .onion; known after person_log_in */
	char url[40];          /* of the page; known after person_start */
	pid_t pid;             /* of the supervisor; 0: not running */
	struct client *client; /* owned; NULL until person_log_in */
};

/* Starts the node on the private network in `network` and waits until it listens. What it says goes to data + ".log".
 * ERR_PEER_TIMEOUT, ERR_LOCAL_IO. */
err_t person_start(struct person *p, const char *network) MUST_CHECK;

/* Logs in; the first time this makes the vault. */
err_t person_log_in(struct person *p) MUST_CHECK;

/* Whether SIGINT or SIGTERM waits (both are blocked in the demo): then every wait here ends at once. */
bool person_is_interrupted(void);

/* Ends the node, in order. A node that does not run is fine. */
void person_stop(struct person *p);

/* Calls a method. Takes params (NULL: none). Gives the result, owned by the caller, or NULL. */
json_t *person_ask(struct person *p, const char *method, json_t *params);

/* Waits until `method` was notified with params for which is(params, arg) holds; a NULL `is` takes any.
 * Notifications of other kinds are dropped. Gives the params, owned by the caller, or NULL after timeout_ms. */
json_t *person_hear(struct person *p, const char *method, bool (*is)(const json_t *params, const void *arg),
                    const void *arg, u64 timeout_ms);

#endif
