/* What login.c and keys.c share: a login up to its proof. */
#ifndef BOC_CLIENT_LOGIN_PRIV_H
#define BOC_CLIENT_LOGIN_PRIV_H

#include "client/client.h"
#include "crypto/opaque.h"

#define UNLOCK_KEY_LEN 32

/* Empty context, and public keys for identities (docs/api.md). */
extern const struct opaque_app login_app;

/* Secret; wipe after use. */
struct login_proof {
	u8 ke3[OPAQUE_KE3_LEN];
	u8 session_key[OPAQUE_KEY_LEN], export_key[OPAQUE_KEY_LEN];
	struct opaque_ksf ksf; /* what the record was stretched with */
};

/* auth.login or auth.recover. ERR_LOCAL_SECRET: wrong. */
err_t login_prove(struct client *c, const char *method, struct slice secret, struct login_proof *ret) MUST_CHECK;

/* auth.register: a record with this version's stretching, the key it was made with, and its unlock key. */
struct login_record {
	u8 bytes[OPAQUE_RECORD_LEN], server_pk[32], unlock_key[UNLOCK_KEY_LEN];
};
err_t login_register(struct client *c, struct slice passphrase, struct login_record *ret) MUST_CHECK;

/* HKDF(salt, key, info), 32 bytes. */
void login_derive(const char *salt, const u8 key[static OPAQUE_KEY_LEN], const char *info, u8 ret[static 32]);

/* A new string: base64url without padding. */
json_t *login_json(const void *p, size_t n);

/* Reads one binary member of want bytes. */
bool login_bytes(const json_t *result, const char *member, u8 *ret, size_t want);

#endif
