#include "vault/contacts.h"

struct slice contacts_shown_name(const struct contact *c)
{
	return slice_str(c->name[0] ? c->name : c->their_name);
}

/* Reads CONTACT_COLS and ends the query. */
static bool take_row(struct query *q, struct contact *ret)
{
	bool found = query_row(q);
	if (found) {
		*ret = (struct contact){
			.id = (u64)query_get_int(q, 0),
			.identity = (u32)query_get_int(q, 1),
			.state = (enum contact_state)query_get_int(q, 6),
			.key_changed = query_get_int(q, 7) != 0,
			.out_seq = (u64)query_get_int(q, 8),
			.created_ms = (u64)query_get_int(q, 9),
			.profile = (u64)query_get_int(q, 10),
			.profile_mine = (u64)query_get_int(q, 11),
			.profile_theirs = (u64)query_get_int(q, 12),
			.cover = query_get_int(q, 13) != 0,
		};
		query_get_fixed(q, 2, ret->onion.b, sizeof ret->onion.b);
		query_get_text(q, 3, ret->name, sizeof ret->name);
		query_get_text(q, 4, ret->their_name, sizeof ret->their_name);
		query_get_text(q, 5, ret->greeting, sizeof ret->greeting);
	}
	query_end(q);
	return found;
}

bool contacts_get(struct store *s, u64 id, struct contact *ret)
{
	struct query q = store_query(s, sql_contact_by_id);
	query_int(&q, (i64)id);
	return take_row(&q, ret);
}

bool contacts_find(struct store *s, u32 identity, const struct onion_pub *onion, struct contact *ret)
{
	struct query q = store_query(s, sql_contact_by_onion);
	query_int(&q, identity);
	query_bytes(&q, slice_of(onion->b, sizeof onion->b));
	return take_row(&q, ret);
}

bool contacts_after(struct store *s, u64 id, struct contact *ret)
{
	struct query q = store_query(s, sql_contact_after);
	query_int(&q, (i64)id);
	return take_row(&q, ret);
}

bool contacts_after_in(struct store *s, u32 identity, enum contact_state state, u64 id, struct contact *ret)
{
	struct query q = store_query(s, sql_contact_after_in);
	query_int(&q, identity);
	query_int(&q, (i64)state);
	query_int(&q, (i64)id);
	return take_row(&q, ret);
}

u64 contacts_count(struct store *s, enum contact_state state)
{
	struct query q = store_query(s, sql_contact_count);
	query_int(&q, (i64)state);
	return query_take_int(&q);
}

u64 contacts_count_of(struct store *s, u32 identity, enum contact_state state)
{
	struct query q = store_query(s, sql_contact_count_of);
	query_int(&q, identity);
	query_int(&q, (i64)state);
	return query_take_int(&q);
}

void contacts_add(struct store *s, struct contact *c)
{
	struct query q = store_query(s, sql_contact_add);
	query_int(&q, c->identity);
	query_bytes(&q, slice_of(c->onion.b, sizeof c->onion.b));
	query_text(&q, slice_str(c->name));
	query_text(&q, slice_str(c->greeting));
	query_int(&q, (i64)c->state);
	query_int(&q, (i64)c->created_ms);
	query_run(&q);
	c->id = store_last_id(s);
}

/* A statement whose first parameter is the contact. */
static struct query update(struct store *s, enum store_sql which, const struct contact *c)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)c->id);
	return q;
}

static void copy_text(char *to, size_t cap, struct slice text)
{
	size_t n = MIN(text.n, cap - 1);
	if (n)
		memcpy(to, text.p, n);
	to[n] = 0;
}

void contacts_set_state(struct store *s, struct contact *c, enum contact_state state)
{
	c->state = state;
	struct query q = update(s, sql_contact_set_state, c);
	query_int(&q, (i64)state);
	query_run(&q);
}

