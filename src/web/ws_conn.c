/* The WebSocket of a page. Its opening was read and judged by http_conn.c. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "os/fault.h"
#include "web/http_answer.h"
#include "web/web_priv.h"
#include "web/ws.h"

#define END_MS 5000 /* for the page to read the last frames and to go */

struct ws_conn {
	struct source source;
	struct client *client;
	struct ws *ws;  /* owned */
	bool is_ending; /* the time for the end runs */
	bool is_shut;   /* all is out: our half is closed */
	bool is_doomed; /* too slow a reader */
};

static int writable(struct source *s)
{
	struct ws_conn *c = (struct ws_conn *)s;
	for (struct slice out; (out = ws_pending(c->ws)).n > 0;) {
		ssize_t n = FAULT_FAILS("web.ws.write", "web") ? -1 : send(s->fd, out.p, out.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			source_want_write(s);
			return 0;
		}
		if (n < 0)
			return -1;
		ws_sent(c->ws, (size_t)n);
	}
	if (!ws_is_closing(c->ws) || c->is_shut)
		return 0;
	/* Closing here would reset the connection if the page has said more, and the last frames could be lost. */
	c->is_shut = true;
	return shutdown(s->fd, SHUT_WR);
}

static void begin_end(struct ws_conn *c)
{
	if (c->is_ending)
		return;
	c->is_ending = true;
	source_end_in(&c->source, END_MS);
}

static int readable(struct source *s)
{
	struct ws_conn *c = (struct ws_conn *)s;
	struct ws_message m;
	u8 chunk[16384];
	if (c->is_doomed)
		return -1;
	ssize_t n = recv(s->fd, chunk, sizeof chunk, 0);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return -1;
	struct slice in = slice_of(chunk, (size_t)n);
	while (ws_next(c->ws, &in, hub_max_frame(c->client), &m)) {
		if (hub_feed(s->web->hub, c->client, m.bytes, m.is_binary) != OK)
			ws_close(c->ws, WS_POLICY);
	}
	wipe(chunk, (size_t)n);
	if (ws_is_closing(c->ws))
		begin_end(c);
	return writable(s);
}

/* The hub calls these two: closing has to wait until it is done. */
static void send_message(struct source *s, struct slice message, bool is_binary)
{
	struct ws_conn *c = (struct ws_conn *)s;
	if (!c->is_doomed && ws_send(c->ws, message, is_binary) == OK) {
		source_want_write(s);
	} else {
		c->is_doomed = c->is_ending = true;
		source_end_in(s, 0);
	}
}

static void end(struct source *s)
{
	struct ws_conn *c = (struct ws_conn *)s;
	ws_close(c->ws, WS_NORMAL);
	begin_end(c);
	source_want_write(s);
}

static void gone(struct source *s)
{
	struct ws_conn *c = (struct ws_conn *)s;
	hub_leave(s->web->hub, c->client);
	ws_free(c->ws);
	s->web->pages--;
	free(c);
}

void ws_conn_new(struct web *w, int fd, struct slice key)
{
	char head[HTTP_ANSWER_HEAD];
	struct ws_conn *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->source = (struct source){
		.fd = fd, .readable = readable, .writable = writable, .gone = gone, .send = send_message, .end = end};
	c->ws = ws_new(slice_of(head, http_answer_upgrade(key, head)));
	w->pages++;
	c->client = hub_join(w->hub, CLIENT_PAGE, c);
	source_add(&c->source, w);
	source_want_write(&c->source);
}
