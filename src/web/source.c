#include "web/source.h"

#include <stdlib.h>
#include <unistd.h>

#include "web/web_priv.h"

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;
	(void)fd;
	if ((what & EV_TIMEOUT) || ((what & EV_READ) && s->readable(s)) || ((what & EV_WRITE) && s->writable(s)))
		source_close(s);
}

static struct event *new_event(struct source *s, int fd, short what)
{
	struct event *e = event_new(s->web->loop, fd, what, on_event, s);
	if (!e)
		abort();
	return e;
}

static void add(struct event *e, const struct timeval *in)
{
	if (event_add(e, in))
		abort();
}

void source_add(struct source *s, struct web *w)
{
	s->web = w;
	s->in = new_event(s, s->fd, EV_READ | EV_PERSIST);
	s->out = new_event(s, s->fd, EV_WRITE);
	s->deadline = new_event(s, -1, 0);
	s->next = w->sources;
	s->at = &w->sources;
	if (s->next)
		s->next->at = &s->next;
	w->sources = s;
	add(s->in, NULL);
}

void source_want_write(struct source *s)
{
	add(s->out, NULL);
}

void source_stop_reading(struct source *s)
{
	event_del(s->in);
}

void source_end_in(struct source *s, u32 ms)
{
	const struct timeval in = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	add(s->deadline, &in);
}

int source_take_fd(struct source *s)
{
	int fd = s->fd;
	event_del(s->in);
	event_del(s->out);
	s->fd = -1;
	return fd;
}

void source_close(struct source *s)
{
	*s->at = s->next;
	if (s->next)
		s->next->at = s->at;
	event_free(s->in);
	event_free(s->out);
	event_free(s->deadline);
	if (s->fd >= 0)
		close(s->fd);
	s->gone(s);
}
