#include "tor/control.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "tor/control_event.h"
#include "tor/torrc.h"

#define OUT_MAX 65536 /* two of the longest lines: 321 client keys */

struct waiting {
	u32 id;
	enum torctl_command command;
};

struct torctl {
	struct buf in;  /* owned */
	struct buf out; /* owned; may hold an onion key */
	err_t failed;   /* the error that ended the connection, or OK */
	u32 last_id;

	struct waiting waiting[TORCTL_COMMANDS_MAX]; /* a ring: tor answers in order */
	size_t first;
	size_t count;

	/* the message that is coming in */
	int code;      /* 0 between two messages */
	bool data;     /* between `250+` and `.` */
	bool skipping; /* the rest of an over-long line is dropped */
	bool cut;      /* something of this event is missing */
	size_t text_len;
	char text[TORCTL_TEXT_MAX + 1]; /* its lines, joined by \n */
};

struct torctl *torctl_new(void)
{
	struct torctl *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->in = buf_with_max(MAX_TOR_LINE + TORCTL_FEED_MAX);
	c->out = buf_with_max(OUT_MAX);
	return c;
}

struct torctl *torctl_free(struct torctl *c)
{
	if (!c)
		return NULL;
	buf_free(&c->in);
	buf_free(&c->out);
	wipe(c, sizeof *c);
	free(c);
	return NULL;
}

err_t torctl_feed(struct torctl *c, struct slice in)
{
	if (c->failed != OK)
		return c->failed;
	if (in.n > TORCTL_FEED_MAX)
		return ERR_PEER_LIMIT;
	return buf_append(&c->in, in);
}

struct slice torctl_pending(const struct torctl *c)
{
	return buf_bytes(&c->out);
}

void torctl_sent(struct torctl *c, size_t n)
{
	buf_consume(&c->out, n);
}

bool torctl_is_idle(const struct torctl *c)
{
	return c->count == 0;
}

/* ---- reading ---- */

/* Whether what comes in belongs to an asynchronous event, which nobody waits for and which may be cut. */
static bool is_event(const struct torctl *c, struct slice line)
{
	return c->code ? c->code / 100 == 6 : line.n > 0 && line.p[0] == '6';
}

/* Finds the next line at the front of c->in, without its CRLF; *ret_used is how much of c->in it took. ERR_AGAIN when
 * there is none yet. */
static err_t find_line(struct torctl *c, struct slice *ret, size_t *ret_used)
{
	struct slice in = buf_bytes(&c->in);
	const u8 *lf = in.p ? memchr(in.p, '\n', MIN(in.n, MAX_TOR_LINE)) : NULL;
	if (lf) {
		size_t n = (size_t)(lf - in.p);
		if (n < 1 || in.p[n - 1] != '\r' || memchr(in.p, 0, n) || memchr(in.p, '\r', n - 1))
			return ERR_PEER_FORMAT;
		*ret = slice_of(in.p, n - 1);
		*ret_used = n + 1;
		return OK;
	}
	if (!in.p || in.n < MAX_TOR_LINE)
		return ERR_AGAIN;
	if (!is_event(c, in))
		return ERR_PEER_LIMIT;
	if (memchr(in.p, 0, MAX_TOR_LINE) || memchr(in.p, '\r', MAX_TOR_LINE - 1))
		return ERR_PEER_FORMAT;
	c->skipping = c->cut = true;
	*ret = slice_of(in.p, MAX_TOR_LINE - 1);
	*ret_used = MAX_TOR_LINE - 1; /* a CR at the end stays for skip_line */
	return OK;
}

/* Drops what is left of an over-long line. */
static err_t skip_line(struct torctl *c)
{
	struct slice in = buf_bytes(&c->in);
	const u8 *lf = in.p ? memchr(in.p, '\n', in.n) : NULL;
	buf_consume(&c->in, lf ? (size_t)(lf - in.p) + 1 : in.n);
	c->skipping = !lf;
	return lf ? OK : ERR_AGAIN;
}

static err_t add_text(struct torctl *c, struct slice line, bool first)
{
	size_t need = line.n + (first ? 0 : 1);
	if (need > TORCTL_TEXT_MAX - c->text_len) {
		c->cut = true;
		return c->code / 100 == 6 ? OK : ERR_PEER_LIMIT;
	}
	if (!first)
		c->text[c->text_len++] = '\n';
	if (line.n)
		memcpy(c->text + c->text_len, line.p, line.n);
	c->text_len += line.n;
	c->text[c->text_len] = 0;
	return OK;
}

