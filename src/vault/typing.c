#include "vault/typing.h"

#include "peer/record.h"

static void tell(struct vault *v, u64 contact, bool on)
{
	vault_send(v, ROLE_WEB, &IPC_MSG(0, typing, .contact = contact, .on = on));
}

static void over(struct vault *v, struct flow *f)
{
	if (f->typing_until_ms == 0)
		return;
	f->typing_until_ms = 0;
	tell(v, f->contact, false);
}

void typing_over(struct vault *v, u64 contact)
{
	over(v, flow_of(&v->flows, contact));
}

void typing_all_over(struct vault *v)
{
	for (size_t i = 0; i < v->flows.n_flows; i++)
		over(v, &v->flows.flows[i]);
}

u64 typing_wait_ms(const struct vault *v)
{
	u64 now = env_mono_ms(v->env), wait = VAULT_NEVER;
	for (size_t i = 0; i < v->flows.n_flows; i++)
		wait = MIN(wait, vault_ms_until(v->flows.flows[i].typing_until_ms, now));
	return wait;
}

void typing_tick(struct vault *v)
{
	u64 now = env_mono_ms(v->env);
	for (size_t i = 0; i < v->flows.n_flows; i++)
		if (v->flows.flows[i].typing_until_ms <= now)
			over(v, &v->flows.flows[i]);
}

err_t typing_came(struct vault *v, const struct contact *c, const struct flow_link *l, struct slice payload)
{
	bool on;
	TRY(peer_typing_decode(payload, &on));
	/* PROTO 4.5.13: "Who does not say it does not take it either" */
	if (!v->typing || v->receive || c->state != CONTACT_ACCEPTED || c->key_changed ||
	    l != flow_newest(&v->flows, c->id, false))
		return OK;
	struct flow *f = flow_of(&v->flows, c->id);
	u64 now = env_mono_ms(v->env);
	if (!on) {
		over(v, f);
		return OK;
	}
	if (f->typing_until_ms == 0) {
		if (f->typing_told_ms && now - f->typing_told_ms < TYPING_TAKE_MS)
			return OK; /* a contact that goes to and fro keeps no page busy */
		f->typing_told_ms = now;
		tell(v, c->id, true);
	}
	/* PROTO 4.5.13: "is believed for 10 s" */
	f->typing_until_ms = now + TYPING_SHOWN_MS;
	return OK;
}

static void say(struct vault *v, u32 link, bool on)
{
	u8 room[PEER_MSG_MAX];
	size_t n = peer_typing_encode(on, room, sizeof room);
	vault_send(v, ROLE_NET,
	           &IPC_MSG(0, record_out, .link = link, .type = RECORD_TYPING, .payload = slice_of(room, n)));
}

err_t vault_on_typing_set(struct vault *v, u32 req, const struct ipc_typing_set *m)
{
	struct contact c;
	if (m->on > 1)
		return ERR_PEER_FORMAT;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	const struct flow_link *l = flow_newest(&v->flows, c.id, true);
	if (!v->typing || c.state != CONTACT_ACCEPTED || c.key_changed || !l)
		return OK;
	struct flow *f = flow_of(&v->flows, c.id);
	u64 now = env_mono_ms(v->env), *said = &f->typing_said_ms[m->on];
	/* PROTO 4.5.13: "at most once in 3 s" */
	if (*said && now - *said < TYPING_SAY_MS)
		return OK;
	/* Nobody asked whether we do not. */
	if (!m->on && f->typing_said_ms[1] <= f->typing_said_ms[0])
		return OK;
	*said = MAX(now, 1);
	say(v, l->link, m->on != 0);
	return OK;
}
