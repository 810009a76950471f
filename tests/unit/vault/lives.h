/* How long messages stay, for the tests of it: what a person asks, and what is left of a message whose time is over. */
#ifndef BOC_TEST_LIVES_H
#define BOC_TEST_LIVES_H

#include <stdio.h>

#include "base/limits.h"
#include "pages.h"
#include "pair.h"
#include "vault/state.h"

#define SECOND 1000ull
#define DAY (86400 * SECOND)
#define SECRET "cinnabar words that have their time"
#define FORMER "and vermilion ones from before an edit"

static inline struct ipc_msg terms_of(u64 contact, u32 vanish, u32 keep)
{
	return IPC_MSG(0, conversation_terms, .contact = contact, .vanish = vanish, .keep = keep);
}

static inline void want(struct rig *r, u64 contact, u32 vanish, u32 keep)
{
	assert_int_equal(rig_ask(r, ROLE_WEB, terms_of(contact, vanish, keep)).type, ipc_t_contact);
}

static inline void keep_here(struct rig *r, u64 contact, u32 days)
{
	struct ipc_msg m = rig_ask(
		r, ROLE_WEB,
		IPC_MSG(0, conversation_set, .contact = contact, .which = CONVERSATION_RETENTION, .retention = days));
	assert_true(m.type == ipc_t_contact && m.contact.retention == days);
}

static inline void read_to(struct rig *r, u64 contact, u64 ordinal)
{
	assert_int_equal(rig_ask(r, ROLE_WEB, IPC_MSG(0, message_read, .contact = contact, .ordinal = ordinal)).type,
	                 ipc_t_contact);
}

static inline void edit(struct rig *r, u64 contact, u64 ordinal, const char *text)
{
	assert_int_equal(
		rig_ask(r, ROLE_WEB,
	                IPC_MSG(0, message_edit, .contact = contact, .ordinal = ordinal, .text = slice_str(text)))
			.type,
		ipc_t_message);
}

static inline void react(struct rig *r, u64 contact, u64 ordinal)
{
	struct ipc_msg m = IPC_MSG(0, message_react, .contact = contact, .ordinal = ordinal, .emoji = slice_str("!"));
	assert_int_equal(rig_ask(r, ROLE_WEB, m).type, ipc_t_message);
}

static inline void tor_is(struct rig *r, enum tor_phase phase, i64 skew_s)
{
	rig_say(r, ROLE_ONION, IPC_MSG(0, tor_state, .phase = (u8)phase, .skew_s = (u32)skew_s));
}

static inline void pass(u64 ms)
{
	rig_now_ms += ms;
}

static inline enum message_shown kind_of(struct rig *r, u64 contact, u64 ordinal)
{
	return (enum message_shown)pair_row(r, contact, ordinal).kind;
}

/* Nothing of it is left but its place. */
static inline void assert_gone(struct rig *r, u64 contact, u64 ordinal)
{
	struct ipc_message m = pair_row(r, contact, ordinal);
	assert_int_equal(m.kind, MESSAGE_SHOWN_EXPIRED);
	assert_true(m.text.n == 0 && m.time_ms == 0 && m.edited_ms == 0 && m.reply == 0 && m.expires_ms == 0);
	assert_true(m.react_mine.n == 0 && m.react_theirs.n == 0);
	assert_int_equal(pages_count(r, SECRET, strlen(SECRET)), 0);
	assert_int_equal(pages_count(r, FORMER, strlen(FORMER)), 0);
	assert_int_equal(pages_count(r, "cinnabar", 8), 0); /* the index of the search, too */
}

static inline size_t found(struct rig *r, const char *text)
{
	size_t mark = rig_mark(r);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, messages_search, .limit = 10, .text = slice_str(text)));
	return rig_count(r, mark, ipc_t_found);
}

/* Alice and Bob, with the same wish, and a link. The two wishes are the first two rows of both. */
static inline void agreed(struct pair *p, u32 vanish, u32 keep)
{
	befriend(p);
	want(&p->a, p->b_at_a, vanish, keep);
	rig_shuttle(&p->a, &p->b);
	want(&p->b, p->a_at_b, vanish, keep);
	rig_shuttle(&p->a, &p->b);
}

/* And SECRET of Alice's, which Bob has read: the third row of both, whose time runs at both. */
static inline void agreed_and_read(struct pair *p, u32 vanish)
{
	agreed(p, vanish, 0);
	rig_write(&p->a, p->b_at_a, 1, SECRET);
	rig_shuttle(&p->a, &p->b);
	read_to(&p->b, p->a_at_b, 3);
}

/* Of both kinds. */
static inline void assert_terms(struct rig *r, struct rig *other, u32 mine, u32 theirs, u32 both)
{
	struct ipc_contact c;
	rig_contact(r, other, &c);
	assert_true(c.my_vanish == mine && c.their_vanish == theirs && c.vanish == both);
	assert_true(c.my_keep == mine && c.their_keep == theirs && c.keep == both);
}

/* ---- what no page shows ---- */

static inline void sql(struct rig *r, const char *text)
{
	assert_int_equal(sqlite3_exec(store_connection(r->v->store), text, NULL, NULL, NULL), SQLITE_OK);
}

static inline u64 count(struct rig *r, const char *what)
{
	char text[300];
	sqlite3_stmt *st = NULL;
	snprintf(text, sizeof text, "SELECT count(*) FROM messages WHERE %s", what);
	assert_int_equal(sqlite3_prepare_v2(store_connection(r->v->store), text, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	u64 n = (u64)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* n rows as this one, which a test makes faster than a peer does. What says which columns differ. */
static inline void again(struct rig *r, u64 contact, unsigned n, const char *which, const char *ordinal,
                         const char *kind, const char *target, const char *gone)
{
	char text[700];
	snprintf(text, sizeof text,
	         "INSERT INTO messages (contact, ordinal, msg_id, mine, seq, time_ms, received_ms, kind, state, hash, "
	         "target, gone,"
	         " salt, body, vanish, from_ms, expires_ms) WITH RECURSIVE k (k) AS (SELECT 1 UNION ALL SELECT k + 1 "
	         "FROM k"
	         " LIMIT %u) SELECT contact, %s, randomblob(16), mine, seq + 1000 + k, time_ms, received_ms, %s, "
	         "state, hash, %s,"
	         " %s, salt, body, vanish, from_ms, expires_ms FROM k, messages WHERE contact = %llu AND %s",
	         n, ordinal, kind, target, gone, (unsigned long long)contact, which);
	sql(r, text);
}

/* Turns until there is nothing to do at once; each touches no more than some rows. Gives how many there were. */
static inline unsigned turns(struct rig *r, const char *touched)
{
	unsigned n = 0;
	for (u64 before = count(r, touched), now; vault_wait_ms(r->v) == 0; before = now, n++) {
		rig_tick(r);
		now = count(r, touched);
		assert_true(MAX(before, now) - MIN(before, now) <= 2 * EXPIRE_BATCH);
	}
	return n;
}

#endif
