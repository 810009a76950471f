/* What was read: the position of each conversation, and what contacts tell each other of it and of typing. */
#include "pair.h"
#include "peer/link.h"

static struct ipc_contact row_of(struct rig *r, const struct rig *other)
{
	struct ipc_contact row;
	assert_int_not_equal(rig_contact(r, other, &row), 0);
	return row;
}

static struct ipc_contact see(struct rig *r, u64 contact, u64 ordinal)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, message_read, .contact = contact, .ordinal = ordinal));
	assert_int_equal(m.type, ipc_t_contact);
	return m.contact;
}

static void choose(struct rig *r, u8 which, bool on)
{
	struct ipc_msg m =
		rig_ask(r, ROLE_WEB, IPC_MSG(0, settings_set, .which = which, .read_marks = on, .typing = on));
	assert_int_equal(m.type, ipc_t_settings);
}

static void both_choose(struct pair *p, u8 which)
{
	choose(&p->a, which, true);
	choose(&p->b, which, true);
}

/* How many records of that type r has handed to net since the mark. */
static size_t said(struct rig *r, size_t mark, enum record_type type)
{
	size_t n = 0;
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		n += m.type == ipc_t_record_out && m.record_out.type == type;
	}
	return n;
}

static enum message_state state_of(struct rig *r, u64 contact, u64 ordinal)
{
	return (enum message_state)pair_row(r, contact, ordinal).state;
}

static void write_and_carry(struct pair *p, u8 from, u8 to)
{
	for (u8 i = from; i <= to; i++)
		rig_write(&p->a, p->b_at_a, i, "hello");
	rig_shuttle(&p->a, &p->b);
}

static void record(struct rig *r, u32 link, u64 contact, u8 type, struct slice payload)
{
	rig_say(r, ROLE_NET, IPC_MSG(0, record_in, .link = link, .contact = contact, .type = type, .payload = payload));
}

/* Bob says that he read this message of Alice's. */
static void bob_read(struct pair *p, u32 link, u8 id)
{
	u8 room[PEER_MSG_MAX];
	struct peer_read m = {.count = 1};
	memset(m.ids[0].b, id, sizeof m.ids[0].b);
	record(&p->a, link, p->b_at_a, RECORD_READ, slice_of(room, peer_read_encode(&m, room, sizeof room)));
}

/* ---- the position ---- */

static void test_position(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_and_carry(&p, 1, 3);
	rig_write(&p.b, p.a_at_b, 9, "mine is not unread");
	struct ipc_contact c = row_of(&p.b, &p.a);
	assert_int_equal(c.read, 0);
	assert_int_equal(c.unread, 3);
	size_t mark = rig_mark(&p.b);
	c = see(&p.b, p.a_at_b, 2);
	assert_int_equal(c.read, 2);
	assert_int_equal(c.unread, 1);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_contact), 2); /* the answer, and an event for every page */
	/* It never goes down, and where nothing changes nobody is told. */
	mark = rig_mark(&p.b);
	assert_int_equal(see(&p.b, p.a_at_b, 1).read, 2);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_contact), 1);
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, IPC_MSG(0, message_read, .contact = p.a_at_b, .ordinal = 5)),
	                 ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, IPC_MSG(0, message_read, .contact = p.a_at_b)), ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, IPC_MSG(0, message_read, .contact = 99, .ordinal = 1)),
	                 ERR_LOCAL_MISSING);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	c = row_of(&p.b, &p.a);
	assert_int_equal(c.read, 2);
	assert_int_equal(c.unread, 1);
	/* What is deleted is nothing to read. */
	(void)rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, message_delete, .contact = p.a_at_b, .ordinal = 3));
	assert_int_equal(row_of(&p.b, &p.a).unread, 0);
	part(&p);
}

/* ---- marks ---- */

