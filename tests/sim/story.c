/* What happens in a seed: people meet and write, the network and the machines break; then everything is whole again, and
 * everybody has to have one link to each other and all that was written. */
#include <stdio.h>

#include "base/limits.h"
#include "world.h"

#define HOUR_MS 3600000
#define HEAL_MS (45 * 60000) /* the longest back-off, a link that has to be found dead, and some */
#define STEADY_MS 90000
#define VANISH_MS 61000 /* the longest that the page asks for, and some */
#define TALK_MAX 80     /* messages of one conversation: more say nothing new */
#define FLOOD_MAX 400   /* but when they are many at once */

static struct node *somebody(struct world *w)
{
	return &w->node[chance_below(&w->chance, (u64)w->count)];
}

/* Another than n, with whom it has to do. */
static int another(struct world *w, const struct node *n)
{
	int i = (int)chance_below(&w->chance, (u64)w->count - 1);
	return i >= address_of(n->i) ? i + 1 : i;
}

static struct stream *some_stream(struct world *w)
{
	struct stream *s = NULL;
	u64 live = 0;
	for (unsigned i = 0; i < w->n_streams; i++)
		if (!w->streams[i]->is_over && chance_below(&w->chance, ++live) == 0)
			s = w->streams[i];
	return s;
}

/* ---- meeting ---- */

static void meet(struct world *w, int a, int b)
{
	struct node *x = &w->node[a], *y = &w->node[b];
	if (!node_is_unlocked(x) || !node_is_unlocked(y) || x->known[b].contact || y->known[a].contact)
		return;
	unsigned how = (unsigned)chance_below(&w->chance, 4);
	if (how == 0 && a != 0) /* the thief's fingerprint is another */
		(void)page_ask(x, IPC_MSG(0, invite_create, .days = 7));
	page_add(y, a);
	x->invite[0] = 0;
	if (how >= 2)
		page_add(x, b);
}

static void meet_all(struct world *w, unsigned percent)
{
	for (int a = 0; a < w->count; a++)
		for (int b = 0; b < w->count; b++)
			if (a != b && chance_in(&w->chance, percent))
				meet(w, a, b);
}

/* ---- what is done ---- */

static void write_some(struct world *w, struct node *n, int to, u64 count, u32 max)
{
	const struct known *k = &n->known[to], *back = &w->node[to].known[address_of(n->i)];
	for (; count > 0 && k->written + back->written < max; count--)
		if (!page_write(n, to, chance_in(&w->chance, 10) ? chance_below(&w->chance, MAX_TEXT) : 0))
			return;
}

/* Both write so much at once that DATA has to wait for a rekey. */
static void flood(struct world *w, struct node *n)
{
	int to = another(w, n);
	u64 count = 70 + chance_below(&w->chance, 120);
	write_some(w, n, to, count, FLOOD_MAX);
	write_some(w, &w->node[to], address_of(n->i), count, FLOOD_MAX);
}

static void somebody_writes(struct world *w)
{
	struct node *n =
		w->has_thief && w->node[THIEF].vault && chance_in(&w->chance, 20) ? &w->node[THIEF] : somebody(w);
	u64 x = chance_below(&w->chance, 100);
	if (x >= 90 && n->i != THIEF)
		page_write_in_vain(n, another(w, n), (enum crash)chance_below(&w->chance, CRASHES));
	else if (x >= 60 && n->i != THIEF)
		page_change(n, another(w, n));
	else if (x == 0)
		flood(w, n);
	else
		write_some(w, n, another(w, n), x < 6 ? 40 : 1 + x % 3, TALK_MAX);
}

static void somebody_reads(struct world *w)
{
	struct node *n = somebody(w);
	u64 x = chance_below(&w->chance, 12);
	if (x == 0)
		page_marks(n, chance_in(&w->chance, 60));
	else if (x > 9)
		(void)page_listed(n, chance_in(&w->chance, 40));
	else if (x < 3)
		page_types(n, another(w, n));
	else if (x == 3)
		page_cover(n, another(w, n), chance_in(&w->chance, 70));
	else
		page_see(n, another(w, n), x < 6);
}

