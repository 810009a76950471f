/* wire/invite_text, its alphabet: the look-up without a branch gives what a table would, for every byte.
 *
 * SOURCES src/wire/cursor.c
 * UNWIND 33
 * CUTS value_of
 */
#include "wire/invite_text.c"

#include "proof.h"

void prove_value(void)
{
	u8 ch = any_u8();
	int v = value_of(ch), want = -1;
	if (ch >= 'A' && ch <= 'Z')
		want = ch - 'A';
	if (ch >= '2' && ch <= '7')
		want = ch - '2' + 26;
	prove(v == want);
	reached(v == 31);
}
