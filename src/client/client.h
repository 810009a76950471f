/* A script's side of the client interface (docs/api.md): JSON-RPC over DATA/rpc.sock, one request at a time. Blocking. */
#ifndef BOC_CLIENT_CLIENT_H
#define BOC_CLIENT_CLIENT_H

#include <jansson.h>

#include "base/err.h"

#define CLIENT_CALL_MS 60000 /* longest wait for one answer: a login may be held back for 30 s */
#define CLIENT_MAX_NOTES \
	10000 /* notifications kept for client_next; more: ERR_PEER_LIMIT, the connection is of no use */

#define CLIENT_BACKUP_ID_CAP 33

struct client;

/* Connects. *ret is owned: client_free. ERR_LOCAL_MISSING: no program runs there. ERR_LOCAL_CONFIG: the path is too long
 * for a socket. ERR_LOCAL_IO: no right to open it, for one. */
err_t client_open(const char *rpc_sock, struct client **ret) MUST_CHECK;

/* Takes a connected stream socket instead of a path. Never NULL. */
struct client *client_of_fd(int fd);

/* NULL is fine; gives NULL. */
struct client *client_free(struct client *c);

/* For who wants answers only: notifications that come during a call are dropped, however many. */
void client_keep_none(struct client *c);

/* One request and its answer. Takes params (an object, or NULL). *ret_result (may be NULL) is owned by the caller.
 * ERR_LOCAL_IO: the connection ended. ERR_PEER_TIMEOUT: no answer within CLIENT_CALL_MS; nothing is known about what
 * came of it. ERR_PEER_FORMAT: what came is no answer. An error in the answer becomes:
 * ERR_LOCAL_LOCKED, _SECRET, _MISSING, _EXISTS, ERR_PEER_POLICY, ERR_PEER_LIMIT (-32001 to -32006), ERR_BUG (others). */
err_t client_call(struct client *c, const char *method, json_t *params, json_t **ret_result) MUST_CHECK;

/* The sentence of the last answer that was an error; "" when there was none. Borrowed until the next call. */
const char *client_error(const struct client *c);

/* The next notification, {"jsonrpc", "method", "params"}, owned by the caller: one that came while an answer was awaited,
 * or within timeout_ms. ERR_AGAIN: none came. ERR_LOCAL_IO: the connection ended. */
err_t client_next(struct client *c, u64 timeout_ms, json_t **ret_note) MUST_CHECK;

/* Unlocks the vault by OPAQUE: the passphrase (UTF-8, NFC) stays in this process. On the first start there is no vault:
 * it is made, for a person called `name` (NULL: ERR_LOCAL_MISSING then; otherwise it does not matter).
 * Takes a second and 64 MiB. ERR_LOCAL_SECRET: wrong passphrase. Else as client_call.
 * The process must have passed crypto_selftest. */
err_t client_login(struct client *c, const char *passphrase, const char *name) MUST_CHECK;

/* Another passphrase instead of this one. ERR_LOCAL_SECRET: it is not this one. Else, and in what it takes, as above. */
err_t client_change(struct client *c, const char *passphrase, const char *new_passphrase) MUST_CHECK;

/* Likewise by the recovery key, as it was printed or typed. ERR_PEER_FORMAT, with nothing in client_error: a slip of the
 * pen, or the new passphrase is no text. The vault stays locked, if it is. */
err_t client_recover(struct client *c, const char *key, const char *new_passphrase) MUST_CHECK;

/* Begins a backup of an unlocked vault, by its passphrase; ret_id names it in backup.read and backup.end. */
err_t client_backup(struct client *c, const char *passphrase, char ret_id[static CLIENT_BACKUP_ID_CAP]) MUST_CHECK;

#define CLIENT_RECOVERY_CAP 70 /* 14 groups of 4 characters, and NUL */

/* A new recovery key, which takes the place of the one before. The vault must be unlocked. Wipe *ret after use. */
err_t client_recovery_key(struct client *c, const char *passphrase, char ret[static CLIENT_RECOVERY_CAP]) MUST_CHECK;

#endif
