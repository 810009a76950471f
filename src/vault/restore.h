/* A folder without a vault gets the one of a backup. No program may run on the folder. */
#ifndef BOC_VAULT_RESTORE_H
#define BOC_VAULT_RESTORE_H

#include "base/err.h"

/* Reads the whole backup from fd, from where it stands to its end, and makes a vault of it in dir, durable on return. Cut off
 * anywhere, there is no vault or the whole one (vaultdir.h).
 * ERR_LOCAL_EXISTS: there is a vault, or what is left of one, as a sealed inbox. ERR_PEER_FORMAT: no backup. ERR_LOCAL_CONFIG: of a later
 * version. ERR_LOCAL_DAMAGED: damaged, cut, or more behind it. ERR_LOCAL_FULL, ERR_LOCAL_DISK, ERR_LOCAL_IO: the folder
 * could not be written. In all of these nothing has changed. */
err_t restore_from(const char *dir, int fd) MUST_CHECK;

#endif
