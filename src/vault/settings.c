/* What a person sets for the whole vault, and the lock that follows from it: who leaves a page open and goes away. */
#include "vault/inbox.h"
#include "vault/reading.h"
#include "vault/state.h"
#include "vault/typing.h"

static void tell_settings(struct vault *v, u32 req)
{
	struct query q = store_query(v->store, sql_inbox_get);
	u32 damaged = query_row(&q) ? (u32)query_get_int(&q, 2) : 0;
	query_end(&q);
	q = store_query(v->store, sql_page_get);
	struct slice page = query_row(&q) ? query_get_bytes(&q, 0) : slice_of(NULL, 0);
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, settings, .lock_after = v->lock_after, .recovery = auth_has_recovery(v->auth),
	                    .receive_locked = v->receive_locked, .damaged = damaged, .read_marks = v->read_marks,
	                    .typing = v->typing, .page = page));
	query_end(&q);
}

void settings_load(struct vault *v)
{
	struct query q = store_query(v->store, sql_settings_get);
	if (query_row(&q)) {
		v->lock_after = (u32)query_get_int(&q, 0);
		v->read_marks = query_get_int(&q, 1) != 0;
		v->typing = query_get_int(&q, 2) != 0;
		v->receive_locked = query_get_int(&q, 3) != 0;
	}
	query_end(&q);
}

void settings_asked(struct vault *v)
{
	v->asked_ms = env_mono_ms(v->env);
}

u64 settings_idle_ms(const struct vault *v)
{
	u64 limit = (u64)v->lock_after * 60000, idle = env_mono_ms(v->env) - v->asked_ms;
	if (!vault_is_unlocked(v) || limit == 0)
		return VAULT_NEVER;
	return idle < limit ? limit - idle : 0;
}

err_t vault_on_settings_get(struct vault *v, u32 req, const struct ipc_settings_get *m)
{
	(void)m;
	tell_settings(v, req);
	return OK;
}

static bool is_good(const struct ipc_settings_set *m)
{
	const u8 all = SETTING_LOCK_AFTER | SETTING_READ_MARKS | SETTING_TYPING | SETTING_RECEIVE_LOCKED | SETTING_PAGE;
	return m->which && (m->which & ~all) == 0 && m->lock_after <= MAX_LOCK_AFTER && m->read_marks <= 1 &&
	       m->typing <= 1 && m->receive_locked <= 1;
}

/* The key pair of the inbox is there exactly while it is chosen. */
static void choose_inbox(struct vault *v, bool on)
{
	struct secret32 seed;
	struct query q;
	if (on) {
		env_random(v->env, seed.b, sizeof seed.b);
		q = store_query(v->store, sql_inbox_add);
		query_bytes(&q, slice_of(seed.b, sizeof seed.b));
	} else {
		q = store_query(v->store, sql_inbox_drop);
		store_erases(v->store);
	}
	query_run(&q);
	secret32_wipe(&seed);
	v->receive_locked = on;
}

err_t vault_on_settings_set(struct vault *v, u32 req, const struct ipc_settings_set *m)
{
	bool gave = v->read_marks;
	if (!is_good(m))
		return ERR_PEER_FORMAT;
	if (m->which & SETTING_LOCK_AFTER)
		v->lock_after = m->lock_after;
	if (m->which & SETTING_READ_MARKS)
		v->read_marks = m->read_marks != 0;
	if (m->which & SETTING_TYPING)
		v->typing = m->typing != 0;
	if ((m->which & SETTING_RECEIVE_LOCKED) && v->receive_locked != (m->receive_locked != 0))
		choose_inbox(v, m->receive_locked != 0);
	struct query q = store_query(v->store, sql_settings_set);
	query_int(&q, v->lock_after);
	query_int(&q, v->read_marks);
	query_int(&q, v->typing);
	query_int(&q, v->receive_locked);
	query_run(&q);
	if (m->which & SETTING_PAGE) {
		q = store_query(v->store, sql_page_set);
		query_text(&q, m->page);
		query_run(&q);
	}
	/* PROTO 4.5.12: "of what was read from then on" */
	if (!gave && v->read_marks)
		reading_forget(v->store, 0);
	if (!v->typing)
		typing_all_over(v);
	tell_settings(v, req);
	return OK;
}
