/* Real tors: a network stands up, a client joins by our torrc, control port and SOCKS5, an onion service answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/onion_key.h"
#include "demo/tornet.h"
#include "onion/join.h"
#include "os/child.h"
#include "os/folder.h"
#include "os/os_env.h"
#include "tor/control.h"
#include "tor/socks5.h"
#include "tor/torrc.h"

static char base[64]; /* a folder for this run */
static char tor[FOLDER_PATH_MAX];

static double now_s(void)
{
	return (double)env_mono_ms(os_env()) / 1000;
}

static void progress(void *arg, const char *line)
{
	print_message("  %s%s\n", (const char *)arg, line);
}

static struct tornet *start_network(const char *name)
{
	char dir[FOLDER_PATH_MAX];
	assert_int_equal(folder_path(dir, base, name), OK);
	struct tornet_config cfg = {.dir = dir, .progress = progress, .arg = (void *)(uintptr_t) ""};
	struct tornet *tn = NULL;
	assert_int_equal(tornet_start(&cfg, &tn), OK);
	assert_true(tornet_is_up(tn));
	return tn;
}

/* ---- a tor of a client, as the onion role runs it ---- */

struct client {
	char dir[FOLDER_PATH_MAX], socks[FOLDER_PATH_MAX], control[FOLDER_PATH_MAX];
	pid_t pid;
	int fd; /* control socket */
	struct torctl *ctl;
};

static int unix_connect(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	assert_true(strlen(path) < sizeof to.sun_path);
	memcpy(to.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

static void write_all(int fd, struct slice s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		assert_true(n > 0);
		s = slice_of(s.p + n, s.n - (size_t)n);
	}
}

/* Waits at most until `until` for bytes; how many came, 0 at the end of the stream. */
static size_t read_some(int fd, u8 *ret, size_t cap, double until)
{
	double left = until - now_s();
	struct pollfd p = {.fd = fd, .events = POLLIN};
	assert_true(left > 0 && poll(&p, 1, (int)(left * 1000) + 1) == 1);
	ssize_t n = read(fd, ret, cap);
	return n > 0 ? (size_t)n : 0;
}

/* Sends what is queued and waits for an event of this type. */
static struct torctl_event await(struct client *c, enum torctl_event_type type, double until)
{
	for (;;) {
		struct torctl_event ev;
		err_t e = torctl_next(c->ctl, &ev);
		if (e == OK && ev.type == type)
			return ev;
		if (e == OK && ev.type == TORCTL_REPLY)
			assert_int_equal(ev.reply.code, 250);
		if (e == OK && ev.type == TORCTL_LOG)
			print_message("  tor: %s\n", ev.log.text);
		if (e == OK)
			continue;
		assert_int_equal(e, ERR_AGAIN);
		struct slice out = torctl_pending(c->ctl);
		write_all(c->fd, out);
		torctl_sent(c->ctl, out.n);
		u8 in[TORCTL_FEED_MAX];
		size_t n = read_some(c->fd, in, sizeof in, until);
		assert_true(n > 0);
		assert_int_equal(torctl_feed(c->ctl, slice_of(in, n)), OK);
	}
}

static void spawn_client(struct client *c, const struct tornet *tn)
{
	char cookie[FOLDER_PATH_MAX], rc[FOLDER_PATH_MAX];
	assert_int_equal(folder_path(c->socks, c->dir, "socks"), OK);
	assert_int_equal(folder_path(c->control, c->dir, "control"), OK);
	assert_int_equal(folder_path(cookie, c->dir, "cookie"), OK);
	assert_int_equal(folder_path(rc, c->dir, "torrc"), OK);
	struct buf extra = buf_with_max(4096), text = buf_with_max(TORRC_MAX);
	assert_int_equal(join_torrc(tornet_dir(tn), &extra), OK);
	assert_int_equal(join_seed(tornet_dir(tn), c->dir), OK);
	assert_int_equal(buf_append(&extra, slice_of("", 1)), OK);
	const struct torrc t = {
		.data_dir = c->dir,
		.socks_path = c->socks,
		.control_path = c->control,
		.cookie_path = cookie,
		.owner_pid = getpid(),
		.extra = (const char *)buf_bytes(&extra).p,
	};
	assert_int_equal(torrc_write(&text, &t), OK);
	assert_int_equal(folder_write(c->dir, "torrc", buf_bytes(&text)), OK);
	buf_free(&extra);
	buf_free(&text);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const struct child_fd fds[] = {{null, 1}};
	const char *const argv[] = {tor, "--defaults-torrc", "/dev/null", "-f", rc, NULL};
	const struct child_spec spec = {.path = tor, .argv = argv, .fds = fds, .fd_count = 1, .death_signal = SIGKILL};
	assert_int_equal(child_spawn(&spec, &c->pid), OK);
	close(null);
}

/* Starts it and waits until it has joined. */
static void client_start(struct client *c, const struct tornet *tn, const char *name)
{
	double start = now_s(), until = start + 40;
	bool made;
	assert_int_equal(folder_path(c->dir, base, name), OK);
	assert_int_equal(folder_make(c->dir, &made), OK);
	spawn_client(c, tn);
	while ((c->fd = unix_connect(c->control)) < 0) {
		assert_true(now_s() < until);
		poll(NULL, 0, 10);
	}
	struct buf cookie = buf_with_max(TORCTL_COOKIE_LEN);
	/* tor opens the socket first and writes the cookie then */
	while (folder_read(c->dir, "cookie", &cookie) != OK || buf_bytes(&cookie).n != TORCTL_COOKIE_LEN) {
		buf_free(&cookie);
		assert_true(now_s() < until);
		poll(NULL, 0, 10);
	}
	c->ctl = torctl_new();
	assert_int_equal(torctl_authenticate(c->ctl, buf_bytes(&cookie).p, NULL), OK);
	buf_free(&cookie);
	assert_int_equal(torctl_takeownership(c->ctl, NULL), OK);
	assert_int_equal(torctl_setevents(c->ctl, true, NULL), OK);
	assert_int_equal(torctl_get_version(c->ctl, NULL), OK);
	assert_int_equal(torctl_get_bootstrap(c->ctl, NULL), OK);
	/* it begins with its network off */
	const struct torctl_option on = {"DisableNetwork", slice_str("0")};
	assert_int_equal(torctl_setconf(c->ctl, &on, 1, NULL), OK);
	struct tor_version v = await(c, TORCTL_VERSION, until).version.number, min = TOR_VERSION_MIN;
	assert_true(tor_version_cmp(&v, &min) >= 0);
	while (await(c, TORCTL_BOOTSTRAP, until).bootstrap.progress < 100)
		;
	print_message("  client %s at 100 %% after %.2f s\n", name, now_s() - start);
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) != 0 && errno == ESRCH;
}

