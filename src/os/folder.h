/* The few things a network does with files. Every descriptor is close-on-exec, every file 0600, every folder 0700. */
#ifndef BOC_OS_FOLDER_H
#define BOC_OS_FOLDER_H

#include "base/buf.h"

#define FOLDER_PATH_MAX 512

/* Writes `dir/name` to ret. ERR_LOCAL_CONFIG when it has more than FOLDER_PATH_MAX - 1 bytes. */
err_t folder_path(char ret[static FOLDER_PATH_MAX], const char *dir, const char *name) MUST_CHECK;

/* Makes dir and the folders that lead to it. *ret_made: whether dir was not there before. ERR_LOCAL_IO; errno is set. */
err_t folder_make(const char *dir, bool *ret_made) MUST_CHECK;

/* Whether dir is a folder with nothing in it. */
bool folder_is_empty(const char *dir);

/* What errno says of a disk that did not do as it was told: ERR_LOCAL_FULL, ERR_LOCAL_DISK, else ERR_LOCAL_IO. */
err_t folder_error(int number);

/* Writes the file dir/name anew. ERR_LOCAL_IO; errno is set. */
err_t folder_write(const char *dir, const char *name, struct slice bytes) MUST_CHECK;

/* Appends the file dir/name to out. ERR_LOCAL_MISSING, ERR_LOCAL_IO, ERR_PEER_LIMIT. */
err_t folder_read(const char *dir, const char *name, struct buf *out) MUST_CHECK;

/* Writes all of it to fd. An error of folder_error(); errno is set. */
err_t folder_write_all(int fd, struct slice bytes) MUST_CHECK;

/* Reads n bytes from fd. ERR_LOCAL_DAMAGED: it ends before; else an error of folder_error(), errno is set. */
err_t folder_read_all(int fd, u8 *ret, size_t n) MUST_CHECK;

/* Removes path with everything in it; follows no symbolic links. Nothing there is fine. */
void folder_remove(const char *path);

#endif
