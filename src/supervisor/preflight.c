#include "supervisor/preflight.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/child.h"
#include "os/fault.h"
#include "os/folder.h"
#include "supervisor/erase.h"
#include "tor/control.h"
#include "tor/version.h"
#include "vault/keyfile.h"
#include "vault/vaultdir.h"

static err_t refuse(const char *fmt, ...) PRINTF_LIKE(1, 2);

static err_t refuse(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("blackedoutchat: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return ERR_LOCAL_CONFIG;
}

err_t preflight_default_data(char *ret, size_t cap)
{
	const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	int n = xdg && xdg[0] == '/'     ? snprintf(ret, cap, "%s/blackedoutchat", xdg)
	        : home && home[0] == '/' ? snprintf(ret, cap, "%s/.local/share/blackedoutchat", home)
	                                 : -1;
	return n > 0 && (size_t)n < cap ? OK : ERR_LOCAL_CONFIG;
}

void preflight_tor(u64 within_ms, struct tor_program *ret)
{
	char out[512], text[TOR_VERSION_TEXT];
	const char *const argv[] = {"tor", "--version", NULL};
	struct tor_version v, least = TOR_VERSION_MIN;
	*ret = (struct tor_program){0};
	if (child_find_program("tor", ret->path, sizeof ret->path) != OK) {
		snprintf(ret->says, sizeof ret->says, "there is no tor on this machine; install the package \"tor\"");
		return;
	}
	err_t e = child_read_output(ret->path, argv, within_ms, out, sizeof out);
	if (e == ERR_PEER_TIMEOUT) {
		snprintf(ret->says, sizeof ret->says, "%s does not answer when it is asked for its version", ret->path);
	} else if (e != OK || tor_version_parse(slice_str(out), &v) != OK) {
		snprintf(ret->says, sizeof ret->says, "%s does not tell its version", ret->path);
	} else if (tor_version_cmp(&v, &least) < 0) {
		snprintf(ret->says, sizeof ret->says, "%s is version %s; at least 0.4.8 is needed", ret->path,
		         tor_version_text(&v, text));
	} else {
		snprintf(ret->says, sizeof ret->says, "%.*s", (int)strcspn(out, "\n"), out);
		ret->is_good = true;
	}
}

/* Why what is at path cannot be used. */
static err_t of_system_tor(const char *path, int error, char *why, size_t cap)
{
	if (error == EACCES || error == EPERM)
		snprintf(why, cap,
		         "%s is not open to you: your user has to be in the group debian-tor (sudo adduser $USER "
		         "debian-tor, "
		         "then log in anew)",
		         path);
	else if (error == ENOENT || error == ENOTDIR)
		snprintf(why, cap, "there is no %s: no tor runs whose sockets are there", path);
	else
		snprintf(why, cap, "no tor answers at %s: %s", path, strerror(error));
	return ERR_LOCAL_CONFIG;
}

static int try_socket(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	memcpy(a.sun_path, path, strlen(path) + 1); /* paths_use_tor checked the length */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) ? errno : 0;
	if (fd >= 0)
		close(fd);
	return error;
}

static int try_cookie(const char *path)
{
	u8 cookie[TORCTL_COOKIE_LEN];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	err_t e = folder_read_all(fd, cookie, sizeof cookie);
	close(fd);
	wipe(cookie, sizeof cookie);
	return e == OK ? 0 : EBADMSG;
}

err_t preflight_system_tor(const struct paths *p, char *why, size_t why_cap)
{
	const char *const sockets[] = {p->tor_control, p->tor_socks};
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
		int error = try_socket(sockets[i]);
		if (error)
			return of_system_tor(sockets[i], error, why, why_cap);
	}
	int error = try_cookie(p->tor_cookie);
	return error ? of_system_tor(p->tor_cookie, error, why, why_cap) : OK;
}

err_t preflight_transport(enum bridge_transport t, char *ret_path, size_t cap)
{
	for (const char *const *p = bridge_programs(t); *p; p++)
		if (child_find_program(*p, ret_path, cap) == OK)
			return OK;
	return ERR_LOCAL_MISSING;
}