/* Closes the control connection, which it owns tor by: tor must end by itself. */
static void client_stop(struct client *c)
{
	double until = now_s() + 5;
	int status;
	c->ctl = torctl_free(c->ctl);
	close(c->fd);
	while (!child_has_ended(c->pid, &status)) {
		assert_true(now_s() < until);
		poll(NULL, 0, 5);
	}
	folder_remove(c->dir);
}

/* ---- through the network ---- */

static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	assert_true(strlen(path) < sizeof at.sun_path);
	memcpy(at.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0);
	return fd;
}

/* Dials host:port and gives tor's answer; `hello` rides along behind the request. *ret_fd is open when SOCKS5_OK. */
static enum socks5_reply dial(const struct client *c, const char *host, u16 port, struct slice hello, double until,
                              int *ret_fd)
{
	struct socks5 s;
	struct buf out = buf_with_max(2048);
	int fd = unix_connect(c->socks);
	assert_true(fd >= 0);
	assert_int_equal(socks5_start(&s, &out, host, port, slice_str("contact 1"), slice_str("x")), OK);
	assert_int_equal(buf_append(&out, hello), OK);
	write_all(fd, buf_bytes(&out));
	buf_free(&out);
	enum socks5_state state = SOCKS5_MORE;
	while (state == SOCKS5_MORE) {
		u8 in[1]; /* the peer's bytes stay in the socket */
		size_t used, n = read_some(fd, in, sizeof in, until);
		assert_true(n > 0);
		assert_int_equal(socks5_feed(&s, slice_of(in, n), &used, &state), OK);
	}
	if (state == SOCKS5_CONNECTED)
		*ret_fd = fd;
	else
		close(fd);
	return s.reply;
}

static void want_bytes(int fd, struct slice want, double until)
{
	u8 got[64];
	size_t n = 0;
	assert_true(want.n <= sizeof got);
	while (n < want.n) {
		size_t more = read_some(fd, got + n, want.n - n, until);
		assert_true(more > 0);
		n += more;
	}
	assert_memory_equal(got, want.p, want.n);
}

