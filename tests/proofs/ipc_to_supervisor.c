/* wire/ipc, messages to supervisor: see ipc_part.h.
 *
 * SOURCES tests/proofs/stub_cursor.c
 * UNWIND 2
 */
#define IPC_PART IPC_TO_SUPERVISOR
#include "ipc_part.h"

void prove_supervisor(void)
{
	bool last = decodes();
	reached(last);
}
