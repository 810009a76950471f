#include "vault/profile.h"

#include "vault/effects.h"
#include "vault/order.h"

bool profile_write(struct vault *v, struct contact *c)
{
	const struct identity *i = identities_find(v->ids, c->identity);
	u8 room[MAX_BODY], picture[PICTURE_LEN];
	struct message m;
	if (i->profile == c->profile || messages_outbox_count(v->store, c->id) >= MAX_OUTBOX)
		return false;
	const struct item_body body = {.name = slice_str(i->name),
	                               .picture = slice_of(picture, identity_picture(v->store, i, picture))};
	struct peer_item item = {.time_ms = env_wall_ms(v->env), .kind = ITEM_PROFILE};
	item.body = slice_of(room, item_body_encode(item.kind, &body, room, sizeof room));
	env_random(v->env, item.id.b, sizeof item.id.b);
	env_random(v->env, item.salt, sizeof item.salt);
	u64 row = order_write(v->store, c, &item);
	if (row == 0 || !messages_get(v->store, row, &m))
		return false;
	effects_apply(v->store, &m);
	contacts_set_profile(v->store, c, i->profile);
	return true;
}

void profile_catch_up(struct vault *v, struct contact *c)
{
	if (v->receive)
		return; /* no item is written while it is locked */
	/* PROTO 4.5.14: "An author sends one when something of it changes, and to a new contact if there is a picture." */
	if (c->state == CONTACT_ACCEPTED && (identities_find(v->ids, c->identity)->pictured || c->profile_mine))
		(void)profile_write(v, c);
}
