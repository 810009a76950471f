/* Where in a conversation what stands: the first unread one, what was erased by its time, and a date. */
#include <stdio.h>

#include "pair.h"
#include "vault/effects.h"
#include "vault/state.h"
#include "wire/cursor.h"

static void erase(struct rig *r, u64 contact, u64 from, u64 to)
{
	struct message m;
	for (u64 i = from; i <= to; i++) {
		assert_true(messages_at(r->v->store, contact, i, &m));
		effects_erase(r->v->store, &m, GONE_EXPIRED);
	}
}

/* As text: "2-3 7-9 next 12". */
static const char *gone(struct rig *r, u64 contact, u64 from)
{
	static char out[400];
	size_t n = 0;
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, messages_gone, .contact = contact, .from = from));
	assert_int_equal(m.type, ipc_t_gone);
	struct reader in = reader_of(m.gone.runs);
	out[0] = 0;
	for (size_t i = 0; i < m.gone.runs.n / 16 && n < sizeof out - 50; i++) {
		u64 a = get_u64(&in), b = get_u64(&in);
		n += (size_t)snprintf(out + n, sizeof out - n, "%s%llu-%llu", i ? " " : "", (unsigned long long)a,
		                      (unsigned long long)b);
	}
	if (m.gone.next)
		snprintf(out + n, sizeof out - n, " next %llu", (unsigned long long)m.gone.next);
	return out;
}

static u64 at(struct rig *r, u64 contact, u64 time_ms)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, message_at, .contact = contact, .time_ms = time_ms));
	assert_int_equal(m.type, ipc_t_place);
	return m.place.ordinal;
}

static u64 first_unread(struct pair *p)
{
	struct ipc_contact c;
	assert_int_not_equal(rig_contact(&p->b, &p->a, &c), 0);
	return c.unread_first;
}

/* Alice writes one message an hour, from the beginning on. */
static void talk(struct pair *p, u8 count, u64 *ret_begin)
{
	*ret_begin = rig_now_ms;
	for (u8 i = 1; i <= count; i++, rig_now_ms += 3600000)
		rig_write(&p->a, p->b_at_a, i, "hello");
	rig_shuttle(&p->a, &p->b);
}

static void test_first_unread(void **state)
{
	struct pair p;
	u64 begin;
	(void)state;
	befriend(&p);
	assert_int_equal(first_unread(&p), 0);
	rig_write(&p.b, p.a_at_b, 90, "mine is not unread");
	assert_int_equal(first_unread(&p), 0);
	talk(&p, 5, &begin);
	assert_int_equal(first_unread(&p), 2);
	erase(&p.b, p.a_at_b, 2, 3);
	assert_int_equal(first_unread(&p), 4);
	(void)rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, message_read, .contact = p.a_at_b, .ordinal = 4));
	assert_int_equal(first_unread(&p), 5);
	(void)rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, message_read, .contact = p.a_at_b, .ordinal = 6));
	assert_int_equal(first_unread(&p), 0);
	part(&p);
}

static void test_gone(void **state)
{
	struct pair p;
	u64 begin, b;
	(void)state;
	befriend(&p);
	b = p.a_at_b;
	assert_string_equal(gone(&p.b, b, 0), "");
	talk(&p, 12, &begin);
	assert_string_equal(gone(&p.b, b, 0), "");
	erase(&p.b, b, 5, 6);
	assert_string_equal(gone(&p.b, b, 0), "5-6");
	erase(&p.b, b, 1, 2);
	erase(&p.b, b, 8, 8);
	assert_string_equal(gone(&p.b, b, 0), "1-2 5-6 8-8");
	assert_string_equal(gone(&p.b, b, 6), "6-6 8-8");
	erase(&p.b, b, 7, 7);
	erase(&p.b, b, 12, 12);
	assert_string_equal(gone(&p.b, b, 0), "1-2 5-8 12-12");
	/* The places of the others stay what they were. */
	assert_int_equal(pair_row(&p.b, b, 9).ordinal, 9);
	erase(&p.b, b, 3, 11);
	assert_string_equal(gone(&p.b, b, 0), "1-12");
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, IPC_MSG(0, messages_gone, .contact = 99)), ERR_LOCAL_MISSING);
	part(&p);
}

/* More runs than one answer has. */
static void test_gone_in_parts(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	struct store *s = p.b.v->store;
	for (u64 i = 1; i <= 2 * (GONE_PART + 5); i++) {
		const u8 hash[ITEM_HASH_LEN] = {0};
		struct peer_item item = {.seq = 100 + i, .time_ms = i, .kind = ITEM_TEXT, .body = slice_str("x")};
		u64 row;
		memcpy(item.id.b, &i, sizeof i);
		assert_true(messages_add(s, p.a_at_b, false, &item, hash, i, &row));
	}
	for (u64 i = 2; i <= 2 * (GONE_PART + 5); i += 2)
		erase(&p.b, p.a_at_b, i, i);
	struct ipc_msg m = rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, messages_gone, .contact = p.a_at_b));
	assert_int_equal(m.gone.runs.n, 16 * GONE_PART);
	assert_int_equal(m.gone.next, 2 * (GONE_PART + 1));
	assert_string_equal(gone(&p.b, p.a_at_b, m.gone.next), "2002-2002 2004-2004 2006-2006 2008-2008 2010-2010");
	part(&p);
}

static void test_date(void **state)
{
	struct pair p;
	u64 begin, b;
	(void)state;
	befriend(&p);
	b = p.a_at_b;
	assert_int_equal(at(&p.b, b, 1), 0);
	talk(&p, 50, &begin);
	assert_int_equal(at(&p.b, b, 1), 1);
	for (u64 i = 0; i < 50; i++) {
		assert_int_equal(at(&p.b, b, begin + i * 3600000), i + 1);
		assert_int_equal(at(&p.b, b, begin + i * 3600000 + 1), MIN(i + 2, 50));
	}
	assert_int_equal(at(&p.b, b, MAX_TIME_MS), 50);
	/* What is gone has no time. */
	erase(&p.b, b, 1, 10);
	erase(&p.b, b, 20, 40);
	assert_int_equal(at(&p.b, b, 1), 11);
	assert_int_equal(at(&p.b, b, begin + 15 * 3600000), 16);
	assert_int_equal(at(&p.b, b, begin + 25 * 3600000), 41);
	assert_int_equal(at(&p.b, b, begin + 45 * 3600000), 46);
	erase(&p.b, b, 11, 19);
	erase(&p.b, b, 41, 50);
	assert_int_equal(at(&p.b, b, begin), 50);
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, IPC_MSG(0, message_at, .contact = 99, .time_ms = 1)),
	                 ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, IPC_MSG(0, message_at, .contact = b, .time_ms = MAX_TIME_MS + 1)),
	                 ERR_PEER_FORMAT);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_unread),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_gone_in_parts),
		cmocka_unit_test(test_date),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
