/* What a logged-in person has read, and what it has begun to write. */
#include "base/utf8.h"
#include "vault/clock.h"
#include "vault/drafts.h"
#include "vault/expiry.h"
#include "vault/marks.h"
#include "vault/messages.h"
#include "vault/reading.h"
#include "vault/tell.h"

/* PROTO 4.5.11: "Its time runs for the reader from when a person has read it there" */
static void begin_clocks(struct vault *v, u64 contact, u64 from, u64 to)
{
	u64 rows[EXPIRE_BATCH];
	struct message m;
	size_t n = expiry_read(v->store, contact, from, to, clock_now_ms(v), rows);
	for (size_t i = 0; i < n; i++)
		if (messages_get(v->store, rows[i], &m))
			tell_message(v, 0, false, &m);
}

err_t vault_on_message_read(struct vault *v, u32 req, const struct ipc_message_read *m)
{
	struct contact c;
	struct reading before;
	if (!contacts_get(v->store, m->contact, &c) || m->ordinal == 0 || m->ordinal > messages_max(v->store, c.id))
		return ERR_LOCAL_MISSING;
	reading_get(v->store, c.id, &before);
	if (reading_set(v->store, c.id, m->ordinal)) {
		marks_moved(v, &c, before.read);
		begin_clocks(v, c.id, before.read + 1, m->ordinal);
		tell_contact(v, 0, &c);
	}
	tell_contact(v, req, &c);
	return OK;
}

err_t vault_on_draft_set(struct vault *v, u32 req, const struct ipc_draft_set *m)
{
	struct contact c;
	if (!utf8_is_text(m->text) || !utf8_is_text(m->edited))
		return ERR_PEER_FORMAT;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	const struct draft d = {.reply = m->reply, .text = m->text, .edit = m->edit, .edited = m->edited};
	if (drafts_set(v->store, c.id, &d))
		tell_contact(v, 0, &c);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, done, .more = 0));
	return OK;
}

err_t vault_on_draft_get(struct vault *v, u32 req, const struct ipc_draft_get *m)
{
	struct contact c;
	u8 room[DRAFT_ROOM];
	struct draft d;
	if (!contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	drafts_get(v->store, c.id, room, &d);
	vault_send(v, ROLE_WEB,
	           &IPC_MSG(req, draft, .reply = d.reply, .text = d.text, .edit = d.edit, .edited = d.edited));
	wipe(room, sizeof room);
	return OK;
}
