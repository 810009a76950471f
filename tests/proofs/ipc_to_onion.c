/* wire/ipc, messages to onion: see ipc_part.h.
 *
 * SOURCES tests/proofs/stub_cursor.c
 * UNWIND 2
 */
#define IPC_PART IPC_TO_ONION
#include "ipc_part.h"

void prove_onion(void)
{
	bool last = decodes();
	reached(last);
}
