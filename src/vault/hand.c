#include "vault/hand.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/kdf.h"
#include "os/fault.h"
#include "os/folder.h"
#include "wire/cursor.h"

#define FILE_LEN (HAND_HASH_LEN + 8)

struct hand hand_closed(void)
{
	return (struct hand){.fd = -1};
}

void hand_open(struct hand *h, const char *dir, const struct secret32 *db_key)
{
	char path[FOLDER_PATH_MAX];
	u8 mask[SHA512_LEN];
	*h = hand_closed();
	hmac_sha512(h->key, slice_of(db_key->b, sizeof db_key->b), PARTS(slice_str("boc hand 1")));
	hmac_sha512(mask, slice_of(db_key->b, sizeof db_key->b), PARTS(slice_str("boc hand contact 1")));
	struct reader r = reader_of(slice_of(mask, sizeof mask));
	h->mask = get_u64(&r);
	wipe(mask, sizeof mask);
	if (folder_path(path, dir, "hand") == OK)
		h->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (h->fd < 0)
		log_warn("the file of what is in hand cannot be opened");
}

void hand_close(struct hand *h)
{
	if (h->fd >= 0)
		close(h->fd);
	wipe(h, sizeof *h);
	*h = hand_closed();
}

static void note(struct hand *h, const u8 bytes[static FILE_LEN])
{
	/* A disk that takes nothing: then a death is not counted. */
	if (h->fd >= 0 && !FAULT_FAILS("hand.write", "vault") && pwrite(h->fd, bytes, FILE_LEN, 0) != FILE_LEN)
		log_debug("what is in hand cannot be noted");
}

void hand_take(struct hand *h, u64 contact, struct slice payload, u8 ret_hash[static HAND_HASH_LEN])
{
	u8 full[SHA512_LEN], bytes[FILE_LEN];
	struct writer head = writer_of(bytes, sizeof bytes), w = writer_of(bytes, sizeof bytes);
	put_u64(&head, contact);
	hmac_sha512(full, slice_of(h->key, sizeof h->key), PARTS(slice_str("item"), writer_bytes(&head), payload));
	memcpy(ret_hash, full, HAND_HASH_LEN);
	put_bytes(&w, ret_hash, HAND_HASH_LEN);
	put_u64(&w, contact ^ h->mask);
	note(h, bytes);
	h->is_full = true;
}

void hand_put(struct hand *h)
{
	static const u8 nothing[FILE_LEN];
	if (h->is_full)
		note(h, nothing);
	h->is_full = false;
}

bool hand_left(struct hand *h, u64 *ret_contact, u8 ret_hash[static HAND_HASH_LEN])
{
	static const u8 nothing[FILE_LEN];
	u8 bytes[FILE_LEN];
	if (h->is_asked)
		return false;
	h->is_asked = true;
	if (h->fd < 0 || pread(h->fd, bytes, sizeof bytes, 0) != sizeof bytes ||
	    memcmp(bytes, nothing, sizeof bytes) == 0)
		return false;
	struct reader r = reader_of(slice_of(bytes, sizeof bytes));
	get_bytes(&r, ret_hash, HAND_HASH_LEN);
	*ret_contact = get_u64(&r) ^ h->mask;
	h->is_left = true;
	return true;
}

void hand_forget(struct hand *h)
{
	static const u8 nothing[FILE_LEN];
	if (h->is_left && !h->is_full)
		note(h, nothing);
	h->is_left = false;
}
