/* What net, onion and the supervisor tell each other: every role speaks with the vault only. */
#include "vault/connection.h"
#include "vault/gates.h"
#include "vault/state.h"

err_t vault_on_woke(struct vault *v, u32 req, const struct ipc_woke *m)
{
	(void)req;
	vault_send(v, ROLE_ONION, &IPC_MSG(0, onion_woke, .why = m->why, .away_ms = m->away_ms));
	vault_send(v, ROLE_NET, &IPC_MSG(0, net_woke, .why = m->why, .away_ms = m->away_ms));
	return OK;
}

err_t vault_on_service_wanted(struct vault *v, u32 req, const struct ipc_service_wanted *m)
{
	(void)req;
	const struct identity *i = v->ids ? identities_find(v->ids, m->identity) : NULL;
	if (i)
		gates_tell_one(v, i, (enum gate)m->gate);
	return OK;
}

/* Where no links are held nobody listens, and that we know already. */
err_t vault_on_self_dial(struct vault *v, u32 req, const struct ipc_self_dial *m)
{
	(void)req;
	if (v->stopped == OK && v->store && v->has[ROLE_NET]) {
		struct ipc_msg out = IPC_MSG(0, dial_self);
		memcpy(out.dial_self.onion, m->onion, sizeof out.dial_self.onion);
		vault_send(v, ROLE_NET, &out);
	} else {
		struct ipc_msg out = IPC_MSG(0, self_result, .how = SELF_UNTRIED);
		memcpy(out.self_result.onion, m->onion, sizeof out.self_result.onion);
		vault_send(v, ROLE_ONION, &out);
	}
	return OK;
}

err_t vault_on_self_dialled(struct vault *v, u32 req, const struct ipc_self_dialled *m)
{
	(void)req;
	connection_dialled(v, m->onion, (enum self_dial)m->how);
	struct ipc_msg out = IPC_MSG(0, self_result, .how = m->how);
	memcpy(out.self_result.onion, m->onion, sizeof out.self_result.onion);
	vault_send(v, ROLE_ONION, &out);
	return OK;
}
