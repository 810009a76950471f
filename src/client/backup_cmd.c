#include "client/backup_cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "client/open.h"
#include "client/passphrase.h"
#include "crypto/selftest.h"
#include "os/folder.h"
#include "wire/backup_file.h"

#define WAIT_MS 50 /* while it is being made */

struct target {
	char path[PATH_MAX], temp[PATH_MAX + 8]; /* it has its name when it is whole */
	int fd;
};

static int said(const char *what, const char *path)
{
	fprintf(stderr, "blackedoutchat: %s %s: %s\n", what, path, strerror(errno));
	return EXIT_FAILED;
}

/* Nothing that is there is touched. */
static int name_both(struct target *t, const char *file)
{
	struct stat st;
	t->fd = -1;
	if (strlen(file) >= sizeof t->path) {
		errno = ENAMETOOLONG;
		return said("cannot write", file);
	}
	snprintf(t->path, sizeof t->path, "%s", file);
	snprintf(t->temp, sizeof t->temp, "%s.part", file);
	if (lstat(file, &st) == 0) {
		errno = EEXIST;
		return said("cannot write", file);
	}
	return EXIT_DONE;
}

/* ---- signals ---- */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t caught;

static void on_end(int signal_number)
{
	caught = signal_number;
}

/* The first one is noted, so that what was begun can be put back; the second one ends the process. */
static void catch_ends(void)
{
	struct sigaction act = {.sa_handler = on_end, .sa_flags = (int)SA_RESETHAND}, was;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (sigaction(ends[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
			sigaction(ends[i], &act, NULL);
}

static void end_as_asked(void)
{
	if (!caught)
		return;
	signal(caught, SIG_DFL);
	raise(caught);
}

/* ---- the file ---- */

static int begin(struct target *t)
{
	t->fd = open(t->temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return t->fd < 0 ? said("cannot make", t->temp) : EXIT_DONE;
}

static bool sync_folder_of(const char *path)
{
	char dir[PATH_MAX];
	snprintf(dir, sizeof dir, "%s", path);
	char *slash = strrchr(dir, '/');
	if (!slash)
		snprintf(dir, sizeof dir, ".");
	else
		slash[slash == dir] = 0;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

/* link() and not rename(): a file that came meanwhile stays. Where a file system has no links, it is looked for again. */
static bool name_it(const struct target *t)
{
	struct stat st;
	if (link(t->temp, t->path) == 0)
		return unlink(t->temp) == 0;
	if (errno == EEXIST)
		return false;
	if (lstat(t->path, &st) == 0) {
		errno = EEXIST;
		return false;
	}
	return rename(t->temp, t->path) == 0;
}

static int end(struct target *t, int status)
{
	if (status == EXIT_DONE && fsync(t->fd))
		status = said("cannot write", t->temp);
	close(t->fd);
	if (status == EXIT_DONE && (!name_it(t) || !sync_folder_of(t->path)))
		status = said("cannot write", t->path);
	if (status != EXIT_DONE)
		(void)unlink(t->temp);
	return status;
}

/* The part at offset. *ret_size 0: it is still being made. */
static err_t ask_part(struct client *c, const char *id, u64 offset, u8 ret[static BACKUP_PART], size_t *ret_n,
                      u64 *ret_size)
{
	json_t *result = NULL;
	const char *end = NULL;
	TRY(client_call(c, "backup.read", json_pack("{s:s, s:I}", "backup", id, "offset", (json_int_t)offset),
	                &result));
	const char *text = json_string_value(json_object_get(result, "bytes"));
	json_int_t size = json_integer_value(json_object_get(result, "size"));
	err_t e = OK;
	*ret_n = 0;
	*ret_size = (u64)size;
	if (size < 0 || (size && (!text || sodium_base642bin(ret, BACKUP_PART, text, strlen(text), NULL, ret_n, &end,
	                                                     sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)))
		e = ERR_PEER_FORMAT;
	json_decref(result);
	return e;
}

/* The whole file, and its sum at the end, which has to fit: what is kept is what can be restored. */
static int fetch(struct client *c, const char *id, const struct target *t)
{
	u8 part[BACKUP_PART + BACKUP_SUM_LEN],
		is[BACKUP_SUM_LEN]; /* the last bytes are held back: they may be the sum */
	struct backup_sum sum;
	size_t held = 0, n;
	u64 size = 0;
	backup_sum_begin(&sum);
	for (u64 at = 0; size == 0 || at < size; at += n) {
		u64 says;
		if (caught)
			return EXIT_FAILED;
		err_t e = ask_part(c, id, at, part + held, &n, &says);
		if (e == OK && ((size && says != size) || (says && n == 0)))
			e = ERR_PEER_FORMAT;
		if (e != OK)
			return (int)open_failed(c, e);
		size = says;
		if (folder_write_all(t->fd, slice_of(part + held, n)) != OK)
			return said("cannot write", t->temp);
		held += n;
		size_t summed = held > BACKUP_SUM_LEN ? held - BACKUP_SUM_LEN : 0;
		backup_sum_add(&sum, slice_of(part, summed));
		memmove(part, part + summed, held - summed);
		held -= summed;
		if (size == 0)
			poll(NULL, 0, WAIT_MS);
	}
	backup_sum_end(&sum, is);
	if (held != sizeof is || memcmp(is, part, sizeof is) != 0) {
		fputs("blackedoutchat: the backup was damaged on its way\n", stderr);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/* *ret_opened: it was locked, and this opened it. */
static int open_vault(struct client *c, const char *passphrase, bool *ret_opened)
{
	json_t *status = NULL;
	err_t e = client_call(c, "status.get", NULL, &status);
	json_decref(status);
	*ret_opened = false;
	if (e == ERR_LOCAL_LOCKED) {
		e = client_login(c, passphrase, NULL);
		*ret_opened = e == OK;
	}
	if (e == ERR_LOCAL_MISSING && client_error(c)[0] == 0) {
		fputs("blackedoutchat: there is no vault yet\n", stderr);
		return EXIT_FAILED;
	}
	return e == OK ? EXIT_DONE : (int)open_failed(c, e);
}

static int make(struct client *c, const char *passphrase, struct target *t)
{
	char id[CLIENT_BACKUP_ID_CAP];
	err_t e = client_backup(c, passphrase, id);
	if (e != OK)
		return (int)open_failed(c, e);
	int done = begin(t);
	if (done == EXIT_DONE)
		done = fetch(c, id, t);
	e = client_call(c, "backup.end", json_pack("{s:s}", "backup", id), NULL);
	if (done == EXIT_DONE && e != OK && e != ERR_LOCAL_MISSING)
		done = (int)open_failed(c, e);
	return t->fd < 0 ? done : end(t, done);
}

/* A vault that was locked is locked again, whatever came of it. */
static int back_up(struct client *c, const char *passphrase, struct target *t)
{
	bool opened;
	int done = open_vault(c, passphrase, &opened);
	if (done == EXIT_DONE)
		done = caught ? EXIT_FAILED : make(c, passphrase, t);
	if (!opened)
		return done;
	err_t e = client_call(c, "session.lock", NULL, NULL);
	if (e == OK)
		return done;
	fputs("blackedoutchat: the vault was locked, and is unlocked now\n", stderr);
	return (int)open_failed(c, e);
}

int backup_command(const char *data_dir, const char *file)
{
	char passphrase[MAX_PASSPHRASE + 1];
	struct client *c = NULL;
	struct target t;
	int status = (int)open_client(data_dir, &c);
	if (status == EXIT_DONE)
		status = name_both(&t, file);
	if (status == EXIT_DONE) {
		client_keep_none(c);
		if (crypto_selftest() != OK || passphrase_read("Passphrase", passphrase) != OK || passphrase[0] == 0) {
			fputs("blackedoutchat: no passphrase on standard input\n", stderr);
			status = EXIT_USAGE;
		} else {
			catch_ends();
			status = back_up(c, passphrase, &t);
		}
		wipe(passphrase, sizeof passphrase);
	}
	client_free(c);
	end_as_asked();
	if (status == EXIT_DONE)
		printf("%s\n", file);
	return status;
}
