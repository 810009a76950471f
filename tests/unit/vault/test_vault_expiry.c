/* What is agreed about how long messages stay, and what vanishes by that (PROTO 4.5.10, 4.5.11): what was read and
 * delivered, and for good. */
#include "lives.h"

/* ---- what is agreed ---- */

/* Whoever says what first, and whether the two hear it in between: both know the same, and it needs both. */
static void test_agreement_in_all_orders(void **state)
{
	static const struct {
		u32 alice, bob, both;
	} wishes[] = {{30, 0, 0}, {0, 30, 0}, {30, 30, 30}, {30, 60, 60}, {60, 30, 60}, {0, 0, 0}};
	struct pair p;
	(void)state;
	befriend(&p);
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		for (unsigned order = 0; order < 4; order++) {
			bool alice_first = order % 2 == 0, hear_between = order >= 2;
			if (alice_first)
				want(&p.a, p.b_at_a, wishes[i].alice, wishes[i].alice);
			else
				want(&p.b, p.a_at_b, wishes[i].bob, wishes[i].bob);
			if (hear_between)
				rig_shuttle(&p.a, &p.b);
			if (alice_first)
				want(&p.b, p.a_at_b, wishes[i].bob, wishes[i].bob);
			else
				want(&p.a, p.b_at_a, wishes[i].alice, wishes[i].alice);
			rig_shuttle(&p.a, &p.b);
			assert_terms(&p.a, &p.b, wishes[i].alice, wishes[i].bob, wishes[i].both);
			assert_terms(&p.b, &p.a, wishes[i].bob, wishes[i].alice, wishes[i].both);
			want(&p.a, p.b_at_a, 7, 7);
			want(&p.b, p.a_at_b, 8, 8);
			rig_shuttle(&p.a, &p.b);
		}
	}
	part(&p);
}

/* A wish is a row of the conversation that says what it is; the same again is none. */
static void test_a_wish_is_a_row(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.b);
	want(&p.a, p.b_at_a, 3600, 30);
	want(&p.a, p.b_at_a, 3600, 30);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	struct ipc_message m = pair_row(&p.b, p.a_at_b, 1);
	assert_true(m.kind == MESSAGE_SHOWN_TERMS && m.vanish == 3600 && m.keep == 30 && m.expires_ms == 0 && !m.mine);
	assert_true(rig_last(&p.b, mark, ipc_t_contact)->contact.their_vanish == 3600);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_DELIVERED);
	/* It can be neither changed nor taken away. */
	const struct ipc_msg no[] = {
		IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 1, .for_all = 1),
		IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 1),
		IPC_MSG(0, message_edit, .contact = p.b_at_a, .ordinal = 1, .text = slice_str("x")),
	};
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		assert_int_equal(rig_refused(&p.a, ROLE_WEB, no[i]), ERR_PEER_POLICY);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, terms_of(p.b_at_a, 4, 0)), ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, terms_of(p.b_at_a, 0, KEEP_MAX + 1)), ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, terms_of(99, 5, 0)), ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB,
	                             IPC_MSG(0, conversation_set, .contact = p.b_at_a, .which = CONVERSATION_RETENTION,
	                                     .retention = KEEP_MAX + 1)),
	                 ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, message_read, .contact = p.b_at_a, .ordinal = 2)),
	                 ERR_LOCAL_MISSING);
	part(&p);
}

static void say(struct pair *p, u8 kind, u8 id, u64 seq, const struct item_body *body)
{
	u8 room[PEER_MSG_MAX], bytes[MAX_BODY];
	struct peer_item item = {.id = {{id}}, .seq = seq, .kind = kind};
	item.body = slice_of(bytes, item_body_encode(kind, body, bytes, sizeof bytes));
	size_t n = peer_item_encode(&item, room, sizeof room);
	assert_true(n > 0);
	rig_say(&p->a, ROLE_NET,
	        IPC_MSG(0, record_in, .link = p->link, .contact = p->b_at_a, .type = RECORD_DATA,
	                .payload = slice_of(room, n)));
}

/* By number, not by when it comes: a peer that went back in time, or lost its order, brings no older wish to life. Nor does
 * it take one away by a deletion. */
