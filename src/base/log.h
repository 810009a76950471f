/* One log line per event, for roles only: libraries below os/ return errors and log nothing.
 * Rules: no keys, no message text, no addresses at INFO or above; foreign strings go through log_escape. */
#ifndef BOC_BASE_LOG_H
#define BOC_BASE_LOG_H

#include "base/def.h"

enum log_level { LOG_DEBUG = 1, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Takes a finished line without its newline. */
typedef void log_sink(enum log_level level, const char *line);

/* Sets where lines go, which level is the lowest that is shown, and the name in front of each line. */
void log_init(log_sink *sink, enum log_level min, const char *role);

void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)

/* Writes at most cap-1 characters of n foreign bytes to out, everything but printable ASCII as \xNN. Returns out. */
const char *log_escape(char *out, size_t cap, const void *bytes, size_t n);

#endif
