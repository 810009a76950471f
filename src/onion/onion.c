/* The role onion: tor's life. Writes its settings, has the supervisor start it, owns it over the control socket,
 * publishes onion services and tells the vault how tor is. */
#include <event2/event.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "onion/client_keys.h"
#include "onion/control_conn.h"
#include "onion/handover.h"
#include "onion/services.h"
#include "onion/state.h"
#include "onion/torfiles.h"
#include "onion/watchdog.h"
#include "onion/way.h"
#include "os/ipc.h"
#include "os/role.h"
#include "tor/torrc.h"

struct onion {
	const struct role_config *cfg;
	struct event_base *loop;
	struct ipc *vault, *supervisor;
	struct event *vault_in, *vault_out, *supervisor_in, *stop, *lost_timer, *due;
	struct control_conn *control; /* NULL while no tor runs */
	struct services *services;    /* guarded memory */
	struct client_keys keys;
	struct onion_state state;
	struct watchdog watchdog;
	struct healing healing;
	u64 whole_ms; /* since when tor's bootstrap is done, mono; 0: it is not */
	struct way way;
	bool may_connect; /* this tor was given the way */
	bool is_ending;   /* it was told to end, for another way */
	int status;
};

static u64 wall(const struct onion *o)
{
	return env_wall_ms(o->cfg->env);
}

static u64 mono(const struct onion *o)
{
	return env_mono_ms(o->cfg->env);
}

static void leave(struct onion *o, int status)
{
	o->status = status;
	event_base_loopbreak(o->loop);
}

static void tell(struct onion *o, const struct ipc_msg *m)
{
	if (ipc_send(o->vault, m) != OK) {
		log_error("the vault is gone");
		leave(o, 1);
	} else if (ipc_is_pending(o->vault)) {
		event_add(o->vault_out, NULL);
	}
}

static void tell_state(struct onion *o)
{
	const struct ipc_msg m = state_msg(&o->state);
	tell(o, &m);
}

/* ---- whether others can reach us ---- */

static bool is_whole(const struct onion *o)
{
	return o->whole_ms != 0 && control_torctl(o->control);
}

/* The next moment at which something is due. */
static void plan(struct onion *o)
{
	u64 now = mono(o), next = watchdog_deadline(&o->watchdog, now);
	if (is_whole(o))
		next = MIN(next, services_deadline(o->services, o->whole_ms, now));
	u64 ms = next > now ? next - now : 0;
	const struct timeval tv = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	if (next == HEAL_NEVER)
		event_del(o->due);
	else
		event_add(o->due, &tv);
}

/* Tells the vault what became different since `before`, and plans what follows. */
static void follow(struct onion *o, const struct onion_state *before)
{
	size_t lost, all = services_count(o->services, &lost);
	state_published(&o->state, services_any_good(o->services), wall(o));
	state_lost(&o->state, lost == 0 ? STATE_LOST_NONE : lost < all ? STATE_LOST_SOME : STATE_LOST_ALL, wall(o));
	bool still = is_whole(o) && services_are_still(o->services, o->whole_ms, mono(o));
	state_still(&o->state, still || watchdog_is_still(&o->watchdog, mono(o)), wall(o));
	if (!state_is_same(before, &o->state))
		tell_state(o);
	plan(o);
}

/* Tor ends, and the supervisor starts it again. One that does not end is killed with us. */
static void restart_tor(struct onion *o, const char *why)
{
	const struct timeval tv = {.tv_sec = TOR_STOP_MS / 1000};
	struct torctl *ctl = control_torctl(o->control);
	u32 id;
	log_warn("tor is started again: %s", why);
	state_restarts(&o->state, why, wall(o));
	watchdog_end(&o->watchdog);
	if (!ctl || torctl_signal(ctl, TORCTL_SIGNAL_SHUTDOWN, &id) != OK) {
		tell_state(o);
		leave(o, 1);
		return;
	}
	control_send(o->control);
	event_add(o->lost_timer, &tv);
}

