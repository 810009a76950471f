/* An invitation as text (PROTO 7): what one person gives another to scan, click or paste. Strict both ways: one text for
 * one invitation. No I/O. */
#ifndef BOC_WIRE_INVITE_TEXT_H
#define BOC_WIRE_INVITE_TEXT_H

#include "base/err.h"
#include "base/ids.h"
#include "base/slice.h"

#define INVITE_BYTES (102 + 4)
#define INVITE_CHARS 170 /* base32, without padding */
#define INVITE_PREFIX "BOC:"
#define INVITE_LINK "blackedoutchat:" /* the same characters behind it */
#define INVITE_TEXT_CAP (sizeof INVITE_PREFIX + INVITE_CHARS)

struct invite_text {
	struct onion_pub onion; /* any 32 bytes: whether it is a key is the caller's to ask */
	u8 pqfp[32];
	struct secret32 secret;
	u32 expiry; /* the first day, counted from 1970-01-01 UTC, on which it is of no use any more */
};

/* Writes INVITE_PREFIX, the characters and NUL. */
void invite_text_encode(const struct invite_text *t, char ret[static INVITE_TEXT_CAP]);

/* Reads a text or a link. ERR_PEER_FORMAT for anything that invite_text_encode would not write. Wipe *ret after use. */
err_t invite_text_decode(struct slice text, struct invite_text *ret) MUST_CHECK;

#endif
