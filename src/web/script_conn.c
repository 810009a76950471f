/* One connection of a script: JSON-RPC, one message per line. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "os/fault.h"
#include "web/web_priv.h"

struct script_conn {
	struct source source;
	struct client *client;
	struct buf in, out;
	bool is_last;   /* nothing more is read: closed when all is answered */
	bool is_doomed; /* too slow a reader */
};

static int read_lines(struct script_conn *c)
{
	for (;;) {
		struct slice in = buf_bytes(&c->in);
		const u8 *end = in.n ? memchr(in.p, '\n', in.n) : NULL;
		if (!end)
			return in.n > hub_max_frame(c->client) ? -1 : 0;
		size_t n = (size_t)(end - in.p);
		if (hub_feed(c->source.web->hub, c->client, slice_of(in.p, n), false) != OK)
			return -1;
		buf_consume(&c->in, n + 1);
	}
}

static int writable(struct source *s)
{
	struct script_conn *c = (struct script_conn *)s;
	for (struct slice out; (out = buf_bytes(&c->out)).n > 0;) {
		ssize_t n = FAULT_FAILS("web.script.write", "web") ? -1 : send(s->fd, out.p, out.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			source_want_write(s);
			return 0;
		}
		if (n < 0)
			return -1;
		buf_consume(&c->out, (size_t)n);
	}
	return c->is_last && !hub_is_owed(c->client) ? -1 : 0;
}

static int readable(struct source *s)
{
	struct script_conn *c = (struct script_conn *)s;
	u8 chunk[16384];
	if (c->is_doomed)
		return -1;
	ssize_t n = recv(s->fd, chunk, sizeof chunk, 0);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	if (n == 0) { /* it has closed its half, and may wait for answers */
		c->is_last = true;
		source_stop_reading(s);
		return writable(s);
	}
	err_t e = buf_append(&c->in, slice_of(chunk, (size_t)n));
	wipe(chunk, (size_t)n);
	return e == OK ? read_lines(c) : -1;
}

/* The hub calls these two: closing has to wait until it is done. */
static void send_line(struct source *s, struct slice line, bool is_binary)
{
	struct script_conn *c = (struct script_conn *)s;
	(void)is_binary;
	if (!c->is_doomed && buf_append(&c->out, line) == OK && buf_append(&c->out, slice_str("\n")) == OK) {
		source_want_write(s);
	} else {
		c->is_doomed = true;
		source_end_in(s, 0);
	}
}

static void end(struct source *s)
{
	struct script_conn *c = (struct script_conn *)s;
	c->is_last = true;
	source_stop_reading(s);
	source_want_write(s);
}

static void gone(struct source *s)
{
	struct script_conn *c = (struct script_conn *)s;
	hub_leave(s->web->hub, c->client);
	buf_free(&c->in);
	buf_free(&c->out);
	s->web->scripts--;
	free(c);
}

void script_conn_new(struct web *w, int fd)
{
	struct script_conn *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->source = (struct source){
		.fd = fd, .readable = readable, .writable = writable, .gone = gone, .send = send_line, .end = end};
	c->in = buf_with_max(MAX_WS_FRAME + 16384 + 1);
	c->out = buf_with_max(MAX_WEB_QUEUE);
	w->scripts++;
	c->client = hub_join(w->hub, CLIENT_SCRIPT, c);
	source_add(&c->source, w);
}
