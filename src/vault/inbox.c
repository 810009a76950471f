#include "vault/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "os/fault.h"
#include "os/folder.h"
#include "vault/keyfile.h"

#define MAGIC "bocinbx1"
#define HEAD_LEN (8 + INBOX_ID_LEN + XWING_CT_LEN)
#define HEADS ((size_t)2 * HEAD_LEN)
#define MARK_LEN 16
#define FRAME_LEN (4 + MARK_LEN + 4 + 4)
#define MAX_FILE (2 * (size_t)MAX_INBOX) /* an entry is a turn; who made it longer than that made it */
#define MAX_SKIP 65536                   /* indices of entries that the disk did not take */
#define MAX_LOOK 16                      /* entries in a row that one damaged place may have cost */
#define MAX_DIR 300
#define MAX_PATH 330

/* Where the chain of keys is. Secret. */
struct chain {
	u8 key[SHA512_LEN];
	u32 index; /* of the next entry */
};

struct inbox {
	char dir[MAX_DIR];
	struct chain chain;
	u8 head[HEADS]; /* written with the first entry */
	int fd;         /* -1: before that */
	u64 end;        /* bytes that are durable */
	u64 items;
};

/* ---- keys ---- */

static void chain_begin(struct chain *c, const struct secret32 *ss)
{
	hkdf_extract(slice_str("boc inbox 1"), slice_of(ss->b, sizeof ss->b), c->key);
	c->index = 0;
}

static void chain_mark(const struct chain *c, u8 ret[static MARK_LEN])
{
	hkdf_expand(c->key, PARTS(slice_str("mark")), ret, MARK_LEN);
}

static void chain_key(const struct chain *c, u8 ret[static AEAD_KEY_LEN])
{
	hkdf_expand(c->key, PARTS(slice_str("key")), ret, AEAD_KEY_LEN);
}

/* The way back is gone. */
static void chain_step(struct chain *c)
{
	u8 next[SHA512_LEN];
	hkdf_expand(c->key, PARTS(slice_str("next")), next, sizeof next);
	memcpy(c->key, next, sizeof next);
	wipe(next, sizeof next);
	c->index++;
}

static void id_of(const u8 ek[static XWING_EK_LEN], u8 ret[static INBOX_ID_LEN])
{
	u8 hash[SHA512_LEN];
	sha512(hash, PARTS(slice_str("boc inbox id"), slice_of(ek, XWING_EK_LEN)));
	memcpy(ret, hash, INBOX_ID_LEN);
}

err_t inbox_public(const struct secret32 *seed, u8 ret_ek[static XWING_EK_LEN], u8 ret_id[static INBOX_ID_LEN])
{
	TRY(xwing_keygen(seed, ret_ek));
	id_of(ret_ek, ret_id);
	return OK;
}

/* ---- writing ---- */

static void path_of(const char *dir, const char *name, char ret[static MAX_PATH])
{
	snprintf(ret, MAX_PATH, "%s/%s", dir, name);
}

static err_t make_head(struct inbox *i, const struct env *env, const u8 ek[static XWING_EK_LEN])
{
	u8 eseed[XWING_ESEED_LEN];
	struct secret32 ss;
	memcpy(i->head, MAGIC, 8);
	id_of(ek, i->head + 8);
	env_random(env, eseed, sizeof eseed);
	err_t e = xwing_encaps(ek, eseed, i->head + 8 + INBOX_ID_LEN, &ss);
	wipe(eseed, sizeof eseed);
	if (e == OK)
		chain_begin(&i->chain, &ss);
	secret32_wipe(&ss);
	memcpy(i->head + HEAD_LEN, i->head, HEAD_LEN);
	return e;
}

err_t inbox_new(const char *dir, const struct env *env, const u8 ek[static XWING_EK_LEN], struct inbox **ret)
{
	char path[MAX_PATH];
	path_of(dir, "inbox", path);
	if (unlink(path) != 0 && errno != ENOENT)
		return ERR_LOCAL_IO;
	struct inbox *i = sodium_malloc(sizeof *i);
	if (!i)
		abort();
	memset(i, 0, sizeof *i);
	i->fd = -1;
	snprintf(i->dir, sizeof i->dir, "%s", dir);
	err_t e = make_head(i, env, ek);
	if (e == OK)
		*ret = MOVE(i);
	inbox_free(i);
	return e;
}

