#include "vault/chain.h"

#include "peer/link.h"
#include "peer/record.h"
#include "vault/delivery.h"
#include "vault/tell.h"
#include "vault/trust.h"

static void close_link(struct vault *v, u32 link, enum link_close_reason reason)
{
	vault_send(v, ROLE_NET, &IPC_MSG(0, link_close, .link = link, .reason = (u8)reason));
}

void chain_say(struct vault *v, u32 link, const struct contact *c)
{
	static u8 room[PQ_CHAIN_MAX * PQ_ENTRY_LEN];
	const struct identity *self = identities_find(v->ids, c->identity);
	size_t n = 0;
	/* PROTO 5.3.2: "the identities that A had before its present one, at most the last five, oldest first" */
	u32 seq = self->pq.seq > PQ_CHAIN_MAX ? self->pq.seq - PQ_CHAIN_MAX : 0;
	for (; seq < self->pq.seq; seq++) {
		struct pq_entry e;
		if (!identity_former(v->store, self->id, seq, &e)) {
			n = 0;
			continue;
		}
		pq_entry_encode(&e, room + n);
		n += PQ_ENTRY_LEN;
	}
	if (n == 0)
		close_link(v, link, LINK_CLOSE_DONE);
	else
		vault_send(
			v, ROLE_NET,
			&IPC_MSG(0, record_out, .link = link, .type = RECORD_ROTCHAIN, .payload = slice_of(room, n)));
}

void chain_came(struct vault *v, u32 link, struct contact *c, struct slice payload)
{
	struct pq_identity pin, shown;
	bool good = c->key_changed && trust_candidate(v->store, c->id, &shown) && contacts_pin(v->store, c->id, &pin) &&
	            pq_chain_verify(&c->onion, &pin, &shown, payload) == OK;
	if (good) {
		/* PROTO 5.3.4: "If it does, B pins it as after a rotation and sends CLOSE(RENEW)" */
		delivery_renewed(v, c);
		trust_replace_pin(v->store, c->id, &shown, env_wall_ms(v->env));
		trust_drop_candidate(v->store, c);
		tell_changed(v, c);
	}
	close_link(v, link, good ? LINK_CLOSE_RENEW : LINK_CLOSE_KEY_CHANGED);
}
