/* The role onion: tor's life. Writes its settings, has the supervisor start it, owns it over the control socket,
 * publishes onion services and tells the vault how tor is. */
#include <event2/event.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "onion/control_conn.h"
#include "onion/services.h"
#include "onion/state.h"
#include "onion/torfiles.h"
#include "os/ipc.h"
#include "os/role.h"
#include "tor/torrc.h"

struct onion {
	const struct role_config *cfg;
	struct event_base *loop;
	struct ipc *vault, *supervisor;
	struct event *vault_in, *vault_out, *supervisor_in, *stop, *lost_timer;
	struct control_conn *control; /* NULL while no tor runs */
	struct services *services;    /* guarded memory */
	struct onion_state state;
	int status;
};

static u64 wall(const struct onion *o)
{
	return env_wall_ms(o->cfg->env);
}

static void leave(struct onion *o, int status)
{
	o->status = status;
	event_base_loopbreak(o->loop);
}

static void tell_state(struct onion *o)
{
	const struct ipc_msg m = state_msg(&o->state);
	if (ipc_send(o->vault, &m) != OK) {
		log_error("the vault is gone");
		leave(o, 1);
	} else if (ipc_is_pending(o->vault)) {
		event_add(o->vault_out, NULL);
	}
}

/* ---- services ---- */

/* Hands to tor what waits for it. */
static void hand_over(struct onion *o)
{
	struct torctl *ctl = control_torctl(o->control);
	struct service *s;
	while (ctl && (s = services_held(o->services))) {
		char target[TOR_SOCKET_PATH_MAX + 1];
		u32 id;
		paths_link_socket(&o->cfg->paths, s->identity, target, sizeof target);
		err_t e = torctl_add_onion(ctl, &s->key, LINK_PORT, target, &id);
		if (e == OK) {
			service_asked(s, id);
			continue;
		}
		log_error("an onion service cannot be given to tor: %s", err_text(e));
		service_drop(s);
	}
	if (ctl)
		control_send(o->control);
}

static void on_service(struct onion *o, const struct ipc_service *m)
{
	struct onion_sec key;
	memcpy(key.b, m->key, sizeof key.b);
	err_t e = services_add(o->services, m->identity, &key);
	wipe(&key, sizeof key);
	if (e != OK)
		log_error("an onion service was refused: %s", err_text(e));
	hand_over(o);
}

static void on_service_gone(struct onion *o, u32 identity)
{
	struct service *s = services_of(o->services, identity);
	struct torctl *ctl = control_torctl(o->control);
	u32 id;
	if (!s)
		return;
	if (ctl && s->state != SERVICE_HELD && torctl_del_onion(ctl, s->address, &id) != OK)
		log_error("an onion service could not be ended");
	service_drop(s);
	if (ctl)
		control_send(o->control);
	state_published(&o->state, services_any_published(o->services), wall(o));
	tell_state(o);
}

/* Tor's answer to ADD_ONION. */
static void on_added(struct onion *o, u32 command, bool good, const char *address)
{
	struct service *s = services_by_command(o->services, command);
	if (!s)
		return;
	if (good && (!address || strcmp(address, s->address) == 0)) {
		s->state = SERVICE_THERE;
		return;
	}
	log_error("tor does not publish the onion service");
	state_trouble(&o->state, "Tor refused to publish our address.", wall(o));
	service_drop(s);
}

static void on_descriptor(struct onion *o, const struct torctl_event *ev)
{
	struct service *s = services_by_address(o->services, ev->hs_desc.address);
	if (!s || s->is_published || ev->hs_desc.action != TORCTL_HS_UPLOADED)
		return;
	s->is_published = true;
	state_published(&o->state, true, wall(o));
}

/* ---- the control connection ---- */

static void on_ready(void *arg)
{
	struct onion *o = arg;
	log_info("tor answers");
	state_ready(&o->state, wall(o));
	tell_state(o);
	hand_over(o);
}

static void on_refusal(struct onion *o, const struct torctl_event *ev)
{
	char text[160];
	if (ev->reply.code == 250)
		return;
	log_warn("tor says no to command %d: %d %s", (int)ev->command, ev->reply.code,
	         log_escape(text, sizeof text, ev->reply.text, strlen(ev->reply.text)));
	if (ev->command == TORCTL_ADD_ONION)
		on_added(o, ev->id, ev->reply.code == 550, NULL); /* 550: it is there already */
}

static void on_event(void *arg, const struct torctl_event *ev)
{
	struct onion *o = arg;
	struct onion_state before = o->state;
	char text[256];
	u32 id;
	switch (ev->type) {
	case TORCTL_REPLY: on_refusal(o, ev); break;
	case TORCTL_ONION_ADDED: on_added(o, ev->id, true, ev->onion_added); break;
	case TORCTL_HS_DESC: on_descriptor(o, ev); break;
	case TORCTL_LOG: log_warn("tor: %s", log_escape(text, sizeof text, ev->log.text, strlen(ev->log.text))); break;
	case TORCTL_CLOCK_JUMPED: /* after sleep: do not wait for the next stream to wake up */
		if (torctl_signal(control_torctl(o->control), TORCTL_SIGNAL_ACTIVE, &id) == OK)
			control_send(o->control);
		break;
	case TORCTL_VERSION:
	case TORCTL_BOOTSTRAP:
	case TORCTL_CIRCUIT:
	case TORCTL_CLOCK_SKEW: break;
	}
	state_event(&o->state, ev, wall(o));
	if (!state_is_same(&before, &o->state))
		tell_state(o);
}

