/* What a logged-in person chooses for a conversation: how long messages stay, on both sides or on this one, and where it stands in
 * the list. */
#include "vault/clock.h"
#include "vault/expiry.h"
#include "vault/people_items.h"
#include "vault/shelf.h"
#include "vault/tell.h"
#include "vault/terms.h"

err_t vault_on_conversation_terms(struct vault *v, u32 req, const struct ipc_conversation_terms *m)
{
	struct contact c;
	u8 room[8];
	struct peer_item item = {.time_ms = env_wall_ms(v->env), .kind = ITEM_TERMS};
	const struct item_body body = {.vanish = m->vanish, .keep = m->keep};
	TRY(items_may_write(v, m->contact, &c));
	item.body = slice_of(room, item_body_encode(item.kind, &body, room, sizeof room));
	if (item.body.n == 0)
		return ERR_PEER_FORMAT;
	struct terms now = terms_of(v->store, c.id, true);
	if (now.vanish != m->vanish || now.keep != m->keep) {
		env_random(v->env, item.id.b, sizeof item.id.b);
		TRY(items_write(v, 0, &c, &item));
		expiry_terms(v->store, c.id, clock_now_ms(v));
		tell_contact(v, 0, &c);
	}
	tell_contact(v, req, &c);
	return OK;
}

err_t vault_on_conversation_set(struct vault *v, u32 req, const struct ipc_conversation_set *m)
{
	struct contact c;
	const u8 flags = CONVERSATION_PINNED | CONVERSATION_MUTED | CONVERSATION_ARCHIVED | CONVERSATION_MARKED;
	const u8 all = CONVERSATION_RETENTION | flags;
	if (!m->which || (m->which & ~all) || (m->on & ~flags) || m->retention > KEEP_MAX)
		return ERR_PEER_FORMAT;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	if (m->which & CONVERSATION_RETENTION) {
		terms_set_retention(v->store, c.id, m->retention);
		expiry_terms(v->store, c.id, clock_now_ms(v));
	}
	if (m->which & flags)
		shelf_set(v->store, c.id, m->which & flags, m->on, messages_max(v->store, c.id));
	tell_contact(v, 0, &c);
	tell_contact(v, req, &c);
	return OK;
}