/* Gives the service a key of ours, and checks that tor sees the address in it that we see. */
static void add_onion(struct client *c, const char *target, char ret_address[static ONION_ADDR_CAP])
{
	struct secret32 seed;
	struct onion_sec sec;
	struct onion_pub pub;
	env_random(os_env(), seed.b, sizeof seed.b);
	onion_sec_from_seed(&seed, &sec);
	assert_int_equal(onion_pub_from_sec(&sec, &pub), OK);
	assert_int_equal(torctl_add_onion(c->ctl, &sec, LINK_PORT, target, NULL), OK);
	onion_addr_encode(&pub, false, ret_address);
	assert_string_equal(await(c, TORCTL_ONION_ADDED, now_s() + 10).onion_added, ret_address);
	onion_addr_encode(&pub, true, ret_address);
}

/* Dials until tor connects. Every dial says a number as its hello; gives the last. */
static u8 dial_until(struct client *c, const char *address, double until, int *ret_fd)
{
	for (u8 number = 1;; number++) {
		enum socks5_reply r = dial(c, address, LINK_PORT, slice_of(&number, 1), until, ret_fd);
		if (r == SOCKS5_OK)
			return number;
		assert_true(r == SOCKS5_GENERAL || socks5_reply_is_doubtful(r));
		poll(NULL, 0, 100);
	}
}

/* Accepts the connection of that hello. *ret_stray: how many others came, which tor called failed. */
static int accept_hello(int listener, u8 number, double until, unsigned *ret_stray)
{
	for (*ret_stray = 0;; ++*ret_stray) {
		struct pollfd p = {.fd = listener, .events = POLLIN};
		assert_int_equal(poll(&p, 1, (int)(1000 * (until - now_s()))), 1);
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		assert_true(fd >= 0);
		u8 hello;
		if (read_some(fd, &hello, 1, until) == 1 && hello == number)
			return fd;
		close(fd);
	}
}

/* Alice's service, Bob's connection to it, bytes both ways. */
static void talk(struct client *alice, struct client *bob, const char *target, const char *address)
{
	double start = now_s(), until = start + 60;
	int listener = listen_at(target), there = -1;
	unsigned stray;
	u8 number = dial_until(bob, address, until, &there);
	print_message("  ADD_ONION to connected %.2f s, dials: %u\n", now_s() - start, (unsigned)number);
	struct torctl_event ev = await(alice, TORCTL_HS_DESC, until);
	assert_true(strncmp(address, ev.hs_desc.address, TORCTL_ADDRESS_LEN) == 0);

	int here = accept_hello(listener, number, until, &stray);
	print_message("  dials that worked and were called failed: %u\n", stray);
	start = now_s();
	for (int i = 0; i < 50; i++) {
		write_all(here, slice_str("from alice"));
		want_bytes(there, slice_str("from alice"), until);
		write_all(there, slice_str("from bob"));
		want_bytes(here, slice_str("from bob"), until);
	}
	print_message("  one round trip %.0f ms (mean of 50)\n", (now_s() - start) * 20);
	close(here);
	close(there);
	close(listener);
}

static void test_reachable(void **state)
{
	(void)state;
	double start = now_s();
	struct tornet *tn = start_network("net");
	struct client alice, bob;
	client_start(&alice, tn, "alice");
	client_start(&bob, tn, "bob");

	char target[FOLDER_PATH_MAX], address[ONION_ADDR_CAP];
	assert_int_equal(folder_path(target, alice.dir, "onion"), OK);
	add_onion(&alice, target, address);
	talk(&alice, &bob, target, address);
	print_message("  two people talk %.2f s after nothing was there\n", now_s() - start);

	int fd;
	double until = now_s() + 20;
	struct slice none = slice_str("");
	assert_int_equal(dial(&bob, address, LINK_PORT + 1, none, until, &fd), SOCKS5_REFUSED);
	assert_int_equal(dial(&bob, "nonsense.onion", LINK_PORT, none, until, &fd), SOCKS5_BAD_ONION);
	const struct onion_pub nobody = {{0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	                                  0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	                                  0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66}};
	onion_addr_encode(&nobody, true, address);
	assert_int_equal(dial(&bob, address, LINK_PORT, none, until, &fd), SOCKS5_DESC_NOT_FOUND);
	/* OnionTrafficOnly: no way out of the network */
	assert_int_equal(dial(&bob, "127.0.0.1", 80, none, until, &fd), SOCKS5_NOT_ALLOWED);
	assert_int_equal(dial(&bob, "example.com", 80, none, until, &fd), SOCKS5_NOT_ALLOWED);

	client_stop(&alice);
	client_stop(&bob);
	pid_t pids[TORNET_RELAYS_MAX];
	size_t n = tornet_pids(tn, pids, ARRAY_LEN(pids));
	assert_int_equal(n, TORNET_RELAYS);
	char dir[FOLDER_PATH_MAX];
	snprintf(dir, sizeof dir, "%s", tornet_dir(tn));
	double stop = now_s();
	tn = tornet_stop(tn);
	print_message("  stopped in %.2f s\n", now_s() - stop);
	for (size_t i = 0; i < n; i++)
		assert_true(is_gone(pids[i]));
	struct stat st;
	assert_true(stat(dir, &st) != 0 && errno == ENOENT);
}

