/* Invitations (PROTO 7), both ends of them: those we gave away, and what we hold of one we were given until it is used.
 * No IPC here. */
#ifndef BOC_VAULT_INVITES_H
#define BOC_VAULT_INVITES_H

#include "base/ids.h"
#include "base/limits.h"
#include "vault/store.h"
#include "wire/ipc.h"

#define INV_ID_LEN 16
#define PQFP_LEN 32

/* ---- what an invitation is made of ---- */

/* pqfp = SHA-512("boc1 id" ‖ onion ‖ pk ‖ next)[0:32]: which post-quantum identity an address must show. */
void invites_pqfp(const struct onion_pub *onion, const struct pq_identity *pq, u8 ret[static PQFP_LEN]);

/* inv_id = Expand(secret, "inv id")[0:16], inv_key = Expand(secret, "inv key")[0:32]. */
void invites_id(const struct secret32 *secret, u8 ret[static INV_ID_LEN]);
void invites_key(const struct secret32 *secret, struct secret32 *ret);

/* ---- given away by us ---- */

struct invite {
	u64 id;
	u32 identity;
	char label[MAX_NAME + 1];
	enum invite_state state; /* as stored: INVITE_OPEN also when it has expired and nobody looked yet */
	u64 contact;             /* who used it; 0: nobody, or gone */
	u64 created_ms;
	u64 expires_ms;
	struct secret32 secret; /* with INVITE_OPEN, else zeros; wipe after use */
	u8 pqfp[PQFP_LEN];      /* of the identity when it was made */
};

/* The open one of this identity that inv_id names, if it has not expired. In constant time as to the secrets. */
bool invites_find_open(struct store *s, u32 identity, const u8 inv_id[static INV_ID_LEN], u64 now_ms,
                       struct invite *ret);

/* Its one use: by this contact. The secret is erased. */
void invites_use(struct store *s, struct invite *i, u64 contact);

/* The state INVITE_REVOKED or INVITE_EXPIRED; the secret is erased. */
void invites_end(struct store *s, struct invite *i, enum invite_state state);

bool invites_get(struct store *s, u64 id, struct invite *ret);

/* The one with the smallest id greater than id; start with 0. identity 0: of any. */
bool invites_after(struct store *s, u32 identity, u64 id, struct invite *ret);

/* The first open one after id that has expired. */
bool invites_expired_after(struct store *s, u64 now_ms, u64 id, struct invite *ret);

/* When the first open one expires; 0: there is none. */
u64 invites_next_expiry(struct store *s);

/* All rows of an identity go. */
void invites_forget(struct store *s, u32 identity);

/* Stores i, open, as a new row and sets i->id. Above MAX_INVITES the oldest closed one goes. ERR_PEER_LIMIT: all of
 * them are open. */
err_t invites_add(struct store *s, struct invite *i) MUST_CHECK;

/* ---- given to us, by a contact we added with it ---- */

struct invite_held {
	u8 pqfp[PQFP_LEN]; /* what the address must show */
	bool is_refused;   /* the other side said INVITE_BAD; the secret is erased */
	struct secret32 secret;
};

/* False: the contact was added without one, or it was used. Wipe *ret after use. */
bool invites_held(struct store *s, u64 contact, struct invite_held *ret);

void invites_hold(struct store *s, u64 contact, const u8 pqfp[static PQFP_LEN], const struct secret32 *secret);

/* It was used; the secret is erased. */
void invites_let_go(struct store *s, u64 contact);

/* The other side refused it; the secret is erased. */
void invites_refused(struct store *s, u64 contact);

#endif
