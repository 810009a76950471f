/* wire/peer_msg: there is one encoding. What is taken is written back as the same bytes.
 *
 * For HELLO of up to 14 bytes and DATA of up to 93: longer ones differ in the number of bytes that are copied, not in what
 * decides. ACK is fixed fields only.
 *
 * SOURCES src/wire/peer_msg.c src/wire/item_body.c src/wire/cursor.c tests/proofs/stub_utf8.c
 * UNWIND 94
 * UNWIND memcpy.0:33
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
