/* What the vaults of both sides compute in a handshake from secrets that net never has (PROTO 3.4.8 to 3.4.10, 5.5): the
 * tags of M3, which of them fits, the first root, the next continuity secret, knock keys. Pure. */
#ifndef BOC_PEER_CONTINUITY_H
#define BOC_PEER_CONTINUITY_H

#include "base/env.h"
#include "base/ids.h"
#include "base/slice.h"
#include "peer/authmsg.h"
#include "peer/handshake.h"
#include "peer/knock.h"
#include "peer/record.h"

/* PROTO 5.5.1: "Each side keeps up to two secrets of 32 bytes for each contact". Secret: wipe. */
struct cont_pair {
	unsigned has; /* how many are set: 0, 1 (cur), 2 */
	struct secret32 cur, prev;
};

/* PROTO 3.4.8: th6 from th5 and A's signatures. */
void cont_th6(const u8 th5[static 64], const struct auth_sigs *sigs, u8 ret[static 64]);

/* A: the three tags; random bytes where there is no secret. inv_key NULL: no invitation. */
void cont_tags(const struct env *env, const u8 th6[static 64], const struct cont_pair *pair,
               const struct secret32 *inv_key, struct hs_tags *ret);

/* B: whether A has the invitation's secret. Constant time. */
bool cont_inv_fits(const u8 th6[static 64], const struct hs_tags *tags, const struct secret32 *inv_key);

/* What a handshake settled on. Secret: wipe. */
struct cont_choice {
	u8 psk_sel;          /* PROTO 3.4.9 */
	struct secret32 psk; /* what it selects */
	bool lost;           /* continuity is lost */
};

/* B: which of its secrets A has. inv_key NULL unless cont_inv_fits(). All comparisons are made, in constant time. */
void cont_choose(const u8 th6[static 64], const struct hs_tags *tags, const struct cont_pair *pair,
                 const struct secret32 *inv_key, struct cont_choice *ret);

/* A, on ACCEPT: what B's psk_sel means, by the tags that were sent. ERR_PEER_POLICY: it selects what A does not have, or
 * not any more; or the status and psk_sel contradict each other. */
err_t cont_follow(const u8 th6[static 64], const struct hs_tags *tags, const struct cont_pair *pair,
                  const struct secret32 *inv_key, enum accept_status status, u8 psk_sel,
                  struct cont_choice *ret) MUST_CHECK;

/* PROTO 3.4.9: the payload of ACCEPT as we send it. */
#define ACCEPT_LEN 6
void accept_payload(enum accept_status status, u8 psk_sel, u8 ret[static ACCEPT_LEN]);

/* R_1 in place of R_0. accept_hash: SHA-512(th7 ‖ ACCEPT payload). */
void cont_root(struct record_root *root, const struct secret32 *psk, const u8 accept_hash[static 64]);

/* What the pair becomes when the handshake is through (PROTO 5.5.3). root: R_1. */
void cont_next(struct cont_pair *pair, const struct cont_choice *c, const struct record_root *root,
               const u8 th7[static 64]);

/* The knock keys of the pair (PROTO 8.1.4). */
void cont_knock(const struct cont_pair *pair, struct knock_keys *ret);

#endif