static void test_the_highest_number_counts(void **state)
{
	struct pair p;
	struct ipc_contact c;
	(void)state;
	befriend(&p);
	say(&p, ITEM_TERMS, 9, 9, &(struct item_body){.vanish = 90, .keep = 9});
	say(&p, ITEM_TERMS, 5, 5, &(struct item_body){.vanish = 50, .keep = 5});
	say(&p, ITEM_DELETE, 10, 10, &(struct item_body){.target = {{9}}});
	rig_contact(&p.a, &p.b, &c);
	assert_true(c.their_vanish == 90 && c.their_keep == 9);
	assert_int_equal(kind_of(&p.a, p.b_at_a, 1), MESSAGE_SHOWN_TERMS);
	part(&p);
}

/* ---- vanishing ---- */

/* From when it was delivered for Alice, from when it was read for Bob. */
static void test_vanishes_on_both_sides(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 60, 0);
	rig_write(&p.a, p.b_at_a, 1, FORMER);
	edit(&p.a, p.b_at_a, 3, SECRET);
	rig_shuttle(&p.a, &p.b);
	react(&p.b, p.a_at_b, 3);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(found(&p.a, "cinnabar"), 1);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 3).expires_ms, rig_now_ms + 60 * SECOND);
	assert_int_equal(vault_wait_ms(p.a.v), 60 * SECOND);
	/* Bob has not read it: it waits for him. */
	assert_int_equal(pair_row(&p.b, p.a_at_b, 3).expires_ms, 0);
	assert_int_equal(vault_wait_ms(p.b.v), VAULT_NEVER);
	pass(60 * SECOND - 1);
	rig_tick(&p.a);
	assert_int_equal(kind_of(&p.a, p.b_at_a, 3), MESSAGE_SHOWN_TEXT);
	pass(1);
	size_t mark = rig_mark(&p.a);
	rig_tick(&p.a);
	rig_tick(&p.b);
	assert_int_equal(rig_last(&p.a, mark, ipc_t_message)->message.kind, MESSAGE_SHOWN_EXPIRED);
	assert_gone(&p.a, p.b_at_a, 3);
	assert_int_equal(found(&p.a, "cinnabar"), 0);
	assert_int_equal(vault_wait_ms(p.a.v), VAULT_NEVER);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 3), MESSAGE_SHOWN_TEXT);
	pass(400 * DAY);
	rig_tick(&p.b);
	assert_int_equal(found(&p.b, "cinnabar"), 1);
	read_to(&p.b, p.a_at_b, 3);
	pass(30 * SECOND);
	read_to(&p.b, p.a_at_b, 3); /* reading it again gives it no more time */
	assert_int_equal(vault_wait_ms(p.b.v), 30 * SECOND);
	pass(30 * SECOND);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 3);
	assert_int_equal(found(&p.b, "cinnabar"), 0);
	assert_true(pages_count(&p.b, p.a.onion.b, 32) > 0); /* it would be found */
	/* The chain goes on over what is gone. */
	rig_write(&p.a, p.b_at_a, 2, "still here");
	rig_shuttle(&p.a, &p.b);
	struct ipc_contact c;
	rig_contact(&p.b, &p.a, &c);
	assert_true(c.missing == 0 && c.broken_ms == 0 && c.last_ordinal == 4);
	part(&p);
}

/* Each message goes by what was agreed when it was written, for both alike. */
static void test_each_by_its_own_time(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 60, 0);
	rig_write(&p.a, p.b_at_a, 1, "for a minute");
	want(&p.b, p.a_at_b, 0, 0);
	rig_write(&p.a, p.b_at_a, 2, "for a minute too: Alice does not know yet");
	rig_shuttle(&p.a, &p.b);
	rig_write(&p.a, p.b_at_a, 3, "for ever");
	rig_shuttle(&p.a, &p.b);
	struct rig *const both[] = {&p.a, &p.b};
	const u64 contact[] = {p.b_at_a, p.a_at_b};
	read_to(&p.b, p.a_at_b, 6);
	pass(60 * SECOND);
	for (size_t i = 0; i < 2; i++) {
		rig_tick(both[i]);
		u64 last = 0, gone = 0;
		for (u64 o = 1; o <= 6; o++) {
			enum message_shown kind = kind_of(both[i], contact[i], o);
			gone += kind == MESSAGE_SHOWN_EXPIRED;
			last += kind == MESSAGE_SHOWN_TEXT;
		}
		assert_true(gone == 2 && last == 1);
	}
	part(&p);
}

