#include "vault/tell.h"

#include "crypto/onion_key.h"

enum message_state tell_state_of(const struct vault *v, const struct message *m)
{
	if (m->state == MESSAGE_WAITING && flow_is_sent(&v->flows, m->contact, m->seq))
		return MESSAGE_SENT;
	return m->state;
}

void tell_contact(struct vault *v, u32 req, const struct contact *c)
{
	char address[ONION_ADDR_CAP];
	u8 last[256];
	size_t n = 0;
	u64 last_ms = 0;
	onion_addr_encode(&c->onion, true, address);
	messages_last(v->store, c->id, &last_ms, last, sizeof last, &n);
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, contact, .contact = c->id, .state = (u8)c->state,
	                    .online = flow_is_online(&v->flows, c->id), .key_changed = c->key_changed,
	                    .since_ms = c->created_ms, .address = slice_str(address), .name = contacts_shown_name(c),
	                    .greeting = slice_str(c->greeting), .last_ms = last_ms, .last_text = slice_of(last, n)));
	wipe(last, sizeof last);
}

void tell_message(struct vault *v, u32 req, bool is_new, const struct message *m)
{
	struct ipc_msg out = IPC_MSG(req, message, .contact = m->contact, .ordinal = m->ordinal, .mine = m->mine,
	                             .state = (u8)tell_state_of(v, m), .is_new = is_new, .time_ms = m->time_ms,
	                             .text = messages_shown_text(m));
	memcpy(out.message.id, m->id.b, sizeof m->id.b);
	vault_send(v, ROLE_WEB, &out);
}

void tell_tor(struct vault *v, u32 req)
{
	const struct ipc_tor_state *t = &v->tor.m;
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, tor_state_now, .phase = t->phase, .progress = t->progress, .since_ms = t->since_ms,
	                    .skew_s = t->skew_s, .tag = t->tag, .summary = t->summary, .warning = t->warning));
}

void tell_tor_up(struct vault *v)
{
	bool up = v->tor.m.phase == TOR_PUBLISHING || v->tor.m.phase == TOR_REACHABLE;
	vault_send(v, ROLE_NET, &IPC_MSG(0, tor_up, .up = up));
}

void tell_peer(struct vault *v, const struct contact *c)
{
	if (c->state == CONTACT_REJECTED || c->state == CONTACT_BLOCKED) {
		vault_send(v, ROLE_NET, &IPC_MSG(0, peer_gone, .contact = c->id));
		return;
	}
	struct pq_identity pin = {0};
	struct ipc_msg out = IPC_MSG(0, peer, .contact = c->id, .identity = c->identity,
	                             .dial = c->state == CONTACT_REQUEST_SENT || c->state == CONTACT_ACCEPTED,
	                             .pinned = contacts_pin(v->store, c->id, &pin));
	out.peer.seq = pin.seq;
	memcpy(out.peer.onion, c->onion.b, sizeof out.peer.onion);
	memcpy(out.peer.pk, pin.pk, sizeof out.peer.pk);
	memcpy(out.peer.next, pin.next, sizeof out.peer.next);
	vault_send(v, ROLE_NET, &out);
}

void tell_net_identity(struct vault *v, const struct identity *i)
{
	struct ipc_msg out = IPC_MSG(0, identity, .identity = i->id, .seq = i->pq.seq);
	memcpy(out.identity.onion, i->onion.b, sizeof out.identity.onion);
	memcpy(out.identity.pk, i->pq.pk, sizeof out.identity.pk);
	memcpy(out.identity.next, i->pq.next, sizeof out.identity.next);
	vault_send(v, ROLE_NET, &out);
}

void tell_net_all(struct vault *v)
{
	for (size_t i = 0; i < v->ids->n; i++)
		tell_net_identity(v, v->ids->all[i]);
	tell_tor_up(v);
	if (!v->has[ROLE_NET])
		return;
	struct contact c = {0};
	while (contacts_after(v->store, c.id, &c))
		if (c.state != CONTACT_REJECTED && c.state != CONTACT_BLOCKED)
			tell_peer(v, &c);
}

void tell_onion_identity(struct vault *v, const struct identity *i)
{
	struct ipc_msg out = IPC_MSG(0, service, .identity = i->id);
	memcpy(out.service.key, i->sec.b, sizeof out.service.key);
	vault_send(v, ROLE_ONION, &out);
	wipe(&out, sizeof out);
}

void tell_onion_all(struct vault *v)
{
	for (size_t i = 0; i < v->ids->n; i++)
		tell_onion_identity(v, v->ids->all[i]);
}

void tell_changed(struct vault *v, const struct contact *c)
{
	tell_peer(v, c);
	tell_contact(v, 0, c);
}
