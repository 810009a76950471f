/* What a logged-in person asks about invitations, and how they end by themselves. */
#include "base/utf8.h"
#include "vault/invites.h"
#include "vault/tell.h"

#define DAY_MS 86400000ull

void tell_expired(struct vault *v)
{
	struct invite i = {0};
	u64 now = env_wall_ms(v->env);
	if (v->stopped != OK)
		return;
	while (invites_expired_after(v->store, now, i.id, &i)) {
		invites_end(v->store, &i, INVITE_EXPIRED);
		tell_invite(v, 0, &i);
	}
	wipe(&i, sizeof i);
}

err_t vault_on_invites_list(struct vault *v, u32 req, const struct ipc_invites_list *m)
{
	struct invite i = {0};
	if (m->identity && !identities_find(v->ids, m->identity))
		return ERR_LOCAL_MISSING;
	tell_expired(v);
	while (invites_after(v->store, m->identity, i.id, &i))
		tell_invite(v, req, &i);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	wipe(&i, sizeof i);
	return OK;
}

err_t vault_on_invite_create(struct vault *v, u32 req, const struct ipc_invite_create *m)
{
	const struct identity *own = identities_find(v->ids, m->identity);
	if (!own)
		return ERR_LOCAL_MISSING;
	if (m->days < 1 || m->days > INVITE_MAX_DAYS || !utf8_is_text(m->label))
		return ERR_PEER_FORMAT;
	tell_expired(v);
	u64 now = env_wall_ms(v->env);
	struct invite i = {.identity = own->id, .created_ms = now};
	/* The text has room for whole days of the calendar: rounded up, in favour of whoever is invited. */
	i.expires_ms = (now + (m->days + 1) * DAY_MS - 1) / DAY_MS * DAY_MS;
	if (m->label.n)
		memcpy(i.label, m->label.p, m->label.n);
	invites_pqfp(&own->onion, &own->pq, i.pqfp);
	env_random(v->env, i.secret.b, sizeof i.secret.b);
	err_t e = invites_add(v->store, &i);
	if (e == OK) {
		tell_invite(v, 0, &i);
		tell_invite(v, req, &i);
	}
	wipe(&i, sizeof i);
	return e;
}

err_t vault_on_invite_revoke(struct vault *v, u32 req, const struct ipc_invite_revoke *m)
{
	struct invite i;
	tell_expired(v);
	if (!invites_get(v->store, m->invite, &i))
		return ERR_LOCAL_MISSING;
	if (i.state != INVITE_OPEN)
		return ERR_PEER_POLICY;
	invites_end(v->store, &i, INVITE_REVOKED);
	tell_invite(v, 0, &i);
	tell_invite(v, req, &i);
	return OK;
}
