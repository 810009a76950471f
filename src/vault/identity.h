/* An identity of ours: its keys, ready to use while the vault is unlocked. */
#ifndef BOC_VAULT_IDENTITY_H
#define BOC_VAULT_IDENTITY_H

#include "base/env.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/mldsa.h"
#include "vault/store.h"

struct identity {
	u32 id;
	char name[MAX_NAME + 1];
	struct onion_sec sec;
	struct onion_pub onion;
	struct pq_identity pq;
	struct mldsa_key *key;  /* owned */
	struct secret32 db_key; /* to check a second login against */
};

/* Makes the keys of a new identity and stores them. name: utf8_is_name, 1 to MAX_NAME bytes. ERR_LOCAL_STORE. */
err_t identity_create(struct store *s, const struct env *env, struct slice name) MUST_CHECK;

/* Loads the first identity into guarded memory; *ret is owned. ERR_LOCAL_STORE: none there or damaged,
 * ERR_LOCAL_CRYPTO: a primitive fails. */
err_t identity_load(struct store *s, struct identity **ret) MUST_CHECK;

/* Wipes and frees; NULL is fine; gives NULL. */
struct identity *identity_free(struct identity *i);

/* The commitment to a next key (PROTO 3.2.5): SHA-512("boc1 next" ‖ pk)[0:32]. */
void identity_commit(const u8 pk[static MLDSA_PK_LEN], u8 ret[static 32]);

#endif
