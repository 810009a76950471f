#include "supervisor/doctor.h"

#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <seccomp.h>
#include <sodium.h>
#include <sqlcipher/sqlite3.h>
#include <stdio.h>

#include "supervisor/doctor_live.h"
#include "supervisor/look.h"

static void print(const struct findings *f)
{
	static const char *const words[] = {"", "ok", "note", "MEND"};
	for (size_t i = 0; i < f->n; i++)
		printf("%-5s %-12s %s\n", words[f->all[i].grade], f->all[i].what, f->all[i].text);
}

int doctor(const char *data, const char *tor)
{
	struct paths p;
	struct tor_program program = {0};
	struct findings f;
	char why[400];
	doctor_versions();
	if (paths_of(data, &p, why, sizeof why) != OK) {
		printf("MEND  %-12s %s\n", "folder", why);
		return 1;
	}
	if (tor && paths_use_tor(&p, tor, why, sizeof why) != OK) {
		printf("MEND  %-12s %s\n", "tor", why);
		return 1;
	}
	printf("data folder %s\n", p.data);
	if (!tor)
		preflight_tor(TOR_FIND_MS, &program);
	look(&p, &program, &f);
	print(&f);
	doctor_live(p.rpc);
	return findings_has_mend(&f) ? 1 : 0;
}

int doctor_versions(void)
{
	const struct scmp_version *sc = seccomp_version();
	printf("blackedoutchat %s\n%s, libsodium %s, SQLite %s (SQLCipher), libevent %s, jansson %s, "
	       "libseccomp %u.%u.%u\n",
	       BOC_VERSION, OpenSSL_version(OPENSSL_VERSION), sodium_version_string(), sqlite3_libversion(),
	       event_get_version(), jansson_version_str(), sc->major, sc->minor, sc->micro);
	return 0;
}