static void on_slow(void *arg)
{
	struct onion *o = arg;
	log_warn("tor does not answer on its control socket");
	state_trouble(&o->state, "Tor was started but does not answer yet.", wall(o));
	tell_state(o);
}

/* Tor ends with its control connection, and the supervisor tells us when it has. A tor that does not end is not ours
 * any more: it ends with this process at the latest. */
static void on_lost(void *arg)
{
	const struct timeval tv = {.tv_sec = TOR_STOP_MS / 1000};
	struct onion *o = arg;
	log_warn("the control connection to tor is gone");
	services_lost(o->services);
	event_add(o->lost_timer, &tv);
}

static void on_lost_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	log_error("tor neither answers nor ends");
	leave(arg, 1);
}

/* ---- messages ---- */

static void on_tor_started(struct onion *o)
{
	static const struct control_handler events = {
		.ready = on_ready, .event = on_event, .slow = on_slow, .lost = on_lost};
	struct control_handler h = events;
	h.arg = o;
	event_del(o->lost_timer);
	control_free(o->control);
	services_lost(o->services);
	state_starting(&o->state, wall(o));
	tell_state(o);
	o->control = control_new(o->loop, o->cfg->env, &o->cfg->paths, &h);
}

static void on_tor_exited(struct onion *o, u32 status)
{
	event_del(o->lost_timer);
	o->control = control_free(o->control);
	services_lost(o->services);
	state_exited(&o->state, status, wall(o));
	tell_state(o);
}

static void on_message(struct onion *o, const struct ipc_msg *m)
{
	switch ((int)m->type) {
	case ipc_t_service: on_service(o, &m->service); break;
	case ipc_t_service_gone: on_service_gone(o, m->service_gone.identity); break;
	case ipc_t_tor_started: on_tor_started(o); break;
	case ipc_t_tor_exited: on_tor_exited(o, m->tor_exited.status); break;
	default: log_error("got %s, which is not for us", ipc_name(m->type)); break;
	}
}

static void drain(struct onion *o, struct ipc *from)
{
	struct ipc_msg m;
	err_t e;
	while ((e = ipc_recv(from, &m, NULL)) == OK) {
		on_message(o, &m);
		wipe(&m, sizeof m);
	}
	if (e != ERR_AGAIN) {
		log_error("a process we need is gone: %s", err_text(e));
		leave(o, 1);
	}
}

static void on_vault_in(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	(void)fd, (void)what;
	drain(o, o->vault);
}

static void on_vault_out(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	(void)fd, (void)what;
	if (ipc_flush(o->vault) != OK)
		leave(o, 1);
	else if (!ipc_is_pending(o->vault))
		event_del(o->vault_out);
}

static void on_supervisor_in(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	(void)fd, (void)what;
	drain(o, o->supervisor);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	leave(arg, 0);
}

/* ---- the role ---- */

static struct event *new_event(struct onion *o, int fd, short what, event_callback_fn fn, bool add)
{
	struct event *e = event_new(o->loop, fd, what, fn, o);
	if (!e || (add && event_add(e, NULL)))
		abort();
	return e;
}

static void set_up(struct onion *o)
{
	o->loop = event_base_new();
	o->services = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *o->services);
	if (!o->loop || !o->services)
		abort();
	memset(o->services, 0, sizeof *o->services);
	o->vault = ipc_new(ROLE_FD_VAULT, ROLE_VAULT, IPC_QUEUE);
	o->supervisor = ipc_new(ROLE_FD_SUPERVISOR, ROLE_SUPERVISOR, IPC_QUEUE);
	o->vault_in = new_event(o, ROLE_FD_VAULT, EV_READ | EV_PERSIST, on_vault_in, true);
	o->vault_out = new_event(o, ROLE_FD_VAULT, EV_WRITE | EV_PERSIST, on_vault_out, false);
	o->supervisor_in = new_event(o, ROLE_FD_SUPERVISOR, EV_READ | EV_PERSIST, on_supervisor_in, true);
	o->stop = new_event(o, role_stop_fd(), EV_READ | EV_PERSIST, on_stop, true);
	o->lost_timer = new_event(o, -1, 0, on_lost_timer, false);
}

static void tear_down(struct onion *o)
{
	control_free(o->control);
	event_free(o->vault_in);
	event_free(o->vault_out);
	event_free(o->supervisor_in);
	event_free(o->stop);
	event_free(o->lost_timer);
	ipc_free(o->vault);
	ipc_free(o->supervisor);
	event_base_free(o->loop);
	sodium_free(o->services);
}

/* Everything before the loop. */
static err_t start(struct onion *o)
{
	char why[256];
	err_t e = torfiles_write(o->cfg, getpid(), why, sizeof why);
	if (e != OK) {
		log_error("%s", why);
		state_failed(&o->state, why, wall(o));
		tell_state(o);
		return e;
	}
	TRY(role_confine(o->cfg));
	tell_state(o);
	return ipc_send(o->supervisor, &IPC_MSG(0, tor_run, ));
}

int onion_main(const struct role_config *cfg)
{
	struct onion o = {.cfg = cfg};
	umask(077);
	set_up(&o);
	state_starting(&o.state, wall(&o));
	err_t e = start(&o);
	if (e == OK && event_base_dispatch(o.loop) < 0)
		e = ERR_LOCAL_IO;
	int status = e == OK ? o.status : 1;
	tear_down(&o);
	return status;
}
