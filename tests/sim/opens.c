/* PROTO 3.7: simultaneous opens, duplicate links and ghosts, in every order in which what is under way can arrive.
 *
 * One order is a run: two nodes dial, and whatever tor holds is delivered piece by piece, as the path says. Runs follow
 * each other by depth first search. Two deliveries to different nodes give the same in either order, so only one of the
 * two is tried (sleep sets, Godefroid 1996); what is left is every order of what each node receives. */
#include <stdio.h>

#include "base/limits.h"
#include "world.h"

#define MAX_DEPTH 200
#define AT_ONCE_MS 1000   /* to be settled when all is delivered: only a ghost may take longer */
#define REST_MS 12000     /* a link that was asked for a sign of life is decided about */
#define RUNS_OF_WORLD 400 /* the tables of watch.c are finite */
#define RUNS_MAX 200000

enum before {
	NOTHING, /* both dial at the same moment */
	GHOST,   /* one end of an older link does not know that it is gone; the other dials */
	DYING,   /* who dials did so before, and its process died behind M3: that is still under way */
};

struct setting {
	const char *name;
	enum before before;
	int initiator; /* of the older link */
	int holder;    /* who still has it */
};

static const struct setting settings[] = {
	{"two dial at once", NOTHING, 0, 0},         {"ghost of 0's at 0, 1 dials", GHOST, 0, 0},
	{"ghost of 0's at 1, 0 dials", GHOST, 0, 1}, {"ghost of 1's at 0, 1 dials", GHOST, 1, 0},
	{"ghost of 1's at 1, 0 dials", GHOST, 1, 1}, {"0 dials, dies, dials again", DYING, 0, 1},
	{"1 dials, dies, dials again", DYING, 1, 0},
};

/* A place in the path. Bit 2 * i + dir stands for the delivery of what is first in pipe[dir] of the i-th stream. */
struct place {
	u32 enabled;
	u32 sleep; /* tried elsewhere, and nothing since depends on it */
	u32 done;  /* tried here */
	unsigned taken;
};

static struct place path[MAX_DEPTH];
static unsigned n_path;

static u32 enabled(const struct world *w)
{
	u32 mask = 0;
	if (w->n_streams > 16)
		sim_fail("too many streams");
	for (unsigned i = 0; i < w->n_streams; i++)
		for (int dir = 0; dir < 2; dir++)
			mask |= tor_is_under_way(w->streams[i], dir) ? 1u << (2 * i + (unsigned)dir) : 0;
	return mask;
}

static int receiver(const struct world *w, unsigned bit)
{
	const struct stream *s = w->streams[bit / 2];
	if (bit % 2)
		return s->end[0].node;
	return s->begun ? s->end[1].node : w->host[s->address];
}

static unsigned lowest(u32 mask)
{
	return (unsigned)__builtin_ctz(mask);
}

/* ---- before a run ---- */

static void deliver_all(struct world *w)
{
	u32 e;
	world_settle(w);
	while ((e = enabled(w)) != 0) {
		(void)tor_deliver(w, w->streams[lowest(e) / 2], (int)(lowest(e) % 2));
		world_settle(w);
	}
}

static void pass(struct world *w, u64 ms)
{
	w->until_ms = loop_now_ms + ms;
	while (world_step(w))
		deliver_all(w);
}

static void write_to_other(struct world *w, int from)
{
	if (!page_write(&w->node[from], 1 - from, 0))
		sim_fail("PAGE: node %d cannot write", from);
}

static void set_up(struct world *w, const char *dir)
{
	world_open(w, dir, 1, 2, false);
	w->by_hand = true;
	page_add(&w->node[0], 1);
	deliver_all(w);
	/* Each knows the contacts' address of the other, and is there: the first run is as those that follow it. */
	pass(w, GATE_BATCH_MS + AT_ONCE_MS);
}

static struct stream *dial_of(const struct world *w, int node)
{
	for (unsigned i = w->n_streams; i-- > 0;)
		if (w->streams[i]->end[0].node == node)
			return w->streams[i];
	sim_fail("NO DIAL: node %d has nobody to dial", node);
}

/* The net process of a node dies, then somebody writes, so that nobody is asked to dial for it. */
static void die(struct world *w, int i)
{
	node_kill_net(&w->node[i]);
	write_to_other(w, i);
}

/* The processes that died come back, and dial at once. */
static void come_back(struct world *w)
{
	loop_now_ms += RESTART_MIN_MS;
	world_settle(w);
}

static void deliver(struct world *w, struct stream *s, int dir)
{
	if (!tor_deliver(w, s, dir))
		sim_fail("NO HANDSHAKE: nothing is under way");
	world_settle(w);
}

