/* The connection to tor's control socket: waits until tor answers, authenticates, makes a tor that is ours end with it, and then
 * carries commands and events. */
#ifndef BOC_ONION_CONTROL_CONN_H
#define BOC_ONION_CONTROL_CONN_H

#include <event2/event.h>

#include "base/env.h"
#include "os/paths.h"
#include "tor/control.h"

/* What the owner wants to hear; every call comes from the event loop. */
struct control_handler {
	void (*ready)(void *arg); /* tor is ours, its events come; once in the life of a connection */
	void (*event)(void *arg, const struct torctl_event *ev); /* after ready; borrowed for the call */
	void (*slow)(void *arg);                                 /* no answer for CONTROL_WAIT_MS; it is tried on */
	void (*lost)(void *arg);                                 /* over; free it, not before this call has returned */
	void *arg;
};

struct control_conn;

/* Starts to connect to a tor that was just started, or to the system's (os/paths.h). Borrows everything for its life. Never NULL. */
struct control_conn *control_new(struct event_base *loop, const struct env *env, const struct paths *paths,
                                 const struct control_handler *handler);

/* Closes: tor ends, if it was ours. NULL is fine; gives NULL. */
struct control_conn *control_free(struct control_conn *c);

/* For commands, after ready; NULL before. Call control_send() after queueing some. */
struct torctl *control_torctl(struct control_conn *c);
void control_send(struct control_conn *c);

#endif
