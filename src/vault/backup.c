#include "vault/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/kdf.h"
#include "vault/auth_priv.h"
#include "vault/copy.h"
#include "vault/migrate.h"
#include "wire/backup_file.h"

enum phase {
	PHASE_NONE,
	PHASE_COPY,  /* the database is copied */
	PHASE_SUM,   /* the sum is made over head and copy */
	PHASE_READY, /* it can be read */
	PHASE_WIPE,  /* the copy is overwritten */
};

struct backup {
	enum phase phase;
	u8 id[16];
	struct copy *copy; /* owned; PHASE_COPY */
	int fd;            /* of the copy, from PHASE_SUM on; -1 */
	u64 at;            /* so much of it is done */
	u64 db_len;
	u64 size;     /* of the whole file, from PHASE_SUM on */
	u64 asked_ms; /* last (mono) */
	bool begins;  /* PHASE_WIPE: of the one before; this one is copied behind that */
	err_t failed; /* OK, or why it could not be made */
	struct keyfile kf;
	u8 head[BACKUP_HEAD_MAX];
	size_t head_len;
	struct backup_sum sum;
	u8 end[BACKUP_SUM_LEN];
};

static void set_phase(struct backup *b, enum phase p)
{
	b->phase = p;
	b->at = 0;
}

static void set_wiped(struct vault *v, int fd, u64 len)
{
	struct backup *b = v->backup;
	wipe(&b->kf, sizeof b->kf);
	wipe(b->head, sizeof b->head);
	wipe(b->id, sizeof b->id);
	b->fd = fd;
	b->db_len = len;
	b->begins = false;
	set_phase(b, PHASE_WIPE);
}

static struct backup *make(struct vault *v)
{
	struct backup *b = calloc(1, sizeof *b);
	if (!b)
		abort();
	b->fd = -1;
	v->backup = b;
	return b;
}

void backup_free(struct vault *v)
{
	struct backup *b = v->backup;
	if (!b)
		return;
	b->copy = copy_free(b->copy);
	if (b->fd >= 0)
		close(b->fd);
	wipe(b, sizeof *b);
	free(b);
	v->backup = NULL;
}

static void remove_it(struct vault *v)
{
	backup_free(v);
	vaultdir_remove_copy(v->dir);
}

void backup_stop(struct vault *v)
{
	struct backup *b = v->backup;
	char path[VAULTDIR_PATH];
	struct stat st;
	if (!b)
		return;
	b->copy = copy_free(b->copy);
	b->begins = false;
	if (b->phase == PHASE_WIPE)
		return;
	vaultdir_copy(v->dir, path);
	int fd = b->fd >= 0 ? b->fd : open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0) {
		set_wiped(v, fd, (u64)st.st_size);
		return;
	}
	if (fd >= 0 || errno != ENOENT)
		log_warn("a copy of the database could not be overwritten");
	b->fd = fd;
	remove_it(v);
}

void backup_left(struct vault *v)
{
	(void)make(v);
	backup_stop(v);
}

static err_t begin_copy(struct vault *v, struct backup *b)
{
	char path[VAULTDIR_PATH];
	vaultdir_copy(v->dir, path);
	set_phase(b, PHASE_COPY);
	b->begins = false;
	return copy_new(v->store, path, &v->ids->db_key, &b->copy);
}

err_t backup_begin(struct vault *v, u8 ret_id[static 16])
{
	if (v->stopped != OK)
		return v->stopped;
	backup_stop(v);
	bool waits = v->backup != NULL; /* for the end of the one before */
	struct backup *b = waits ? v->backup : make(v);
	b->kf = v->auth->kf;
	b->failed = OK;
	b->asked_ms = env_mono_ms(v->env);
	env_random(v->env, b->id, sizeof b->id);
	b->begins = waits;
	err_t e = waits ? OK : begin_copy(v, b);
	if (e != OK) {
		log_warn("a backup could not be begun: %s", err_text(e));
		remove_it(v);
		return e;
	}
	memcpy(ret_id, b->id, sizeof b->id);
	return OK;
}

/* ---- a turn ---- */

static err_t copy_some(struct vault *v, struct backup *b)
{
	char path[VAULTDIR_PATH];
	struct stat st;
	if (store_is_in_transaction(v->store))
		return OK;
	err_t e = copy_step(b->copy);
	if (e == ERR_AGAIN)
		return OK;
	if (e == OK)
		e = copy_end(b->copy, env_wall_ms(v->env));
	b->copy = copy_free(b->copy);
	TRY(e);
	vaultdir_copy(v->dir, path);
	b->fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (b->fd < 0 || fstat(b->fd, &st))
		return ERR_LOCAL_IO;
	b->db_len = (u64)st.st_size;
	struct backup_head head = {.schema = (u32)migrate_latest(), .db_len = b->db_len};
	head.keys_len = (u32)keyfile_encode(&b->kf, b->head + BACKUP_FIXED_LEN);
	backup_head_encode(&head, b->head);
	b->head_len = BACKUP_FIXED_LEN + head.keys_len;
	b->size = backup_file_len(&head);
	backup_sum_begin(&b->sum);
	backup_sum_add(&b->sum, slice_of(b->head, b->head_len));
	set_phase(b, PHASE_SUM);
	return OK;
}

/* The file is ours alone: a short read is a fault of the disk. */
static err_t read_copy(const struct backup *b, u64 at, u8 *out, size_t n)
{
	return pread(b->fd, out, n, (off_t)at) == (ssize_t)n ? OK : ERR_LOCAL_DISK;
}