static void test_side_by_side(void **state)
{
	(void)state;
	struct tornet *a = start_network("a"), *b = start_network("b");
	struct client ca, cb;
	client_start(&ca, a, "ca");
	client_start(&cb, b, "cb");
	assert_true(tornet_is_up(a));
	tornet_stop(b);
	assert_true(tornet_is_up(a));
	tornet_stop(a);
	client_stop(&ca);
	client_stop(&cb);
}

/* The process that made the network is killed: its relays end, too. */
static void test_dies_with_us(void **state)
{
	(void)state;
	int out[2];
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	pid_t maker = fork();
	if (maker == 0) {
		struct tornet *tn = start_network("orphans");
		pid_t pids[TORNET_RELAYS_MAX];
		size_t n = tornet_pids(tn, pids, ARRAY_LEN(pids));
		write_all(out[1], slice_of(pids, n * sizeof pids[0]));
		for (;;)
			pause();
	}
	close(out[1]);
	pid_t pids[TORNET_RELAYS];
	size_t n = 0;
	double until = now_s() + 60;
	while (n < sizeof pids) {
		size_t more = read_some(out[0], (u8 *)pids + n, sizeof pids - n, until);
		assert_true(more > 0);
		n += more;
	}
	close(out[0]);
	kill(maker, SIGKILL);
	assert_int_equal(waitpid(maker, NULL, 0), maker);
	until = now_s() + 5;
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		int status;
		while (!child_has_ended(pids[i], &status)) { /* we are their parent now */
			assert_true(now_s() < until);
			poll(NULL, 0, 5);
		}
	}
	char dir[FOLDER_PATH_MAX];
	assert_int_equal(folder_path(dir, base, "orphans"), OK);
	folder_remove(dir);
}

static void refuse(struct tornet_config cfg, err_t want)
{
	struct tornet *tn = NULL;
	cfg.progress = progress;
	cfg.arg = (void *)(uintptr_t) "(wanted) ";
	assert_int_equal(tornet_start(&cfg, &tn), want);
	assert_null(tn);
}

static void test_refusals(void **state)
{
	(void)state;
	char dir[FOLDER_PATH_MAX];
	struct stat st;
	assert_int_equal(folder_path(dir, base, "refused"), OK);
	refuse((struct tornet_config){.dir = "relative"}, ERR_LOCAL_CONFIG);
	refuse((struct tornet_config){.dir = "/tmp/a\"b"}, ERR_LOCAL_CONFIG);
	refuse((struct tornet_config){.dir = "/proc/x"}, ERR_LOCAL_CONFIG);
	refuse((struct tornet_config){.dir = base, .tor = "/nowhere/tor"}, ERR_LOCAL_CONFIG);
	refuse((struct tornet_config){.dir = dir, .relays = 3}, ERR_LOCAL_CONFIG);
	refuse((struct tornet_config){.dir = dir, .relays = 17}, ERR_LOCAL_CONFIG);
	refuse((struct tornet_config){.dir = dir, .tor = "/bin/false"}, ERR_LOCAL_IO);
	assert_true(stat(dir, &st) != 0); /* nothing is left of a failed start */
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(folder_write(dir, "mine", slice_str("x")), OK);
	refuse((struct tornet_config){.dir = dir}, ERR_LOCAL_CONFIG);
	struct buf b = buf_with_max(10);
	assert_int_equal(folder_read(dir, "mine", &b), OK);
	buf_free(&b);
	folder_remove(dir);
	assert_int_equal(join_torrc(base, &b), ERR_LOCAL_MISSING);
	assert_int_equal(join_seed(base, base), ERR_LOCAL_MISSING);
}

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	snprintf(base, sizeof base, "/tmp/test_tornet.XXXXXX");
	if (child_find_program("tor", tor, sizeof tor) != OK) {
		fprintf(stderr, "this test needs the package tor\n");
		return -1;
	}
	return mkdtemp(base) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(base); /* everything in it was removed by then */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_reachable),
		cmocka_unit_test(test_side_by_side),
		cmocka_unit_test(test_dies_with_us),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
