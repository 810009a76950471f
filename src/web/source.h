/* The descriptor of one connection on the loop: what every kind of connection begins with. */
#ifndef BOC_WEB_SOURCE_H
#define BOC_WEB_SOURCE_H

#include <event2/event.h>

#include "base/slice.h"

struct web;

/* The first member of what owns it, which sets fd and the functions. */
struct source {
	int fd;                            /* owned; -1: handed on */
	int (*readable)(struct source *s); /* not 0: close */
	int (*writable)(struct source *s); /* likewise; after source_want_write */
	void (*gone)(struct source *s);    /* closed: free what owns it */
	/* Of a client's connection only, for the hub: */
	void (*send)(struct source *s, struct slice message, bool is_binary);
	void (*end)(struct source *s); /* once everything is sent */
	/* source.c */
	struct web *web;
	struct event *in, *out, *deadline;
	struct source *next, **at; /* in web->sources */
};

/* Puts it on the loop of w, waiting for something to read. */
void source_add(struct source *s, struct web *w);

/* Calls writable once, when it is. */
void source_want_write(struct source *s);

void source_stop_reading(struct source *s);

/* Closes it in so many ms, with 0 in the next turn of the loop; instead of what was set before. */
void source_end_in(struct source *s, u32 ms);

/* Takes the descriptor from it, which is still to be closed. The caller owns it. */
int source_take_fd(struct source *s);

/* Closes it now; s is freed. Not from inside one of its functions: those give -1. */
void source_close(struct source *s);

#endif