/* What waits is never erased, however long, and a restart in between. */
static void test_what_waits_stays(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 5, 1);
	keep_here(&p.a, p.b_at_a, 1);
	tor_is(&p.a, TOR_REACHABLE, 0);
	rig_cut(&p.a, p.link);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	pass(300 * DAY);
	tor_is(&p.a, TOR_DOWN, 0);
	tor_is(&p.a, TOR_REACHABLE, 0);
	for (int i = 0; i < 3; i++)
		rig_tick(&p.a);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 3).state, MESSAGE_WAITING);
	assert_int_equal(vault_wait_ms(p.a.v), VAULT_NEVER);
	rig_dial(&p.a, &p.b);
	assert_true(slice_eq(pair_row(&p.b, p.a_at_b, 3).text, slice_str(SECRET)));
	rig_tick(&p.a);
	assert_int_equal(vault_wait_ms(p.a.v), 5 * SECOND);
	pass(5 * SECOND);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, 3);
	part(&p);
}

/* Nor is one whose edit waits: its clock begins anew when that is delivered. */
static void test_what_has_an_edit_that_waits_stays(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 60, 0);
	rig_write(&p.a, p.b_at_a, 1, FORMER);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	pass(50 * SECOND);
	edit(&p.a, p.b_at_a, 3, SECRET);
	edit(&p.a, p.b_at_a, 3, SECRET " again");
	pass(DAY);
	rig_tick(&p.a);
	assert_int_equal(kind_of(&p.a, p.b_at_a, 3), MESSAGE_SHOWN_TEXT);
	rig_dial(&p.a, &p.b);
	assert_true(slice_eq(pair_row(&p.b, p.a_at_b, 3).text, slice_str(SECRET " again")));
	assert_int_equal(vault_wait_ms(p.a.v), 60 * SECOND);
	pass(60 * SECOND);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, 3);
	part(&p);
}

/* What comes about a message that is gone here goes too. */
static void test_late_edits_and_reactions(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 60, 0);
	rig_write(&p.a, p.b_at_a, 1, FORMER);
	rig_shuttle(&p.a, &p.b);
	read_to(&p.b, p.a_at_b, 3);
	rig_cut(&p.a, p.link);
	pass(30 * SECOND);
	edit(&p.a, p.b_at_a, 3, SECRET);
	react(&p.a, p.b_at_a, 3);
	pass(30 * SECOND);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 3);
	rig_dial(&p.a, &p.b);
	assert_gone(&p.b, p.a_at_b, 3);
	pass(60 * SECOND);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, 3);
	const struct ipc_msg no[] = {
		IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 3, .for_all = 1),
		IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 3),
		IPC_MSG(0, message_react, .contact = p.b_at_a, .ordinal = 3, .emoji = slice_str("?")),
	};
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		assert_int_equal(rig_refused(&p.a, ROLE_WEB, no[i]), ERR_PEER_POLICY);
	part(&p);
}

/* A reaction of ours that waits goes with its message; its number goes out as that of something that is gone. */
static void test_a_reaction_that_waits(void **state)
{
	struct pair p;
	struct ipc_contact c;
	(void)state;
	agreed_and_read(&p, 60);
	rig_cut(&p.a, p.link);
	react(&p.b, p.a_at_b, 3);
	pass(60 * SECOND);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 3);
	rig_dial(&p.b, &p.a);
	rig_contact(&p.a, &p.b, &c);
	assert_true(c.missing == 0 && c.broken_ms == 0);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, 3);
	part(&p);
}

/* Open pages are told when the time of what was read ends; only of what vanishes, and once. What the contact read in time is
 * read until it vanishes, and what vanished says nothing of that. */
