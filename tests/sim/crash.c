/* The ends of a vault. A process that is killed leaves its files as they are: no page is written back, the journal ends
 * where it ended. So they are kept aside while the vault is freed, which would tidy up, and put back. */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/folder.h"
#include "world.h"

#define MAX_FILE (64u << 20)
#define FULL_AT 64 /* bytes: no page fits */

static const char *const names[NODE_FILES] = {"keys", "vault.db", "vault.db-wal", "inbox", "hand"};

/* What a commit writes: of a vault that receives while it is locked, the inbox. */
static const char *journal_of(const struct node *n)
{
	return vault_is_receiving(n->vault) ? "inbox" : "vault.db-wal";
}

static off_t size_of(const struct node *n, const char *name)
{
	char path[FOLDER_PATH_MAX];
	struct stat st;
	bool there = folder_path(path, n->paths.vault, name) == OK && stat(path, &st) == 0;
	return there ? st.st_size : 0;
}

/* The commit, up to any byte of what it writes. */
static void commit(struct node *n)
{
	err_t e = vault_commit(n->vault);
	if (e != OK && !(n->was_full && vault_is_of_disk(e)))
		sim_fail("VAULT: node %d cannot commit", n->i);
}

void crash_note(struct node *n)
{
	for (size_t i = 0; i < NODE_FILES; i++) {
		n->left[i] = buf_with_max(MAX_FILE);
		err_t e = folder_read(n->paths.vault, names[i], &n->left[i]);
		if (e != OK && e != ERR_LOCAL_MISSING)
			abort();
	}
}

static void die(struct node *n, const char *journal, off_t cut)
{
	if (!n->died)
		crash_note(n);
	n->died = false;
	n->vault = vault_free(n->vault);
	for (size_t i = 0; i < NODE_FILES; i++) {
		if (buf_bytes(&n->left[i]).n && folder_write(n->paths.vault, names[i], buf_bytes(&n->left[i])) != OK)
			abort();
		buf_free(&n->left[i]);
	}
	char path[FOLDER_PATH_MAX];
	if (cut >= 0 && (folder_path(path, n->paths.vault, journal) != OK || truncate(path, cut)))
		abort();
}

void crash_vault(struct node *n, enum crash how)
{
	static const char *const words[] = {"before", "within", "after", "after", "in a turn, not in"};
	struct chance *c = &n->w->chance;
	if (!n->vault)
		return;
	sim_trace("node %d: vault dies %s a commit", n->i, words[how]);
	const char *journal = journal_of(n);
	off_t before = size_of(n, journal), cut = -1;
	crash_disk_begin(n);
	node_take_input(n);
	if (n->died)
		how = CRASH_OVER;
	if (how != CRASH_BEFORE && how != CRASH_OVER && !n->must_undo)
		commit(n);
	crash_disk_end(n);
	off_t grown = size_of(n, journal) - before;
	if (how == CRASH_WITHIN && grown > 0)
		cut = before + (off_t)chance_below(c, (u64)grown);
	if (how == CRASH_SAYING && !n->must_undo) {
		node_send(n, (unsigned)chance_below(c, 8));
		if (n->net && chance_in(c, 50))
			(void)loop_run(n->net->loop);
	}
	die(n, journal, cut);
	n->must_undo = false;
	n->to_net = ipc_free(n->to_net);
	if (n->net)
		node_end_net(n);
	node_tor(n, false); /* onion's connection ended, and tor's with it */
	tor_forget(n);
	n->turn_ms = n->net_up_ms = n->login_ms = NEVER;
	n->vault_up_ms = loop_now_ms + RESTART_MIN_MS;
}

/* ---- a full disk ---- */

void crash_disk(struct node *n, bool full)
{
	if (n->disk_full == full)
		return;
	sim_trace("node %d: disk is %s", n->i, full ? "full" : "not full");
	n->disk_full = full;
	n->was_full |= full;
}

static void limit_files(rlim_t most)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_FSIZE, &l))
		abort();
	l.rlim_cur = MIN(most, l.rlim_max);
	if (setrlimit(RLIMIT_FSIZE, &l))
		abort();
}

/* All nodes live in this process: it is for the turn of this one. */
void crash_disk_begin(const struct node *n)
{
	sim_errors_are_due = n->was_full;
	if (n->disk_full)
		limit_files(FULL_AT);
}

void crash_disk_end(const struct node *n)
{
	sim_errors_are_due = false;
	if (n->disk_full)
		limit_files(RLIM_INFINITY);
}
