#include "supervisor/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "os/child.h"
#include "os/ipc.h"
#include "os/netwatch.h"
#include "os/os_env.h"
#include "os/role.h"
#include "os/sandbox.h"
#include "supervisor/erase.h"
#include "supervisor/logbook.h"
#include "supervisor/look.h"
#include "supervisor/preflight.h"
#include "supervisor/process.h"
#include "supervisor/wake.h"

/* In the order of their start; they end in the reverse order, tor with onion. */
enum { VAULT, ONION, NET, WEB, TOR, PROCESSES };

struct supervisor {
	struct preflight pre;
	const struct run_options *opt;
	const struct env *env;
	struct process process[PROCESSES];
	struct ipc *vault; /* to the vault; NULL while it is down */
	struct ipc *onion; /* to onion; NULL while it is down */
	int signals;       /* signalfd: SIGINT, SIGTERM, SIGCHLD */
	struct netwatch network;
	struct wake wake;
	struct logbook book;
	struct log_stream said[PROCESSES]; /* what each says on standard error */
	struct findings findings;          /* empty: not looked yet */
};

static const enum role roles[PROCESSES] = {ROLE_VAULT, ROLE_ONION, ROLE_NET, ROLE_WEB, ROLE_NONE};

/* Its standard error comes to us; tor writes to standard output, too. Without a pipe it has ours. */
static err_t spawn(struct supervisor *s, int which, struct child_spec *spec, struct child_fd *fds)
{
	int theirs = -1;
	if (logbook_stream(&s->book, &s->said[which], s->process[which].name, &theirs) == OK) {
		fds[spec->fd_count++] = (struct child_fd){theirs, STDERR_FILENO};
		if (which == TOR)
			fds[spec->fd_count++] = (struct child_fd){theirs, STDOUT_FILENO};
	}
	spec->fds = fds;
	err_t e = child_spawn(spec, &s->process[which].pid);
	if (theirs >= 0)
		close(theirs);
	return e;
}

/* Starts this program again as a role, with `fds`; there is room for one more. */
static err_t spawn_role(struct supervisor *s, int which, struct child_fd *fds, size_t fd_count)
{
	char role[32], port[16];
	snprintf(role, sizeof role, "--role=%s", s->process[which].name);
	snprintf(port, sizeof port, "%u", s->pre.port);
	const char *argv[10] = {"blackedoutchat", role, "--data", s->pre.paths.data, "--port", port};
	if (s->opt->network || s->opt->tor) { /* never both */
		argv[6] = s->opt->network ? "--network" : "--tor";
		argv[7] = s->opt->network ? s->opt->network : s->pre.paths.system;
	}
	struct child_spec spec = {
		.path = "/proc/self/exe", .argv = argv, .fd_count = fd_count, .death_signal = SIGKILL};
	return spawn(s, which, &spec, fds);
}

/* Tells the vault what was found out about the machine. req, life: of its look; 0: it did not ask. */
static void tell_findings(struct supervisor *s, u32 req, u32 life)
{
	u8 room[MAX_FINDINGS_TEXT];
	size_t n = findings_write(&s->findings, room);
	if (s->vault && n && ipc_send(s->vault, &IPC_MSG(req, findings, .life = life, .list = slice_of(room, n))) != OK)
		log_warn("the vault does not listen");
}

static err_t start_vault(struct supervisor *s)
{
	int pair[2];
	TRY(ipc_pair(pair));
	struct child_fd fds[2] = {{pair[1], ROLE_FD_VAULT}};
	err_t e = spawn_role(s, VAULT, fds, 1);
	close(pair[1]);
	ipc_free(s->vault);
	s->vault = ipc_new(pair[0], ROLE_VAULT, IPC_WAIT);
	tell_findings(s, 0, 0);
	return e;
}

#define OWN_FDS (2 * LINK_SLOTS)

/* A role's descriptors besides its socket to the vault, OWN_FDS at most. onion gets a socket to us. */
static size_t own_fds(struct supervisor *s, int which, struct child_fd *ret, int *ret_theirs)
{
	int pair[2];
	*ret_theirs = -1;
	if (which == WEB) {
		ret[0] = (struct child_fd){s->pre.page_fd, ROLE_FD_PAGE};
		ret[1] = (struct child_fd){s->pre.rpc_fd, ROLE_FD_RPC};
		return 2;
	}
	for (size_t i = 0; which == NET && s->opt->tor && i < OWN_FDS; i++)
		ret[i] = (struct child_fd){s->pre.link_fd[i], ROLE_FD_LINKS + (int)i};
	if (which == NET && s->opt->tor)
		return OWN_FDS;
	if (which == ONION && ipc_pair(pair) == OK) {
		ipc_free(s->onion);
		s->onion = ipc_new(pair[0], ROLE_ONION, IPC_WAIT);
		ret[0] = (struct child_fd){pair[1], ROLE_FD_SUPERVISOR};
		*ret_theirs = pair[1];
		return 1;
	}
	return 0;
}

