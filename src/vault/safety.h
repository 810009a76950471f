/* What two people compare to know that nobody is between them (PROTO 7): the same digits, words and QR code on both
 * sides, made of both addresses and both post-quantum identities. Pure. */
#ifndef BOC_VAULT_SAFETY_H
#define BOC_VAULT_SAFETY_H

#include "base/ids.h"

#define SAFETY_FP_LEN 30
#define SAFETY_QR_LEN 70

struct safety {
	char digits[60]; /* 12 groups of 5, no NUL */
	char words[40];  /* 8 proquints, no NUL */
	u8 qr[SAFETY_QR_LEN];
};

/* The first 30 bytes of SHA-512, 5200 times: "boc1 fp" ‖ onion ‖ pk at first, then its own result. */
void safety_fingerprint(const struct onion_pub *onion, const u8 pk[static MLDSA_PK_LEN], u8 ret[static SAFETY_FP_LEN]);

/* Which of the two is ours makes no difference. */
void safety_of(const struct onion_pub *a, const struct pq_identity *a_pq, const struct onion_pub *b,
               const struct pq_identity *b_pq, struct safety *ret);

#endif
