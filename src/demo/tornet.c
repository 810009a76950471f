#include "demo/tornet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "demo/relay.h"
#include "os/child.h"
#include "os/os_env.h"

#define GUARDS 2
#define TRIES 3
#define KEYS_MS 30000
#define UP_MS 20000

/* Below the range the kernel takes for outgoing connections (ip_local_port_range, 32768 up), or a relay that is up
 * could be given the port of one that is not. */
#define PORT_FIRST 20000
#define PORT_COUNT 12000

struct tornet {
	struct tornet_config cfg; /* cfg.dir and cfg.tor are borrowed for the start only: use dir and tor */
	char dir[FOLDER_PATH_MAX];
	char tor[FOLDER_PATH_MAX];
	bool made_dir;
	u64 started_ms;
	size_t count;
	struct relay relays[TORNET_RELAYS_MAX];
};

static void say(struct tornet *tn, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void say(struct tornet *tn, const char *fmt, ...)
{
	char line[768];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (tn->cfg.progress)
		tn->cfg.progress(tn->cfg.arg, line);
}

static u64 now_ms(void)
{
	return env_mono_ms(os_env());
}

/* ---- set-up ---- */

static bool dir_ok(const char *dir)
{
	if (!dir || dir[0] != '/' || strlen(dir) > FOLDER_PATH_MAX - 64)
		return false;
	for (const char *p = dir; *p; p++)
		if ((u8)*p < 0x20 || *p == 0x7f || *p == '"' || *p == '\\')
			return false;
	return true;
}

static err_t prepare_dir(struct tornet *tn)
{
	struct stat st;
	if (!dir_ok(tn->cfg.dir)) {
		say(tn, "the network's folder needs a short absolute path without quotes and backslashes");
		return ERR_LOCAL_CONFIG;
	}
	snprintf(tn->dir, sizeof tn->dir, "%s", tn->cfg.dir);
	if (folder_make(tn->dir, &tn->made_dir) != OK || lstat(tn->dir, &st)) {
		say(tn, "cannot make the folder %s: %s", tn->dir, strerror(errno));
		return ERR_LOCAL_CONFIG;
	}
	if (!S_ISDIR(st.st_mode) || st.st_uid != getuid() || (st.st_mode & 077) || !folder_is_empty(tn->dir)) {
		say(tn, "%s must be an empty folder of ours with mode 0700", tn->dir);
		return ERR_LOCAL_CONFIG;
	}
	return OK;
}

static err_t prepare(struct tornet *tn)
{
	unsigned n = tn->cfg.relays ? tn->cfg.relays : TORNET_RELAYS;
	if (n < TORNET_RELAYS_MIN || n > TORNET_RELAYS_MAX) {
		say(tn, "a network has %d to %d relays", TORNET_RELAYS_MIN, TORNET_RELAYS_MAX);
		return ERR_LOCAL_CONFIG;
	}
	if (tn->cfg.tor)
		snprintf(tn->tor, sizeof tn->tor, "%s", tn->cfg.tor);
	else if (child_find_program("tor", tn->tor, sizeof tn->tor) != OK)
		tn->tor[0] = 0;
	if (access(tn->tor, X_OK)) {
		say(tn, "the program tor is missing: install the package tor");
		return ERR_LOCAL_CONFIG;
	}
	TRY(prepare_dir(tn));
	tn->count = n; /* from here on there is something to remove */
	return OK;
}

static err_t make_keys(struct tornet *tn, i64 now_s, struct authority **ret)
{
	say(tn, "making the keys of %zu relays and their directory authority", tn->count);
	for (size_t i = 0; i < tn->count; i++) {
		tn->relays[i].keys.guard = i < GUARDS;
		TRY(relay_make_keys(&tn->relays[i], tn->tor, tn->dir, (unsigned)i));
	}
	CLEANUP(authority_freep) struct authority *a = NULL;
	TRY(authority_new(now_s, &a));
	u64 until = now_ms() + KEYS_MS;
	for (size_t i = 0; i < tn->count; i++) {
		u64 now = now_ms();
		err_t e = relay_read_keys(&tn->relays[i], now < until ? until - now : 0);
		if (e != OK) {
			char words[512];
			relay_last_words(&tn->relays[i], words, sizeof words);
			say(tn, "tor made no keys for a relay (%s): %s", err_text(e), words);
			return e;
		}
	}
	*ret = MOVE(a);
	return OK;
}

/* ---- ports and documents: anew at each try ---- */

/* Binds a free port of 127.0.0.1 and gives its socket, which keeps it ours for now. */
static int hold_port(u16 *ret)
{
	for (int i = 0; i < 200; i++) {
		u32 r;
		env_random(os_env(), &r, sizeof r);
		struct sockaddr_in at = {.sin_family = AF_INET};
		at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		at.sin_port = htons((u16)(PORT_FIRST + r % PORT_COUNT));
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0) {
			*ret = ntohs(at.sin_port);
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

static err_t choose_ports(struct tornet *tn)
{
	int held[TORNET_RELAYS_MAX];
	size_t n = 0;
	for (; n < tn->count; n++) {
		held[n] = hold_port(&tn->relays[n].keys.or_port);
		if (held[n] < 0)
			break;
	}
	for (size_t i = 0; i < n; i++)
		close(held[i]);
	return n == tn->count ? OK : ERR_LOCAL_IO;
}

static err_t write_seed(struct tornet *tn, const struct authority *a, i64 now_s)
{
	struct relay_keys keys[TORNET_RELAYS_MAX];
	for (size_t i = 0; i < tn->count; i++)
		keys[i] = tn->relays[i].keys;
	CLEANUP(text_free) struct text consensus = text_with_max(65536);
	CLEANUP(text_free) struct text microdescs = text_with_max(65536);
	TRY(consensus_write(keys, tn->count, a, now_s, &consensus, &microdescs));
	char seed[FOLDER_PATH_MAX];
	bool made;
	TRY(folder_path(seed, tn->dir, "seed"));
	TRY(folder_make(seed, &made));
	TRY(folder_write(seed, "cached-certs", authority_certificate(a)));
	TRY(folder_write(seed, "cached-microdesc-consensus", buf_bytes(&consensus.b)));
	return folder_write(seed, "cached-microdescs", buf_bytes(&microdescs.b));
}

/* The lines that make a tor part of this network. Its only "authority" is relay r0, which serves as a cache what the
 * seed holds; nothing listens on port 1. */
static err_t write_client(struct tornet *tn, const struct authority *a, char *ret, size_t cap)
{
	char fingerprint[AUTHORITY_HEX];
	const struct relay_keys *r0 = &tn->relays[0].keys;
	text_hex(slice_of(r0->fingerprint, sizeof r0->fingerprint), fingerprint);
	int n = snprintf(ret, cap, "TestingTorNetwork 1\nDirAuthority r0 orport=%u no-v2 v3ident=%s 127.0.0.1:1 %s\n",
	                 (unsigned)r0->or_port, authority_identity(a), fingerprint);
	if (n < 0 || (size_t)n >= cap)
		return ERR_BUG;
	return folder_write(tn->dir, "client.torrc", slice_of(ret, (size_t)n));
}

/* ---- running ---- */

static void end_all(struct tornet *tn)
{
	for (size_t i = 0; i < tn->count; i++)
		if (relay_runs(&tn->relays[i]))
			kill(tn->relays[i].pid, SIGTERM); /* all at once, then one after the other */
	u64 until = now_ms() + TOR_STOP_MS;
	for (size_t i = 0; i < tn->count; i++) {
		u64 now = now_ms();
		if (relay_runs(&tn->relays[i]))
			child_end(tn->relays[i].pid, now < until ? until - now : 0);
		tn->relays[i].pid = 0;
	}
}

/* ERR_AGAIN when a relay ended, most likely because its port was taken. */
static err_t wait_up(struct tornet *tn)
{
	u64 until = now_ms() + UP_MS;
	for (size_t i = 0; i < tn->count; i++) {
		struct relay *r = &tn->relays[i];
		/* first whether it listens, then whether it lives: another program's answer on its port does not count */
		for (bool accepts = false; !accepts || !relay_runs(r);) {
			if (!relay_runs(r)) {
				char words[512];
				relay_last_words(r, words, sizeof words);
				say(tn, "a relay ended: %s", words);
				return ERR_AGAIN;
			}
			if (now_ms() >= until) {
				say(tn, "a relay does not accept connections");
				return ERR_PEER_TIMEOUT;
			}
			accepts = relay_accepts(r);
			if (!accepts)
				poll(NULL, 0, 10);
		}
	}
	return tornet_is_up(tn) ? OK : ERR_AGAIN;
}

static err_t run_once(struct tornet *tn, const struct authority *a, i64 now_s)
{
	char shared[512];
	TRY(choose_ports(tn));
	TRY(write_seed(tn, a, now_s));
	TRY(write_client(tn, a, shared, sizeof shared));
	for (size_t i = 0; i < tn->count; i++)
		TRY(relay_start(&tn->relays[i], tn->tor, tn->dir, shared));
	return wait_up(tn);
}

static err_t run(struct tornet *tn)
{
	TRY(prepare(tn));
	i64 now_s = (i64)(env_wall_ms(os_env()) / 1000);
	CLEANUP(authority_freep) struct authority *a = NULL;
	TRY(make_keys(tn, now_s, &a));
	say(tn, "keys are made after %.1f s; starting the relays", (double)(now_ms() - tn->started_ms) / 1000);
	err_t e = ERR_AGAIN;
	for (int i = 0; i < TRIES && e == ERR_AGAIN; i++) {
		e = run_once(tn, a, now_s);
		if (e != OK)
			end_all(tn);
	}
	if (e == OK)
		say(tn, "the private Tor network is up after %.1f s", (double)(now_ms() - tn->started_ms) / 1000);
	return e == ERR_AGAIN ? ERR_LOCAL_IO : e;
}

err_t tornet_start(const struct tornet_config *cfg, struct tornet **ret)
{
	CLEANUP(tornet_stopp) struct tornet *tn = calloc(1, sizeof *tn);
	if (!tn)
		abort();
	tn->cfg = *cfg;
	tn->started_ms = now_ms();
	TRY(run(tn));
	*ret = MOVE(tn);
	return OK;
}

bool tornet_is_up(struct tornet *tn)
{
	for (size_t i = 0; i < tn->count; i++)
		if (!relay_runs(&tn->relays[i]) || !relay_accepts(&tn->relays[i]))
			return false;
	return true;
}

const char *tornet_dir(const struct tornet *tn)
{
	return tn->dir;
}

size_t tornet_pids(const struct tornet *tn, pid_t *ret, size_t cap)
{
	for (size_t i = 0; i < tn->count && i < cap; i++)
		ret[i] = tn->relays[i].pid;
	return tn->count;
}

struct tornet *tornet_stop(struct tornet *tn)
{
	static const char *const names[] = {"seed", "client.torrc"};
	if (!tn)
		return NULL;
	end_all(tn);
	char path[FOLDER_PATH_MAX];
	for (size_t i = 0; i < tn->count; i++)
		if (tn->relays[i].dir[0])
			folder_remove(tn->relays[i].dir);
	for (size_t i = 0; tn->count && i < ARRAY_LEN(names); i++)
		if (folder_path(path, tn->dir, names[i]) == OK)
			folder_remove(path);
	if (tn->made_dir)
		rmdir(tn->dir); /* stays when someone else has put something in it */
	free(tn);
	return NULL;
}
