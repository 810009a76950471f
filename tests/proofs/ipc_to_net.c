/* wire/ipc, messages to net: see ipc_part.h.
 *
 * SOURCES tests/proofs/stub_cursor.c
 * UNWIND 2
 */
#define IPC_PART IPC_TO_NET
#include "ipc_part.h"

void prove_net(void)
{
	bool last = decodes();
	reached(last);
}