static void break_stream(struct world *w)
{
	struct stream *s = some_stream(w);
	if (!s)
		return;
	u64 how = chance_below(&w->chance, 6);
	static const char *const names[] = {"is cut", "is lost", "is a ghost", "is slow", "is bent", "is slow"};
	sim_trace("stream %u %s", s->no, names[how]);
	switch (how) {
	case 0: tor_cut(s); break;
	case 1: tor_lose(s); break;
	case 2: tor_ghost(s, (int)chance_below(&w->chance, 2)); break;
	case 4: s->pipe[chance_below(&w->chance, 2)].flip = true; break;
	default: s->delay_ms = chance_below(&w->chance, 20000); break;
	}
}

static void part(struct world *w)
{
	const struct node *n = somebody(w);
	int other = another(w, n);
	bool parted = !w->parted[n->i][other];
	sim_trace("nodes %d and %d are %s", n->i, other, parted ? "parted" : "not parted");
	w->parted[n->i][other] = w->parted[other][n->i] = parted;
	w->hangs[n->i][other] = w->hangs[other][n->i] = chance_in(&w->chance, 50);
	for (unsigned i = 0; i < w->n_streams && parted; i++) {
		struct stream *s = w->streams[i];
		bool theirs = (s->end[0].node == n->i && s->end[1].node == other) ||
		              (s->end[0].node == other && s->end[1].node == n->i);
		if (!s->is_over && theirs)
			tor_lose(s);
	}
}

static void break_node(struct world *w)
{
	struct node *n = somebody(w);
	switch (chance_below(&w->chance, 14)) {
	case 0:
	case 1: node_tor(n, n->vault && !n->tor_up); break;
	case 2: node_kill_net(n); break;
	case 13: node_wake(n); break;
	case 3: node_stop_net(n); break;
	case 4:
	case 5: crash_vault(n, (enum crash)chance_below(&w->chance, CRASHES)); break;
	case 7:
	case 8:
		if (n->i != w->restorer) /* its first login after a restoring has to write */
			crash_disk(n, !n->disk_full);
		break;
	case 6:
	case 10:
	case 11:
	case 12:
		if (!node_is_unlocked(n))
			break;
		if (chance_in(&w->chance, 60))
			page_receive_locked(n, chance_in(&w->chance, 75));
		page_lock(n);
		break;
	default: n->skew_ms = (i64)chance_below(&w->chance, 96 * HOUR_MS) - 48 * HOUR_MS; break;
	}
}

static void rotate(struct world *w)
{
	struct node *n = somebody(w);
	/* A backup knows nothing of keys made since: contacts would see the address change, and only people can say about that. */
	bool is_kept = n->is_backing_up || buf_bytes(&n->backup).n;
	if (node_is_unlocked(n) && n->pq.seq < 4 && !is_kept) {
		sim_trace("node %d rotates", n->i);
		(void)page_ask(n, IPC_MSG(0, identity_rotate));
	}
}

/* The thief serves person 0's address, or adds people as that one. */
static void steal(struct world *w)
{
	struct node *t = &w->node[THIEF];
	if (!w->has_thief)
		return;
	if (chance_in(&w->chance, 50)) {
		w->host[0] = w->host[0] == 0 ? THIEF : 0;
		sim_trace("node %d serves the address of 0", w->host[0]);
	} else if (node_is_unlocked(t)) {
		int to = another(w, t);
		if (!t->known[to].contact)
			page_add(t, to);
	}
}

static void run(struct world *w, u64 ms)
{
	w->until_ms = loop_now_ms + ms;
	while (world_step(w))
		;
}

/* What is lost with the machine: both wrote, and it had time to arrive. */
static void write_to_lose(struct world *w, struct node *n)
{
	for (int i = 0; i < w->count; i++) {
		if (i == n->i)
			continue;
		write_some(w, n, i, chance_below(&w->chance, 4), TALK_MAX);
		write_some(w, &w->node[i], n->i, chance_below(&w->chance, 4), TALK_MAX);
	}
	run(w, chance_below(&w->chance, 60000));
}

static void back_up_or_restore(struct world *w)
{
	struct node *n = &w->node[w->restorer];
	if (buf_bytes(&n->backup).n && chance_in(&w->chance, 50)) {
		if (chance_in(&w->chance, 70))
			write_to_lose(w, n);
		restore_node(n);
	} else {
		restore_back_up(n);
	}
}

/* Both say how long messages shall stay: alike, so that some vanish, or as each likes. Where there is a thief, what has
 * vanished is nobody's any more; and whoever loses its machine loses what it said of that, too. */
