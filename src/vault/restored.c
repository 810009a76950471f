#include "vault/restored.h"

#include "base/limits.h"
#include "base/log.h"
#include "vault/invites.h"
#include "vault/order.h"

static void run(struct store *s, enum store_sql which)
{
	struct query q = store_query(s, which);
	query_run(&q);
}

static u64 made_ms(struct store *s)
{
	struct query q = store_query(s, sql_restored_get);
	return query_take_int(&q);
}

void restored_get(struct store *s, u64 *ret_from_ms, u64 *ret_at_ms)
{
	struct query q = store_query(s, sql_restored_get);
	bool any = query_row(&q);
	*ret_from_ms = any ? (u64)query_get_int(&q, 1) : 0;
	*ret_at_ms = any ? (u64)query_get_int(&q, 2) : 0;
	query_end(&q);
}

/* Those that we gave away: somebody may have used them since. One that was given to us is kept: where it was used by us, the
 * other side has us for a contact and does not look at it (PROTO 7.7); where it was not, it is the only way to them. */
static void revoke_invites(struct store *s)
{
	struct invite i = {0};
	while (invites_after(s, 0, i.id, &i))
		if (i.state == INVITE_OPEN)
			invites_end(s, &i, INVITE_REVOKED);
	wipe(&i, sizeof i);
}

/* The pair of the backup may have opened an inbox since: what opened once opens nothing again (docs/decisions/0011). */
static void renew_inbox(struct store *s, const struct env *env)
{
	struct secret32 seed;
	env_random(env, seed.b, sizeof seed.b);
	struct query q = store_query(s, sql_inbox_renew); /* no row: it was not chosen */
	query_bytes(&q, slice_of(seed.b, sizeof seed.b));
	query_run(&q);
	secret32_wipe(&seed);
}

err_t restored_begin(struct store *s, const struct env *env, bool *ret)
{
	*ret = made_ms(s) != 0;
	if (!*ret)
		return store_error(s);
	/* PROTO 5.5.6: "forgets the continuity secrets of all its contacts before its first link" */
	run(s, sql_restored_continuity);
	run(s, sql_restored_contacts);
	revoke_invites(s);
	renew_inbox(s, env);
	struct query q = store_query(s, sql_restored_set);
	query_int(&q, (i64)MAX(env_wall_ms(env), 1));
	query_run(&q);
	store_erases(s);
	return store_commit(s);
}

/* ---- numbers ---- */

static void shift(struct store *s, enum store_sql which, u64 contact, u64 from, u64 by)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)contact);
	query_int(&q, (i64)from);
	query_int(&q, (i64)by);
	query_run(&q);
}

static void with_contact(struct store *s, enum store_sql which, u64 contact)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)contact);
	query_run(&q);
}

void restored_synced(struct store *s, struct contact *c, const struct peer_sync *sync)
{
	struct query q = store_query(s, sql_contact_behind);
	query_int(&q, (i64)c->id);
	u64 from = query_take_int(&q), by = sync->top + 1 - from;
	if (from == 0)
		return;
	with_contact(s, sql_contact_not_behind, c->id);
	/* PROTO 4.5.16: "where `top` is that or more, by less than 2^20" */
	if (sync->top < from || by > RESTORED_JUMP_MAX || c->out_seq + by > ITEM_SEQ_MAX)
		return;
	log_info("contact %llu has %llu items of ours that the backup does not have", (unsigned long long)c->id,
	         (unsigned long long)by);
	/* What waits was never sent: DATA goes only after a SYNC, and this is the first one. */
	shift(s, sql_message_shift, c->id, from, by);
	shift(s, sql_outbox_shift, c->id, from, by);
	with_contact(s, sql_outbox_shifted, c->id);
	contacts_set_out_seq(s, c, c->out_seq + by);
	order_hash_again(s, c->id, sync->top);
}