static void test_marks_are_off_at_first(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	struct ipc_msg m = rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, settings_get));
	assert_true(!m.settings.read_marks && !m.settings.typing);
	write_and_carry(&p, 1, 1);
	size_t mark = rig_mark(&p.b);
	see(&p.b, p.a_at_b, 1);
	assert_int_equal(said(&p.b, mark, RECORD_READ), 0);
	/* Symmetrical: who does not give them does not get them, and what came is not there later. */
	choose(&p.b, SETTING_READ_MARKS, true);
	write_and_carry(&p, 2, 2);
	see(&p.b, p.a_at_b, 2);
	assert_int_equal(said(&p.b, mark, RECORD_READ), 1);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_DELIVERED);
	choose(&p.a, SETTING_READ_MARKS, true);
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_DELIVERED);
	/* What was read while it was off is never told. */
	write_and_carry(&p, 3, 3);
	mark = rig_mark(&p.a);
	see(&p.b, p.a_at_b, 3);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_last(&p.a, mark, ipc_t_message)->message.state, MESSAGE_READ);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 1);
	rig_cut(&p.a, p.link);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 1), MESSAGE_DELIVERED);
	assert_int_equal(state_of(&p.a, p.b_at_a, 3), MESSAGE_READ);
	/* What is shown already stays. */
	choose(&p.a, SETTING_READ_MARKS, false);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(state_of(&p.a, p.b_at_a, 3), MESSAGE_READ);
	part(&p);
}

/* Read while no link is there, and a record that is lost with its link: the next one tells. */
static void test_marks_wait_for_a_link(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	both_choose(&p, SETTING_READ_MARKS);
	write_and_carry(&p, 1, 40);
	rig_cut(&p.a, p.link);
	see(&p.b, p.a_at_b, 35);
	size_t mark = rig_mark(&p.b);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(said(&p.b, mark, RECORD_READ), 2); /* 29 and 6 */
	for (u64 i = 1; i <= 40; i++)
		assert_int_equal(state_of(&p.a, p.b_at_a, i), i <= 35 ? MESSAGE_READ : MESSAGE_DELIVERED);
	p.b.hold = true;
	see(&p.b, p.a_at_b, 40);
	rig_shuttle(&p.a, &p.b);
	p.b.hold = false;
	rig_cut(&p.a, p.link);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	assert_int_equal(state_of(&p.a, p.b_at_a, 40), MESSAGE_DELIVERED);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 40), MESSAGE_READ);
	part(&p);
}

/* A message with a lower number that comes late is not read because one with a higher number is. */
static void test_late_message(void **state)
{
	struct pair p;
	u8 room[PEER_MSG_MAX];
	(void)state;
	befriend(&p);
	both_choose(&p, SETTING_READ_MARKS);
	rig_cut(&p.a, p.link);
	rig_write(&p.a, p.b_at_a, 1, "late");
	rig_write(&p.a, p.b_at_a, 2, "early");
	p.a.hold = true; /* what Alice says vanishes; Bob gets her second message first */
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	p.a.hold = false;
	struct peer_item item = {.seq = 2, .kind = ITEM_TEXT, .body = slice_str("early")};
	memset(item.id.b, 2, sizeof item.id.b);
	record(&p.b, p.a.links[p.link].peer_link, p.a_at_b, RECORD_DATA,
	       slice_of(room, peer_item_encode(&item, room, sizeof room)));
	see(&p.b, p.a_at_b, 1);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(row_of(&p.b, &p.a).unread, 1);
	assert_int_equal(state_of(&p.a, p.b_at_a, 1), MESSAGE_DELIVERED);
	/* Bob said of the second that it was read before Alice knew it delivered; it is said again. */
	rig_cut(&p.a, p.link);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 1), MESSAGE_DELIVERED);
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_READ);
	see(&p.b, p.a_at_b, 2);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 1), MESSAGE_READ);
	part(&p);
}

/* No better than the truth: what waits, what is not there, what is not ours, what a person does not read. */
static void test_lies(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	both_choose(&p, SETTING_READ_MARKS);
	write_and_carry(&p, 1, 1);
	p.b.hold = true;
	rig_write(&p.a, p.b_at_a, 2, "on its way");
	rig_shuttle(&p.a, &p.b);
	size_t mark = rig_mark(&p.a);
	bob_read(&p, p.link, 2);
	bob_read(&p, p.link, 77);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 0);
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_SENT);
	rig_cut(&p.a, p.link);
	mark = rig_mark(&p.a);
	bob_read(&p, p.link, 1); /* of a link that is gone */
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 0);
	p.b.hold = false;
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	bob_read(&p, p.link, 1);
	mark = rig_mark(&p.a);
	bob_read(&p, p.link, 1); /* again: nothing new */
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 0);
	assert_int_equal(state_of(&p.a, p.b_at_a, 1), MESSAGE_READ);
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_DELIVERED);
	/* An acknowledgement takes nothing back. */
	rig_cut(&p.a, p.link);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 1), MESSAGE_READ);
	record(&p.a, p.link, p.b_at_a, RECORD_READ, slice_of("\0", 1));
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(p.a.closed, LINK_CLOSE_DONE);
	part(&p);
}

