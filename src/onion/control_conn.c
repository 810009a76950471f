#include "onion/control_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "onion/torfiles.h"
#include "os/fault.h"

enum stage { STAGE_WAITING = 1, STAGE_AUTH, STAGE_SETUP, STAGE_READY, STAGE_LOST };

struct control_conn {
	struct event_base *loop;
	const struct env *env;
	const struct paths *paths;
	struct control_handler handler;
	enum stage stage;
	u64 born_ms;
	bool was_slow;
	int fd; /* -1: not connected */
	struct torctl *ctl;
	struct event *readable, *writable, *retry;
	u32 auth_id, last_setup_id;
};

/* Back to the beginning: tor was not ready. */
static void disconnect(struct control_conn *c)
{
	if (c->readable)
		event_free(c->readable);
	if (c->writable)
		event_free(c->writable);
	c->readable = c->writable = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->ctl = torctl_free(c->ctl);
}

static void try_again(struct control_conn *c)
{
	u64 waited = env_mono_ms(c->env) - c->born_ms;
	bool slow = waited >= CONTROL_WAIT_MS;
	u64 ms = slow || !paths_has_own_tor(c->paths) ? CONTROL_SLOW_MS : CONTROL_RETRY_MS;
	const struct timeval tv = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	disconnect(c);
	c->stage = STAGE_WAITING;
	event_add(c->retry, &tv);
	if (slow && !c->was_slow) {
		c->was_slow = true;
		c->handler.slow(c->handler.arg);
	}
}

/* Not ours yet: try again. Ours before: it is over. */
static void broken(struct control_conn *c)
{
	if (c->stage == STAGE_WAITING || c->stage == STAGE_AUTH) {
		try_again(c);
		return;
	}
	if (c->stage == STAGE_LOST)
		return;
	disconnect(c);
	c->stage = STAGE_LOST;
	c->handler.lost(c->handler.arg);
}

static void write_some(struct control_conn *c)
{
	struct slice s;
	while (c->ctl && (s = torctl_pending(c->ctl)).n > 0) {
		ssize_t n = FAULT_FAILS("onion.write", "onion") ? -1 : send(c->fd, s.p, s.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			event_add(c->writable, NULL);
			return;
		}
		if (n < 0) {
			broken(c);
			return;
		}
		torctl_sent(c->ctl, (size_t)n);
	}
	if (c->writable)
		event_del(c->writable);
}

/* Tor knows us: make it tell us everything, and end with us if it is ours. */
static err_t set_up(struct control_conn *c)
{
	u32 id;
	bool own = paths_has_own_tor(c->paths);
	c->stage = STAGE_SETUP;
	if (own)
		TRY(torctl_takeownership(c->ctl, &id));
	return torctl_setevents(c->ctl, own, &c->last_setup_id);
}

static err_t begin(struct control_conn *c)
{
	u32 id;
	c->stage = STAGE_READY;
	c->handler.ready(c->handler.arg);
	if (c->stage != STAGE_READY)
		return OK;
	TRY(torctl_get_version(c->ctl, &id));
	return torctl_get_bootstrap(c->ctl, &id);
}

static err_t on_setup_event(struct control_conn *c, const struct torctl_event *ev)
{
	if (ev->type != TORCTL_REPLY)
		return OK;
	if (ev->reply.code != 250) {
		log_debug("tor says no to command %d: %d", (int)ev->command, ev->reply.code);
		return ERR_AGAIN; /* the cookie of an earlier tor, perhaps */
	}
	if (c->stage == STAGE_AUTH && ev->id == c->auth_id)
		return set_up(c);
	if (c->stage == STAGE_SETUP && ev->id == c->last_setup_id)
		return begin(c);
	return OK;
}

static void handle_events(struct control_conn *c)
{
	struct torctl_event ev;
	while (c->ctl) {
		err_t e = torctl_next(c->ctl, &ev);
		if (e == ERR_AGAIN)
			break;
		if (e == OK && c->stage == STAGE_READY)
			c->handler.event(c->handler.arg, &ev);
		else if (e == OK)
			e = on_setup_event(c, &ev);
		if (e != OK) {
			broken(c);
			return;
		}
	}
	write_some(c);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct control_conn *c = arg;
	u8 bytes[TORCTL_FEED_MAX];
	(void)what;
	ssize_t n = recv(fd, bytes, sizeof bytes, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || torctl_feed(c->ctl, slice_of(bytes, (size_t)n)) != OK)
		broken(c);
	else
		handle_events(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	write_some(arg);
}

static int connect_to(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof sa.sun_path)
		return -1;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, sizeof sa)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void on_retry(evutil_socket_t none, short what, void *arg)
{
	struct control_conn *c = arg;
	u8 cookie[TORCTL_COOKIE_LEN];
	(void)none, (void)what;
	c->fd = connect_to(c->paths->tor_control);
	if (c->fd < 0 || torfiles_cookie(c->paths, cookie, sizeof cookie) != OK) {
		try_again(c);
		return;
	}
	c->stage = STAGE_AUTH;
	c->ctl = torctl_new();
	c->readable = event_new(c->loop, c->fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(c->loop, c->fd, EV_WRITE | EV_PERSIST, on_writable, c);
	if (!c->readable || !c->writable || event_add(c->readable, NULL))
		abort();
	err_t e = torctl_authenticate(c->ctl, cookie, &c->auth_id);
	wipe(cookie, sizeof cookie);
	if (e == OK)
		write_some(c);
	else
		broken(c);
}

struct control_conn *control_new(struct event_base *loop, const struct env *env, const struct paths *paths,
                                 const struct control_handler *handler)
{
	struct control_conn *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->loop = loop;
	c->env = env;
	c->paths = paths;
	c->handler = *handler;
	c->stage = STAGE_WAITING;
	c->fd = -1;
	c->born_ms = env_mono_ms(env);
	c->retry = evtimer_new(loop, on_retry, c);
	const struct timeval now = {0};
	if (!c->retry || event_add(c->retry, &now))
		abort();
	return c;
}

struct control_conn *control_free(struct control_conn *c)
{
	if (!c)
		return NULL;
	disconnect(c);
	event_free(c->retry);
	wipe(c, sizeof *c);
	free(c);
	return NULL;
}

struct torctl *control_torctl(struct control_conn *c)
{
	return c && c->stage == STAGE_READY ? c->ctl : NULL;
}

void control_send(struct control_conn *c)
{
	write_some(c);
}
