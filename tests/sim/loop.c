#include "loop.h"

#include <poll.h>
#include <stdlib.h>

#include "sim.h"

#define MAX_READY 256
#define MAX_ROUNDS 20000 /* of one loop at one instant: more is a loop that never sleeps */

struct event {
	struct event *next; /* newest last */
	struct event_base *base;
	evutil_socket_t fd;
	short what;
	event_callback_fn fn;
	void *arg;
	bool added, active, dead;
	u64 due_ms; /* NEVER: no time-out */
};

struct event_base {
	struct event *first, **last; /* owned */
	bool over;
};

u64 loop_now_ms;
void (*loop_on_descriptor)(struct event_base *b, int fd);

struct event_base *event_base_new(void)
{
	struct event_base *b = calloc(1, sizeof *b);
	if (!b)
		abort();
	b->last = &b->first;
	return b;
}

static void sweep(struct event_base *b)
{
	struct event **at = &b->first;
	while (*at) {
		struct event *e = *at;
		if (e->dead) {
			*at = e->next;
			free(e);
		} else {
			at = &e->next;
		}
	}
	b->last = at;
}

void event_base_free(struct event_base *b)
{
	for (struct event *e = b->first; e; e = e->next)
		e->dead = true;
	sweep(b);
	free(b);
}

struct event *event_new(struct event_base *b, evutil_socket_t fd, short what, event_callback_fn fn, void *arg)
{
	struct event *e = calloc(1, sizeof *e);
	if (!e)
		abort();
	*e = (struct event){.base = b, .fd = fd, .what = what, .fn = fn, .arg = arg, .due_ms = NEVER};
	*b->last = e;
	b->last = &e->next;
	if (fd >= 0 && loop_on_descriptor)
		loop_on_descriptor(b, fd);
	return e;
}

/* Freed by the next sweep: a round may still look at it. */
void event_free(struct event *e)
{
	e->dead = true;
	e->added = e->active = false;
}

int event_add(struct event *e, const struct timeval *tv)
{
	e->added = true;
	if (tv)
		e->due_ms = loop_now_ms + (u64)tv->tv_sec * 1000 + (u64)tv->tv_usec / 1000;
	return 0;
}

int event_del(struct event *e)
{
	e->added = false;
	e->due_ms = NEVER;
	return 0;
}

void event_active(struct event *e, int what, short calls)
{
	(void)what, (void)calls;
	e->active = true;
}

int event_base_loopbreak(struct event_base *b)
{
	b->over = true;
	return 0;
}

int event_base_got_break(struct event_base *b)
{
	return b->over;
}

int event_base_dispatch(struct event_base *b)
{
	(void)b;
	abort(); /* the world runs it */
}

static bool is_due(const struct event *e)
{
	return e->added && e->due_ms <= loop_now_ms;
}

/* The one that is active or, of those that are due, the one that is so for longest. */
static struct event *first_due(const struct event_base *b)
{
	struct event *best = NULL;
	for (struct event *e = b->first; e; e = e->next) {
		if (e->active)
			return e;
		if (is_due(e) && (!best || e->due_ms < best->due_ms))
			best = e;
	}
	return best;
}

static bool run_due(struct event_base *b)
{
	struct event *e = first_due(b);
	if (!e)
		return false;
	if (!e->active)
		event_del(e);
	e->active = false;
	e->fn(e->fd, EV_TIMEOUT, e->arg);
	return true;
}

static bool run_ready(struct event_base *b)
{
	struct pollfd p[MAX_READY];
	struct event *of[MAX_READY];
	nfds_t n = 0;
	bool any = false;
	for (struct event *e = b->first; e; e = e->next) {
		if (!e->added || e->fd < 0 || n == MAX_READY)
			continue;
		of[n] = e;
		p[n++] = (struct pollfd){.fd = e->fd, .events = e->what & EV_READ ? POLLIN : POLLOUT};
	}
	if (n == 0 || poll(p, n, 0) <= 0)
		return false;
	for (nfds_t i = 0; i < n && !b->over; i++) {
		if (!p[i].revents || !of[i]->added)
			continue;
		any = true;
		of[i]->fn(of[i]->fd, of[i]->what, of[i]->arg);
	}
	return any;
}

bool loop_run(struct event_base *b)
{
	bool any = false;
	for (int round = 0; !b->over && (run_due(b) || run_ready(b)); round++) {
		any = true;
		if (round == MAX_ROUNDS)
			sim_fail("NEVER SLEEPS: a net process is busy without end");
	}
	sweep(b);
	return any;
}

u64 loop_deadline(const struct event_base *b)
{
	u64 at = NEVER;
	for (const struct event *e = b->first; e; e = e->next)
		at = e->added ? MIN(at, e->due_ms) : at;
	return at;
}
