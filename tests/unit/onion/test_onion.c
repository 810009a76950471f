/* The whole role with a real tor, once without a network and once on a private one; the test plays the vault and the
 * supervisor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/onion_key.h"
#include "demo/tornet.h"
#include "os/child.h"
#include "os/folder.h"
#include "os/ipc.h"
#include "os/os_env.h"
#include "os/role.h"

#define IDENTITY 3

static char root[64];
static struct paths paths;
static char tor_program[256];
static const char *network; /* folder that onion is told to join */

static pid_t onion_pid, tor_pid;
static struct ipc *vault, *supervisor;
static bool tor_wanted;
static unsigned tor_starts;

/* The states the vault was told. */
static struct {
	enum tor_phase phase;
	u8 progress;
	char warning[513], summary[257];
} seen[4096];
static size_t seen_count, seen_taken;

static u64 now_ms(void)
{
	return env_mono_ms(os_env());
}

/* ---- processes ---- */

static void start_onion(void)
{
	int v[2], s[2];
	assert_int_equal(ipc_pair(v), OK);
	assert_int_equal(ipc_pair(s), OK);
	fflush(NULL);
	onion_pid = fork();
	assert_true(onion_pid >= 0);
	if (onion_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int a = fcntl(v[1], F_DUPFD, 100), b = fcntl(s[1], F_DUPFD, 100);
		if (dup2(a, ROLE_FD_VAULT) < 0 || dup2(b, ROLE_FD_SUPERVISOR) < 0)
			_exit(99);
		close_range(ROLE_FD_SUPERVISOR + 1, ~0u, 0);
		struct role_config cfg = {.role = ROLE_ONION, .paths = paths, .env = os_env(), .network = network};
		_exit(role_begin(&cfg) == OK ? onion_main(&cfg) : 98);
	}
	close(v[1]);
	close(s[1]);
	vault = ipc_new(v[0], ROLE_ONION, IPC_WAIT);
	supervisor = ipc_new(s[0], ROLE_ONION, IPC_WAIT);
}

static void start_tor(void)
{
	char torrc[320];
	snprintf(torrc, sizeof torrc, "%s/torrc", paths.tor);
	const char *const argv[] = {"tor", "--defaults-torrc", "/dev/null", "-f", torrc, "--hush", NULL};
	const struct child_spec spec = {.path = tor_program, .argv = argv, .death_signal = SIGKILL};
	assert_int_equal(child_spawn(&spec, &tor_pid), OK);
	tor_starts++;
	assert_int_equal(ipc_send(supervisor, &IPC_MSG(0, tor_started, .pid = (u32)tor_pid)), OK);
}

static void hear_vault(void)
{
	struct ipc_msg m;
	err_t e;
	while ((e = ipc_recv(vault, &m, NULL)) == OK) {
		if (m.type == ipc_t_self_dial || m.type == ipc_t_service_wanted || m.type == ipc_t_tor_transports)
			continue;
		assert_int_equal(m.type, ipc_t_tor_state);
		assert_true(seen_count < ARRAY_LEN(seen));
		seen[seen_count].phase = (enum tor_phase)m.tor_state.phase;
		seen[seen_count].progress = m.tor_state.progress;
		snprintf(seen[seen_count].warning, sizeof seen[0].warning, "%.*s", (int)m.tor_state.warning.n,
		         (const char *)m.tor_state.warning.p);
		snprintf(seen[seen_count].summary, sizeof seen[0].summary, "%.*s", (int)m.tor_state.summary.n,
		         (const char *)m.tor_state.summary.p);
		seen_count++;
	}
	if (e != ERR_AGAIN)
		vault = ipc_free(vault);
}

/* What the supervisor does: starts tor when asked, and again when it ended. */
static void turn(int ms)
{
	struct ipc_msg m;
	int status;
	struct pollfd p[] = {{.fd = vault ? ipc_fd(vault) : -1, .events = POLLIN},
	                     {.fd = supervisor ? ipc_fd(supervisor) : -1, .events = POLLIN}};
	poll(p, 2, ms);
	if (p[0].revents)
		hear_vault();
	err_t e = p[1].revents ? ipc_recv(supervisor, &m, NULL) : ERR_AGAIN;
	if (e == OK) {
		assert_int_equal(m.type, ipc_t_tor_run);
		tor_wanted = true;
	} else if (e != ERR_AGAIN) {
		supervisor = ipc_free(supervisor);
	}
	if (tor_pid > 0 && waitpid(tor_pid, &status, WNOHANG) == tor_pid) {
		tor_pid = 0;
		if (supervisor && ipc_send(supervisor, &IPC_MSG(0, tor_exited, .status = (u32)status)) != OK)
			supervisor = ipc_free(supervisor);
	}
	if (tor_wanted && tor_pid == 0 && supervisor)
		start_tor();
}

