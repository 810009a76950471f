/* Results, grouped by blame, because blame decides the action.
 * 0 is success. A function that can fail returns err_t and writes its ret_* arguments only on success. */
#ifndef BOC_BASE_ERR_H
#define BOC_BASE_ERR_H

#include "base/def.h"

enum boc_err {
	OK = 0,

	/* The peer's (or page's, or tor's) fault: end that conversation, count it, tell nobody. */
	ERR_PEER_FORMAT = -1,  /* bytes that the specification does not allow */
	ERR_PEER_CRYPTO = -2,  /* a tag, signature or key that does not verify */
	ERR_PEER_PIN = -3,     /* a key other than the pinned one */
	ERR_PEER_POLICY = -4,  /* well-formed and not allowed here or now */
	ERR_PEER_LIMIT = -5,   /* more than a limit of base/limits.h */
	ERR_PEER_TIMEOUT = -6, /* silence past a deadline */

	/* Ours or the machine's: log it, show it to the user. */
	ERR_LOCAL_IO = -20,      /* a system call failed (see errno in the log line) */
	ERR_LOCAL_CRYPTO = -21,  /* a primitive failed on good input */
	ERR_LOCAL_STORE = -22,   /* the database refused */
	ERR_LOCAL_CONFIG = -23,  /* wrong set-up: missing program, rights, path too long */
	ERR_LOCAL_SECRET = -24,  /* wrong passphrase */
	ERR_LOCAL_LOCKED = -25,  /* needs an unlocked vault */
	ERR_LOCAL_MISSING = -26, /* no such thing */
	ERR_LOCAL_EXISTS = -27,  /* there already */
	ERR_LOCAL_FULL = -28,    /* no room on the disk */
	ERR_LOCAL_DISK = -29,    /* the disk cannot be read or written */
	ERR_LOCAL_DAMAGED = -30, /* what lies on the disk is not what was written */
	ERR_LOCAL_LATER = -31,   /* written by a later version of this program */

	ERR_AGAIN = -40, /* not now: call again when there is more input or room */
	ERR_BUG = -50,   /* a broken invariant: the role exits, the supervisor starts it again */
};

typedef enum boc_err err_t;

/* A short fixed English text for logs; never NULL. */
const char *err_text(err_t e);

/* Returns the error of `expr` from the enclosing function; only where every owning local has CLEANUP. */
#define TRY(expr)                    \
	do {                         \
		err_t try_ = (expr); \
		if (try_ != OK)      \
			return try_; \
	} while (0)

#endif
