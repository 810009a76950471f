#include "demo/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "onion/join.h"
#include "os/child.h"
#include "os/os_env.h"

#define LOG_NAME "tor.log"
#define LAST_LINES 3 /* tor tells the cause first and then that it gives up */

static void fd_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Starts tor with its output in the relay's log. It dies with us: at once by signal, and by its own check. */
static err_t spawn(struct relay *r, const char *const *argv)
{
	char path[FOLDER_PATH_MAX];
	TRY(folder_path(path, r->dir, LOG_NAME));
	CLEANUP(fd_close) int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (log < 0)
		return ERR_LOCAL_IO;
	const struct child_fd fds[] = {{log, 1}, {log, 2}};
	const struct child_spec spec = {
		.path = argv[0], .argv = argv, .fds = fds, .fd_count = ARRAY_LEN(fds), .death_signal = SIGKILL};
	return child_spawn(&spec, &r->pid);
}

err_t relay_make_keys(struct relay *r, const char *tor, const char *net_dir, unsigned number)
{
	snprintf(r->keys.nick, sizeof r->keys.nick, "r%u", number);
	TRY(folder_path(r->dir, net_dir, r->keys.nick));
	bool made;
	TRY(folder_make(r->dir, &made));
	/* the address is not used, but tor makes no keys for a relay without one */
	const char *const argv[] = {tor,
	                            "--defaults-torrc",
	                            "/dev/null",
	                            "-f",
	                            "/dev/null",
	                            "--ignore-missing-torrc",
	                            "--list-fingerprint",
	                            "--DataDirectory",
	                            r->dir,
	                            "--Nickname",
	                            r->keys.nick,
	                            "--ORPort",
	                            "127.0.0.1:9001",
	                            "--Address",
	                            "127.0.0.1",
	                            "--AssumeReachable",
	                            "1",
	                            "--PublishServerDescriptor",
	                            "0",
	                            "--SocksPort",
	                            "0",
	                            "--Log",
	                            "warn stdout",
	                            NULL};
	return spawn(r, argv);
}

static int hex_digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* `NICKNAME FINGERPRINT\n` */
static err_t read_fingerprint(struct relay *r)
{
	CLEANUP(buf_free) struct buf b = buf_with_max(256);
	TRY(folder_read(r->dir, "fingerprint", &b));
	struct slice s = buf_bytes(&b);
	const u8 *space = s.p ? memchr(s.p, ' ', s.n) : NULL;
	size_t at = space ? (size_t)(space - s.p) + 1 : s.n;
	if (s.n - at < 40)
		return ERR_PEER_FORMAT;
	for (size_t i = 0; i < sizeof r->keys.fingerprint; i++) {
		int high = hex_digit(s.p[at + 2 * i]), low = hex_digit(s.p[at + 2 * i + 1]);
		if (high < 0 || low < 0)
			return ERR_PEER_FORMAT;
		r->keys.fingerprint[i] = (u8)(high << 4 | low);
	}
	return OK;
}

/* Tor's key files: a 32-byte title, then the key. Reads n bytes at offset from. */
static err_t read_key(const struct relay *r, const char *name, size_t from, u8 *ret, size_t n)
{
	CLEANUP(buf_free) struct buf b = buf_with_max(4096);
	TRY(folder_read(r->dir, name, &b));
	struct slice s = buf_bytes(&b);
	if (s.n < from + n)
		return ERR_PEER_FORMAT;
	memcpy(ret, s.p + from, n);
	return OK;
}

static err_t read_onion_key(struct relay *r)
{
	CLEANUP(buf_free) struct buf b = buf_with_max(16384);
	TRY(folder_read(r->dir, "keys/secret_onion_key", &b));
	return rsa_public_of_pem(buf_bytes(&b), r->keys.onion_key_der, sizeof r->keys.onion_key_der,
	                         &r->keys.onion_key_len);
}

err_t relay_read_keys(struct relay *r, u64 timeout_ms)
{
	u64 until = env_mono_ms(os_env()) + timeout_ms;
	int status = 0;
	while (!child_has_ended(r->pid, &status)) {
		if (env_mono_ms(os_env()) >= until)
			return ERR_PEER_TIMEOUT;
		poll(NULL, 0, 5);
	}
	r->pid = 0;
	if (status != 0)
		return ERR_LOCAL_IO;
	TRY(read_fingerprint(r));
	TRY(read_key(r, "keys/ed25519_master_id_public_key", 32, r->keys.ed25519, sizeof r->keys.ed25519));
	/* title, secret key, public key */
	TRY(read_key(r, "keys/secret_onion_key_ntor", 64, r->keys.ntor, sizeof r->keys.ntor));
	return read_onion_key(r);
}

err_t relay_start(struct relay *r, const char *tor, const char *net_dir, const char *shared)
{
	CLEANUP(text_free) struct text t = text_with_max(8192);
	text_add(&t, "DataDirectory \"%s\"\nNickname %s\nAddress 127.0.0.1\nORPort 127.0.0.1:%u\n", r->dir,
	         r->keys.nick, (unsigned)r->keys.or_port);
	text_add(&t, "SocksPort 0\nAssumeReachable 1\nPublishServerDescriptor 0\nExitRelay 0\nExitPolicy reject *:*\n"
	             "NumCPUs 1\nContactInfo none\nShutdownWaitLength 0\nLog notice stdout\nLogTimeGranularity 1\n");
	text_add(&t, "__OwningControllerProcess %d\n%s", (int)getpid(), shared);
	TRY(t.err);
	TRY(folder_write(r->dir, "torrc", buf_bytes(&t.b)));
	TRY(join_seed(net_dir, r->dir));
	char torrc[FOLDER_PATH_MAX];
	TRY(folder_path(torrc, r->dir, "torrc"));
	const char *const argv[] = {tor, "--defaults-torrc", "/dev/null", "-f", torrc, NULL};
	return spawn(r, argv);
}

bool relay_runs(struct relay *r)
{
	int status;
	if (r->pid > 0 && child_has_ended(r->pid, &status))
		r->pid = 0;
	return r->pid > 0;
}

bool relay_accepts(const struct relay *r)
{
	CLEANUP(fd_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(r->keys.or_port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
}

void relay_last_words(const struct relay *r, char *ret, size_t cap)
{
	CLEANUP(buf_free) struct buf b = buf_with_max(1 << 20);
	ret[0] = 0;
	if (folder_read(r->dir, LOG_NAME, &b) != OK)
		return;
	struct slice s = buf_bytes(&b);
	while (s.p && s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	size_t from = s.n;
	for (int lines = 0; from > 0 && lines < LAST_LINES; lines++) {
		const u8 *lf = s.p && from > 1 ? memrchr(s.p, '\n', from - 1) : NULL;
		from = lf ? (size_t)(lf - s.p) + 1 : 0;
	}
	if (s.n > from)
		log_escape(ret, cap, s.p + from, s.n - from);
}
