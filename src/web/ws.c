#include "web/ws.h"

#include <stdlib.h>
#include <wslay/wslay.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"

#define MAX_CONTROL 125 /* RFC 6455 5.5 */
#define SPARE 256       /* bytes of the queue that messages leave to the Close */

enum ws_state { WS_UNUSABLE, WS_OPEN, WS_CLOSING };

/* wslay has up to 4 kB of what came in and does not wipe them: before a login nothing in there is secret, afterwards all
 * is sealed. */
struct ws {
	enum ws_state state;
	wslay_frame_context_ptr codec; /* owned */
	struct slice *in;              /* borrowed during ws_next: what the codec reads */
	struct buf out;                /* what waits to be sent */
	u64 got;                       /* payload bytes of the current frame; 0: at its beginning */
	u8 opcode;                     /* of the message that has begun; 0: none has */
	bool is_whole;                 /* that message was given out */
	struct buf message;            /* its bytes so far */
	u8 control[MAX_CONTROL];       /* those of a ping or a Close */
};

static ssize_t give_to_codec(u8 *buf, size_t cap, int flags, void *arg)
{
	const struct ws *w = arg;
	size_t n = MIN(cap, w->in->n);
	(void)flags;
	if (n == 0)
		return -1; /* not now */
	memcpy(buf, w->in->p, n);
	*w->in = slice_of(w->in->p + n, w->in->n - n);
	return (ssize_t)n;
}

static ssize_t take_from_codec(const u8 *bytes, size_t n, int flags, void *arg)
{
	struct ws *w = arg;
	(void)flags;
	return buf_append(&w->out, slice_of(bytes, n)) == OK ? (ssize_t)n : -1;
}

static bool has_room(const struct ws *w, size_t n)
{
	return n <= MAX_WEB_QUEUE && buf_bytes(&w->out).n <= MAX_WEB_QUEUE - n;
}

/* Room was seen to. */
static void queue(struct ws *w, u8 opcode, struct slice payload)
{
	struct wslay_frame_iocb f = {
		.fin = 1, .opcode = opcode, .payload_length = payload.n, .data = payload.p, .data_length = payload.n};
	if (wslay_frame_send(w->codec, &f) != (ssize_t)payload.n)
		abort();
}

struct ws *ws_new(struct slice opening)
{
	static const struct wslay_frame_callbacks io = {take_from_codec, give_to_codec, NULL};
	struct ws *w = calloc(1, sizeof *w);
	if (!w || wslay_frame_context_init(&w->codec, &io, w) != 0)
		abort();
	w->state = WS_OPEN;
	w->message = buf_with_max(MAX_WS_FRAME);
	w->out = buf_with_max(MAX_WEB_QUEUE + SPARE);
	if (buf_append(&w->out, opening) != OK)
		abort();
	return w;
}

struct ws *ws_free(struct ws *w)
{
	if (!w)
		return NULL;
	wslay_frame_context_free(w->codec);
	buf_free(&w->message);
	buf_free(&w->out);
	wipe(w, sizeof *w);
	free(w);
	return NULL;
}

/* ---- out ---- */

static void close_with(struct ws *w, struct slice payload)
{
	if (w->state != WS_OPEN)
		return;
	w->state = WS_CLOSING;
	queue(w, WSLAY_CONNECTION_CLOSE, payload);
}

void ws_close(struct ws *w, enum ws_status why)
{
	const u8 code[] = {(u8)(why >> 8), (u8)why};
	close_with(w, slice_of(code, sizeof code));
}

bool ws_is_closing(const struct ws *w)
{
	return w->state == WS_CLOSING;
}

err_t ws_send(struct ws *w, struct slice message, bool is_binary)
{
	if (w->state != WS_OPEN)
		return OK;
	if (!has_room(w, message.n))
		return ERR_PEER_LIMIT;
	queue(w, is_binary ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME, message);
	return OK;
}

struct slice ws_pending(const struct ws *w)
{
	return buf_bytes(&w->out);
}

void ws_sent(struct ws *w, size_t n)
{
	buf_consume(&w->out, n);
	if (buf_bytes(&w->out).n == 0)
		buf_free(&w->out); /* it may have been long */
}

