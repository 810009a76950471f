/* What a person sets for the whole vault, and the lock that follows from it: who leaves a page open and goes away. */
#include "vault/state.h"

static void tell_settings(struct vault *v, u32 req)
{
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, settings, .lock_after = v->lock_after, .recovery = auth_has_recovery(v->auth)));
}

void settings_load(struct vault *v)
{
	struct query q = store_query(v->store, sql_settings_get);
	v->lock_after = (u32)query_take_int(&q);
}

void settings_asked(struct vault *v)
{
	v->asked_ms = env_mono_ms(v->env);
}

u64 settings_idle_ms(const struct vault *v)
{
	u64 limit = (u64)v->lock_after * 60000, idle = env_mono_ms(v->env) - v->asked_ms;
	if (!v->store || limit == 0)
		return VAULT_NEVER;
	return idle < limit ? limit - idle : 0;
}

err_t vault_on_settings_get(struct vault *v, u32 req, const struct ipc_settings_get *m)
{
	(void)m;
	tell_settings(v, req);
	return OK;
}

err_t vault_on_settings_set(struct vault *v, u32 req, const struct ipc_settings_set *m)
{
	if (m->lock_after > MAX_LOCK_AFTER)
		return ERR_PEER_FORMAT;
	struct query q = store_query(v->store, sql_settings_set);
	query_int(&q, m->lock_after);
	query_run(&q);
	v->lock_after = m->lock_after;
	tell_settings(v, req);
	return OK;
}
