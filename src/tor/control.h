/* Tor's control port, our side (control-spec). Sans-I/O: feed bytes, take events, send what is pending.
 *
 * Commands may be queued one after the other without waiting; tor answers in order. A command that has a result gives
 * an event of its own type (torctl_get_version: TORCTL_VERSION); every other answer, and every refusal, is a
 * TORCTL_REPLY with tor's code (250 is success). Any ERR_PEER_* is final: close the connection. */
#ifndef BOC_TOR_CONTROL_H
#define BOC_TOR_CONTROL_H

#include "base/buf.h"
#include "base/ids.h"
#include "tor/version.h"

struct torctl;

#define TORCTL_COOKIE_LEN 32   /* control-spec AUTHENTICATE */
#define TORCTL_FEED_MAX 16384  /* bytes of one torctl_feed */
#define TORCTL_COMMANDS_MAX 32 /* commands that wait for their answer */
#define TORCTL_TEXT_MAX 32768  /* bytes of one answer of several lines */

/* An onion address without `.onion` (rend-spec-v3 6): base32 of 35 bytes, lower case. */
#define TORCTL_ADDRESS_LEN 56
#define TORCTL_ADDRESS_LETTERS "abcdefghijklmnopqrstuvwxyz234567"

enum torctl_command {
	TORCTL_AUTHENTICATE = 1,
	TORCTL_TAKEOWNERSHIP,
	TORCTL_SETEVENTS,
	TORCTL_GET_BOOTSTRAP,
	TORCTL_GET_VERSION,
	TORCTL_ADD_ONION,
	TORCTL_DEL_ONION,
	TORCTL_SIGNAL,
	TORCTL_SETCONF,
	TORCTL_CLIENT_AUTH_ADD,
	TORCTL_CLIENT_AUTH_REMOVE,
};

enum torctl_event_type {
	TORCTL_REPLY = 1,
	TORCTL_VERSION,     /* answer to torctl_get_version */
	TORCTL_ONION_ADDED, /* answer to torctl_add_onion */
	TORCTL_BOOTSTRAP,   /* answer to torctl_get_bootstrap, and whenever it moves (control-spec STATUS_CLIENT) */
	TORCTL_CIRCUIT,     /* CIRCUIT_ESTABLISHED, CIRCUIT_NOT_ESTABLISHED: no reason to wait before dialling */
	TORCTL_CLOCK_SKEW,  /* STATUS_GENERAL */
	TORCTL_CLOCK_JUMPED,
	TORCTL_HS_DESC, /* a descriptor went up, came down, or failed to */
	TORCTL_LOG,     /* tor's own WARN or ERR line */
};

enum torctl_hs_action {
	TORCTL_HS_OTHER = 1, /* REQUESTED, RECEIVED, CREATED, IGNORE */
	TORCTL_HS_UPLOAD,
	TORCTL_HS_UPLOADED, /* one HSDir has our descriptor: people can find us */
	TORCTL_HS_FAILED,
};

/* Strings are tor's, NUL-terminated, never NULL (empty when absent), unescaped: log_escape them before logging.
 * Borrowed until the next call on the torctl. */
struct torctl_event {
	enum torctl_event_type type;
	u32 id;                      /* of the command this answers; 0: nobody asked */
	enum torctl_command command; /* with id */
	union {
		struct {
			int code;         /* 250 is success */
			const char *text; /* lines joined by \n, without their codes */
		} reply;
		struct {
			struct tor_version number;
			const char *text;
		} version;
		const char *onion_added; /* 56 letters, without .onion */
		struct {
			int progress; /* percent, 0-100 */
			bool warning; /* tor has trouble; the rest of the fields says which */
			const char *tag;
			const char *summary; /* English, for the user */
			const char *problem; /* WARNING= */
			const char *reason;
			u32 count;           /* how often */
			bool recommend_warn; /* RECOMMENDATION=warn; ignore: do not trouble the user */
		} bootstrap;
		bool circuit_established;
		struct {
			i64 seconds; /* ours minus theirs: below 0 our clock is behind */
			const char *source;
			bool trusted; /* WARN: believed; NOTICE: one relay's word */
		} clock_skew;
		i64 clock_jumped_seconds;
		struct {
			enum torctl_hs_action action;
			const char *address; /* without .onion, or UNKNOWN */
			const char *hsdir;
			const char *reason;
		} hs_desc;
		struct {
			bool error; /* ERR: tor is about to exit; else WARN */
			const char *text;
		} log;
	};
};

/* A fresh connection. The caller owns it. */
struct torctl *torctl_new(void);

/* Wipes and frees. NULL is fine. Returns NULL. */
struct torctl *torctl_free(struct torctl *c);

/* Takes bytes from tor, at most TORCTL_FEED_MAX at once; call torctl_next until ERR_AGAIN after each. ERR_PEER_LIMIT
 * when the caller does not. */
