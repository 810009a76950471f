#include "os/role.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "os/fault.h"
#include "os/os_env.h"
#include "os/sandbox.h"

static int stop_fd_ = -1;

static const char *role_name(enum role r)
{
	static const char *const names[] = {"none", "supervisor", "vault", "onion", "net", "web"};
	return names[r];
}

err_t role_begin(const struct role_config *cfg)
{
	log_init(os_log, getenv("BOC_DEBUG") ? LOG_DEBUG : LOG_INFO, role_name(cfg->role));
	fault_begin(role_name(cfg->role), cfg->paths.data);
	const struct rlimit none = {0, 0};
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none))
		return ERR_LOCAL_IO;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigset_t term;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &term, NULL))
		return ERR_LOCAL_IO;
	stop_fd_ = signalfd(-1, &term, SFD_NONBLOCK | SFD_CLOEXEC);
	return stop_fd_ < 0 ? ERR_LOCAL_IO : OK;
}

int role_stop_fd(void)
{
	return stop_fd_;
}

err_t role_confine(const struct role_config *cfg)
{
#if defined(__SANITIZE_ADDRESS__)
	log_warn("built with a sanitizer: not confined");
	(void)cfg;
	return OK;
#else
	struct sandbox_report r;
	TRY(sandbox_enter(cfg->role, &cfg->paths, &r));
	log_debug("confined: seccomp %s, Landlock %d", r.seccomp ? "yes" : "no", r.landlock);
	if (!r.seccomp)
		log_warn("this kernel offers no seccomp: system calls are not confined");
	if (r.landlock == 0)
		log_warn("this kernel offers no Landlock: file access is confined by system calls only");
	return OK;
#endif
}
