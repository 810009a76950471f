#include "supervisor/restore_cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/selftest.h"
#include "os/paths.h"
#include "vault/restore.h"

static int failed(const char *what, const char *where)
{
	fprintf(stderr, "blackedoutchat: %s %s\n", what, where);
	return 1;
}

static int explain(err_t e, const char *file, const struct paths *p)
{
	switch ((int)e) {
	case ERR_LOCAL_EXISTS:
		return failed("there is a vault already, or what is left of one (keys, vault.db, inbox), and nothing "
		              "was changed, in",
		              p->data);
	case ERR_PEER_FORMAT: return failed("this is no backup:", file);
	case ERR_LOCAL_CONFIG: return failed("this backup was made by a later version of the program:", file);
	case ERR_LOCAL_DAMAGED: return failed("this backup is damaged or not whole:", file);
	case ERR_LOCAL_FULL: return failed("there is no room on the disk for a vault in", p->data);
	default: break;
	}
	fprintf(stderr, "blackedoutchat: cannot restore %s to %s: %s\n", file, p->data, err_text(e));
	return 1;
}

static int restore(const struct paths *p, int fd, const char *file)
{
	int lock = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0)
		return failed("cannot make", p->lock);
	if (flock(lock, LOCK_EX | LOCK_NB)) {
		close(lock);
		return failed("a program runs on", p->data);
	}
	err_t e = crypto_selftest();
	if (e == OK)
		e = restore_from(p->vault, fd);
	close(lock);
	if (e != OK)
		return explain(e, file, p);
	printf("restored: %s\n"
	       "Start the program and log in with the passphrase that the vault had when the backup was made.\n"
	       "End the program that the backup is from: two of them with the same keys are not one.\n",
	       p->data);
	return 0;
}

int restore_command(const char *data, const char *file)
{
	struct paths p;
	char why[400];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "blackedoutchat: cannot read %s: %s\n", file, strerror(errno));
		return 1;
	}
	int status;
	if (paths_of(data, &p, why, sizeof why) != OK || paths_prepare(&p, why, sizeof why) != OK)
		status = failed(why, "");
	else
		status = restore(&p, fd, file);
	close(fd);
	return status;
}
