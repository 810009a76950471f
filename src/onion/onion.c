/* The role onion: writes tor's settings, has the supervisor start it, publishes onion services, sees to it that others can
 * reach them, and tells the vault how tor is. */
#include "onion/onion.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "onion/torfiles.h"

void onion_leave(struct onion *o, int status)
{
	o->status = status;
	event_base_loopbreak(o->loop);
}

void onion_tell(struct onion *o, const struct ipc_msg *m)
{
	if (ipc_send(o->vault, m) != OK) {
		log_error("the vault is gone");
		onion_leave(o, 1);
	} else if (ipc_is_pending(o->vault)) {
		event_add(o->vault_out, NULL);
	}
}

void onion_tell_state(struct onion *o)
{
	const struct ipc_msg m = state_msg(&o->state);
	onion_tell(o, &m);
}

/* ---- whether others can reach us ---- */

static bool is_whole(const struct onion *o)
{
	return o->whole_ms != 0 && control_torctl(o->control);
}

void onion_plan(struct onion *o)
{
	u64 now = onion_mono(o), next = watchdog_deadline(&o->watchdog, now);
	if (is_whole(o))
		next = MIN(next, services_deadline(o->services, o->whole_ms, now));
	u64 ms = next > now ? next - now : 0;
	const struct timeval tv = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
	if (next == HEAL_NEVER)
		event_del(o->due);
	else
		event_add(o->due, &tv);
}

void onion_follow(struct onion *o, const struct onion_state *before)
{
	size_t lost, all = services_count(o->services, &lost);
	state_published(&o->state, services_any_good(o->services), onion_wall(o));
	state_lost(&o->state,
	           lost == 0    ? STATE_LOST_NONE
	           : lost < all ? STATE_LOST_SOME
	                        : STATE_LOST_ALL,
	           onion_wall(o));
	bool still = is_whole(o) && services_are_still(o->services, o->whole_ms, onion_mono(o));
	state_still(&o->state, still || watchdog_is_still(&o->watchdog, onion_mono(o)), onion_wall(o));
	if (!state_is_same(before, &o->state))
		onion_tell_state(o);
	onion_plan(o);
}

/* Its key comes as a service does: see on_service(). */
static void publish_anew(struct onion *o, struct service *s)
{
	if (s->state != SERVICE_THERE)
		return;
	log_info("an onion service is published anew");
	s->is_wanted_anew = true;
	onion_tell(o, &IPC_MSG(0, service_wanted, .identity = s->identity, .gate = (u8)s->gate));
}

static void take_step(struct onion *o, struct service *s, enum heal_step step)
{
	struct ipc_msg dial = IPC_MSG(0, self_dial);
	switch (step) {
	case HEAL_WAIT: break;
	case HEAL_DIAL:
		memcpy(dial.self_dial.onion, s->onion.b, sizeof dial.self_dial.onion);
		onion_tell(o, &dial);
		break;
	case HEAL_PUBLISH: publish_anew(o, s); break;
	case HEAL_TOR: tor_life_restart(o, "Nobody can reach us at the moment. Tor is started again."); break;
	}
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	struct onion_state before = o->state;
	(void)fd, (void)what;
	if (watchdog_is_stuck(&o->watchdog, onion_mono(o)))
		tor_life_restart(o, "Tor got no further for 10 minutes and is started again.");
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		struct service *s = &o->services->s[i];
		if (is_whole(o) && s->state == SERVICE_THERE)
			take_step(o, s, heal_next(&s->heal, &o->healing, onion_mono(o)));
	}
	onion_follow(o, &before);
}

static void on_self_result(struct onion *o, const struct ipc_self_result *m)
{
	struct onion_state before = o->state;
	struct service *s = services_by_onion(o->services, m->onion);
	bool known = m->how == SELF_REACHED || m->how == SELF_FAILED;
	if (!s)
		return;
	heal_dialled(&s->heal, &o->healing, o->cfg->env, known ? (enum self_dial)m->how : SELF_UNTRIED, onion_mono(o));
	onion_follow(o, &before);
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
	watchdog_woke(&o->watchdog, onion_mono(o));
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		struct service *s = &o->services->s[i];
		if (s->state != SERVICE_THERE)
			continue;
		heal_woke(&s->heal, onion_mono(o));
		if (was_away && is_whole(o))
			publish_anew(o, s);
	}
	onion_follow(o, &before);
}