/* Waits for a state of this phase among those not taken yet, and takes all up to it. */
static void await(enum tor_phase phase, int ms)
{
	u64 until = now_ms() + (u64)ms;
	for (; now_ms() < until; turn(10)) {
		while (seen_taken < seen_count) {
			if (seen[seen_taken++].phase == phase)
				return;
		}
	}
	fail_msg("no phase %d within %d ms, last %d", (int)phase, ms, seen_count ? (int)seen[seen_count - 1].phase : 0);
}

static void play(int ms)
{
	for (u64 until = now_ms() + (u64)ms; now_ms() < until;)
		turn(10);
}

static void tell_service(char address[static ONION_ADDR_CAP])
{
	struct secret32 seed;
	struct onion_sec key;
	struct onion_pub pub;
	env_random(os_env(), seed.b, sizeof seed.b);
	onion_sec_from_seed(&seed, &key);
	assert_int_equal(onion_pub_from_sec(&key, &pub), OK);
	onion_addr_encode(&pub, false, address);
	struct ipc_msg m = IPC_MSG(0, service, .identity = IDENTITY, .gate = GATE_PUBLIC);
	memcpy(m.service.key, key.b, sizeof key.b);
	assert_int_equal(ipc_send(vault, &m), OK);
}

/* ---- set-up ---- */

