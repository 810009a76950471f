#include "base/utf8.h"

u32 utf8_next(struct slice s, size_t *at)
{
	static const u32 least[] = {0, 0x80, 0x800, 0x10000};
	u8 b = s.p[*at];
	size_t more = b < 0x80 ? 0 : b >> 5 == 6 ? 1 : b >> 4 == 14 ? 2 : b >> 3 == 30 ? 3 : 4;
	if (more == 4 || s.n - *at <= more)
		return 0;
	u32 c = more ? b & (0x3fu >> more) : b;
	for (size_t i = 1; i <= more; i++) {
		u8 t = s.p[*at + i];
		if (t >> 6 != 2)
			return 0;
		c = c << 6 | (t & 0x3f);
	}
	*at += more + 1;
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return c;
}

static bool is_hidden(u32 c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || /* controls */
	       (c >= 0x200b && c <= 0x200f) ||        /* zero width, marks of direction */
	       (c >= 0x2028 && c <= 0x202e) ||        /* line separators, direction embedding */
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

#define JOINER 0x200d

static bool is_any(u32 c)
{
	return c != 0;
}

static bool is_of_name(u32 c)
{
	return c != 0 && !is_hidden(c);
}

static bool is_of_emoji(u32 c)
{
	return c == JOINER || is_of_name(c);
}

static bool check(struct slice s, bool (*good)(u32 c))
{
	for (size_t at = 0; at < s.n;)
		if (!good(utf8_next(s, &at)))
			return false;
	return true;
}

bool utf8_is_text(struct slice s)
{
	return check(s, is_any);
}

bool utf8_is_name(struct slice s)
{
	return check(s, is_of_name);
}

bool utf8_is_emoji(struct slice s)
{
	return check(s, is_of_emoji);
}

struct slice utf8_cut(struct slice s, size_t cap)
{
	size_t n = MIN(s.n, cap);
	while (n > 0 && n < s.n && s.p[n] >> 6 == 2)
		n--;
	return slice_of(s.p, n);
}