/* A role and the vault get the two ends of a new socket. */
static err_t start_role(struct supervisor *s, int which)
{
	int pair[2], theirs;
	if (!s->vault)
		return ERR_AGAIN;
	TRY(ipc_pair(pair));
	struct child_fd fds[2 + OWN_FDS] = {{pair[1], ROLE_FD_VAULT}};
	size_t n = 1 + own_fds(s, which, fds + 1, &theirs);
	err_t e = ipc_send_fd(s->vault, &IPC_MSG(0, role_socket, .role = (u8)roles[which]), pair[0]);
	if (e == OK)
		e = spawn_role(s, which, fds, n);
	close(pair[0]);
	close(pair[1]);
	if (theirs >= 0)
		close(theirs);
	return e;
}

static err_t confine_tor(void *arg)
{
	const struct preflight *f = arg;
	const char *programs[2 + BRIDGE_TRANSPORTS] = {f->tor.path};
	size_t n = 1;
	for (int t = 0; t < BRIDGE_TRANSPORTS; t++)
		if (f->transports[t][0])
			programs[n++] = f->transports[t];
	return sandbox_enter_tor(&f->paths, programs);
}

static err_t start_tor(struct supervisor *s)
{
	char torrc[320];
	snprintf(torrc, sizeof torrc, "%s/torrc", s->pre.paths.tor);
	/* tor tells onion by its control socket how it is; on the screen only what keeps it from starting. About a private
	 * network it would say at each start that it is not the public one. */
	const char *say = s->opt->network ? "--quiet" : "--hush";
	const char *const argv[] = {"tor", "--defaults-torrc", "/dev/null", "-f", torrc, say, NULL};
	struct child_fd fds[2];
	struct child_spec spec = {.path = s->pre.tor.path,
	                          .argv = argv,
	                          .death_signal = SIGTERM,
	                          .before_exec = confine_tor,
	                          .arg = &s->pre};
	err_t e = spawn(s, TOR, &spec, fds);
	if (e == OK && s->onion)
		e = ipc_send(s->onion, &IPC_MSG(0, tor_started, .pid = (u32)s->process[TOR].pid));
	return e;
}

static void start(struct supervisor *s, int which)
{
	struct process *p = &s->process[which];
	p->started_ms = env_mono_ms(s->env);
	err_t e = which == VAULT ? start_vault(s) : which == TOR ? start_tor(s) : start_role(s, which);
	if (e == OK)
		return;
	if (e != ERR_AGAIN)
		log_error("cannot start %s: %s", p->name, err_text(e));
	if (p->pid == 0)
		process_ended(p, p->started_ms); /* tried again later */
}

