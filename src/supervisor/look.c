#include "supervisor/look.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log_clean.h"
#include "crypto/selftest.h"
#include "os/landlock.h"
#include "os/sandbox.h"

/* A sentence that may name a folder. */
static void add_clean(struct findings *f, const struct paths *p, enum finding_grade grade, const char *what,
                      const char *why)
{
	const struct log_clean clean = {{p->data, getenv("HOME")}};
	char text[MAX_FINDING + 1];
	log_clean(&clean, slice_str(why), text, sizeof text);
	findings_add(f, grade, what, text);
}

static void look_at_system_tor(struct findings *f, const struct paths *p)
{
	char why[400];
	if (preflight_system_tor(p, why, sizeof why) == OK)
		findings_add(f, FINDING_OK, "tor", "the system's answers");
	else
		add_clean(f, p, FINDING_MEND, "tor", why);
}

static void look_at_transports(struct findings *f)
{
	for (int t = BRIDGE_OBFS4; t < BRIDGE_TRANSPORTS; t++) {
		char path[256], text[MAX_FINDING];
		const char *name = bridge_transport_name((enum bridge_transport)t);
		if (preflight_transport((enum bridge_transport)t, path, sizeof path) == OK) {
			findings_add(f, FINDING_OK, name, "installed, for bridges of this kind");
			continue;
		}
		snprintf(text, sizeof text, "not installed; only bridges of this kind need %s",
		         bridge_package((enum bridge_transport)t));
		findings_add(f, FINDING_NOTE, name, text);
	}
}

static void look_at_crypto(struct findings *f)
{
	if (crypto_selftest() == OK)
		findings_add(f, FINDING_OK, "crypto", "every primitive gives its known answer");
	else
		findings_add(f, FINDING_MEND, "crypto",
		             "a primitive is missing or gives a wrong answer: OpenSSL 3.5 and libsodium are needed");
}

static void look_at_folder(struct findings *f, const struct paths *p)
{
	struct stat st;
	char why[400];
	if (stat(p->data, &st))
		findings_add(f, FINDING_NOTE, "folder", "not there yet; the first run makes it");
	else if (paths_prepare(p, why, sizeof why) == OK)
		findings_add(f, FINDING_OK, "folder", "nobody else may read the data folder");
	else
		add_clean(f, p, FINDING_MEND, "folder", why);
}

/* Tries a role's sandbox in a child, since it cannot be left again. */
static void look_at_sandbox(struct findings *f, const struct paths *p)
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
		findings_add(f, FINDING_MEND, "sandbox", "the kernel offers one, but it cannot be entered");
	else if (r.seccomp)
		findings_add(f, FINDING_OK, "seccomp", "holds");
	else
		findings_add(f, FINDING_NOTE, "seccomp",
		             "not offered by this kernel: system calls of the roles are not confined");
	if (r.landlock)
		findings_add(f, FINDING_OK, "landlock", text);
	else if (told)
		findings_add(f, FINDING_NOTE, "landlock",
		             "not offered by this kernel: file access is confined by system calls only");
#if defined(__SANITIZE_ADDRESS__)
	findings_add(f, FINDING_NOTE, "sandbox", "built with a sanitizer: the roles are not confined");
#endif
}

static void look_at_memory(struct findings *f)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_MEMLOCK, &l) == 0 && l.rlim_cur < 256u * 1024)
		findings_add(f, FINDING_NOTE, "memory",
		             "too little may be locked (ulimit -l): secrets could be written to swap");
	else
		findings_add(f, FINDING_OK, "memory", "secrets can be locked out of swap");
}

void look(const struct paths *p, const struct tor_program *tor, struct findings *ret)
{
	*ret = (struct findings){0};
	if (paths_has_own_tor(p)) {
		add_clean(ret, p, tor->is_good ? FINDING_OK : FINDING_MEND, "tor", tor->says);
		look_at_transports(ret);
	} else {
		look_at_system_tor(ret, p);
	}
	look_at_crypto(ret);
	look_at_folder(ret, p);
	look_at_sandbox(ret, p);
	look_at_memory(ret);
}
