/* The head of every HTTP answer: the same headers each time (no Server, no CORS, no cookie, ever). No I/O. */
#ifndef BOC_WEB_HTTP_ANSWER_H
#define BOC_WEB_HTTP_ANSWER_H

#include "web/http_head.h"
#include "web/page.h"

#define HTTP_ANSWER_HEAD 2048 /* room that every head fits */

/* Writes the head of an answer with status and, for HTTP_OK, this file (else NULL); the body is file->gzip.
 * Gives its length. The connection closes after it. */
size_t http_answer_head(enum http_code status, const struct page_file *file, char ret[static HTTP_ANSWER_HEAD]);

/* Writes the answer to the opening of a WebSocket (HTTP_SWITCHING) with this Sec-WebSocket-Key: no extensions. Gives its
 * length. */
size_t http_answer_upgrade(struct slice key, char ret[static HTTP_ANSWER_HEAD]);

#endif
