/* What the owner of a vault can do who knows the passphrase, without the program: both sides of OPAQUE in one process. */
#ifndef BOC_TEST_OWNER_H
#define BOC_TEST_OWNER_H

#include "crypto/kdf.h"
#include "os/os_env.h"
#include "vault/keyfile.h"

#define OWNER slice_str("owner")

static const struct opaque_app app;

/* What a client makes of its export key. */
static inline void unlock_key_of(const u8 export_key[static OPAQUE_KEY_LEN], struct secret32 *ret)
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str("boc vault 1"), slice_of(export_key, OPAQUE_KEY_LEN), prk);
	hkdf_expand(prk, PARTS(slice_str("unlock")), ret->b, sizeof ret->b);
}

/* The key of the database, by the passphrase. */
static inline err_t db_key_of(const struct keyfile *k, struct slice pass, struct secret32 *ret)
{
	const struct keyslot *s = &k->slots[SLOT_PASSPHRASE];
	struct opaque_client_login login;
	struct opaque_server_login pending;
	struct secret32 unlock;
	u8 ke1[OPAQUE_KE1_LEN], ke2[OPAQUE_KE2_LEN], ke3[OPAQUE_KE3_LEN], session[OPAQUE_KEY_LEN], key[OPAQUE_KEY_LEN];
	TRY(opaque_client_login_start(os_env(), pass, &login, ke1));
	TRY(opaque_server_login_start(&s->server, os_env(), &app, OWNER, s->record, ke1, ke2, &pending));
	TRY(opaque_client_login_finish(&login, &app, s->ksf, pass, ke2, ke3, session, key));
	unlock_key_of(key, &unlock);
	return keyfile_unwrap(k, SLOT_PASSPHRASE, &unlock, ret);
}

#endif
