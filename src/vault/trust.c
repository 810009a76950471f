#include "vault/trust.h"

#include "base/limits.h"

/* A statement whose first parameter is the contact. */
static struct query of_contact(struct store *s, enum store_sql which, u64 contact)
{
	struct query q = store_query(s, which);
	query_int(&q, (i64)contact);
	return q;
}

void trust_get(struct store *s, const struct contact *c, u64 now_ms, struct trust *ret)
{
	*ret = (struct trust){.level = TRUST_UNVERIFIED, .changed = c->key_changed};
	struct query q = of_contact(s, sql_trust_get, c->id);
	if (query_row(&q)) {
		ret->level = (enum trust_level)query_get_int(&q, 0);
		ret->rotated_ms = (u64)query_get_int(&q, 1);
	}
	query_end(&q);
	q = of_contact(s, sql_lost_get, c->id);
	query_int(&q, now_ms > LOST_WINDOW_MS ? (i64)(now_ms - LOST_WINDOW_MS) : 0);
	if (query_row(&q)) {
		ret->lost_ms = (u64)query_get_int(&q, 0);
		ret->lost_30d = (u32)query_get_int(&q, 1);
	}
	query_end(&q);
}

void trust_set_level(struct store *s, u64 contact, enum trust_level level)
{
	struct query q = of_contact(s, sql_trust_set_level, contact);
	query_int(&q, (i64)level);
	query_run(&q);
}

enum pq_relation trust_compare(struct store *s, u64 contact, const struct pq_identity *pq)
{
	struct pq_identity pin;
	return pq_compare(contacts_pin(s, contact, &pin) ? &pin : NULL, pq);
}

static void put_identity(struct query *q, const struct pq_identity *pq)
{
	query_bytes(q, slice_of(pq->pk, sizeof pq->pk));
	query_bytes(q, slice_of(pq->next, sizeof pq->next));
	query_int(q, pq->seq);
}

void trust_replace_pin(struct store *s, u64 contact, const struct pq_identity *pq, u64 now_ms)
{
	struct query q = of_contact(s, sql_pin_set, contact);
	put_identity(&q, pq);
	query_run(&q);
	if (!now_ms)
		return;
	q = of_contact(s, sql_trust_set_rotated, contact);
	query_int(&q, (i64)now_ms);
	query_run(&q);
}

err_t trust_pin(struct store *s, u64 contact, const struct pq_identity *pq, u64 now_ms)
{
	switch (trust_compare(s, contact, pq)) {
	/* PROTO 5.2.1: "First contact without an invitation is trust on first use" */
	case PQ_NEW: trust_replace_pin(s, contact, pq, 0); return OK;
	case PQ_SAME: return OK;
	case PQ_ROTATED: trust_replace_pin(s, contact, pq, now_ms); return OK;
	/* PROTO 5.1: "a thief of the current key must not be able to replace the commitment" */
	case PQ_CHANGED:
	case PQ_INVALID: break;
	}
	return ERR_PEER_PIN;
}

void trust_set_candidate(struct store *s, struct contact *c, const struct pq_identity *pq)
{
	/* PROTO 5.4.1: "kept as a candidate; the newest replaces the one before" */
	struct query q = of_contact(s, sql_candidate_set, c->id);
	put_identity(&q, pq);
	query_run(&q);
	if (!c->key_changed)
		contacts_set_key_changed(s, c, true);
}

bool trust_candidate(struct store *s, u64 contact, struct pq_identity *ret)
{
	struct query q = of_contact(s, sql_candidate_get, contact);
	bool found = query_row(&q);
	if (found) {
		query_get_fixed(&q, 0, ret->pk, sizeof ret->pk);
		query_get_fixed(&q, 1, ret->next, sizeof ret->next);
		ret->seq = (u32)query_get_int(&q, 2);
	}
	query_end(&q);
	return found;
}

void trust_drop_candidate(struct store *s, struct contact *c)
{
	struct query q = of_contact(s, sql_candidate_remove, c->id);
	query_run(&q);
	if (c->key_changed)
		contacts_set_key_changed(s, c, false);
}

err_t trust_accept_candidate(struct store *s, struct contact *c)
{
	struct pq_identity pq;
	if (!trust_candidate(s, c->id, &pq))
		return ERR_LOCAL_MISSING;
	/* PROTO 5.4.3: "it becomes the pin, not verified" */
	trust_replace_pin(s, c->id, &pq, 0);
	trust_set_level(s, c->id, TRUST_UNVERIFIED);
	/* PROTO 5.4.5: "The continuity secret of the old identity goes" */
	struct query q = of_contact(s, sql_continuity_remove, c->id);
	query_run(&q);
	store_erases(s);
	trust_drop_candidate(s, c);
	return OK;
}

struct floor trust_floor(struct store *s, u64 contact)
{
	struct floor f = {0};
	struct query q = of_contact(s, sql_floor_get, contact);
	if (query_row(&q))
		f = (struct floor){.version = (u8)query_get_int(&q, 0), .suite = (u32)query_get_int(&q, 1)};
	query_end(&q);
	return f;
}

void trust_raise_floor(struct store *s, u64 contact, struct floor completed)
{
	/* PROTO 3.6.3: "the highest version and suite that a link to it ever had" */
	struct query q = of_contact(s, sql_floor_raise, contact);
	query_int(&q, completed.version);
	query_int(&q, completed.suite);
	query_run(&q);
}
