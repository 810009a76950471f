/* Where in a conversation a logged-in person goes. */
#include "vault/places.h"
#include "vault/tell.h"
#include "wire/cursor.h"

err_t vault_on_messages_gone(struct vault *v, u32 req, const struct ipc_messages_gone *m)
{
	struct contact c;
	struct place_run runs[GONE_PART];
	u8 room[16 * GONE_PART];
	struct writer w = writer_of(room, sizeof room);
	u64 next;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	size_t n = places_gone(v->store, c.id, m->from, runs, &next);
	for (size_t i = 0; i < n; i++) {
		put_u64(&w, runs[i].from);
		put_u64(&w, runs[i].to);
	}
	vault_send(v, ROLE_WEB, &IPC_MSG(req, gone, .next = next, .runs = writer_bytes(&w)));
	return OK;
}

err_t vault_on_message_at(struct vault *v, u32 req, const struct ipc_message_at *m)
{
	struct contact c;
	if (m->time_ms > MAX_TIME_MS)
		return ERR_PEER_FORMAT;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	vault_send(v, ROLE_WEB, &IPC_MSG(req, place, .ordinal = places_at(v->store, c.id, m->time_ms)));
	return OK;
}