static void describe(char *out, size_t cap, int status)
{
	if (WIFSIGNALED(status))
		snprintf(out, cap, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(out, cap, "exit status %d", WEXITSTATUS(status));
}

/* What ends with a process that ended. */
static void after_end(struct supervisor *s, int which, int status)
{
	if (which == VAULT)
		s->vault = ipc_free(s->vault);
	if (which == ONION) { /* tor belongs to onion's control connection and ends with it */
		s->onion = ipc_free(s->onion);
		s->process[TOR].wanted = false;
		if (s->process[TOR].pid > 0) {
			kill(s->process[TOR].pid, SIGTERM);
			s->process[TOR].kill_at_ms = env_mono_ms(s->env) + TOR_STOP_MS;
		}
	}
	if (which == TOR && s->onion && ipc_send(s->onion, &IPC_MSG(0, tor_exited, .status = (u32)status)) != OK)
		log_warn("onion does not listen");
}

static void reap(struct supervisor *s)
{
	for (int i = 0; i < PROCESSES; i++) {
		struct process *p = &s->process[i];
		int status;
		if (p->pid == 0 || !child_has_ended(p->pid, &status))
			continue;
		char how[64];
		describe(how, sizeof how, status);
		logbook_end(&s->book, &s->said[i]); /* its last words come before ours */
		process_ended(p, env_mono_ms(s->env));
		after_end(s, i, status);
		if (p->wanted)
			log_warn("%s ended (%s); it is started again in %.1f s", p->name, how,
			         (double)p->backoff_ms / 1000);
	}
}

/* Starts what is due, kills what did not end; gives how long to wait at most, in ms. */
static int do_due(struct supervisor *s)
{
	u64 now = env_mono_ms(s->env), next = now + WAKE_TICK_MS;
	for (int i = 0; i < PROCESSES; i++) {
		u64 kill_at = s->process[i].kill_at_ms;
		if (kill_at && now >= kill_at)
			kill(s->process[i].pid, SIGKILL); /* it is reaped by its SIGCHLD */
		else if (kill_at)
			next = MIN(next, kill_at);
		if (process_is_due(&s->process[i], now))
			start(s, i);
		if (s->process[i].wanted && s->process[i].pid == 0)
			next = MIN(next, s->process[i].start_at_ms);
	}
	return (int)(next > now ? next - now : 1);
}

/* Tells the vault, and it the others, when the machine or we were away, the clock was set, or the network is another. */
static void look_around(struct supervisor *s)
{
	struct wake_clocks now;
	struct wake_news news;
	wake_read_clocks(&now);
	if (!wake_look(&s->wake, &now, &news))
		return;
	if (news.why == WOKE_NETWORK && !netwatch_is_other(&s->network))
		return;
	log_info("awake: reason %d, away for %.1f s", (int)news.why, (double)news.away_ms / 1000);
	if (s->vault && ipc_send(s->vault, &IPC_MSG(0, woke, .why = (u8)news.why, .away_ms = news.away_ms)) != OK)
		log_warn("the vault does not listen");
}

/* onion is ready for a tor. The system's runs already. */
static err_t give_tor(struct supervisor *s)
{
	u8 ports[2 * ARRAY_LEN(s->pre.link_port)];
	if (!s->opt->tor) {
		process_want(&s->process[TOR], env_mono_ms(s->env));
		return OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(s->pre.link_port); i++) {
		ports[2 * i] = (u8)(s->pre.link_port[i] >> 8);
		ports[2 * i + 1] = (u8)s->pre.link_port[i];
	}
	return ipc_send(s->onion, &IPC_MSG(0, tor_system, .ports = slice_of(ports, sizeof ports)));
}

static void from_onion(struct supervisor *s)
{
	struct ipc_msg m;
	err_t e;
	while ((e = ipc_recv(s->onion, &m, NULL)) == OK) {
		if (m.type == ipc_t_tor_run && give_tor(s) != OK)
			log_warn("onion does not listen");
	}
	if (e != ERR_AGAIN)
		s->onion = ipc_free(s->onion); /* its end is reaped soon */
}

static void send_log(struct supervisor *s, u32 req, const struct ipc_log_ask *m)
{
	char lines[LOG_PART];
	u64 first, next;
	size_t n = log_ring_read(&s->book.ring, m->line, lines, sizeof lines, &first, &next);
	if (!log_ring_has(&s->book.ring, next))
		next = 0;
	if (ipc_send(s->vault, &IPC_MSG(req, log_part, .life = m->life, .first = first, .next = next,
	                                .lines = slice_of(lines, n))) != OK)
		log_warn("the vault does not listen");
}

/* A person wants to know how it is now; tor may have been installed anew. */
static void look_again(struct supervisor *s)
{
	struct tor_program tor = {0};
	if (!s->opt->tor)
		preflight_tor(TOR_LOOK_MS, &tor);
	look(&s->pre.paths, &tor, &s->findings);
}

/* Gives false when the vault was erased. */
static bool from_vault(struct supervisor *s)
{
	struct ipc_msg m;
	err_t e;
	bool has_looked = false;
	while ((e = ipc_recv(s->vault, &m, NULL)) == OK) {
		if (m.type == ipc_t_erased)
			return false;
		if (m.type == ipc_t_log_ask)
			send_log(s, m.req, &m.log_ask);
		if (m.type == ipc_t_look) {
			if (!has_looked) /* who asked meanwhile gets the same: a tor that hangs holds us once */
				look_again(s);
			has_looked = true;
			tell_findings(s, m.req, m.look.life);
		}
	}
	if (e != ERR_AGAIN)
		s->vault = ipc_free(s->vault); /* its end is reaped soon */
	return true;
}

/* Gives false when a person or the system wants us to end. */
static bool from_signals(struct supervisor *s)
{
	struct signalfd_siginfo si;
	bool go_on = true;
	while (read(s->signals, &si, sizeof si) == (ssize_t)sizeof si) {
		if (si.ssi_signo != SIGCHLD)
			go_on = false;
	}
	reap(s);
	return go_on;
}

static bool open_signals(struct supervisor *s)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return false;
	s->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return s->signals >= 0;
}

