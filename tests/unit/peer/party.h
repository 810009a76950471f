/* People with keys, a vault that signs for them, and two links joined by memory: what every test of peer/ needs.
 * Everything is deterministic: keys and randomness come from a seed. */
#ifndef BOC_TEST_PARTY_H
#define BOC_TEST_PARTY_H

#include "base/env.h"
#include "crypto/mldsa.h"
#include "crypto/onion_key.h"
#include "peer/continuity.h"
#include "peer/link.h"

/* A stream of reproducible bytes; env_of() makes it an env. */
struct rng {
	u64 state;
};
struct env env_of(struct rng *r);

/* A person's long-term keys. */
struct person {
	struct onion_sec sec;
	struct onion_pub pub;
	struct mldsa_key *key; /* owned */
	struct pq_identity pq;
};

/* The same keys for the same number, always. person_done() frees. */
void person_init(struct person *p, u8 number);
void person_done(struct person *p);

/* What an honest vault does: builds the labelled messages itself and signs them. */
void person_sign(const struct person *p, const struct auth_request *r, struct auth_sigs *ret);
/* Forgets what was signed: person_sign() remembers the last few. */
void person_forget(void);

#define PARTY_MAX_RECORDS 64

/* One side of a link with its vault and what happened to it. */
struct party {
	const struct person *me;
	struct rng rng;
	struct env env;
	struct link *link; /* owned */

	/* what its vault will answer */
	bool allow;
	const struct pq_identity *pin; /* what the peer showed before */
	enum accept_status status;     /* ACCEPT_KEY_CHANGED is answered by itself where it has to be */
	bool mute;                     /* leaves every question unanswered */
	unsigned mute_at;              /* leaves those unanswered whose bit, 1 << enum link_event_type, is set */
	struct hs_tags lie;            /* A: what it adds to its tags */
	struct cont_pair pair;         /* what it remembers of the peer; changes as in a vault */
	const struct secret32 *inv;    /* A: the key of the invitation it holds. B: of the one it gave */
	bool judges_inv;               /* B: an invitation that is not that one is INVITE_BAD */

	/* what happened */
	int asked_sign, asked_pin, asked_policy, asked_accept, asked_root;
	int opens, closes;
	struct link_event open; /* the pointers in it are dead */
	struct pq_identity open_pq;
	struct pq_identity stored; /* what its vault was told to pin */
	enum pq_relation relation; /* what the peer showed is to what was pinned, if it was asked */
	u8 inv_id[HS_INV_ID_LEN];  /* B: what A claimed */
	struct cont_choice choice; /* what entered R_1 */
	struct cont_pair next;     /* B: what pair becomes when the link is confirmed */
	bool committed;
	enum accept_status said; /* in ACCEPT */
	struct link_event closed;
	size_t records;
	struct {
		u8 type;
		size_t n;
		u8 head[16];
	} record[PARTY_MAX_RECORDS];
};

void party_dial(struct party *p, const struct person *me, const struct onion_pub *to, const struct pq_identity *pin,
                u64 seed, u64 now);
/* The same with everything that a dial can be given. */
void party_dial_with(struct party *p, const struct person *me, const struct hs_config *cfg, u64 seed, u64 now);
void party_listen(struct party *p, const struct person *me, u64 seed, u64 now);
void party_done(struct party *p);

/* B's answer without a secret: R_1 from psk = 0^32. */
err_t party_accept(struct link *l, u64 now, enum accept_status status) MUST_CHECK;

/* Takes every event and answers every question. */
void party_work(struct party *p, u64 now);

/* Feeds all of in, `chunk` bytes at a time (0: at once), and does party_work() in between.
 * OK, or the error that ended the link. */
err_t party_feed(struct party *p, u64 now, struct slice in, size_t chunk);

/* Takes what p has to send into out (cap bytes) and returns how much that was. */
size_t party_take(struct party *p, u8 *out, size_t cap);

/* The same side a second time, at the same point, link and all. Only while no event waits and the handshake is over.
 * party_done() as usual. */
void party_clone(struct party *ret, const struct party *p);

/* Moves bytes both ways until nobody has anything to say. */
void party_pump(struct party *a, struct party *b, u64 now, size_t chunk);

/* A link between both that is open on both sides, with no questions left. */
void party_connect(struct party *a, struct party *b, const struct person *alice, const struct person *bob, u64 now);

#endif
