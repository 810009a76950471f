/* Tor's version numbers (tor-spec version-spec: MAJOR.MINOR.MICRO.PATCHLEVEL[-STATUS]). No I/O. */
#ifndef BOC_TOR_VERSION_H
#define BOC_TOR_VERSION_H

#include "base/err.h"
#include "base/slice.h"

struct tor_version {
	u32 major, minor, micro, patch;
};

/* The oldest tor we run on. */
#define TOR_VERSION_MIN ((struct tor_version){0, 4, 8, 0})

/* Reads `Tor version 0.4.9.11.` (first line of `tor --version`) or `0.4.9.11` (GETINFO version), with or without a
 * status tag, git hash or further lines. ERR_PEER_FORMAT when there is no such number. */
err_t tor_version_parse(struct slice text, struct tor_version *ret) MUST_CHECK;

/* <0, 0, >0 as a is older than, the same as, or newer than b. */
int tor_version_cmp(const struct tor_version *a, const struct tor_version *b);

/* Writes `0.4.9.11` and a NUL. Returns out. */
#define TOR_VERSION_TEXT 48
const char *tor_version_text(const struct tor_version *v, char out[static TOR_VERSION_TEXT]);

#endif
