/* The text of a recovery key: any bytes; what is read is one key, and its text is read as the same. */
#include <stdlib.h>

#include "wire/recovery_text.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Whatever is printed is read again. */
static void there_and_back(const u8 *data, size_t size)
{
	u8 key[RECOVERY_BYTES] = {0}, text[RECOVERY_CHARS], back[RECOVERY_CHARS];
	char printed[RECOVERY_PRINTED_CAP];
	if (size)
		memcpy(key, data, MIN(size, sizeof key));
	recovery_text_encode(key, text);
	recovery_text_print(text, printed);
	if (recovery_text_read(slice_str(printed), back) != OK || memcmp(text, back, sizeof text) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 text[RECOVERY_CHARS], back[RECOVERY_CHARS];
	there_and_back(data, size);
	if (recovery_text_read(slice_of(data, size), text) != OK)
		return 0;
	if (recovery_text_read(slice_of(text, sizeof text), back) != OK || memcmp(text, back, sizeof text) != 0)
		abort();
	return 0;
}