static void test_read_begins_it(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, "stays");
	want(&p.a, p.b_at_a, 60, 0);
	rig_shuttle(&p.a, &p.b);
	want(&p.b, p.a_at_b, 60, 0);
	rig_shuttle(&p.a, &p.b);
	struct ipc_msg marks = IPC_MSG(0, settings_set, .which = SETTING_READ_MARKS, .read_marks = 1);
	assert_int_equal(rig_ask(&p.a, ROLE_WEB, marks).type, ipc_t_settings);
	assert_int_equal(rig_ask(&p.b, ROLE_WEB, marks).type, ipc_t_settings);
	rig_write(&p.a, p.b_at_a, 2, SECRET);
	rig_write(&p.a, p.b_at_a, 3, FORMER);
	rig_shuttle(&p.a, &p.b);
	pass(20 * SECOND);
	size_t mark = rig_mark(&p.b);
	read_to(&p.b, p.a_at_b, 4);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), 1);
	assert_int_equal(rig_last(&p.b, mark, ipc_t_message)->message.expires_ms, rig_now_ms + 60 * SECOND);
	assert_int_equal(rig_last(&p.b, mark, ipc_t_message)->message.ordinal, 4);
	mark = rig_mark(&p.b);
	read_to(&p.b, p.a_at_b, 4);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), 0);
	rig_shuttle(&p.b, &p.a);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 4).state, MESSAGE_READ);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 5).state, MESSAGE_DELIVERED);
	pass(40 * SECOND);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, 4);
	assert_gone(&p.a, p.b_at_a, 5);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 4).state, MESSAGE_DELIVERED);
	read_to(&p.b, p.a_at_b, 5); /* late: here its time begins only now */
	mark = rig_mark(&p.a);
	rig_shuttle(&p.b, &p.a);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 0);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 5).state, MESSAGE_DELIVERED);
	part(&p);
}

/* An edit that is refused there holds up nothing any more. */
static void test_a_refused_edit(void **state)
{
	struct pair p;
	struct peer_ack nak = {.count = 1};
	u8 room[PEER_MSG_MAX];
	(void)state;
	agreed(&p, 60, 0);
	rig_write(&p.a, p.b_at_a, 9, SECRET);
	rig_shuttle(&p.a, &p.b);
	const u64 at = rig_list(&p.a, p.b_at_a, NULL, NULL);
	assert_int_equal(pair_row(&p.a, p.b_at_a, at).expires_ms, rig_now_ms + 60 * SECOND);
	p.b.hold = true;
	size_t mark = rig_mark(&p.a);
	(void)rig_ask(&p.a, ROLE_WEB,
	              IPC_MSG(0, message_edit, .contact = p.b_at_a, .ordinal = at, .text = slice_str(FORMER)));
	memcpy(nak.ids[0].b, rig_last(&p.a, mark, ipc_t_record_out)->record_out.payload.p, 16);
	assert_int_equal(pair_row(&p.a, p.b_at_a, at).expires_ms, 0);
	rig_say(&p.a, ROLE_NET,
	        IPC_MSG(0, record_in, .link = p.link, .contact = p.b_at_a, .type = RECORD_NAK,
	                .payload = slice_of(room, peer_ack_encode(&nak, room, sizeof room))));
	pass(60 * SECOND);
	rig_tick(&p.a);
	assert_gone(&p.a, p.b_at_a, at);
	part(&p);
}

/* A turn does a part, and a process that dies between two goes on where it was. */
static void test_bounded_and_resumed(void **state)
{
	enum { MANY = EXPIRE_BATCH + 50 };
	struct pair p;
	char text[32];
	(void)state;
	agreed(&p, 60, 0);
	for (int i = 0; i < MANY; i++) {
		struct ipc_msg m = IPC_MSG(0, message_send, .contact = p.b_at_a);
		snprintf(text, sizeof text, "message %d", i);
		m.message_send.text = slice_str(text);
		memcpy(m.message_send.id, &i, sizeof i);
		m.message_send.id[15] = 1;
		assert_int_equal(rig_ask(&p.a, ROLE_WEB, m).type, ipc_t_message);
		if (i % 50 == 0)
			rig_shuttle(&p.a, &p.b);
	}
	rig_shuttle(&p.a, &p.b);
	read_to(&p.b, p.a_at_b, 2 + MANY);
	pass(60 * SECOND);
	size_t mark = rig_mark(&p.b);
	rig_tick(&p.b);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), EXPIRE_BATCH);
	assert_int_equal(vault_wait_ms(p.b.v), 0);
	rig_kill(&p.b);
	rig_reopen(&p.b);
	mark = rig_mark(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK); /* with a turn behind it */
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), MANY - EXPIRE_BATCH);
	assert_int_equal(vault_wait_ms(p.b.v), VAULT_NEVER);
	assert_int_equal(found(&p.b, "message"), 0);
	part(&p);
}

