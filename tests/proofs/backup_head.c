/* wire/backup_file: any bytes as the head of a backup, for a program of any schema. What is taken has lengths that fit their
 * room and can be added up, and is written back as the same bytes.
 *
 * SOURCES src/wire/backup_file.c src/wire/cursor.c
 * UNWIND 33
 * CUTS put_int get_u32
 */
#include "wire/backup_file.h"

#include "proof.h"

void prove_head(void)
{
	u8 in[BACKUP_FIXED_LEN], back[BACKUP_FIXED_LEN];
	u32 latest = any_u32();
	struct backup_head h;
	err_t e = backup_head_decode(in, latest, &h);
	prove(e == OK || e == ERR_PEER_FORMAT || e == ERR_LOCAL_CONFIG || e == ERR_LOCAL_DAMAGED);
	reached(e == ERR_LOCAL_CONFIG);
	if (e != OK)
		return;
	prove(h.schema >= 1 && h.schema <= latest);
	prove(h.keys_len >= 1 && h.keys_len <= BACKUP_KEYS_MAX);
	prove(backup_file_len(&h) > h.db_len && backup_file_len(&h) <= (u64)1 << 41);
	backup_head_encode(&h, back);
	for (size_t i = 0; i < sizeof in; i++)
		prove(in[i] == back[i]);
	reached(h.keys_len == BACKUP_KEYS_MAX);
}
