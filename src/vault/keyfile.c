#include "vault/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "os/fault.h"
#include "os/folder.h"
#include "wire/cursor.h"

#define MAGIC "boc keys"
#define GONE "boc gone"
#define VERSION 2                                                    /* 1 had no slot for a recovery key */
#define BOUND_LEN (8 + 4 + 64 + 32 + 32 + OPAQUE_RECORD_LEN + 4 + 4) /* what a wrapped key is bound to */
#define SLOT_LEN (64 + 32 + 32 + OPAQUE_RECORD_LEN + 4 + 4 + 32 + 12 + 48)
#define CHECK_LEN 32
#define FILE_LEN_1 (8 + 4 + SLOT_LEN + CHECK_LEN)
#define FILE_LEN (8 + 4 + SLOT_LEN + 1 + SLOT_LEN + CHECK_LEN)
#define MAX_PATH 330

static void put_record(const struct keyslot *s, struct writer *w)
{
	put_bytes(w, s->server.oprf_seed, sizeof s->server.oprf_seed);
	put_bytes(w, s->server.sk, sizeof s->server.sk);
	put_bytes(w, s->server.pk, sizeof s->server.pk);
	put_bytes(w, s->record, sizeof s->record);
	put_u32(w, s->ksf.iterations);
	put_u32(w, s->ksf.memory_kib);
}

static void put_slot(const struct keyslot *s, struct writer *w)
{
	put_record(s, w);
	put_bytes(w, s->salt, sizeof s->salt);
	put_bytes(w, s->nonce, sizeof s->nonce);
	put_bytes(w, s->wrapped, sizeof s->wrapped);
}

static void get_slot(struct reader *r, struct keyslot *s)
{
	get_bytes(r, s->server.oprf_seed, sizeof s->server.oprf_seed);
	get_bytes(r, s->server.sk, sizeof s->server.sk);
	get_bytes(r, s->server.pk, sizeof s->server.pk);
	get_bytes(r, s->record, sizeof s->record);
	s->ksf.iterations = get_u32(r);
	s->ksf.memory_kib = get_u32(r);
	get_bytes(r, s->salt, sizeof s->salt);
	get_bytes(r, s->nonce, sizeof s->nonce);
	get_bytes(r, s->wrapped, sizeof s->wrapped);
}

/* Which slot it is stands where version 1 of the file had its number, so that what was wrapped then opens still. */
static struct slice bound_of(const struct keyslot *s, enum login_slot which, u8 room[static BOUND_LEN])
{
	struct writer w = writer_of(room, BOUND_LEN);
	put_bytes(&w, MAGIC, 8);
	put_u32(&w, (u32)which);
	put_record(s, &w);
	return writer_bytes(&w);
}

/* KEK = HKDF("boc kek 1", unlock_key, "kek" ‖ salt, 32) */
static void kek_of(const struct keyslot *s, const struct secret32 *unlock_key, struct secret32 *ret)
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str("boc kek 1"), slice_of(unlock_key->b, sizeof unlock_key->b), prk);
	hkdf_expand(prk, PARTS(slice_str("kek"), slice_of(s->salt, sizeof s->salt)), ret->b, sizeof ret->b);
	wipe(prk, sizeof prk);
}

err_t keyfile_wrap(struct keyfile *k, enum login_slot which, const struct env *env, const struct secret32 *unlock_key,
                   const struct secret32 *db_key)
{
	struct keyslot *s = &k->slots[which];
	u8 bound[BOUND_LEN];
	struct secret32 kek;
	env_random(env, s->salt, sizeof s->salt);
	env_random(env, s->nonce, sizeof s->nonce);
	kek_of(s, unlock_key, &kek);
	err_t e = aead_seal(kek.b, s->nonce, bound_of(s, which, bound), slice_of(db_key->b, sizeof db_key->b),
	                    s->wrapped);
	secret32_wipe(&kek);
	wipe(bound, sizeof bound);
	return e;
}

err_t keyfile_unwrap(const struct keyfile *k, enum login_slot which, const struct secret32 *unlock_key,
                     struct secret32 *ret_db_key)
{
	const struct keyslot *s = &k->slots[which];
	u8 bound[BOUND_LEN];
	struct secret32 kek;
	kek_of(s, unlock_key, &kek);
	err_t e = aead_open(kek.b, s->nonce, bound_of(s, which, bound), slice_of(s->wrapped, sizeof s->wrapped),
	                    ret_db_key->b);
	secret32_wipe(&kek);
	wipe(bound, sizeof bound);
	return e == ERR_PEER_CRYPTO ? ERR_LOCAL_SECRET : e;
}

static void checksum(const u8 *bytes, size_t n, u8 ret[static CHECK_LEN])
{
	u8 h[SHA512_LEN];
	sha512(h, PARTS(slice_str("boc keys"), slice_of(bytes, n)));
	memcpy(ret, h, CHECK_LEN);
}

/* Writes all of it to a new file and makes it durable. */
static err_t write_new(const char *path, struct slice bytes)
{
	(void)unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return folder_error(errno);
	bool good = !FAULT_FAILS("keyfile.write", "vault") && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n &&
	            !FAULT_FAILS("keyfile.sync", "vault") && fsync(fd) == 0;
	err_t e = good ? OK : folder_error(errno);
	return close(fd) == 0 || e != OK ? e : folder_error(errno);
}