/* Its key comes as a service does: see on_service(). */
static void publish_anew(struct onion *o, struct service *s)
{
	if (s->state != SERVICE_THERE)
		return;
	log_info("an onion service is published anew");
	s->is_wanted_anew = true;
	tell(o, &IPC_MSG(0, service_wanted, .identity = s->identity, .gate = (u8)s->gate));
}

static void take_step(struct onion *o, struct service *s, enum heal_step step)
{
	struct ipc_msg dial = IPC_MSG(0, self_dial);
	switch (step) {
	case HEAL_WAIT: break;
	case HEAL_DIAL:
		memcpy(dial.self_dial.onion, s->onion.b, sizeof dial.self_dial.onion);
		tell(o, &dial);
		break;
	case HEAL_PUBLISH: publish_anew(o, s); break;
	case HEAL_TOR: restart_tor(o, "Nobody can reach us at the moment. Tor is started again."); break;
	}
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	struct onion_state before = o->state;
	(void)fd, (void)what;
	if (watchdog_is_stuck(&o->watchdog, mono(o)))
		restart_tor(o, "Tor got no further for 10 minutes and is started again.");
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		struct service *s = &o->services->s[i];
		if (is_whole(o) && s->state == SERVICE_THERE)
			take_step(o, s, heal_next(&s->heal, &o->healing, mono(o)));
	}
	follow(o, &before);
}

static void on_self_result(struct onion *o, const struct ipc_self_result *m)
{
	struct onion_state before = o->state;
	struct service *s = services_by_onion(o->services, m->onion);
	bool known = m->how == SELF_REACHED || m->how == SELF_FAILED;
	if (!s)
		return;
	heal_dialled(&s->heal, &o->healing, o->cfg->env, known ? (enum self_dial)m->how : SELF_UNTRIED, mono(o));
	follow(o, &before);
}

/* What tor believes of its circuits may be old: it is told to look, and where it was gone for long it is not believed. */
static void on_woke(struct onion *o, const struct ipc_onion_woke *m)
{
	struct onion_state before = o->state;
	struct torctl *ctl = control_torctl(o->control);
	bool was_away = (m->why == WOKE_SLEPT || m->why == WOKE_FROZEN) && m->away_ms >= WAKE_PUBLISH_MS;
	u32 id;
	if (ctl && torctl_signal(ctl, TORCTL_SIGNAL_ACTIVE, &id) == OK)
		control_send(o->control);
	watchdog_woke(&o->watchdog, mono(o));
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		struct service *s = &o->services->s[i];
		if (s->state != SERVICE_THERE)
			continue;
		heal_woke(&s->heal, mono(o));
		if (was_away && is_whole(o))
			publish_anew(o, s);
	}
	follow(o, &before);
}

/* ---- services ---- */

/* Hands to tor what waits for it: the rest with its next answer. */
static void hand_over(struct onion *o)
{
	struct torctl *ctl =
		o->may_connect ? control_torctl(o->control) : NULL; /* first of all it needs to hear the way */
	if (!ctl)
		return;
	handover(ctl, &o->cfg->paths, o->services, &o->keys, mono(o));
	control_send(o->control);
}

static void on_service(struct onion *o, const struct ipc_service *m)
{
	struct onion_state before = o->state;
	struct onion_sec key;
	bool is_new = !services_of(o->services, m->identity, (enum gate)m->gate);
	memcpy(key.b, m->key, sizeof key.b);
	err_t e = services_add(o->services, m->identity, (enum gate)m->gate, &key, m->clients);
	wipe(&key, sizeof key);
	if (e != OK)
		log_error("an onion service was refused: %s", err_text(e));
	else if (is_new)
		heal_begin(&services_of(o->services, m->identity, (enum gate)m->gate)->heal, &o->healing, mono(o));
	hand_over(o);
	follow(o, &before);
}

static void end_service(struct onion *o, u32 identity, enum gate gate)
{
	struct service *s = services_of(o->services, identity, gate);
	struct torctl *ctl = control_torctl(o->control);
	u32 id;
	if (!s)
		return;
	if (ctl && (s->state != SERVICE_HELD || s->is_before) && torctl_del_onion(ctl, s->address, &id) != OK)
		log_error("an onion service could not be ended");
	service_drop(s);
}

