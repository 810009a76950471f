/* wire/recovery_text: any text as a recovery key; what is read has as many characters as one has.
 *
 * UNWIND 71
 * UNWIND crc24_of.0:33 crc24_of.1:9 char_of.0:33 value_of.0:33 values_of.0:71 pack.0:281
 * UNWIND recovery_text_encode.0:4 recovery_text_encode.1:6 recovery_text_encode.2:57
 * REPLACE value_of:any_value char_of:any_char crc24_of:any_crc
 * CUTS recovery_text_encode
 */
#include "wire/recovery_text.c"

#include "proof.h"

int any_value(u8 ch)
{
	int v = (int)(any_u8() & 63) - 1;
	(void)ch;
	assume(v < 32);
	return v;
}

u8 any_char(u32 value)
{
	prove(value < 32);
	return any_u8();
}

u32 any_crc(const u8 *key)
{
	reads(key, RECOVERY_BYTES);
	return any_u32() & 0xffffff;
}

void explicit_bzero(void *p, size_t n)
{
	fills(p, n);
}

void prove_read(void)
{
	u8 *text = any_object(RECOVERY_CHARS);
	struct slice in = any_slice(70);
	err_t e = recovery_text_read(in, text);
	prove(e == OK || e == ERR_PEER_FORMAT);
	prove(e != OK || in.n >= RECOVERY_CHARS);
	reached(e == OK);
}