/* As child_end(), and hears what it says until then: one that cannot finish its sentence would not end. */
static void end_one(struct supervisor *s, int which, u64 term_ms)
{
	struct process *p = &s->process[which];
	u64 until = env_mono_ms(s->env) + term_ms;
	int status;
	if (p->pid <= 0)
		return;
	kill(p->pid, SIGTERM);
	while (env_mono_ms(s->env) < until) {
		for (int i = 0; i < PROCESSES; i++)
			logbook_read(&s->book, &s->said[i]);
		if (child_has_ended(p->pid, &status))
			return;
		poll(NULL, 0, 5);
	}
	child_end(p->pid, 0);
}

/* web and net first, so that nothing new comes in; the vault last, so that everything is committed. */
static void end_all(struct supervisor *s)
{
	static const int order[] = {WEB, NET, ONION, TOR, VAULT};
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		s->process[order[i]].wanted = false;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		end_one(s, order[i], STOP_ROLE_MS / ARRAY_LEN(order));
	for (size_t i = 0; i < PROCESSES; i++)
		logbook_end(&s->book, &s->said[i]);
	ipc_free(s->onion);
	ipc_free(s->vault);
}

/* As many as the system lets us have: each link of net is one. */
static void allow_descriptors(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
		l.rlim_cur = MIN(l.rlim_max, (rlim_t)8192);
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static struct pollfd said_of(const struct supervisor *s, int which)
{
	return (struct pollfd){.fd = s->said[which].fd, .events = POLLIN};
}

int supervise(const struct run_options *opt)
{
	struct supervisor s = {
		.opt = opt,
		.env = os_env(),
		.process = {{.name = "vault", .wanted = true},
	                    {.name = "onion", .wanted = true},
	                    {.name = "net", .wanted = true},
	                    {.name = "web", .wanted = true},
	                    {.name = "tor"}},
	};
	for (int i = 0; i < PROCESSES; i++)
		s.said[i].fd = -1;
	log_init(os_log, getenv("BOC_DEBUG") ? LOG_DEBUG : LOG_INFO, "supervisor");
	if (preflight(opt, &s.pre) != OK || !open_signals(&s))
		return 1;
	logbook_open(&s.book, s.env, s.pre.paths.data);
	log_init(logbook_sink, getenv("BOC_DEBUG") ? LOG_DEBUG : LOG_INFO, "supervisor");
	log_info("version " BOC_VERSION " starts");
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	allow_descriptors();
	netwatch_open(&s.network);
	printf("page:   http://127.0.0.1:%u\nfolder: %s\nCtrl+C ends it.\n", s.pre.port, s.pre.paths.data);
	fflush(stdout);
	bool is_erased = false;
	while (!is_erased) {
		int wait_ms = do_due(&s);
		if (s.findings.n == 0) { /* not before all are started: nobody waits for it */
			look(&s.pre.paths, &s.pre.tor, &s.findings);
			tell_findings(&s, 0, 0);
		}
		struct pollfd p[] = {{.fd = s.signals, .events = POLLIN},
		                     {.fd = s.onion ? ipc_fd(s.onion) : -1, .events = POLLIN},
		                     {.fd = s.vault ? ipc_fd(s.vault) : -1, .events = POLLIN},
		                     {.fd = s.network.fd, .events = POLLIN},
		                     said_of(&s, 0),
		                     said_of(&s, 1),
		                     said_of(&s, 2),
		                     said_of(&s, 3),
		                     said_of(&s, 4)};
		poll(p, ARRAY_LEN(p), wait_ms);
		for (int i = 0; i < PROCESSES; i++)
			if (p[4 + i].revents)
				logbook_read(&s.book, &s.said[i]);
		if (p[3].revents && netwatch_drain(&s.network))
			wake_stir(&s.wake, env_mono_ms(s.env));
		look_around(&s);
		if (p[1].revents)
			from_onion(&s);
		if (p[2].revents)
			is_erased = !from_vault(&s);
		if (p[0].revents && !from_signals(&s))
			break;
	}
	if (is_erased)
		poll(NULL, 0, ERASED_SAY_MS); /* web has the answer; it takes that long to write it */
	end_all(&s);
	log_init(os_log, LOG_INFO, "supervisor");
	logbook_close(&s.book);
	netwatch_close(&s.network);
	unlink(s.pre.paths.rpc);
	return is_erased ? erase_rest(&s.pre.paths) : 0;
}
