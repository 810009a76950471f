/* old_vault FOLDER PASSPHRASE VERSION <SQL: puts a database in the place of FOLDER/vault.db, under the same keys, as it was
 * at that version of the schema, with its rows ($BOC_SOURCE/tests/unit/vault/schema) and what the SQL makes of them. Prints the
 * latest version. The program must not run. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/selftest.h"
#include "old.h"
#include "owner.h"
#include "vault/migrate.h"

int main(int argc, char **argv)
{
	struct keyfile k;
	struct secret32 key;
	char path[300], *sql = NULL, *end;
	size_t cap = 0;
	const long version = argc == 4 ? strtol(argv[3], &end, 10) : 0;
	if (version < 1 || version > migrate_latest() || *end || crypto_selftest() != OK ||
	    keyfile_read(argv[1], &k) != OK)
		return 2;
	if (db_key_of(&k, slice_str(argv[2]), &key) != OK)
		return 1;
	snprintf(path, sizeof path, "%s/vault.db", argv[1]);
	if (unlink(path) != 0)
		return 1;
	old_make(path, &key, (int)version);
	if (getdelim(&sql, &cap, 0, stdin) > 0) {
		sqlite3 *db = old_open(path, &key);
		old_exec(db, sql);
		sqlite3_close(db);
	}
	free(sql);
	printf("%d\n", migrate_latest());
	return 0;
}
