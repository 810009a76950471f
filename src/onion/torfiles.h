/* The files tor starts with, all in its own folder: torrc, and what joins it to a private network (layout of that
 * network's folder: demo/tornet.h). */
#ifndef BOC_ONION_TORFILES_H
#define BOC_ONION_TORFILES_H

#include "os/role.h"

/* Writes cfg->paths.tor/torrc (0600), with owner_pid as the process without which tor ends, and copies the seed of
 * cfg->network if there is one. On failure a sentence in why: ERR_LOCAL_CONFIG, ERR_LOCAL_MISSING, ERR_LOCAL_IO. */
err_t torfiles_write(const struct role_config *cfg, i64 owner_pid, char *why, size_t why_cap) MUST_CHECK;

/* Reads the cookie of the control port. ERR_AGAIN: it is not there yet, or not whole. */
err_t torfiles_cookie(const struct paths *p, u8 *ret, size_t n) MUST_CHECK;

#endif