/* ---- much of it ---- */

/* Somebody reacts to one message and edits it a thousand times: it goes in one turn, the rest in parts, over a death. */
static void test_what_was_said_about_it_in_parts(void **state)
{
	struct pair p;
	(void)state;
	agreed_and_read(&p, 60);
	again(&p.b, p.a_at_b, 1000, "ordinal = 3", "NULL", "3", "messages.id", "0");
	again(&p.b, p.a_at_b, 1000, "ordinal = 3", "NULL", "4", "messages.id", "0");
	sql(&p.b, "UPDATE messages SET expires_ms = NULL, from_ms = 0 WHERE ordinal IS NULL");
	assert_int_equal(count(&p.b, "target <> 0"), 2000);
	pass(60 * SECOND);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 3), MESSAGE_SHOWN_EXPIRED);
	assert_int_equal(count(&p.b, "target <> 0"), 2000 - EXPIRE_BATCH);
	assert_true(turns(&p.b, "target <> 0") > 1);
	assert_int_equal(count(&p.b, "target <> 0 OR (gone = 0 AND kind <> 7 AND kind <> 8)"), 0);
	assert_gone(&p.b, p.a_at_b, 3);
	part(&p);
}

static void test_the_rest_goes_after_a_death(void **state)
{
	struct pair p;
	(void)state;
	agreed_and_read(&p, 60);
	again(&p.b, p.a_at_b, 1000, "ordinal = 3", "NULL", "4", "messages.id", "0");
	sql(&p.b, "UPDATE messages SET expires_ms = NULL, from_ms = 0 WHERE ordinal IS NULL");
	pass(60 * SECOND);
	rig_tick(&p.b);
	assert_int_equal(vault_wait_ms(p.b.v), 0);
	rig_kill(&p.b);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	(void)turns(&p.b, "target <> 0");
	assert_int_equal(count(&p.b, "target <> 0"), 0);
	assert_gone(&p.b, p.a_at_b, 3);
	part(&p);
}

/* Its author deletes what was edited a thousand times. */
static void test_edits_of_what_was_deleted_in_parts(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_shuttle(&p.a, &p.b);
	again(&p.b, p.a_at_b, 1000, "ordinal = 1", "NULL", "4", "messages.id", "0");
	assert_int_equal(
		rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 1, .for_all = 1))
			.type,
		ipc_t_message);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_DELETED);
	(void)turns(&p.b, "kind = 4 AND gone = 0");
	assert_int_equal(count(&p.b, "kind = 4 AND (gone <> 1 OR body <> x'' OR time_ms <> 0)"), 0);
	assert_int_equal(pages_count(&p.b, SECRET, strlen(SECRET)), 0);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 1), MESSAGE_SHOWN_DELETED);
	assert_int_equal(vault_wait_ms(p.b.v), VAULT_NEVER);
	part(&p);
}

/* Of many that are read at once the newest begin at once, the others in turns after it, all at the same time. */
static void test_many_are_read(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 60, 0);
	rig_write(&p.a, p.b_at_a, 1, "one of many");
	rig_shuttle(&p.a, &p.b);
	again(&p.b, p.a_at_b, 1000, "ordinal = 3", "3 + k", "kind", "0", "0");
	size_t mark = rig_mark(&p.b);
	read_to(&p.b, p.a_at_b, 1003);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), EXPIRE_BATCH);
	assert_true(count(&p.b, "from_ms > 0 AND mine = 0") <= 2 * EXPIRE_BATCH);
	assert_true(pair_row(&p.b, p.a_at_b, 1003).expires_ms == rig_now_ms + 60 * SECOND);
	pass(10 * SECOND);
	rig_kill(&p.b);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	assert_true(turns(&p.b, "from_ms > 0") > 1);
	assert_int_equal(count(&p.b, "vanish > 0 AND mine = 0 AND (from_ms = 0 OR expires_ms <> from_ms + 60000)"), 0);
	assert_int_equal(vault_wait_ms(p.b.v), 50 * SECOND);
	pass(50 * SECOND);
	(void)turns(&p.b, "gone = 3");
	assert_int_equal(count(&p.b, "vanish > 0"), 0);
	part(&p);
}

/* ---- wrong clocks ---- */

