/* What a person looks at when something does not work: the machine, tor, our addresses, how many contacts there are links to.
 * The supervisor knows the machine and the log; it is asked, and its answer passed on. */
#ifndef BOC_VAULT_CONNECTION_H
#define BOC_VAULT_CONNECTION_H

#include "vault/state.h"

/* An address of ours was dialled. */
void connection_dialled(struct vault *v, const u8 onion[static 32], enum self_dial how);

/* The vault locks. */
void connection_forget(struct vault *v);

#endif