static void edit(struct rig *r, u64 contact, u64 ordinal, const char *text)
{
	(void)rig_ask(r, ROLE_WEB,
	              IPC_MSG(0, message_edit, .contact = contact, .ordinal = ordinal, .text = slice_str(text)));
}

static void test_edits(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	both_choose(&p, SETTING_READ_MARKS);
	write_and_carry(&p, 1, 2);
	edit(&p.a, p.b_at_a, 1, "better");
	rig_shuttle(&p.a, &p.b);
	see(&p.b, p.a_at_b, 2);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 1), MESSAGE_READ); /* as it says now */
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_READ);
	/* What was read is not what it says now, and nobody says of the other that it was. */
	edit(&p.a, p.b_at_a, 2, "another");
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_SENT);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_DELIVERED);
	rig_cut(&p.a, p.link);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(state_of(&p.a, p.b_at_a, 2), MESSAGE_DELIVERED);
	part(&p);
}

/* What is deleted here, or of a kind that we cannot show, was not read. */
static void test_what_is_not_read(void **state)
{
	struct pair p;
	u8 room[PEER_MSG_MAX];
	(void)state;
	befriend(&p);
	both_choose(&p, SETTING_READ_MARKS);
	write_and_carry(&p, 1, 1);
	(void)rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, message_delete, .contact = p.a_at_b, .ordinal = 1));
	struct peer_item item = {.id = {{7}}, .seq = 2, .kind = 99, .body = slice_str("?")};
	record(&p.b, p.a.links[p.link].peer_link, p.a_at_b, RECORD_DATA,
	       slice_of(room, peer_item_encode(&item, room, sizeof room)));
	size_t mark = rig_mark(&p.b);
	see(&p.b, p.a_at_b, 2);
	assert_int_equal(said(&p.b, mark, RECORD_READ), 0);
	part(&p);
}

static void test_strangers_are_told_nothing(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	choose(&a, SETTING_READ_MARKS | SETTING_TYPING, true);
	choose(&b, SETTING_READ_MARKS | SETTING_TYPING, true);
	u64 b_at_a = rig_add(&a, &b, "hi");
	rig_write(&a, b_at_a, 1, "are you there?");
	u32 link = rig_dial(&a, &b);
	rig_shuttle(&a, &b);
	u64 a_at_b = rig_contact(&b, &a, NULL);
	size_t mark_a = rig_mark(&a), mark_b = rig_mark(&b);
	/* Bob has not answered: neither tells the other, neither believes the other. */
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, typing_set, .contact = b_at_a, .on = 1));
	(void)rig_ask(&b, ROLE_WEB, IPC_MSG(0, typing_set, .contact = a_at_b, .on = 1));
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, message_read, .contact = b_at_a, .ordinal = 1));
	assert_int_equal(said(&a, mark_a, RECORD_READ) + said(&b, mark_b, RECORD_READ), 0);
	assert_int_equal(said(&a, mark_a, RECORD_TYPING) + said(&b, mark_b, RECORD_TYPING), 0);
	record(&b, a.links[link].peer_link, a_at_b, RECORD_TYPING, slice_of("\1", 1));
	record(&a, link, b_at_a, RECORD_TYPING, slice_of("\1", 1));
	struct peer_read m = {.count = 1};
	memset(m.ids[0].b, 1, sizeof m.ids[0].b);
	u8 room[PEER_MSG_MAX];
	record(&a, link, b_at_a, RECORD_READ, slice_of(room, peer_read_encode(&m, room, sizeof room)));
	assert_int_equal(rig_count(&a, mark_a, ipc_t_typing) + rig_count(&b, mark_b, ipc_t_typing), 0);
	assert_int_equal(rig_count(&a, mark_a, ipc_t_message), 0);
	rig_close(&a);
	rig_close(&b);
}

/* ---- typing ---- */

static bool types(struct pair *p, bool on)
{
	size_t mark = rig_mark(&p->a);
	(void)rig_ask(&p->a, ROLE_WEB, IPC_MSG(0, typing_set, .contact = p->b_at_a, .on = on));
	return said(&p->a, mark, RECORD_TYPING) == 1;
}

/* 1, 0: the page at b was told since the mark; -1: it was not. */
static int told(struct pair *p, size_t mark)
{
	const struct ipc_msg *m = rig_last(&p->b, mark, ipc_t_typing);
	return m ? m->typing.on : -1;
}

