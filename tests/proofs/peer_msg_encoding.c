/* wire/peer_msg: there is one encoding. What is taken is written back as the same bytes.
 *
 * For HELLO of up to 14 bytes, DATA of up to 93, ACK and READ of up to two ids: longer ones differ in the number of bytes
 * that are copied, not in what decides. What a body is, is item_body.c's to say; here it is good or not, the same for the same body.
 *
 * SOURCES src/wire/peer_msg.c src/wire/cursor.c tests/proofs/stub_utf8.c
 * UNWIND 94
 * UNWIND memcpy.0:33 ids_decode.0:3 ids_encode.0:3
 * CUTS put_int
 */
#include "wire/peer_msg.h"

#include "proof.h"

void *memcpy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

err_t item_body_decode(u8 kind, struct slice in, struct item_body *ret)
{
	static bool yes, asked;
	(void)kind;
	(void)ret;
	reads_slice(in);
	if (!asked)
		yes = any_bool();
	asked = true;
	return yes ? OK : ERR_PEER_FORMAT;
}

/* out[0:n] is in, byte by byte. */
static void same(struct slice in, const u8 *out, size_t n)
{
	prove(n == in.n);
	for (size_t i = 0; i < in.n; i++)
		prove(out[i] == in.p[i]);
}

void prove_hello(void)
{
	u8 in[14], out[64];
	size_t n = any_size();
	struct peer_hello m;
	assume(n <= sizeof in);
	if (peer_hello_decode(slice_of(in, n), &m) != OK)
		return;
	same(slice_of(in, n), out, peer_hello_encode(&m, out, sizeof out));
	reached(m.name.n == 3 && m.greeting.n == 3);
}

void prove_item(void)
{
	u8 in[93], out[116];
	size_t n = any_size();
	struct peer_item m;
	assume(n <= sizeof in);
	if (peer_item_decode(slice_of(in, n), &m) != OK)
		return;
	same(slice_of(in, n), out, peer_item_encode(&m, out, sizeof out));
	reached(m.body.n == 4);
}

void prove_sync(void)
{
	u8 in[41], out[48];
	size_t n = any_size();
	struct peer_sync m;
	assume(n <= sizeof in);
	if (peer_sync_decode(slice_of(in, n), &m) != OK)
		return;
	same(slice_of(in, n), out, peer_sync_encode(&m, out, sizeof out));
	reached(m.top == 1);
}

void prove_ack(void)
{
	u8 in[34], out[48];
	size_t n = any_size();
	struct peer_ack m;
	assume(n <= sizeof in && in[0] <= 2);
	if (peer_ack_decode(slice_of(in, n), &m) != OK)
		return;
	same(slice_of(in, n), out, peer_ack_encode(&m, out, sizeof out));
	reached(m.count == 2);
}

void prove_read(void)
{
	u8 in[34], out[48];
	size_t n = any_size();
	struct peer_read m;
	assume(n <= sizeof in && in[0] <= 2);
	if (peer_read_decode(slice_of(in, n), &m) != OK)
		return;
	same(slice_of(in, n), out, peer_read_encode(&m, out, sizeof out));
	reached(m.count == 2);
}

void prove_typing(void)
{
	u8 in[2], out[2];
	size_t n = any_size();
	bool on;
	assume(n <= sizeof in);
	if (peer_typing_decode(slice_of(in, n), &on) != OK)
		return;
	same(slice_of(in, n), out, peer_typing_encode(on, out, sizeof out));
	reached(on);
	reached(!on);
}
