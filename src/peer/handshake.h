/* The BOC1 handshake (PROTO 3) as a state machine over whole messages: no I/O, no clock, no keys that last.
 * It is told bytes and answers, and says through hs_state() what it waits for. Long-term keys stay with the
 * vault: the machine asks for signatures and goes on when it has them.
 *
 *	initiator  HS_A_WAIT_M2 → [HS_A_WANT_PIN] → HS_A_WANT_SIGN → HS_DONE
 *	responder  HS_B_WAIT_M1 → HS_B_WANT_SIGN → HS_B_WAIT_M3 → HS_B_WANT_POLICY → HS_B_WANT_ACCEPT → HS_DONE
 *
 * Every function that returns an error has wiped the machine and left it in HS_FAILED with no output. */
#ifndef BOC_PEER_HANDSHAKE_H
#define BOC_PEER_HANDSHAKE_H

#include "base/env.h"
#include "base/ids.h"
#include "base/slice.h"
#include "peer/authmsg.h"
#include "peer/knock.h"
#include "peer/pq.h"

/* PROTO 3.4: sizes of the three messages */
#define HS_M1_LEN 1464
#define HS_M2_LEN 6832
#define HS_M3_LEN 5856

#define HS_INV_ID_LEN 16

enum hs_state {
	HS_INVALID = 0,
	HS_A_WAIT_M2,     /* M1 made; hs_input() takes M2 */
	HS_A_WANT_PIN,    /* M2 good, but B is not as pinned: see hs_relation(), store hs_peer_pq(), hs_give_pinned() */
	HS_A_WANT_SIGN,   /* hs_auth_request(), then hs_give_signature() makes M3 */
	HS_B_WAIT_M1,     /* hs_input() takes M1 */
	HS_B_WANT_SIGN,   /* hs_auth_request(), then hs_give_signature() makes M2 */
	HS_B_WAIT_M3,     /* hs_input() takes M3 */
	HS_B_WANT_POLICY, /* A named itself, unproven: hs_peer(), then hs_give_policy() */
	HS_B_WANT_ACCEPT, /* A proved its keys: hs_claim(), then hs_give_accept() */
	HS_DONE,          /* hs_get_result() */
	HS_FAILED,        /* ended with an error; everything is wiped */
};

/* PROTO 3.5: ACCEPT status */
enum accept_status {
	ACCEPT_OK = 0,
	ACCEPT_PENDING = 1,     /* the user has to approve first */
	ACCEPT_CONT_LOST = 2,   /* OK, and continuity was lost */
	ACCEPT_INVITE_BAD = 3,  /* the invitation is unknown, used or expired */
	ACCEPT_KEY_CHANGED = 4, /* not the pinned identity: quarantine */
};

/* PROTO 3.4.8: what A proves beyond its keys, so that only who has the secrets can tell it from random bytes. */
struct hs_tags {
	u8 cont_cur[32];
	u8 cont_prev[32];
	u8 inv_mac[32];
};

/* Who we are and whom we call. Everything is borrowed during the call it is given to, and copied. */
struct hs_config {
	const struct onion_pub *own;
	const struct pq_identity *own_pq;
	const struct onion_pub *dialled; /* initiator: the address that was dialled. Responder: NULL */
	const struct pq_identity *pin;   /* initiator: what this address showed before; NULL at first contact */
	const u8 *pqfp;                  /* initiator without a pin: what it has to show (PQ_FP_LEN); NULL: anything */
	const u8 *inv_id;                /* initiator: the invitation it was given (HS_INV_ID_LEN); NULL: none */
	const struct knock_keys *knock;  /* initiator; NULL: none */
};

/* What both sides know at the end. Wipe after use. */
struct hs_result {
	u8 root[64]; /* R_0 */
	u8 th6[64];
	u8 th7[64];
	struct hs_tags tags;
	enum accept_status status; /* responder: what hs_give_accept() said. Initiator: not known yet, ACCEPT_OK */
};

struct handshake;

/* Starts as A: makes M1 (hs_output()) and waits for M2. env is borrowed for the object's life, cfg for the call.
 * On success *ret is owned by the caller. ERR_LOCAL_CONFIG when cfg dials its own address,
 * ERR_PEER_CRYPTO when the dialled address is no valid key, ERR_LOCAL_CRYPTO when a primitive fails. */