static void on_service_gone(struct onion *o, const struct ipc_service_gone *m)
{
	struct onion_state before = o->state;
	if (m->gate != GATE_CONTACTS)
		end_service(o, m->identity, GATE_PUBLIC);
	if (m->gate != GATE_PUBLIC)
		end_service(o, m->identity, GATE_CONTACTS);
	if (m->gate == 0)
		client_keys_drop_all(&o->keys, m->identity);
	hand_over(o);
	follow(o, &before);
}

static void on_client_key(struct onion *o, const struct ipc_client_key *m)
{
	struct client_key one = {.contact = m->contact, .identity = m->identity};
	memcpy(one.onion.b, m->onion, sizeof one.onion.b);
	memcpy(one.key.b, m->key, sizeof one.key.b);
	client_keys_set(&o->keys, &one);
	wipe(&one, sizeof one);
	hand_over(o);
}

/* Tor's answer to ADD_ONION. */
static void on_added(struct onion *o, u32 command, bool good, const char *address)
{
	struct service *s = services_by_command(o->services, command);
	if (!s)
		return;
	if (good && (!address || strcmp(address, s->address) == 0)) {
		service_there(s);
		return;
	}
	if (!good && service_again(s)) {
		log_warn("this tor has no proof of work: strangers may flood the public address");
		hand_over(o);
		return;
	}
	log_error("tor does not publish the onion service");
	state_trouble(&o->state, "Tor refused to publish our address.", wall(o));
	service_drop(s);
}

static void on_descriptor(struct onion *o, const struct torctl_event *ev)
{
	struct service *s = services_by_address(o->services, ev->hs_desc.address);
	if (s && s->state == SERVICE_THERE && ev->hs_desc.action == TORCTL_HS_UPLOADED)
		heal_uploaded(&s->heal, o->cfg->env, mono(o));
}

static void on_bootstrap(struct onion *o, const struct torctl_event *ev)
{
	watchdog_progress(&o->watchdog, ev->bootstrap.progress, mono(o));
	if (ev->bootstrap.progress < 100)
		o->whole_ms = 0;
	else if (o->whole_ms == 0)
		o->whole_ms = mono(o);
}

/* ---- the way ---- */

/* Tells a tor that waits how it may connect, if it is known. */
static void go(struct onion *o)
{
	struct torctl *ctl = control_torctl(o->control);
	const char *why;
	if (!ctl)
		return;
	err_t e = way_take(&o->way, ctl, &why);
	o->may_connect = e == OK;
	if (e == OK)
		watchdog_begin(&o->watchdog, mono(o));
	else
		watchdog_end(&o->watchdog); /* it has nothing to do */
	if (e != OK && e != ERR_AGAIN)
		log_error("tor cannot connect: %s", err_text(e));
	state_hold(&o->state, e == OK ? NULL : why, wall(o));
	tell_state(o);
	if (e == OK)
		control_send(o->control);
	plan(o);
}

/* What a tor was once told is in all it does: for another way there is another tor, which begins with its network off. */
static void end_tor(struct onion *o)
{
	const struct timeval tv = {.tv_sec = TOR_STOP_MS / 1000};
	const struct torctl_option off = {"DisableNetwork", slice_str("1")};
	struct torctl *ctl = control_torctl(o->control);
	u32 id;
	o->is_ending = true;
	log_info("tor is started again: it has to connect in another way");
	event_add(o->lost_timer, &tv);
	if (torctl_setconf(ctl, &off, 1, &id) == OK && torctl_signal(ctl, TORCTL_SIGNAL_SHUTDOWN, &id) == OK)
		control_send(o->control);
	else
		leave(o, 1);
}

static void on_way(struct onion *o, const struct ipc_tor_way *m)
{
	err_t e;
	bool other = way_set(&o->way, m, &e);
	if (e != OK)
		log_error("the vault's bridges cannot be used: %s", err_text(e));
	if (!other)
		return;
	if (o->may_connect && control_torctl(o->control)) {
		end_tor(o);
		return;
	}
	go(o);
	hand_over(o);
}

/* ---- the control connection ---- */

