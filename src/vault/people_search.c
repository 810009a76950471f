/* What a logged-in person looks for in messages. */
#include "vault/effects.h"
#include "vault/search.h"
#include "vault/tell.h"
#include "wire/cursor.h"

static void tell_found(struct vault *v, u32 req, struct search *f, const struct message *m)
{
	struct mark marks[MAX_MARKS];
	u8 room[4 * MAX_MARKS];
	struct writer w = writer_of(room, sizeof room);
	struct message edit;
	bool edited = effects_edit(v->store, m, &edit);
	size_t n = search_marks(f, messages_text(edited ? &edit : m), marks);
	for (size_t i = 0; i < n; i++) {
		put_u16(&w, marks[i].from);
		put_u16(&w, marks[i].to);
	}
	tell_message(v, req, false, m);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, found, .marks = writer_bytes(&w)));
}

err_t vault_on_messages_search(struct vault *v, u32 req, const struct ipc_messages_search *m)
{
	struct contact c;
	struct message msg;
	struct search *f;
	const u64 limit = m->limit == 0 || m->limit > LIST_PAGE ? LIST_PAGE : m->limit;
	u64 n = 0, last = 0;
	if (m->from > SEARCH_FROM_THEM || m->kind > SEARCH_KIND_EDITED || m->since_ms > MAX_TIME_MS ||
	    m->until_ms > MAX_TIME_MS || m->before > INT64_MAX)
		return ERR_PEER_FORMAT;
	if (m->contact && !contacts_get(v->store, m->contact, &c))
		return ERR_LOCAL_MISSING;
	const struct search_ask ask = {.text = m->text,
	                               .contact = m->contact,
	                               .from = (enum search_from)m->from,
	                               .kind = (enum search_kind)m->kind,
	                               .since_ms = m->since_ms,
	                               .until_ms = m->until_ms,
	                               .before = m->before,
	                               .limit = (u32)limit + 1}; /* one more, to know whether there is one */
	TRY(search_open(v->store, &ask, &f));
	bool more = search_next(f, &msg);
	for (; more && n < limit; n++, more = search_next(f, &msg)) {
		tell_found(v, req, f, &msg);
		last = msg.row;
	}
	search_close(f);
	vault_send(v, ROLE_WEB, &IPC_MSG(req, found_end, .next = more ? last : 0));
	return OK;
}
