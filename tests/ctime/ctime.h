/* Secrets as values that valgrind takes for undefined: it then reports every branch and every address that depends on
 * one. What becomes public by design is made defined again, at one place each, with the reason. */
#ifndef BOC_TEST_CTIME_H
#define BOC_TEST_CTIME_H

#include <valgrind/memcheck.h>

#include "base/env.h"
#include "base/slice.h"

static inline void secret(void *p, size_t n)
{
	VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

static inline void publish(const void *p, size_t n)
{
	VALGRIND_MAKE_MEM_DEFINED(p, n);
}

/* The answer of a check that decides whether we go on: one bit, which everybody sees. */
static inline int publish_int(int v)
{
	publish(&v, sizeof v);
	return v;
}

/* All that is drawn from it is secret; what goes out is published when it does. */
struct env ctime_env(void);

/* What aead_open() gives to the code that called it, until it is set anew: publishes what is no secret there. NULL: all
 * stays secret. */
extern void (*ctime_opened)(u8 *plain, size_t n);

/* Messages of the handshake and records of a link, by their size. */
void ctime_opened_by_link(u8 *plain, size_t n);

#endif
