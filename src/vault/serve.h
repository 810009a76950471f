/* The loop of the vault's process. */
#ifndef BOC_VAULT_SERVE_H
#define BOC_VAULT_SERVE_H

#include "vault/vault.h"

/* Serves the supervisor on a SEQPACKET socket and every role it brings one for, until stop_fd is readable or the
 * supervisor is gone. Leaves v locked. Takes supervisor_fd, borrows v. Gives the exit status: 1 when the process has to
 * start again from what is committed. */
int vault_serve(struct vault *v, int supervisor_fd, int stop_fd);

#endif