err_t hs_new_initiator(const struct env *env, const struct hs_config *cfg, struct handshake **ret) MUST_CHECK;

/* Starts as B: waits for M1. env is borrowed for the object's life, cfg for the call. Owned by the caller. */
struct handshake *hs_new_responder(const struct env *env, const struct hs_config *cfg);

/* Wipes and frees; NULL is fine. Returns NULL. */
struct handshake *hs_free(struct handshake *h);

enum hs_state hs_state(const struct handshake *h);

/* Exact size of the message hs_input() takes now; 0 when it takes none. */
size_t hs_expects(const struct handshake *h);

/* Takes one whole message of hs_expects() bytes; consumed exactly once (PROTO 3.5, in that order).
 * ERR_PEER_FORMAT: fields or size; ERR_PEER_CRYPTO: key, tag or signature; ERR_PEER_PIN: B is not the pinned one;
 * ERR_PEER_POLICY: a mode we do not offer; ERR_BUG: no message is due. */
err_t hs_input(struct handshake *h, struct slice in) MUST_CHECK;

/* The message made by the last call, or empty. Borrowed until the next call that changes h. */
struct slice hs_output(const struct handshake *h);

/* In HS_A_WANT_SIGN and HS_B_WANT_SIGN: what to sign. Borrowed until the next call that changes h. */
const struct auth_request *hs_auth_request(const struct handshake *h);

/* The owner of the keys signed hs_auth_request(); makes M2 or M3. tags: for M3; NULL: random bytes, as with a vault that
 * has no secret. ERR_BUG in another state. */
err_t hs_give_signature(struct handshake *h, const struct auth_sigs *sigs, const struct hs_tags *tags) MUST_CHECK;

/* HS_A_WANT_PIN: hs_peer_pq() is stored for good: as the pin, or with PQ_CHANGED for the user to see. A reveals nothing
 * of itself before. With PQ_CHANGED nothing comes after either: ERR_PEER_PIN. ERR_BUG in another state. */
err_t hs_give_pinned(struct handshake *h) MUST_CHECK;

/* What the peer showed, by the pin (or the fingerprint): from HS_A_WANT_PIN / HS_A_WANT_SIGN and HS_B_WANT_ACCEPT on. */
enum pq_relation hs_relation(const struct handshake *h);

/* The invitation that A claims to have; zeros: none. Responder, from HS_B_WANT_POLICY on. Borrowed likewise. */
const u8 *hs_inv_id(const struct handshake *h);

/* Responder, in HS_B_WANT_ACCEPT: what A claims; R_0, th6, th7 and its tags. Secret. Borrowed likewise. */
const struct hs_result *hs_claim(const struct handshake *h);

/* HS_B_WANT_POLICY: may hs_peer() talk to us, and what did it show before (pin, borrowed; NULL if never)?
 * Then verifies A's signatures. ERR_PEER_POLICY when !allow, ERR_PEER_CRYPTO, ERR_BUG in another state. */
err_t hs_give_policy(struct handshake *h, bool allow, const struct pq_identity *pin) MUST_CHECK;

/* HS_B_WANT_ACCEPT: the answer to A, after a new hs_peer_pq() is stored for good.
 * With PQ_CHANGED the only answer is ACCEPT_KEY_CHANGED, and otherwise it is none: ERR_BUG. */
err_t hs_give_accept(struct handshake *h, enum accept_status status) MUST_CHECK;

/* The other side's address. Initiator: always (the dialled one); responder: from HS_B_WANT_POLICY on, and proven
 * from HS_B_WANT_ACCEPT on. Borrowed for the life of h. */
const struct onion_pub *hs_peer(const struct handshake *h);

/* What the peer showed and proved: from HS_A_WANT_PIN / HS_A_WANT_SIGN and HS_B_WANT_ACCEPT on. Borrowed likewise. */
const struct pq_identity *hs_peer_pq(const struct handshake *h);

/* HS_DONE: copies the result out; hs_free() is to follow soon. ERR_BUG in another state. */
err_t hs_get_result(struct handshake *h, struct hs_result *ret) MUST_CHECK;

#endif
