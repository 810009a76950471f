/* The head of a backup: any bytes; what is taken is written again as the same, and its lengths can be added up. */
#include <stdlib.h>

#include "wire/backup_file.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 in[BACKUP_FIXED_LEN] = {0}, back[BACKUP_FIXED_LEN];
	struct backup_head h;
	if (size)
		memcpy(in, data, MIN(size, sizeof in));
	if (backup_head_decode(in, 6, &h) != OK)
		return 0;
	if (h.keys_len == 0 || h.keys_len > BACKUP_KEYS_MAX || h.schema > 6 || backup_file_len(&h) < h.db_len)
		abort();
	backup_head_encode(&h, back);
	if (memcmp(in, back, sizeof in) != 0)
		abort();
	return 0;
}