/* ---- in ---- */

/* What is wrong with a frame that begins. */
static enum ws_status check_begin(const struct ws *w, const struct wslay_frame_iocb *f, size_t max)
{
	size_t have = buf_bytes(&w->message).n;
	if (!f->mask || f->rsv)
		return WS_PROTOCOL;
	if (f->opcode == WSLAY_CONNECTION_CLOSE || f->opcode == WSLAY_PING || f->opcode == WSLAY_PONG)
		return WS_NONE; /* wslay saw to it that it is whole and short */
	if (w->opcode ? f->opcode != WSLAY_CONTINUATION_FRAME
	              : f->opcode != WSLAY_TEXT_FRAME && f->opcode != WSLAY_BINARY_FRAME)
		return WS_PROTOCOL;
	return have > max || f->payload_length > max - have ? WS_TOO_BIG : WS_NONE;
}

/* The codes that may be in a Close (RFC 6455 7.4). */
static bool is_close_code(unsigned code)
{
	return (code >= 3000 && code <= 4999) ||
	       (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006);
}

/* The client closes: it gets its own code back. */
static enum ws_status answer_close(struct ws *w, struct slice payload)
{
	if (payload.n == 1 || (payload.n >= 2 && !is_close_code((unsigned)payload.p[0] << 8 | payload.p[1])))
		return WS_PROTOCOL;
	if (payload.n > 2 && !utf8_is_text(slice_of(payload.p + 2, payload.n - 2)))
		return WS_NO_TEXT;
	close_with(w, slice_of(payload.p, MIN(payload.n, 2)));
	return WS_NONE;
}

static enum ws_status end_frame(struct ws *w, const struct wslay_frame_iocb *f)
{
	struct slice control = slice_of(w->control, (size_t)w->got);
	w->got = 0;
	if (f->opcode == WSLAY_CONNECTION_CLOSE)
		return answer_close(w, control);
	if (f->opcode == WSLAY_PING) {
		if (!has_room(w, control.n))
			return WS_POLICY;
		queue(w, WSLAY_PONG, control);
	} else if (f->opcode != WSLAY_PONG && f->fin) {
		w->is_whole = true;
		if (w->opcode == WSLAY_TEXT_FRAME && !utf8_is_text(buf_bytes(&w->message)))
			return WS_NO_TEXT;
	}
	return WS_NONE;
}

/* A frame, or a part of one: wslay gives what it has of the payload, at least a byte when there are any. */
static enum ws_status take(struct ws *w, const struct wslay_frame_iocb *f, size_t max)
{
	if (w->got == 0) {
		enum ws_status wrong = check_begin(w, f, max);
		if (wrong)
			return wrong;
		if (f->opcode == WSLAY_TEXT_FRAME || f->opcode == WSLAY_BINARY_FRAME)
			w->opcode = f->opcode;
	}
	struct slice part = slice_of(f->data, f->data_length);
	if (wslay_is_ctrl_frame(f->opcode))
		memcpy(w->control + w->got, part.p, part.n);
	else if (buf_append(&w->message, part) != OK)
		return WS_TOO_BIG;
	w->got += part.n;
	return w->got == f->payload_length ? end_frame(w, f) : WS_NONE;
}

static void forget_message(struct ws *w)
{
	buf_free(&w->message);
	w->opcode = 0;
	w->is_whole = false;
}

bool ws_next(struct ws *w, struct slice *in, size_t max, struct ws_message *ret)
{
	if (w->is_whole)
		forget_message(w);
	w->in = in;
	while (w->state == WS_OPEN) {
		struct wslay_frame_iocb f = {0};
		ssize_t n = wslay_frame_recv(w->codec, &f);
		if (n == WSLAY_ERR_WANT_READ)
			return false;
		enum ws_status wrong = n < 0 ? WS_PROTOCOL : take(w, &f, max);
		if (wrong)
			ws_close(w, wrong);
		else if (w->is_whole) {
			*ret = (struct ws_message){buf_bytes(&w->message), w->opcode == WSLAY_BINARY_FRAME};
			return true;
		}
	}
	forget_message(w);
	*in = slice_of(in->p + in->n, 0);
	return false;
}
