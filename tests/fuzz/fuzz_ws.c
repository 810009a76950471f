/* A WebSocket's client: any bytes, after one that says how they are cut into pieces. Whatever they are, the same comes of them
 * in one piece; no message is longer than it may be; what we answer are whole frames, not masked, and a Close is the last. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "web/ws.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

/* What came of it: messages with a mark each, then what would be sent. */
struct outcome {
	struct buf messages, sent;
	bool is_closing;
};

static void append(struct buf *b, struct slice s)
{
	if (buf_append(b, s) != OK)
		abort();
}

/* The hub, as far as it goes: the first message is a login, "bye" is a mistake, all else is repeated. */
static void handle(struct ws *w, struct outcome *o, const struct ws_message *m, size_t *max)
{
	MUST(m->bytes.n <= *max && (m->is_binary || utf8_is_text(m->bytes)));
	append(&o->messages, slice_of(m->is_binary ? "b" : "t", 1));
	append(&o->messages, m->bytes);
	*max = MAX_WS_FRAME;
	if (slice_eq(m->bytes, slice_str("bye")))
		ws_close(w, WS_POLICY);
	else if (ws_send(w, m->bytes, m->is_binary) != OK)
		abort(); /* the queue is longer than any input */
}

static struct outcome run(struct slice in, size_t piece)
{
	struct outcome o = {buf_with_max(1 << 24), buf_with_max(1 << 24), false};
	struct ws *w = ws_new(slice_str(""));
	size_t max = MAX_WS_PREAUTH;
	while (in.n) {
		struct slice part = slice_of(in.p, MIN(in.n, piece));
		struct ws_message m;
		in = slice_of(in.p + part.n, in.n - part.n);
		while (ws_next(w, &part, max, &m))
			handle(w, &o, &m, &max);
		MUST(part.n == 0);
	}
	append(&o.sent, ws_pending(w));
	o.is_closing = ws_is_closing(w);
	ws_free(w);
	return o;
}

static void check_frames(const struct outcome *o)
{
	struct slice s = buf_bytes(&o->sent);
	bool was_close = false;
	while (s.n) {
		MUST(!was_close && s.n >= 2 && (s.p[0] & 0xf0) == 0x80 && !(s.p[1] & 0x80));
		size_t n = s.p[1], head = n == 127 ? 10 : n == 126 ? 4 : 2;
		MUST(s.n >= head);
		if (head > 2)
			n = 0;
		for (size_t i = 2; i < head; i++)
			n = n << 8 | s.p[i];
		MUST(s.n - head >= n);
		was_close = (s.p[0] & 15) == 8;
		s = slice_of(s.p + head + n, s.n - head - n);
	}
	MUST(was_close == o->is_closing);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size < 1)
		return 0;
	struct slice in = slice_of(data + 1, size - 1);
	struct outcome a = run(in, (size_t)data[0] + 1), b = run(in, in.n);
	MUST(slice_eq(buf_bytes(&a.messages), buf_bytes(&b.messages)));
	MUST(slice_eq(buf_bytes(&a.sent), buf_bytes(&b.sent)) && a.is_closing == b.is_closing);
	check_frames(&a);
	buf_free(&a.messages);
	buf_free(&a.sent);
	buf_free(&b.messages);
	buf_free(&b.sent);
	return 0;
}
