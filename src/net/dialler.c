#include "net/dialler.h"

#include <stdlib.h>

#include "base/limits.h"

enum stage { STAGE_WAITING = 1, STAGE_DIALLING, STAGE_HANDSHAKE };

struct entry {
	u64 contact;
	enum stage stage;
	bool want;
	bool doubted; /* the last answer was doubtful, this is the one time again */
	bool hurried; /* somebody waits for this dial, or for the next */
	unsigned links, quiet;
	u64 seen_ms; /* wall clock */
	u64 due_ms;
	u64 dialled_ms; /* when the dial began that is under way */
	u64 backoff_ms; /* what the next failure costs; 0: the minimum */
	u64 up_ms;      /* since when there is a link */
};

struct dialler {
	const struct env *env; /* borrowed */
	struct entry *entries; /* owned */
	size_t count, room;
	unsigned dialling;
	bool tor_up;
};

struct dialler *dialler_new(const struct env *env)
{
	struct dialler *d = calloc(1, sizeof *d);
	if (!d)
		abort();
	d->env = env;
	return d;
}

struct dialler *dialler_free(struct dialler *d)
{
	if (d)
		free(d->entries);
	free(d);
	return NULL;
}

static struct entry *find(const struct dialler *d, u64 contact)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->entries[i].contact == contact)
			return &d->entries[i];
	}
	return NULL;
}

static struct entry *add(struct dialler *d, u64 contact)
{
	if (d->count == d->room) {
		d->room = d->room ? 2 * d->room : 16;
		d->entries = realloc(d->entries, d->room * sizeof *d->entries);
		if (!d->entries)
			abort();
	}
	struct entry *e = &d->entries[d->count++];
	*e = (struct entry){.contact = contact, .stage = STAGE_WAITING};
	return e;
}

static void leave_stage(struct dialler *d, struct entry *e)
{
	if (e->stage == STAGE_DIALLING)
		d->dialling--;
	e->stage = STAGE_WAITING;
}

void dialler_know(struct dialler *d, u64 contact, bool want, u64 seen_ms, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e)
		e = add(d, contact);
	if (want && !e->want) {
		e->backoff_ms = 0;
		e->due_ms = now;
	}
	e->want = want;
	e->seen_ms = MAX(e->seen_ms, seen_ms);
}

void dialler_forget(struct dialler *d, u64 contact)
{
	struct entry *e = find(d, contact);
	if (!e)
		return;
	leave_stage(d, e);
	*e = d->entries[--d->count];
}

void dialler_wake(struct dialler *d, u64 now)
{
	for (size_t i = 0; i < d->count; i++) {
		d->entries[i].backoff_ms = 0;
		d->entries[i].due_ms = MIN(d->entries[i].due_ms, now);
	}
}

void dialler_tor(struct dialler *d, bool up, u64 now)
{
	if (up && !d->tor_up)
		dialler_wake(d, now);
	d->tor_up = up;
}

void dialler_hurry(struct dialler *d, u64 contact)
{
	struct entry *e = find(d, contact);
	if (!e)
		return;
	e->hurried = true;
	e->backoff_ms = 0;
	e->due_ms = 0;
}

static bool is_waiting(const struct entry *e)
{
	return e->want && e->links == e->quiet && e->stage == STAGE_WAITING;
}

/* Whether a comes before b, both being due. */
static bool is_before(const struct entry *a, const struct entry *b)
{
	if (a->hurried != b->hurried)
		return a->hurried;
	return a->seen_ms != b->seen_ms ? a->seen_ms > b->seen_ms : a->due_ms < b->due_ms;
}

/* Of those that are due now; NULL: nobody is. */
static struct entry *first_due(const struct dialler *d, u64 now)
{
	struct entry *best = NULL;
	for (size_t i = 0; d->tor_up && i < d->count; i++) {
		struct entry *e = &d->entries[i];
		if (is_waiting(e) && e->due_ms <= now && (!best || is_before(e, best)))
			best = e;
	}
	return best;
}

bool dialler_next(struct dialler *d, u64 now, u64 *ret_contact)
{
	struct entry *e = d->dialling < MAX_DIALS ? first_due(d, now) : NULL;
	if (!e)
		return false;
	e->stage = STAGE_DIALLING;
	e->dialled_ms = now;
	d->dialling++;
	*ret_contact = e->contact;
	return true;
}

