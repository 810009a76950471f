#include "vault/shelf.h"

#include "wire/ipc.h"

/* archived: one more than the ordinal of the last message at that time, 0 where it is not. So nothing has to be written when
 * a message comes, and one that comes while the vault is locked counts as well. */
u8 shelf_get(struct store *s, u64 contact, u64 last)
{
	struct query q = store_query(s, sql_shelf_get);
	query_int(&q, (i64)contact);
	bool there = query_row(&q);
	u8 chosen = there ? (u8)query_get_int(&q, 0) : 0;
	u64 archived = there ? (u64)query_get_int(&q, 1) : 0;
	query_end(&q);
	bool is_archived = archived != 0 && (last < archived || (chosen & CONVERSATION_MUTED));
	return (u8)(chosen | (is_archived ? CONVERSATION_ARCHIVED : 0));
}

void shelf_set(struct store *s, u64 contact, u8 which, u8 on, u64 last)
{
	const u8 kept = CONVERSATION_PINNED | CONVERSATION_MUTED | CONVERSATION_MARKED;
	/* As it is now, not as it was written: what is muted or not from here on moves nothing that has come back, or has not. */
	u8 chosen = (u8)((shelf_get(s, contact, last) & ~which) | (on & which));
	struct query q = store_query(s, sql_shelf_set);
	query_int(&q, (i64)contact);
	query_int(&q, chosen & kept);
	query_int(&q, chosen & CONVERSATION_ARCHIVED ? (i64)last + 1 : 0);
	query_run(&q);
}
