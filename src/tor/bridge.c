#include "tor/bridge.h"

#include <stdio.h>

#define FINGERPRINT_LEN 40
#define OPTIONS_MAX 16

static const struct {
	const char *name;
	const char *package;
	const char *needs[2];    /* options without which it does nothing */
	const char *programs[3]; /* NULL behind the last */
} transports[BRIDGE_TRANSPORTS] = {
	[BRIDGE_VANILLA] = {"", "", {NULL}, {NULL}},
	[BRIDGE_OBFS4] = {"obfs4", "the package obfs4proxy", {"cert", "iat-mode"}, {"obfs4proxy", "lyrebird", NULL}},
	[BRIDGE_SNOWFLAKE] = {"snowflake", "the package snowflake-client", {"url"}, {"snowflake-client", NULL}},
	[BRIDGE_WEBTUNNEL] = {"webtunnel",
                              "the program webtunnel-client, of which Debian 12 has no package",
                              {"url"},
                              {"webtunnel-client", NULL}},
};

const char *bridge_transport_name(enum bridge_transport t)
{
	return transports[t].name;
}

const char *const *bridge_programs(enum bridge_transport t)
{
	return transports[t].programs;
}

const char *bridge_package(enum bridge_transport t)
{
	return transports[t].package;
}

/* ---- characters: no quote, backslash or #, which mean something in tor's own files, and no control character ---- */

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_good(u8 c)
{
	return is_digit(c) || is_letter(c) || (c && strchr("-._~:/?@&*+,=%[]", c));
}

static bool is_blank(u8 c)
{
	return c == ' ' || c == '\t';
}

static bool is_hex(u8 c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* ---- words ---- */

/* The next word of a line. false: no more. */
static bool next_word(struct slice *line, struct slice *ret)
{
	size_t from = 0, to;
	while (from < line->n && is_blank(line->p[from]))
		from++;
	for (to = from; to < line->n && !is_blank(line->p[to]); to++)
		;
	if (from == to)
		return false;
	*ret = slice_of(line->p + from, to - from);
	*line = slice_of(line->p + to, line->n - to);
	return true;
}

static bool same_word(struct slice w, const char *name)
{
	if (w.n != strlen(name))
		return false;
	for (size_t i = 0; i < w.n; i++) {
		u8 c = w.p[i] >= 'A' && w.p[i] <= 'Z' ? (u8)(w.p[i] + 'a' - 'A') : w.p[i];
		if (c != (u8)name[i])
			return false;
	}
	return true;
}

static bool is_port(struct slice s)
{
	u32 port = 0;
	if (s.n < 1 || s.n > 5 || s.p[0] == '0')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		port = 10 * port + (u32)(s.p[i] - '0');
	}
	return port <= 65535;
}

/* 0 to 255, four times. */
static bool is_ip4(struct slice s)
{
	u32 value = 0;
	size_t dots = 0, digits = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (digits == 0 || ++dots > 3)
				return false;
			digits = 0;
			value = 0;
			continue;
		}
		if (!is_digit(s.p[i]) || (digits > 0 && value == 0))
			return false;
		value = 10 * value + (u32)(s.p[i] - '0');
		if (++digits > 3 || value > 255)
			return false;
	}
	return dots == 3 && digits > 0;
}

/* Eight groups of up to four hexadecimal digits; one row of zeros may be left out. */
static bool is_ip6(struct slice s)
{
	size_t groups = 0, digits = 0;
	bool shortened = false;
	for (size_t i = 0; i < s.n; i++) {
		if (is_hex(s.p[i])) {
			groups += digits == 0;
			if (++digits > 4 || groups > 8)
				return false;
			continue;
		}
		bool twice = i + 1 < s.n && s.p[i + 1] == ':';
		bool alone = digits == 0 || i + 1 == s.n;
		if (s.p[i] != ':' || (twice && shortened) || (alone && !twice))
			return false;
		shortened |= twice;
		i += twice;
		digits = 0;
	}
	return shortened ? groups < 8 : groups == 8;
}

