/* Internal to crypto/: what the OPAQUE server and client share. Names and formulas are those of RFC 9497 (OPRF) and
 * RFC 9807. Group: ristretto255; an element and a scalar are 32 bytes each. */
#ifndef BOC_CRYPTO_OPAQUE_PARTS_H
#define BOC_CRYPTO_OPAQUE_PARTS_H

#include "crypto/opaque.h"

#define ELEMENT_LEN 32
#define SCALAR_LEN 32
#define NONCE_LEN 32                      /* Nn */
#define SEED_LEN 32                       /* Nseed */
#define MAC_LEN 64                        /* Nm */
#define HASH_LEN 64                       /* Nh */
#define ENVELOPE_LEN 96                   /* nonce (32) || auth_tag (64) */
#define IKM_LEN ((size_t)3 * ELEMENT_LEN) /* three products of 3DH */
#define MASKED_LEN (ELEMENT_LEN + ENVELOPE_LEN)
#define CREDENTIAL_RESPONSE_LEN (ELEMENT_LEN + NONCE_LEN + MASKED_LEN) /* first 192 bytes of KE2 */

/* ---- opaque_oprf.c: OPRF(ristretto255, SHA-512), RFC 9497 4.1, mode 0 ---- */

/* 3.3.1 Blind: a random scalar (64 bytes of env) and blind * HashToGroup(input). */
err_t oprf_blind(const struct env *env, struct slice input, u8 ret_blind[static SCALAR_LEN],
                 u8 ret_element[static ELEMENT_LEN]) MUST_CHECK;

/* 3.3.1 BlindEvaluate: sk * element. ERR_PEER_CRYPTO for what is no element, or the identity. */
err_t oprf_evaluate(const u8 sk[static SCALAR_LEN], const u8 element[static ELEMENT_LEN],
                    u8 ret_evaluated[static ELEMENT_LEN]) MUST_CHECK;

/* 3.3.1 Finalize: unblinds and hashes. ERR_PEER_CRYPTO as above. */
err_t oprf_finalize(struct slice input, const u8 blind[static SCALAR_LEN], const u8 evaluated[static ELEMENT_LEN],
                    u8 ret_output[static HASH_LEN]) MUST_CHECK;

/* 3.2.1 DeriveKeyPair; ret_pk may be NULL. */
err_t oprf_derive_key_pair(const u8 seed[static SEED_LEN], const char *info, u8 ret_sk[static SCALAR_LEN],
                           u8 *ret_pk) MUST_CHECK;

/* RFC 9807 5.1 DeriveDiffieHellmanKeyPair. */
err_t opaque_derive_dh_key_pair(const u8 seed[static SEED_LEN], u8 ret_sk[static SCALAR_LEN],
                                u8 ret_pk[static ELEMENT_LEN]) MUST_CHECK;

/* ---- opaque_envelope.c: RFC 9807 4 ---- */

/* What the randomized password and an envelope nonce give. Secret. */
struct envelope_keys {
	u8 auth_tag[MAC_LEN];
	u8 export_key[OPAQUE_KEY_LEN];
	u8 client_sk[SCALAR_LEN];
	u8 client_pk[ELEMENT_LEN];
};

/* randomized_password = Extract("", oprf_output || Stretch(oprf_output)), 5.2 and 6.3.2.3. */
err_t opaque_randomize_password(const u8 oprf_output[static HASH_LEN], struct opaque_ksf ksf,
                                u8 ret_randomized[static HASH_LEN]) MUST_CHECK;

/* The common part of 4.1.2 Store and 4.1.3 Recover. */
err_t opaque_envelope(const u8 randomized[static HASH_LEN], const u8 nonce[static NONCE_LEN],
                      const u8 server_pk[static ELEMENT_LEN], const struct opaque_app *app,
                      struct envelope_keys *ret) MUST_CHECK;

/* masking_key = Expand(randomized_password, "MaskingKey", Nh) */
void opaque_masking_key(const u8 randomized[static HASH_LEN], u8 ret[static HASH_LEN]);

/* 6.3.2.2: ret = in xor Expand(masking_key, masking_nonce || "CredentialResponsePad"); its own inverse. */
void opaque_mask(const u8 masking_key[static HASH_LEN], const u8 masking_nonce[static NONCE_LEN],
                 const u8 in[static MASKED_LEN], u8 ret[static MASKED_LEN]);

/* ---- opaque_3dh.c: RFC 9807 6.4 ---- */

/* Everything the transcript hash of 6.4.2.1 covers. ke2 needs its bytes before the MAC only. */
struct transcript {
	const struct opaque_app *app;
	const u8 *client_pk, *server_pk; /* used where app names no identity */
	const u8 *ke1, *ke2;
};

/* Secret. */
struct opaque_3dh_keys {
	u8 session_key[OPAQUE_KEY_LEN];
	u8 server_mac[MAC_LEN];
	u8 client_mac[MAC_LEN];
};

/* 6.4.2.2 DeriveKeys and both MACs, from ikm = dh1 || dh2 || dh3. */
void opaque_3dh(const u8 ikm[static IKM_LEN], const struct transcript *t, struct opaque_3dh_keys *ret);

#endif
