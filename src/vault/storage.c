#include "vault/storage.h"

#include "base/limits.h"
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

void vault_undo(struct vault *v, err_t why)
{
	struct secret32 key = v->ids->db_key;
	bool is_new = v->stopped != why;
	u32 gone[MAX_IDENTITIES];
	size_t n = v->ids->n;
	buf_free(&v->out);
	/* As when the vault locks: links end, and what was on them comes again. */
	for (size_t i = 0; i < n; i++) {
		gone[i] = v->ids->all[i]->id;
		vault_send(v, ROLE_NET, &IPC_MSG(0, identity_gone, .identity = gone[i]));
	}
	vault_close_keys(v);
	refuse_all(v, why);
	err_t e = vault_open_keys(v, &key);
	secret32_wipe(&key);
	if (e != OK) {
		log_error("locked: %s", err_text(e));
		v->stopped = OK;
		for (size_t i = 0; i < n; i++)
			vault_send(v, ROLE_ONION, &IPC_MSG(0, service_gone, .identity = gone[i]));
		vault_send(v, ROLE_WEB, &IPC_MSG(0, locked));
		return;
	}
	v->stopped = why;
	v->try_ms = env_mono_ms(v->env) + DISK_TRY_MS;
	store_forbid(v->store, why);
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
	if (store_try(v->store) != OK)
		return;
	log_info("the disk can be written again");
	v->stopped = OK;
	store_forbid(v->store, OK);
	storage_tell(v);
	tell_net_all(v);
}
