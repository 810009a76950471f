/* wire/ipc: any packet as a message between two roles. Every field has room in its structure, and no message is longer than
 * the schema allows. Packets of any length: no loop depends on it. Where the fields are read is cursor_read.c's to say.
 *
 * SOURCES src/wire/ipc.c tests/proofs/stub_cursor.c
 * UNWIND 2
 */
#include "wire/ipc.h"

#include "proof.h"

void prove_decode(void)
{
	u8 some[1];
	struct slice in = slice_of(some, any_size());
	struct ipc_msg m;
	if (ipc_decode(in, &m) != OK)
		return;
	prove(m.type > ipc_t_none && m.type < ipc_t_count);
	prove(ipc_name(m.type) != NULL);
	prove(m.type != ipc_t_record_in || m.record_in.payload.n <= 31212);
	reached(m.type == ipc_t_count - 1);
	reached(m.type == ipc_t_record_in && m.record_in.payload.n == 31212);
}
