#include "vault/marks.h"

#include "peer/record.h"
#include "vault/messages.h"
#include "vault/reading.h"
#include "vault/tell.h"

/* PROTO 4.5.12: "said to accepted contacts only" */
static struct flow_link *link_for(struct vault *v, const struct contact *c)
{
	if (!v->read_marks || v->receive || c->state != CONTACT_ACCEPTED || c->key_changed)
		return NULL;
	return flow_newest(&v->flows, c->id, true);
}

static void say(struct vault *v, u32 link, u64 contact, u64 after, u64 up_to, u32 limit, bool with_edits)
{
	u8 room[PEER_MSG_MAX];
	struct peer_read m;
	if (after >= up_to)
		return;
	struct reading_ids it = reading_ids(v->store, contact, after, up_to, limit, with_edits);
	while (reading_next(&it, &m)) {
		size_t n = peer_read_encode(&m, room, sizeof room);
		vault_send(v, ROLE_NET,
		           &IPC_MSG(0, record_out, .link = link, .type = RECORD_READ, .payload = slice_of(room, n)));
	}
}

void marks_moved(struct vault *v, const struct contact *c, u64 from)
{
	struct reading r;
	const struct flow_link *l = link_for(v, c);
	if (!l)
		return;
	reading_get(v->store, c->id, &r);
	u64 told = MAX(r.named, r.floor);
	/* An edit that is here when its message is read is read, too. Of what was read earlier nobody knows that any more. */
	say(v, l->link, c->id, told, from, READ_WAITING, false);
	say(v, l->link, c->id, MAX(from, told), r.read, READ_WAITING, true);
	reading_set_named(v->store, c->id, r.read);
}

void marks_linked(struct vault *v, const struct contact *c)
{
	struct reading r;
	struct flow_link *l = link_for(v, c);
	if (!l || l->read_said)
		return;
	l->read_said = true;
	reading_get(v->store, c->id, &r);
	u64 told = MAX(r.named, r.floor);
	say(v, l->link, c->id, told, r.read, READ_WAITING, false);
	say(v, l->link, c->id, r.floor, r.named, READ_MAX, false);
	if (r.named < r.read)
		reading_set_named(v->store, c->id, r.read);
}

/* What a person reads. */
static bool is_read(const struct message *m)
{
	return m->kind == ITEM_TEXT || m->kind == ITEM_REPLY || m->kind == ITEM_EDIT;
}

err_t marks_came(struct vault *v, const struct contact *c, struct slice payload)
{
	struct peer_read read;
	struct message m;
	TRY(peer_read_decode(payload, &read));
	/* PROTO 4.5.12: "Who does not say it does not take it either" */
	if (!v->read_marks || v->receive || c->state != CONTACT_ACCEPTED || c->key_changed)
		return OK;
	for (size_t i = 0; i < read.count; i++) {
		/* PROTO 4.5.12: "It confirms no delivery" */
		if (!messages_find(v->store, c->id, true, &read.ids[i], &m) || m.state != MESSAGE_DELIVERED ||
		    m.gone == GONE_EXPIRED || !is_read(&m))
			continue;
		messages_read(v->store, &m);
		tell_message(v, 0, false, &m);
	}
	return OK;
}
