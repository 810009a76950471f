/* What roles and peers say: an IPC packet, and the messages of vaults. What decodes encodes to the same bytes:
 * there is one encoding. The first byte chooses the decoder. */
#include <stdlib.h>

#include "wire/ipc.h"
#include "wire/peer_msg.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void same(struct slice in, const u8 *out, size_t n)
{
	if (!slice_eq(in, slice_of(out, n)))
		abort();
}

static void try_ipc(struct slice in)
{
	static u8 out[MAX_IPC];
	struct ipc_msg m;
	if (ipc_decode(in, &m) != OK)
		return;
	same(in, out, ipc_encode(&m, out, sizeof out));
	if (ipc_encode(&m, out, in.n - 1) != 0 || strlen(ipc_name(m.type)) == 0)
		abort();
}

static void try_hello(struct slice in)
{
	u8 out[PEER_MSG_MAX];
	struct peer_hello m;
	if (peer_hello_decode(in, &m) == OK)
		same(in, out, peer_hello_encode(&m, out, sizeof out));
}

static void try_item(struct slice in)
{
	u8 out[PEER_MSG_MAX];
	struct peer_item m, around;
	bool has_envelope = peer_item_envelope(in, &around) == OK;
	if (has_envelope &&
	    (around.body.n > MAX_BODY || (around.body.n && around.body.p + around.body.n != in.p + in.n)))
		abort();
	if (peer_item_decode(in, &m) != OK)
		return;
	if (!has_envelope || around.kind != m.kind || around.seq != m.seq)
		abort();
	same(in, out, peer_item_encode(&m, out, sizeof out));
}

static void try_sync(struct slice in)
{
	u8 out[PEER_MSG_MAX];
	struct peer_sync m;
	if (peer_sync_decode(in, &m) == OK)
		same(in, out, peer_sync_encode(&m, out, sizeof out));
}

/* (kind u8), then the body. */
static void try_body(struct slice in)
{
	u8 out[MAX_BODY];
	struct item_body m;
	if (in.n && item_body_decode(in.p[0], slice_of(in.p + 1, in.n - 1), &m) == OK && in.n <= sizeof out)
		same(slice_of(in.p + 1, in.n - 1), out, item_body_encode(in.p[0], &m, out, sizeof out));
}

static void try_ack(struct slice in)
{
	u8 out[PEER_MSG_MAX];
	struct peer_ack m;
	if (peer_ack_decode(in, &m) == OK)
		same(in, out, peer_ack_encode(&m, out, sizeof out));
}

static void try_read(struct slice in)
{
	u8 out[PEER_MSG_MAX];
	struct peer_read m;
	if (peer_read_decode(in, &m) == OK)
		same(in, out, peer_read_encode(&m, out, sizeof out));
}

static void try_typing(struct slice in)
{
	u8 out[PEER_MSG_MAX];
	bool on;
	if (peer_typing_decode(in, &on) == OK)
		same(in, out, peer_typing_encode(on, out, sizeof out));
}

static void try_address(struct slice in)
{
	u8 out[PEER_MSG_MAX];
	struct peer_address m;
	if (peer_address_decode(in, &m) == OK)
		same(in, out, peer_address_encode(&m, out, sizeof out));
}

/* (type u8), then (place u16be, xor u8)...: a packet of some type, with changes. */
static void try_changed(struct slice in)
{
	static u8 packet[MAX_IPC];
	if (in.n < 1)
		return;
	struct ipc_msg m = {.type = (enum ipc_type)(1 + in.p[0] % (ipc_t_count - 1))};
	size_t n = ipc_encode(&m, packet, sizeof packet);
	if (n == 0)
		abort();
	try_ipc(slice_of(packet, n));
	for (size_t i = 1; i + 3 <= in.n; i += 3)
		packet[((size_t)in.p[i] << 8 | in.p[i + 1]) % n] ^= in.p[i + 2];
	try_ipc(slice_of(packet, n));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static void (*const tries[])(struct slice) = {try_ipc,  try_hello, try_item, try_ack,    try_changed,
	                                              try_sync, try_body,  try_read, try_typing, try_address};
	if (size < 1)
		return 0;
	tries[data[0] % ARRAY_LEN(tries)](slice_of(data + 1, size - 1));
	return 0;
}
