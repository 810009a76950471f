#include "web/http_head.h"

#include <stdio.h>
#include <strings.h>

#define MAX_HEADERS 64

/* Header fields that mean something here. A field in this list that comes twice is refused. */
enum field {
	F_HOST,
	F_ORIGIN,
	F_CONTENT_LENGTH,
	F_TRANSFER_ENCODING,
	F_EXPECT,
	F_SERVICE_WORKER,
	F_SEC_FETCH_SITE,
	F_ACCEPT_ENCODING,
	F_UPGRADE,
	F_CONNECTION,
	F_WS_KEY,
	F_WS_VERSION,
	F_WS_PROTOCOL,
	F_COUNT,
};

static const char *const field_names[F_COUNT] = {
	[F_HOST] = "host",
	[F_ORIGIN] = "origin",
	[F_CONTENT_LENGTH] = "content-length",
	[F_TRANSFER_ENCODING] = "transfer-encoding",
	[F_EXPECT] = "expect",
	[F_SERVICE_WORKER] = "service-worker",
	[F_SEC_FETCH_SITE] = "sec-fetch-site",
	[F_ACCEPT_ENCODING] = "accept-encoding",
	[F_UPGRADE] = "upgrade",
	[F_CONNECTION] = "connection",
	[F_WS_KEY] = "sec-websocket-key",
	[F_WS_VERSION] = "sec-websocket-version",
	[F_WS_PROTOCOL] = "sec-websocket-protocol",
};

struct head {
	struct slice method, target, version;
	struct slice fields[F_COUNT]; /* p == NULL: not there */
};

struct http_site http_site_of(u16 port)
{
	struct http_site s;
	snprintf(s.host, sizeof s.host, "127.0.0.1:%u", port);
	snprintf(s.origin, sizeof s.origin, "http://%s", s.host);
	return s;
}

size_t http_head_len(struct slice in)
{
	const u8 *end = in.n ? memmem(in.p, in.n, "\r\n\r\n", 4) : NULL;
	return end ? (size_t)(end - in.p) + 4 : 0;
}

static bool is(struct slice s, const char *text)
{
	return slice_eq(s, slice_str(text));
}

static bool is_any_case(struct slice s, const char *text)
{
	return s.n == strlen(text) && strncasecmp((const char *)s.p, text, s.n) == 0;
}

/* tchar of RFC 9110 5.6.2. */
static bool is_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		u8 c = s.p[i];
		bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!alnum && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.n > 0;
}

/* The bytes before the first c, which is consumed; all of *in when there is none. */
static struct slice cut(struct slice *in, u8 c)
{
	const u8 *at = in->n ? memchr(in->p, c, in->n) : NULL;
	struct slice part = *in;
	if (at) {
		part.n = (size_t)(at - in->p);
		*in = slice_of(at + 1, in->n - part.n - 1);
	} else {
		*in = slice_of(in->p + in->n, 0);
	}
	return part;
}

/* Without spaces and tabs at both ends. */
static struct slice trim(struct slice s)
{
	return slice_trim(s, " \t");
}

static bool read_field(struct head *h, struct slice line)
{
	const u8 *colon = memchr(line.p, ':', line.n);
	if (!colon)
		return false;
	struct slice name = cut(&line, ':');
	if (!is_token(name)) /* also a folded line, and a space before the colon */
		return false;
	struct slice value = trim(line);
	for (size_t f = 0; f < F_COUNT; f++) {
		if (!is_any_case(name, field_names[f]))
			continue;
		if (h->fields[f].p)
			return false;
		h->fields[f] = value;
	}
	return true;
}

