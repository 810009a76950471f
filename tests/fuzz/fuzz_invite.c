/* The text of an invitation: any bytes; what is read is written again as it was. */
#include <stdlib.h>

#include "wire/invite_text.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct invite_text t;
	char text[INVITE_TEXT_CAP];
	if (invite_text_decode(slice_of(data, size), &t) != OK)
		return 0;
	invite_text_encode(&t, text);
	if (memcmp(data + size - INVITE_CHARS, text + sizeof INVITE_PREFIX - 1, INVITE_CHARS) != 0)
		abort();
	return 0;
}
