/* weak_keys FOLDER PASSPHRASE: makes the record in FOLDER/keys anew with 1 pass and 8 KiB, as a version would have that
 * stretched less. Both sides of OPAQUE in one process; the program must not run. */
#include <stdio.h>

#include "crypto/selftest.h"
#include "owner.h"

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
