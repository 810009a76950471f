/* wire/ipc: any packet as a message to one role. Every field has room in its structure. Packets of any length: no loop
 * depends on it. Where the fields are read, and that none is longer than it may be, is cursor_read.c's to say.
 *
 * IPC_PART: the messages; all at once are too many for a minute. */
#include "wire/ipc_schema.h"

#undef IPC_ALL
#define IPC_ALL(M) IPC_PART(M)
#include "wire/ipc.c"

#include "proof.h"

static bool decodes(void)
{
	u8 some[1];
	struct slice in = slice_of(some, any_size());
	struct ipc_msg m;
	if (ipc_decode(in, &m) != OK)
		return false;
	prove(m.type > ipc_t_none && m.type < ipc_t_count);
	return m.type == ipc_t_count - 1;
}
