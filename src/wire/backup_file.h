/* The file of a backup: the key file and a copy of the database, whole or not at all.
 *
 *	 0 "boc back"
 *	 8 u32be version, 1
 *	12 u32be schema of the database
 *	16 u32be k, length of the key file
 *	20 u32be 0
 *	24 u64be d, length of the database
 *	32 key file (k bytes), database (d bytes), SHA-512("boc backup" ‖ all before)[0:32]
 *
 * The sum finds what is damaged, cut or mixed before anything is made of it; it needs no key and keeps nobody out. What
 * authenticates the contents is inside: the key file binds what it wraps, and each page of the database carries a MAC of
 * its number and place under a key of this one copy, checked when it is opened for the first time. No I/O here. */
#ifndef BOC_WIRE_BACKUP_FILE_H
#define BOC_WIRE_BACKUP_FILE_H

#include <sodium.h>

#include "base/err.h"
#include "base/slice.h"

#define BACKUP_FIXED_LEN 32
#define BACKUP_KEYS_MAX 2048
#define BACKUP_HEAD_MAX (BACKUP_FIXED_LEN + BACKUP_KEYS_MAX)
#define BACKUP_SUM_LEN 32

struct backup_head {
	u32 schema;
	u32 keys_len;
	u64 db_len;
};

/* The fixed part; latest: the schema this program knows. ERR_PEER_FORMAT: it is no backup. ERR_LOCAL_CONFIG: of a later one.
 * ERR_LOCAL_DAMAGED: lengths that cannot be. */
err_t backup_head_decode(const u8 in[static BACKUP_FIXED_LEN], u32 latest, struct backup_head *ret) MUST_CHECK;

/* Writes it. */
void backup_head_encode(const struct backup_head *h, u8 ret[static BACKUP_FIXED_LEN]);

/* How long the whole file is. */
u64 backup_file_len(const struct backup_head *h);

/* The sum over what was added so far. */
struct backup_sum {
	crypto_hash_sha512_state st;
};
void backup_sum_begin(struct backup_sum *s);
void backup_sum_add(struct backup_sum *s, struct slice bytes);
void backup_sum_end(struct backup_sum *s, u8 ret[static BACKUP_SUM_LEN]);

#endif
