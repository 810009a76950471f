#include "wire/backup_file.h"

#include "wire/cursor.h"

#define MAGIC "boc back"
#define VERSION 1
#define DB_MAX ((u64)1 << 40) /* more than any vault; sums of lengths cannot wrap */
#define DB_MIN 512            /* the smallest page there is */

err_t backup_head_decode(const u8 in[static BACKUP_FIXED_LEN], u32 latest, struct backup_head *ret)
{
	struct reader r = reader_of(slice_of(in, BACKUP_FIXED_LEN));
	struct slice magic = get_slice(&r, 8);
	u32 version = get_u32(&r);
	struct backup_head h;
	h.schema = get_u32(&r);
	h.keys_len = get_u32(&r);
	u32 zero = get_u32(&r);
	h.db_len = get_u64(&r);
	if (!slice_eq(magic, slice_str(MAGIC)))
		return ERR_PEER_FORMAT;
	if (version > VERSION || (version == VERSION && h.schema > latest))
		return ERR_LOCAL_CONFIG;
	if (version == 0 || h.schema == 0 || zero != 0 || h.keys_len == 0 || h.keys_len > BACKUP_KEYS_MAX ||
	    h.db_len < DB_MIN || h.db_len > DB_MAX)
		return ERR_LOCAL_DAMAGED;
	*ret = h;
	return OK;
}

void backup_head_encode(const struct backup_head *h, u8 ret[static BACKUP_FIXED_LEN])
{
	struct writer w = writer_of(ret, BACKUP_FIXED_LEN);
	put_bytes(&w, MAGIC, 8);
	put_u32(&w, VERSION);
	put_u32(&w, h->schema);
	put_u32(&w, h->keys_len);
	put_u32(&w, 0);
	put_u64(&w, h->db_len);
}

u64 backup_file_len(const struct backup_head *h)
{
	return BACKUP_FIXED_LEN + h->keys_len + h->db_len + BACKUP_SUM_LEN;
}

void backup_sum_begin(struct backup_sum *s)
{
	crypto_hash_sha512_init(&s->st);
	backup_sum_add(s, slice_str("boc backup"));
}

void backup_sum_add(struct backup_sum *s, struct slice bytes)
{
	crypto_hash_sha512_update(&s->st, bytes.p, bytes.n);
}

void backup_sum_end(struct backup_sum *s, u8 ret[static BACKUP_SUM_LEN])
{
	u8 all[crypto_hash_sha512_BYTES];
	crypto_hash_sha512_final(&s->st, all);
	memcpy(ret, all, BACKUP_SUM_LEN);
}