bool dialler_victim(const struct dialler *d, u64 now, u64 *ret_contact)
{
	const struct entry *best = NULL, *waits = first_due(d, now);
	if (d->dialling < MAX_DIALS || !waits || !waits->hurried)
		return false;
	for (size_t i = 0; i < d->count; i++) {
		const struct entry *e = &d->entries[i];
		if (e->stage == STAGE_DIALLING && !e->hurried && (!best || e->dialled_ms < best->dialled_ms))
			best = e;
	}
	if (best)
		*ret_contact = best->contact;
	return best != NULL;
}

bool dialler_is_hurried(const struct dialler *d, u64 contact)
{
	const struct entry *e = find(d, contact);
	return e && e->hurried;
}

u64 dialler_deadline(const struct dialler *d)
{
	u64 due = DIALLER_NEVER;
	for (size_t i = 0; d->tor_up && d->dialling < MAX_DIALS && i < d->count; i++)
		if (is_waiting(&d->entries[i]))
			due = MIN(due, d->entries[i].due_ms);
	return due;
}

void dialler_connected(struct dialler *d, u64 contact)
{
	struct entry *e = find(d, contact);
	if (!e || e->stage != STAGE_DIALLING)
		return;
	leave_stage(d, e);
	e->stage = STAGE_HANDSHAKE;
}

/* A number below n, near enough to even. */
static u64 below(const struct dialler *d, u64 n)
{
	u64 r;
	env_random(d->env, &r, sizeof r);
	return r % n;
}

/* Three quarters to five quarters of ms, so that two sides do not stay in step. */
static u64 jittered(const struct dialler *d, u64 ms)
{
	return ms - ms / 4 + below(d, ms / 2 + 1);
}

static void wait_longer(struct dialler *d, struct entry *e, u64 now)
{
	u64 ms = MAX(e->backoff_ms, (u64)DIAL_BACKOFF_MIN_MS);
	e->due_ms = now + jittered(d, ms);
	e->backoff_ms = MIN(2 * ms, (u64)DIAL_BACKOFF_MAX_MS);
}

void dialler_failed(struct dialler *d, u64 contact, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e)
		return;
	leave_stage(d, e);
	e->doubted = e->hurried = false;
	wait_longer(d, e, now);
}

bool dialler_doubted(struct dialler *d, u64 contact, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e || e->doubted)
		return false;
	e->doubted = true;
	dialler_again(d, contact, now);
	return true;
}

void dialler_again(struct dialler *d, u64 contact, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e)
		return;
	leave_stage(d, e);
	e->due_ms = now;
}

void dialler_cancelled(struct dialler *d, u64 contact)
{
	struct entry *e = find(d, contact);
	if (e)
		leave_stage(d, e);
}

void dialler_link_up(struct dialler *d, u64 contact, bool dialled, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e) /* a stranger's: the contact is known as soon as the vault says so */
		e = add(d, contact);
	if (dialled)
		leave_stage(d, e);
	else
		e->backoff_ms = 0;
	e->doubted = e->hurried = false;
	e->seen_ms = env_wall_ms(d->env);
	if (e->links++ == 0)
		e->up_ms = now;
}

void dialler_link_quiet(struct dialler *d, u64 contact, bool quiet, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e)
		return;
	if (!quiet)
		e->quiet--;
	else if (++e->quiet == e->links)
		e->due_ms = now;
}

void dialler_link_down(struct dialler *d, u64 contact, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e || e->links == 0)
		return;
	e->seen_ms = env_wall_ms(d->env);
	if (--e->links > 0)
		return;
	if (now - e->up_ms >= DIAL_STEADY_MS) {
		e->backoff_ms = 0;
		e->due_ms = now + below(d, DIAL_AGAIN_MS + 1);
	} else {
		wait_longer(d, e, now);
	}
}

void dialler_renew(struct dialler *d, u64 contact, bool dialled, u64 now)
{
	struct entry *e = find(d, contact);
	if (!e || e->links > 0 || now - e->up_ms < DIAL_STEADY_MS) /* nobody gets round the back-off by saying so */
		return;
	/* PROTO 4.3.18: "Then A sends CLOSE(RENEW) and dials again at once. … Whichever of them said it, B leaves the
	 * dialling to A for 30 s." */
	e->backoff_ms = 0;
	e->due_ms = now + (dialled ? 0 : DIAL_RENEW_TURN_MS);
}
