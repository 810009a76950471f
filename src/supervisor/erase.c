#include "supervisor/erase.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "client/client.h"
#include "os/folder.h"
#include "vault/vaultdir.h"

#define WAIT_MS 10000 /* for a running program to end: twice what it takes at most */
#define LOOK_MS 100

static int failed(const char *what, const char *where)
{
	fprintf(stderr, "blackedoutchat: %s %s\n", what, where);
	return 1;
}

int erase_rest(const struct paths *p)
{
	/* What is left of the key file says till the end that the rest is to go: the next start goes on with it. */
	if (vaultdir_erase(p->vault) != OK)
		return failed("the keys could not be overwritten in", p->vault);
	folder_remove(p->tor);
	folder_remove(p->links);
	folder_remove(p->browser);
	unlink(p->port);
	unlink(p->rpc);
	if (access(p->tor, F_OK) == 0)
		return failed("the keys are destroyed, but this could not be removed:", p->tor);
	if (vaultdir_erase_end(p->vault) != OK)
		return failed("the keys are destroyed, but this could not be removed:", p->vault);
	printf("erased: %s\n", p->data);
	fflush(stdout);
	return 0;
}

static bool is_sure(void)
{
	char line[16];
	if (isatty(STDIN_FILENO))
		fputs("All keys, messages and contacts are destroyed, for good. Type \"erase\" to do it: ", stderr);
	return fgets(line, sizeof line, stdin) && (strcmp(line, "erase\n") == 0 || strcmp(line, "erase") == 0);
}

/* Whether the folder is ours alone within `ms`. */
static bool take_lock(const struct paths *p, int *ret_fd, int ms)
{
	*ret_fd = open(p->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*ret_fd < 0)
		return false;
	for (; flock(*ret_fd, LOCK_EX | LOCK_NB); ms -= LOOK_MS) {
		if (ms <= 0)
			return false;
		poll(NULL, 0, LOOK_MS);
	}
	return true;
}

/* What a running program says to it does not matter: what counts is that it lets go of the folder. */
static void ask_running(const struct paths *p)
{
	struct client *c = NULL;
	if (client_open(p->rpc, &c) == OK &&
	    client_call(c, "session.erase", json_pack("{s:s}", "confirm", "erase"), NULL) != OK)
		fputs("blackedoutchat: the running program did not answer\n", stderr);
	client_free(c);
}

int erase_command(const char *data)
{
	struct paths p;
	char why[400];
	int lock = -1;
	if (paths_of(data, &p, why, sizeof why) != OK)
		return failed(why, "");
	if (access(p.vault, F_OK) != 0)
		return failed("there is nothing to erase in", p.data);
	if (!is_sure()) {
		fputs("blackedoutchat: nothing was erased: the word was not \"erase\"\n", stderr);
		return 2;
	}
	/* First of all, and by ourselves: a program that hangs cannot keep it from happening. */
	if (keyfile_destroy(p.vault) == ERR_LOCAL_IO)
		return failed("the keys could not be overwritten in", p.vault);
	if (!take_lock(&p, &lock, 0)) {
		ask_running(&p);
		close(lock);
		if (!take_lock(&p, &lock, WAIT_MS))
			return failed("the keys are destroyed, but a program still runs on", p.data);
	}
	int status = erase_rest(&p);
	close(lock);
	return status;
}
