#include "onion/state.h"

#include <stdio.h>
#include <sys/wait.h>

#include "base/log.h"

/* Copies foreign text so that it can be shown. */
static void take(char *out, size_t cap, const char *text)
{
	log_escape(out, cap, text, strlen(text));
}

static void enter(struct onion_state *s, enum tor_phase phase, u64 now)
{
	if (s->phase == phase)
		return;
	s->phase = phase;
	s->since_ms = now;
}

static const char *step_of(const struct onion_state *s)
{
	/* tor's own percents (control-spec, bootstrap phases): to the first relay, the directory, the circuits */
	if (s->progress < 25)
		return "Still connecting to the first relay";
	return s->progress < 75 ? "Still loading the list of relays" : "Still building the first circuit";
}

/* What is to be said where tor itself has nothing to complain about. */
static void say_ours(struct onion_state *s)
{
	if (s->lost == STATE_LOST_ALL)
		take(s->warning, sizeof s->warning, "Nobody can reach us at the moment. Publishing our address again.");
	else if (s->lost == STATE_LOST_SOME)
		take(s->warning, sizeof s->warning,
		     "One of our addresses cannot be reached at the moment. Publishing it again.");
	else if (s->is_still && s->phase == TOR_CONNECTING && s->summary[0])
		snprintf(s->warning, sizeof s->warning, "%s (tor's words: %s).", step_of(s), s->summary);
	else if (s->is_still && s->phase == TOR_CONNECTING)
		snprintf(s->warning, sizeof s->warning, "%s.", step_of(s));
	else if (s->is_still && s->phase == TOR_PUBLISHING)
		take(s->warning, sizeof s->warning, "Still publishing our address: no directory has taken it yet.");
	else
		s->warning[0] = 0;
}

/* The phase and the warning that follow from everything else. */
static void settle(struct onion_state *s, u64 now)
{
	if (s->is_ready && s->is_held)
		enter(s, TOR_WAITING, now);
	else if (s->is_ready && s->progress < 100)
		enter(s, TOR_CONNECTING, now);
	else if (s->is_ready)
		enter(s, s->is_published ? TOR_REACHABLE : TOR_PUBLISHING, now);
	if (s->skew_s != 0 && s->skew_is_sure) {
		i64 off = s->skew_s < 0 ? -s->skew_s : s->skew_s;
		snprintf(s->warning, sizeof s->warning,
		         "The clock of this computer is %lld %s %s. Tor cannot work until it is right.",
		         (long long)(off >= 7200  ? off / 3600
		                     : off >= 120 ? off / 60
		                                  : off),
		         off >= 7200  ? "hours"
		         : off >= 120 ? "minutes"
		                      : "seconds",
		         s->skew_s < 0 ? "slow" : "fast");
	} else if (s->restart[0] || s->trouble[0]) {
		snprintf(s->warning, sizeof s->warning, "%s", s->restart[0] ? s->restart : s->trouble);
	} else {
		say_ours(s);
	}
}

/* What belongs to one life of tor. */
static void forget(struct onion_state *s)
{
	s->is_ready = s->is_held = s->is_published = s->is_still = s->skew_is_sure = false;
	s->lost = STATE_LOST_NONE;
	s->skew_s = 0;
	s->progress = 0;
	s->tag[0] = s->summary[0] = s->trouble[0] = s->restart[0] = 0;
}

void state_starting(struct onion_state *s, u64 now)
{
	forget(s);
	s->last_error[0] = 0;
	enter(s, TOR_STARTING, now);
	settle(s, now);
}

void state_ready(struct onion_state *s, u64 now)
{
	forget(s);
	s->is_ready = true;
	settle(s, now);
}

void state_exited(struct onion_state *s, u32 status, u64 now)
{
	char how[64];
	int st = (int)status;
	if (WIFSIGNALED(st))
		snprintf(how, sizeof how, "killed by signal %d", WTERMSIG(st));
	else
		snprintf(how, sizeof how, "exit status %d", WEXITSTATUS(st));
	if (s->restart[0])
		snprintf(s->trouble, sizeof s->trouble, "%s", s->restart);
	else
		snprintf(s->trouble, sizeof s->trouble, "Tor ended (%s) and is started again. %.200s", how,
		         s->last_error);
	size_t n = strlen(s->trouble);
	if (s->trouble[n - 1] == ' ')
		s->trouble[n - 1] = 0;
	char said[sizeof s->trouble];
	memcpy(said, s->trouble, sizeof said);
	forget(s);
	memcpy(s->trouble, said, sizeof said);
	enter(s, TOR_DOWN, now);
	settle(s, now);
}

