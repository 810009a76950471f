/* What a logged-in person asks about identities. */
#include "base/utf8.h"
#include "vault/delivery.h"
#include "vault/gates.h"
#include "vault/invites.h"
#include "vault/profile.h"
#include "vault/tell.h"

err_t vault_on_identities_list(struct vault *v, u32 req, const struct ipc_identities_list *m)
{
	(void)m;
	for (size_t i = 0; i < v->ids->n; i++)
		tell_own(v, req, v->ids->all[i]);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}

static void own_changed(struct vault *v, u32 req, const struct identity *i)
{
	tell_own(v, 0, i);
	tell_own(v, req, i);
}

err_t vault_on_identity_create(struct vault *v, u32 req, const struct ipc_identity_create *m)
{
	struct identity *i;
	u32 id;
	if (m->name.n == 0 || !utf8_is_name(m->name))
		return ERR_PEER_FORMAT;
	if (v->ids->n == MAX_IDENTITIES)
		return ERR_PEER_LIMIT;
	TRY(identity_create(v->store, v->env, m->name, &id));
	TRY(identities_add(v->ids, v->store, id, &i));
	tell_net_identity(v, i);
	gates_tell(v, i);
	own_changed(v, req, i);
	return OK;
}

/* The next contact of this identity after id; the ids grow. */
static bool next_of(struct vault *v, u32 identity, struct contact *c)
{
	while (contacts_after(v->store, c->id, c))
		if (c->identity == identity)
			return true;
	return false;
}

/* Each contact hears of it. */
static void profile_changed(struct vault *v, const struct identity *i)
{
	struct contact c = {0};
	while (next_of(v, i->id, &c))
		if (c.state == CONTACT_ACCEPTED && profile_write(v, &c))
			delivery_pump(v, &c);
}

err_t vault_on_identity_rename(struct vault *v, u32 req, const struct ipc_identity_rename *m)
{
	struct identity *i = identities_find(v->ids, m->identity);
	if (m->name.n == 0 || !utf8_is_name(m->name))
		return ERR_PEER_FORMAT;
	if (!i)
		return ERR_LOCAL_MISSING;
	identity_set_name(v->store, i, m->name);
	profile_changed(v, i);
	own_changed(v, req, i);
	return OK;
}

err_t vault_on_identity_set_picture(struct vault *v, u32 req, const struct ipc_identity_set_picture *m)
{
	struct identity *i = identities_find(v->ids, m->identity);
	if (m->picture.n != 0 && m->picture.n != PICTURE_LEN)
		return ERR_PEER_FORMAT;
	if (!i)
		return ERR_LOCAL_MISSING;
	identity_set_picture(v->store, i, m->picture);
	profile_changed(v, i);
	own_changed(v, req, i);
	return OK;
}

err_t vault_on_identity_picture(struct vault *v, u32 req, const struct ipc_identity_picture *m)
{
	const struct identity *i = identities_find(v->ids, m->identity);
	u8 room[PICTURE_LEN];
	if (!i)
		return ERR_LOCAL_MISSING;
	struct slice points = slice_of(room, identity_picture(v->store, i, room));
	vault_send(v, ROLE_WEB, &IPC_MSG(req, picture, .points = points));
	return OK;
}

err_t vault_on_identity_set(struct vault *v, u32 req, const struct ipc_identity_set *m)
{
	struct identity *i = identities_find(v->ids, m->identity);
	if (!i)
		return ERR_LOCAL_MISSING;
	identity_set_strangers(v->store, i, m->strangers != 0);
	own_changed(v, req, i);
	return OK;
}

err_t vault_on_identity_set_listed(struct vault *v, u32 req, const struct ipc_identity_set_listed *m)
{
	struct identity *i = identities_find(v->ids, m->identity);
	if (!i)
		return ERR_LOCAL_MISSING;
	gates_set_listed(v, i, m->listed != 0);
	own_changed(v, req, i);
	return OK;
}

err_t vault_on_identity_rotate(struct vault *v, u32 req, const struct ipc_identity_rotate *m)
{
	struct identity *i = identities_find(v->ids, m->identity);
	struct invite inv = {0};
	if (!i)
		return ERR_LOCAL_MISSING;
	TRY(identity_rotate(v->store, v->env, i));
	/* What they name is no identity of ours any more. */
	while (invites_after(v->store, i->id, inv.id, &inv))
		if (inv.state == INVITE_OPEN) {
			invites_end(v->store, &inv, INVITE_REVOKED);
			tell_invite(v, 0, &inv);
		}
	tell_net_identity(v, i); /* net makes every link anew, so that contacts learn of it now */
	own_changed(v, req, i);
	return OK;
}

err_t vault_on_identity_remove(struct vault *v, u32 req, const struct ipc_identity_remove *m)
{
	struct identity *i = identities_find(v->ids, m->identity);
	struct contact c = {0};
	if (!i)
		return ERR_LOCAL_MISSING;
	if (v->ids->n == 1)
		return ERR_PEER_POLICY; /* a vault is somebody's */
	u32 id = i->id;
	vault_send(v, ROLE_NET, &IPC_MSG(0, identity_gone, .identity = id));
	vault_send(v, ROLE_ONION, &IPC_MSG(0, service_gone, .identity = id));
	while (next_of(v, id, &c)) {
		flow_forget(&v->flows, c.id);
		contacts_remove(v->store, c.id);
		vault_send(v, ROLE_WEB, &IPC_MSG(0, contact_gone, .contact = c.id));
	}
	contacts_erase(v->store, ERASE_STEP);
	invites_forget(v->store, id);
	identities_remove(v->ids, v->store, i);
	vault_send(v, ROLE_WEB, &IPC_MSG(0, own_gone, .identity = id));
	vault_send(v, ROLE_WEB, &IPC_MSG(req, own_gone, .identity = id));
	return OK;
}
