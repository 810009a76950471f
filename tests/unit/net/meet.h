/* Alice and Bob as whole net processes, and how they meet. */
#ifndef BOC_TEST_MEET_H
#define BOC_TEST_MEET_H

#include <setjmp.h>
#include <stdarg.h>

#include "world.h"

#include <cmocka.h>

static struct world w;

/* `from` dials the other; gives the numbers of the link at both. */
static inline void connect_from(int from, u32 link[static NODES])
{
	node_introduce(&w, 1 - from, false);
	node_introduce(&w, from, true);
	const struct seen *a = await(&w, from, ipc_t_link_up, SOON);
	link[from] = a->link;
	assert_true(a->initiator);
	const struct seen *b = await(&w, 1 - from, ipc_t_link_up, SOON);
	link[1 - from] = b->link;
	assert_false(b->initiator);
	assert_int_equal(a->contact, CONTACT);
	assert_int_equal(b->contact, CONTACT);
}

static inline void connect_them(u32 link[static NODES])
{
	connect_from(ALICE, link);
}

/* Plays until so many were dialled, by whomever. */
static inline void await_dials(int count)
{
	for (int i = 0; i < SOON / 10 && w.x->dials < count; i++)
		play(&w, 10);
	assert_int_equal(w.x->dials, count);
}

/* Whom she dialled last did not become a link: she dials once more. */
static inline void dials_again(int from)
{
	int before = w.x->dials;
	for (int i = 0; i < SOON / 10 && w.x->dials == before; i++) {
		node_tell(&w, from, &IPC_MSG(0, dial_now, .contact = CONTACT)); /* of no use while one is under way */
		play(&w, 10);
	}
	assert_int_equal(w.x->dials, before + 1);
}

#endif
