#include "vault/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "os/fault.h"
#include "os/folder.h"
#include "wire/cursor.h"

#define MAGIC "boc keys"
#define VERSION 1
#define HEAD_LEN (8 + 4 + 64 + 32 + 32 + OPAQUE_RECORD_LEN + 4 + 4) /* all before the key slot */
#define CHECK_LEN 32
#define FILE_LEN (HEAD_LEN + 32 + 12 + 48 + CHECK_LEN)
#define MAX_PATH 330

static void put_head(const struct keyfile *k, struct writer *w)
{
	put_bytes(w, MAGIC, 8);
	put_u32(w, VERSION);
	put_bytes(w, k->server.oprf_seed, sizeof k->server.oprf_seed);
	put_bytes(w, k->server.sk, sizeof k->server.sk);
	put_bytes(w, k->server.pk, sizeof k->server.pk);
	put_bytes(w, k->record, sizeof k->record);
	put_u32(w, k->ksf.iterations);
	put_u32(w, k->ksf.memory_kib);
}

/* KEK = HKDF("boc kek 1", unlock_key, "kek" ‖ salt, 32) */
static void kek_of(const struct keyfile *k, const struct secret32 *unlock_key, struct secret32 *ret)
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str("boc kek 1"), slice_of(unlock_key->b, sizeof unlock_key->b), prk);
	hkdf_expand(prk, PARTS(slice_str("kek"), slice_of(k->salt, sizeof k->salt)), ret->b, sizeof ret->b);
	wipe(prk, sizeof prk);
}

err_t keyfile_wrap(struct keyfile *k, const struct env *env, const struct secret32 *unlock_key,
                   const struct secret32 *db_key)
{
	u8 head[HEAD_LEN];
	struct writer w = writer_of(head, sizeof head);
	struct secret32 kek;
	env_random(env, k->salt, sizeof k->salt);
	env_random(env, k->nonce, sizeof k->nonce);
	put_head(k, &w);
	kek_of(k, unlock_key, &kek);
	err_t e = aead_seal(kek.b, k->nonce, writer_bytes(&w), slice_of(db_key->b, sizeof db_key->b), k->wrapped);
	secret32_wipe(&kek);
	wipe(head, sizeof head);
	return e;
}

err_t keyfile_unwrap(const struct keyfile *k, const struct secret32 *unlock_key, struct secret32 *ret_db_key)
{
	u8 head[HEAD_LEN];
	struct writer w = writer_of(head, sizeof head);
	struct secret32 kek;
	put_head(k, &w);
	kek_of(k, unlock_key, &kek);
	err_t e = aead_open(kek.b, k->nonce, writer_bytes(&w), slice_of(k->wrapped, sizeof k->wrapped), ret_db_key->b);
	secret32_wipe(&kek);
	wipe(head, sizeof head);
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

err_t keyfile_write(const char *dir, const struct keyfile *k)
{
	u8 bytes[FILE_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);
	put_head(k, &w);
	put_bytes(&w, k->salt, sizeof k->salt);
	put_bytes(&w, k->nonce, sizeof k->nonce);
	put_bytes(&w, k->wrapped, sizeof k->wrapped);
	checksum(bytes, w.n, bytes + w.n);
	char temp[MAX_PATH], path[MAX_PATH];
	snprintf(temp, sizeof temp, "%s/keys.new", dir);
	snprintf(path, sizeof path, "%s/keys", dir);
	err_t e = write_new(temp, slice_of(bytes, sizeof bytes));
	wipe(bytes, sizeof bytes);
	if (e == OK && (FAULT_FAILS("keyfile.rename.before", "vault") || rename(temp, path) != 0))
		e = folder_error(errno);
	FAULT("keyfile.rename.after", "vault");
	return e == OK ? keyfile_sync(dir) : e;
}

static err_t decode(struct slice in, struct keyfile *ret)
{
	struct reader r = reader_of(in);
	u8 want[CHECK_LEN];
	struct slice magic = get_slice(&r, 8);
	u32 version = get_u32(&r);
	if (!slice_eq(magic, slice_str(MAGIC)))
		return ERR_LOCAL_STORE;
	if (version != VERSION)
		return version > VERSION ? ERR_LOCAL_CONFIG : ERR_LOCAL_STORE;
	if (in.n != FILE_LEN)
		return ERR_LOCAL_STORE;
	checksum(in.p, in.n - CHECK_LEN, want);
	if (!ct_equal(want, in.p + in.n - CHECK_LEN, CHECK_LEN))
		return ERR_LOCAL_STORE;
	get_bytes(&r, ret->server.oprf_seed, sizeof ret->server.oprf_seed);
	get_bytes(&r, ret->server.sk, sizeof ret->server.sk);
	get_bytes(&r, ret->server.pk, sizeof ret->server.pk);
	get_bytes(&r, ret->record, sizeof ret->record);
	ret->ksf.iterations = get_u32(&r);
	ret->ksf.memory_kib = get_u32(&r);
	get_bytes(&r, ret->salt, sizeof ret->salt);
	get_bytes(&r, ret->nonce, sizeof ret->nonce);
	get_bytes(&r, ret->wrapped, sizeof ret->wrapped);
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
	err_t e = n < 0 ? ERR_LOCAL_IO : decode(slice_of(bytes, (size_t)n), ret);
	wipe(bytes, sizeof bytes);
	return e;
}
