#include "vault/identity.h"

#include <sodium.h>
#include <stdlib.h>

#include "crypto/kdf.h"
#include "crypto/onion_key.h"

void identity_commit(const u8 pk[static MLDSA_PK_LEN], u8 ret[static 32])
{
	u8 h[SHA512_LEN];
	/* PROTO 3.2.5: "`next = SHA-512("boc1 next" ‖ pk')[0:32]` commits to the key that comes after it" */
	sha512(h, PARTS(slice_str("boc1 next"), slice_of(pk, MLDSA_PK_LEN)));
	memcpy(ret, h, 32);
}

err_t identity_create(struct store *s, const struct env *env, struct slice name)
{
	struct secret32 seeds[3]; /* onion, ML-DSA now, ML-DSA next */
	env_random(env, seeds, sizeof seeds);
	struct query q = store_query(s, sql_identity_add);
	query_int(&q, 1);
	query_text(&q, name);
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++)
		query_bytes(&q, slice_of(seeds[i].b, sizeof seeds[i].b));
	query_int(&q, (i64)env_wall_ms(env));
	query_run(&q);
	wipe(seeds, sizeof seeds);
	return store_is_broken(s) ? ERR_LOCAL_STORE : OK;
}

struct identity *identity_free(struct identity *i)
{
	if (!i)
		return NULL;
	i->key = mldsa_key_free(i->key);
	sodium_free(i); /* wipes */
	return NULL;
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
	identity_commit(mldsa_key_pk(next_key), i->pq.next);
	return OK;
}

err_t identity_load(struct store *s, struct identity **ret)
{
	struct identity *i = sodium_malloc(sizeof *i);
	if (!i)
		abort();
	memset(i, 0, sizeof *i);
	struct secret32 seeds[3];
	struct query q = store_query(s, sql_identity_first);
	bool found = query_row(&q);
	if (found) {
		i->id = (u32)query_get_int(&q, 0);
		query_get_text(&q, 1, i->name, sizeof i->name);
		for (int k = 0; k < 3; k++)
			query_get_fixed(&q, 2 + k, seeds[k].b, sizeof seeds[k].b);
		i->pq.seq = (u32)query_get_int(&q, 5);
	}
	query_end(&q);
	err_t e = ERR_LOCAL_STORE;
	if (found && !store_is_broken(s))
		e = make_keys(i, &seeds[0], &seeds[1], &seeds[2]);
	wipe(seeds, sizeof seeds);
	if (e == OK)
		*ret = MOVE(i);
	identity_free(i);
	return e;
}
