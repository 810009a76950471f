/* The head of one HTTP request, read strictly: what is not needed is refused. No I/O.
 * A connection carries one request: GET of an embedded file, or the opening of the WebSocket. */
#ifndef BOC_WEB_HTTP_HEAD_H
#define BOC_WEB_HTTP_HEAD_H

#include "base/err.h"
#include "base/slice.h"

/* Status codes (RFC 9110 15) that are used. */
enum http_code {
	HTTP_SWITCHING = 101,
	HTTP_OK = 200,
	HTTP_NO_CONTENT = 204,
	HTTP_BAD_REQUEST = 400,
	HTTP_FORBIDDEN = 403,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD_NOT_ALLOWED = 405,
	HTTP_NOT_ACCEPTABLE = 406,
	HTTP_MISDIRECTED = 421,
	HTTP_UPGRADE_REQUIRED = 426,
	HTTP_HEADERS_TOO_LARGE = 431,
	HTTP_VERSION = 505,
};

/* What a request must name, exactly: "127.0.0.1:PORT" and "http://127.0.0.1:PORT". */
struct http_site {
	char host[24];
	char origin[32];
};

struct http_site http_site_of(u16 port);

/* A request that passed. Slices borrow from the head's bytes. */
struct http_request {
	struct slice path; /* begins with '/' */
	bool is_ws;        /* the opening of /ws, complete and allowed */
	struct slice key;  /* Sec-WebSocket-Key, 24 characters; only with is_ws */
};

/* How many bytes of in are the head, with its empty line; 0: not all there yet. */
size_t http_head_len(struct slice in);

/* Judges a whole head (http_head_len(head) == head.n). HTTP_OK: *ret is filled; the path may still be unknown.
 * HTTP_SWITCHING: *ret is filled and is_ws. Anything else is the refusal; Host is looked at before all else. */
enum http_code http_head_read(struct slice head, const struct http_site *site, struct http_request *ret) MUST_CHECK;

#endif
