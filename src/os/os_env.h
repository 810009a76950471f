/* The machine's own clock and randomness, and its standard error as a log. */
#ifndef BOC_OS_OS_ENV_H
#define BOC_OS_OS_ENV_H

#include "base/env.h"
#include "base/log.h"

/* Never NULL; lives as long as the program. */
const struct env *os_env(void);

/* A log_sink: one line on standard error. */
void os_log(enum log_level level, const char *line);

#endif
