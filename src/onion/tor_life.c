/* One tor, from its start to its end: how it may connect, what it says, and what is done when it goes. The system's tor
 * (docs/decisions/0016) is neither told how to connect nor ended; when it is gone, we wait for it. */
#include "base/limits.h"
#include "base/log.h"
#include "onion/onion.h"

#define SYSTEM_SILENT "The system's Tor does not answer, or does not let us in."

void tor_life_restart(struct onion *o, const char *why)
{
	const struct timeval tv = {.tv_sec = TOR_STOP_MS / 1000};
	struct torctl *ctl = control_torctl(o->control);
	u32 id;
	log_warn("tor is started again: %s", why);
	state_restarts(&o->state, why, onion_wall(o));
	watchdog_end(&o->watchdog);
	if (!ctl || torctl_signal(ctl, TORCTL_SIGNAL_SHUTDOWN, &id) != OK) {
		onion_tell_state(o);
		onion_leave(o, 1);
		return;
	}
	control_send(o->control);
	event_add(o->lost_timer, &tv);
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
		onion_hand_over(o);
		return;
	}
	log_error("tor does not publish the onion service");
	state_trouble(&o->state, "Tor refused to publish our address.", onion_wall(o));
	service_drop(s);
}

static void on_descriptor(struct onion *o, const struct torctl_event *ev)
{
	struct service *s = services_by_address(o->services, ev->hs_desc.address);
	if (s && s->state == SERVICE_THERE && ev->hs_desc.action == TORCTL_HS_UPLOADED)
		heal_uploaded(&s->heal, o->cfg->env, onion_mono(o));
}

static void on_bootstrap(struct onion *o, const struct torctl_event *ev)
{
	watchdog_progress(&o->watchdog, ev->bootstrap.progress, onion_mono(o));
	if (ev->bootstrap.progress < 100)
		o->whole_ms = 0;
	else if (o->whole_ms == 0)
		o->whole_ms = onion_mono(o);
}

/* ---- the way ---- */

/* Tells a tor that waits how it may connect, if it is known. */
static void go(struct onion *o)
{
	struct torctl *ctl = control_torctl(o->control);
	const char *why;
	if (!ctl)
		return;
	/* Nothing is said to one that is not ours. */
	err_t e = onion_is_foreign(o) ? OK : way_take(&o->way, ctl, &why);
	o->may_connect = e == OK;
	if (e == OK)
		watchdog_begin(&o->watchdog, onion_is_foreign(o), onion_mono(o));
	else
		watchdog_end(&o->watchdog); /* it has nothing to do */
	if (e != OK && e != ERR_AGAIN)
		log_error("tor cannot connect: %s", err_text(e));
	state_hold(&o->state, e == OK ? NULL : why, onion_wall(o));
	onion_tell_state(o);
	if (e == OK)
		control_send(o->control);
	onion_plan(o);
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
		onion_leave(o, 1);
}

void tor_life_way(struct onion *o, const struct ipc_tor_way *m)
{
	err_t e;
	if (onion_is_foreign(o))
		return;
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
	onion_hand_over(o);
}

/* ---- the control connection ---- */

static void on_ready(void *arg)
{
	struct onion *o = arg;
	log_info("tor answers");
	state_ready(&o->state, onion_wall(o));
	go(o);
	onion_hand_over(o);
	onion_plan(o);
}

static void on_refusal(struct onion *o, const struct torctl_event *ev)
{
	char text[160];
	if (ev->reply.code / 10 == 25)
		return;
	log_warn("tor says no to command %d: %d %s", (int)ev->command, ev->reply.code,
	         log_escape(text, sizeof text, ev->reply.text, strlen(ev->reply.text)));
	if (ev->command == TORCTL_SETCONF) /* it stays off */
		state_hold(&o->state, "Tor did not take the way it was told to connect.", onion_wall(o));
	bool is_there = ev->command == TORCTL_ADD_ONION && ev->reply.code == 550;
	struct service *s = is_there && onion_is_foreign(o) ? services_by_command(o->services, ev->id) : NULL;
	if (ev->command == TORCTL_ADD_ONION)
		on_added(o, ev->id, is_there, NULL);
	if (s) /* of a connection of ours that tor has not seen end yet: once it has, dialling finds out and it is added anew */
		heal_published_anew(&s->heal, onion_mono(o));
}

