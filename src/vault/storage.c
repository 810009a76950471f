#include "vault/storage.h"

#include "base/limits.h"
#include "vault/receive.h"
#include "vault/state.h"
#include "vault/tell.h"

enum storage_state storage_state_of(const struct vault *v)
{
	return v->stopped == OK                  ? STORAGE_OK
	       : v->stopped == ERR_LOCAL_FULL    ? STORAGE_FULL
	       : v->stopped == ERR_LOCAL_DAMAGED ? STORAGE_DAMAGED
	                                         : STORAGE_FAILING;
}

void storage_tell(struct vault *v)
{
	vault_send(v, ROLE_WEB, &IPC_MSG(0, storage, .state = (u8)storage_state_of(v)));
}

static void refuse_all(struct vault *v, err_t why)
{
	for (size_t i = 0; i < v->n_asked; i++)
		vault_send(v, ROLE_WEB, &IPC_MSG(v->asked[i], failed, .error = (u32)-why));
	v->n_asked = 0;
}

/* Opens it again, and nothing is written from now on. */
static err_t open_still(struct vault *v, err_t why)
{
	struct secret32 key = v->ids->db_key;
	vault_close_keys(v);
	err_t e = vault_open_keys(v, &key);
	secret32_wipe(&key);
	if (e != OK)
		return e;
	v->stopped = why;
	v->try_ms = env_mono_ms(v->env) + DISK_TRY_MS;
	store_forbid(v->store, why);
	return OK;
}

err_t storage_stop(struct vault *v, err_t why)
{
	log_error("%s: what came while locked waits until that is over", err_text(why));
	u32 gone[MAX_IDENTITIES];
	size_t n = v->ids->n;
	for (size_t i = 0; i < n; i++)
		gone[i] = v->ids->all[i]->id;
	vault_drop_links(v);
	err_t e = open_still(v, why);
	for (size_t i = 0; e != OK && i < n; i++)
		vault_send(v, ROLE_ONION, &IPC_MSG(0, service_gone, .identity = gone[i]));
	return e;
}

void vault_undo(struct vault *v, err_t why)
{
	bool is_new = v->stopped != why;
	u32 gone[MAX_IDENTITIES];
	size_t n = v->ids->n;
	buf_free(&v->out);
	for (size_t i = 0; i < n; i++)
		gone[i] = v->ids->all[i]->id;
	/* As when the vault locks: links end, and what was on them comes again. */
	vault_drop_links(v);
	refuse_all(v, why);
	if (v->receive) {
		receive_undo(v, why);
		return;
	}
	err_t e = open_still(v, why);
	if (e != OK) {
		log_error("locked: %s", err_text(e));
		v->stopped = OK;
		for (size_t i = 0; i < n; i++)
			vault_send(v, ROLE_ONION, &IPC_MSG(0, service_gone, .identity = gone[i]));
		vault_send(v, ROLE_WEB, &IPC_MSG(0, locked));
		return;
	}
	tell_onion_all(v); /* one that came in this turn was not told */
	if (!is_new)
		return;
	log_error("%s: nothing is written and no link is held%s", err_text(why),
	          why == ERR_LOCAL_DAMAGED ? "; the damaged file is left as it is" : " until that is over");
	storage_tell(v);
}

u64 storage_wait_ms(const struct vault *v)
{
	u64 now = env_mono_ms(v->env);
	if (v->stopped == ERR_LOCAL_DAMAGED)
		return VAULT_NEVER;
	return v->try_ms > now ? v->try_ms - now : 0;
}

void storage_tick(struct vault *v)
{
	if (storage_wait_ms(v) > 0)
		return;
	v->try_ms = env_mono_ms(v->env) + DISK_TRY_MS;
	if (v->receive) {
		receive_retry(v);
		return;
	}
	if (store_try(v->store) != OK)
		return;
	store_forbid(v->store, OK);
	if (receive_take(v, true) != OK) {
		store_forbid(v->store, v->stopped); /* if it is broken now, the turn is undone */
		return;
	}
	log_info("the disk can be written again");
	v->stopped = OK;
	storage_tell(v);
	tell_net_all(v);
}
