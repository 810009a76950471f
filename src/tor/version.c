#include "tor/version.h"

#include <stdio.h>

/* Reads a decimal number of at most 9 digits at *at and moves on. */
static bool read_number(struct slice t, size_t *at, u32 *ret)
{
	u32 v = 0;
	size_t digits = 0;
	for (; *at < t.n && t.p[*at] >= '0' && t.p[*at] <= '9'; (*at)++) {
		if (++digits > 9)
			return false;
		v = v * 10 + (u32)(t.p[*at] - '0');
	}
	*ret = v;
	return digits > 0;
}

err_t tor_version_parse(struct slice text, struct tor_version *ret)
{
	static const char prefix[] = "Tor version ";
	size_t at = 0;
	if (text.n >= sizeof prefix - 1 && memcmp(text.p, prefix, sizeof prefix - 1) == 0)
		at = sizeof prefix - 1;
	u32 n[4] = {0};
	for (size_t i = 0; i < 4; i++) {
		if (i > 0 && (at >= text.n || text.p[at++] != '.'))
			return ERR_PEER_FORMAT;
		if (!read_number(text, &at, &n[i]))
			return ERR_PEER_FORMAT;
	}
	/* what may follow: the sentence's end, -STATUS, " (git-...)", a line end */
	if (at < text.n && !strchr(".- \r\n", text.p[at]))
		return ERR_PEER_FORMAT;
	*ret = (struct tor_version){.major = n[0], .minor = n[1], .micro = n[2], .patch = n[3]};
	return OK;
}

static int cmp_u32(u32 a, u32 b)
{
	return (a > b) - (a < b);
}

int tor_version_cmp(const struct tor_version *a, const struct tor_version *b)
{
	int c = cmp_u32(a->major, b->major);
	if (c == 0)
		c = cmp_u32(a->minor, b->minor);
	if (c == 0)
		c = cmp_u32(a->micro, b->micro);
	return c ? c : cmp_u32(a->patch, b->patch);
}

const char *tor_version_text(const struct tor_version *v, char out[static TOR_VERSION_TEXT])
{
	snprintf(out, TOR_VERSION_TEXT, "%u.%u.%u.%u", v->major, v->minor, v->micro, v->patch);
	return out;
}
