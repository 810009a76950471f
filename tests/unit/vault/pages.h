/* What is in the database's files: every page of the database and of its journal, decrypted, free ones too. A secret that
 * is found there can be read by whoever has the key one day. */
#ifndef BOC_TEST_PAGES_H
#define BOC_TEST_PAGES_H

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

#include "rig.h"
#include "vault/state.h"

#define PAGE 4096
#define PAGE_SALT 16    /* in clear, at the beginning of the first page */
#define PAGE_RESERVE 80 /* at the end of each: the initialization vector, then a MAC */
#define WAL_HEAD 32
#define WAL_FRAME_HEAD 24

/* How often the bytes are in one page. */
static inline size_t pages_in_one(const u8 page[static PAGE], bool first, const u8 key[static 32], const u8 *what,
                                  size_t n)
{
	u8 plain[PAGE];
	const size_t skip = first ? PAGE_SALT : 0, len = PAGE - PAGE_RESERVE - skip;
	size_t count = 0;
	int out = 0;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	assert_int_equal(EVP_DecryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, key, page + PAGE - PAGE_RESERVE), 1);
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	assert_int_equal(EVP_DecryptUpdate(ctx, plain, &out, page + skip, (int)len), 1);
	assert_int_equal(out, len);
	EVP_CIPHER_CTX_free(ctx);
	for (size_t i = 0; i + n <= len; i++) /* a sanitizer looks at every memcmp() for long */
		count += plain[i] == what[0] && memcmp(plain + i, what, n) == 0;
	return count;
}

/* How often the bytes are in one file, whose pages begin at head, each behind frame bytes. */
static inline size_t pages_in_file(const struct rig *r, const char *name, off_t head, off_t frame, const u8 *what,
                                   size_t n)
{
	char path[128];
	u8 page[PAGE];
	size_t count = 0;
	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	for (off_t at = head; fd >= 0; at += frame + PAGE) {
		u8 number[4] = {0, 0, 0, at == 0};
		if (pread(fd, page, PAGE, at + frame) != PAGE)
			break;
		if (frame)
			assert_int_equal(pread(fd, number, sizeof number, at), sizeof number);
		bool first = memcmp(number, (u8[]){0, 0, 0, 1}, sizeof number) == 0;
		count += pages_in_one(page, first, r->v->ids->db_key.b, what, n);
	}
	if (fd >= 0)
		close(fd);
	return count;
}

/* How often the bytes are in the files of an unlocked vault. */
static inline size_t pages_count(const struct rig *r, const void *what, size_t n)
{
	return pages_in_file(r, "vault.db", 0, 0, what, n) +
	       pages_in_file(r, "vault.db-wal", WAL_HEAD, WAL_FRAME_HEAD, what, n);
}

#endif
