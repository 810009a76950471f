#include "tor/control_text.h"

/* Reads \ooo (1-3 octal digits) at p. Returns how many digits there were. */
static size_t octal(const char *p, unsigned *ret)
{
	size_t n = 0;
	unsigned v = 0;
	for (; n < 3 && p[n] >= '0' && p[n] <= '7'; n++)
		v = v * 8 + (unsigned)(p[n] - '0');
	*ret = v;
	return n;
}

/* Unescapes the quoted string after the quote at *at, in place (it only gets shorter), and moves *at behind its end. */
static err_t unquote(char **at, char **ret)
{
	char *in = *at + 1, *out = in;
	*ret = in;
	for (; *in && *in != '"'; in++) {
		if (*in != '\\') {
			*out++ = *in;
			continue;
		}
		in++;
		unsigned v;
		size_t digits = octal(in, &v);
		if (digits > 0) {
			if (v == 0 || v > 255)
				return ERR_PEER_FORMAT;
			*out++ = (char)(u8)v;
			in += digits - 1;
		} else if (*in == 'n') {
			*out++ = '\n';
		} else if (*in == 't') {
			*out++ = '\t';
		} else if (*in == 'r') {
			*out++ = '\r';
		} else if (*in) {
			*out++ = *in;
		} else {
			return ERR_PEER_FORMAT;
		}
	}
	if (*in != '"' || (in[1] && in[1] != ' '))
		return ERR_PEER_FORMAT;
	*at = in[1] ? in + 2 : in + 1;
	*out = 0;
	return OK;
}

/* Ends the word at *at with a NUL and moves *at behind it. */
static char *bare(char **at)
{
	char *word = *at;
	size_t n = strcspn(word, " ");
	*at = word[n] ? word + n + 1 : word + n;
	word[n] = 0;
	return word;
}

char *tor_next_bare(char **at)
{
	while (**at == ' ')
		(*at)++;
	return bare(at);
}

err_t tor_next_word(char **at, struct tor_word *ret)
{
	while (**at == ' ')
		(*at)++;
	if (!**at)
		return ERR_AGAIN;
	struct tor_word w = {0};
	if (**at == '"') {
		TRY(unquote(at, &w.value));
		*ret = w;
		return OK;
	}
	size_t n = strcspn(*at, " =");
	if ((*at)[n] == '=') {
		w.key = *at;
		w.key[n] = 0;
		*at += n + 1;
	}
	if (w.key && **at == '"')
		TRY(unquote(at, &w.value));
	else
		w.value = bare(at);
	*ret = w;
	return OK;
}

err_t tor_number(const char *text, i64 min, i64 max, i64 *ret)
{
	bool negative = *text == '-';
	if (*text == '-' || *text == '+')
		text++;
	i64 v = 0;
	size_t n = 0;
	for (; text[n] >= '0' && text[n] <= '9'; n++) {
		if (n == 18)
			return ERR_PEER_FORMAT;
		v = v * 10 + (text[n] - '0');
	}
	if (negative)
		v = -v;
	if (n == 0 || text[n] || v < min || v > max)
		return ERR_PEER_FORMAT;
	*ret = v;
	return OK;
}
