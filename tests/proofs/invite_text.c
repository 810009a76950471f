/* wire/invite_text: any text as an invitation; only texts of one length get past the first look. That the
 * look-up of a character gives -1 to 31 is invite_alphabet.c's to say.
 *
 * UNWIND 171
 * UNWIND value_of.0:33 crc32_of.0:107 crc32_of.1:9 to_base32.1:6 to_base32.2:33 put_int.0:9 get_int.0:9
 * UNWIND strlen.0:20 memcmp.0:20
 * SOURCES src/wire/cursor.c
 * REPLACE value_of:any_value crc32_of:any_crc
 * CUTS put_int from_base32 read_bytes
 */
#include "wire/invite_text.c"

#include "proof.h"

int any_value(u8 ch)
{
	int v = (int)(any_u8() & 63) - 1;
	(void)ch;
	assume(v < 32);
	return v;
}

u32 any_crc(const u8 *p, size_t n)
{
	reads(p, n);
	return any_u32();
}

void explicit_bzero(void *p, size_t n)
{
	fills(p, n);
}

void prove_decode(void)
{
	struct invite_text t;
	struct slice in = any_slice(INVITE_CHARS + 20);
	err_t e = invite_text_decode(in, &t);
	prove(e == OK || e == ERR_PEER_FORMAT);
	prove(e != OK || in.n == INVITE_CHARS + 4 || in.n == INVITE_CHARS + 15);
	reached(e == OK);
}
