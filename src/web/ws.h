/* One WebSocket, the server's side (RFC 6455): bytes of a client in, messages out, and back. Sans-I/O.
 * wslay reads and writes single frames; which may come when, how long a message is and how it all ends is here. */
#ifndef BOC_WEB_WS_H
#define BOC_WEB_WS_H

#include "base/err.h"
#include "base/slice.h"

struct ws;

struct ws_message {
	struct slice bytes;
	bool is_binary; /* else text, which is UTF-8 */
};

/* Why it ends (RFC 6455 7.4.1). */
enum ws_status {
	WS_NONE = 0,
	WS_NORMAL = 1000,
	WS_PROTOCOL = 1002, /* a frame that may not be, or not there */
	WS_NO_TEXT = 1007,  /* text that is not UTF-8 */
	WS_POLICY = 1008,   /* what a message says */
	WS_TOO_BIG = 1009,
};

/* opening: what goes out before all frames, copied: the answer to the request. Never NULL. */
struct ws *ws_new(struct slice opening);

/* Wipes what was read and what waits. NULL is fine; gives NULL. */
struct ws *ws_free(struct ws *w);

/* Reads on in *in, up to the end of a message of at most max bytes; *in is moved past what was taken. Answers pings.
 * True: a message, borrowed until the next ws_next or ws_free. False: *in is used up. A client that breaks a rule is sent
 * a Close that says which kind; from a Close on, of either side, whatever comes in is dropped. To be called until it gives
 * false: only then the last message is wiped. */
bool ws_next(struct ws *w, struct slice *in, size_t max, struct ws_message *ret) MUST_CHECK;

/* Queues a message, copied. ERR_PEER_LIMIT: more than MAX_WEB_QUEUE bytes would wait; the client does not read. After a
 * Close nothing is queued any more, which is no error. */
err_t ws_send(struct ws *w, struct slice message, bool is_binary) MUST_CHECK;

/* Queues a Close behind all else. Only the first one counts. */
void ws_close(struct ws *w, enum ws_status why);

/* Whether a Close is queued or sent: when nothing waits any more, the connection is to be ended. */
bool ws_is_closing(const struct ws *w);

/* What is to be written, borrowed until the next call on w; then how much of it was. */
struct slice ws_pending(const struct ws *w);
void ws_sent(struct ws *w, size_t n);

#endif
