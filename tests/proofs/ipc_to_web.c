/* wire/ipc, messages to web: see ipc_part.h.
 *
 * SOURCES tests/proofs/stub_cursor.c
 * UNWIND 2
 */
#define IPC_PART IPC_TO_WEB
#include "ipc_part.h"

void prove_web(void)
{
	bool last = decodes();
	reached(last);
}