struct inbox *inbox_free(struct inbox *i)
{
	if (i && i->fd >= 0)
		close(i->fd);
	sodium_free(i); /* wipes; NULL is fine */
	return NULL;
}

/* The turn is undone for whatever the disk did not do. */
static err_t blame(void)
{
	err_t e = folder_error(errno);
	return e == ERR_LOCAL_IO ? ERR_LOCAL_DISK : e;
}

static err_t write_at(int fd, struct slice bytes, u64 at)
{
	while (bytes.n) {
		ssize_t n = FAULT_FAILS("inbox.append", "vault") ? -1 : pwrite(fd, bytes.p, bytes.n, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return blame();
		bytes = slice_of(bytes.p + n, bytes.n - (size_t)n);
		at += (u64)n;
	}
	return OK;
}

static err_t make_durable(int fd)
{
	if (FAULT_FAILS("inbox.sync", "vault") || fdatasync(fd) != 0)
		return blame();
	return OK;
}

/* A new file: its name has to be durable too. */
static err_t write_first(struct inbox *i, struct slice bytes)
{
	char path[MAX_PATH];
	path_of(i->dir, "inbox", path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return blame();
	err_t e = write_at(fd, bytes, 0);
	if (e == OK)
		e = make_durable(fd);
	if (e == OK && keyfile_sync(i->dir) != OK)
		e = ERR_LOCAL_DISK;
	if (e == OK) {
		i->fd = fd;
		return OK;
	}
	close(fd);
	(void)unlink(path);
	return e;
}

static err_t write_more(struct inbox *i, struct slice bytes)
{
	err_t e = write_at(i->fd, bytes, i->end);
	if (e == OK)
		e = make_durable(i->fd);
	if (e != OK && ftruncate(i->fd, (off_t)i->end) != 0)
		log_warn("the inbox could not be cut back"); /* the next entry goes over it */
	return e;
}

/* Writes the frame and the sealed bytes to out: FRAME_LEN + plain.n + AEAD_TAG_LEN. */
static err_t seal(const struct chain *c, struct slice plain, u8 *out)
{
	static const u8 nonce[AEAD_NONCE_LEN]; /* each key seals once */
	u8 key[AEAD_KEY_LEN], mark[MARK_LEN];
	struct writer w = writer_of(out, FRAME_LEN);
	chain_mark(c, mark);
	put_u32(&w, c->index);
	put_bytes(&w, mark, sizeof mark);
	put_u32(&w, (u32)(plain.n + AEAD_TAG_LEN));
	put_u32(&w, ~(u32)(plain.n + AEAD_TAG_LEN));
	chain_key(c, key);
	err_t e = aead_seal(key, nonce, slice_of(out, FRAME_LEN), plain, out + FRAME_LEN);
	wipe(key, sizeof key);
	return e;
}

err_t inbox_put_part(struct buf *entry, struct slice part)
{
	u8 head[4];
	struct writer w = writer_of(head, sizeof head);
	put_u32(&w, (u32)part.n);
	TRY(buf_append(entry, writer_bytes(&w)));
	return buf_append(entry, part);
}

err_t inbox_append(struct inbox *i, struct slice plain, u32 items)
{
	size_t before = i->fd < 0 ? HEADS : 0, n = before + FRAME_LEN + plain.n + AEAD_TAG_LEN;
	u8 *bytes = malloc(n);
	if (!bytes)
		abort();
	memcpy(bytes, i->head, before);
	err_t e = seal(&i->chain, plain, bytes + before);
	chain_step(&i->chain);
	if (e == OK)
		e = i->fd < 0 ? write_first(i, slice_of(bytes, n)) : write_more(i, slice_of(bytes, n));
	free(bytes); /* sealed */
	if (e != OK)
		return e;
	FAULT("inbox.append.after", "vault");
	i->end += n;
	i->items += items;
	return OK;
}

bool inbox_is_full(const struct inbox *i)
{
	return i->end >= MAX_INBOX || i->items >= MAX_INBOX_ITEMS;
}

err_t inbox_try(const struct inbox *i)
{
	static const u8 page[4096];
	char path[MAX_PATH];
	path_of(i->dir, "inbox.try", path);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	err_t e = fd < 0 ? blame() : write_at(fd, slice_of(page, sizeof page), 0);
	if (e == OK)
		e = make_durable(fd);
	if (fd >= 0)
		close(fd);
	(void)unlink(path);
	return e;
}

/* ---- reading ---- */

bool inbox_next_part(struct reader *r, struct slice *ret)
{
	if (r->bad || r->left == 0)
		return false;
	*ret = get_var(r, MAX_INBOX);
	return !r->bad;
}

bool inbox_is_there(const char *dir)
{
	char path[MAX_PATH];
	struct stat st;
	path_of(dir, "inbox", path);
	return lstat(path, &st) == 0;
}

/* All of the file that can be read: a sector that cannot costs the entries in it. */
static void read_all(int fd, u8 *ret, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = pread(fd, ret + at, MIN(n - at, (size_t)4096), (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		at += got > 0 ? (size_t)got : MIN(n - at, (size_t)4096);
	}
}

err_t inbox_load(const char *dir, u8 **ret, size_t *ret_n)
{
	char path[MAX_PATH];
	struct stat st;
	path_of(dir, "inbox", path);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_LOCAL_MISSING : ERR_LOCAL_DISK;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_LOCAL_DISK;
	}
	size_t n = MIN((size_t)st.st_size, MAX_FILE);
	u8 *bytes = calloc(1, n + 1);
	if (!bytes)
		abort();
	read_all(fd, bytes, n);
	close(fd);
	*ret = bytes;
	*ret_n = n;
	return OK;
}

void inbox_remove(const char *dir)
{
	char path[MAX_PATH];
	path_of(dir, "inbox", path);
	if (unlink(path) != 0 && errno != ENOENT)
		log_warn("the inbox was taken in and could not be removed");
}

void inbox_aside_name(unsigned k, char ret[static 32])
{
	if (k < 2)
		snprintf(ret, 32, "inbox.damaged");
	else
		snprintf(ret, 32, "inbox.damaged.%u", k);
}

/* Nobody else makes files here. */
void inbox_set_aside(const char *dir)
{
	char from[MAX_PATH], to[MAX_PATH], name[32];
	path_of(dir, "inbox", from);
	for (unsigned k = 1; k <= INBOX_ASIDE; k++) {
		struct stat st;
		inbox_aside_name(k, name);
		path_of(dir, name, to);
		if (lstat(to, &st) == 0)
			continue;
		if (rename(from, to) == 0)
			log_error("nothing in the inbox can be read; it is kept as %s", name);
		else
			log_error("nothing in the inbox can be read; it stays");
		return;
	}
	log_error("nothing in the inbox can be read, and %d of the kind are kept: it is removed", INBOX_ASIDE);
	inbox_remove(dir);
}

bool inbox_is_of(struct slice file, const u8 id[static INBOX_ID_LEN])
{
	static const u8 none[INBOX_ID_LEN]; /* a sector that could not be read says nothing */
	if (ct_equal(id, none, sizeof none))
		return false;
	for (size_t at = 8; at + INBOX_ID_LEN <= MIN(file.n, HEADS); at += HEAD_LEN)
		if (ct_equal(file.p + at, id, INBOX_ID_LEN))
			return true;
	return false;
}

struct reading {
	struct slice file;
	struct chain chain; /* at the entry that should come next. Secret */
	u8 *room;           /* owned; for one entry's text */
};

enum found { FOUND_ENTRY, FOUND_TORN, FOUND_DAMAGE };

/* The frame at `at`, with a chain that has come to it. */
static bool read_frame(const struct reading *r, size_t at, struct chain *ret, size_t *ret_n)
{
	u8 mark[MARK_LEN], want[MARK_LEN];
	struct reader in = reader_of(slice_of(r->file.p + at, r->file.n - at));
	u32 index = get_u32(&in);
	get_bytes(&in, mark, sizeof mark);
	*ret_n = get_u32(&in);
	u32 again = ~get_u32(&in); /* a bent length is not taken for an entry that was not written whole */
	if (in.bad || again != *ret_n || index < r->chain.index || index - r->chain.index > MAX_SKIP)
		return false;
	*ret = r->chain;
	while (ret->index < index)
		chain_step(ret);
	chain_mark(ret, want);
	return ct_equal(mark, want, sizeof want) && *ret_n >= AEAD_TAG_LEN;
}

/* Opens what is at `at` into r->room; then *ret_len is what the entry takes in the file, and the chain is behind it. */
static enum found open_entry(struct reading *r, size_t at, size_t *ret_len)
{
	static const u8 nonce[AEAD_NONCE_LEN];
	struct chain c = {0};
	u8 key[AEAD_KEY_LEN];
	size_t n, left = r->file.n - at;
	enum found found = left < FRAME_LEN ? FOUND_TORN : FOUND_DAMAGE;
	if (left >= FRAME_LEN && read_frame(r, at, &c, &n)) {
		found = n > left - FRAME_LEN ? FOUND_TORN : FOUND_ENTRY;
		chain_key(&c, key);
		if (found == FOUND_ENTRY && aead_open(key, nonce, slice_of(r->file.p + at, FRAME_LEN),
		                                      slice_of(r->file.p + at + FRAME_LEN, n), r->room) != OK)
			found = FOUND_DAMAGE;
		wipe(key, sizeof key);
	}
	if (found == FOUND_ENTRY) {
		chain_step(&c);
		r->chain = c;
		*ret_len = FRAME_LEN + n;
	}
	wipe(&c, sizeof c);
	return found;
}

static const u8 *find(const u8 *in, size_t n, const u8 mark[static MARK_LEN])
{
	for (const u8 *end = in + n, *p = in; (size_t)(end - p) >= MARK_LEN; p++) {
		p = memchr(p, mark[0], (size_t)(end - p) - MARK_LEN + 1);
		if (!p || memcmp(p, mark, MARK_LEN) == 0)
			return p;
	}
	return NULL;
}

/* Behind `at`: where one of the next entries begins. 0: nowhere. */
static size_t find_next(const struct reading *r, size_t at)
{
	struct chain c = r->chain;
	u8 mark[MARK_LEN];
	size_t from = at + 5, ret = 0; /* a frame that begins behind `at` */
	for (unsigned k = 0; k < MAX_LOOK && ret == 0 && from < r->file.n; k++) {
		chain_mark(&c, mark);
		const u8 *p = find(r->file.p + from, r->file.n - from, mark);
		if (p)
			ret = (size_t)(p - r->file.p) - 4;
		chain_step(&c);
	}
	wipe(&c, sizeof c);
	return ret;
}

/* What a file system may leave of a write behind which the power went. */
static bool is_blank(const struct reading *r, size_t at)
{
	for (; at < r->file.n; at++)
		if (r->file.p[at])
			return false;
	return true;
}

static u32 read_entries(struct reading *r, void (*entry)(void *, struct slice), void *arg)
{
	u32 damaged = 0;
	for (size_t at = HEADS, n = 0; at < r->file.n;) {
		enum found found = open_entry(r, at, &n);
		if (found == FOUND_ENTRY) {
			entry(arg, slice_of(r->room, n - FRAME_LEN - AEAD_TAG_LEN));
			wipe(r->room, n);
			at += n;
			continue;
		}
		size_t next = find_next(r, at);
		if (next == 0)
			return damaged + (found == FOUND_DAMAGE && !is_blank(r, at));
		damaged++;
		at = next;
	}
	return damaged;
}

/* Whether the head at `at` leads to the first entry; else the other one may. */
static bool take_head(struct reading *r, size_t at, const struct secret32 *seed)
{
	struct secret32 ss;
	size_t n = 0;
	bool good = xwing_decaps(seed, r->file.p + at + 8 + INBOX_ID_LEN, &ss) == OK;
	if (good)
		chain_begin(&r->chain, &ss);
	secret32_wipe(&ss);
	struct chain first = r->chain;
	good = good && (open_entry(r, HEADS, &n) == FOUND_ENTRY || find_next(r, HEADS) != 0);
	r->chain = first;
	wipe(&first, sizeof first);
	wipe(r->room, n);
	return good;
}

u32 inbox_read(struct slice file, const struct secret32 *seed, void (*entry)(void *arg, struct slice plain), void *arg)
{
	struct reading r = {.file = file};
	u32 damaged = 0;
	if (file.n <= HEADS)
		return 0; /* the first entry comes in one with the heads */
	r.room = malloc(file.n);
	if (!r.room)
		abort();
	if (take_head(&r, 0, seed) || take_head(&r, HEAD_LEN, seed))
		damaged = read_entries(&r, entry, arg);
	else
		damaged = !is_blank(&r, 0);
	free(r.room); /* wiped behind each entry */
	wipe(&r, sizeof r);
	return damaged;
}
