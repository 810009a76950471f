/* Inside of the web role's I/O. For web.c, source.c and *_conn.c only. */
#ifndef BOC_WEB_WEB_PRIV_H
#define BOC_WEB_WEB_PRIV_H

#include "os/ipc.h"
#include "web/http_head.h"
#include "web/peer_uid.h"
#include "web/source.h"
#include "web/web.h"

struct web {
	const struct role_config *cfg;
	struct web_limits limits;
	struct http_site site;
	struct event_base *loop;
	struct event *stop, *vault_in, *vault_out, *page_listener, *rpc_listener, *tick;
	struct ipc *vault;
	struct hub *hub;
	struct peer_uid *peer_uid; /* NULL: this system does not tell */
	struct source *sources;    /* every connection */
	size_t pages, scripts;     /* how many */
	bool is_over;
	int status;
};

/* A new connection to the page's port, already checked; takes fd. */
void http_conn_new(struct web *w, int fd);

/* A WebSocket that was asked for properly: takes fd; key is Sec-WebSocket-Key. */
void ws_conn_new(struct web *w, int fd, struct slice key);

/* A new connection to the scripts' socket; takes fd. */
void script_conn_new(struct web *w, int fd);

#endif