err_t torctl_feed(struct torctl *c, struct slice in) MUST_CHECK;

/* Gives the next event. ERR_AGAIN: none without more bytes. ERR_PEER_FORMAT, ERR_PEER_LIMIT (a line over
 * MAX_TOR_LINE, an answer over TORCTL_TEXT_MAX; over-long log lines and events are cut instead): this connection is
 * over, every later call says the same. Events we have no type for are skipped. */
err_t torctl_next(struct torctl *c, struct torctl_event *ret) MUST_CHECK;

/* What to write to tor next. Borrowed until the next call on c. */
struct slice torctl_pending(const struct torctl *c);

/* n bytes of torctl_pending were written; they are wiped. */
void torctl_sent(struct torctl *c, size_t n);

/* ---- commands ----
 * Each queues one line and gives its id (ret_id may be NULL). ERR_AGAIN when TORCTL_COMMANDS_MAX wait already. */

/* AUTHENTICATE with the contents of the cookie file; the first command of a connection. Tor opens its socket before it
 * writes the file: wait until it has TORCTL_COOKIE_LEN bytes. */
err_t torctl_authenticate(struct torctl *c, const u8 cookie[static TORCTL_COOKIE_LEN], u32 *ret_id) MUST_CHECK;

/* TAKEOWNERSHIP: tor ends as soon as this connection closes. */
err_t torctl_takeownership(struct torctl *c, u32 *ret_id) MUST_CHECK;

/* SETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC, and for its log WARN ERR: all that torctl_next has types for. */
err_t torctl_setevents(struct torctl *c, bool log, u32 *ret_id) MUST_CHECK;

/* Whether tor has answered every command. */
bool torctl_is_idle(const struct torctl *c);

/* GETINFO status/bootstrap-phase: TORCTL_BOOTSTRAP. Ask once after SETEVENTS; events only tell of changes. */
err_t torctl_get_bootstrap(struct torctl *c, u32 *ret_id) MUST_CHECK;

/* GETINFO version: TORCTL_VERSION. */
err_t torctl_get_version(struct torctl *c, u32 *ret_id) MUST_CHECK;

/* ADD_ONION ED25519-V3 Flags=DiscardPK,MaxStreamsCloseCircuit MaxStreams=8 Port=port,TARGET: TORCTL_ONION_ADDED. Ends
 * with this connection or by torctl_del_onion. Who opens more than MAX_CIRCUIT_STREAMS streams on a circuit loses that.
 * Copies the key; the copy is wiped by torctl_sent. target: a listening unix socket for which tor_socket_path_ok, or
 * "127.0.0.1:PORT", else ERR_LOCAL_CONFIG. A service that is there already: REPLY 550. */
err_t torctl_add_onion(struct torctl *c, const struct onion_sec *key, u16 port, const char *target,
                       u32 *ret_id) MUST_CHECK;

/* One option of tor. Of an option that is a list, each entry is one of these. */
struct torctl_option {
	const char *name; /* letters only */
	struct slice value;
};

/* SETCONF: all of it or, with a refusal, nothing. Lists are replaced. ERR_LOCAL_CONFIG for a control character, which
 * would begin another command, and for more than the connection queues at once. */
err_t torctl_setconf(struct torctl *c, const struct torctl_option *options, size_t count, u32 *ret_id) MUST_CHECK;

/* Likewise, for those only who have one of n_clients x25519 keys (Flags=V3Auth, ClientAuthV3; at least one, at most
 * MAX_CLIENTS); or, with none, for everybody, with tor's proof of work against floods (PoWDefensesEnabled=1). */
err_t torctl_add_gate(struct torctl *c, const struct onion_sec *key, u16 port, const char *target,
                      const u8 (*clients)[32], size_t n_clients, u32 *ret_id) MUST_CHECK;

/* ONION_CLIENT_AUTH_ADD, in place of another key for that address; ONION_CLIENT_AUTH_REMOVE. Both: REPLY 25x is success.
 * address as below. */
err_t torctl_client_auth_add(struct torctl *c, const char *address, const struct secret32 *key, u32 *ret_id) MUST_CHECK;
err_t torctl_client_auth_remove(struct torctl *c, const char *address, u32 *ret_id) MUST_CHECK;

/* DEL_ONION. address: 56 letters of a-z2-7 without .onion, else ERR_BUG. Open streams go on. */
err_t torctl_del_onion(struct torctl *c, const char *address, u32 *ret_id) MUST_CHECK;

enum torctl_signal {
	TORCTL_SIGNAL_SHUTDOWN = 1, /* end now (ShutdownWaitLength 0) */
	TORCTL_SIGNAL_ACTIVE,       /* leave dormancy: after sleep or a clock jump */
};
err_t torctl_signal(struct torctl *c, enum torctl_signal s, u32 *ret_id) MUST_CHECK;

#endif
