#include "vault/identity.h"

#include <sodium.h>
#include <stdlib.h>

#include "crypto/onion_key.h"
#include "vault/gates.h"

/* ---- rows ---- */

err_t identity_create(struct store *s, const struct env *env, struct slice name, u32 *ret_id)
{
	struct secret32 seeds[3]; /* onion, ML-DSA now, ML-DSA next */
	struct query q = store_query(s, sql_identity_count_up);
	query_run(&q);
	q = store_query(s, sql_identity_last);
	u32 id = (u32)query_take_int(&q);
	env_random(env, seeds, sizeof seeds);
	q = store_query(s, sql_identity_add);
	query_int(&q, id);
	query_text(&q, name);
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++)
		query_bytes(&q, slice_of(seeds[i].b, sizeof seeds[i].b));
	query_int(&q, (i64)env_wall_ms(env));
	query_run(&q);
	wipe(seeds, sizeof seeds);
	gates_create(s, env, id);
	if (store_is_broken(s))
		return ERR_LOCAL_STORE;
	*ret_id = id;
	return OK;
}

static struct identity *free_one(struct identity *i)
{
	if (!i)
		return NULL;
	i->key = mldsa_key_free(i->key);
	sodium_free(i); /* wipes */
	return NULL;
}

static void *guarded(size_t n)
{
	void *p = sodium_malloc(n);
	if (!p)
		abort();
	memset(p, 0, n);
	return p;
}

static err_t make_keys(struct identity *i, const struct secret32 *onion, const struct secret32 *now,
                       const struct secret32 *next)
{
	CLEANUP(mldsa_key_freep) struct mldsa_key *next_key = NULL;
	onion_sec_from_seed(onion, &i->sec);
	TRY(onion_pub_from_sec(&i->sec, &i->onion));
	TRY(mldsa_key_new(now, &i->key));
	TRY(mldsa_key_new(next, &next_key));
	memcpy(i->pq.pk, mldsa_key_pk(i->key), MLDSA_PK_LEN);
	pq_commit(mldsa_key_pk(next_key), i->pq.next);
	return OK;
}

static err_t load(struct store *s, u32 id, struct identity **ret)
{
	struct identity *i = guarded(sizeof *i);
	struct secret32 seeds[3];
	struct query q = store_query(s, sql_identity_get);
	query_int(&q, id);
	bool found = query_row(&q);
	if (found) {
		i->id = id;
		query_get_text(&q, 0, i->name, sizeof i->name);
		for (int k = 0; k < 3; k++)
			query_get_fixed(&q, 1 + k, seeds[k].b, sizeof seeds[k].b);
		i->pq.seq = (u32)query_get_int(&q, 4);
		i->strangers = query_get_int(&q, 5) != 0;
		i->rotated_ms = (u64)query_get_int(&q, 6);
		i->profile = (u64)query_get_int(&q, 7);
		i->pictured = query_get_int(&q, 8) != 0;
		query_get_fixed(&q, 9, i->gate_seed.b, sizeof i->gate_seed.b);
		i->listed = query_get_int(&q, 10) != 0;
	}
	query_end(&q);
	err_t e = ERR_LOCAL_STORE;
	if (found && !store_is_broken(s))
		e = make_keys(i, &seeds[0], &seeds[1], &seeds[2]);
	if (e == OK)
		e = gates_load(i);
	wipe(seeds, sizeof seeds);
	if (e == OK)
		*ret = MOVE(i);
	free_one(i);
	return e;
}

/* ---- all of them ---- */

err_t identities_add(struct identities *ids, struct store *s, u32 id, struct identity **ret)
{
	if (ids->n == MAX_IDENTITIES)
		return ERR_PEER_LIMIT;
	TRY(load(s, id, &ids->all[ids->n]));
	*ret = ids->all[ids->n++];
	return OK;
}

err_t identities_load(struct store *s, struct identities **ret)
{
	struct identities *ids = guarded(sizeof *ids);
	struct identity *i;
	err_t e = OK;
	u32 id = 0;
	while (e == OK) {
		struct query q = store_query(s, sql_identity_after);
		query_int(&q, id);
		id = (u32)query_take_int(&q);
		if (id == 0)
			break;
		e = identities_add(ids, s, id, &i);
	}
	if (e == OK && (ids->n == 0 || store_is_broken(s)))
		e = store_is_broken(s) ? store_error(s) : ERR_LOCAL_STORE;
	if (e == OK)
		*ret = MOVE(ids);
	identities_free(ids);
	return e;
}

struct identities *identities_free(struct identities *ids)
{
	if (!ids)
		return NULL;
	for (size_t i = 0; i < ids->n; i++)
		ids->all[i] = free_one(ids->all[i]);
	sodium_free(ids); /* wipes */
	return NULL;
}

struct identity *identities_find(const struct identities *ids, u32 id)
{
	if (id == 0)
		return ids->all[0];
	for (size_t i = 0; i < ids->n; i++)
		if (ids->all[i]->id == id)
			return ids->all[i];
	return NULL;
}

void identities_remove(struct identities *ids, struct store *s, struct identity *i)
{
	struct query q = store_query(s, sql_contact_move_removed);
	query_int(&q, i->id);
	query_run(&q);
	q = store_query(s, sql_identity_remove);
	query_int(&q, i->id);
	query_run(&q);
	store_erases(s);
	size_t at = 0;
	while (ids->all[at] != i)
		at++;
	ids->n--;
	memmove(ids->all + at, ids->all + at + 1, (ids->n - at) * sizeof(struct identity *));
	ids->all[ids->n] = NULL;
	free_one(i);
}

/* ---- changes ---- */

