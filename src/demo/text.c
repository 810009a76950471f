#include "demo/text.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void text_free(struct text *t)
{
	buf_free(&t->b);
}

void text_add(struct text *t, const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof line)
		t->err = ERR_PEER_LIMIT;
	else if (t->err == OK)
		t->err = buf_append(&t->b, slice_of(line, (size_t)n));
}

void text_base64(struct text *t, struct slice in)
{
	char b64[sodium_base64_ENCODED_LEN(64, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];
	if (in.n > 64) {
		t->err = ERR_PEER_LIMIT;
		return;
	}
	sodium_bin2base64(b64, sizeof b64, in.p, in.n, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	text_add(t, "%s", b64);
}

void text_pem(struct text *t, const char *label, struct slice in)
{
	char b64[sodium_base64_ENCODED_LEN(1024, sodium_base64_VARIANT_ORIGINAL)];
	if (in.n > 1024) {
		t->err = ERR_PEER_LIMIT;
		return;
	}
	sodium_bin2base64(b64, sizeof b64, in.p, in.n, sodium_base64_VARIANT_ORIGINAL);
	text_add(t, "-----BEGIN %s-----\n", label);
	for (size_t at = 0, n = strlen(b64); at < n; at += 64)
		text_add(t, "%.64s\n", b64 + at);
	text_add(t, "-----END %s-----\n", label);
}

void text_time(struct text *t, const char *key, i64 seconds)
{
	time_t at = (time_t)seconds;
	struct tm tm;
	char utc[32];
	if (!gmtime_r(&at, &tm) || strftime(utc, sizeof utc, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		t->err = ERR_PEER_LIMIT;
	else
		text_add(t, "%s %s\n", key, utc);
}

void text_hex(struct slice in, char *ret)
{
	static const char digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < in.n; i++) {
		ret[2 * i] = digits[in.p[i] >> 4];
		ret[2 * i + 1] = digits[in.p[i] & 15];
	}
	ret[2 * in.n] = 0;
}
