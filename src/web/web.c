#include "web/web.h"

#include <jansson.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "web/web_priv.h"

#define ACCEPT_BURST 16 /* connections taken in one turn of the loop */

void web_end(struct web *w, int status)
{
	w->is_over = true;
	w->status = MAX(w->status, status);
}

bool web_add(struct web *w, struct source *s)
{
	s->web = w;
	const lws_adopt_desc_t d = {.vh = w->vhost,
	                            .type = LWS_ADOPT_RAW_FILE_DESC,
	                            .fd.filefd = s->fd,
	                            .vh_prot_name = "plain",
	                            .opaque = s};
	s->wsi = lws_adopt_descriptor_vhost_via_info(&d);
	return s->wsi != NULL;
}

/* ---- vault ---- */

static void ask(void *arg, const struct ipc_msg *m)
{
	struct web *w = arg;
	if (ipc_send(w->vault, m) != OK)
		web_end(w, 1);
	else if (ipc_is_pending(w->vault))
		lws_callback_on_writable(w->vault_source.wsi);
}

static int vault_readable(struct source *s)
{
	struct web *w = s->web;
	struct ipc_msg m;
	err_t e;
	while ((e = ipc_recv(w->vault, &m, NULL)) == OK)
		hub_from_vault(w->hub, &m);
	if (e != ERR_AGAIN) {
		log_warn("vault: %s", err_text(e));
		web_end(w, 1);
		return -1;
	}
	return 0;
}

static int vault_writable(struct source *s)
{
	struct web *w = s->web;
	if (ipc_flush(w->vault) != OK)
		web_end(w, 1);
	else if (ipc_is_pending(w->vault))
		lws_callback_on_writable(s->wsi);
	return 0;
}

static void vault_gone(struct source *s)
{
	if (!s->web->is_over)
		web_end(s->web, 1);
}

/* ---- connections ---- */

static bool is_script_ours(int fd)
{
	struct ucred who;
	socklen_t n = sizeof who;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 && who.uid == getuid();
}

static int scripts_readable(struct source *s)
{
	for (int i = 0; i < ACCEPT_BURST; i++) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return 0;
		if (s->web->scripts >= MAX_RPC_CONNECTIONS || !is_script_ours(fd))
			close(fd);
		else
			script_conn_new(s->web, fd);
	}
	return 0;
}

static int pages_readable(struct source *s)
{
	const struct web *w = s->web;
	for (int i = 0; i < ACCEPT_BURST; i++) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return 0;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
		if (w->pages >= MAX_WEB_CONNECTIONS || (w->peer_uid && !peer_uid_is(w->peer_uid, fd, getuid())))
			close(fd);
		else
			http_conn_new(s->web, fd);
	}
	return 0;
}

static void listener_gone(struct source *s)
{
	if (!s->web->is_over)
		web_end(s->web, 1);
}

static int stop_readable(struct source *s)
{
	web_end(s->web, 0);
	return 0;
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

/* ---- the loop ---- */

/* Every plain descriptor, and the life of every handle: libwebsockets calls the first protocol for those. */
static int plain_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
	(void)user;
	(void)in;
	(void)n;
	struct source *s = lws_get_opaque_user_data(wsi);
	struct web *w = lws_context_user(lws_get_context(wsi));
	if (reason == LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED && w->adopted) {
		s = (struct source *)w->adopted;
		w->adopted = NULL;
		s->wsi = wsi;
		lws_set_opaque_user_data(wsi, s);
	} else if (reason == LWS_CALLBACK_RAW_RX_FILE) {
		return s->readable(s);
	} else if (reason == LWS_CALLBACK_RAW_WRITEABLE_FILE) {
		return s->writable ? s->writable(s) : 0;
	} else if (reason == LWS_CALLBACK_WSI_DESTROY && s) {
		lws_set_opaque_user_data(wsi, NULL);
		s->gone(s);
	} else if (reason == LWS_CALLBACK_HTTP) { /* cannot be: only openings of a WebSocket are handed over */
		return -1;
	}
	return 0;
}