void state_failed(struct onion_state *s, const char *why, u64 now)
{
	forget(s);
	enter(s, TOR_DOWN, now);
	state_trouble(s, why, now);
}

void state_restarts(struct onion_state *s, const char *why, u64 now)
{
	take(s->restart, sizeof s->restart, why);
	settle(s, now);
}

void state_lost(struct onion_state *s, enum state_lost lost, u64 now)
{
	s->lost = lost;
	settle(s, now);
}

void state_still(struct onion_state *s, bool still, u64 now)
{
	s->is_still = still;
	settle(s, now);
}

void state_hold(struct onion_state *s, const char *why, u64 now)
{
	s->is_held = why != NULL;
	s->progress = 0;
	s->tag[0] = 0;
	take(s->summary, sizeof s->summary, why ? why : "");
	settle(s, now);
}

void state_trouble(struct onion_state *s, const char *sentence, u64 now)
{
	take(s->trouble, sizeof s->trouble, sentence);
	settle(s, now);
}

void state_published(struct onion_state *s, bool published, u64 now)
{
	if (published && !s->is_published)
		s->trouble[0] = 0;
	s->is_published = published;
	settle(s, now);
}

static void on_bootstrap(struct onion_state *s, const struct torctl_event *ev)
{
	if (s->is_held)
		return; /* of a tor that is not to connect it says that it began to */
	bool moved = ev->bootstrap.progress > s->progress;
	s->progress = (u8)MIN(MAX(ev->bootstrap.progress, 0), 100);
	take(s->tag, sizeof s->tag, ev->bootstrap.tag);
	take(s->summary, sizeof s->summary, ev->bootstrap.summary);
	if (ev->bootstrap.warning && ev->bootstrap.recommend_warn) {
		char problem[160], reason[40];
		take(problem, sizeof problem, ev->bootstrap.problem);
		take(reason, sizeof reason, ev->bootstrap.reason);
		snprintf(s->trouble, sizeof s->trouble, "Tor has trouble to connect: %s (%s).", problem, reason);
	} else if (moved && !ev->bootstrap.warning) {
		s->trouble[0] = 0;
	}
}

void state_event(struct onion_state *s, const struct torctl_event *ev, u64 now)
{
	switch (ev->type) {
	case TORCTL_BOOTSTRAP: on_bootstrap(s, ev); break;
	case TORCTL_CLOCK_SKEW:
		if (!ev->clock_skew.trusted && s->skew_is_sure)
			break;
		s->skew_s = ev->clock_skew.seconds;
		s->skew_is_sure = ev->clock_skew.trusted;
		break;
	case TORCTL_CLOCK_JUMPED:
		s->skew_s = 0;
		s->skew_is_sure = false;
		break;
	case TORCTL_LOG:
		if (ev->log.error)
			take(s->last_error, sizeof s->last_error, ev->log.text);
		break;
	case TORCTL_VERSION: {
		char text[TOR_VERSION_TEXT];
		const struct tor_version least = TOR_VERSION_MIN;
		if (tor_version_cmp(&ev->version.number, &least) < 0)
			snprintf(s->trouble, sizeof s->trouble, "This tor is too old: at least version %s is needed.",
			         tor_version_text(&least, text));
		break;
	}
	case TORCTL_REPLY:
	case TORCTL_ONION_ADDED:
	case TORCTL_CIRCUIT:
	case TORCTL_HS_DESC: break;
	}
	settle(s, now);
}

struct ipc_msg state_msg(const struct onion_state *s)
{
	i64 skew = MIN(MAX(s->skew_s, (i64)INT32_MIN), (i64)INT32_MAX);
	return IPC_MSG(0, tor_state, .phase = (u8)s->phase, .progress = s->progress, .since_ms = s->since_ms,
	               .skew_s = (u32)(int32_t)skew, .tag = slice_str(s->tag), .summary = slice_str(s->summary),
	               .warning = slice_str(s->warning));
}

bool state_is_same(const struct onion_state *a, const struct onion_state *b)
{
	const struct ipc_tor_state x = state_msg(a).tor_state, y = state_msg(b).tor_state;
	return x.phase == y.phase && x.progress == y.progress && x.since_ms == y.since_ms && x.skew_s == y.skew_s &&
	       slice_eq(x.tag, y.tag) && slice_eq(x.summary, y.summary) && slice_eq(x.warning, y.warning);
}
