#include "os/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fault.h"

static void fd_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

err_t folder_path(char ret[static FOLDER_PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(ret, FOLDER_PATH_MAX, "%s/%s", dir, name);
	return n > 0 && n < FOLDER_PATH_MAX ? OK : ERR_LOCAL_CONFIG;
}

err_t folder_make(const char *dir, bool *ret_made)
{
	char path[FOLDER_PATH_MAX];
	if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path)
		return ERR_LOCAL_CONFIG;
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = 0;
		if (mkdir(path, 0700) && errno != EEXIST)
			return ERR_LOCAL_IO;
		*at = '/';
	}
	bool made = mkdir(path, 0700) == 0;
	if (!made && errno != EEXIST)
		return ERR_LOCAL_IO;
	*ret_made = made;
	return OK;
}

bool folder_is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	if (!d)
		return false;
	bool empty = true;
	struct dirent *e;
	while (empty && (e = readdir(d)))
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	closedir(d);
	return empty;
}

err_t folder_error(int number)
{
	if (number == ENOSPC || number == EDQUOT || number == EFBIG)
		return ERR_LOCAL_FULL;
	return number == EIO || number == EROFS ? ERR_LOCAL_DISK : ERR_LOCAL_IO;
}

err_t folder_write_all(int fd, struct slice bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return folder_error(errno);
		bytes = slice_of(bytes.p + n, bytes.n - (size_t)n);
	}
	return OK;
}

err_t folder_read_all(int fd, u8 *ret, size_t n)
{
	while (n) {
		ssize_t got = read(fd, ret, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 ? ERR_LOCAL_DAMAGED : folder_error(errno);
		ret += got;
		n -= (size_t)got;
	}
	return OK;
}

err_t folder_write(const char *dir, const char *name, struct slice bytes)
{
	char path[FOLDER_PATH_MAX];
	TRY(folder_path(path, dir, name));
	CLEANUP(fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_LOCAL_IO;
	return FAULT_FAILS("folder.write", "onion") || folder_write_all(fd, bytes) != OK ? ERR_LOCAL_IO : OK;
}

err_t folder_read(const char *dir, const char *name, struct buf *out)
{
	char path[FOLDER_PATH_MAX];
	TRY(folder_path(path, dir, name));
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_LOCAL_MISSING : ERR_LOCAL_IO;
	for (;;) {
		u8 chunk[4096];
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? OK : ERR_LOCAL_IO;
		TRY(buf_append(out, slice_of(chunk, (size_t)n)));
	}
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	remove(path);
	return 0;
}

void folder_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