/* 1.2.3.4:5 or [2001:db8::1]:5: never a name, which somebody would be asked about. */
static bool is_address(struct slice w)
{
	bool is_6 = w.p[0] == '[';
	const u8 *end = is_6 ? memchr(w.p, ']', w.n) : memchr(w.p, ':', w.n);
	if (!end)
		return false;
	size_t from = is_6 ? 1 : 0, n = (size_t)(end - w.p) - from, colon = from + n + (is_6 ? 1 : 0);
	if (colon >= w.n || w.p[colon] != ':')
		return false;
	struct slice host = slice_of(w.p + from, n);
	return (is_6 ? is_ip6(host) : is_ip4(host)) && is_port(slice_of(w.p + colon + 1, w.n - colon - 1));
}

static bool is_fingerprint(struct slice w)
{
	for (size_t i = 0; i < w.n; i++)
		if (!is_hex(w.p[i]))
			return false;
	return w.n == FINGERPRINT_LEN;
}

/* ---- a line ---- */

struct line {
	enum bridge_transport transport;
	struct slice words[3 + OPTIONS_MAX]; /* what is written anew */
	struct slice keys[OPTIONS_MAX];
	size_t n, options;
};

/* KEY=VALUE with a key that was not there before. */
static bool take_option(struct line *l, struct slice w)
{
	const u8 *eq = memchr(w.p, '=', w.n);
	if (!eq || eq == w.p || eq + 1 == w.p + w.n || l->options == OPTIONS_MAX)
		return false;
	struct slice key = slice_of(w.p, (size_t)(eq - w.p));
	for (size_t i = 0; i < key.n; i++)
		if (!is_letter(key.p[i]) && !is_digit(key.p[i]) && key.p[i] != '-' && key.p[i] != '_')
			return false;
	for (size_t i = 0; i < l->options; i++)
		if (slice_eq(l->keys[i], key))
			return false;
	l->keys[l->options++] = key;
	l->words[l->n++] = w;
	return true;
}

static bool has_what_it_needs(const struct line *l)
{
	for (size_t i = 0; i < ARRAY_LEN(transports[0].needs) && transports[l->transport].needs[i]; i++) {
		bool found = false;
		for (size_t j = 0; j < l->options; j++)
			found |= slice_eq(l->keys[j], slice_str(transports[l->transport].needs[i]));
		if (!found)
			return false;
	}
	return true;
}

static enum bridge_wrong check_characters(struct slice line)
{
	if (line.n > MAX_BRIDGE_LINE)
		return BRIDGE_LONG;
	for (size_t i = 0; i < line.n; i++)
		if (!is_good(line.p[i]) && !is_blank(line.p[i]))
			return BRIDGE_CHARACTER;
	return BRIDGE_FINE;
}

/* The transport, if w is one. */
static bool take_transport(struct line *l, struct slice w)
{
	for (int t = BRIDGE_OBFS4; t < BRIDGE_TRANSPORTS; t++) {
		if (!same_word(w, transports[t].name))
			continue;
		l->transport = (enum bridge_transport)t;
		l->words[l->n++] = slice_str(transports[t].name);
		return true;
	}
	return false;
}

static enum bridge_wrong read_line(struct slice rest, struct slice w, struct line *ret)
{
	if (same_word(w, "bridge") && !next_word(&rest, &w))
		return BRIDGE_ADDRESS;
	bool disguised = take_transport(ret, w);
	if (disguised && !next_word(&rest, &w))
		return BRIDGE_ADDRESS;
	if (!is_address(w))
		return disguised || is_digit(w.p[0]) || w.p[0] == '[' ? BRIDGE_ADDRESS : BRIDGE_TRANSPORT;
	ret->words[ret->n++] = w;
	if (!next_word(&rest, &w) || !is_fingerprint(w))
		return BRIDGE_FINGERPRINT;
	ret->words[ret->n++] = w;
	while (next_word(&rest, &w))
		if (!disguised || !take_option(ret, w))
			return BRIDGE_OPTION;
	return has_what_it_needs(ret) ? BRIDGE_FINE : BRIDGE_MISSING;
}