static bool split(struct slice in, struct head *h)
{
	for (size_t i = 0; i < in.n; i++) { /* CR and LF as pairs only, no other control character, ASCII */
		u8 c = in.p[i];
		if (c == '\r' ? i + 1 == in.n || in.p[i + 1] != '\n' : c == '\n' && (i == 0 || in.p[i - 1] != '\r'))
			return false;
		if (c > 0x7e || (c < 0x20 && c != '\t' && c != '\r' && c != '\n'))
			return false;
	}
	struct slice line = cut(&in, '\r');
	h->method = cut(&line, ' ');
	h->target = cut(&line, ' ');
	h->version = line;
	if (!is_token(h->method) || h->target.n == 0 || h->version.n == 0)
		return false;
	for (size_t count = 0;; count++) {
		if (in.n == 0)
			return false;
		in = slice_of(in.p + 1, in.n - 1); /* LF */
		line = cut(&in, '\r');
		if (line.n == 0)
			return in.n == 1;
		if (count == MAX_HEADERS || !read_field(h, line))
			return false;
	}
}

/* Whether a comma-separated list has this token, any case. */
static bool has_token(struct slice list, const char *token)
{
	while (list.n) {
		if (is_any_case(trim(cut(&list, ',')), token))
			return true;
	}
	return false;
}

/* Whether gzip may be sent: named, and not with a weight of zero. */
static bool takes_gzip(struct slice list)
{
	while (list.n) {
		struct slice item = cut(&list, ',');
		if (!is_any_case(trim(cut(&item, ';')), "gzip"))
			continue;
		struct slice weight = trim(item);
		if (weight.n < 2 || !is_any_case(slice_of(weight.p, 2), "q="))
			return true;
		for (size_t i = 2; i < weight.n; i++) {
			if (weight.p[i] >= '1' && weight.p[i] <= '9')
				return true;
		}
		return false;
	}
	return false;
}

/* 16 bytes in base64: 22 characters and two '='. */
static bool is_ws_key(struct slice s)
{
	if (s.n != 24 || s.p[22] != '=' || s.p[23] != '=')
		return false;
	for (size_t i = 0; i < 22; i++) {
		u8 c = s.p[i];
		bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!alnum && c != '+' && c != '/')
			return false;
	}
	return true;
}

static enum http_code read_ws(const struct head *h, const struct http_site *site, struct http_request *ret)
{
	const struct slice *f = h->fields;
	if (!is(f[F_ORIGIN], site->origin))
		return HTTP_FORBIDDEN;
	if (!is_any_case(f[F_UPGRADE], "websocket") || !has_token(f[F_CONNECTION], "upgrade") ||
	    !is(f[F_WS_VERSION], "13"))
		return HTTP_UPGRADE_REQUIRED;
	if (!is_ws_key(f[F_WS_KEY]) || !is(f[F_WS_PROTOCOL], "chat.v1"))
		return HTTP_BAD_REQUEST;
	ret->is_ws = true;
	ret->key = f[F_WS_KEY];
	return HTTP_SWITCHING;
}

enum http_code http_head_read(struct slice head, const struct http_site *site, struct http_request *ret)
{
	struct head h = {0};
	if (!split(head, &h) || !h.fields[F_HOST].p)
		return HTTP_BAD_REQUEST;
	const struct slice *f = h.fields;
	if (!is(f[F_HOST], site->host))
		return HTTP_MISDIRECTED;
	if (!is(h.version, "HTTP/1.1"))
		return HTTP_VERSION;
	if (!is(h.method, "GET"))
		return HTTP_METHOD_NOT_ALLOWED;
	if (h.target.p[0] != '/' || f[F_CONTENT_LENGTH].p || f[F_TRANSFER_ENCODING].p || f[F_EXPECT].p)
		return HTTP_BAD_REQUEST;
	if (f[F_SERVICE_WORKER].p || (f[F_ORIGIN].p && !is(f[F_ORIGIN], site->origin)))
		return HTTP_FORBIDDEN;
	if (f[F_SEC_FETCH_SITE].p && !is(f[F_SEC_FETCH_SITE], "same-origin") && !is(f[F_SEC_FETCH_SITE], "none"))
		return HTTP_FORBIDDEN;
	*ret = (struct http_request){.path = h.target};
	if (is(h.target, "/ws"))
		return read_ws(&h, site, ret);
	return takes_gzip(f[F_ACCEPT_ENCODING]) ? HTTP_OK : HTTP_NOT_ACCEPTABLE;
}
