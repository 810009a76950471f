/* weak_keys FOLDER PASSPHRASE: makes the record in FOLDER/keys anew with 1 pass and 8 KiB, as a version would have that
 * stretched less. Both sides of OPAQUE in one process; the program must not run. */
#include <stdio.h>

#include "crypto/kdf.h"
#include "crypto/selftest.h"
#include "os/os_env.h"
#include "vault/keyfile.h"

#define OWNER slice_str("owner")

static const struct opaque_app app;

static void unlock_key_of(const u8 export_key[static OPAQUE_KEY_LEN], struct secret32 *ret)
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_str("boc vault 1"), slice_of(export_key, OPAQUE_KEY_LEN), prk);
	hkdf_expand(prk, PARTS(slice_str("unlock")), ret->b, sizeof ret->b);
}

static err_t db_key_of(const struct keyfile *k, struct slice pass, struct secret32 *ret)
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

static err_t weaken(struct keyfile *k, struct slice pass, const struct secret32 *db_key)
{
	struct keyslot *s = &k->slots[SLOT_PASSPHRASE];
	struct opaque_client_reg reg;
	struct secret32 unlock;
	u8 request[OPAQUE_REG_REQUEST_LEN], response[OPAQUE_REG_RESPONSE_LEN], key[OPAQUE_KEY_LEN];
	s->ksf = OPAQUE_KSF_RANDOM;
	TRY(opaque_client_reg_start(os_env(), pass, &reg, request));
	TRY(opaque_server_reg_response(&s->server, OWNER, request, response));
	TRY(opaque_client_reg_finish(&reg, os_env(), &app, s->ksf, pass, response, s->record, key));
	unlock_key_of(key, &unlock);
	return keyfile_wrap(k, SLOT_PASSPHRASE, os_env(), &unlock, db_key);
}

int main(int argc, char **argv)
{
	struct keyfile k;
	struct secret32 db_key;
	if (argc != 3 || crypto_selftest() != OK)
		return 2;
	err_t e = keyfile_read(argv[1], &k);
	if (e == OK)
		e = db_key_of(&k, slice_str(argv[2]), &db_key);
	if (e == OK)
		e = weaken(&k, slice_str(argv[2]), &db_key);
	if (e == OK)
		e = keyfile_write(argv[1], &k);
	if (e != OK)
		fprintf(stderr, "weak_keys: %s\n", err_text(e));
	return e == OK ? 0 : 1;
}
