#include "client/open_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/open.h"
#include "os/child.h"
#include "os/folder.h"
#include "os/paths.h"

static int failed(const char *what, const char *where)
{
	fprintf(stderr, "blackedoutchat: %s %s: %s\n", what, where, strerror(errno));
	return EXIT_FAILED;
}

/* By its socket, which nobody else can open: a stranger that listens on the port while no program runs is not asked, and
 * nobody types a passphrase there. */
static enum exit_status is_there(const char *data_dir)
{
	struct client *c = NULL;
	enum exit_status status = open_client(data_dir, &c);
	if (status != EXIT_DONE)
		return status;
	err_t e = client_call(c, "auth.state", NULL, NULL);
	if (e != OK)
		status = open_failed(c, e);
	client_free(c);
	return status;
}

static bool find_chromium(char *ret, size_t cap)
{
	static const char *const names[] = {"chromium", "chromium-browser", "google-chrome"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (child_find_program(names[i], ret, cap) == OK)
			return true;
	return false;
}

/* Its settings and caches are kept apart from those of the browser that goes to the internet. */
static int make_profile(const char *dir)
{
	struct stat st;
	bool made;
	if (folder_make(dir, &made) != OK)
		return failed("cannot make the folder", dir);
	if (lstat(dir, &st) || !S_ISDIR(st.st_mode) || st.st_uid != getuid()) {
		errno = ENOTDIR;
		return failed("cannot use", dir);
	}
	return chmod(dir, 0700) ? failed("cannot close to others", dir) : EXIT_DONE;
}

static int without_chromium(unsigned port)
{
	printf("page: http://127.0.0.1:%u\n", port);
	fprintf(stderr,
	        "blackedoutchat: there is no Chromium (Debian package: chromium).\n"
	        "In Firefox make a profile for this page alone (about:profiles), and in its settings, under Network,\n"
	        "a manual proxy that is none: SOCKS Host 127.0.0.1, Port 9, SOCKS v5, with DNS through it, and\n"
	        "\"No proxy for\" 127.0.0.1. Then it reaches the page and nothing else.\n");
	return EXIT_FAILED;
}

/* It fails closed: names are not resolved, and whatever is not the page goes to a proxy that nobody is. */
static int become(const char *path, const char *profile, unsigned port)
{
	char app[64], data[FOLDER_PATH_MAX + 32], direct[64];
	snprintf(app, sizeof app, "--app=http://127.0.0.1:%u/", port);
	snprintf(data, sizeof data, "--user-data-dir=%s", profile);
	/* Without <-loopback> other ports of this machine, and link-local addresses, would go past the proxy. */
	snprintf(direct, sizeof direct, "--proxy-bypass-list=<-loopback>;127.0.0.1:%u", port);
	const char *const argv[] = {path,
	                            app,
	                            data,
	                            direct,
	                            "--proxy-server=socks5://127.0.0.1:9",
	                            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
	                            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
	                            "--disable-background-networking",
	                            "--disable-component-update",
	                            "--disable-domain-reliability",
	                            "--disable-extensions",
	                            "--disable-features=MediaRouter,OptimizationHints,Translate",
	                            "--disable-sync",
	                            "--no-default-browser-check",
	                            "--no-first-run",
	                            "--no-pings",
	                            NULL};
	printf("page:    http://127.0.0.1:%u\nbrowser: %s\nprofile: %s\nThis window reaches the page and nothing "
	       "else.\n",
	       port, path, profile);
	fflush(stdout);
	execv(path, (char *const *)(size_t)argv);
	return failed("cannot start", path);
}

int open_command(const char *data_dir)
{
	struct paths paths;
	char why[400], path[FOLDER_PATH_MAX];
	enum exit_status there = is_there(data_dir);
	if (there != EXIT_DONE)
		return (int)there;
	if (paths_of(data_dir, &paths, why, sizeof why) != OK)
		return EXIT_USAGE; /* not after is_there() */
	unsigned port = paths_port(paths.data);
	if (port == 0)
		return failed("cannot read", paths.port);
	if (!find_chromium(path, sizeof path))
		return without_chromium(port);
	int status = make_profile(paths.browser);
	return status == EXIT_DONE ? become(path, paths.browser, port) : status;
}
