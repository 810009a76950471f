/* Everything between the connections of clients and the vault: login, requests, answers, notifications.
 * Sans-I/O: knows no socket and no clock. One hub for the role. */
#ifndef BOC_WEB_HUB_H
#define BOC_WEB_HUB_H

#include "base/env.h"
#include "base/limits.h"
#include "wire/ipc.h"

struct hub;
struct client; /* one connection, as the hub sees it */

/* A page logs in on its connection and then speaks sealed frames; a script speaks plain lines. */
enum client_kind { CLIENT_NONE, CLIENT_PAGE, CLIENT_SCRIPT };

/* Calls of the hub to the outside. They must not call the hub back. */
struct hub_io {
	void *arg;
	/* A request for the vault, borrowed. A caller that cannot send it ends the process. */
	void (*ask)(void *arg, const struct ipc_msg *m);
	/* A whole message for a connection, borrowed; `binary` for a WebSocket. */
	void (*send)(void *arg, void *conn, struct slice frame, bool binary);
	/* Close the connection once all that was sent is out, and call hub_leave. */
	void (*end)(void *arg, void *conn);
};

struct hub_limits {
	u32 login_ms;                   /* from the connection, or the answer to auth.login, to the end of the login */
	u32 delay_min_ms, delay_max_ms; /* between logins that do not succeed */
};

#define HUB_LIMITS ((struct hub_limits){LOGIN_MS, LOGIN_DELAY_MIN_MS, LOGIN_DELAY_MAX_MS})

/* origin: "http://127.0.0.1:PORT", borrowed as long as the hub lives, as is env. Never NULL. */
struct hub *hub_new(const struct env *env, const char *origin, struct hub_limits limits, struct hub_io io);

/* With all its clients. NULL is fine; gives NULL. */
struct hub *hub_free(struct hub *h);

/* A connection came. Gives its client, owned by the hub until hub_leave. conn: for the calls of hub_io. */
struct client *hub_join(struct hub *h, enum client_kind kind, void *conn);

/* The connection is gone; what the vault still answers is dropped. NULL is fine. */
void hub_leave(struct hub *h, struct client *c);

/* How long a message of this client may be now. */
size_t hub_max_frame(const struct client *c);

/* Whether an answer to this client is still to come. */
bool hub_is_owed(const struct client *c);

/* One message from a client. An error is the client's fault: close its connection at once. */
err_t hub_feed(struct hub *h, struct client *c, struct slice frame, bool binary) MUST_CHECK;

/* One message from the vault. */
void hub_from_vault(struct hub *h, const struct ipc_msg *m);

/* When hub_tick has something to do (mono_ms); UINT64_MAX: never. */
u64 hub_deadline(const struct hub *h);
void hub_tick(struct hub *h);

#endif