/* Ends with what the dials have put under way. */
static void begin(struct world *w, const struct setting *set)
{
	die(w, 0);
	die(w, 1);
	tor_free(w);
	come_back(w);
	if (set->before == NOTHING)
		return;
	struct stream *older = dial_of(w, set->initiator);
	tor_cut(dial_of(w, 1 - set->initiator));
	if (set->before == GHOST) {
		deliver_all(w);
		tor_ghost(older, older->end[0].node == set->holder ? 1 : 0);
		write_to_other(w, set->holder);
	} else {
		deliver(w, older, 0); /* M1 */
		deliver(w, older, 1); /* tor's answer */
		deliver(w, older, 1); /* M2 */
	}
	die(w, 1 - set->holder);
	come_back(w);
}

/* ---- a run ---- */

static bool is_settled(const struct world *w)
{
	const struct known *a = &w->node[0].known[1], *b = &w->node[1].known[0];
	return watch_open_links(w, 0, 1) == 1 && watch_half_links(w, 0, 1) == 0 && b->seen[0] == a->written &&
	       a->seen[1] == b->written;
}

/* Where both links were open, the one of the smaller key stays. */
static void check_survivor(const struct world *w)
{
	const struct node *n = w->node;
	int smaller = memcmp(n[0].onion.b, n[1].onion.b, 32) < 0 ? 0 : 1;
	bool was[2] = {false, false};
	int stays = NOBODY;
	for (unsigned i = 0; i < w->n_streams; i++) {
		const struct stream *s = w->streams[i];
		was[s->end[0].node] |= s->end[0].was_up && s->end[1].was_up;
		if (s->end[0].is_up && s->end[1].is_up)
			stays = s->end[0].node;
	}
	if (was[0] && was[1] && stays != smaller)
		sim_fail("WRONG LINK: the one of the greater key stays");
}

/* The place at this depth: as it was when the path came by before, or new. NULL: all that could be done is tried
 * elsewhere. */
static struct place *place_at(unsigned depth, u32 e, u32 sleep)
{
	if (depth == MAX_DEPTH)
		sim_fail("NO REST: links come and go");
	struct place *p = &path[depth];
	if (depth < n_path) {
		if (p->enabled != e)
			sim_fail("NOT THE SAME AGAIN: %x, then %x", p->enabled, e);
		return p;
	}
	if ((e & ~sleep) == 0)
		return NULL;
	*p = (struct place){.enabled = e, .sleep = sleep, .taken = lowest(e & ~sleep)};
	n_path++;
	return p;
}

/* True when it went to its end. */
static bool run(struct world *w, const struct setting *set)
{
	u32 sleep = 0;
	begin(w, set);
	u64 limit = loop_now_ms + AT_ONCE_MS + (set->before == GHOST ? DUP_PROBE_MS : 0);
	for (unsigned depth = 0;; depth++) {
		u32 e;
		world_settle(w);
		while ((e = enabled(w)) == 0) {
			if (is_settled(w))
				return true;
			w->until_ms = limit;
			if (!world_step(w))
				sim_fail("NO LINK: %u open, %u half", watch_open_links(w, 0, 1),
				         watch_half_links(w, 0, 1));
			world_settle(w);
		}
		const struct place *p = place_at(depth, e, sleep);
		if (!p)
			return false;
		u32 same = 0; /* what this delivery may change */
		for (unsigned bit = 0; bit < 32; bit++)
			if (e >> bit & 1 && receiver(w, bit) == receiver(w, p->taken))
				same |= 1u << bit;
		sleep = (p->sleep | p->done) & ~same;
		(void)tor_deliver(w, w->streams[p->taken / 2], (int)(p->taken % 2));
	}
}

/* To the next path; false: there is none. */
static bool next_path(void)
{
	while (n_path > 0) {
		struct place *p = &path[n_path - 1];
		p->done |= 1u << p->taken;
		u32 left = p->enabled & ~p->sleep & ~p->done;
		if (left) {
			p->taken = lowest(left);
			return true;
		}
		n_path--;
	}
	return false;
}

static unsigned explore(const char *dir, const struct setting *set)
{
	static struct world w;
	unsigned orders = 0, runs = 0;
	n_path = 0;
	do {
		if (runs % RUNS_OF_WORLD == 0) {
			if (runs)
				world_close(&w);
			set_up(&w, dir);
		}
		if (++runs > RUNS_MAX)
			sim_fail("too many orders");
		if (!run(&w, set))
			continue;
		orders++;
		if (set->before != GHOST)
			check_survivor(&w);
		pass(&w, REST_MS);
		if (!is_settled(&w))
			sim_fail("NO REST: the link does not stay");
	} while (next_path());
	world_close(&w);
	printf("sim: %s: %u orders, %u runs\n", set->name, orders, runs);
	return orders;
}

unsigned opens_run(const char *dir)
{
	unsigned orders = 0;
	for (size_t i = 0; i < ARRAY_LEN(settings); i++)
		orders += explore(dir, &settings[i]);
	return orders;
}
