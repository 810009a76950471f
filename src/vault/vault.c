/* The vault's process: a blocking loop around struct vault. In each turn it takes what waits on its sockets, commits
 * once, and only then sends what came of it. */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/log.h"
#include "os/ipc.h"
#include "os/role.h"
#include "vault/serve.h"
#include "vault/store.h"

#define MAX_TURN 256   /* messages in one transaction */
#define LOOK_MS 600000 /* what waits for a time looks again so often: the clock may be set, the machine may sleep */
#define CHANNELS (ROLE_WEB + 1)

struct server {
	struct vault *v;                /* borrowed */
	struct ipc *channels[CHANNELS]; /* owned; [ROLE_SUPERVISOR] and what it brings */
};

static void drop(struct server *s, enum role r)
{
	s->channels[r] = ipc_free(s->channels[r]);
	vault_disconnected(s->v, r);
}

/* Sends everything. A role that does not read is dropped: it starts again and is told anew. */
static void flush(struct server *s)
{
	struct ipc_msg m;
	enum role to;
	while (vault_output(s->v, &to, &m)) {
		err_t e = s->channels[to] ? ipc_send(s->channels[to], &m) : ERR_LOCAL_IO;
		vault_sent(s->v);
		if (e != OK)
			drop(s, to);
	}
	wipe(&m, sizeof m);
}

static bool adopt(struct server *s, const struct ipc_msg *m, int fd)
{
	u8 r = m->role_socket.role;
	if (fd < 0 || (r != ROLE_ONION && r != ROLE_NET && r != ROLE_WEB)) {
		log_error("the supervisor sent no socket of a role");
		return false;
	}
	if (s->channels[r])
		drop(s, (enum role)r);
	s->channels[r] = ipc_new(fd, (enum role)r, IPC_WAIT);
	return true; /* the descriptor is the channel's now */
}

/* Takes one message from the channel. ERR_AGAIN: none there. Any other error ends the process. */
static err_t take_one(struct server *s, enum role r)
{
	struct ipc_msg m;
	int fd = -1;
	if (!s->channels[r])
		return ERR_AGAIN;
	err_t e = ipc_recv(s->channels[r], &m, r == ROLE_SUPERVISOR ? &fd : NULL);
	if (e == ERR_AGAIN)
		return e;
	if (e == OK && m.type == ipc_t_role_socket && adopt(s, &m, fd)) {
		fd = -1;
		e = vault_input(s->v, r, &m);
	} else if (e == OK && m.type != ipc_t_role_socket) {
		e = vault_input(s->v, r, &m);
	}
	if (fd >= 0)
		close(fd);
	wipe(&m, sizeof m);
	if (e == OK || e == ERR_LOCAL_STORE || e == ERR_BUG || vault_is_of_disk(e))
		return e;
	if (r == ROLE_SUPERVISOR)
		return ERR_LOCAL_IO; /* nobody left to work for */
	log_warn("channel %d: %s, dropped", (int)r, err_text(e));
	drop(s, r);
	return OK;
}

/* Takes what waits. ERR_LOCAL_IO: the supervisor is gone. */
static err_t take_all(struct server *s)
{
	bool any = true;
	for (int n = 0; any && n < MAX_TURN && !vault_is_full(s->v);) {
		any = false;
		for (enum role r = ROLE_SUPERVISOR; r < CHANNELS; r++) {
			err_t e = take_one(s, r);
			if (e == ERR_AGAIN)
				continue;
			if (e != OK)
				return e;
			any = true;
			n++;
		}
	}
	return OK;
}

/* One turn. */
static err_t turn(struct server *s)
{
	err_t e = take_all(s);
	if (e == OK) {
		vault_tick(s->v);
		e = vault_commit(s->v);
	}
	if (vault_is_of_disk(e)) {
		vault_undo(s->v, e);
		e = OK;
	}
	TRY(e);
	flush(s);
	return OK;
}

/* Waits until there is something to do; true when it is the end. */
static bool wait_for_work(struct server *s, int stop_fd)
{
	struct pollfd p[CHANNELS + 1] = {{.fd = stop_fd, .events = POLLIN}};
	for (size_t r = 0; r < CHANNELS; r++) {
		p[r + 1].fd = s->channels[r] ? ipc_fd(s->channels[r]) : -1;
		p[r + 1].events = POLLIN;
	}
	u64 wait = vault_wait_ms(s->v);
	while (poll(p, CHANNELS + 1, wait == VAULT_NEVER ? -1 : (int)MIN(wait, LOOK_MS)) < 0)
		if (errno != EINTR)
			return true;
	return p[0].revents != 0;
}

int vault_serve(struct vault *v, int supervisor_fd, int stop_fd)
{
	struct server s = {.v = v};
	s.channels[ROLE_SUPERVISOR] = ipc_new(supervisor_fd, ROLE_SUPERVISOR, IPC_WAIT);
	err_t e = OK;
	bool stop = false;
	while (e == OK && !stop) {
		stop = wait_for_work(&s, stop_fd);
		e = turn(&s);
	}
	/* The supervisor was killed: nobody locked anything, and no page may say so. The roles end with their channels. */
	for (enum role r = ROLE_ONION; e == ERR_LOCAL_IO && r < CHANNELS; r++)
		drop(&s, r);
	if (e == OK || e == ERR_LOCAL_IO) {
		e = vault_end(s.v);
		flush(&s);
	}
	if (e != OK)
		log_error("ended: %s", err_text(e));
	for (size_t r = 0; r < CHANNELS; r++)
		s.channels[r] = ipc_free(s.channels[r]);
	return e == OK ? 0 : 1;
}

int vault_main(const struct role_config *cfg)
{
	if (role_begin(cfg) != OK)
		return 1;
	store_prepare();
	if (role_confine(cfg) != OK)
		return 1;
	struct vault *v = vault_new(cfg->env, cfg->paths.vault);
	int status = vault_serve(v, ROLE_FD_VAULT, role_stop_fd());
	vault_free(v);
	return status;
}
