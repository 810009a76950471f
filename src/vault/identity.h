/* Our identities: their keys, ready to use while the vault is unlocked, and their life from creation over rotations to
 * removal. Nothing here is shared by two of them. */
#ifndef BOC_VAULT_IDENTITY_H
#define BOC_VAULT_IDENTITY_H

#include "base/env.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/mldsa.h"
#include "peer/pq.h"
#include "vault/store.h"

struct identity {
	u32 id; /* never used for another one, not even when it is gone */
	char name[MAX_NAME + 1];
	bool strangers; /* who only knows the address may ask */
	bool listed;    /* the public address is there */
	u64 profile;    /* how often name or picture changed since there are pictures */
	bool pictured;  /* there is one */
	u64 rotated_ms; /* when the post-quantum key changed last; 0: never */
	struct onion_sec sec;
	struct onion_pub onion;
	/* The contacts' address; see gates.h. */
	struct secret32 gate_seed;
	struct onion_sec gate_sec;
	struct onion_pub gate;
	u8 gate_proof[64];
	u64 gate_due_ms; /* when tor is to hear who is let in (mono); 0: it knows */
	struct pq_identity pq;
	struct mldsa_key *key; /* owned */
};

/* All of them; in guarded memory. */
struct identities {
	struct identity *all[MAX_IDENTITIES]; /* owned; oldest first */
	size_t n;
	struct secret32 db_key; /* to check a second login against */
};

/* Loads all; *ret is owned. ERR_LOCAL_STORE: none there or damaged, ERR_LOCAL_CRYPTO: a primitive fails. */
err_t identities_load(struct store *s, struct identities **ret) MUST_CHECK;

/* Wipes and frees; NULL is fine; gives NULL. */
struct identities *identities_free(struct identities *ids);

/* NULL: no such identity. Number 0: the first one. Borrowed until it is removed. */
struct identity *identities_find(const struct identities *ids, u32 id);

/* Makes the keys of a new identity and stores them. name: utf8_is_name, 1 to MAX_NAME bytes. *ret_id: its number.
 * ERR_LOCAL_STORE. */
err_t identity_create(struct store *s, const struct env *env, struct slice name, u32 *ret_id) MUST_CHECK;

/* Loads a stored identity and appends it to ids; *ret is borrowed from there. ERR_PEER_LIMIT: full. */
err_t identities_add(struct identities *ids, struct store *s, u32 id, struct identity **ret) MUST_CHECK;

/* Removes it from the store and from ids, wiped. Its contacts must be removed and everything else that belongs to it gone;
 * what is still to be erased of removed contacts becomes another identity's. */
void identities_remove(struct identities *ids, struct store *s, struct identity *i);

/* Both count as a change of the profile. picture: PICTURE_LEN bytes, or none. */
void identity_set_name(struct store *s, struct identity *i, struct slice name);
void identity_set_picture(struct store *s, struct identity *i, struct slice picture);

/* Gives how many bytes its picture has: PICTURE_LEN, or 0. */
size_t identity_picture(struct store *s, const struct identity *i, u8 ret[static PICTURE_LEN]);

void identity_set_strangers(struct store *s, struct identity *i, bool strangers);

/* The next key becomes the current one, a new next is drawn, seq grows by one; what the old key says about itself
 * is kept for ROTCHAIN. The old seed is gone. ERR_LOCAL_STORE, ERR_LOCAL_CRYPTO: nothing changed. */
err_t identity_rotate(struct store *s, const struct env *env, struct identity *i) MUST_CHECK;

/* What a former key of ours, that with this seq, said about itself (PROTO 5.3.2). False: there was none. */
bool identity_former(struct store *s, u32 identity, u32 seq, struct pq_entry *ret);

#endif
