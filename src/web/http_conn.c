/* One connection to the page's port: one request, one answer, closed; or handed on as a WebSocket. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "os/fault.h"
#include "web/http_answer.h"
#include "web/web_priv.h"

#define DRAIN_MS 1000 /* for the client to read the answer before the socket is gone */

enum http_state { HTTP_UNUSABLE, HTTP_READING, HTTP_WRITING, HTTP_DRAINING };

struct http_conn {
	struct source source;
	enum http_state state;
	u8 in[MAX_HTTP_HEAD];
	size_t in_len;
	char head[HTTP_ANSWER_HEAD];
	size_t head_len;
	struct slice body;
	size_t sent; /* of head and body together */
};

static int drain(struct http_conn *c)
{
	c->state = HTTP_DRAINING;
	source_end_in(&c->source, DRAIN_MS);
	return shutdown(c->source.fd, SHUT_WR);
}

static int writable(struct source *s)
{
	struct http_conn *c = (struct http_conn *)s;
	while (c->state == HTTP_WRITING) {
		struct slice rest = c->sent < c->head_len ? slice_of(c->head + c->sent, c->head_len - c->sent)
		                                          : slice_of(c->body.p + (c->sent - c->head_len),
		                                                     c->head_len + c->body.n - c->sent);
		if (rest.n == 0)
			return drain(c);
		ssize_t n = FAULT_FAILS("web.http.write", "web") ? -1 : send(s->fd, rest.p, rest.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			source_want_write(s);
			return 0;
		}
		if (n < 0)
			return -1;
		c->sent += (size_t)n;
	}
	return 0;
}

static int answer(struct http_conn *c, enum http_code status, const struct page_file *file)
{
	c->state = HTTP_WRITING;
	c->head_len = http_answer_head(status, file, c->head);
	c->body = file ? slice_of(file->gzip, file->gzip_len) : slice_of("", 0);
	source_end_in(&c->source, c->source.web->limits.send_ms);
	return writable(&c->source);
}

/* Hands the socket on as a WebSocket; this connection ends. */
static int upgrade(struct http_conn *c, struct slice key)
{
	ws_conn_new(c->source.web, source_take_fd(&c->source), key);
	return -1;
}

static int judge(struct http_conn *c, struct slice head)
{
	struct http_request r;
	enum http_code status = http_head_read(head, &c->source.web->site, &r);
	if ((status == HTTP_OK || status == HTTP_SWITCHING) && head.n != c->in_len) /* nothing may follow */
		status = HTTP_BAD_REQUEST;
	if (status == HTTP_SWITCHING)
		return upgrade(c, r.key);
	if (status != HTTP_OK)
		return answer(c, status, NULL);
	if (slice_eq(r.path, slice_str("/locked")))
		return answer(c, HTTP_NO_CONTENT, NULL);
	const struct page_file *file = page_find(r.path);
	return answer(c, file ? HTTP_OK : HTTP_NOT_FOUND, file);
}

static int readable(struct source *s)
{
	struct http_conn *c = (struct http_conn *)s;
	if (c->state != HTTP_READING) { /* nothing is expected: a body that was refused, or the end */
		u8 waste[4096];
		ssize_t n = recv(s->fd, waste, sizeof waste, 0);
		return n > 0 || (n < 0 && errno == EAGAIN) ? 0 : -1;
	}
	ssize_t n = recv(s->fd, c->in + c->in_len, sizeof c->in - c->in_len, 0);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return -1;
	c->in_len += (size_t)n;
	size_t head = http_head_len(slice_of(c->in, c->in_len));
	if (head == 0)
		return c->in_len == sizeof c->in ? answer(c, HTTP_HEADERS_TOO_LARGE, NULL) : 0;
	return judge(c, slice_of(c->in, head));
}

static void gone(struct source *s)
{
	struct http_conn *c = (struct http_conn *)s;
	s->web->pages--;
	free(c);
}

void http_conn_new(struct web *w, int fd)
{
	struct http_conn *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->source = (struct source){.fd = fd, .readable = readable, .writable = writable, .gone = gone};
	c->state = HTTP_READING;
	w->pages++;
	source_add(&c->source, w);
	source_end_in(&c->source, w->limits.header_ms);
}
