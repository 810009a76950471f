#include "base/err.h"

const char *err_text(err_t e)
{
	switch (e) {
	case OK: return "ok";
	case ERR_PEER_FORMAT: return "malformed input";
	case ERR_PEER_CRYPTO: return "verification failed";
	case ERR_PEER_PIN: return "key is not the pinned one";
	case ERR_PEER_POLICY: return "not allowed";
	case ERR_PEER_LIMIT: return "limit exceeded";
	case ERR_PEER_TIMEOUT: return "timed out";
	case ERR_LOCAL_IO: return "system call failed";
	case ERR_LOCAL_CRYPTO: return "cryptographic primitive failed";
	case ERR_LOCAL_STORE: return "database error";
	case ERR_LOCAL_CONFIG: return "wrong set-up";
	case ERR_LOCAL_SECRET: return "wrong passphrase";
	case ERR_LOCAL_LOCKED: return "locked";
	case ERR_LOCAL_MISSING: return "not found";
	case ERR_LOCAL_EXISTS: return "exists already";
	case ERR_LOCAL_FULL: return "the disk is full";
	case ERR_LOCAL_DISK: return "the disk cannot be read or written";
	case ERR_LOCAL_DAMAGED: return "the data on the disk is damaged";
	case ERR_LOCAL_LATER: return "written by a later version";
	case ERR_AGAIN: return "try again";
	case ERR_BUG: return "broken invariant";
	}
	return "unknown error";
}
