/* The machine's own clock and randomness, and its standard error as a log. */
#ifndef BOC_OS_OS_ENV_H
#define BOC_OS_OS_ENV_H

#include "base/env.h"
#include "base/log.h"

/* Never NULL; lives as long as the program. */
const struct env *os_env(void);

/* A log_sink: one line on standard error, as os_say() does. */
void os_log(enum log_level level, const char *line);

/* "warning: " and the like: what os_log() writes in front of a line. */
const char *os_log_mark(enum log_level level);

/* Bytes to standard error, unchanged. Where nobody reads what was written before it waits for LOG_WAIT_MS, and then not at
 * all: bytes are lost, and how many is said to whoever reads again. No process stands still because a terminal does. */
void os_say(const char *bytes, size_t n);

#endif
