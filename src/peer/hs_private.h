/* The handshake's state and its two halves; private to peer/handshake.c, hs_initiator.c and hs_responder.c. */
#ifndef BOC_PEER_HS_PRIVATE_H
#define BOC_PEER_HS_PRIVATE_H

#include "peer/hs_wire.h"

struct handshake {
	const struct env *env; /* borrowed */
	enum hs_state state;
	struct onion_pub own;
	struct pq_identity own_pq;
	struct onion_pub peer; /* A: the dialled one. B: set by M3 */
	struct pq_identity peer_pq;
	bool pinned; /* A: pin holds what B showed before */
	struct pq_identity pin;
	bool expects_fp; /* A: pqfp is what B has to show */
	u8 pqfp[PQ_FP_LEN];
	u8 inv_id[HS_INV_ID_LEN]; /* A: ours. B: set by M3 */
	enum pq_relation relation;

	/* secrets and transcript of the message in work; each comment says from when until when it is set */
	struct secret32 seed;    /* A: of ek_A, from M1 until M2 */
	u8 hs[64];               /* HS: A from M2 until M3, B from M1 until M3 */
	u8 ad[64];               /* th2 (B) or th4 (A) while the signature is awaited */
	u8 th[64];               /* th1 … th5 */
	struct hs_result result; /* from M3 on */
	struct auth_request req; /* while a signature is awaited; B: T_B stays until M3 */
	union {
		struct hs_p2 p2; /* B: while its signature is awaited */
		struct hs_p3 p3; /* A: while its signature is awaited. B: while the policy is awaited */
	} plain;

	union {
		struct hs_m1 m1;
		struct hs_m2 m2;
		struct hs_m3 m3;
	} out;
	size_t out_n; /* bytes of out that hs_output() gives */
};

/* Wipes all of h, leaves it in HS_FAILED and gives back err. */
err_t hs_fail(struct handshake *h, err_t err) MUST_CHECK;

/* th0 for responder b (PROTO 3.4.2). */
void hs_transcript_start(u8 th[static 64], const struct onion_pub *b);

/* Reads and writes the fields of a pq identity in p2 and p3. */
void hs_put_pq(const struct pq_identity *id, u8 pk[static MLDSA_PK_LEN], u8 next[static 32], u8 seq[static 4]);
struct pq_identity hs_get_pq(const u8 pk[static MLDSA_PK_LEN], const u8 next[static 32], const u8 seq[static 4]);

/* Each takes h in the state its name fits, checks everything on copies, then commits to h.
 * On error h is unchanged; the caller fails it. */
err_t hs_create_m1(struct handshake *h, const struct knock_keys *knock) MUST_CHECK;
err_t hs_consume_m1(struct handshake *h, const struct hs_m1 *m1) MUST_CHECK;
err_t hs_create_m2(struct handshake *h, const struct auth_sigs *sigs) MUST_CHECK;
err_t hs_consume_m2(struct handshake *h, const struct hs_m2 *m2) MUST_CHECK;
void hs_prepare_m3(struct handshake *h);
err_t hs_create_m3(struct handshake *h, const struct auth_sigs *sigs, const struct hs_tags *tags) MUST_CHECK;
err_t hs_consume_m3(struct handshake *h, const struct hs_m3 *m3) MUST_CHECK;
err_t hs_verify_m3(struct handshake *h, const struct pq_identity *pin) MUST_CHECK;

/* th6, th7 and R_0 from th5, the end of p3 and HS (PROTO 3.4.8). */
void hs_finish(struct hs_result *ret, const u8 th5[static 64], const u8 hs[static 64], const struct hs_p3 *p3);

#endif