err_t keyfile_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ERR_LOCAL_IO;
	bool good = fsync(fd) == 0;
	close(fd);
	return good ? OK : ERR_LOCAL_IO;
}

/* Zeros over all of an open file, durable. */
static bool overwrite(int fd)
{
	static const u8 zeros[65536];
	struct stat st;
	if (fstat(fd, &st))
		return false;
	for (off_t at = 0; at < st.st_size;) {
		ssize_t n = pwrite(fd, zeros, (size_t)MIN(st.st_size - at, (off_t)sizeof zeros), at);
		if (n <= 0)
			return false;
		at += n;
	}
	return fsync(fd) == 0;
}

/* What was replaced would open the database to whoever knows the old passphrase and finds its blocks. */
static void bury(int old)
{
	if (old < 0)
		return;
	if (!overwrite(old))
		log_warn("the old key file could not be overwritten");
	close(old);
}

size_t keyfile_encode(const struct keyfile *k, u8 ret[static KEYFILE_MAX])
{
	_Static_assert(FILE_LEN <= KEYFILE_MAX, "all of it fits");
	struct writer w = writer_of(ret, FILE_LEN);
	put_bytes(&w, MAGIC, 8);
	put_u32(&w, VERSION);
	put_slot(&k->slots[SLOT_PASSPHRASE], &w);
	put_u8(&w, k->has_recovery);
	put_slot(&k->slots[SLOT_RECOVERY], &w);
	checksum(ret, w.n, ret + w.n);
	return FILE_LEN;
}

err_t keyfile_write(const char *dir, const struct keyfile *k)
{
	u8 bytes[KEYFILE_MAX];
	char temp[MAX_PATH], path[MAX_PATH];
	snprintf(temp, sizeof temp, "%s/keys.new", dir);
	snprintf(path, sizeof path, "%s/keys", dir);
	err_t e = write_new(temp, slice_of(bytes, keyfile_encode(k, bytes)));
	wipe(bytes, sizeof bytes);
	int old = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (e == OK && (FAULT_FAILS("keyfile.rename.before", "vault") || rename(temp, path) != 0))
		e = folder_error(errno);
	FAULT("keyfile.rename.after", "vault");
	if (e == OK)
		e = keyfile_sync(dir);
	if (e == OK)
		bury(old);
	else if (old >= 0)
		close(old);
	return e;
}

static err_t destroy_one(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_LOCAL_MISSING : ERR_LOCAL_IO;
	/* The mark only when nothing else is there: it says that all the rest may go. */
	bool good = overwrite(fd) && pwrite(fd, GONE, 8, 0) == 8 && fsync(fd) == 0;
	good = close(fd) == 0 && good;
	return good ? OK : ERR_LOCAL_IO;
}

err_t keyfile_destroy(const char *dir)
{
	char path[MAX_PATH];
	snprintf(path, sizeof path, "%s/keys.new", dir);
	err_t unfinished = destroy_one(path);
	snprintf(path, sizeof path, "%s/keys", dir);
	err_t e = destroy_one(path);
	return e == OK && unfinished == ERR_LOCAL_IO ? ERR_LOCAL_IO : e;
}

bool keyfile_is_destroyed(const char *dir)
{
	char path[MAX_PATH];
	u8 mark[8];
	snprintf(path, sizeof path, "%s/keys", dir);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool is = read(fd, mark, sizeof mark) == (ssize_t)sizeof mark && memcmp(mark, GONE, sizeof mark) == 0;
	close(fd);
	return is;
}

err_t keyfile_decode(struct slice in, struct keyfile *ret)
{
	struct reader r = reader_of(in);
	u8 want[CHECK_LEN];
	struct slice magic = get_slice(&r, 8);
	u32 version = get_u32(&r);
	if (!slice_eq(magic, slice_str(MAGIC)))
		return ERR_LOCAL_STORE;
	if (version != VERSION && version != 1)
		return version > VERSION ? ERR_LOCAL_CONFIG : ERR_LOCAL_STORE;
	if (in.n != (version == 1 ? FILE_LEN_1 : FILE_LEN))
		return ERR_LOCAL_STORE;
	checksum(in.p, in.n - CHECK_LEN, want);
	if (!ct_equal(want, in.p + in.n - CHECK_LEN, CHECK_LEN))
		return ERR_LOCAL_STORE;
	memset(ret, 0, sizeof *ret);
	get_slot(&r, &ret->slots[SLOT_PASSPHRASE]);
	if (version == 1)
		return OK;
	ret->has_recovery = get_u8(&r) == 1;
	get_slot(&r, &ret->slots[SLOT_RECOVERY]);
	return OK;
}

err_t keyfile_read(const char *dir, struct keyfile *ret)
{
	char path[MAX_PATH];
	snprintf(path, sizeof path, "%s/keys", dir);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_LOCAL_MISSING : ERR_LOCAL_IO;
	u8 bytes[FILE_LEN + 1]; /* one more, to see what is too long */
	ssize_t n = read(fd, bytes, sizeof bytes);
	close(fd);
	err_t e = n < 0 ? ERR_LOCAL_IO : keyfile_decode(slice_of(bytes, (size_t)n), ret);
	wipe(bytes, sizeof bytes);
	return e;
}
