/* The printed recovery key: 256 random bits and a checksum as 14 groups of 4 characters. Read with what a hand does to it:
 * small letters, other gaps, O for 0, I and L for 1. No I/O. */
#ifndef BOC_WIRE_RECOVERY_TEXT_H
#define BOC_WIRE_RECOVERY_TEXT_H

#include "base/err.h"
#include "base/slice.h"

#define RECOVERY_BYTES 32
#define RECOVERY_CHARS 56                                          /* 32 bytes and 3 of checksum, 5 bits each */
#define RECOVERY_GROUP 4                                           /* characters */
#define RECOVERY_PRINTED_CAP (RECOVERY_CHARS * 5 / RECOVERY_GROUP) /* with '-' between groups, and NUL */

/* Writes RECOVERY_CHARS characters, no NUL. */
void recovery_text_encode(const u8 key[static RECOVERY_BYTES], u8 ret[static RECOVERY_CHARS]);

/* The characters in groups, and NUL. */
void recovery_text_print(const u8 text[static RECOVERY_CHARS], char ret[static RECOVERY_PRINTED_CAP]);

/* What was typed, as recovery_text_encode wrote it. ERR_PEER_FORMAT: slips of the pen. */
err_t recovery_text_read(struct slice typed, u8 ret[static RECOVERY_CHARS]) MUST_CHECK;

#endif