/* The rest is said when tor has answered what went before. */
static void part_on(struct onion *o)
{
	struct torctl *ctl = control_torctl(o->control);
	if (!ctl || (!client_keys_gone(&o->keys) && torctl_is_idle(ctl)))
		onion_leave(o, 0);
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
		onion_hand_over(o); /* tor has answered: there is room for another command */
	if (o->is_parting) {
		part_on(o);
		return;
	}
	state_event(&o->state, ev, onion_wall(o));
	onion_follow(o, &before);
}

static void on_slow(void *arg)
{
	struct onion *o = arg;
	log_warn("tor does not answer on its control socket");
	if (onion_is_foreign(o))
		state_failed(&o->state, SYSTEM_SILENT, onion_wall(o));
	else
		state_trouble(&o->state, "Tor was started but does not answer yet.", onion_wall(o));
	onion_tell_state(o);
}

/* Whatever that tor knew is gone. */
static void forget_tor(struct onion *o)
{
	o->may_connect = false;
	services_lost(o->services);
	client_keys_lost(&o->keys);
	watchdog_end(&o->watchdog);
	o->whole_ms = 0;
	onion_plan(o);
}

/* Ours ends with its control connection, and the supervisor tells us when it has. A tor that does not end is not ours
 * any more: it ends with this process at the latest. For the system's we begin to wait, as soon as this call has returned. */
static void on_lost(void *arg)
{
	struct onion *o = arg;
	bool foreign = onion_is_foreign(o);
	const struct timeval tv = {.tv_sec = foreign ? 0 : TOR_STOP_MS / 1000};
	log_warn("the control connection to tor is gone");
	forget_tor(o);
	event_add(o->lost_timer, &tv);
	if (!foreign)
		return;
	state_failed(&o->state, SYSTEM_SILENT, onion_wall(o));
	onion_tell_state(o);
}

static void connect_anew(struct onion *o)
{
	static const struct control_handler events = {
		.ready = on_ready, .event = on_event, .slow = on_slow, .lost = on_lost};
	struct control_handler h = events;
	h.arg = o;
	control_free(o->control);
	o->control = control_new(o->loop, o->cfg->env, &o->cfg->paths, &h);
}

void tor_life_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	(void)fd, (void)what;
	if (o->is_parting) {
		log_warn("tor did not take back all client keys");
		onion_leave(o, 0);
	} else if (onion_is_foreign(o)) {
		connect_anew(o);
	} else {
		log_error("tor neither answers nor ends");
		onion_leave(o, 1);
	}
}

void tor_life_started(struct onion *o)
{
	event_del(o->lost_timer);
	forget_tor(o);
	watchdog_begin(&o->watchdog, false, onion_mono(o));
	state_starting(&o->state, onion_wall(o));
	onion_tell_state(o);
	onion_plan(o);
	connect_anew(o);
}

void tor_life_use_system(struct onion *o, struct slice ports)
{
	if (!onion_is_foreign(o) || ports.n != 2 * ARRAY_LEN(o->to.ports)) {
		log_error("the supervisor speaks of another tor than ours");
		onion_leave(o, 1);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(o->to.ports); i++)
		o->to.ports[i] = (u16)(ports.p[2 * i] << 8 | ports.p[2 * i + 1]);
	connect_anew(o);
}

bool tor_life_part(struct onion *o)
{
	const struct timeval tv = {.tv_usec = CONTROL_PART_MS * 1000};
	struct torctl *ctl = control_torctl(o->control);
	if (!onion_is_foreign(o) || !ctl)
		return false;
	event_del(o->vault_in);
	event_del(o->supervisor_in);
	client_keys_drop_everything(&o->keys);
	o->is_parting = true;
	event_add(o->lost_timer, &tv);
	onion_hand_over(o);
	part_on(o);
	return true;
}

void tor_life_exited(struct onion *o, u32 status)
{
	event_del(o->lost_timer);
	o->control = control_free(o->control);
	forget_tor(o);
	if (o->is_ending)
		state_starting(&o->state, onion_wall(o));
	else
		state_exited(&o->state, status, onion_wall(o));
	o->is_ending = false;
	onion_tell_state(o);
}
