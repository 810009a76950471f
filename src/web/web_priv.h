/* Inside of the web role's I/O: libwebsockets owns the loop and speaks WebSocket; everything else on it is a plain
 * descriptor with three functions. For web.c and *_conn.c only. */
#ifndef BOC_WEB_WEB_PRIV_H
#define BOC_WEB_WEB_PRIV_H

#include <libwebsockets.h>

#include "os/ipc.h"
#include "web/http_head.h"
#include "web/peer_uid.h"
#include "web/web.h"

struct web;

/* Something with a descriptor on the loop; the first member of what owns it. */
struct source {
	struct web *web;
	struct lws *wsi; /* libwebsockets' handle; it owns the descriptor */
	int fd;
	int (*readable)(struct source *s); /* not 0: close */
	int (*writable)(struct source *s);
	void (*gone)(struct source *s); /* closed: free what owns it */
	/* Of a client's connection only, for the hub: */
	void (*send)(struct source *s, struct slice frame, bool binary);
	void (*end)(struct source *s); /* once everything is sent */
};

struct ws_conn;

struct web {
	const struct role_config *cfg;
	struct web_limits limits;
	struct http_site site;
	struct lws_context *loop;
	struct lws_vhost *vhost;
	struct lws_sorted_usec_list tick;
	struct ipc *vault;
	struct hub *hub;
	struct peer_uid *peer_uid; /* NULL: this system does not tell */
	struct source stop, vault_source, page_listener, rpc_listener;
	size_t pages, scripts;   /* connections */
	struct ws_conn *opening; /* upgrades that wait for the end of this turn of the loop */
	struct ws_conn *adopted; /* the one libwebsockets is being handed right now */
	bool is_over;
	int status;
};

/* Puts fd on the loop; it is closed with the source. s->fd and the functions are set before. False: fd is still the
 * caller's. */
bool web_add(struct web *w, struct source *s);

/* Ends the role: the supervisor starts it again when status is not 0. */
void web_end(struct web *w, int status);

/* A new connection to the page's port, already checked; takes fd. */
void http_conn_new(struct web *w, int fd);

/* A WebSocket that was asked for properly: takes fd; key is Sec-WebSocket-Key. It opens in ws_conn_open_all. */
void ws_conn_new(struct web *w, int fd, struct slice key);
void ws_conn_open_all(struct web *w);
int ws_conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n);

/* A new connection to the scripts' socket; takes fd. */
void script_conn_new(struct web *w, int fd);

#endif
