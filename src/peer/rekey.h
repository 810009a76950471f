/* The KEM rekey of one link (PROTO 4.3.5 to 4.3.17): who may say what when, the X-Wing exchange, and when the next one
 * is due. Knows neither records nor chains: payloads and times come in, the root is moved on, and whoever owns it
 * (peer/link_records.c) seals what is to be said and starts the new chains.
 *
 *	REKEY_WAIT_DONE ── REKEY_DONE ──→ REKEY_IDLE ── we ask ──→ REKEY_WAIT_CT ── REKEY_CT ──→ REKEY_IDLE
 *	       ↑                               │                          │
 *	       └──────────── REKEY_EK ─────────┴───── REKEY_EK of A ──────┘
 *
 * A function that returns an error leaves the machine as it was; the link is to be ended. No I/O, no clock. */
#ifndef BOC_PEER_REKEY_H
#define BOC_PEER_REKEY_H

#include "base/env.h"
#include "crypto/xwing.h"
#include "peer/record.h"

#define REKEY_EK_PAYLOAD (4 + XWING_EK_LEN)
#define REKEY_CT_PAYLOAD (4 + XWING_CT_LEN)

enum rekey_state {
	REKEY_OFF = 0,   /* no epoch 1 yet: nothing may be said */
	REKEY_IDLE,      /* both directions are in one epoch */
	REKEY_WAIT_CT,   /* as P: asked */
	REKEY_WAIT_DONE, /* as Q: answered; we send in the new epoch and receive in the old. B has it after ACCEPT too */
};

/* What one direction carried in the epoch in which it is. */
struct rekey_use {
	u32 data;     /* DATA records */
	u64 first_ms; /* when the first of them came or went */
	u64 bytes;    /* on the wire, of all records of the layers above */
};

/* Secrets in it: wipe it whole. */
struct rekey {
	enum rekey_state state;
	bool initiator;              /* of the link: A */
	bool crossed;                /* WAIT_CT, A: B asked too */
	u64 since_ms;                /* WAIT_CT, WAIT_DONE: since when */
	struct secret32 seed;        /* WAIT_CT: of ek */
	u8 ek[XWING_EK_LEN];         /* WAIT_CT */
	struct record_chain next_rx; /* WAIT_DONE: receives after REKEY_DONE; kept here by the owner */
	struct rekey_use sent, received;
};

/* What made somebody ask whether a rekey is due. */
enum rekey_cause {
	REKEY_SENT_DATA = 1,
	REKEY_RECEIVED,
	REKEY_TIME,
};

/* Epoch 1 begins: REKEY_IDLE, and the counters at 0. For B, rekey_answered() is to follow: ACCEPT was the answer. */
void rekey_start(struct rekey *r, bool initiator);

/* IDLE → WAIT_CT: a fresh key, and what to say about it. `epoch` is the present one. ERR_LOCAL_CRYPTO. */
err_t rekey_ask(struct rekey *r, const struct env *env, u32 epoch, u64 now, u8 ret[static REKEY_EK_PAYLOAD]) MUST_CHECK;

/* The peer asked; `epoch` is the one in which it did. On success *ret_answer says whether to answer: then root is the
 * new one and ret is to be said, followed by rekey_answered(). ERR_PEER_POLICY: not now; ERR_PEER_FORMAT: length or
 * epoch; ERR_PEER_CRYPTO: a bad key; ERR_LOCAL_CRYPTO. */
err_t rekey_on_ek(struct rekey *r, const struct env *env, u32 epoch, struct slice payload, struct record_root *root,
                  u8 ret[static REKEY_CT_PAYLOAD], bool *ret_answer) MUST_CHECK;

/* IDLE → WAIT_DONE: REKEY_CT (ACCEPT) went out, we send in the next epoch. next_rx: the other chain of it, copied. */
void rekey_answered(struct rekey *r, const struct record_chain *next_rx, u64 now);

/* WAIT_CT → IDLE: the answer came; root is the new one. To be followed by REKEY_DONE and the change of both
 * directions. Errors as in rekey_on_ek(). */
err_t rekey_on_ct(struct rekey *r, u32 epoch, struct slice payload, struct record_root *root) MUST_CHECK;

/* WAIT_DONE → IDLE: the peer changed; *ret_rx receives from now on. ERR_PEER_POLICY, ERR_PEER_FORMAT. */
err_t rekey_on_done(struct rekey *r, struct slice payload, struct record_chain *ret_rx) MUST_CHECK;

/* A record of the layers above goes, or came: counts it. rekey_received: ERR_PEER_LIMIT when the peer should have
 * stopped long ago. */
void rekey_sent(struct rekey *r, u64 now, u8 type, size_t wire);
err_t rekey_received(struct rekey *r, u64 now, u8 type, size_t wire) MUST_CHECK;

/* Whether to ask now. */
bool rekey_is_due(const struct rekey *r, u64 now, enum rekey_cause cause);

/* Whether no DATA may be sent until a rekey is through. */
bool rekey_is_stopped(const struct rekey *r, u64 now);

/* Whether the peer keeps us waiting for too long. */
bool rekey_is_overdue(const struct rekey *r, u64 now);

/* When one of rekey_is_due(REKEY_TIME) and rekey_is_overdue() becomes true; UINT64_MAX: not by time alone. */
u64 rekey_deadline(const struct rekey *r);

#endif
