/* Whether others can reach one address of ours, found out by dialling it through our own tor, and what is done when they
 * cannot. Pure: time (env's mono) is passed in, randomness is env's.
 *
 * The ladder: one failure is tried again; after two the service is published anew (DEL_ONION, ADD_ONION); after
 * HEAL_TOR_MS of that tor is started again. Then from the beginning, never faster. */
#ifndef BOC_ONION_HEAL_H
#define BOC_ONION_HEAL_H

#include "base/env.h"
#include "wire/ipc.h"

#define HEAL_NEVER UINT64_MAX

enum heal_step {
	HEAL_WAIT = 1, /* nothing to do before heal_deadline() */
	HEAL_DIAL,     /* ask for a dial, tell heal_dialled() how it ended */
	HEAL_PUBLISH,  /* publish the service anew */
	HEAL_TOR,      /* start tor again */
};

/* What belongs to all addresses together and outlives one tor. Zeroed is the beginning. */
struct healing {
	bool was_restarted; /* tor, because of us ... */
	u64 restarted_ms;   /* ... then */
	bool is_unproven;   /* and no address of ours was reached since */
	bool is_foreign;    /* tor is not ours to start again: the ladder ends before that */
};

/* Of one address. Zeroed: it was never published. */
struct heal {
	bool is_uploaded; /* a directory has it, since it was published last */
	bool is_lost;     /* it was found that nobody can reach it, and the opposite was not */
	bool is_dialling;
	unsigned failures; /* in a row */
	u64 due_ms;        /* of the next dial, or of giving up the one under way; 0: none */
	u64 healed_ms;     /* published anew because of failures, last; 0: not yet */
	u64 lost_ms;       /* with is_lost: since when */
	enum heal_step todo;
};

/* A tor that was just given the service. Where healing says so nobody believes in it before it was reached. */
void heal_begin(struct heal *r, const struct healing *h, u64 now);

/* A directory took the descriptor. */
void heal_uploaded(struct heal *r, const struct env *env, u64 now);

/* Something happened after which it may be different: dial soon. A dial under way does not count. */
void heal_woke(struct heal *r, u64 now);

/* It is being published anew, whoever wanted that: nothing is known of the directories. */
void heal_published_anew(struct heal *r, u64 now);

/* How the dial ended. */
void heal_dialled(struct heal *r, struct healing *h, const struct env *env, enum self_dial how, u64 now);

/* What is to be done now; a step that is given counts as begun. */
enum heal_step heal_next(struct heal *r, struct healing *h, u64 now) MUST_CHECK;

/* When to ask again; HEAL_NEVER: after the next event. */
u64 heal_deadline(const struct heal *r);

/* Whether others can reach it, as far as we know. */
static inline bool heal_is_good(const struct heal *r)
{
	return r->is_uploaded && !r->is_lost;
}

#endif
