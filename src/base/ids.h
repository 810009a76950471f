/* Identifiers and secrets as distinct types, so that the compiler catches a swap. */
#ifndef BOC_BASE_IDS_H
#define BOC_BASE_IDS_H

#include "base/def.h"

/* The ed25519 public key of a v3 onion service: a person's address. */
struct onion_pub {
	u8 b[32];
};

/* Tor's expanded ed25519 secret key: scalar a (32) and RH (32). Wipe after use. */
struct onion_sec {
	u8 b[64];
};

/* Chosen at random by the author; the same in every vault that holds the message. */
struct msg_id {
	u8 b[16];
};

/* 32 secret bytes of one purpose. Wipe after use. */
struct secret32 {
	u8 b[32];
};

/* By which of its two onion services an identity is reached (PROTO 3.3.2). */
enum gate {
	GATE_PUBLIC = 1, /* the identity's own key: what invitations and safety numbers name */
	GATE_CONTACTS,   /* a key that only contacts are told; tor keeps everybody else out */
};

/* The post-quantum identity of an onion address (PROTO 3.2). */
#define MLDSA_PK_LEN 1952
#define MLDSA_SIG_LEN 3309
#define MLDSA_SEED_LEN 32
struct pq_identity {
	u8 pk[MLDSA_PK_LEN]; /* ML-DSA-65 public key */
	u8 next[32];         /* commitment to the next key */
	u32 seq;             /* number of rotations so far */
};

static inline bool onion_pub_eq(const struct onion_pub *a, const struct onion_pub *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

static inline void secret32_wipe(struct secret32 *s)
{
	wipe(s, sizeof *s);
}

#endif