static bool is_digit(u8 b)
{
	return b >= '0' && b <= '9';
}

/* Takes one line into the message. OK: the message is complete. ERR_AGAIN: it goes on. */
static err_t take_line(struct torctl *c, struct slice line)
{
	if (c->data) {
		if (line.n == 1 && line.p[0] == '.') {
			c->data = false;
			return ERR_AGAIN;
		}
		size_t dot = line.n > 0 && line.p[0] == '.'; /* control-spec 2.1: CmdData is dot-stuffed */
		TRY(add_text(c, slice_of(line.p + dot, line.n - dot), false));
		return ERR_AGAIN;
	}
	if (line.n < 4 || !is_digit(line.p[0]) || !is_digit(line.p[1]) || !is_digit(line.p[2]))
		return ERR_PEER_FORMAT;
	int code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0');
	bool first = c->code == 0;
	if (code < 200 || code > 699 || (!first && code != c->code))
		return ERR_PEER_FORMAT;
	c->code = code;
	struct slice text = slice_of(line.p + 4, line.n - 4);
	u8 kind = line.p[3];
	/* an event of several lines ends in `650 OK`, which says nothing */
	bool end_mark = code / 100 == 6 && !first && kind == ' ' && slice_eq(text, slice_str("OK"));
	if (!end_mark)
		TRY(add_text(c, text, first));
	c->data = kind == '+';
	if (kind == ' ')
		return OK;
	return kind == '-' || kind == '+' ? ERR_AGAIN : ERR_PEER_FORMAT;
}

/* Turns the complete message into an event. ERR_AGAIN: nothing for the caller. */
static err_t take_message(struct torctl *c, struct torctl_event *ret)
{
	int code = c->code;
	bool cut = c->cut;
	c->code = 0;
	c->cut = false;
	c->text_len = 0;
	if (code / 100 == 6) {
		err_t e = control_event_read(c->text, ret);
		return e == ERR_PEER_FORMAT && cut ? ERR_AGAIN : e;
	}
	if (c->count == 0)
		return ERR_PEER_FORMAT; /* an answer nobody asked for */
	struct waiting w = c->waiting[c->first];
	c->first = (c->first + 1) % TORCTL_COMMANDS_MAX;
	c->count--;
	TRY(control_answer_read(w.command, code, c->text, ret));
	ret->id = w.id;
	return OK;
}

static err_t next(struct torctl *c, struct torctl_event *ret)
{
	for (;;) {
		if (c->skipping)
			TRY(skip_line(c));
		struct slice line;
		size_t used;
		TRY(find_line(c, &line, &used));
		err_t e = take_line(c, line);
		buf_consume(&c->in, used);
		if (e == OK)
			e = take_message(c, ret);
		if (e != ERR_AGAIN)
			return e;
	}
}

err_t torctl_next(struct torctl *c, struct torctl_event *ret)
{
	if (c->failed != OK)
		return c->failed;
	err_t e = next(c, ret);
	if (e != OK && e != ERR_AGAIN)
		c->failed = e;
	return e;
}

/* ---- commands ---- */

static err_t command(struct torctl *c, enum torctl_command what, const char *line, u32 *ret_id)
{
	if (c->failed != OK)
		return c->failed;
	/* room for the line and its end at once, so that no half line is ever queued */
	if (c->count == TORCTL_COMMANDS_MAX || buf_bytes(&c->out).n + strlen(line) + 2 > OUT_MAX)
		return ERR_AGAIN;
	TRY(buf_append(&c->out, slice_str(line)));
	TRY(buf_append(&c->out, slice_str("\r\n")));
	u32 id = ++c->last_id ? c->last_id : ++c->last_id;
	c->waiting[(c->first + c->count++) % TORCTL_COMMANDS_MAX] = (struct waiting){.id = id, .command = what};
	if (ret_id)
		*ret_id = id;
	return OK;
}

