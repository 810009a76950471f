/* Alice and Bob, who accepted each other, with a link. */
#ifndef BOC_TEST_PAIR_H
#define BOC_TEST_PAIR_H

#include "rig.h"

struct pair {
	struct rig a, b;
	u64 b_at_a, a_at_b; /* each other's contact */
	u32 link;           /* a's number of it */
};

static inline void befriend(struct pair *p)
{
	rig_new(&p->a, "Alice");
	rig_new(&p->b, "Bob");
	p->b_at_a = rig_add(&p->a, &p->b, "");
	p->link = rig_dial(&p->a, &p->b);
	p->a_at_b = rig_contact(&p->b, &p->a, NULL);
	(void)rig_ask(&p->b, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p->a_at_b, .decision = DECIDE_ACCEPT));
	rig_shuttle(&p->a, &p->b);
	assert_int_equal(rig_state(&p->a, &p->b), CONTACT_ACCEPTED);
	rig_now_ms += GATE_BATCH_MS; /* tor hears whom to let in */
	rig_tick(&p->a);
	rig_tick(&p->b);
}

static inline void part(struct pair *p)
{
	rig_close(&p->a);
	rig_close(&p->b);
}

/* The row of the conversation as a person sees it. Borrowed until the next call on r. */
static inline struct ipc_message pair_row(struct rig *r, u64 contact, u64 ordinal)
{
	struct ipc_msg m =
		rig_ask(r, ROLE_WEB, IPC_MSG(0, messages_list, .contact = contact, .before = ordinal + 1, .limit = 1));
	assert_int_equal(m.type, ipc_t_message);
	assert_int_equal(m.message.ordinal, ordinal);
	return m.message;
}

#endif
