/* What is believed about a contact's keys, and why (PROTO 5): the pin, how far it is trusted, another identity that was
 * shown in its place, how low it may negotiate. Rows only; who is told what is in tell.c. */
#ifndef BOC_VAULT_TRUST_H
#define BOC_VAULT_TRUST_H

#include "base/env.h"
#include "peer/pq.h"
#include "vault/contacts.h"

/* How far the pinned key is trusted; kept while key_changed. */
enum trust_level {
	TRUST_NONE = 0,
	TRUST_UNVERIFIED = 1, /* first contact without an invitation */
	TRUST_INVITED = 2,    /* the invitation's fingerprint matched, or its secret came back */
	TRUST_VERIFIED = 3,   /* safety number or QR compared */
};

/* All that is stored about it. */
struct trust {
	enum trust_level level;
	bool changed;   /* another identity was shown: nothing passes until the user decides */
	u64 rotated_ms; /* last rotation of the contact's key; 0: none */
	u64 lost_ms;    /* continuity was lost last; 0: never */
	u32 lost_30d;   /* how often in the last 30 days; at most MAX_LOSSES */
};

void trust_get(struct store *s, const struct contact *c, u64 now_ms, struct trust *ret);
void trust_set_level(struct store *s, u64 contact, enum trust_level level);

/* What pq is to the contact's pin. */
enum pq_relation trust_compare(struct store *s, u64 contact, const struct pq_identity *pq);

/* Pins pq: the first one (PQ_NEW), or the successor of the present one (PQ_ROTATED), which is noted. PQ_SAME changes
 * nothing. ERR_PEER_PIN: it is another (PQ_CHANGED). */
err_t trust_pin(struct store *s, u64 contact, const struct pq_identity *pq, u64 now_ms) MUST_CHECK;

/* Replaces the pin without a question: a ROTCHAIN led there, or the user decided. Notes the rotation if now_ms. */
void trust_replace_pin(struct store *s, u64 contact, const struct pq_identity *pq, u64 now_ms);

/* Another identity was shown and proved: kept as candidate, the contact is CHANGED. The newest replaces the one before. */
void trust_set_candidate(struct store *s, struct contact *c, const struct pq_identity *pq);
bool trust_candidate(struct store *s, u64 contact, struct pq_identity *ret);

/* The pinned identity showed itself after all: not changed any more. */
void trust_drop_candidate(struct store *s, struct contact *c);

/* The user takes the candidate: it becomes the pin, TRUST_UNVERIFIED, the continuity secret goes. ERR_LOCAL_MISSING:
 * there is none. To be followed by tell_peer(). */
err_t trust_accept_candidate(struct store *s, struct contact *c) MUST_CHECK;

/* ---- floor (PROTO 3.6.3) ---- */

struct floor {
	u8 version;
	u32 suite;
};

struct floor trust_floor(struct store *s, u64 contact);
void trust_raise_floor(struct store *s, u64 contact, struct floor completed);

#endif
