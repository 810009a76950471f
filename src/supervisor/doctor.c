#include "supervisor/doctor.h"

#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <seccomp.h>
#include <sodium.h>
#include <sqlcipher/sqlite3.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/selftest.h"
#include "os/child.h"
#include "os/landlock.h"
#include "os/sandbox.h"
#include "supervisor/preflight.h"

static bool all_well;

static void good(const char *what, const char *text)
{
	printf("ok    %-12s %s\n", what, text);
}

static void bad(const char *what, const char *text)
{
	printf("MEND  %-12s %s\n", what, text);
	all_well = false;
}

static void note(const char *what, const char *text)
{
	printf("note  %-12s %s\n", what, text);
}

static void check_tor(void)
{
	char path[256], why[400], out[512];
	if (preflight_tor(path, sizeof path, why, sizeof why) != OK) {
		bad("tor", why);
		return;
	}
	const char *const argv[] = {"tor", "--version", NULL};
	if (child_read_output(path, argv, 10000, out, sizeof out) == OK) {
		out[strcspn(out, "\n")] = 0;
		good("tor", out);
	}
}

static void check_transports(void)
{
	for (int t = BRIDGE_OBFS4; t < BRIDGE_TRANSPORTS; t++) {
		char path[256], text[400];
		const char *name = bridge_transport_name((enum bridge_transport)t);
		if (preflight_transport((enum bridge_transport)t, path, sizeof path) == OK) {
			good(name, path);
			continue;
		}
		snprintf(text, sizeof text, "not installed; only bridges of this kind need %s",
		         bridge_package((enum bridge_transport)t));
		note(name, text);
	}
}

static void check_crypto(void)
{
	if (crypto_selftest() == OK)
		good("crypto", "every primitive gives its known answer");
	else
		bad("crypto", "a primitive is missing or gives a wrong answer: OpenSSL 3.5 and libsodium are needed");
}

/* Tries a role's sandbox in a child, since it cannot be left again. */
static void check_sandbox(const struct paths *p)
{
	struct sandbox_report r = {0};
	int pipe_fds[2];
	if (pipe(pipe_fds))
		return;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		err_t e = sandbox_enter(ROLE_NET, p, &r);
		_exit(e == OK && write(pipe_fds[1], &r, sizeof r) == (ssize_t)sizeof r ? 0 : 1);
	}
	close(pipe_fds[1]);
	bool told = read(pipe_fds[0], &r, sizeof r) == (ssize_t)sizeof r;
	close(pipe_fds[0]);
	waitpid(pid, NULL, 0);
	char text[64];
	snprintf(text, sizeof text, "version %d holds", r.landlock);
	if (!told)
		bad("sandbox", "the kernel offers one, but it cannot be entered");
	else if (r.seccomp)
		good("seccomp", "holds");
	else
		note("seccomp", "not offered by this kernel: system calls of the roles are not confined");
	if (r.landlock)
		good("landlock", text);
	else if (told)
		note("landlock", "not offered by this kernel: file access is confined by system calls only");
}

static void check_memory(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_MEMLOCK, &l) == 0 && l.rlim_cur < 256u * 1024)
		note("memory", "too little may be locked (ulimit -l): secrets could be written to swap");
	else
		good("memory", "secrets can be locked out of swap");
}

static void check_folder(const struct paths *p)
{
	struct stat st;
	char why[400];
	if (stat(p->data, &st)) {
		note("folder", "not there yet; the first run makes it");
		return;
	}
	if (paths_prepare(p, why, sizeof why) == OK)
		good("folder", p->data);
	else
		bad("folder", why);
}

int doctor(const char *data)
{
	struct paths p;
	char why[400];
	all_well = true;
	doctor_versions();
	check_tor();
	check_transports();
	check_crypto();
	if (paths_of(data, &p, why, sizeof why) != OK) {
		bad("folder", why);
		return 1;
	}
	check_folder(&p);
	check_sandbox(&p);
	check_memory();
	return all_well ? 0 : 1;
}

int doctor_versions(void)
{
	const struct scmp_version *sc = seccomp_version();
	printf("blackedoutchat %s\n%s, libsodium %s, SQLite %s (SQLCipher), libevent %s, jansson %s, "
	       "libseccomp %u.%u.%u\n",
	       BOC_VERSION, OpenSSL_version(OPENSSL_VERSION), sodium_version_string(), sqlite3_libversion(),
	       event_get_version(), jansson_version_str(), sc->major, sc->minor, sc->micro);
	return 0;
}
