/* The words of a control-port line: `WORD`, `KEY=VALUE`, `KEY="quoted"` (control-spec 2.1). For control_event.c. */
#ifndef BOC_TOR_CONTROL_TEXT_H
#define BOC_TOR_CONTROL_TEXT_H

#include "base/err.h"

struct tor_word {
	char *key;   /* NULL for a word without `=` */
	char *value; /* unescaped; never NULL */
};

/* Takes the next word at *at, which it overwrites in place, and moves *at on. ERR_AGAIN at the end of the text;
 * ERR_PEER_FORMAT for quotes without an end, a NUL by escape, or text that goes on right after a quote. Words of *ret
 * are borrowed from the text. */
err_t tor_next_word(char **at, struct tor_word *ret) MUST_CHECK;

/* Takes everything up to the next space as one word, whatever it holds; the empty string at the end. Same rules. */
char *tor_next_bare(char **at);

/* Reads a whole decimal number, with an optional sign, between min and max. ERR_PEER_FORMAT. */
err_t tor_number(const char *text, i64 min, i64 max, i64 *ret) MUST_CHECK;

#endif