err_t torctl_authenticate(struct torctl *c, const u8 cookie[static TORCTL_COOKIE_LEN], u32 *ret_id)
{
	char hex[2 * TORCTL_COOKIE_LEN + 1], line[sizeof hex + 16];
	sodium_bin2hex(hex, sizeof hex, cookie, TORCTL_COOKIE_LEN);
	snprintf(line, sizeof line, "AUTHENTICATE %s", hex);
	err_t e = command(c, TORCTL_AUTHENTICATE, line, ret_id);
	wipe(hex, sizeof hex);
	wipe(line, sizeof line);
	return e;
}

err_t torctl_takeownership(struct torctl *c, u32 *ret_id)
{
	return command(c, TORCTL_TAKEOWNERSHIP, "TAKEOWNERSHIP", ret_id);
}

err_t torctl_setevents(struct torctl *c, bool log, u32 *ret_id)
{
	const char *line = log ? "SETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC WARN ERR"
	                       : "SETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC";
	return command(c, TORCTL_SETEVENTS, line, ret_id);
}

err_t torctl_get_bootstrap(struct torctl *c, u32 *ret_id)
{
	return command(c, TORCTL_GET_BOOTSTRAP, "GETINFO status/bootstrap-phase", ret_id);
}

err_t torctl_get_version(struct torctl *c, u32 *ret_id)
{
	return command(c, TORCTL_GET_VERSION, "GETINFO version", ret_id);
}

#define LINE_MAX_KEYS (14 + 52) /* " ClientAuthV3=" and 52 letters */
#define POW_FLAG " PoWDefensesEnabled=1"

/* RFC 4648 base32 of 32 bytes, without padding. */
static void base32(const u8 in[static 32], char ret[static 53])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned acc = 0, bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < 32; i++) {
		acc = (acc & 31u) << 8 | in[i];
		for (bits += 8; bits >= 5; bits -= 5)
			ret[n++] = letters[acc >> (bits - 5) & 31u];
	}
	ret[n++] = letters[acc << (5 - bits) & 31u];
	ret[n] = 0;
}

static bool is_port(const char *s)
{
	unsigned port = 0;
	size_t n = strspn(s, "0123456789");
	if (n < 1 || n > 5 || s[n] || s[0] == '0')
		return false;
	for (; *s; s++)
		port = 10 * port + (unsigned)(*s - '0');
	return port <= UINT16_MAX;
}

/* The word before it in a Port= argument; NULL: that is no target. */
static const char *target_kind(const char *target)
{
	static const char loopback[] = "127.0.0.1:";
	if (strncmp(target, loopback, sizeof loopback - 1) == 0)
		return is_port(target + sizeof loopback - 1) ? "" : NULL;
	return tor_socket_path_ok(target) ? "unix:" : NULL;
}

static err_t add_onion(struct torctl *c, const struct onion_sec *key, const char *more, u16 port, const char *target,
                       u32 *ret_id)
{
	const char *kind = target_kind(target);
	if (!kind)
		return ERR_LOCAL_CONFIG;
	char b64[sodium_base64_ENCODED_LEN(sizeof key->b, sodium_base64_VARIANT_ORIGINAL)];
	size_t cap = sizeof b64 + strlen(more) + TOR_SOCKET_PATH_MAX + 120;
	char *line = malloc(cap);
	if (!line)
		abort();
	sodium_bin2base64(b64, sizeof b64, key->b, sizeof key->b, sodium_base64_VARIANT_ORIGINAL);
	snprintf(line, cap,
	         "ADD_ONION ED25519-V3:%s Flags=DiscardPK,MaxStreamsCloseCircuit%s MaxStreams=%d Port=%u,%s%s", b64,
	         more, MAX_CIRCUIT_STREAMS, (unsigned)port, kind, target);
	err_t e = command(c, TORCTL_ADD_ONION, line, ret_id);
	wipe(b64, sizeof b64);
	wipe(line, cap);
	free(line);
	return e;
}

err_t torctl_add_onion(struct torctl *c, const struct onion_sec *key, u16 port, const char *target, u32 *ret_id)
{
	return add_onion(c, key, "", port, target, ret_id);
}

