/* What the files of onion share: the role's one state. Everything runs in one event loop; nothing here blocks. */
#ifndef BOC_ONION_ONION_H
#define BOC_ONION_ONION_H

#include <event2/event.h>

#include "onion/client_keys.h"
#include "onion/control_conn.h"
#include "onion/handover.h"
#include "onion/services.h"
#include "onion/state.h"
#include "onion/watchdog.h"
#include "onion/way.h"
#include "os/ipc.h"
#include "os/role.h"

struct onion {
	const struct role_config *cfg;
	struct event_base *loop;
	struct ipc *vault, *supervisor;
	struct event *vault_in, *vault_out, *supervisor_in, *stop, *lost_timer, *due;
	struct control_conn *control; /* NULL while no tor runs */
	struct services *services;    /* guarded memory */
	struct client_keys keys;
	struct handover_to to;
	struct onion_state state;
	struct watchdog watchdog;
	struct healing healing; /* is_foreign: the system's tor */
	u64 whole_ms;           /* since when tor's bootstrap is done, mono; 0: it is not */
	struct way way;
	bool may_connect; /* this tor was given the way */
	bool is_ending;   /* it was told to end, for another way */
	bool is_parting;  /* we end, and take back what a tor that is not ours was told */
	int status;
};

static inline u64 onion_wall(const struct onion *o)
{
	return env_wall_ms(o->cfg->env);
}

static inline u64 onion_mono(const struct onion *o)
{
	return env_mono_ms(o->cfg->env);
}

static inline bool onion_is_foreign(const struct onion *o)
{
	return !paths_has_own_tor(&o->cfg->paths);
}

/* Ends the loop and the process with it. */
void onion_leave(struct onion *o, int status);

/* To the vault. */
void onion_tell(struct onion *o, const struct ipc_msg *m);
void onion_tell_state(struct onion *o);

/* Sets the timer for what is due next; likewise, after telling the vault what became different since `before`. */
void onion_plan(struct onion *o);
void onion_follow(struct onion *o, const struct onion_state *before);

/* Hands to tor what waits for it: the rest with its next answer. */
void onion_hand_over(struct onion *o);

/* ---- tor_life.c: one tor, from its start to its end ---- */

/* Ours was started, or has ended; status as wait(2) gives it. */
void tor_life_started(struct onion *o);
void tor_life_exited(struct onion *o, u32 status);

/* The system's is to be used. ports: as in the message. */
void tor_life_use_system(struct onion *o, struct slice ports);

/* How it may connect. */
void tor_life_way(struct onion *o, const struct ipc_tor_way *m);

/* It ends, and the supervisor starts it again; why is a sentence. One that does not end is killed with us. A tor of ours only. */
void tor_life_restart(struct onion *o, const char *why);

/* We are about to end. False: at once. */
bool tor_life_part(struct onion *o);

/* The event of o->lost_timer. */
void tor_life_on_timer(evutil_socket_t fd, short what, void *arg);

#endif
