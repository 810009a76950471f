/* One WebSocket of a page, in libwebsockets' hands. It never sees what the page sent to open it: the request was read and
 * judged by http_head.c, and libwebsockets is handed one of our own making with nothing in it but the key. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "web/web_priv.h"

#define END_S 5 /* for the page to read the last frames */

struct frame {
	struct frame *next;
	bool binary;
	size_t n;
	u8 bytes[]; /* LWS_PRE of room, then the frame */
};

struct ws_conn {
	struct source source;
	struct ws_conn *next; /* in web->opening */
	struct client *client;
	char key[25];
	bool is_ending, is_doomed;
	u8 *in; /* owned; the frame that is coming in */
	size_t in_len;
	struct frame *first, **last; /* owned; what waits to be sent */
	size_t queued;
};

static void drop_first(struct ws_conn *c)
{
	struct frame *f = c->first;
	c->first = f->next;
	if (!c->first)
		c->last = &c->first;
	c->queued -= f->n;
	wipe(f->bytes, LWS_PRE + f->n);
	free(f);
}

static void forget_in(struct ws_conn *c)
{
	if (c->in)
		wipe(c->in, MAX_WS_FRAME);
	free(c->in);
	c->in = NULL;
	c->in_len = 0;
}

static void gone(struct source *s)
{
	struct ws_conn *c = (struct ws_conn *)s;
	hub_leave(s->web->hub, c->client);
	while (c->first)
		drop_first(c);
	forget_in(c);
	s->web->pages--;
	free(c);
}

static void send_frame(struct source *s, struct slice frame, bool binary)
{
	struct ws_conn *c = (struct ws_conn *)s;
	if (c->is_doomed || c->queued + frame.n > MAX_WEB_QUEUE) {
		c->is_doomed = true;
		lws_set_timeout(c->source.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
		return;
	}
	struct frame *f = malloc(sizeof *f + LWS_PRE + frame.n);
	if (!f)
		abort();
	f->next = NULL;
	f->binary = binary;
	f->n = frame.n;
	memcpy(f->bytes + LWS_PRE, frame.p, frame.n);
	*c->last = f;
	c->last = &f->next;
	c->queued += f->n;
	lws_callback_on_writable(c->source.wsi);
}

static void end(struct source *s)
{
	struct ws_conn *c = (struct ws_conn *)s;
	c->is_ending = true;
	lws_set_timeout(c->source.wsi, PENDING_TIMEOUT_USER_OK, END_S);
	lws_callback_on_writable(c->source.wsi);
}

void ws_conn_new(struct web *w, int fd, struct slice key)
{
	struct ws_conn *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->source = (struct source){.web = w, .fd = fd, .gone = gone, .send = send_frame, .end = end};
	c->last = &c->first;
	memcpy(c->key, key.p, MIN(key.n, sizeof c->key - 1));
	c->next = w->opening;
	w->opening = c;
	w->pages++;
}

static void open_one(struct web *w, struct ws_conn *c)
{
	char head[320];
	int n = snprintf(
		head, sizeof head,
		"GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat.v1\r\n\r\n",
		w->site.host, c->key);
	w->adopted = c; /* ws_conn_callback binds it to its handle; from then on it is freed with that */
	lws_adopt_socket_vhost_readbuf(w->vhost, c->source.fd, head, (size_t)n);
	if (w->adopted)
		gone(&c->source);
	w->adopted = NULL;
}

void ws_conn_open_all(struct web *w)
{
	while (w->opening) {
		struct ws_conn *c = w->opening;
		w->opening = c->next;
		open_one(w, c);
	}
}

static int writable(struct ws_conn *c)
{
	struct frame *f = c->first;
	if (f) {
		int n = lws_write(c->source.wsi, f->bytes + LWS_PRE, f->n,
		                  f->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
		if (n < (int)f->n)
			return -1;
		drop_first(c);
	}
	if (c->first) {
		lws_callback_on_writable(c->source.wsi);
	} else if (c->is_ending) {
		lws_close_reason(c->source.wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
		return -1;
	}
	return 0;
}

static int refuse(struct ws_conn *c, enum lws_close_status why)
{
	lws_close_reason(c->source.wsi, why, NULL, 0);
	return -1;
}

static int receive(struct ws_conn *c, const void *bytes, size_t n)
{
	if (c->is_ending || c->is_doomed)
		return 0;
	if (n > hub_max_frame(c->client) - c->in_len)
		return refuse(c, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
	if (!c->in) {
		c->in = malloc(MAX_WS_FRAME);
		if (!c->in)
			abort();
	}
	if (n)
		memcpy(c->in + c->in_len, bytes, n);
	c->in_len += n;
	if (lws_remaining_packet_payload(c->source.wsi) || !lws_is_final_fragment(c->source.wsi))
		return 0;
	err_t e = hub_feed(c->source.web->hub, c->client, slice_of(c->in, c->in_len),
	                   lws_frame_is_binary(c->source.wsi) != 0);
	forget_in(c);
	return e == OK ? 0 : refuse(c, LWS_CLOSE_STATUS_POLICY_VIOLATION);
}

int ws_conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	(void)user;
	struct ws_conn *c = lws_get_opaque_user_data(wsi);
	if (reason == LWS_CALLBACK_ESTABLISHED) {
		c->client = hub_join(c->source.web->hub, CLIENT_PAGE, c);
		lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	} else if (reason == LWS_CALLBACK_RECEIVE) {
		return receive(c, in, n);
	} else if (reason == LWS_CALLBACK_SERVER_WRITEABLE) {
		return writable(c);
	} else if (reason == LWS_CALLBACK_CLOSED) {
		hub_leave(c->source.web->hub, c->client);
		c->client = NULL;
	}
	return 0;
}
