/* What cover traffic costs (PROTO 4.5.18): what really goes between two nodes, against the figures that people are told (docs/api.md,
 * ui/src/lib/cover.ts). */
#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "net/conn.h"
#include "peer/link_private.h"
#include "world.h"

#define DAY_MS 86400000
#define HALF_AN_HOUR_MS 1800000
#define WHILE_MS (15 * HALF_AN_HOUR_MS) /* three of them are less than a day, after which a link is renewed */
#define CELL 514                        /* bytes of Tor's on the wire, for 488 of ours (PROTO 4.1.1) */
#define REKEY_CELLS (4 + 4 + 1)

/* As ui/src/lib/cover.ts computes it: COVER and COVERED, and the rekeys that follow; senders: how many of the two want it. */
static double expected(unsigned senders)
{
	const double every = COVER_MEAN_MS / (double)senders;
	return (2 * DAY_MS / every + REKEY_CELLS * DAY_MS / (every + REKEY_MS)) * CELL;
}

static u32 epoch_of(const struct node *n)
{
	for (const struct conn *c = n->net->conns; c; c = c->next)
		if (c->is_open)
			return c->link->tx.epoch;
	sim_fail("NO LINK: of node %d", n->i);
}

static void wait(struct world *w, u64 ms)
{
	w->until_ms = loop_now_ms + ms;
	while (world_step(w))
		;
}

static double in_a_day(double of_a_while)
{
	return of_a_while * DAY_MS / WHILE_MS;
}

void cover_run(const char *dir)
{
	static struct world w;
	struct known *k[2];
	double idle = 0;
	world_open(&w, dir, 1, 2, false);
	w.healing = true;
	page_add(&w.node[0], 1);
	wait(&w, HALF_AN_HOUR_MS);
	for (unsigned senders = 0; senders <= 2; senders++) {
		if (senders > 0)
			page_cover(&w.node[senders - 1], (int)(2 - senders), true);
		for (int i = 0; i < 2; i++) {
			k[i] = &w.node[i].known[1 - i];
			k[i]->covers = k[i]->covered = 0;
		}
		u64 bytes = w.bytes;
		u32 epoch = epoch_of(&w.node[0]);
		wait(&w, WHILE_MS);
		u32 records = k[0]->covers + k[0]->covered + k[1]->covers + k[1]->covered;
		double all = in_a_day((double)(w.bytes - bytes) / 488 * CELL),
		       cells = records + REKEY_CELLS * (double)(epoch_of(&w.node[0]) - epoch),
		       is = in_a_day(cells * CELL);
		printf("sim: %u of two send cover: %.2f MB a day, %.2f of it are cover\n", senders, all / 1e6,
		       is / 1e6);
		if (senders == 0) {
			idle = all;
			if (is > 0)
				sim_fail("COST: there is cover that nobody wants, or an idle link rekeys");
			continue;
		}
		double should = expected(senders);
		if (fabs(is - should) > 0.05 * should)
			sim_fail("COST: %.2f MB were expected", should / 1e6);
		/* PROTO 4.1.6: "A side that received nothing for 25 s asks": some of that becomes needless */
		if (all <= idle || all - idle > should)
			sim_fail("COST: it is %.2f MB more than without", (all - idle) / 1e6);
	}
	world_close(&w);
}
