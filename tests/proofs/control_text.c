/* tor/control_text: one word of a line of tor, and where the next one begins.
 *
 * Texts of up to 8 characters: a key, quotes and every kind of escape fit in. The loops take a character, or an escape of up
 * to four, at a time and know nothing of those before; a longer text turns them more often.
 *
 * SOURCES src/tor/control_text.c tests/proofs/stub_string.c
 * UNWIND 10
 * UNWIND tor_number.0:22
 * UNWIND is_one_of.0:3
 * CUTS unquote
 */
#include "tor/control_text.h"

#include "proof.h"

#define LONGEST 8

static void is_text_in(const char *p, const char *text, size_t n)
{
	prove(p >= text && p <= text + n);
}

void prove_words(void)
{
	char text[LONGEST + 1];
	text[LONGEST] = 0;
	char *at = text;
	struct tor_word w;
	err_t e = tor_next_word(&at, &w);
	is_text_in(at, text, LONGEST);
	if (e != OK)
		return;
	is_text_in(w.value, text, LONGEST);
	prove(strlen(w.value) <= (size_t)(text + LONGEST - w.value));
	prove(!w.key || (w.key >= text && w.key < w.value));
	prove(at > w.value || *at == 0);
	reached(w.key && strlen(w.value) == 3);
}

void prove_bare(void)
{
	char text[LONGEST + 1];
	text[LONGEST] = 0;
	char *at = text;
	const char *word = tor_next_bare(&at);
	is_text_in(at, text, LONGEST);
	is_text_in(word, text, LONGEST);
	reached(strlen(word) == LONGEST);
}

/* Numbers of up to 20 digits and a sign: 18, which are taken, are far from the end of 63 bits. */
void prove_number(void)
{
	char text[22];
	i64 min = any_i64(), max = any_i64(), v;
	text[21] = 0;
	err_t e = tor_number(text, min, max, &v);
	prove(e != OK || (v >= min && v <= max));
	reached(e == OK && v < 0);
}