static err_t write_line(const struct line *l, struct buf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		TRY(buf_append(out, l->words[i]));
		TRY(buf_append(out, slice_str(i + 1 < l->n ? " " : "\n")));
	}
	return OK;
}

/* ---- the whole ---- */

/* The next line, without its end. */
static bool next_line(struct slice *text, struct slice *ret)
{
	if (text->n == 0)
		return false;
	const u8 *lf = memchr(text->p, '\n', text->n);
	size_t n = lf ? (size_t)(lf - text->p) : text->n, used = lf ? n + 1 : n;
	*ret = slice_of(text->p, n && lf && text->p[n - 1] == '\r' ? n - 1 : n);
	*text = slice_of(text->p + used, text->n - used);
	return true;
}

static err_t refuse(struct buf *out, struct bridge_fault *ret, struct bridge_fault f)
{
	buf_free(out);
	*ret = f;
	return f.what == BRIDGE_LONG || f.what == BRIDGE_MANY ? ERR_PEER_LIMIT : ERR_PEER_FORMAT;
}

err_t bridges_read(struct slice text, struct buf *out, struct bridges *ret, struct bridge_fault *ret_fault)
{
	struct bridges all = {0};
	struct slice line, w;
	for (u32 number = 1; next_line(&text, &line); number++) {
		struct line l = {.transport = BRIDGE_VANILLA};
		struct slice rest = line;
		enum bridge_wrong wrong = check_characters(line);
		if (wrong == BRIDGE_FINE && !next_word(&rest, &w))
			continue;
		if (wrong == BRIDGE_FINE)
			wrong = read_line(rest, w, &l);
		if (wrong == BRIDGE_FINE && (all.count == MAX_BRIDGES || write_line(&l, out) != OK))
			wrong = BRIDGE_MANY;
		if (wrong != BRIDGE_FINE)
			return refuse(out, ret_fault, (struct bridge_fault){number, wrong, l.transport});
		if (!(all.used & 1u << l.transport))
			all.first[l.transport] = number;
		all.used |= 1u << l.transport;
		all.count++;
	}
	*ret = all;
	return OK;
}

bool bridges_next(struct slice *rest, struct slice *ret)
{
	return next_line(rest, ret);
}

void bridge_fault_text(const struct bridge_fault *f, char ret[static BRIDGE_FAULT_TEXT])
{
	static const char *const words[BRIDGE_WRONGS] = {
		[BRIDGE_FINE] = "nothing is wrong",
		[BRIDGE_CHARACTER] = "it has a character that no line of a bridge has",
		[BRIDGE_LONG] = "it is too long for a bridge",
		[BRIDGE_MANY] = "that is one bridge too many",
		[BRIDGE_TRANSPORT] = "its kind is not known: obfs4, snowflake, webtunnel, or an address to begin with",
		[BRIDGE_ADDRESS] = "an address with a port is missing, such as 192.0.2.1:443",
		[BRIDGE_FINGERPRINT] = "behind the address a fingerprint is missing: 40 characters, 0 to 9 and A to F",
		[BRIDGE_OPTION] = "what is behind the fingerprint is not understood",
		[BRIDGE_MISSING] = "its end is missing",
	};
	if (f->what == BRIDGE_SYSTEM)
		snprintf(ret, BRIDGE_FAULT_TEXT,
		         "This program uses the system's Tor (--tor), whose bridges are set where that is set up. "
		         "Nothing was changed.");
	else if (f->what == BRIDGE_PROGRAM)
		snprintf(ret, BRIDGE_FAULT_TEXT,
		         "Line %u: for %s install %s, then start BlackedOutChat again. Nothing was changed.", f->line,
		         bridge_transport_name(f->transport), bridge_package(f->transport));
	else
		snprintf(ret, BRIDGE_FAULT_TEXT, "Line %u: %s. Nothing was changed.", f->line, words[f->what]);
}