static err_t take_lock(struct preflight *f)
{
	f->lock_fd = open(f->paths.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (f->lock_fd < 0)
		return refuse("cannot make %s: %s", f->paths.lock, strerror(errno));
	if (flock(f->lock_fd, LOCK_EX | LOCK_NB))
		return refuse("another blackedoutchat runs on %s", f->paths.data);
	return OK;
}

static void remember_port(const struct preflight *f)
{
	int fd = open(f->paths.port, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return; /* the next run chooses another one */
	if (!FAULT_FAILS("port.write", "supervisor"))
		dprintf(fd, "%u\n", f->port);
	close(fd);
}

static err_t listen_page(struct preflight *f, unsigned wanted)
{
	unsigned port = wanted ? wanted : paths_port(f->paths.data);
	f->page_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (f->page_fd < 0)
		return refuse("cannot make a socket: %s", strerror(errno));
	const int on = 1;
	setsockopt(f->page_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons((u16)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (bind(f->page_fd, (struct sockaddr *)&a, sizeof a) || listen(f->page_fd, 64))
		return refuse("port %u of 127.0.0.1 cannot be used: %s; choose another with --port", port,
		              strerror(errno));
	socklen_t n = sizeof a;
	getsockname(f->page_fd, (struct sockaddr *)&a, &n);
	f->port = ntohs(a.sin_port);
	remember_port(f);
	return OK;
}

static err_t listen_rpc(struct preflight *f)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	memcpy(a.sun_path, f->paths.rpc, strlen(f->paths.rpc) + 1); /* paths_of checked the length */
	f->rpc_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(f->paths.rpc); /* left by a run that was killed: the lock is ours */
	mode_t old = umask(0177);
	bool ok = f->rpc_fd >= 0 && bind(f->rpc_fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(f->rpc_fd, 16) == 0;
	umask(old);
	return ok ? OK : refuse("cannot listen on %s: %s", f->paths.rpc, strerror(errno));
}

/* One for each place, bound before any role starts: net can make no such socket (docs/decisions/0016). */
static err_t listen_links(struct preflight *f)
{
	for (size_t i = 0; i < ARRAY_LEN(f->link_fd); i++) {
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		socklen_t n = sizeof a;
		int fd = f->link_fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, LISTEN_QUEUE) ||
		    getsockname(fd, (struct sockaddr *)&a, &n))
			return refuse("cannot listen on 127.0.0.1 for the system's tor: %s", strerror(errno));
		f->link_port[i] = ntohs(a.sin_port);
	}
	return OK;
}

static err_t find_tor(const struct run_options *opt, struct preflight *f, char *why, size_t why_cap)
{
	if (!opt->tor) {
		preflight_tor(TOR_FIND_MS, &f->tor);
		snprintf(why, why_cap, "%s", f->tor.says);
		return f->tor.is_good ? OK : ERR_LOCAL_CONFIG;
	}
	TRY(paths_use_tor(&f->paths, opt->tor, why, why_cap));
	return preflight_system_tor(&f->paths, why, why_cap);
}

err_t preflight(const struct run_options *opt, struct preflight *ret)
{
	char why[400];
	if (paths_of(opt->data, &ret->paths, why, sizeof why) != OK || find_tor(opt, ret, why, sizeof why) != OK ||
	    paths_prepare(&ret->paths, why, sizeof why) != OK)
		return refuse("%s", why);
	fault_begin("supervisor", ret->paths.data);
	TRY(take_lock(ret));
	if (keyfile_is_destroyed(ret->paths.vault) && erase_rest(&ret->paths) != 0) /* it was killed in the middle */
		return ERR_LOCAL_CONFIG;
	if (paths_prepare(&ret->paths, why, sizeof why) != OK)
		return refuse("%s", why);
	for (int t = 0; t < BRIDGE_TRANSPORTS; t++)
		if (preflight_transport((enum bridge_transport)t, ret->transports[t], sizeof ret->transports[t]) != OK)
			ret->transports[t][0] = 0;
	if (opt->bridges && vaultdir_hold(ret->paths.vault, VAULTDIR_HOLD_BRIDGES) != OK)
		return refuse("it cannot be noted in %s that Tor has to wait for bridges", ret->paths.vault);
	if (opt->tor)
		TRY(listen_links(ret));
	TRY(listen_page(ret, (unsigned)opt->port));
	return listen_rpc(ret);
}