static void changed(struct store *s, struct identity *i)
{
	struct query q = store_query(s, sql_identity_set_profile);
	query_int(&q, i->id);
	query_int(&q, (i64)++i->profile);
	query_run(&q);
}

void identity_set_name(struct store *s, struct identity *i, struct slice name)
{
	size_t n = MIN(name.n, sizeof i->name - 1);
	memcpy(i->name, name.p, n);
	i->name[n] = 0;
	struct query q = store_query(s, sql_identity_set_name);
	query_int(&q, i->id);
	query_text(&q, slice_str(i->name));
	query_run(&q);
	changed(s, i);
}

void identity_set_picture(struct store *s, struct identity *i, struct slice picture)
{
	i->pictured = picture.n != 0;
	struct query q = store_query(s, sql_identity_set_picture);
	query_int(&q, i->id);
	query_bytes(&q, picture);
	query_run(&q);
	store_erases(s); /* the one before */
	changed(s, i);
}

size_t identity_picture(struct store *s, const struct identity *i, u8 ret[static PICTURE_LEN])
{
	struct query q = store_query(s, sql_identity_picture);
	query_int(&q, i->id);
	struct slice p = query_row(&q) ? query_get_bytes(&q, 0) : slice_of(NULL, 0);
	size_t n = p.n == PICTURE_LEN ? p.n : 0;
	if (n)
		memcpy(ret, p.p, n);
	query_end(&q);
	return n;
}

void identity_set_strangers(struct store *s, struct identity *i, bool strangers)
{
	i->strangers = strangers;
	struct query q = store_query(s, sql_identity_set_strangers);
	query_int(&q, i->id);
	query_int(&q, strangers);
	query_run(&q);
}

/* The current key says which one comes after it. */
static err_t announce(const struct env *env, const struct identity *i, struct pq_entry *ret)
{
	u8 msg[PQ_ROTATE_MSG_LEN], sig[MLDSA_SIG_LEN];
	pq_rotate_msg(&i->onion, &i->pq, msg);
	TRY(mldsa_sign(i->key, env, slice_of(msg, sizeof msg), pq_rotate_ctx(), sig));
	ret->id = i->pq;
	memcpy(ret->sig, sig, sizeof sig);
	return OK;
}

bool identity_former(struct store *s, u32 identity, u32 seq, struct pq_entry *ret)
{
	struct query q = store_query(s, sql_rotation_get);
	query_int(&q, identity);
	query_int(&q, seq);
	bool found = query_row(&q);
	if (found) {
		ret->id.seq = seq;
		query_get_fixed(&q, 0, ret->id.pk, sizeof ret->id.pk);
		query_get_fixed(&q, 1, ret->id.next, sizeof ret->id.next);
		query_get_fixed(&q, 2, ret->sig, sizeof ret->sig);
	}
	query_end(&q);
	return found;
}

/* PROTO 8.2.2: "What a former post-quantum key of ours said of its successor (5.3.2) is kept" */
static void store_rotation(struct store *s, u32 identity, const struct pq_entry *e)
{
	struct query q = store_query(s, sql_rotation_add);
	query_int(&q, identity);
	query_int(&q, e->id.seq);
	query_bytes(&q, slice_of(e->id.pk, sizeof e->id.pk));
	query_bytes(&q, slice_of(e->id.next, sizeof e->id.next));
	query_bytes(&q, slice_of(e->sig, sizeof e->sig));
	query_run(&q);
	q = store_query(s, sql_rotation_forget);
	query_int(&q, identity);
	query_int(&q, (i64)e->id.seq - PQ_CHAIN_MAX + 1);
	query_run(&q);
}

/* Makes what the row will hold into keys, and only then changes anything. */
static err_t next_keys(struct store *s, const struct identity *i, const struct secret32 *fresh,
                       struct mldsa_key **ret_key, struct pq_identity *ret_pq)
{
	CLEANUP(mldsa_key_freep) struct mldsa_key *now = NULL, *next = NULL;
	struct secret32 seed = {0};
	struct query q = store_query(s, sql_identity_get);
	query_int(&q, i->id);
	if (query_row(&q))
		query_get_fixed(&q, 3, seed.b, sizeof seed.b);
	query_end(&q);
	err_t e = store_is_broken(s) ? ERR_LOCAL_STORE : mldsa_key_new(&seed, &now);
	secret32_wipe(&seed);
	TRY(e);
	TRY(mldsa_key_new(fresh, &next));
	memcpy(ret_pq->pk, mldsa_key_pk(now), MLDSA_PK_LEN);
	pq_commit(mldsa_key_pk(next), ret_pq->next);
	ret_pq->seq = i->pq.seq + 1;
	*ret_key = MOVE(now);
	return OK;
}

err_t identity_rotate(struct store *s, const struct env *env, struct identity *i)
{
	struct pq_entry former;
	struct secret32 fresh;
	struct mldsa_key *key = NULL;
	struct pq_identity pq;
	TRY(announce(env, i, &former));
	env_random(env, fresh.b, sizeof fresh.b);
	err_t e = next_keys(s, i, &fresh, &key, &pq);
	if (e == OK) {
		mldsa_key_free(i->key);
		i->key = key;
		i->pq = pq;
		i->rotated_ms = env_wall_ms(env);
		store_rotation(s, i->id, &former);
		struct query q = store_query(s, sql_identity_rotate);
		query_int(&q, i->id);
		query_bytes(&q, slice_of(fresh.b, sizeof fresh.b));
		query_int(&q, (i64)i->rotated_ms);
		query_run(&q);
		store_erases(s);
	}
	secret32_wipe(&fresh);
	return e;
}
