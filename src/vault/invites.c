#include "vault/invites.h"

#include "crypto/kdf.h"
#include "peer/pq.h"

void invites_pqfp(const struct onion_pub *onion, const struct pq_identity *pq, u8 ret[static PQFP_LEN])
{
	pq_fingerprint(onion, pq, ret);
}

/* Expand(secret, label, "", n): boc_expand takes a key of 64 bytes, as HMAC pads the 32 with zeros it is the same. */
static void expand(const struct secret32 *secret, const char *label, u8 *out, size_t n)
{
	u8 prk[SHA512_LEN] = {0};
	memcpy(prk, secret->b, sizeof secret->b);
	boc_expand(prk, label, slice_of(NULL, 0), out, n);
	wipe(prk, sizeof prk);
}

void invites_id(const struct secret32 *secret, u8 ret[static INV_ID_LEN])
{
	expand(secret, "inv id", ret, INV_ID_LEN);
}

void invites_key(const struct secret32 *secret, struct secret32 *ret)
{
	expand(secret, "inv key", ret->b, sizeof ret->b);
}

/* ---- given away by us ---- */

/* Reads INVITE_COLS of the row the query stands on. */
static void read_row(struct query *q, struct invite *ret)
{
	*ret = (struct invite){
		.id = (u64)query_get_int(q, 0),
		.identity = (u32)query_get_int(q, 1),
		.state = (enum invite_state)query_get_int(q, 3),
		.contact = (u64)query_get_int(q, 4),
		.created_ms = (u64)query_get_int(q, 5),
		.expires_ms = (u64)query_get_int(q, 6),
	};
	query_get_text(q, 2, ret->label, sizeof ret->label);
	query_get_fixed(q, 7, ret->pqfp, sizeof ret->pqfp);
	if (ret->state == INVITE_OPEN)
		query_get_fixed(q, 8, ret->secret.b, sizeof ret->secret.b);
}

static bool take_row(struct query *q, struct invite *ret)
{
	bool found = query_row(q);
	if (found)
		read_row(q, ret);
	query_end(q);
	return found;
}

bool invites_find_open(struct store *s, u32 identity, const u8 inv_id[static INV_ID_LEN], u64 now_ms,
                       struct invite *ret)
{
	u8 id[INV_ID_LEN];
	bool found = false;
	struct invite i;
	struct query q = store_query(s, sql_invite_open);
	query_int(&q, identity);
	query_int(&q, (i64)now_ms);
	while (query_row(&q)) {
		read_row(&q, &i);
		invites_id(&i.secret, id);
		if (ct_equal(id, inv_id, sizeof id)) {
			*ret = i;
			found = true;
		}
	}
	query_end(&q);
	wipe(&i, sizeof i);
	return found;
}

static void close_row(struct store *s, struct invite *i, enum invite_state state, u64 contact)
{
	i->state = state;
	i->contact = contact;
	secret32_wipe(&i->secret);
	struct query q = store_query(s, sql_invite_end);
	query_int(&q, (i64)i->id);
	query_int(&q, (i64)state);
	query_int(&q, (i64)contact);
	query_run(&q);
	/* PROTO 8.2.3: "The secret of an invitation is erased where it was made when it is used, when it is revoked and when it
	 * expires" */
	store_erases(s);
}

void invites_use(struct store *s, struct invite *i, u64 contact)
{
	close_row(s, i, INVITE_USED, contact);
}

void invites_end(struct store *s, struct invite *i, enum invite_state state)
{
	close_row(s, i, state, 0);
}

bool invites_get(struct store *s, u64 id, struct invite *ret)
{
	struct query q = store_query(s, sql_invite_get);
	query_int(&q, (i64)id);
	return take_row(&q, ret);
}

bool invites_after(struct store *s, u32 identity, u64 id, struct invite *ret)
{
	struct query q = store_query(s, sql_invite_after);
	query_int(&q, (i64)id);
	query_int(&q, identity);
	return take_row(&q, ret);
}

bool invites_expired_after(struct store *s, u64 now_ms, u64 id, struct invite *ret)
{
	struct query q = store_query(s, sql_invite_expired);
	query_int(&q, (i64)id);
	query_int(&q, (i64)now_ms);
	return take_row(&q, ret);
}

u64 invites_next_expiry(struct store *s)
{
	struct query q = store_query(s, sql_invite_next_expiry);
	return query_take_int(&q);
}

void invites_forget(struct store *s, u32 identity)
{
	struct query q = store_query(s, sql_invite_forget_identity);
	query_int(&q, identity);
	query_run(&q);
	store_erases(s);
}

err_t invites_add(struct store *s, struct invite *i)
{
	struct query q = store_query(s, sql_invite_count);
	if (query_take_int(&q) >= MAX_INVITES) {
		q = store_query(s, sql_invite_drop_closed);
		if (query_run(&q) == 0)
			return ERR_PEER_LIMIT;
	}
	i->state = INVITE_OPEN;
	q = store_query(s, sql_invite_add);
	query_int(&q, i->identity);
	query_text(&q, slice_str(i->label));
	query_int(&q, INVITE_OPEN);
	query_int(&q, (i64)i->created_ms);
	query_int(&q, (i64)i->expires_ms);
	query_bytes(&q, slice_of(i->pqfp, sizeof i->pqfp));
	query_bytes(&q, slice_of(i->secret.b, sizeof i->secret.b));
	query_run(&q);
	i->id = store_last_id(s);
	return OK;
}

/* ---- given to us ---- */

bool invites_held(struct store *s, u64 contact, struct invite_held *ret)
{
	struct query q = store_query(s, sql_held_get);
	query_int(&q, (i64)contact);
	bool found = query_row(&q);
	if (found) {
		*ret = (struct invite_held){.is_refused = query_get_int(&q, 1) != 0};
		query_get_fixed(&q, 0, ret->pqfp, sizeof ret->pqfp);
		if (!ret->is_refused)
			query_get_fixed(&q, 2, ret->secret.b, sizeof ret->secret.b);
	}
	query_end(&q);
	return found;
}

void invites_hold(struct store *s, u64 contact, const u8 pqfp[static PQFP_LEN], const struct secret32 *secret)
{
	struct query q = store_query(s, sql_held_set);
	query_int(&q, (i64)contact);
	query_bytes(&q, slice_of(pqfp, PQFP_LEN));
	query_bytes(&q, slice_of(secret->b, sizeof secret->b));
	query_run(&q);
	store_erases(s); /* of one it replaces */
}

static void change_held(struct store *s, enum store_sql which, u64 contact)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)contact);
	if (query_run(&q))
		store_erases(s);
}

void invites_let_go(struct store *s, u64 contact)
{
	change_held(s, sql_held_drop, contact);
}

void invites_refused(struct store *s, u64 contact)
{
	change_held(s, sql_held_refused, contact);
}