/* ---- services ---- */

void onion_hand_over(struct onion *o)
{
	struct torctl *ctl =
		o->may_connect ? control_torctl(o->control) : NULL; /* first of all it needs to hear the way */
	if (!ctl)
		return;
	handover(ctl, &o->to, o->services, &o->keys, onion_mono(o));
	control_send(o->control);
}

static void on_service(struct onion *o, const struct ipc_service *m)
{
	struct onion_state before = o->state;
	struct onion_sec key;
	bool is_new = !services_of(o->services, m->identity, (enum gate)m->gate);
	if (m->slot >= LINK_SLOTS) {
		log_error("an onion service without a place was refused");
		return;
	}
	memcpy(key.b, m->key, sizeof key.b);
	err_t e = services_add(o->services, m->identity, (enum gate)m->gate, &key, m->clients);
	wipe(&key, sizeof key);
	if (e != OK)
		log_error("an onion service was refused: %s", err_text(e));
	else if (is_new)
		heal_begin(&services_of(o->services, m->identity, (enum gate)m->gate)->heal, &o->healing,
		           onion_mono(o));
	if (e == OK)
		services_of(o->services, m->identity, (enum gate)m->gate)->slot = m->slot;
	onion_hand_over(o);
	onion_follow(o, &before);
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
	onion_hand_over(o);
	onion_follow(o, &before);
}

static void on_client_key(struct onion *o, const struct ipc_client_key *m)
{
	struct client_key one = {.contact = m->contact, .identity = m->identity};
	memcpy(one.onion.b, m->onion, sizeof one.onion.b);
	memcpy(one.key.b, m->key, sizeof one.key.b);
	client_keys_set(&o->keys, &one);
	wipe(&one, sizeof one);
	onion_hand_over(o);
}

/* ---- messages ---- */

static void on_message(struct onion *o, const struct ipc_msg *m)
{
	switch ((int)m->type) {
	case ipc_t_tor_way: tor_life_way(o, &m->tor_way); break;
	case ipc_t_service: on_service(o, &m->service); break;
	case ipc_t_service_gone: on_service_gone(o, &m->service_gone); break;
	case ipc_t_client_key: on_client_key(o, &m->client_key); break;
	case ipc_t_client_key_gone:
		client_keys_drop(&o->keys, m->client_key_gone.contact);
		onion_hand_over(o);
		break;
	case ipc_t_self_result: on_self_result(o, &m->self_result); break;
	case ipc_t_onion_woke: on_woke(o, &m->onion_woke); break;
	case ipc_t_tor_started: tor_life_started(o); break;
	case ipc_t_tor_system: tor_life_use_system(o, m->tor_system.ports); break;
	case ipc_t_tor_exited: tor_life_exited(o, m->tor_exited.status); break;
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
		onion_leave(o, 1);
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
		onion_leave(o, 1);
	else if (!ipc_is_pending(o->vault))
		event_del(o->vault_out);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	struct onion *o = arg;
	(void)fd, (void)what;
	event_del(o->stop);
	if (!tor_life_part(o))
		onion_leave(o, 0);
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
	o->lost_timer = new_event(o, -1, 0, tor_life_on_timer, false);
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
	bool own = paths_has_own_tor(&o->cfg->paths);
	err_t e = own ? torfiles_write(o->cfg, getpid(), why, sizeof why) : OK;
	if (e != OK) {
		log_error("%s", why);
		state_failed(&o->state, why, onion_wall(o));
		onion_tell_state(o);
		return e;
	}
	if (own)
		way_begin(&o->way);
	TRY(role_confine(o->cfg));
	TRY(ipc_send(o->vault, &IPC_MSG(0, tor_transports, .found = (u8)way_transports(&o->way), .system = !own)));
	onion_tell_state(o);
	return ipc_send(o->supervisor, &IPC_MSG(0, tor_run, ));
}

int onion_main(const struct role_config *cfg)
{
	struct onion o = {
		.cfg = cfg, .to = {.paths = &cfg->paths}, .healing = {.is_foreign = !paths_has_own_tor(&cfg->paths)}};
	umask(077);
	set_up(&o);
	state_starting(&o.state, onion_wall(&o));
	err_t e = start(&o);
	if (e == OK && event_base_dispatch(o.loop) < 0)
		e = ERR_LOCAL_IO;
	int status = e == OK ? o.status : 1;
	tear_down(&o);
	return status;
}
