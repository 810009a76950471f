/* vault/keyfile: any bytes as the file of the keys, which comes with every backup.
 *
 * Up to BACKUP_KEYS_MAX bytes and one more; no loop depends on the length. Where the fields are read is cursor_read.c's to
 * say.
 *
 * SOURCES src/vault/keyfile.c tests/proofs/stub_cursor.c tests/proofs/stub_crypto.c tests/proofs/stub_memory.c
 * UNWIND 9
 */
#include "vault/keyfile.h"

#include "proof.h"

void prove_decode(void)
{
	struct slice in = any_slice(KEYFILE_MAX + 1);
	struct keyfile k;
	err_t e = keyfile_decode(in, &k);
	prove(e == OK || e == ERR_LOCAL_STORE || e == ERR_LOCAL_CONFIG);
	prove(e != OK || in.n < KEYFILE_MAX);
	reached(e == OK && k.has_recovery);
	reached(e == OK && !k.has_recovery);
	reached(e == ERR_LOCAL_CONFIG);
}
