/* What each side signs to prove its keys in a handshake (PROTO 3.4). The vault makes these messages to sign
 * them and the handshake makes them to verify: there is one construction, and it is here. No I/O. */
#ifndef BOC_PEER_AUTHMSG_H
#define BOC_PEER_AUTHMSG_H

#include "base/err.h"
#include "base/ids.h"
#include "base/slice.h"

#define AUTH_LABEL_LEN 32
#define AUTH_TOKEN_LEN 32
#define AUTH_TH_LEN 64
#define AUTH_ED_SIG_LEN 64
#define AUTH_MSG_MAX (AUTH_LABEL_LEN + AUTH_TOKEN_LEN + AUTH_TH_LEN + AUTH_ED_SIG_LEN)

enum auth_role {
	AUTH_RESPONDER = 1, /* B signs th3 */
	AUTH_INITIATOR = 2, /* A signs T_B and th5 */
};

/* Everything the owner of the keys needs to know to sign. Nothing in it is secret. */
struct auth_request {
	enum auth_role role;
	u8 token[AUTH_TOKEN_LEN]; /* T_B; zeros and unused for AUTH_RESPONDER */
	u8 th[AUTH_TH_LEN];       /* th3 or th5 */
};

/* Both signatures of one side: s1, s2 or t1, t2. */
struct auth_sigs {
	u8 ed[AUTH_ED_SIG_LEN];
	u8 pq[MLDSA_SIG_LEN];
};

/* A message ready to be signed: the first n bytes of b. */
struct auth_msg {
	u8 b[AUTH_MSG_MAX];
	size_t n;
};

/* The bytes that the onion key signs: label~32 ‖ [T_B] ‖ th (PROTO 3.4). r->role must be one of the two. */
struct auth_msg authmsg_for_ed(const struct auth_request *r);

/* The bytes that ML-DSA-65 signs under authmsg_ctx(r->role): the same ‖ the Ed25519 signature over it. */
struct auth_msg authmsg_for_pq(const struct auth_request *r, const u8 ed_sig[static AUTH_ED_SIG_LEN]);

/* The ML-DSA context string of the role, static. */
struct slice authmsg_ctx(enum auth_role role);

/* Borrows the bytes of m. */
static inline struct slice auth_msg_slice(const struct auth_msg *m)
{
	return slice_of(m->b, m->n);
}

/* Checks both signatures, Ed25519 first (PROTO 3.5). ERR_PEER_CRYPTO when either fails. */
err_t authmsg_verify(const struct auth_request *r, const struct onion_pub *onion, const u8 pq_pk[static MLDSA_PK_LEN],
                     const struct auth_sigs *sigs) MUST_CHECK;

#endif
