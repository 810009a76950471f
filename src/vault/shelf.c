#include "vault/shelf.h"

#include "wire/ipc.h"

/* archived: one more than the ordinal of the last message at that time, 0 where it is not. So nothing has to be written when
 * a message comes, and one that comes while the vault is locked counts as well. */
static u64 read_row(struct store *s, u64 contact, u8 *ret_chosen)
{
	struct query q = store_query(s, sql_shelf_get);
	query_int(&q, (i64)contact);
	bool there = query_row(&q);
	*ret_chosen = there ? (u8)query_get_int(&q, 0) : 0;
	u64 archived = there ? (u64)query_get_int(&q, 1) : 0;
	query_end(&q);
	return archived;
}

u8 shelf_get(struct store *s, u64 contact, u64 last)
{
	u8 chosen;
	u64 archived = read_row(s, contact, &chosen);
	bool is_archived = archived != 0 && (last < archived || (chosen & CONVERSATION_MUTED));
	return (u8)(chosen | (is_archived ? CONVERSATION_ARCHIVED : 0));
}

void shelf_set(struct store *s, u64 contact, u8 which, u8 on, u64 last)
{
	const u8 kept = CONVERSATION_PINNED | CONVERSATION_MUTED | CONVERSATION_MARKED;
	u8 chosen;
	u64 archived = read_row(s, contact, &chosen);
	chosen = (u8)((chosen & ~which) | (on & which & kept));
	if (which & CONVERSATION_ARCHIVED)
		archived = on & CONVERSATION_ARCHIVED ? last + 1 : 0;
	struct query q = store_query(s, sql_shelf_set);
	query_int(&q, (i64)contact);
	query_int(&q, chosen);
	query_int(&q, (i64)archived);
	query_run(&q);
}
