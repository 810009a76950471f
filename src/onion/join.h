/* How a tor of ours joins a private network by its folder (layout: demo/tornet.h). */
#ifndef BOC_ONION_JOIN_H
#define BOC_ONION_JOIN_H

#include "base/buf.h"

/* Appends the lines a client's torrc needs (struct torrc.extra) to out. ERR_LOCAL_MISSING when dir is no network's
 * folder, ERR_LOCAL_IO, ERR_PEER_LIMIT. */
err_t join_torrc(const char *dir, struct buf *out) MUST_CHECK;

/* Copies the seed files into data_dir, the client's tor data folder, which exists; call before its tor starts.
 * Replaces what is there, so that a folder can move to another network. ERR_LOCAL_MISSING, ERR_LOCAL_IO. */
err_t join_seed(const char *dir, const char *data_dir) MUST_CHECK;

#endif