static void make_folder(void)
{
	char why[300];
	snprintf(root, sizeof root, "/tmp/boc-onion-XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(paths_of(root, &paths, why, sizeof why), OK);
	assert_int_equal(paths_prepare(&paths, why, sizeof why), OK);
	tor_wanted = false;
	tor_starts = 0;
	seen_count = seen_taken = 0;
}

/* Nobody says how tor may connect, so it stays alone. */
static int set_up_alone(void **state)
{
	(void)state;
	static char dir[128];
	char seed[160];
	make_folder();
	snprintf(dir, sizeof dir, "%s/network", root);
	snprintf(seed, sizeof seed, "%s/seed", dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(mkdir(seed, 0700), 0);
	assert_int_equal(folder_write(dir, "client.torrc", slice_str("")), OK);
	assert_int_equal(folder_write(seed, "cached-certs", slice_str("")), OK);
	assert_int_equal(folder_write(seed, "cached-microdesc-consensus", slice_str("")), OK);
	assert_int_equal(folder_write(seed, "cached-microdescs", slice_str("")), OK);
	network = dir;
	start_onion();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	int status;
	tor_wanted = false;
	if (onion_pid > 0) {
		kill(onion_pid, SIGTERM);
		waitpid(onion_pid, &status, 0);
	}
	if (tor_pid > 0) /* it ends with onion */
		waitpid(tor_pid, &status, 0);
	onion_pid = tor_pid = 0;
	vault = ipc_free(vault);
	supervisor = ipc_free(supervisor);
	folder_remove(root);
	return 0;
}

/* ---- the tests ---- */

static void tor_starts_and_starts_again(void **state)
{
	(void)state;
	char address[ONION_ADDR_CAP];
	await(TOR_STARTING, 5000);
	tell_service(address); /* held until tor is there */
	await(TOR_WAITING, 15000);
	play(300);
	assert_int_equal(seen[seen_count - 1].phase, TOR_WAITING);
	assert_string_equal(seen[seen_count - 1].warning, ""); /* tor says the same address: else there is one */
	assert_int_equal(ipc_send(vault, &IPC_MSG(0, service_gone, .identity = IDENTITY)), OK);
	tell_service(address);
	assert_int_equal(kill(tor_pid, SIGKILL), 0);
	await(TOR_DOWN, 5000);
	assert_string_equal(seen[seen_taken - 1].warning, "Tor ended (killed by signal 9) and is started again.");
	await(TOR_STARTING, 5000);
	assert_string_equal(seen[seen_taken - 1].warning, "");
	await(TOR_WAITING, 15000);
	assert_int_equal(tor_starts, 2);
	play(100);
	assert_string_equal(seen[seen_count - 1].warning, "");
}

static void torrc_is_ours_alone(void **state)
{
	(void)state;
	char path[320];
	struct stat st;
	await(TOR_WAITING, 15000);
	snprintf(path, sizeof path, "%s/torrc", paths.tor);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(paths.tor_control, &st), 0);
	/* no key of an onion service is on the disk */
	snprintf(path, sizeof path, "%s/hs_ed25519_secret_key", paths.tor);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void tor_ends_with_onion(void **state)
{
	(void)state;
	await(TOR_WAITING, 15000);
	tor_wanted = false;
	kill(onion_pid, SIGKILL);
	waitpid(onion_pid, NULL, 0);
	onion_pid = 0;
	for (u64 until = now_ms() + 2000; tor_pid > 0 && now_ms() < until;)
		turn(10);
	assert_int_equal(tor_pid, 0);
}

static void onion_ends_without_a_vault(void **state)
{
	(void)state;
	int status;
	await(TOR_WAITING, 15000);
	vault = ipc_free(vault);
	assert_int_equal(waitpid(onion_pid, &status, 0), onion_pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	onion_pid = 0;
	tor_wanted = false;
}

static void wrong_network_is_told(void **state)
{
	(void)state;
	int status;
	make_folder();
	network = "/nonexistent";
	start_onion();
	await(TOR_DOWN, 5000);
	assert_non_null(strstr(seen[seen_taken - 1].warning, "private network"));
	assert_int_equal(waitpid(onion_pid, &status, 0), onion_pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	onion_pid = 0;
}

static void progress(void *arg, const char *line)
{
	(void)arg;
	print_message("  %s\n", line);
}

static void address_becomes_reachable(void **state)
{
	(void)state;
	static char net_root[64], net_dir[96];
	char address[ONION_ADDR_CAP];
	struct tornet *tn = NULL;
	snprintf(net_root, sizeof net_root, "/tmp/boc-onet-XXXXXX");
	assert_non_null(mkdtemp(net_root));
	snprintf(net_dir, sizeof net_dir, "%s/n", net_root);
	struct tornet_config cfg = {.dir = net_dir, .progress = progress};
	assert_int_equal(tornet_start(&cfg, &tn), OK);
	make_folder();
	network = net_dir;
	start_onion();
	await(TOR_WAITING, 15000);
	play(500);
	assert_int_equal(seen[seen_count - 1].phase, TOR_WAITING);
	assert_int_equal(ipc_send(vault, &IPC_MSG(0, tor_way, .way = WAY_WAIT_UNLOCK)), OK);
	await(TOR_WAITING, 5000);
	assert_string_equal(seen[seen_taken - 1].summary,
	                    "Waiting for you to unlock: the bridges are kept in the vault.");
	assert_int_equal(ipc_send(vault, &IPC_MSG(0, tor_way, .way = WAY_DIRECT)), OK);
	await(TOR_CONNECTING, 15000);
	await(TOR_PUBLISHING, 30000); /* nobody has unlocked yet */
	tell_service(address);
	await(TOR_REACHABLE, 30000);
	assert_int_equal(seen[seen_taken - 1].progress, 100);
	assert_string_equal(seen[seen_taken - 1].warning, "");
	assert_int_equal(ipc_send(vault, &IPC_MSG(0, service_gone, .identity = IDENTITY)), OK);
	await(TOR_PUBLISHING, 5000);
	/* again, after the death of tor, as the vault does it */
	tell_service(address);
	await(TOR_REACHABLE, 30000);
	kill(tor_pid, SIGKILL);
	await(TOR_DOWN, 5000);
	await(TOR_CONNECTING, 15000);
	tell_service(address);
	await(TOR_REACHABLE, 30000);
	/* another way, another tor; the same one again changes nothing */
	unsigned starts = tor_starts;
	assert_int_equal(ipc_send(vault, &IPC_MSG(0, tor_way, .way = WAY_DIRECT)), OK);
	play(300);
	assert_int_equal(tor_starts, starts);
	assert_int_equal(ipc_send(vault, &IPC_MSG(0, tor_way, .way = WAY_WAIT_CHOICE)), OK);
	await(TOR_STARTING, 5000);
	await(TOR_WAITING, 15000);
	assert_int_equal(tor_starts, starts + 1);
	play(300);
	assert_int_equal(seen[seen_count - 1].phase, TOR_WAITING);
	tear_down(NULL);
	tornet_stop(tn);
	folder_remove(net_root);
}

int main(void)
{
	if (child_find_program("tor", tor_program, sizeof tor_program) != OK) {
		print_message("skipped: there is no tor on this machine\n");
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tor_starts_and_starts_again, set_up_alone, tear_down),
		cmocka_unit_test_setup_teardown(torrc_is_ours_alone, set_up_alone, tear_down),
		cmocka_unit_test_setup_teardown(tor_ends_with_onion, set_up_alone, tear_down),
		cmocka_unit_test_setup_teardown(onion_ends_without_a_vault, set_up_alone, tear_down),
		cmocka_unit_test_teardown(wrong_network_is_told, tear_down),
		cmocka_unit_test(address_becomes_reachable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