static void test_typing(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	assert_false(types(&p, true)); /* off */
	choose(&p.a, SETTING_TYPING, true);
	assert_false(types(&p, false)); /* nobody thought so */
	assert_true(types(&p, true));
	size_t mark = rig_mark(&p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(told(&p, mark), -1); /* Bob does not give it, and does not get it */
	choose(&p.b, SETTING_TYPING, true);
	assert_false(types(&p, true)); /* too soon */
	rig_now_ms += TYPING_SAY_MS;
	assert_true(types(&p, true));
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(told(&p, mark), 1);
	/* It is over by itself. */
	assert_int_equal(vault_wait_ms(p.b.v), TYPING_SHOWN_MS);
	rig_now_ms += TYPING_SHOWN_MS - 1;
	mark = rig_mark(&p.b);
	rig_tick(&p.b);
	assert_int_equal(told(&p, mark), -1);
	rig_now_ms++;
	rig_tick(&p.b);
	assert_int_equal(told(&p, mark), 0);
	assert_true(vault_wait_ms(p.b.v) > TYPING_SHOWN_MS);
	/* With a message, */
	assert_true(types(&p, true));
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(told(&p, mark), 1);
	write_and_carry(&p, 1, 1);
	assert_int_equal(told(&p, mark), 0);
	/* when it is said, */
	rig_now_ms += TYPING_SAY_MS;
	assert_true(types(&p, true));
	assert_true(types(&p, false));
	mark = rig_mark(&p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_typing), 2);
	assert_int_equal(told(&p, mark), 0);
	/* and with the link. */
	rig_now_ms += TYPING_SAY_MS;
	assert_true(types(&p, true));
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(told(&p, mark), 1);
	rig_cut(&p.a, p.link);
	assert_int_equal(told(&p, mark), 0);
	rig_now_ms += TYPING_SAY_MS;
	assert_false(types(&p, true));
	part(&p);
}

/* However much a contact says, the page is told now and then; on an older link nothing counts. */
static void test_typing_is_bounded(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	both_choose(&p, SETTING_TYPING);
	size_t mark = rig_mark(&p.a);
	for (int i = 0; i < 1000; i++)
		record(&p.a, p.link, p.b_at_a, RECORD_TYPING, slice_of(i % 2 ? "\0" : "\1", 1));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_typing), 2);
	rig_now_ms += TYPING_TAKE_MS;
	u32 second = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	record(&p.a, p.link, p.b_at_a, RECORD_TYPING, slice_of("\1", 1));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_typing), 2);
	record(&p.a, second, p.b_at_a, RECORD_TYPING, slice_of("\1", 1));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_typing), 3);
	choose(&p.a, SETTING_TYPING, false);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_typing), 4);
	record(&p.a, second, p.b_at_a, RECORD_TYPING, slice_of("\2", 1));
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(p.a.closed, LINK_CLOSE_DONE);
	part(&p);
}

/* ---- settings ---- */

static void test_settings(void **state)
{
	struct rig r;
	(void)state;
	rig_new(&r, "Alice");
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, settings_set)), ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, settings_set, .which = 32)), ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&r, ROLE_WEB, IPC_MSG(0, settings_set, .which = SETTING_TYPING, .typing = 2)),
	                 ERR_PEER_FORMAT);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, settings_set, .which = SETTING_LOCK_AFTER, .lock_after = 7));
	choose(&r, SETTING_READ_MARKS, true);
	struct slice page = slice_str("{\"language\":\"fa\"}");
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, settings_set, .which = SETTING_PAGE, .page = page));
	choose(&r, SETTING_READ_MARKS, true); /* what is not set stays */
	rig_reopen(&r);
	assert_int_equal(rig_login(&r, "correct horse", ""), OK);
	struct ipc_msg m = rig_ask(&r, ROLE_WEB, IPC_MSG(0, settings_get));
	assert_true(m.settings.lock_after == 7 && m.settings.read_marks && !m.settings.typing);
	assert_true(slice_eq(m.settings.page, page));
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_position),
		cmocka_unit_test(test_marks_are_off_at_first),
		cmocka_unit_test(test_marks_wait_for_a_link),
		cmocka_unit_test(test_late_message),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_what_is_not_read),
		cmocka_unit_test(test_strangers_are_told_nothing),
		cmocka_unit_test(test_typing),
		cmocka_unit_test(test_typing_is_bounded),
		cmocka_unit_test(test_settings),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
