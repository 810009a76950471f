/* The directory documents of a private network: a microdescriptor consensus and its microdescriptors, so that no
 * authority needs to run and nobody waits for a vote (dir-spec "Computing a consensus", "microdesc"). No I/O. */
#ifndef BOC_DEMO_CONSENSUS_H
#define BOC_DEMO_CONSENSUS_H

#include "demo/authority.h"

/* What the network needs to know of a relay. */
struct relay_keys {
	char nick[20];
	u8 fingerprint[20];    /* SHA-1 of its RSA identity key */
	u8 ed25519[32];        /* master identity key */
	u8 ntor[32];           /* curve25519 onion key */
	u8 onion_key_der[256]; /* RSA onion key, PKCS #1 DER */
	size_t onion_key_len;
	u16 or_port; /* on 127.0.0.1 */
	bool guard;
};

/* Appends the text of cached-microdesc-consensus and cached-microdescs. Valid from a minute before now_s for 30 days.
 * n <= 16 relays, of which at least one is a guard and one is not. ERR_LOCAL_CRYPTO, ERR_PEER_LIMIT. */
err_t consensus_write(const struct relay_keys *relays, size_t n, const struct authority *a, i64 now_s,
                      struct text *ret_consensus, struct text *ret_microdescs) MUST_CHECK;

#endif
