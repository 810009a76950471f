/* The text of our tor's configuration. No I/O: the caller writes the file and starts
 * `tor --defaults-torrc /dev/null -f FILE`, so that no torrc of the machine takes part. */
#ifndef BOC_TOR_TORRC_H
#define BOC_TOR_TORRC_H

#include "base/buf.h"

/* Bytes of a unix socket's path: sizeof sun_path less its NUL (unix(7)). */
#define TOR_SOCKET_PATH_MAX 107

/* Most bytes torrc_write adds, without the extra lines. */
#define TORRC_MAX 32768

/* Borrows every string, for the call only. All paths are absolute. */
struct torrc {
	const char *data_dir;     /* 0700 and ours, else tor mends it or exits */
	const char *socks_path;   /* unix socket tor makes; its folder exists, 0700 and ours */
	const char *control_path; /* unix socket tor makes; same rule, else tor exits at once */
	const char *cookie_path;  /* file tor writes its 32-byte control cookie to */
	i64 owner_pid;            /* tor ends when this process is gone */
	const char *extra;        /* further complete lines, or NULL: a private network's client.torrc */
};

/* Appends the text to out. ERR_LOCAL_CONFIG for a path that is relative, too long for a socket, or holds control
 * characters (a line end would add options), for an owner_pid below 1, and for extra lines with control characters
 * other than tab and newline. ERR_PEER_LIMIT when out has no room. On failure out is unchanged. */
err_t torrc_write(struct buf *out, const struct torrc *t) MUST_CHECK;

/* Whether tor can be given path as a unix socket everywhere, ADD_ONION included, which has no way to write a space
 * or a quote (control-spec, ADD_ONION): absolute, at most TOR_SOCKET_PATH_MAX bytes, no control characters, no
 * space, no `"`, no `\`. */
bool tor_socket_path_ok(const char *path);

#endif
