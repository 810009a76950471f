/* Alice, who receives while she is locked, and Bob. */
#ifndef BOC_TEST_RECEIVING_H
#define BOC_TEST_RECEIVING_H

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "pair.h"

#define HEADS (2 * (8 + 16 + 1120))

static inline void receive(struct rig *r, bool on)
{
	struct ipc_msg a =
		rig_ask(r, ROLE_WEB, IPC_MSG(0, settings_set, .which = SETTING_RECEIVE_LOCKED, .receive_locked = on));
	assert_int_equal(a.type, ipc_t_settings);
	assert_int_equal(a.settings.receive_locked, on);
}

static inline u32 damaged(struct rig *r)
{
	return rig_ask(r, ROLE_WEB, IPC_MSG(0, settings_get)).settings.damaged;
}

static inline void lock(struct rig *r)
{
	rig_say(r, ROLE_WEB, IPC_MSG(0, lock));
	assert_false(vault_is_unlocked(r->v));
}

/* Alice, who receives while locked, and Bob. */
static inline void meet(struct pair *p)
{
	befriend(p);
	receive(&p->a, true);
}

/* Bob writes messages number `from` to `to`, in turns of their own. */
static inline void write_some(struct pair *p, u8 from, u8 to)
{
	char text[20];
	for (u8 i = from; i <= to; i++) {
		snprintf(text, sizeof text, "message %u", i);
		rig_write(&p->b, p->a_at_b, i, text);
		rig_shuttle(&p->a, &p->b);
	}
}

/* Alice has messages 1 to n of Bob's. */
static inline void expect(struct pair *p, u8 n)
{
	char text[20];
	assert_int_equal(rig_list(&p->a, p->b_at_a, NULL, NULL), n);
	for (u8 i = 1; i <= n; i++) {
		snprintf(text, sizeof text, "message %u", i);
		assert_true(slice_eq(pair_row(&p->a, p->b_at_a, i).text, slice_str(text)));
	}
}

/* -1: there is none. */
static inline long inbox_size(const struct rig *r)
{
	char path[128];
	struct stat st;
	snprintf(path, sizeof path, "%s/inbox", r->dir);
	return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static inline void limit_files(rlim_t n)
{
	struct rlimit l;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

#endif
