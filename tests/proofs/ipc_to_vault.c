/* wire/ipc, messages to vault: see ipc_part.h.
 *
 * SOURCES tests/proofs/stub_cursor.c
 * UNWIND 2
 */
#define IPC_PART IPC_TO_VAULT
#include "ipc_part.h"

void prove_vault(void)
{
	bool last = decodes();
	reached(last);
}
