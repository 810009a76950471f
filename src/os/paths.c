#include "os/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/folder.h"
#include "tor/torrc.h"

/* dir/name; false when it does not fit. */
static bool join(char *ret, size_t cap, const char *dir, const char *name)
{
	int n = snprintf(ret, cap, "%s/%s", dir, name);
	return n > 0 && (size_t)n < cap;
}

err_t paths_of(const char *data, struct paths *ret, char *why, size_t why_cap)
{
	char cwd[256] = "";
	if (data[0] != '/' && !getcwd(cwd, sizeof cwd)) {
		snprintf(why, why_cap, "the working folder cannot be read or its path is too long");
		return ERR_LOCAL_CONFIG;
	}
	struct paths p = {0};
	bool fits = data[0] == '/' ? (size_t)snprintf(p.data, sizeof p.data, "%s", data) < sizeof p.data
	                           : join(p.data, sizeof p.data, cwd, data);
	for (size_t n = strlen(p.data); n > 1 && p.data[n - 1] == '/'; n--)
		p.data[n - 1] = 0;
	fits = fits && join(p.vault, sizeof p.vault, p.data, "vault") && join(p.tor, sizeof p.tor, p.data, "tor") &&
	       join(p.tor_control, sizeof p.tor_control, p.tor, "control") &&
	       join(p.tor_cookie, sizeof p.tor_cookie, p.tor, "cookie") &&
	       join(p.tor_socks, sizeof p.tor_socks, p.tor, "socks") &&
	       join(p.links, sizeof p.links, p.data, "links") && join(p.browser, sizeof p.browser, p.data, "browser") &&
	       join(p.rpc, sizeof p.rpc, p.data, "rpc.sock") && join(p.port, sizeof p.port, p.data, "port") &&
	       join(p.lock, sizeof p.lock, p.data, "lock");
	char longest[320];
	fits = fits && join(longest, sizeof longest, p.links, "4294967295.sock");
	if (!fits || strlen(longest) > TOR_SOCKET_PATH_MAX || strlen(p.tor_control) > TOR_SOCKET_PATH_MAX) {
		snprintf(why, why_cap,
		         "the path of the data folder is too long: unix sockets in it need at most %d bytes; choose a "
		         "shorter one with --data",
		         TOR_SOCKET_PATH_MAX);
		return ERR_LOCAL_CONFIG;
	}
	if (!tor_socket_path_ok(longest)) {
		snprintf(why, why_cap,
		         "the path of the data folder has a space or another character that tor cannot take; choose "
		         "another one "
		         "with --data");
		return ERR_LOCAL_CONFIG;
	}
	*ret = p;
	return OK;
}

err_t paths_use_tor(struct paths *p, const char *dir, char *why, size_t why_cap)
{
	size_t n = strlen(dir);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (dir[0] != '/' || n >= sizeof p->system || n + sizeof "/control" > TOR_SOCKET_PATH_MAX) {
		snprintf(why, why_cap,
		         "the folder of the system's tor has to be a short path that begins with /, such as /run/tor");
		return ERR_LOCAL_CONFIG;
	}
	memcpy(p->system, dir, n);
	p->system[n] = 0;
	bool fits = join(p->tor_control, sizeof p->tor_control, p->system, "control") &&
	            join(p->tor_cookie, sizeof p->tor_cookie, p->system, "control.authcookie") &&
	            join(p->tor_socks, sizeof p->tor_socks, p->system, "socks");
	return fits ? OK : ERR_BUG;
}

/* Makes dir (0700) or checks the one that is there. */
static err_t prepare(const char *dir, char *why, size_t why_cap)
{
	struct stat st;
	if (mkdir(dir, 0700) && errno != EEXIST) {
		snprintf(why, why_cap, "cannot make the folder %s: %s", dir, strerror(errno));
		return ERR_LOCAL_CONFIG;
	}
	if (lstat(dir, &st) || !S_ISDIR(st.st_mode)) {
		snprintf(why, why_cap, "%s is not a folder", dir);
		return ERR_LOCAL_CONFIG;
	}
	if (st.st_uid != getuid()) {
		snprintf(why, why_cap, "the folder %s belongs to another user", dir);
		return ERR_LOCAL_CONFIG;
	}
	if (st.st_mode & 077) {
		snprintf(why, why_cap, "the folder %s is open to others (mode %03o): run chmod 700 %s", dir,
		         st.st_mode & 0777, dir);
		return ERR_LOCAL_CONFIG;
	}
	return OK;
}

err_t paths_prepare(const struct paths *p, char *why, size_t why_cap)
{
	bool made;
	if (folder_make(p->data, &made) != OK) {
		snprintf(why, why_cap, "cannot make the folder %s: %s", p->data, strerror(errno));
		return ERR_LOCAL_CONFIG;
	}
	const char *const dirs[] = {p->data, p->vault, p->tor, p->links};
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		TRY(prepare(dirs[i], why, why_cap));
	return OK;
}

void paths_link_socket(const struct paths *p, u32 identity, enum gate gate, char *ret, size_t cap)
{
	snprintf(ret, cap, "%s/%u%s.sock", p->links, identity, gate == GATE_CONTACTS ? "c" : "");
}

unsigned paths_port(const char *data)
{
	CLEANUP(buf_free) struct buf b = buf_with_max(sizeof "65535");
	unsigned port = 0;
	if (folder_read(data, "port", &b) != OK)
		return 0;
	struct slice s = buf_bytes(&b);
	for (size_t i = 0; i < s.n && s.p[i] != '\n'; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		port = 10 * port + (s.p[i] - '0');
	}
	return port <= 65535 ? port : 0;
}
