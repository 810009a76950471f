#include "onion/heal.h"

#include "base/limits.h"

/* from to from + spread ms from now. */
static u64 about(const struct env *env, u64 from, u64 spread, u64 now)
{
	u64 r;
	env_random(env, &r, sizeof r);
	return now + from + r % (spread + 1);
}

void heal_begin(struct heal *r, const struct healing *h, u64 now)
{
	*r = (struct heal){.is_lost = h->is_unproven, .lost_ms = now, .healed_ms = h->is_unproven ? now : 0};
}

void heal_uploaded(struct heal *r, const struct env *env, u64 now)
{
	if (r->is_uploaded)
		return;
	r->is_uploaded = true;
	bool is_anew = r->due_ms != 0 || r->is_lost;
	r->due_ms = is_anew ? about(env, SELF_SOON_MS, SELF_SOON_MS, now) : now + SELF_FIRST_MS;
}

void heal_woke(struct heal *r, u64 now)
{
	if (!r->is_uploaded)
		return;
	r->is_dialling = false;
	r->due_ms = now + SELF_SOON_MS;
}

void heal_published_anew(struct heal *r, u64 now)
{
	r->is_uploaded = r->is_dialling = false;
	r->due_ms = now + SELF_FIRST_MS; /* should no directory take it, that is found out as any failure */
}

void heal_dialled(struct heal *r, struct healing *h, const struct env *env, enum self_dial how, u64 now)
{
	if (!r->is_dialling)
		return;
	r->is_dialling = false;
	switch (how) {
	case SELF_REACHED:
		r->failures = 0;
		r->is_lost = h->is_unproven = false;
		r->healed_ms = 0;
		r->due_ms = about(env, SELF_EVERY_MS * 3 / 4, SELF_EVERY_MS / 2, now);
		break;
	case SELF_FAILED:
		r->failures++;
		r->due_ms = about(env, SELF_AGAIN_MS, SELF_AGAIN_MS / 2, now);
		if (r->failures < SELF_FAILURES)
			break;
		if (!r->is_lost)
			r->lost_ms = now;
		r->is_lost = true;
		if (r->healed_ms == 0 || now - r->healed_ms >= HEAL_AGAIN_MS)
			r->todo = HEAL_PUBLISH;
		else if (!h->is_foreign && now - r->healed_ms >= HEAL_TOR_MS &&
		         (!h->was_restarted || now - h->restarted_ms >= HEAL_TOR_EVERY_MS))
			r->todo = HEAL_TOR;
		break;
	case SELF_UNTRIED:
	case SELF_NONE: r->due_ms = about(env, SELF_AGAIN_MS, SELF_AGAIN_MS / 2, now); break;
	}
}

enum heal_step heal_next(struct heal *r, struct healing *h, u64 now)
{
	enum heal_step todo = r->todo;
	r->todo = 0;
	if (todo == HEAL_PUBLISH) {
		r->healed_ms = now;
		return HEAL_PUBLISH;
	}
	if (todo == HEAL_TOR) {
		*h = (struct healing){.was_restarted = true, .restarted_ms = now, .is_unproven = true};
		return HEAL_TOR;
	}
	if (r->due_ms == 0 || now < r->due_ms)
		return HEAL_WAIT;
	r->is_dialling = true; /* one of which nobody ever heard is forgotten */
	r->due_ms = now + SELF_ANSWER_MS;
	return HEAL_DIAL;
}

u64 heal_deadline(const struct heal *r)
{
	if (r->todo)
		return 0;
	return r->due_ms ? r->due_ms : HEAL_NEVER;
}
