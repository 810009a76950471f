/* Text documents in tor's formats, appended piece by piece. Sticky error: write everything, look once. No I/O. */
#ifndef BOC_DEMO_TEXT_H
#define BOC_DEMO_TEXT_H

#include "base/buf.h"

struct text {
	struct buf b; /* owned */
	err_t err;    /* ERR_PEER_LIMIT once something did not fit */
};

/* An empty document of at most max bytes. */
static inline struct text text_with_max(size_t max)
{
	return (struct text){.b = buf_with_max(max)};
}

/* Frees what the document holds; for CLEANUP. */
void text_free(struct text *t);

/* Appends at most 2047 bytes in printf's way; more sets the error. */
void text_add(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Appends base64 without padding, as tor writes keys and digests in lines. in.n <= 64. */
void text_base64(struct text *t, struct slice in);

/* Appends a PEM object: BEGIN line, base64 in lines of 64, END line (dir-spec 1.2). in.n <= 1024. */
void text_pem(struct text *t, const char *label, struct slice in);

/* Appends `key YYYY-MM-DD HH:MM:SS` and a newline, in UTC. seconds: since the epoch. */
void text_time(struct text *t, const char *key, i64 seconds);

/* Writes upper-case hexadecimal and a NUL: 2 * in.n + 1 characters. */
void text_hex(struct slice in, char *ret);

#endif
