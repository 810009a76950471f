#include "vault/reach.h"

#include "vault/tell.h"

/* Net is asked to dial at once when somebody waits, but not more often than this for one contact. */
#define HURRY_MS 10000

static void set_seen(struct vault *v, u64 contact, u64 silent_ms)
{
	u64 now = env_wall_ms(v->env);
	if (v->receive)
		return; /* nothing of that is kept while it is locked */
	struct query q = store_query(v->store, sql_contact_set_seen);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)(now - MIN(silent_ms, now)));
	query_run(&q);
}

static void observe(struct vault *v, u64 contact, enum contact_reach what, u64 silent_ms)
{
	struct flow *f = flow_of(&v->flows, contact);
	u64 now = env_wall_ms(v->env);
	f->reach = what;
	f->reach_ms = now - MIN(silent_ms, now);
	f->is_trying = false;
}

void reach_get(struct vault *v, u64 contact, struct reach *ret)
{
	const struct flow *f = flow_of(&v->flows, contact);
	struct query q = store_query(v->store, sql_contact_seen);
	query_int(&q, (i64)contact);
	*ret = (struct reach){.what = f->is_trying ? REACH_TRYING : f->reach, .since_ms = f->reach_ms};
	ret->seen_ms = query_take_int(&q);
}

void reach_up(struct vault *v, u64 contact)
{
	if (flow_of(&v->flows, contact)->reach != REACH_THERE)
		observe(v, contact, REACH_THERE, 0);
	set_seen(v, contact, 0);
}

void reach_down(struct vault *v, u64 contact, enum contact_reach why, u64 silent_ms)
{
	if (flow_is_heard(&v->flows, contact))
		return;
	if (flow_of(&v->flows, contact)->reach == REACH_THERE)
		set_seen(v, contact, silent_ms);
	if (flow_is_online(&v->flows, contact))
		why = REACH_QUIET; /* those that are left are */
	if (flow_of(&v->flows, contact)->reach != why)
		observe(v, contact, why, silent_ms);
}

void reach_hurry(struct vault *v, u64 contact)
{
	struct flow *f = flow_of(&v->flows, contact);
	u64 now = env_mono_ms(v->env);
	if (flow_is_heard(&v->flows, contact) || (f->hurried_ms && now - f->hurried_ms < HURRY_MS))
		return;
	f->hurried_ms = MAX(now, 1);
	vault_send(v, ROLE_NET, &IPC_MSG(0, dial_now, .contact = contact));
}

err_t vault_on_link_quiet(struct vault *v, u32 req, const struct ipc_link_quiet *m)
{
	struct contact c;
	struct flow_link *l = v->store ? flow_link(&v->flows, m->link, m->contact) : NULL;
	(void)req;
	if (!l || l->is_quiet == (m->quiet != 0))
		return OK;
	bool was_heard = flow_is_heard(&v->flows, m->contact);
	l->is_quiet = m->quiet != 0;
	bool is_heard = flow_is_heard(&v->flows, m->contact);
	if (is_heard == was_heard)
		return OK;
	if (!is_heard)
		set_seen(v, m->contact, m->silent_ms);
	observe(v, m->contact, is_heard ? REACH_THERE : REACH_QUIET, is_heard ? 0 : m->silent_ms);
	if (contacts_get(v->store, m->contact, &c))
		tell_contact(v, 0, &c);
	return OK;
}

err_t vault_on_reach(struct vault *v, u32 req, const struct ipc_reach *m)
{
	struct contact c;
	(void)req;
	if (!v->store || m->reach == REACH_UNKNOWN || m->reach > REACH_BARRED || flow_is_heard(&v->flows, m->contact) ||
	    !contacts_get(v->store, m->contact, &c))
		return OK;
	struct flow *f = flow_of(&v->flows, m->contact);
	bool was_trying = f->is_trying, is_trying = m->reach == REACH_TRYING;
	/* That nobody answers says no more of a link that is open but quiet, and is no news of who did not before. */
	bool same = is_trying || f->reach == m->reach || flow_is_online(&v->flows, m->contact);
	f->is_trying = is_trying;
	if (same && was_trying == is_trying)
		return OK;
	if (!same)
		observe(v, m->contact, (enum contact_reach)m->reach, 0);
	tell_contact(v, 0, &c);
	return OK;
}

err_t vault_on_contact_dial(struct vault *v, u32 req, const struct ipc_contact_dial *m)
{
	struct contact c;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	if (c.state != CONTACT_ACCEPTED && c.state != CONTACT_REQUEST_SENT)
		return ERR_PEER_POLICY;
	reach_hurry(v, c.id);
	tell_contact(v, req, &c);
	return OK;
}