static void agree(struct world *w)
{
	struct node *n = somebody(w);
	int other = another(w, n);
	u64 x = chance_below(&w->chance, 100);
	if (w->had_thief || w->restorer != NOBODY)
		return;
	page_terms(n, other, false);
	if (x < 60)
		page_terms(&w->node[other], address_of(n->i), false);
}

static void something(struct world *w)
{
	if (w->restorer != NOBODY && chance_in(&w->chance, 40)) {
		back_up_or_restore(w);
		return;
	}
	u64 x = chance_below(&w->chance, 100);
	if (x < 38)
		somebody_writes(w);
	else if (x < 66)
		break_stream(w);
	else if (x < 74)
		part(w);
	else if (x < 90)
		break_node(w);
	else if (x < 95)
		rotate(w);
	else
		meet_all(w, 40);
	if (x % 2 == 0)
		somebody_reads(w);
	if (x % 4 == 0)
		steal(w);
	if (chance_in(&w->chance, 30))
		agree(w);
}

/* ---- everything is whole again ---- */

static bool all_unlocked(const struct world *w)
{
	for (int i = 0; i < w->count; i++)
		if (!node_is_unlocked(&w->node[i]))
			return false;
	return true;
}

static void heal(struct world *w)
{
	sim_trace("everything is whole");
	w->healing = true;
	if (w->has_thief) {
		crash_vault(&w->node[THIEF], CRASH_AFTER);
		w->node[THIEF].vault_up_ms = NEVER;
		w->has_thief = false;
	}
	w->host[0] = 0;
	memset(w->parted, 0, sizeof w->parted);
	for (unsigned i = 0; i < w->n_streams; i++) {
		struct stream *s = w->streams[i];
		s->delay_ms = MIN(s->delay_ms, 400);
		s->pipe[0].flip = s->pipe[1].flip = false;
	}
	for (int i = 0; i < w->count; i++) {
		struct node *n = &w->node[i];
		crash_disk(n, false);
		if (n->vault)
			node_tor(n, true);
		if (n->login_ms != NEVER)
			n->login_ms = loop_now_ms;
	}
	run(w, DISK_TRY_MS + 1000); /* a disk that was full is looked at again */
	for (unsigned i = 0; i < 1000 && !all_unlocked(w); i++)
		run(w, RESTART_MIN_MS); /* one of them dies over poison now */
	for (int i = 0; i < w->count; i++)
		(void)page_listed(&w->node[i], true);
	meet_all(w, 100);
}

/* n has not seen two rotations of the address or more. */
static bool has_missed(const struct node *n, int a)
{
	const struct known *k = &n->known[a];
	return k->owner == a && n->w->node[a].pq.seq > k->pin_seq + 1;
}

/* The user takes the key that is shown where another was pinned: the thief's, who came first; or none but the one of an
 * invitation, whose author has rotated since; or one so old that only ROTCHAIN leads on from it. That is said by who
 * dials, and where both missed the other's rotations, who dials ends it (PROTO 3.5.3), and who knows nobody here does not
 * dial: their first handshake was cut; or the present one, by who was restored from a backup that has no more than the
 * invitation. */
static void trust_again(struct node *n, int a)
{
	struct known *k = &n->known[a];
	const struct node *other = &n->w->node[a];
	bool nobody_tells =
		has_missed(n, a) && (has_missed(other, n->i) || other->known[address_of(n->i)].state == CONTACT_NONE);
	if (!node_is_unlocked(n) || k->trust != SHOWN_CHANGED)
		return;
	bool restored = n->was_restored && n->w->node[a].pq.seq > 0;
	if (k->owner != THIEF && k->owner != NOBODY && !nobody_tells && !restored)
		return;
	k->may_change = true;
	/* PROTO 5.4.5: "The continuity secret of the old identity goes when the candidate is taken", here only */
	k->taken = n->w->node[a].known[address_of(n->i)].taken = true;
	sim_trace("node %d takes the key of %d", n->i, a);
	u8 qr[sizeof(struct ipc_safety){0}.qr];
	struct ipc_msg shown = page_ask(n, IPC_MSG(0, contact_safety, .contact = k->contact));
	if (shown.type != ipc_t_safety)
		return;
	memcpy(qr, shown.safety.qr, sizeof qr);
	(void)page_ask(n, IPC_MSG(0, contact_trust_key, .contact = k->contact, .qr = slice_of(qr, sizeof qr)));
}