static void on_ready(void *arg)
{
	struct onion *o = arg;
	log_info("tor answers");
	state_ready(&o->state, wall(o));
	go(o);
	hand_over(o);
	plan(o);
}

static void on_refusal(struct onion *o, const struct torctl_event *ev)
{
	char text[160];
	if (ev->reply.code / 10 == 25)
		return;
	log_warn("tor says no to command %d: %d %s", (int)ev->command, ev->reply.code,
	         log_escape(text, sizeof text, ev->reply.text, strlen(ev->reply.text)));
	if (ev->command == TORCTL_SETCONF) /* it stays off */
		state_hold(&o->state, "Tor did not take the way it was told to connect.", wall(o));
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
	case TORCTL_BOOTSTRAP: on_bootstrap(o, ev); break;
	case TORCTL_VERSION:
	case TORCTL_CIRCUIT:
	case TORCTL_CLOCK_SKEW: break;
	}
	if (ev->id)
		hand_over(o); /* tor has answered: there is room for another command */
	state_event(&o->state, ev, wall(o));
	follow(o, &before);
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
	client_keys_lost(&o->keys);
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
	o->may_connect = false;
	services_lost(o->services);
	client_keys_lost(&o->keys);
	watchdog_begin(&o->watchdog, mono(o));
	o->whole_ms = 0;
	state_starting(&o->state, wall(o));
	tell_state(o);
	plan(o);
	o->control = control_new(o->loop, o->cfg->env, &o->cfg->paths, &h);
}

static void on_tor_exited(struct onion *o, u32 status)
{
	event_del(o->lost_timer);
	o->control = control_free(o->control);
	o->may_connect = false;
	services_lost(o->services);
	client_keys_lost(&o->keys);
	watchdog_end(&o->watchdog);
	o->whole_ms = 0;
	plan(o);
	if (o->is_ending)
		state_starting(&o->state, wall(o));
	else
		state_exited(&o->state, status, wall(o));
	o->is_ending = false;
	tell_state(o);
}

static void on_message(struct onion *o, const struct ipc_msg *m)
{
	switch ((int)m->type) {
	case ipc_t_tor_way: on_way(o, &m->tor_way); break;
	case ipc_t_service: on_service(o, &m->service); break;
	case ipc_t_service_gone: on_service_gone(o, &m->service_gone); break;
	case ipc_t_client_key: on_client_key(o, &m->client_key); break;
	case ipc_t_client_key_gone:
		client_keys_drop(&o->keys, m->client_key_gone.contact);
		hand_over(o);
		break;
	case ipc_t_self_result: on_self_result(o, &m->self_result); break;
	case ipc_t_onion_woke: on_woke(o, &m->onion_woke); break;
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

static void on_in(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	(void)what;
	drain(o, fd == ROLE_FD_VAULT ? o->vault : o->supervisor);
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
	o->vault_in = new_event(o, ROLE_FD_VAULT, EV_READ | EV_PERSIST, on_in, true);
	o->vault_out = new_event(o, ROLE_FD_VAULT, EV_WRITE | EV_PERSIST, on_vault_out, false);
	o->supervisor_in = new_event(o, ROLE_FD_SUPERVISOR, EV_READ | EV_PERSIST, on_in, true);
	o->stop = new_event(o, role_stop_fd(), EV_READ | EV_PERSIST, on_stop, true);
	o->lost_timer = new_event(o, -1, 0, on_lost_timer, false);
	o->due = new_event(o, -1, 0, on_due, false);
}

static void tear_down(struct onion *o)
{
	control_free(o->control);
	event_free(o->vault_in);
	event_free(o->vault_out);
	event_free(o->supervisor_in);
	event_free(o->stop);
	event_free(o->lost_timer);
	event_free(o->due);
	ipc_free(o->vault);
	ipc_free(o->supervisor);
	event_base_free(o->loop);
	sodium_free(o->services);
	way_free(&o->way);
	client_keys_free(&o->keys);
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
	way_begin(&o->way);
	TRY(role_confine(o->cfg));
	TRY(ipc_send(o->vault, &IPC_MSG(0, tor_transports, .found = (u8)way_transports(&o->way))));
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
