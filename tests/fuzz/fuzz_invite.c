/* The text of an invitation: any bytes; what is read is written again as it was. */
#include <stdlib.h>

#include "wire/invite_text.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Whatever is written is read again. */
static void there_and_back(const u8 *data, size_t size)
{
	struct invite_text t = {0}, back;
	char text[INVITE_TEXT_CAP];
	memcpy(&t, data, MIN(size, sizeof t));
	invite_text_encode(&t, text);
	if (invite_text_decode(slice_str(text), &back) != OK || !onion_pub_eq(&t.onion, &back.onion) ||
	    memcmp(t.pqfp, back.pqfp, sizeof t.pqfp) != 0 || memcmp(&t.secret, &back.secret, sizeof t.secret) != 0 ||
	    t.expiry != back.expiry)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct invite_text t;
	char text[INVITE_TEXT_CAP];
	there_and_back(data, size);
	if (invite_text_decode(slice_of(data, size), &t) != OK)
		return 0;
	invite_text_encode(&t, text);
	if (memcmp(data + size - INVITE_CHARS, text + sizeof INVITE_PREFIX - 1, INVITE_CHARS) != 0)
		abort();
	return 0;
}
