/* The simulator's clock, and libevent's interface on it: loop.c defines those functions of libevent that src/net calls,
 * so the linker takes them instead of the library's. src/net does not know the difference: descriptors are real, time is
 * not, and nothing happens but in loop_run(). */
#ifndef BOC_TEST_SIM_LOOP_H
#define BOC_TEST_SIM_LOOP_H

#include <event2/event.h>

#include "base/def.h"

#define NEVER UINT64_MAX

/* Milliseconds; only the world moves it. */
extern u64 loop_now_ms;

/* Called for every event on a descriptor, when it is made. */
extern void (*loop_on_descriptor)(struct event_base *b, int fd);

/* Everything that can happen at this instant. True when something did. */
bool loop_run(struct event_base *b);

/* When the next timer is due; NEVER. */
u64 loop_deadline(const struct event_base *b);

#endif
