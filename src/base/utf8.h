/* Text from outside: strict UTF-8 (RFC 3629) and what a person may be shown. */
#ifndef BOC_BASE_UTF8_H
#define BOC_BASE_UTF8_H

#include "base/slice.h"

/* Whether s is UTF-8 without overlong forms, surrogates, NUL or values past U+10FFFF. */
bool utf8_is_text(struct slice s);

/* utf8_is_text, one line, and free of control and direction-changing characters: for names. */
bool utf8_is_name(struct slice s);

/* utf8_is_name, but for the joiner that many emoji are made with (U+200D). */
bool utf8_is_emoji(struct slice s);

/* The longest beginning of good UTF-8 with at most cap bytes that ends between characters. */
struct slice utf8_cut(struct slice s, size_t cap);
/* Reads one code point from s at *at (< s.n) and moves *at past it. 0: malformed or NUL. */
u32 utf8_next(struct slice s, size_t *at);

#endif
