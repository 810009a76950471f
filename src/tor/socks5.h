/* One SOCKS5 connect through tor (RFC 1928, RFC 1929, tor socks-extensions). Sans-I/O.
 *
 * Everything we have to say goes out at once, and the caller may append the first bytes for the peer right behind it
 * (optimistic data: they travel with tor's own handshake and save a round trip). User name and password choose the
 * circuit (IsolateSOCKSAuth): one pair for each contact keeps contacts apart. */
#ifndef BOC_TOR_SOCKS5_H
#define BOC_TOR_SOCKS5_H

#include "base/buf.h"

/* Longest input of one exchange: method, authentication, reply with a 255-byte name. */
#define SOCKS5_REPLY_MAX (2 + 2 + 4 + 1 + 255 + 2)

enum socks5_state {
	SOCKS5_MORE = 1,  /* feed more */
	SOCKS5_CONNECTED, /* what follows comes from the peer */
	SOCKS5_FAILED,    /* tor said no: see socks5.reply; close */
};

/* Tor's answers (RFC 1928 6; F0-F7: tor proposal 304, only with ExtendedErrors). */
enum socks5_reply {
	SOCKS5_OK = 0x00,
	SOCKS5_GENERAL = 0x01,
	SOCKS5_NOT_ALLOWED = 0x02,
	SOCKS5_NET_UNREACHABLE = 0x03,
	SOCKS5_HOST_UNREACHABLE = 0x04,
	SOCKS5_REFUSED = 0x05, /* the service has no such port */
	SOCKS5_EXPIRED = 0x06, /* tor gave up after SocksTimeout */
	SOCKS5_BAD_COMMAND = 0x07,
	SOCKS5_BAD_ADDRESS_TYPE = 0x08,
	SOCKS5_DESC_NOT_FOUND = 0xf0, /* never published, or not for long: not online */
	SOCKS5_DESC_INVALID = 0xf1,
	SOCKS5_INTRO_FAILED = 0xf2, /* published, but gone */
	SOCKS5_REND_FAILED = 0xf3,
	SOCKS5_AUTH_MISSING = 0xf4, /* the descriptor asks for a client key we do not have */
	SOCKS5_AUTH_WRONG = 0xf5,
	SOCKS5_BAD_ONION = 0xf6, /* not an onion address */
	SOCKS5_INTRO_TIMEOUT = 0xf7,
};

/* Embedded in its owner; nothing to free. */
struct socks5 {
	u8 in[SOCKS5_REPLY_MAX];
	size_t n;
	enum socks5_state state;
	enum socks5_reply reply; /* valid once CONNECTED or FAILED */
};

/* Appends greeting, authentication and CONNECT host:port to out and sets up s. host: 1-255 printable ASCII bytes
 * (`<56 letters>.onion`); user and pass: 1-255 bytes each. ERR_BUG for others, and for a user in tor's reserved form
 * `<torS0X>...`; ERR_PEER_LIMIT when out has no room. */
err_t socks5_start(struct socks5 *s, struct buf *out, const char *host, u16 port, struct slice user,
                   struct slice pass) MUST_CHECK;

/* Takes tor's bytes. *ret_used says how many belonged to the SOCKS exchange: after CONNECTED the rest of in is the
 * peer's. *ret_state is the state afterwards. ERR_PEER_FORMAT for what no SOCKS server may send. Once CONNECTED or
 * FAILED uses nothing more. */
err_t socks5_feed(struct socks5 *s, struct slice in, size_t *ret_used, enum socks5_state *ret_state) MUST_CHECK;

/* Whether r may be wrong, because tor (0.4.9) answers with what it noted on the way: it asks one HSDir after the other,
 * introduces itself at one point after the other, and when a later try works it still sends the code of the earlier
 * one, with a stream that is open. Close, and dial again at once, one time: tor has the descriptor now, and where it
 * really failed it says so again within a second. The other side sees a connection that ends. */
bool socks5_reply_is_doubtful(enum socks5_reply r);

/* A short English text for logs and doctor; never NULL. Knows every u8. */
const char *socks5_reply_text(enum socks5_reply r);

#endif
