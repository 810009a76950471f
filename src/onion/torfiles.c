#include "onion/torfiles.h"

#include <errno.h>
#include <stdio.h>

#include "onion/join.h"
#include "os/folder.h"
#include "tor/torrc.h"

#define MAX_EXTRA 16384 /* bytes of a private network's torrc lines */

/* The lines that join the network, NUL-terminated, and its seed in tor's folder. */
static err_t join_network(const char *network, const char *tor, struct buf *out)
{
	TRY(join_torrc(network, out));
	TRY(buf_append(out, slice_of("", 1)));
	return join_seed(network, tor);
}

err_t torfiles_write(const struct role_config *cfg, i64 owner_pid, char *why, size_t why_cap)
{
	const struct paths *p = &cfg->paths;
	CLEANUP(buf_free) struct buf extra = buf_with_max(MAX_EXTRA);
	CLEANUP(buf_free) struct buf text = buf_with_max(TORRC_MAX + MAX_EXTRA);
	err_t e = cfg->network ? join_network(cfg->network, p->tor, &extra) : OK;
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
	e = folder_write(p->tor, "torrc", buf_bytes(&text));
	if (e != OK)
		snprintf(why, why_cap, "Tor's settings cannot be written: %s.", strerror(errno));
	return e;
}

err_t torfiles_cookie(const struct paths *p, u8 *ret, size_t n)
{
	CLEANUP(buf_free) struct buf b = buf_with_max(64);
	const char *name = paths_has_own_tor(p) ? "cookie" : "control.authcookie";
	if (folder_read(paths_has_own_tor(p) ? p->tor : p->system, name, &b) != OK)
		return ERR_AGAIN;
	struct slice cookie = buf_bytes(&b);
	if (!cookie.p || cookie.n != n)
		return ERR_AGAIN;
	memcpy(ret, cookie.p, n);
	return OK;
}
