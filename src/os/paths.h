/* Where things lie in the data folder. Everything in it is 0700 or 0600. */
#ifndef BOC_OS_PATHS_H
#define BOC_OS_PATHS_H

#include "base/err.h"
#include "base/ids.h"

struct paths {
	char data[256];  /* the data folder, absolute */
	char vault[280]; /* vault's: database and key file */
	char tor[280];   /* tor's own DataDirectory, with its sockets; nothing of ours */
	char tor_control[300];
	char tor_cookie[300];
	char tor_socks[300];
	/* The folder of a tor that is not ours, and then the three above are in it; "": ours runs in `tor`. */
	char system[96];
	char links[280];   /* net's: one listening socket per identity */
	char browser[280]; /* profile of the browser of `blackedoutchat open`; there once that ran */
	char rpc[280];     /* socket for scripts, 0600 */
	char port[280];    /* file: the page's port, kept so that its origin stays the same */
	char lock[280];    /* file: one program per folder */
};

/* Fills ret from a data folder (made absolute). ERR_LOCAL_CONFIG, with a sentence in why, when a socket path would be
 * too long or the path cannot be written in a torrc. */
err_t paths_of(const char *data, struct paths *ret, char *why, size_t why_cap) MUST_CHECK;

/* A running tor's sockets and cookie instead of our own: `control`, `control.authcookie` and `socks` in dir, as Debian has them
 * in /run/tor. ERR_LOCAL_CONFIG, with a sentence in why, when dir is not an absolute path or too long. Whether a tor is there is not
 * asked. */
err_t paths_use_tor(struct paths *p, const char *dir, char *why, size_t why_cap) MUST_CHECK;

static inline bool paths_has_own_tor(const struct paths *p)
{
	return p->system[0] == 0;
}

/* Makes the folders that are missing (0700) and checks those that are there: ours, 0700. ERR_LOCAL_CONFIG as above. */
err_t paths_prepare(const struct paths *p, char *why, size_t why_cap) MUST_CHECK;

/* The page's port as the last start on that data folder left it; 0: unknown. */
unsigned paths_port(const char *data);

/* The listening socket of an identity's gate, inside p->links. */
void paths_link_socket(const struct paths *p, u32 identity, enum gate gate, char *ret, size_t cap);

#endif
