#include "vault/room.h"

#include "vault/gates.h"

bool room_for_contact(struct vault *v)
{
	return contacts_count(v->store, CONTACT_REQUEST_SENT) + contacts_count(v->store, CONTACT_ACCEPTED) <
	       MAX_CONTACTS;
}

bool room_to_block(struct vault *v)
{
	return contacts_count(v->store, CONTACT_BLOCKED) < MAX_CONTACTS;
}

/* PROTO 8.1.7: "no request at it makes room for one at another" */
void room_make(struct vault *v, u32 identity, enum contact_state state, u64 max)
{
	struct contact c = {0}, oldest = {0}, goes = {0};
	if (contacts_count_of(v->store, identity, state) < max)
		return;
	while (goes.id == 0 && contacts_after_in(v->store, identity, state, c.id, &c)) {
		if (oldest.id == 0)
			oldest = c;
		if (!flow_is_online(&v->flows, c.id))
			goes = c;
	}
	room_forget(v, goes.id ? &goes : &oldest);
}

void room_forget(struct vault *v, const struct contact *c)
{
	flow_forget(&v->flows, c->id);
	claims_forget(&v->claims, c->id);
	gates_revoke(v, c);
	contacts_remove(v->store, c->id);
	contacts_erase(v->store, ERASE_STEP); /* most are gone with this; the rest is the tick's */
	vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = c->id));
	vault_send(v, ROLE_WEB, &IPC_MSG(0, contact_gone, .contact = c->id));
}
