/* The knock of M1 (PROTO 8.1.4): says "some contact of yours" to whoever shares its keys, and nothing to others. Pure. */
#ifndef BOC_PEER_KNOCK_H
#define BOC_PEER_KNOCK_H

#include "base/env.h"
#include "base/slice.h"

#define KNOCK_LEN 32
#define KNOCK_COVERS 1256 /* bytes of M1 before it */

/* The knock keys of one contact, from its continuity secrets. has: 0, 1 (the first), 2. Secret: wipe. */
struct knock_keys {
	unsigned has;
	u8 key[2][32];
};

/* What the knock is made over: SHA-512 of the first KNOCK_COVERS bytes of M1. */
void knock_digest(const u8 m1[static KNOCK_COVERS], u8 ret[static 64]);

/* The knock; random bytes in place of what there is no key for. k NULL: none. */
void knock_make(const struct env *env, const struct knock_keys *k, const u8 digest[static 64],
                u8 ret[static KNOCK_LEN]);

/* Whether the knock was made with one of the keys. */
bool knock_fits(const struct knock_keys *k, const u8 digest[static 64], const u8 knock[static KNOCK_LEN]);

#endif
