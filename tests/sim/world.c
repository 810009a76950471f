/* A world: made from folders that are prepared once, moved by the clock. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/folder.h"
#include "vault/store.h"
#include "world.h"

#define MAX_FILE (4u << 20)

/* What the vault folder of a person holds before anything happened. */
static struct {
	struct buf keys, db;
} prepared[NODES];

static struct world *current; /* for the loop's hook */

static void on_descriptor(struct event_base *b, int fd)
{
	if (current)
		tor_on_descriptor(current, b, fd);
}

static void must(err_t e, const char *what)
{
	if (e == OK)
		return;
	fprintf(stderr, "sim: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void set_up(struct world *w, const char *dir)
{
	*w = (struct world){.until_ms = NEVER, .restorer = NOBODY};
	snprintf(w->dir, sizeof w->dir, "%s", dir);
	loop_now_ms = 0;
	for (int i = 0; i < NODES; i++) {
		char why[300], path[80];
		struct node *n = &w->node[i];
		n->w = w;
		n->i = i;
		n->vault_up_ms = n->net_up_ms = n->login_ms = n->turn_ms = NEVER;
		n->stop_fd = n->socks_fd = -1;
		snprintf(path, sizeof path, "%s/%d", dir, i);
		must(paths_of(path, &n->paths, why, sizeof why), path);
		must(paths_prepare(&n->paths, why, sizeof why), path);
		for (int a = 0; a < PERSONS; a++)
			n->known[a] = (struct known){.owner = NOBODY, .decide_ms = NEVER};
	}
	for (int a = 0; a < PERSONS; a++)
		w->host[a] = a;
}

/* ---- prepared folders ---- */

/* The seeds of an identity are drawn at once: the onion key's, then those of ML-DSA. The thief's begin as those of
 * person 0. */
static void theft(void *arg, void *out, size_t len)
{
	struct node *n = arg, *first = &n->w->node[0];
	struct node as_first = {.draws = n->draws};
	u8 seeds[96];
	memcpy(as_first.seed, first->seed, sizeof first->seed);
	first->env.random(n, out, len);
	if (len != sizeof seeds)
		return;
	first->env.random(&as_first, seeds, sizeof seeds);
	memcpy(out, seeds, 32);
}

static void prepare(struct world *w, int i)
{
	struct node *n = &w->node[i];
	char name[] = {(char)('A' + i), 0};
	n->seed[0] = (u8)i;
	n->seed[31] = 1; /* of no world */
	node_open(n);
	if (i == THIEF)
		n->env.random = theft;
	page_enroll(n);
	(void)page_login(n, name);
	(void)page_ask(n, IPC_MSG(0, identity_set, .strangers = 1));
	if (i == THIEF && memcmp(n->onion.b, w->node[0].onion.b, 32) != 0)
		sim_fail("the thief's onion key is not the stolen one");
	must(vault_lock(n->vault), "lock");
	node_close(n);
	prepared[i].keys = prepared[i].db = buf_with_max(MAX_FILE);
	must(folder_read(n->paths.vault, "keys", &prepared[i].keys), "read");
	must(folder_read(n->paths.vault, "vault.db", &prepared[i].db), "read");
}

void world_prepare(const char *dir)
{
	static struct world w;
	store_prepare();
	loop_on_descriptor = on_descriptor;
	set_up(&w, dir);
	watch_open(&w);
	for (int i = 0; i < NODES; i++)
		prepare(&w, i);
	folder_remove(dir);
}

void world_forget(void)
{
	for (int i = 0; i < NODES; i++) {
		buf_free(&prepared[i].keys);
		buf_free(&prepared[i].db);
	}
}

/* ---- a world ---- */

void world_open(struct world *w, const char *dir, u64 seed, int count, bool has_thief)
{
	set_up(w, dir);
	current = w;
	w->chance.state = seed;
	w->count = count;
	w->has_thief = w->had_thief = has_thief;
	watch_open(w);
	for (int i = 0; i < NODES; i++) {
		struct node *n = &w->node[i];
		if (!takes_part(w, i))
			continue;
		must(folder_write(n->paths.vault, "keys", buf_bytes(&prepared[i].keys)), "write");
		must(folder_write(n->paths.vault, "vault.db", buf_bytes(&prepared[i].db)), "write");
		memcpy(n->seed, &seed, sizeof seed);
		n->seed[16] = (u8)i;
		node_open(n);
		(void)page_login(n, "");
	}
}

void world_close(struct world *w)
{
	for (int i = 0; i < NODES; i++) {
		node_close(&w->node[i]);
		buf_free(&w->node[i].backup);
		buf_free(&w->node[i].unfinished);
	}
	tor_free(w);
	current = NULL;
	folder_remove(w->dir);
}

/* Nobody moves any more. The order in which they do is chance. */
void world_settle(struct world *w)
{
	bool any = true;
	for (int round = 0; any; round++) {
		any = tor_pump(w);
		int first = w->by_hand ? 0 : (int)chance_below(&w->chance, NODES);
		for (int i = 0; i < NODES; i++)
			any |= node_run(&w->node[(first + i) % NODES]);
		if (round > 20000)
			sim_fail("NEVER SLEEPS: the world is busy without end");
	}
	watch_rest(w);
}

bool world_step(struct world *w)
{
	world_settle(w);
	u64 next = MIN(tor_deadline(w), w->until_ms);
	for (int i = 0; i < NODES; i++)
		next = MIN(next, node_deadline(&w->node[i]));
	if (next >= w->until_ms) {
		loop_now_ms = MAX(loop_now_ms, w->until_ms);
		return false;
	}
	loop_now_ms = MAX(loop_now_ms, next);
	return true;
}
