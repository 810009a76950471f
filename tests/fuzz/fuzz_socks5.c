/* Tor's side of a SOCKS5 connect: any bytes, and the same result in chunks of any size. */
#include <stdlib.h>

#include "tor/socks5.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static err_t run(struct slice in, size_t chunk, size_t *ret_used, struct socks5 *s)
{
	struct buf out = buf_with_max(1024);
	struct slice word = slice_str("x");
	if (socks5_start(s, &out, "a.onion", 9999, word, word) != OK)
		abort();
	buf_free(&out);
	*ret_used = 0;
	for (size_t at = 0; at < in.n && s->state == SOCKS5_MORE; at += chunk) {
		size_t used;
		enum socks5_state state;
		size_t n = MIN(chunk, in.n - at);
		TRY(socks5_feed(s, slice_of(in.p + at, n), &used, &state));
		if (used > n || (state == SOCKS5_MORE && used != n))
			abort();
		*ret_used += used;
	}
	return OK;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size < 1)
		return 0;
	struct slice in = slice_of(data + 1, size - 1);
	struct socks5 a, b;
	size_t used_a, used_b;
	err_t ea = run(in, in.n + 1, &used_a, &a);
	err_t eb = run(in, data[0] ? data[0] : 1, &used_b, &b);
	if (ea != eb || (ea == OK && a.state != b.state))
		abort();
	if (ea == OK && a.state == SOCKS5_CONNECTED && used_a != used_b)
		abort();
	if (ea == OK && a.state != SOCKS5_MORE) {
		bool doubtful = socks5_reply_is_doubtful(a.reply);
		if ((a.reply == SOCKS5_OK) != (a.state == SOCKS5_CONNECTED) || (doubtful && a.reply == SOCKS5_OK) ||
		    strlen(socks5_reply_text(a.reply)) == 0)
			abort();
	}
	return 0;
}