static bool are_linked(const struct world *w, int a, int b)
{
	return w->node[a].known[b].state == CONTACT_ACCEPTED && w->node[b].known[a].state == CONTACT_ACCEPTED &&
	       watch_open_links(w, a, b) == 1 && watch_half_links(w, a, b) == 0;
}

static bool all_linked(const struct world *w)
{
	for (int a = 0; a < w->count; a++)
		for (int b = a + 1; b < w->count; b++)
			if (!are_linked(w, a, b))
				return false;
	return true;
}

/* Until they are linked and stay so. */
static void converge(struct world *w)
{
	u64 end = loop_now_ms + HEAL_MS;
	for (u64 since = NEVER; loop_now_ms < end;) {
		w->until_ms = end;
		(void)world_step(w);
		for (int i = 0; i < w->count * w->count; i++)
			trust_again(&w->node[i / w->count], i % w->count);
		if (!all_linked(w))
			since = NEVER;
		else if (since == NEVER)
			since = loop_now_ms;
		else if (loop_now_ms - since >= STEADY_MS)
			return;
	}
	for (int a = 0; a < w->count; a++)
		for (int b = a + 1; b < w->count; b++)
			if (!are_linked(w, a, b))
				sim_fail("NO LINK: between %d and %d, in states %d and %d: %u open, %u half", a, b,
				         w->node[a].known[b].state, w->node[b].known[a].state,
				         watch_open_links(w, a, b), watch_half_links(w, a, b));
	sim_fail("NO REST: links come and go");
}

/* Everybody reads all of it, and what is to vanish has the time to. */
static void vanish_all(struct world *w)
{
	for (int a = 0; a < w->count; a++) {
		page_read(&w->node[a]);
		for (int b = 0; b < w->count; b++)
			if (a != b)
				page_see(&w->node[a], b, true);
		node_tick(&w->node[a]); /* as the process does every now and then: the clock may have been set */
	}
	run(w, VANISH_MS);
}

/* What both know of what they want. */
static void check_terms(const struct world *w, const char *when, int a, int b)
{
	const u32 *x = w->node[a].known[b].terms, *y = w->node[b].known[a].terms;
	if (memcmp(x, y + 2, 8) != 0 || memcmp(x + 2, y, 8) != 0 || memcmp(x + 4, y + 4, 8) != 0)
		sim_fail("TERMS: %s %d and %d do not agree on what is agreed", when, a, b);
}

static void check_all(struct world *w, const char *when)
{
	for (int a = 0; a < w->count; a++)
		page_read(&w->node[a]);
	for (int a = 0; a < w->count; a++) {
		for (int b = 0; b < w->count; b++) {
			const struct known *k = &w->node[a].known[b];
			if (a == b)
				continue;
			if (w->node[a].was_restored || w->node[b].was_restored) {
				if (k->done != k->mine)
					sim_fail("DELIVERED: %s %u of the %u messages that %d has to %d", when, k->done,
					         k->mine, a, b);
				continue; /* and what is left to ask, restore_check asks by the items */
			}
			if (k->stays)
				sim_fail("VANISHED: %s %d still has what it should not have of %d", when, a, b);
			if (!w->had_thief)
				check_terms(w, when, a, b);
			if (k->done != k->written)
				sim_fail("DELIVERED: %s %u of the %u messages of %d to %d", when, k->done, k->written,
				         a, b);
			u32 last = k->written;
			if (w->poison.how == POISON_ENVELOPE && poison_is(w, a, b, last))
				last--; /* nobody sees its place */
			if (!w->had_thief && w->node[b].known[a].seen[a] != last)
				sim_fail("DELIVERED: %s %d has not all of %d's", when, b, a);
			if (!w->had_thief && w->node[b].known[a].view[0] != k->view[1])
				sim_fail("ALIKE: %s %d does not see what %d wrote as %d does", when, b, a, a);
			if (!w->had_thief && page_picture_of(&w->node[b], a) != page_picture(&w->node[a]))
				sim_fail("ALIKE: %s %d has not %d's picture", when, b, a);
		}
	}
}

/* One more message of everybody to everybody. */
static void talk(struct world *w)
{
	for (int a = 0; a < w->count; a++)
		for (int b = 0; b < w->count; b++)
			if (a != b && !page_write(&w->node[a], b, 0))
				sim_fail("PAGE: node %d cannot write to %d", a, b);
	run(w, 30000);
	vanish_all(w);
	check_all(w, "at last");
	restore_check(w, true);
}

