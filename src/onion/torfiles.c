#include "onion/torfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "tor/torrc.h"

#define MAX_SEED (4u * 1024 * 1024) /* bytes of a private network's consensus or descriptors */
#define MAX_EXTRA 16384             /* bytes of its torrc lines */

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static err_t read_file(const char *path, struct buf *out)
{
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ERR_LOCAL_MISSING : ERR_LOCAL_IO;
	for (;;) {
		u8 chunk[4096];
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n == 0)
			return OK;
		if (n < 0)
			return ERR_LOCAL_IO;
		TRY(buf_append(out, slice_of(chunk, (size_t)n)));
	}
}

static err_t write_file(const char *path, struct slice bytes)
{
	CLEANUP(fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ERR_LOCAL_IO;
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0)
			return ERR_LOCAL_IO;
		bytes = slice_of(bytes.p + n, bytes.n - (size_t)n);
	}
	return OK;
}

static err_t copy_seed(const char *network, const char *tor)
{
	static const char *const names[] = {"cached-certs", "cached-microdesc-consensus", "cached-microdescs"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char from[512], to[512];
		CLEANUP(buf_free) struct buf b = buf_with_max(MAX_SEED);
		snprintf(from, sizeof from, "%s/seed/%s", network, names[i]);
		snprintf(to, sizeof to, "%s/%s", tor, names[i]);
		TRY(read_file(from, &b));
		TRY(write_file(to, buf_bytes(&b)));
	}
	return OK;
}

/* The lines that join the network, NUL-terminated. */
static err_t network_lines(const char *network, struct buf *out)
{
	char path[512];
	snprintf(path, sizeof path, "%s/client.torrc", network);
	TRY(read_file(path, out));
	return buf_append(out, slice_of("", 1));
}

err_t torfiles_write(const struct role_config *cfg, i64 owner_pid, char *why, size_t why_cap)
{
	const struct paths *p = &cfg->paths;
	CLEANUP(buf_free) struct buf extra = buf_with_max(MAX_EXTRA);
	CLEANUP(buf_free) struct buf text = buf_with_max(TORRC_MAX + MAX_EXTRA);
	char path[320];
	err_t e = cfg->network ? network_lines(cfg->network, &extra) : OK;
	if (e == OK && cfg->network)
		e = copy_seed(cfg->network, p->tor);
	if (e != OK) {
		snprintf(why, why_cap, "The private network's folder cannot be used: %s.", err_text(e));
		return e;
	}
	const struct torrc t = {.data_dir = p->tor,
	                        .socks_path = p->tor_socks,
	                        .control_path = p->tor_control,
	                        .cookie_path = p->tor_cookie,
	                        .owner_pid = owner_pid,
	                        .extra = cfg->network ? (const char *)buf_bytes(&extra).p : NULL};
	e = torrc_write(&text, &t);
	if (e != OK) {
		snprintf(why, why_cap,
		         "Tor's settings cannot be written for this data folder: its path does not suit tor.");
		return e;
	}
	snprintf(path, sizeof path, "%s/torrc", p->tor);
	e = write_file(path, buf_bytes(&text));
	if (e != OK)
		snprintf(why, why_cap, "Tor's settings cannot be written: %s.", strerror(errno));
	return e;
}

err_t torfiles_cookie(const struct paths *p, u8 *ret, size_t n)
{
	CLEANUP(buf_free) struct buf b = buf_with_max(64);
	if (read_file(p->tor_cookie, &b) != OK || buf_bytes(&b).n != n)
		return ERR_AGAIN;
	memcpy(ret, buf_bytes(&b).p, n);
	return OK;
}
