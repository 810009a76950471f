#include "base/log_clean.h"

#include <string.h>

#define ADDRESS_LEN 56
#define KEY_LEN 32

/* The line, and what is written of it. */
struct clean {
	const char *s;
	size_t n;
	char *out;
	size_t o, cap;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_lower(c) || is_upper(c);
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_base32(char c)
{
	return is_lower(c) || is_upper(c) || (c >= '2' && c <= '7');
}

static bool is_base64(char c)
{
	return is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
}

static bool is_name(char c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '-';
}

static bool is_host(char c)
{
	return is_alnum(c) || c == '.' || c == '-';
}

static bool is_ip6(char c)
{
	return is_hex(c) || c == ':' || c == '.';
}

static bool is_word(char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '<' && c != '>' && c != ')' && c != '(';
}

/* 0 behind the end. */
static char at(const struct clean *c, size_t i)
{
	if (i >= c->n)
		return 0;
	return c->s[i] >= 0x20 && c->s[i] < 0x7f ? c->s[i] : '?';
}

static size_t run(const struct clean *c, size_t i, bool (*is)(char))
{
	size_t n = 0;
	while (at(c, i + n) && is(at(c, i + n)))
		n++;
	return n;
}

static void put(struct clean *c, const char *text)
{
	for (; *text && c->o + 1 < c->cap; text++)
		c->out[c->o++] = *text;
}

static bool is_at(const struct clean *c, size_t i, const char *text)
{
	size_t n = strlen(text);
	for (size_t k = 0; k < n; k++) {
		char a = at(c, i + k);
		if (a != text[k] && !(is_upper(a) && (char)(a + 32) == text[k]))
			return false;
	}
	return true;
}

/* Each of these gives how many characters it stands for, 0: it is none. `start`: no letter or digit is before it. */

static size_t known_folder(const struct clean *c, const struct log_clean *known, size_t i)
{
	size_t longest = 0;
	for (size_t k = 0; k < LOG_CLEAN_FOLDERS; k++) {
		const char *f = known->folders[k];
		size_t n = f ? strlen(f) : 0;
		if (n < 2 || n <= longest || n > c->n - i || memcmp(c->s + i, f, n) != 0)
			continue;
		if (!is_name(at(c, i + n))) /* not the beginning of another name */
			longest = n;
	}
	return longest;
}

static size_t home_folder(const struct clean *c, size_t i)
{
	static const char *const above[] = {"/home/", "/users/", "/run/user/"};
	for (size_t k = 0; k < ARRAY_LEN(above); k++) {
		size_t n = strlen(above[k]), m = is_at(c, i, above[k]) ? run(c, i + n, is_name) : 0;
		if (m)
			return n + m;
	}
	return 0;
}

static size_t onion(const struct clean *c, size_t i)
{
	size_t n = run(c, i, is_host);
	for (size_t k = n; k >= 7; k--) /* the last one */
		if (is_at(c, i + k - 6, ".onion") && !is_alnum(at(c, i + k)))
			return k;
	return 0;
}

static size_t base32(const struct clean *c, size_t i)
{
	size_t n = run(c, i, is_base32);
	return n >= ADDRESS_LEN ? n : 0;
}

static size_t url(const struct clean *c, size_t i)
{
	size_t n = run(c, i, is_host);
	if (n == 0 || !is_at(c, i + n, "://"))
		return 0;
	return n + run(c, i + n, is_word);
}

static size_t port(const struct clean *c, size_t i)
{
	return at(c, i) == ':' && is_digit(at(c, i + 1)) ? 1 + run(c, i + 1, is_digit) : 0;
}

/* Four numbers, or more of them in a row, which is none and stands for one all the same. */
static size_t ip4(const struct clean *c, size_t i)
{
	size_t n = 0, parts = 0;
	unsigned first = 0;
	while (parts == 0 || (at(c, i + n) == '.' && is_digit(at(c, i + n + 1)))) {
		unsigned part = 0;
		n += parts > 0;
		size_t digits = run(c, i + n, is_digit);
		if (digits < 1 || digits > 3)
			return 0;
		for (size_t d = 0; d < digits; d++)
			part = part * 10 + (unsigned)(at(c, i + n + d) - '0');
		if (part > 255)
			return 0;
		if (parts++ == 0)
			first = part;
		n += digits;
	}
	if (parts < 4 || is_alnum(at(c, i + n)))
		return 0;
	if (parts == 4 && (first == 127 || first == 0)) /* loopback, or the version of a tor */
		return 0;
	return n + port(c, i + n);
}

/* A time of day has colons, too: there have to be two next to each other, or seven. */
static size_t ip6(const struct clean *c, size_t i)
{
	size_t n = run(c, i, is_ip6), colons = 0, digits = 0;
	bool is_short = false;
	while (n && (at(c, i + n - 1) == '.' || (at(c, i + n - 1) == ':' && n >= 2 && at(c, i + n - 2) != ':')))
		n--; /* of the sentence around it */
	for (size_t k = 0; k < n; k++) {
		colons += at(c, i + k) == ':';
		is_short |= at(c, i + k) == ':' && k + 1 < n && at(c, i + k + 1) == ':';
		digits += is_hex(at(c, i + k));
	}
	if (n < 3 || digits == 0 || !(is_short || colons >= 7))
		return 0;
	return n == 3 && is_at(c, i, "::1") && !is_alnum(at(c, i + n)) ? 0 : n;
}

/* A fingerprint, and the nickname that tor writes behind it. */
static size_t hex(const struct clean *c, size_t i)
{
	size_t n = run(c, i, is_hex);
	if (n < KEY_LEN)
		return 0;
	if (at(c, i + n) == '~' || at(c, i + n) == '=')
		n += 1 + run(c, i + n + 1, is_alnum);
	return n;
}

/* Bytes have capitals and digits; paths and names of functions do not have both. */
static size_t base64(const struct clean *c, size_t i)
{
	size_t n = run(c, i, is_base64), digits = 0, upper = 0;
	for (size_t k = 0; k < n; k++) {
		digits += is_digit(at(c, i + k));
		upper += is_upper(at(c, i + k));
	}
	return n >= KEY_LEN && digits && upper ? n : 0;
}

/* The name of a value of a bridge line, with its "="; the value is what follows. */
static size_t bridge_name(const struct clean *c, size_t i)
{
	static const char *const names[] = {"url=", "front=", "fronts=", "ice=", "sni=", "servername=", "cert="};
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		if (is_at(c, i, names[k]) && run(c, i + strlen(names[k]), is_word))
			return strlen(names[k]);
	return 0;
}

static const char *what_is(const struct clean *c, const struct log_clean *known, size_t i, bool start, size_t *ret)
{
	if ((*ret = known_folder(c, known, i)) || (*ret = home_folder(c, i)))
		return "[folder]";
	if (start && (*ret = url(c, i)))
		return "[url]";
	if ((start && (*ret = onion(c, i))) || (*ret = base32(c, i)))
		return "[address]";
	if (start && ((*ret = ip4(c, i)) || (*ret = ip6(c, i))))
		return "[ip]";
	if ((*ret = hex(c, i)) || (start && (*ret = base64(c, i))))
		return "[key]";
	return NULL;
}

/* What has to go: n characters from `at` on, for which `instead` is written; NULL: nothing. */
struct find {
	const char *instead;
	size_t at, n;
};

static struct find next(const struct clean *c, const struct log_clean *known, size_t i)
{
	bool start = true;
	for (; i < c->n; i++) {
		struct find f = {.at = i};
		size_t name = start ? bridge_name(c, i) : 0;
		if (name)
			return (struct find){"[bridge]", i + name, run(c, i + name, is_word)};
		if ((f.instead = what_is(c, known, i, start, &f.n)))
			return f;
		start = !is_alnum(at(c, i));
	}
	return (struct find){0};
}

/* Writes the line from i up to end. What stands before a find is looked at once more, as if the line ended there: an address that
 * a key touches is none while the key is seen (8.8.8.8.5AAAA...), and one in what is written. */
static void write_clean(struct clean *c, const struct log_clean *known, size_t i, size_t end)
{
	while (i < end) {
		c->n = end;
		const struct find f = next(c, known, i);
		if (!f.instead) {
			for (; i < end; i++)
				put(c, (const char[]){at(c, i), 0});
			return;
		}
		write_clean(c, known, i, f.at); /* shorter each time */
		put(c, f.instead);
		i = f.at + f.n;
	}
}

size_t log_clean(const struct log_clean *known, struct slice line, char *out, size_t cap)
{
	struct clean c = {.s = (const char *)line.p, .n = line.n, .out = out, .cap = cap};
	write_clean(&c, known, 0, line.n);
	if (cap)
		out[c.o] = 0;
	return c.o;
}
