/* Post-quantum identities, (pk, next, seq) of PROTO 3.2.5: what one commits to, its fingerprint, what one that is shown is
 * to one that was pinned, and the chain that leads from one to another (PROTO 5.3). Pure. */
#ifndef BOC_PEER_PQ_H
#define BOC_PEER_PQ_H

#include "base/err.h"
#include "base/ids.h"
#include "base/slice.h"

#define PQ_FP_LEN 32
#define PQ_ENTRY_LEN (MLDSA_PK_LEN + 32 + 4 + MLDSA_SIG_LEN)
#define PQ_CHAIN_MAX 5 /* entries: what one record holds */

enum pq_relation {
	PQ_INVALID = 0,
	PQ_NEW,     /* nothing was pinned */
	PQ_SAME,    /* the pinned one */
	PQ_ROTATED, /* the one to which the pinned one commits */
	PQ_CHANGED, /* any other */
};

/* The commitment to a next key (PROTO 3.2.5). */
void pq_commit(const u8 pk[static MLDSA_PK_LEN], u8 ret[static 32]);

/* What an invitation says about an identity (PROTO 7.3). */
void pq_fingerprint(const struct onion_pub *onion, const struct pq_identity *id, u8 ret[static PQ_FP_LEN]);

/* What `shown` is to `pin`; NULL: nothing was pinned. */
enum pq_relation pq_compare(const struct pq_identity *pin, const struct pq_identity *shown);

/* One link of a ROTCHAIN (PROTO 5.3.2): an identity and its own signature over its commitment. */
struct pq_entry {
	struct pq_identity id;
	u8 sig[MLDSA_SIG_LEN];
};

/* The bytes that pk of id signs, under the context pq_rotate_ctx(): onion ‖ seq ‖ next. */
#define PQ_ROTATE_MSG_LEN (11 + 32 + 4 + 32)
void pq_rotate_msg(const struct onion_pub *onion, const struct pq_identity *id, u8 ret[static PQ_ROTATE_MSG_LEN]);
struct slice pq_rotate_ctx(void);

void pq_entry_encode(const struct pq_entry *e, u8 ret[static PQ_ENTRY_LEN]);
void pq_entry_decode(const u8 in[static PQ_ENTRY_LEN], struct pq_entry *ret);

/* Whether the entries, PQ_ENTRY_LEN bytes each, lead from the pin of `onion` to `shown`: ERR_PEER_FORMAT (length),
 * ERR_PEER_PIN (it does not begin at the pin, breaks, or ends elsewhere), ERR_PEER_CRYPTO (a signature). */
err_t pq_chain_verify(const struct onion_pub *onion, const struct pq_identity *pin, const struct pq_identity *shown,
                      struct slice chain) MUST_CHECK;

#endif
