#include "vault/cover.h"

#include "peer/record.h"
#include "vault/tell.h"

#define DRAW_MAX 8

static u32 any(const struct env *env)
{
	u32 x;
	env_random(env, &x, sizeof x);
	return x;
}

/* Von Neumann's way, which compares and computes nothing: of falling runs of random numbers an odd one is taken, and its first
 * number counts; each even one before it adds 1. */
u64 cover_draw(const struct env *env, u64 mean_ms)
{
	u64 whole = 0;
	for (; whole < DRAW_MAX; whole++) {
		u32 first = any(env), last = first, next;
		bool odd = true;
		while ((next = any(env)) < last) {
			last = next;
			odd = !odd;
		}
		if (odd)
			return whole * mean_ms + (first * mean_ms >> 32);
	}
	return whole * mean_ms;
}

/* The link that carries messages to it carries cover. PROTO 4.5.18: "only to accepted contacts for which the
 * user chose it, on the link that carries DATA to them" */
static const struct flow_link *link_for(struct vault *v, const struct contact *c)
{
	if (!c->cover || c->state != CONTACT_ACCEPTED || c->key_changed || v->receive)
		return NULL;
	return flow_newest(&v->flows, c->id, true);
}

void cover_plan(struct vault *v, const struct contact *c)
{
	struct flow *f = flow_of(&v->flows, c->id);
	if (f->cover_ms == 0 && link_for(v, c))
		/* What was sent meanwhile does not matter: such times remember nothing, so a message is not to be known by the cover
		 * before or behind it. */
		f->cover_ms = env_mono_ms(v->env) + MAX(cover_draw(v->env, COVER_MEAN_MS), 1);
}

u64 cover_wait_ms(const struct vault *v)
{
	u64 now = env_mono_ms(v->env), wait = VAULT_NEVER;
	if (v->receive || v->stopped != OK)
		return wait;
	for (size_t i = 0; i < v->flows.n_flows; i++)
		wait = MIN(wait, vault_ms_until(v->flows.flows[i].cover_ms, now));
	return wait;
}

void cover_tick(struct vault *v)
{
	u64 now = env_mono_ms(v->env);
	for (size_t i = 0; i < v->flows.n_flows && !v->receive; i++) {
		struct contact c;
		struct flow *f = &v->flows.flows[i];
		if (f->cover_ms == 0 || f->cover_ms > now)
			continue;
		f->cover_ms = 0;
		const struct flow_link *l = contacts_get(v->store, f->contact, &c) ? link_for(v, &c) : NULL;
		if (!l)
			continue; /* planned again when there is one */
		vault_send(v, ROLE_NET, &IPC_MSG(0, record_out, .link = l->link, .type = RECORD_COVER));
		cover_plan(v, &c);
	}
}

void cover_came(struct vault *v, const struct contact *c, struct flow_link *l)
{
	/* Whose messages are not taken is not answered. One who has only locked is: his messages are acknowledged then, too. */
	if (c->state != CONTACT_ACCEPTED || c->key_changed)
		return;
	struct flow *f = flow_of(&v->flows, c->id);
	u64 now = env_mono_ms(v->env);
	/* PROTO 4.5.18: "but of each contact no more than 5 at once, and one in 2 s" */
	if (f->covered_ms > now + (COVER_ANSWER_BURST - 1) * COVER_ANSWER_MS)
		return;
	f->covered_ms = MAX(f->covered_ms, now) + COVER_ANSWER_MS;
	l->cover_came = true;
}

void cover_answer(struct vault *v, struct flow_link *l)
{
	/* PROTO 4.5.18: "one record for all that came together, and none where an ACK or NAK goes" */
	if (l->cover_came && l->acks.count == 0 && l->naks.count == 0)
		vault_send(v, ROLE_NET, &IPC_MSG(0, record_out, .link = l->link, .type = RECORD_COVERED));
	l->cover_came = false;
}

err_t vault_on_contact_set_cover(struct vault *v, u32 req, const struct ipc_contact_set_cover *m)
{
	struct contact c;
	if (m->on > 1)
		return ERR_PEER_FORMAT;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	if (c.cover != m->on) {
		contacts_set_cover(v->store, &c, m->on != 0);
		flow_of(&v->flows, c.id)->cover_ms = 0;
		cover_plan(v, &c);
		tell_contact(v, 0, &c);
	}
	tell_contact(v, req, &c);
	return OK;
}
