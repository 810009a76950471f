/* A person makes a backup now and then, and loses the machine. What is on it is gone, and the copies of one-time secrets with
 * it; the backup, restored elsewhere, must not use any of them again. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/folder.h"
#include "vault/order.h"
#include "vault/restore.h"
#include "vault/state.h"
#include "vault/storage.h"
#include "world.h"

/* ---- making one ---- */

static void forget_unfinished(struct node *n)
{
	n->is_backing_up = false;
	buf_free(&n->unfinished);
}

static void begin(struct node *n)
{
	struct proof p;
	page_prove(n, &p);
	struct ipc_msg m = IPC_MSG(0, backup_create, .login = p.number);
	memcpy(m.backup_create.ke3, p.ke3, sizeof p.ke3);
	struct ipc_msg a = page_ask(n, m);
	if (a.type != ipc_t_backup_begun)
		sim_fail("BACKUP: node %d cannot begin one: %s", n->i, ipc_name(a.type));
	memcpy(n->backup_id, a.backup_begun.id, sizeof n->backup_id);
	n->unfinished = buf_with_max(64u << 20);
	n->is_backing_up = true;
}

static struct ipc_msg read_part(struct node *n)
{
	struct ipc_msg m = IPC_MSG(0, backup_read, .offset = buf_bytes(&n->unfinished).n);
	memcpy(m.backup_read.id, n->backup_id, sizeof n->backup_id);
	return page_ask(n, m);
}

void restore_back_up(struct node *n)
{
	if (!node_is_unlocked(n) || n->was_full)
		return;
	if (!n->is_backing_up) {
		sim_trace("node %d begins a backup", n->i);
		begin(n);
		return;
	}
	for (;;) {
		struct ipc_msg a = read_part(n);
		if (a.type != ipc_t_backup_part) { /* its vault died or was locked since, or it was too slow */
			forget_unfinished(n);
			return;
		}
		if (a.backup_part.size == 0)
			return;
		if (buf_bytes(&n->unfinished).n == a.backup_part.size)
			break;
	}
	struct ipc_msg m = IPC_MSG(0, backup_end, .id = {0});
	memcpy(m.backup_end.id, n->backup_id, sizeof n->backup_id);
	(void)page_ask(n, m);
	buf_free(&n->backup);
	n->backup = n->unfinished;
	n->unfinished = (struct buf){0};
	n->is_backing_up = false;
	sim_trace("node %d has a backup of %zu bytes", n->i, buf_bytes(&n->backup).n);
}

/* ---- restoring ---- */

/* What the person knows of an address from the page of the machine that is lost. */
static void forget(struct known *k)
{
	memset(k->seen, 0, sizeof k->seen);
	memset(k->row, 0, sizeof k->row);
	k->contact = k->last = 0;
	k->state = CONTACT_NONE;
	k->trust = SHOWN_NONE;
	k->decide_ms = NEVER;
	k->is_unsure = false;
	k->forgot = true;
}

void restore_node(struct node *n)
{
	static const char *const names[] = {"keys",  "vault.db", "vault.db-wal", "backup.new", "backup.new-journal",
	                                    "inbox", "hand"};
	char path[FOLDER_PATH_MAX];
	if (buf_bytes(&n->backup).n == 0)
		return;
	crash_vault(n, (enum crash)chance_below(&n->w->chance, CRASHES));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (folder_path(path, n->paths.vault, names[i]) == OK)
			(void)unlink(path);
	if (folder_write(n->w->dir, "backup", buf_bytes(&n->backup)) != OK ||
	    folder_path(path, n->w->dir, "backup") != OK)
		abort();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	err_t e = restore_from(n->paths.vault, fd);
	close(fd);
	if (e != OK)
		sim_fail("BACKUP: node %d cannot restore its own: %s", n->i, err_text(e));
	sim_trace("node %d is restored", n->i);
	n->was_restored = true;
	forget_unfinished(n);
	for (int a = 0; a < PERSONS; a++)
		forget(&n->known[a]);
}

/* ---- numbers ---- */

static bool row_of(const struct node *n, const struct node *other, struct contact *ret)
{
	return node_is_unlocked(n) && contacts_find(n->vault->store, n->identity, &other->onion, ret);
}

