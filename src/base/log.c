#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static log_sink *sink_;
static enum log_level min_ = LOG_INFO;
static const char *role_ = "";

void log_init(log_sink *sink, enum log_level min, const char *role)
{
	sink_ = sink;
	min_ = min;
	role_ = role;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	if (!sink_ || level < min_)
		return;
	char line[1024];
	int n = snprintf(line, sizeof line, "%s: ", role_);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
	va_end(ap);
	sink_(level, line);
}

const char *log_escape(char *out, size_t cap, const void *bytes, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const u8 *p = bytes;
	size_t o = 0;
	for (size_t i = 0; i < n && o + 5 < cap; i++) {
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\') {
			out[o++] = (char)p[i];
		} else {
			out[o++] = '\\';
			out[o++] = 'x';
			out[o++] = hex[p[i] >> 4];
			out[o++] = hex[p[i] & 15];
		}
	}
	out[o] = 0;
	return out;
}
