/* What rig.c does to an item that cannot be processed. */
#ifndef BOC_TEST_RIG_POISON_H
#define BOC_TEST_RIG_POISON_H

#include "os/folder.h"
#include "rig.h"

/* What r's program makes of an item, by a bug of its own. */
static inline struct slice poison_spoils(const struct rig *r, struct slice payload, u8 room[static MAX_IPC])
{
	if (r->harm == RIG_HARM_NONE || payload.n < 16 || payload.p[0] != r->poison)
		return payload;
	memcpy(room, payload.p, payload.n);
	if (r->harm == RIG_HARM_BODY)
		room[payload.n - 1] = 0xff; /* no UTF-8 */
	else if (r->harm == RIG_HARM_LIFE)
		memset(room + 80, 0xff, 4);
	else
		memset(room + 16, 0, 8); /* number 0 */
	return slice_of(room, r->harm == RIG_HARM_NAME ? 15 : payload.n);
}

static struct {
	const char *dir; /* of the vault that is about to die; NULL: none */
	struct buf hand; /* its file at that moment */
} poison;

/* The vault looks at the clock, which it does for every item it takes: what its files say now is all that is left of it. */
static inline void poison_moment(void)
{
	if (poison.dir && buf_bytes(&poison.hand).n == 0)
		assert_int_equal(folder_read(poison.dir, "hand", &poison.hand), OK);
}

/* The process ends in the middle of it, and the next one is there. Nothing of the turn was committed; the file is put back,
 * since here the process did live on. */
static inline void poison_kills(struct rig *r, struct ipc_msg m)
{
	poison.hand = buf_with_max(4096);
	poison.dir = r->dir;
	assert_int_equal(vault_input(r->v, ROLE_NET, &m), OK);
	poison.dir = NULL;
	assert_true(buf_bytes(&poison.hand).n > 0); /* it came to it */
	rig_kill(r);
	assert_int_equal(folder_write(r->dir, "hand", buf_bytes(&poison.hand)), OK);
	buf_free(&poison.hand);
	r->deaths++;
	rig_reopen(r);
}

#endif
