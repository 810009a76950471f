#include "tor/torrc.h"

#include <inttypes.h>
#include <stdio.h>

/* Everything of one torrc on its way to the caller's buffer. Sticky error: written to the end, looked at once. */
struct writer {
	struct buf text; /* owned */
	err_t err;
};

static void writer_free(struct writer *w)
{
	buf_free(&w->text);
}

static void put(struct writer *w, struct slice s)
{
	if (w->err == OK)
		w->err = buf_append(&w->text, s);
}

static void put_str(struct writer *w, const char *s)
{
	put(w, slice_str(s));
}

/* Puts s between quotes, `"` and `\` escaped, depth times: tor reads a port's line as one quoted value, and inside it
 * the path as another. Unquoted, a `#` in a path would start a comment. */
static void put_quoted(struct writer *w, const char *s, unsigned depth)
{
	/* a quote at depth d is preceded by 2^(d-1) - 1 backslashes, a backslash becomes 2^d of them */
	size_t escape = ((size_t)1 << (depth - 1)) - 1;
	const char *slashes = "\\\\\\\\";
	put(w, slice_of(slashes, escape));
	put_str(w, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			put(w, slice_of(slashes, ((size_t)1 << depth) - 1));
		put(w, slice_of(s, 1));
	}
	put(w, slice_of(slashes, escape));
	put_str(w, "\"");
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((u8)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static bool path_ok(const char *path)
{
	return path && path[0] == '/' && !has_control(path);
}

bool tor_socket_path_ok(const char *path)
{
	if (!path_ok(path) || strlen(path) > TOR_SOCKET_PATH_MAX)
		return false;
	for (const char *p = path; *p; p++)
		if (*p == ' ' || *p == '"' || *p == '\\' || (u8)*p >= 0x80)
			return false;
	return true;
}

static bool lines_ok(const char *extra)
{
	for (const char *p = extra; p && *p; p++)
		if (((u8)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
			return false;
	return true;
}

static err_t check(const struct torrc *t)
{
	if (!path_ok(t->data_dir) || !path_ok(t->cookie_path) || !path_ok(t->socks_path) || !path_ok(t->control_path))
		return ERR_LOCAL_CONFIG;
	if (strlen(t->socks_path) > TOR_SOCKET_PATH_MAX || strlen(t->control_path) > TOR_SOCKET_PATH_MAX)
		return ERR_LOCAL_CONFIG;
	return t->owner_pid < 1 || !lines_ok(t->extra) ? ERR_LOCAL_CONFIG : OK;
}

static void put_path(struct writer *w, const char *option, const char *path)
{
	put_str(w, option);
	put_str(w, " ");
	put_quoted(w, path, 1);
	put_str(w, "\n");
}

static void put_port(struct writer *w, const char *option, const char *path, const char *flags)
{
	put_str(w, option);
	put_str(w, " \"unix:");
	put_quoted(w, path, 2);
	put_str(w, flags);
	put_str(w, "\"\n");
}

static const char fixed[] =
	"CookieAuthentication 1\n"
	"ShutdownWaitLength 0\n"
	"Log err stdout\n"
	"SafeLogging 1\n"
	"AvoidDiskWrites 1\n"
	"HardwareAccel 0\n"
	"ClientOnly 1\n"
	"PublishServerDescriptor 0\n"
	/* tor saves that it slept; after a start the user waits for messages, so it must not go on sleeping */
	"DormantCanceledByStartup 1\n"
	/* no listener but the two above; MetricsPort stays out: tor 0.4.9 opens a port for `MetricsPort 0` */
	"ORPort 0\n"
	"ExtORPort 0\n"
	"DirPort 0\n"
	"DNSPort 0\n"
	"TransPort 0\n"
	"NATDPort 0\n"
	"HTTPTunnelPort 0\n"
	/* until onion was told by the vault which way to take: nothing that is missing or late can make tor connect */
	"DisableNetwork 1\n";

err_t torrc_write(struct buf *out, const struct torrc *t)
{
	TRY(check(t));
	CLEANUP(writer_free) struct writer w = {.text = buf_with_max(out->max)};
	put_path(&w, "DataDirectory", t->data_dir);
	/* PROTO 3.3: "with a circuit isolated per contact": each contact has its own SOCKS user name.
	 * OnionTrafficOnly: nothing of ours can ask an exit for anything, whatever address it is given */
	put_port(&w, "SocksPort", t->socks_path, " IsolateSOCKSAuth ExtendedErrors OnionTrafficOnly");
	put_port(&w, "ControlPort", t->control_path, "");
	put_path(&w, "CookieAuthFile", t->cookie_path);
	char owner[64];
	snprintf(owner, sizeof owner, "__OwningControllerProcess %" PRId64 "\n", t->owner_pid);
	put_str(&w, owner);
	put_str(&w, fixed);
	if (t->extra && t->extra[0]) {
		put_str(&w, t->extra);
		if (t->extra[strlen(t->extra) - 1] != '\n')
			put_str(&w, "\n");
	}
	TRY(w.err);
	return buf_append(out, buf_bytes(&w.text));
}
