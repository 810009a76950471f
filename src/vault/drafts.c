#include "vault/drafts.h"

#include "vault/messages.h"

static struct slice take(struct query *q, int column, u8 room[MAX_TEXT])
{
	struct slice text = query_get_bytes(q, column);
	text.n = MIN(text.n, MAX_TEXT);
	if (text.n)
		memcpy(room, text.p, text.n);
	return slice_of(room, text.n);
}

void drafts_get(struct store *s, u64 contact, u8 room[DRAFT_ROOM], struct draft *ret)
{
	*ret = (struct draft){0};
	struct query q = store_query(s, sql_draft_get);
	query_int(&q, (i64)contact);
	if (query_row(&q)) {
		ret->text = take(&q, 0, room);
		ret->reply = (u64)query_get_int(&q, 1);
		ret->edit = (u64)query_get_int(&q, 2);
		ret->edited = take(&q, 3, room + MAX_TEXT);
	}
	query_end(&q);
}

static bool begins(struct slice text, struct slice with)
{
	return text.n >= with.n && (with.n == 0 || memcmp(text.p, with.p, with.n) == 0);
}

/* Without the spaces at its edges: so a client sends what was written. */
static struct slice trimmed(struct slice text)
{
	return slice_trim(text, " \n");
}

static bool is_there(struct store *s, u64 contact, u64 ordinal)
{
	struct message m;
	return ordinal && messages_at(s, contact, ordinal, &m) && m.gone == GONE_NOT;
}

static void put(struct store *s, u64 contact, const struct draft *d)
{
	bool none = d->text.n == 0 && d->reply == 0 && d->edit == 0;
	struct query q = store_query(s, none ? sql_draft_drop : sql_draft_set);
	query_int(&q, (i64)contact);
	if (!none) {
		query_text(&q, d->text);
		query_int(&q, (i64)d->reply);
		query_int(&q, (i64)d->edit);
		query_text(&q, d->edited);
	}
	query_run(&q);
}

bool drafts_set(struct store *s, u64 contact, const struct draft *d)
{
	u8 room[DRAFT_ROOM];
	struct draft before, now = *d;
	if (!is_there(s, contact, now.reply))
		now.reply = 0;
	if (!is_there(s, contact, now.edit)) {
		now.edit = 0;
		now.edited.n = 0;
	}
	drafts_get(s, contact, room, &before);
	bool grows = begins(now.text, before.text) && begins(now.edited, before.edited);
	bool same = grows && now.text.n == before.text.n && now.edited.n == before.edited.n &&
	            now.reply == before.reply && now.edit == before.edit;
	wipe(room, sizeof room);
	if (same)
		return false;
	if (!grows)
		store_erases(s);
	put(s, contact, &now);
	return true;
}

bool drafts_sent(struct store *s, u64 contact, u64 reply, struct slice text)
{
	u8 room[DRAFT_ROOM];
	struct draft d;
	drafts_get(s, contact, room, &d);
	bool done = d.text.n ? begins(trimmed(text), trimmed(d.text)) : d.reply && d.reply == reply;
	if (done) {
		d.reply = 0;
		d.text.n = 0;
		(void)drafts_set(s, contact, &d);
	}
	wipe(room, sizeof room);
	return done;
}

bool drafts_edited(struct store *s, u64 contact, u64 edit)
{
	u8 room[DRAFT_ROOM];
	struct draft d;
	drafts_get(s, contact, room, &d);
	bool done = d.edit && d.edit == edit;
	if (done) {
		d.edit = 0;
		d.edited.n = 0;
		(void)drafts_set(s, contact, &d);
	}
	wipe(room, sizeof room);
	return done;
}
