#include "tor/socks5.h"

enum {
	SOCKS_VERSION = 5,
	METHOD_PASSWORD = 2, /* RFC 1929 */
	METHOD_NONE = 0xff,  /* no acceptable method */
	AUTH_VERSION = 1,
	CMD_CONNECT = 1,
	ATYP_IPV4 = 1,
	ATYP_NAME = 3,
	ATYP_IPV6 = 4,
};

static bool host_ok(const char *host)
{
	size_t n = strlen(host);
	if (n < 1 || n > 255)
		return false;
	for (; *host; host++)
		if (*host <= ' ' || *host > '~')
			return false;
	return true;
}

err_t socks5_start(struct socks5 *s, struct buf *out, const char *host, u16 port, struct slice user, struct slice pass)
{
	/* tor >= 0.4.9 gives names in this form a meaning (socks-extensions 1.2) */
	static const char reserved[] = "<torS0X>";
	if (!host_ok(host) || user.n < 1 || user.n > 255 || pass.n < 1 || pass.n > 255)
		return ERR_BUG;
	if (user.n >= sizeof reserved - 1 && memcmp(user.p, reserved, sizeof reserved - 1) == 0)
		return ERR_BUG;

	u8 b[3 + 2 + 255 + 1 + 255 + 5 + 255 + 2];
	size_t n = 0;
	b[n++] = SOCKS_VERSION;
	b[n++] = 1; /* number of methods */
	b[n++] = METHOD_PASSWORD;

	b[n++] = AUTH_VERSION;
	b[n++] = (u8)user.n;
	memcpy(b + n, user.p, user.n);
	n += user.n;
	b[n++] = (u8)pass.n;
	memcpy(b + n, pass.p, pass.n);
	n += pass.n;

	size_t host_len = strlen(host);
	b[n++] = SOCKS_VERSION;
	b[n++] = CMD_CONNECT;
	b[n++] = 0;
	b[n++] = ATYP_NAME;
	b[n++] = (u8)host_len;
	memcpy(b + n, host, host_len);
	n += host_len;
	b[n++] = (u8)(port >> 8);
	b[n++] = (u8)(port & 0xff);

	err_t e = buf_append(out, slice_of(b, n));
	wipe(b, sizeof b);
	if (e == OK)
		*s = (struct socks5){.state = SOCKS5_MORE};
	return e;
}

/* Where CONNECT's reply starts, or 0 with *want set to how many bytes are needed to tell.
 *
 * RFC 1928 has three answers: method `05 02`, authentication `01 00`, reply `05 REP 00 ...`. Tor (0.4.9) keeps room for
 * one, and where our three requests reach it in one read, the later answer overwrites the earlier: it drops the first,
 * and both when CONNECT itself is malformed. The third byte, 00 in a reply, tells `05 02` from a reply with code 02. */
static err_t find_reply(const struct socks5 *s, size_t *ret_at, size_t *ret_want, bool *ret_authenticated)
{
	const u8 *in = s->in;
	size_t at = 0;
	bool authenticated = false;
	*ret_want = 3;
	if (s->n >= 1 && in[0] == SOCKS_VERSION) {
		if (s->n >= 2 && in[1] == METHOD_NONE)
			return ERR_PEER_FORMAT;
		if (s->n < 3)
			return OK;
		if (in[1] == METHOD_PASSWORD && in[2] != 0)
			at = 2;
	}
	*ret_want = at + 2;
	if (s->n < at + 2)
		return s->n == at || in[at] == AUTH_VERSION || in[at] == SOCKS_VERSION ? OK : ERR_PEER_FORMAT;
	if (in[at] == AUTH_VERSION) {
		if (in[at + 1] != 0) /* tor accepts every pair */
			return ERR_PEER_FORMAT;
		at += 2;
		authenticated = true;
	}
	*ret_want = at + 5;
	*ret_at = at;
	*ret_authenticated = authenticated;
	return OK;
}

/* Looks at the whole of what came so far: sets s->state and s->reply, or *ret_want to how many bytes must be there
 * before anything new can be said. */
static err_t judge(struct socks5 *s, size_t *ret_want)
{
	size_t at = SIZE_MAX;
	bool authenticated = false;
	TRY(find_reply(s, &at, ret_want, &authenticated));
	if (at == SIZE_MAX || s->n == at)
		return OK;
	const u8 *reply = s->in + at;
	size_t n = s->n - at;
	if (reply[0] != SOCKS_VERSION || (n >= 2 && reply[1] == SOCKS5_OK && !authenticated))
		return ERR_PEER_FORMAT;
	if (n >= 2 && reply[1] != SOCKS5_OK) {
		/* the address that follows is of no use to anyone: the connection is over */
		s->reply = (enum socks5_reply)reply[1];
		s->state = SOCKS5_FAILED;
		return OK;
	}
	if (n < 5)
		return OK;
	size_t address;
	switch (reply[3]) {
	case ATYP_IPV4: address = 4; break;
	case ATYP_IPV6: address = 16; break;
	case ATYP_NAME: address = 1 + (size_t)reply[4]; break;
	default: return ERR_PEER_FORMAT;
	}
	*ret_want = at + 4 + address + 2;
	if (s->n == *ret_want) {
		s->reply = SOCKS5_OK;
		s->state = SOCKS5_CONNECTED;
	}
	return OK;
}

err_t socks5_feed(struct socks5 *s, struct slice in, size_t *ret_used, enum socks5_state *ret_state)
{
	size_t used = 0;
	while (s->state == SOCKS5_MORE) {
		size_t want;
		TRY(judge(s, &want));
		if (s->state != SOCKS5_MORE || used == in.n)
			break;
		size_t n = MIN(want - s->n, in.n - used);
		memcpy(s->in + s->n, in.p + used, n);
		s->n += n;
		used += n;
	}
	*ret_used = used;
	*ret_state = s->state;
	return OK;
}

bool socks5_reply_is_doubtful(enum socks5_reply r)
{
	return r == SOCKS5_DESC_NOT_FOUND || r == SOCKS5_DESC_INVALID || r == SOCKS5_INTRO_FAILED ||
	       r == SOCKS5_REND_FAILED || r == SOCKS5_INTRO_TIMEOUT;
}

const char *socks5_reply_text(enum socks5_reply r)
{
	switch (r) {
	case SOCKS5_OK: return "connected";
	case SOCKS5_GENERAL: return "tor could not connect";
	case SOCKS5_NOT_ALLOWED: return "not allowed";
	case SOCKS5_NET_UNREACHABLE: return "network unreachable";
	case SOCKS5_HOST_UNREACHABLE: return "host unreachable";
	case SOCKS5_REFUSED: return "connection refused";
	case SOCKS5_EXPIRED: return "tor timed out";
	case SOCKS5_BAD_COMMAND: return "command not supported";
	case SOCKS5_BAD_ADDRESS_TYPE: return "address type not supported";
	case SOCKS5_DESC_NOT_FOUND: return "onion service is not published";
	case SOCKS5_DESC_INVALID: return "onion service descriptor is invalid";
	case SOCKS5_INTRO_FAILED: return "onion service does not answer";
	case SOCKS5_REND_FAILED: return "rendezvous failed";
	case SOCKS5_AUTH_MISSING: return "onion service asks for a client key";
	case SOCKS5_AUTH_WRONG: return "onion service refuses our client key";
	case SOCKS5_BAD_ONION: return "not an onion address";
	case SOCKS5_INTRO_TIMEOUT: return "introduction timed out";
	}
	return "unknown answer";
}