/* Everybody gives marks from now on: what is written and read then, and stays, is shown as read. */
static void read_all(struct world *w)
{
	for (int a = 0; a < w->count; a++) {
		page_marks(&w->node[a], true);
		for (int b = 0; b < w->count; b++)
			if (a != b)
				page_terms(&w->node[a], b, true);
	}
	u32 marked[PERSONS][PERSONS];
	for (int a = 0; a < w->count; a++)
		for (int b = 0; b < w->count; b++)
			marked[a][b] = w->node[a].known[b].marked;
	talk(w);
	for (int i = 0; i < 2 * w->count * w->count; i++) {
		int a = i / 2 / w->count, b = i / 2 % w->count;
		if (a != b)
			page_see(&w->node[a], b, i % 2);
		run(w, 2000);
	}
	run(w, 30000);
	check_all(w, "when it was read");
	for (int a = 0; a < w->count; a++)
		if (page_listed(&w->node[a], true) != 0)
			sim_fail("GATE: contacts of %d do not have its contacts' address", a);
	for (int a = 0; a < w->count; a++)
		for (int b = 0; b < w->count; b++)
			if (a != b && w->node[a].known[b].marked <= marked[a][b])
				sim_fail("MARKS: %d is not told that %d has read what it wrote", a, b);
}

/* Some want cover traffic, and the others none any more. */
static void cover_some(struct world *w)
{
	struct known *k;
	bool wanted[PERSONS][PERSONS] = {{false}};
	for (int i = 0; i < w->count * w->count; i++) {
		int a = i / w->count, b = i % w->count;
		if (a == b)
			continue;
		k = &w->node[a].known[b];
		page_cover(&w->node[a], b, wanted[a][b] = chance_in(&w->chance, 50));
		if (k->cover != wanted[a][b])
			sim_fail("COVER: node %d cannot choose it with %d", a, b);
		k->covers = k->covered = 0;
	}
	run(w, COVER_MEAN_MS * 8 + 30000); /* the longest time between two, and for an answer */
	for (int i = 0; i < w->count * w->count; i++) {
		int a = i / w->count, b = i % w->count;
		k = &w->node[a].known[b];
		/* of what went before some may be answered still */
		if (a != b && ((k->covers > 0) != wanted[a][b] || (wanted[a][b] && k->covered == 0)))
			sim_fail("COVER: node %d sent %u to %d, and %u are answered", a, k->covers, b, k->covered);
	}
	check_all(w, "under cover");
}

void story_run(const char *dir, u64 seed, bool is_crowd)
{
	static struct world w;
	struct chance first = {.state = seed ^ 0x5171};
	int count = is_crowd ? 3 + (int)(seed % 6) : chance_in(&first, 25) ? 3 : 2;
	world_open(&w, dir, seed, count, chance_in(&first, 15));
	if (!w.has_thief && chance_in(&first, 40))
		w.poison.how = 1 + (unsigned)chance_below(&first, 3); /* not NONE */
	for (int i = 0; i < NODES && chance_in(&first, 50); i++)
		w.node[i].skew_ms = (i64)chance_below(&first, 96 * HOUR_MS) - 48 * HOUR_MS;
	if (!w.has_thief && w.poison.how == POISON_NONE && chance_in(&first, 50))
		w.restorer = (int)chance_below(&first, (u64)count);
	for (int i = 0; i < w.count; i++)
		page_marks(&w.node[i], chance_in(&first, 70));
	meet_all(&w, 60);
	u64 acts = 8 + chance_below(&first, 16);
	for (acts += w.restorer == NOBODY ? 0 : acts; acts > 0; acts--) {
		something(&w);
		run(&w, chance_in(&first, 15) ? chance_below(&first, 180000) : chance_below(&first, 9000));
		restore_check(&w, false);
	}
	heal(&w);
	converge(&w);
	vanish_all(&w);
	check_all(&w, "in the end");
	read_all(&w);
	cover_some(&w);
	if (seed % 250 == 0) { /* links are made anew, PROTO 4.3.18 */
		run(&w, LINK_RENEW_MS + LINK_RENEW_TURN_MS);
		converge(&w);
		talk(&w);
	}
	world_close(&w);
}
