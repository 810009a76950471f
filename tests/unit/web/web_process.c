#include "web_process.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/selftest.h"
#include "os/ipc.h"
#include "os/os_env.h"
#include "stub_vault.h"

static void must(bool ok)
{
	if (!ok)
		abort();
}

static int listen_tcp(u16 *ret_port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 64) == 0 &&
	     getsockname(fd, (struct sockaddr *)&a, &n) == 0);
	*ret_port = ntohs(a.sin_port);
	return fd;
}

static int listen_unix(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 && listen(fd, 64) == 0);
	return fd;
}

/* Puts the three sockets where the supervisor would. */
static int be_web(const struct web_process *p, struct web_limits limits, int vault, int page, int rpc)
{
	int high[3] = {fcntl(vault, F_DUPFD, 50), fcntl(page, F_DUPFD, 50), fcntl(rpc, F_DUPFD, 50)};
	for (int i = 0; i < 3; i++)
		dup2(high[i], ROLE_FD_VAULT + i);
	for (int fd = ROLE_FD_RPC + 1; fd < 100; fd++)
		close(fd);
	struct role_config cfg = {.role = ROLE_WEB, .env = os_env(), .port = p->port};
	if (role_begin(&cfg) != OK || crypto_selftest() != OK)
		return 99;
	return web_run(&cfg, limits);
}

void web_process_start(struct web_process *p, struct web_limits limits)
{
	int pair[2];
	*p = (struct web_process){0};
	snprintf(p->dir, sizeof p->dir, "/tmp/boc-web-XXXXXX");
	must(mkdtemp(p->dir) != NULL);
	snprintf(p->rpc, sizeof p->rpc, "%s/rpc.sock", p->dir);
	int page = listen_tcp(&p->port), rpc = listen_unix(p->rpc);
	must(ipc_pair(pair) == OK);
	p->vault = fork();
	if (p->vault == 0) {
		close(pair[1]);
		close(page);
		close(rpc);
		stub_vault_run(pair[0]);
		_exit(0);
	}
	p->web = fork();
	if (p->web == 0)
		_exit(be_web(p, limits, pair[1], page, rpc));
	close(pair[0]);
	close(pair[1]);
	close(page);
	close(rpc);
}

int web_process_stop(struct web_process *p)
{
	int status = -1;
	kill(p->web, SIGTERM);
	waitpid(p->web, &status, 0);
	waitpid(p->vault, NULL, 0);
	unlink(p->rpc);
	rmdir(p->dir);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
