#include "web/web.h"

#include <jansson.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "web/web_priv.h"

#define BURST 16 /* connections, and messages of the vault, taken in one turn of the loop */

/* Ends the role: the supervisor starts it again when status is not 0. */
static void end_role(struct web *w, int status)
{
	w->is_over = true;
	w->status = MAX(w->status, status);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	end_role(arg, 0);
}

/* ---- vault ---- */

static void lost_vault(struct web *w, err_t e)
{
	log_warn("vault: %s", err_text(e));
	end_role(w, 1);
}

static void on_vault_in(evutil_socket_t fd, short what, void *arg)
{
	struct web *w = arg;
	struct ipc_msg m;
	err_t e = OK;
	(void)fd, (void)what;
	for (int i = 0; i < BURST && (e = ipc_recv(w->vault, &m, NULL)) == OK; i++)
		hub_from_vault(w->hub, &m);
	wipe(&m, sizeof m);
	if (e != OK && e != ERR_AGAIN)
		lost_vault(w, e);
}

static void write_to_vault(struct web *w, err_t e)
{
	if (e != OK)
		lost_vault(w, e);
	else if (ipc_is_pending(w->vault))
		event_add(w->vault_out, NULL);
}

static void on_vault_out(evutil_socket_t fd, short what, void *arg)
{
	struct web *w = arg;
	(void)fd, (void)what;
	write_to_vault(w, ipc_flush(w->vault));
}

/* ---- what the hub asks for ---- */

static void ask(void *arg, const struct ipc_msg *m)
{
	struct web *w = arg;
	write_to_vault(w, ipc_send(w->vault, m));
}

static void send_to(void *arg, void *conn, struct slice frame, bool binary)
{
	struct source *s = conn;
	(void)arg;
	s->send(s, frame, binary);
}

static void end(void *arg, void *conn)
{
	struct source *s = conn;
	(void)arg;
	s->end(s);
}

/* ---- connections ---- */

static bool is_script_ours(int fd)
{
	struct ucred who;
	socklen_t n = sizeof who;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 && who.uid == getuid();
}

static void on_script(evutil_socket_t listener, short what, void *arg)
{
	struct web *w = arg;
	(void)what;
	for (int i = 0; i < BURST; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		if (w->scripts >= MAX_RPC_CONNECTIONS || !is_script_ours(fd))
			close(fd);
		else
			script_conn_new(w, fd);
	}
}

static void on_page(evutil_socket_t listener, short what, void *arg)
{
	struct web *w = arg;
	(void)what;
	for (int i = 0; i < BURST; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
		if (w->pages >= MAX_WEB_CONNECTIONS || (w->peer_uid && !peer_uid_is(w->peer_uid, fd, getuid())))
			close(fd);
		else
			http_conn_new(w, fd);
	}
}

/* ---- the role ---- */

static void on_tick(evutil_socket_t none, short what, void *arg)
{
	struct web *w = arg;
	(void)none, (void)what;
	hub_tick(w->hub);
}

static void schedule_tick(struct web *w)
{
	u64 at = hub_deadline(w->hub), now = env_mono_ms(w->cfg->env), ms = at > now ? at - now : 0;
	const struct timeval in = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	if (at == UINT64_MAX)
		event_del(w->tick);
	else
		event_add(w->tick, &in);
}

static struct event *new_event(struct web *w, int fd, short what, event_callback_fn fn)
{
	struct event *e = event_new(w->loop, fd, what, fn, w);
	if (!e || ((what & EV_READ) && event_add(e, NULL)))
		abort();
	return e;
}

/* As the supervisor made them they block. */
static struct event *new_listener(struct web *w, int fd, event_callback_fn fn)
{
	if (evutil_make_socket_nonblocking(fd))
		abort();
	return new_event(w, fd, EV_READ | EV_PERSIST, fn);
}

static void set_up(struct web *w)
{
	w->loop = event_base_new();
	if (!w->loop)
		abort();
	json_object_seed(0); /* from /dev/urandom, which is out of reach later */
	w->peer_uid = peer_uid_new();
	if (!w->peer_uid)
		log_warn("this system does not tell whose connections there are: pages of other users are not refused");
	w->vault = ipc_new(ROLE_FD_VAULT, ROLE_VAULT, IPC_QUEUE);
	w->hub = hub_new(w->cfg->env, w->site.origin, w->limits.hub, (struct hub_io){w, ask, send_to, end});
	w->stop = new_event(w, role_stop_fd(), EV_READ | EV_PERSIST, on_stop);
	w->vault_in = new_event(w, ROLE_FD_VAULT, EV_READ | EV_PERSIST, on_vault_in);
	w->vault_out = new_event(w, ROLE_FD_VAULT, EV_WRITE, on_vault_out);
	w->page_listener = new_listener(w, ROLE_FD_PAGE, on_page);
	w->rpc_listener = new_listener(w, ROLE_FD_RPC, on_script);
	w->tick = new_event(w, -1, 0, on_tick);
}

static void tear_down(struct web *w)
{
	while (w->sources)
		source_close(w->sources);
	struct event *events[] = {w->stop, w->vault_in, w->vault_out, w->page_listener, w->rpc_listener, w->tick};
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		event_free(events[i]);
	w->hub = hub_free(w->hub);
	w->vault = ipc_free(w->vault);
	w->peer_uid = peer_uid_free(w->peer_uid);
	event_base_free(w->loop);
}

int web_run(const struct role_config *cfg, struct web_limits limits)
{
	struct web w = {.cfg = cfg, .limits = limits, .site = http_site_of(cfg->port)};
	set_up(&w);
	if (role_confine(cfg) != OK) {
		log_error("cannot enter the sandbox");
		end_role(&w, 1);
	}
	while (!w.is_over) {
		schedule_tick(&w);
		if (event_base_loop(w.loop, EVLOOP_ONCE) < 0)
			end_role(&w, 1);
	}
	tear_down(&w);
	return w.status;
}

int web_main(const struct role_config *cfg)
{
	return web_run(cfg, WEB_LIMITS);
}