void contacts_set_name(struct store *s, struct contact *c, struct slice name)
{
	copy_text(c->name, sizeof c->name, name);
	struct query q = update(s, sql_contact_set_name, c);
	query_text(&q, slice_str(c->name));
	query_run(&q);
}

void contacts_set_their_name(struct store *s, struct contact *c, struct slice name)
{
	copy_text(c->their_name, sizeof c->their_name, name);
	struct query q = update(s, sql_contact_set_their_name, c);
	query_text(&q, slice_str(c->their_name));
	query_run(&q);
}

void contacts_set_greeting(struct store *s, struct contact *c, struct slice greeting)
{
	copy_text(c->greeting, sizeof c->greeting, greeting);
	struct query q = update(s, sql_contact_set_greeting, c);
	query_text(&q, slice_str(c->greeting));
	query_run(&q);
}

void contacts_set_key_changed(struct store *s, struct contact *c, bool changed)
{
	c->key_changed = changed;
	struct query q = update(s, sql_contact_set_key_changed, c);
	query_int(&q, changed);
	query_run(&q);
}

void contacts_set_cover(struct store *s, struct contact *c, bool on)
{
	c->cover = on;
	struct query q = update(s, sql_contact_set_cover, c);
	query_int(&q, on);
	query_run(&q);
}

void contacts_set_out_seq(struct store *s, struct contact *c, u64 seq)
{
	c->out_seq = seq;
	struct query q = update(s, sql_contact_set_out_seq, c);
	query_int(&q, (i64)seq);
	query_run(&q);
}

void contacts_set_profile(struct store *s, struct contact *c, u64 change)
{
	c->profile = change;
	struct query q = update(s, sql_contact_set_profile, c);
	query_int(&q, (i64)change);
	query_run(&q);
}

void contacts_remove(struct store *s, u64 id)
{
	static const enum store_sql all[] = {sql_contact_remove_pin,
	                                     sql_candidate_remove,
	                                     sql_continuity_remove,
	                                     sql_held_drop,
	                                     sql_contact_remove_losses,
	                                     sql_contact_remove_outbox,
	                                     sql_contact_remove_heard,
	                                     sql_contact_remove_ahead,
	                                     sql_draft_drop,
	                                     sql_admitted_remove,
	                                     sql_gate_remove,
	                                     sql_contact_remove};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct query q = store_query(s, all[i]);
		query_int(&q, (i64)id);
		query_run(&q);
	}
	store_erases(s);
}

static u64 first_removed(struct store *s)
{
	struct query q = store_query(s, sql_contact_removed);
	return query_take_int(&q);
}

bool contacts_to_erase(struct store *s)
{
	return first_removed(s) != 0;
}

/* Up to so many; gives how many there were. */
static u32 erase(struct store *s, enum store_sql which, u64 id, u32 messages)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)id);
	query_int(&q, messages);
	store_erases(s);
	return (u32)query_run(&q);
}

void contacts_erase(struct store *s, u32 messages)
{
	for (u64 id; messages && (id = first_removed(s)) != 0;) {
		/* The oldest first: FTS5 walks to each from the beginning of each of its words. Edits after what they edited,
		 * which would have to be indexed again else. */
		u32 erased = erase(s, sql_contact_erase_messages, id, messages);
		erased += erase(s, sql_contact_erase_items, id, messages - erased);
		if (erased == messages)
			return; /* perhaps not all */
		messages -= MAX(erased, 1);
		struct query q = store_query(s, sql_contact_erase);
		query_int(&q, (i64)id);
		query_run(&q);
	}
}

bool contacts_pin(struct store *s, u64 id, struct pq_identity *ret)
{
	struct query q = store_query(s, sql_pin_get);
	query_int(&q, (i64)id);
	bool found = query_row(&q);
	if (found) {
		query_get_fixed(&q, 0, ret->pk, sizeof ret->pk);
		query_get_fixed(&q, 1, ret->next, sizeof ret->next);
		ret->seq = (u32)query_get_int(&q, 2);
	}
	query_end(&q);
	return found;
}
