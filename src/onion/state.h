/* What the user is told about tor: tor's own words and events folded into one state. Pure. */
#ifndef BOC_ONION_STATE_H
#define BOC_ONION_STATE_H

#include "tor/control.h"
#include "wire/ipc.h"

/* What was found out about our addresses by dialling them. */
enum state_lost {
	STATE_LOST_NONE,
	STATE_LOST_SOME,
	STATE_LOST_ALL,
};

struct onion_state {
	enum tor_phase phase;
	u8 progress;  /* percent of tor's bootstrap */
	u64 since_ms; /* when the phase began; wall clock */
	i64 skew_s;   /* our clock less the network's, 0: not known to differ */
	bool skew_is_sure;
	bool is_ready;     /* tor answers on its control socket */
	bool is_held;      /* it may not connect yet */
	bool is_published; /* the network knows our address */
	bool is_still;     /* at the same step for long */
	enum state_lost lost;
	char restart[161];          /* why tor is to be started again, a sentence; empty: nobody wants that */
	char tag[65], summary[257]; /* of the bootstrap, printable ASCII */
	char trouble[401];          /* what tor complains about, a sentence; empty: nothing */
	char last_error[257];       /* tor's last ERR line: mostly why it ends */
	char warning[513];          /* for the user: a sentence, or empty */
};

/* Tor is about to be started, or was started and does not answer yet. `now` is the wall clock, here and below. */
void state_starting(struct onion_state *s, u64 now);

/* Tor answers and does as we say. Always TOR_CONNECTING, so that everybody sees that a tor is new. */
void state_ready(struct onion_state *s, u64 now);

/* Tor ended; status as wait(2) gives it. */
void state_exited(struct onion_state *s, u32 status, u64 now);

/* Tor cannot even be started; why is a sentence. */
void state_failed(struct onion_state *s, const char *why, u64 now);

/* Tor is about to be ended, so that it is started again; why is a sentence, which is said until then. */
void state_restarts(struct onion_state *s, const char *why, u64 now);

/* Nobody can reach all, or some, of our addresses, and they are published again. */
void state_lost(struct onion_state *s, enum state_lost lost, u64 now);

/* Whether the step at which tor is takes long. The user is told which it is, unless tor said what is wrong. */
void state_still(struct onion_state *s, bool still, u64 now);

/* Tor answers and may not connect, why is a sentence; NULL: now it may. */
void state_hold(struct onion_state *s, const char *why, u64 now);

/* Something that tor cannot tell itself; a sentence. */
void state_trouble(struct onion_state *s, const char *sentence, u64 now);

/* Whether the network knows our address. */
void state_published(struct onion_state *s, bool published, u64 now);

/* An event of the control connection. Those that mean nothing to the user change nothing. */
void state_event(struct onion_state *s, const struct torctl_event *ev, u64 now);

/* Whether the user is told the same. */
bool state_is_same(const struct onion_state *a, const struct onion_state *b);

/* The state as a message; its slices borrow from s. */
struct ipc_msg state_msg(const struct onion_state *s);

#endif
