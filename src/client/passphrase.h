/* A passphrase from a person or a pipe. */
#ifndef BOC_CLIENT_PASSPHRASE_H
#define BOC_CLIENT_PASSPHRASE_H

#include "base/err.h"

#define MAX_PASSPHRASE 1024

/* Reads one line from standard input; where that is a terminal, asks for it and shows nothing of what is typed.
 * ERR_LOCAL_IO: there was no line. ERR_PEER_LIMIT: it was longer than MAX_PASSPHRASE bytes. Wipe ret after use. */
err_t passphrase_read(const char *prompt, char ret[static MAX_PASSPHRASE + 1]) MUST_CHECK;

#endif