/* Read while the clock is behind: it is put right, and nothing vanishes early, not after a lock either; nor late. */
static void test_clock_is_put_right(void **state)
{
	struct pair p;
	(void)state;
	rig_skew_ms = -1000 * (i64)DAY;
	agreed_and_read(&p, 60);
	pass(10 * SECOND);
	rig_skew_ms = 0;
	rig_tick(&p.a);
	rig_tick(&p.b);
	assert_int_equal(vault_wait_ms(p.a.v), 50 * SECOND);
	assert_int_equal(vault_wait_ms(p.b.v), 50 * SECOND);
	assert_true(pair_row(&p.b, p.a_at_b, 3).expires_ms ==
	            rig_now_ms + 50 * SECOND); /* as the wall clock says now */
	pass(20 * SECOND);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	rig_tick(&p.b);
	assert_int_equal(kind_of(&p.b, p.a_at_b, 3), MESSAGE_SHOWN_TEXT);
	assert_int_equal(vault_wait_ms(p.b.v), 30 * SECOND);
	pass(30 * SECOND);
	rig_tick(&p.a);
	rig_tick(&p.b);
	assert_gone(&p.a, p.b_at_a, 3);
	assert_gone(&p.b, p.a_at_b, 3);
	part(&p);
}

/* Set forward by mistake and back: as if nothing had been. */
static void test_clock_forward_and_back(void **state)
{
	struct pair p;
	(void)state;
	agreed_and_read(&p, 60);
	for (int i = 0; i < 2; i++) {
		rig_skew_ms = i == 0 ? 1000 * (i64)DAY : 0;
		pass(20 * SECOND);
		rig_tick(&p.b);
		assert_int_equal(vault_wait_ms(p.b.v), i == 0 ? 40 * SECOND : 20 * SECOND);
	}
	pass(20 * SECOND);
	rig_tick(&p.b);
	assert_gone(&p.b, p.a_at_b, 3);
	part(&p);
}

/* Many of a clock that was ahead before the login: in parts, and none stays longer than from then on. */
static void test_many_of_a_clock_that_was_ahead(void **state)
{
	struct pair p;
	(void)state;
	agreed(&p, 3600, 0);
	rig_write(&p.a, p.b_at_a, 1, "one of many");
	rig_shuttle(&p.a, &p.b);
	rig_skew_ms = 1000 * (i64)DAY;
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	read_to(&p.b, p.a_at_b, 3);
	again(&p.b, p.a_at_b, 1000, "ordinal = 3", "3 + k", "kind", "0", "0");
	sql(&p.b, "UPDATE contacts SET read_ordinal = 1003, clock_ordinal = 1003");
	rig_skew_ms = 0;
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	char ahead[60];
	snprintf(ahead, sizeof ahead, "from_ms > %llu", (unsigned long long)rig_now_ms);
	assert_true(count(&p.b, ahead) > 0);
	(void)turns(&p.b, ahead);
	assert_int_equal(count(&p.b, ahead), 0);
	assert_int_equal(vault_wait_ms(p.b.v), 3600 * SECOND);
	pass(3600 * SECOND);
	(void)turns(&p.b, "gone = 3");
	assert_int_equal(count(&p.b, "vanish > 0"), 0);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreement_in_all_orders),
		cmocka_unit_test(test_a_wish_is_a_row),
		cmocka_unit_test(test_the_highest_number_counts),
		cmocka_unit_test(test_vanishes_on_both_sides),
		cmocka_unit_test(test_each_by_its_own_time),
		cmocka_unit_test(test_what_waits_stays),
		cmocka_unit_test(test_what_has_an_edit_that_waits_stays),
		cmocka_unit_test(test_late_edits_and_reactions),
		cmocka_unit_test(test_a_reaction_that_waits),
		cmocka_unit_test(test_read_begins_it),
		cmocka_unit_test(test_a_refused_edit),
		cmocka_unit_test(test_bounded_and_resumed),
		cmocka_unit_test(test_what_was_said_about_it_in_parts),
		cmocka_unit_test(test_the_rest_goes_after_a_death),
		cmocka_unit_test(test_edits_of_what_was_deleted_in_parts),
		cmocka_unit_test(test_many_are_read),
		cmocka_unit_test(test_clock_is_put_right),
		cmocka_unit_test(test_clock_forward_and_back),
		cmocka_unit_test(test_many_of_a_clock_that_was_ahead),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