/* What libwebsockets says may quote what came in: for debugging only. */
static void lws_log(int level, const char *line)
{
	char safe[256];
	(void)level;
	log_debug("libwebsockets: %s", log_escape(safe, sizeof safe, line, strcspn(line, "\n")));
}

static bool open_loop(struct web *w)
{
	static const struct lws_protocols protocols[] = {
		{.name = "plain", .callback = plain_callback},
		{.name = "chat.v1", .callback = ws_conn_callback, .rx_buffer_size = 16384},
		LWS_PROTOCOL_LIST_TERM,
	};
	const struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.user = w,
		.fd_limit_per_thread = 2 * (MAX_WEB_CONNECTIONS + MAX_RPC_CONNECTIONS),
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.vhost_name = "page",
	};
	lws_set_log_level(LLL_ERR | LLL_WARN, lws_log);
	w->loop = lws_create_context(&info);
	w->vhost = w->loop ? lws_create_vhost(w->loop, &info) : NULL;
	return w->vhost != NULL;
}

/* A descriptor that stays open when its handle is closed, for those that have another owner. */
static bool add_copy(struct web *w, struct source *s, int fd, int (*readable)(struct source *),
                     int (*writable)(struct source *), void (*gone)(struct source *))
{
	*s = (struct source){.fd = dup(fd), .readable = readable, .writable = writable, .gone = gone};
	return s->fd >= 0 && web_add(w, s);
}

static bool add_all(struct web *w)
{
	return add_copy(w, &w->stop, role_stop_fd(), stop_readable, NULL, listener_gone) &&
	       add_copy(w, &w->vault_source, ROLE_FD_VAULT, vault_readable, vault_writable, vault_gone) &&
	       add_copy(w, &w->page_listener, ROLE_FD_PAGE, pages_readable, NULL, listener_gone) &&
	       add_copy(w, &w->rpc_listener, ROLE_FD_RPC, scripts_readable, NULL, listener_gone);
}

static void tick(struct lws_sorted_usec_list *sul)
{
	struct web *w = lws_container_of(sul, struct web, tick);
	hub_tick(w->hub);
}

static void schedule_tick(struct web *w)
{
	u64 at = hub_deadline(w->hub), now = env_mono_ms(w->cfg->env);
	if (at == UINT64_MAX)
		lws_sul_cancel(&w->tick);
	else
		lws_sul_schedule(w->loop, 0, &w->tick, tick, at > now ? (lws_usec_t)(at - now) * 1000 : 1);
}

static void run(struct web *w)
{
	while (!w->is_over) {
		schedule_tick(w);
		if (lws_service(w->loop, 0) < 0)
			web_end(w, 1);
		ws_conn_open_all(w);
	}
}

int web_run(const struct role_config *cfg, struct web_limits limits)
{
	struct web w = {.cfg = cfg, .limits = limits, .site = http_site_of(cfg->port)};
	/* What these two read is out of reach later: /dev/urandom, /etc/localtime (for log lines of libwebsockets). */
	json_object_seed(0);
	tzset();
	w.peer_uid = peer_uid_new();
	if (!w.peer_uid)
		log_warn("this system does not tell whose connections there are: pages of other users are not refused");
	w.vault = ipc_new(ROLE_FD_VAULT, ROLE_VAULT, IPC_QUEUE);
	w.hub = hub_new(cfg->env, w.site.origin, limits.hub, (struct hub_io){&w, ask, send_to, end});
	/* libwebsockets would make a netlink socket, and does well without; it also opens /dev/urandom, once. */
	if (role_forbid_sockets() != OK || !open_loop(&w) || !add_all(&w)) {
		log_error("cannot set up the page's server");
		w.status = 1;
	} else if (role_confine(cfg) != OK) {
		log_error("cannot enter the sandbox");
		w.status = 1;
	} else {
		run(&w);
	}
	w.is_over = true;
	if (w.loop) {
		lws_sul_cancel(&w.tick);
		lws_context_destroy(w.loop);
	}
	w.hub = hub_free(w.hub);
	w.vault = ipc_free(w.vault);
	w.peer_uid = peer_uid_free(w.peer_uid);
	return w.status;
}

int web_main(const struct role_config *cfg)
{
	return web_run(cfg, WEB_LIMITS);
}