/* What of the contact's is here under that number. The program never asks that: it has no index for it. */
static bool theirs_numbered(struct store *s, u64 contact, u64 seq, struct message *ret)
{
	sqlite3_stmt *st = NULL;
	if (sqlite3_prepare_v2(store_connection(s),
	                       "SELECT id FROM messages WHERE contact = ? AND mine = 0 AND seq = ?", -1, &st,
	                       NULL) != SQLITE_OK)
		abort();
	sqlite3_bind_int64(st, 1, (i64)contact);
	sqlite3_bind_int64(st, 2, (i64)seq);
	u64 row = sqlite3_step(st) == SQLITE_ROW ? (u64)sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(st);
	return row && messages_get(s, row, ret);
}

static bool is_there(const struct message *m)
{
	return m->state == MESSAGE_DELIVERED || m->state == MESSAGE_READ;
}

/* What b lacks: lost: of that, what a does not have either. Such a number may have been another one of an item that b has. */
struct lacking {
	u64 all, lost;
};

/* The item of a with that number: a has it, or lost it; b has it, or does not. */
static void check_item(struct node *a, struct node *b, const struct contact *at_a, const struct contact *at_b, u64 seq,
                       bool at_last, struct lacking *l)
{
	static struct message mine, theirs, same;
	struct query q = store_query(a->vault->store, sql_contact_behind);
	query_int(&q, (i64)at_a->id);
	u64 behind = query_take_int(&q); /* from there on numbers are not given for good: nothing of it was sent */
	bool is_open = behind && seq >= behind;
	bool has_a = !is_open && messages_numbered(a->vault->store, at_a->id, seq, &mine);
	bool has_b = theirs_numbered(b->vault->store, at_b->id, seq, &theirs);
	if (!has_a && !a->was_restored)
		sim_fail("NUMBERS: node %d has no item %llu to %d", a->i, (unsigned long long)seq, b->i);
	if (has_a && has_b && memcmp(&mine.id, &theirs.id, sizeof mine.id) != 0)
		sim_fail("NUMBERS: node %d gave number %llu to %d twice", a->i, (unsigned long long)seq, b->i);
	bool there = has_a && messages_find(b->vault->store, at_b->id, false, &mine.id, &same);
	if (has_a && is_there(&mine) && !there && !b->was_restored)
		sim_fail("DELIVERED: item %llu of %d is not at %d", (unsigned long long)seq, a->i, b->i);
	if (at_last && has_a && !is_there(&mine))
		sim_fail("DELIVERED: item %llu of %d to %d waits for ever", (unsigned long long)seq, a->i, b->i);
	l->all += !has_b;
	l->lost += !has_b && !has_a;
}

static void check_pair(struct node *a, struct node *b, bool at_last)
{
	struct contact at_a, at_b;
	struct heard heard;
	struct lacking l = {0};
	if (!row_of(a, b, &at_a) || !row_of(b, a, &at_b))
		return;
	/* What came while it was locked waits for the disk, and is not in the database yet. */
	if (storage_state_of(a->vault) != STORAGE_OK || storage_state_of(b->vault) != STORAGE_OK)
		return;
	order_heard(b->vault->store, at_b.id, &heard);
	for (u64 seq = 1; seq <= MAX(at_a.out_seq, heard.last); seq++)
		check_item(a, b, &at_a, &at_b, seq, at_last, seq <= heard.last ? &l : &(struct lacking){0});
	u64 missing = order_missing(&heard);
	if (missing > l.all || missing < l.all - l.lost)
		sim_fail("MISSING: node %d lacks %llu items of %d, %llu of which are lost, and says %llu", b->i,
		         (unsigned long long)l.all, a->i, (unsigned long long)l.lost, (unsigned long long)missing);
	if (missing && !b->was_restored)
		sim_fail("MISSING: node %d lacks %llu items of %d, and was never restored", b->i,
		         (unsigned long long)missing, a->i);
	if (at_last && heard.last != at_a.out_seq)
		sim_fail("MISSING: the last item of %d to %d is %llu, and %llu is there", a->i, b->i,
		         (unsigned long long)at_a.out_seq, (unsigned long long)heard.last);
	if (heard.broken_ms && !a->was_full && !b->was_full)
		sim_fail("NUMBERS: node %d sees a break in what %d wrote", b->i, a->i);
}

void restore_check(struct world *w, bool at_last)
{
	if (w->restorer == NOBODY)
		return;
	for (int a = 0; a < w->count; a++)
		for (int b = 0; b < w->count; b++)
			if (a != b)
				check_pair(&w->node[a], &w->node[b], at_last);
}
