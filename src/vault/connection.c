#include "vault/connection.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log_clean.h"
#include "vault/bridges.h"
#include "vault/reach.h"
#include "vault/storage.h"
#include "vault/tell.h"

/* NULL: it was not dialled yet. */
static struct own_dial *find(struct vault *v, const u8 onion[static 32])
{
	for (size_t i = 0; i < MAX_SERVICES; i++) {
		struct own_dial *d = &v->dials[i];
		if (d->how != SELF_NONE && memcmp(d->onion.b, onion, sizeof d->onion.b) == 0)
			return d;
	}
	return NULL;
}

/* A place for one that has none: that of the one that was tried longest ago. */
static struct own_dial *make_room(struct vault *v, const u8 onion[static 32])
{
	struct own_dial *oldest = &v->dials[0];
	for (size_t i = 1; i < MAX_SERVICES; i++)
		if (v->dials[i].tried_ms < oldest->tried_ms)
			oldest = &v->dials[i];
	*oldest = (struct own_dial){0};
	memcpy(oldest->onion.b, onion, sizeof oldest->onion.b);
	return oldest;
}

void connection_dialled(struct vault *v, const u8 onion[static 32], enum self_dial how)
{
	if (!v->store || (how != SELF_REACHED && how != SELF_FAILED))
		return;
	struct own_dial *d = find(v, onion);
	if (!d)
		d = make_room(v, onion);
	d->how = how;
	d->tried_ms = env_wall_ms(v->env);
	if (how == SELF_REACHED)
		d->reached_ms = d->tried_ms;
}

void connection_forget(struct vault *v)
{
	wipe(v->dials, sizeof v->dials);
}

static void tell_address(struct vault *v, u32 req, u32 identity, enum gate gate, const struct onion_pub *onion)
{
	static const struct own_dial none;
	const struct own_dial *d = find(v, onion->b);
	if (!d)
		d = &none;
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, reached, .identity = identity, .gate = (u8)gate, .how = (u8)d->how,
	                    .tried_ms = d->tried_ms, .reached_ms = d->reached_ms));
}

/* Whom net keeps a link to, or tries to. */
static void count_contacts(struct vault *v, struct ipc_connection *ret)
{
	struct contact c = {0};
	while (contacts_after(v->store, c.id, &c)) {
		struct reach r;
		if (c.state != CONTACT_ACCEPTED && c.state != CONTACT_REQUEST_SENT)
			continue;
		reach_get(v, c.id, &r);
		if (flow_is_online(&v->flows, c.id))
			ret->connected++;
		else if (r.what == REACH_TRYING)
			ret->trying++;
		else if (r.what == REACH_UNKNOWN)
			ret->untried++;
		else
			ret->away++;
	}
	ret->links = (u32)v->flows.n_links;
}

/* Words of tor's, without what must not be given away. */
static struct slice cleaned(const struct vault *v, struct slice text, char *room, size_t cap)
{
	char data[MAX_VAULT_DIR];
	snprintf(data, sizeof data, "%s", v->dir);
	char *end = strrchr(data, '/'); /* the vault's folder is in it */
	if (end)
		*end = 0;
	const struct log_clean clean = {{data, getenv("HOME")}};
	return slice_of(room, log_clean(&clean, text, room, cap));
}

static void answer(struct vault *v, u32 req)
{
	u8 room[MAX_FINDINGS_TEXT];
	char summary[256 + 1], warning[512 + 1];
	struct ipc_msg out = IPC_MSG(req, connection, .locked = !vault_is_unlocked(v), .way = (u8)bridges_way(v),
	                             .found = v->transports, .storage = (u8)storage_state_of(v));
	size_t n = findings_write(&v->findings, room);
	out.connection.list = slice_of(room, n);
	out.connection.summary = cleaned(v, v->tor.m.summary, summary, sizeof summary);
	out.connection.warning = cleaned(v, v->tor.m.warning, warning, sizeof warning);
	tell_tor(v, req);
	if (vault_is_unlocked(v)) {
		for (size_t i = 0; i < v->ids->n; i++) {
			const struct identity *id = v->ids->all[i];
			if (id->listed)
				tell_address(v, req, id->id, GATE_PUBLIC, &id->onion);
			tell_address(v, req, id->id, GATE_CONTACTS, &id->gate);
		}
		count_contacts(v, &out.connection);
	}
	vault_send(v, ROLE_WEB, &out);
}

err_t vault_on_connection_get(struct vault *v, u32 req, const struct ipc_connection_get *m)
{
	(void)m;
	answer(v, req);
	return OK;
}

err_t vault_on_connection_look(struct vault *v, u32 req, const struct ipc_connection_look *m)
{
	(void)m;
	vault_send(v, ROLE_SUPERVISOR, &IPC_MSG(req, look, .life = v->life[ROLE_WEB]));
	return OK;
}

err_t vault_on_connection_try(struct vault *v, u32 req, const struct ipc_connection_try *m)
{
	(void)m;
	/* As after another network: links are asked, everybody is due, own addresses are dialled. */
	vault_send(v, ROLE_ONION, &IPC_MSG(0, onion_woke, .why = WOKE_NETWORK));
	vault_send(v, ROLE_NET, &IPC_MSG(0, net_woke, .why = WOKE_NETWORK));
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}

err_t vault_on_log_get(struct vault *v, u32 req, const struct ipc_log_get *m)
{
	vault_send(v, ROLE_SUPERVISOR, &IPC_MSG(req, log_ask, .life = v->life[ROLE_WEB], .line = m->line));
	return OK;
}

/* Whether the web that asked still waits. In a turn that cannot be written it is told so, as if it asked in it. */
static bool is_awaited(struct vault *v, u32 req, u32 life)
{
	if (req == 0 || life != v->life[ROLE_WEB])
		return false;
	if (v->n_asked < MAX_ASKED)
		v->asked[v->n_asked++] = req;
	if (vault_is_unlocked(v))
		return true;
	vault_send(v, ROLE_WEB, &IPC_MSG(req, failed, .error = (u32)-ERR_LOCAL_LOCKED));
	return false;
}

err_t vault_on_findings(struct vault *v, u32 req, const struct ipc_findings *m)
{
	TRY(findings_read(m->list, &v->findings));
	if (is_awaited(v, req, m->life))
		answer(v, req);
	return OK;
}

err_t vault_on_log_part(struct vault *v, u32 req, const struct ipc_log_part *m)
{
	if (is_awaited(v, req, m->life))
		vault_send(v, ROLE_WEB,
		           &IPC_MSG(req, log_lines, .first = m->first, .next = m->next, .lines = m->lines));
	return OK;
}