static err_t sum_some(struct backup *b)
{
	u8 room[65536];
	for (size_t done = 0; done < BACKUP_BYTES && b->at < b->db_len; done += sizeof room) {
		size_t n = (size_t)MIN(b->db_len - b->at, (u64)sizeof room);
		TRY(read_copy(b, b->at, room, n));
		backup_sum_add(&b->sum, slice_of(room, n));
		b->at += n;
	}
	if (b->at < b->db_len)
		return OK;
	backup_sum_end(&b->sum, b->end);
	set_phase(b, PHASE_READY);
	return OK;
}

static void fail(struct vault *v, struct backup *b, err_t e)
{
	log_warn("a backup could not be made: %s", err_text(e));
	b->copy = copy_free(b->copy);
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	vaultdir_remove_copy(v->dir);
	b->failed = e;
	set_phase(b, PHASE_READY); /* for an answer */
}

/* Each piece is durable before the next turn: the last one waits for no more than its own. */
static bool wipe_piece(const struct backup *b, u64 at, u64 end)
{
	static const u8 zeros[65536];
	for (; at < end; at += sizeof zeros) {
		size_t n = (size_t)MIN(end - at, (u64)sizeof zeros);
		if (pwrite(b->fd, zeros, n, (off_t)at) != (ssize_t)n)
			return false;
	}
	return fdatasync(b->fd) == 0;
}

/* Once, then it is gone. */
static void wipe_some(struct vault *v, struct backup *b)
{
	u64 end = MIN(b->at + BACKUP_BYTES, b->db_len);
	if (!wipe_piece(b, b->at, end)) {
		log_warn("a copy of the database could not be overwritten");
		end = b->db_len;
	}
	b->at = end;
	if (end < b->db_len)
		return;
	close(b->fd);
	b->fd = -1;
	vaultdir_remove_copy(v->dir);
	if (!b->begins) {
		backup_free(v);
		return;
	}
	err_t e = begin_copy(v, b);
	if (e != OK)
		fail(v, b, e);
}

void backup_turn(struct vault *v)
{
	struct backup *b = v->backup;
	if (!b)
		return;
	err_t e = OK;
	switch (b->phase) {
	case PHASE_COPY: e = copy_some(v, b); break;
	case PHASE_SUM: e = sum_some(b); break;
	case PHASE_READY:
		if (backup_wait_ms(v) == 0)
			backup_stop(v);
		break;
	case PHASE_WIPE: wipe_some(v, b); break;
	case PHASE_NONE: break;
	}
	if (e != OK)
		fail(v, b, e);
}

u64 backup_wait_ms(const struct vault *v)
{
	const struct backup *b = v->backup;
	if (!b)
		return VAULT_NEVER;
	if (b->phase != PHASE_READY)
		return 0;
	u64 idle = env_mono_ms(v->env) - b->asked_ms;
	return idle < BACKUP_IDLE_MS ? BACKUP_IDLE_MS - idle : 0;
}

/* ---- what a client asks ---- */

static struct backup *find(const struct vault *v, const u8 id[static 16])
{
	struct backup *b = v->backup;
	return b && (b->phase != PHASE_WIPE || b->begins) && ct_equal(b->id, id, sizeof b->id) ? b : NULL;
}

/* What stands at `at` in the whole file, as far as it lies in `part`, which begins at *from; moves *from behind the part. */
static size_t take(struct slice part, u64 *from, u64 at, u8 *out, size_t cap)
{
	u64 begin = *from, end = begin + part.n;
	*from = end;
	if (at < begin || at >= end)
		return 0;
	size_t n = (size_t)MIN(end - at, (u64)cap);
	memcpy(out, part.p + (at - begin), n);
	return n;
}

/* Fills out from offset on; gives how much there was. */
static err_t read_file(const struct backup *b, u64 offset, u8 out[static BACKUP_PART], size_t *ret_n)
{
	u64 from = 0;
	size_t n = take(slice_of(b->head, b->head_len), &from, offset, out, BACKUP_PART);
	if (offset + n >= from && offset + n < from + b->db_len && n < BACKUP_PART) {
		u64 at = offset + n - from;
		size_t some = (size_t)MIN(b->db_len - at, (u64)(BACKUP_PART - n));
		TRY(read_copy(b, at, out + n, some));
		n += some;
	}
	from += b->db_len;
	n += take(slice_of(b->end, sizeof b->end), &from, offset + n, out + n, BACKUP_PART - n);
	*ret_n = n;
	return OK;
}

err_t vault_on_backup_read(struct vault *v, u32 req, const struct ipc_backup_read *m)
{
	u8 bytes[BACKUP_PART];
	size_t n = 0;
	struct backup *b = find(v, m->id);
	if (!b)
		return ERR_LOCAL_MISSING;
	if (b->failed != OK)
		return b->failed;
	b->asked_ms = env_mono_ms(v->env);
	if (b->phase != PHASE_READY) {
		vault_send(v, ROLE_WEB, &IPC_MSG(req, backup_part, .size = 0));
		return OK;
	}
	if (m->offset < b->size)
		TRY(read_file(b, m->offset, bytes, &n));
	vault_send(v, ROLE_WEB, &IPC_MSG(req, backup_part, .size = b->size, .bytes = slice_of(bytes, n)));
	return OK;
}

err_t vault_on_backup_end(struct vault *v, u32 req, const struct ipc_backup_end *m)
{
	struct backup *b = find(v, m->id);
	if (!b)
		return ERR_LOCAL_MISSING;
	backup_stop(v);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}