err_t torctl_add_gate(struct torctl *c, const struct onion_sec *key, u16 port, const char *target,
                      const u8 (*clients)[32], size_t n_clients, u32 *ret_id)
{
	static const char flag[] = ",V3Auth";
	if (n_clients > MAX_CLIENTS)
		return ERR_BUG;
	if (n_clients == 0)
		return add_onion(c, key, POW_FLAG, port, target, ret_id);
	char *more = malloc(sizeof flag + n_clients * LINE_MAX_KEYS);
	if (!more)
		abort();
	size_t n = sizeof flag - 1;
	memcpy(more, flag, sizeof flag);
	for (size_t i = 0; i < n_clients; i++) {
		memcpy(more + n, " ClientAuthV3=", 14);
		base32(clients[i], more + n + 14);
		n += LINE_MAX_KEYS;
	}
	err_t e = add_onion(c, key, more, port, target, ret_id);
	free(more);
	return e;
}

static bool address_ok(const char *address)
{
	return strlen(address) == TORCTL_ADDRESS_LEN && strspn(address, TORCTL_ADDRESS_LETTERS) == TORCTL_ADDRESS_LEN;
}

err_t torctl_client_auth_add(struct torctl *c, const char *address, const struct secret32 *key, u32 *ret_id)
{
	char b64[sodium_base64_ENCODED_LEN(sizeof key->b, sodium_base64_VARIANT_ORIGINAL)];
	char line[TORCTL_ADDRESS_LEN + sizeof b64 + 40];
	if (!address_ok(address))
		return ERR_BUG;
	sodium_bin2base64(b64, sizeof b64, key->b, sizeof key->b, sodium_base64_VARIANT_ORIGINAL);
	snprintf(line, sizeof line, "ONION_CLIENT_AUTH_ADD %s x25519:%s", address, b64);
	err_t e = command(c, TORCTL_CLIENT_AUTH_ADD, line, ret_id);
	wipe(b64, sizeof b64);
	wipe(line, sizeof line);
	return e;
}

/* Appends ` NAME="VALUE"`. */
static err_t put_option(struct buf *out, const struct torctl_option *o)
{
	TRY(buf_append(out, slice_str(" ")));
	TRY(buf_append(out, slice_str(o->name)));
	TRY(buf_append(out, slice_str("=\"")));
	for (size_t i = 0; i < o->value.n; i++) {
		u8 b = o->value.p[i];
		if (b < 0x20 || b == 0x7f)
			return ERR_LOCAL_CONFIG;
		if (b == '"' || b == '\\')
			TRY(buf_append(out, slice_str("\\")));
		TRY(buf_append(out, slice_of(&b, 1)));
	}
	return buf_append(out, slice_str("\""));
}

err_t torctl_setconf(struct torctl *c, const struct torctl_option *options, size_t count, u32 *ret_id)
{
	CLEANUP(buf_free) struct buf line = buf_with_max(OUT_MAX);
	err_t e = buf_append(&line, slice_str("SETCONF"));
	for (size_t i = 0; e == OK && i < count; i++)
		e = put_option(&line, &options[i]);
	if (e == OK)
		e = buf_append(&line, slice_of("", 1));
	if (e != OK)
		return ERR_LOCAL_CONFIG;
	return command(c, TORCTL_SETCONF, (const char *)buf_bytes(&line).p, ret_id);
}

err_t torctl_client_auth_remove(struct torctl *c, const char *address, u32 *ret_id)
{
	char line[TORCTL_ADDRESS_LEN + 40];
	if (!address_ok(address))
		return ERR_BUG;
	snprintf(line, sizeof line, "ONION_CLIENT_AUTH_REMOVE %s", address);
	return command(c, TORCTL_CLIENT_AUTH_REMOVE, line, ret_id);
}

err_t torctl_del_onion(struct torctl *c, const char *address, u32 *ret_id)
{
	if (!address_ok(address))
		return ERR_BUG;
	char line[TORCTL_ADDRESS_LEN + 16];
	snprintf(line, sizeof line, "DEL_ONION %s", address);
	return command(c, TORCTL_DEL_ONION, line, ret_id);
}

err_t torctl_signal(struct torctl *c, enum torctl_signal s, u32 *ret_id)
{
	switch (s) {
	case TORCTL_SIGNAL_SHUTDOWN: return command(c, TORCTL_SIGNAL, "SIGNAL SHUTDOWN", ret_id);
	case TORCTL_SIGNAL_ACTIVE: return command(c, TORCTL_SIGNAL, "SIGNAL ACTIVE", ret_id);
	}
	return ERR_BUG;
}
