/* Messages: exactly once, acknowledged after the commit, shown no better than the truth. */
#include <stdio.h>
#include <string.h>

#include "pair.h"

static enum message_state last_state(struct rig *r, u64 contact)
{
	enum message_state s = MESSAGE_NONE;
	rig_list(r, contact, NULL, &s);
	return s;
}

static void test_both_ways(void **state)
{
	struct pair p;
	char text[MAX_TEXT + 1];
	(void)state;
	befriend(&p);
	size_t mark_a = rig_mark(&p.a), mark_b = rig_mark(&p.b);
	assert_int_equal(rig_write(&p.a, p.b_at_a, 1, "Hello Bob"), 1);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_SENT);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_DELIVERED);
	assert_int_equal(rig_list(&p.b, p.a_at_b, text, NULL), 1);
	assert_string_equal(text, "Hello Bob");
	const struct ipc_msg *m = rig_last(&p.b, mark_b, ipc_t_record_out);
	assert_int_equal(m->record_out.type, RECORD_ACK);
	assert_int_equal(rig_write(&p.b, p.a_at_b, 1, "Hello Alice"),
	                 2); /* the same id by the other author is another one */
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_list(&p.a, p.b_at_a, text, NULL), 2);
	assert_string_equal(text, "Hello Alice");
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_RECEIVED);
	assert_int_equal(last_state(&p.b, p.a_at_b), MESSAGE_DELIVERED);
	/* Three events of Alice's message: new, sent, delivered; and the answer. One of Bob's: new. And what was listed. */
	size_t fresh = 0;
	for (size_t i = mark_a; i < p.a.n_outs; i++) {
		struct ipc_msg e;
		assert_int_equal(ipc_decode(slice_of(p.a.outs[i].bytes, p.a.outs[i].n), &e), OK);
		fresh += e.type == ipc_t_message && e.req == 0 && e.message.is_new;
	}
	assert_int_equal(fresh, 2);
	part(&p);
}

static void test_send_is_repeatable(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.a);
	assert_int_equal(rig_write(&p.a, p.b_at_a, 5, "once"), 1);
	assert_int_equal(rig_write(&p.a, p.b_at_a, 5, "twice"), 1);
	assert_true(slice_eq(rig_last(&p.a, mark, ipc_t_message)->message.text, slice_str("once")));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 1);
	struct ipc_msg m = IPC_MSG(0, message_send, .contact = p.b_at_a, .text = slice_of(NULL, 0));
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, m), ERR_PEER_FORMAT);
	m.message_send.text = slice_str("\xc3\x28");
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, m), ERR_PEER_FORMAT);
	m = IPC_MSG(0, message_send, .contact = 77, .text = slice_str("x"));
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, m), ERR_LOCAL_MISSING);
	part(&p);
}

/* The acknowledgement is lost with the link: the message goes again, is dropped there and acknowledged again. */
static void test_lost_ack(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	p.b.hold = true; /* Bob's records vanish */
	rig_write(&p.a, p.b_at_a, 1, "once");
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_SENT);
	size_t mark = rig_mark(&p.a);
	rig_cut(&p.a, p.link);
	assert_int_equal(rig_last(&p.a, mark, ipc_t_message)->message.state, MESSAGE_WAITING);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_WAITING);
	p.b.hold = false;
	mark = rig_mark(&p.b);
	rig_dial(&p.b, &p.a);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_DELIVERED);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), 1); /* the row just listed: no event of a new one */
	part(&p);
}

/* Written while the other is away, and across a restart of both. */
static void test_waits_across_restart(void **state)
{
	struct pair p;
	char text[MAX_TEXT + 1];
	(void)state;
	befriend(&p);
	rig_cut(&p.a, p.link);
	size_t mark = rig_mark(&p.a);
	rig_write(&p.a, p.b_at_a, 1, "one");
	assert_int_equal(rig_count(&p.a, mark, ipc_t_dial_now), 1);
	rig_write(&p.a, p.b_at_a, 2, "two");
	assert_int_equal(rig_count(&p.a, mark, ipc_t_dial_now), 1); /* not for each line */
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_WAITING);
	rig_reopen(&p.a);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_WAITING);
	rig_dial(&p.a, &p.b);
	assert_int_equal(rig_list(&p.b, p.a_at_b, text, NULL), 2);
	assert_string_equal(text, "two");
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_DELIVERED);
	/* A process that dies with messages on a link. */
	p.b.hold = true;
	rig_write(&p.a, p.b_at_a, 3, "three");
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_SENT);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_WAITING);
	p.b.hold = false;
	rig_dial(&p.a, &p.b);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_DELIVERED);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 3);
	part(&p);
}

/* What is written to somebody who has not answered goes out with the acceptance. */
static void test_written_before_accepted(void **state)
{
	struct rig a, b;
	char text[MAX_TEXT + 1];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	u64 c = rig_add(&a, &b, "");
	rig_write(&a, c, 1, "Hello?");
	rig_dial(&a, &b);
	u64 at_b = rig_contact(&b, &a, NULL);
	assert_int_equal(rig_list(&b, at_b, NULL, NULL), 0);
	assert_int_equal(last_state(&a, c), MESSAGE_WAITING);
	(void)rig_ask(&b, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = at_b, .decision = DECIDE_ACCEPT));
	rig_shuttle(&a, &b);
	assert_int_equal(rig_list(&b, at_b, text, NULL), 1);
	assert_string_equal(text, "Hello?");
	assert_int_equal(last_state(&a, c), MESSAGE_DELIVERED);
	rig_close(&a);
	rig_close(&b);
}

/* At most SEND_WINDOW are on the way; acknowledgements let the next ones go, in order. */
static void test_window(void **state)
{
	struct pair p;
	char text[MAX_TEXT + 1];
	(void)state;
	befriend(&p);
	rig_cut(&p.a, p.link);
	for (u8 i = 1; i <= 90; i++)
		rig_write(&p.a, p.b_at_a, i, "x");
	p.a.hold = true;
	size_t mark = rig_mark(&p.a);
	rig_dial(&p.a, &p.b);
	size_t data = 0;
	u64 seq = 0;
	for (size_t i = mark; i < p.a.n_outs; i++) {
		struct ipc_msg m;
		struct peer_item item;
		assert_int_equal(ipc_decode(slice_of(p.a.outs[i].bytes, p.a.outs[i].n), &m), OK);
		if (m.type != ipc_t_record_out || m.record_out.type != RECORD_DATA)
			continue;
		assert_int_equal(peer_item_decode(m.record_out.payload, &item), OK);
		assert_true(seq == 0 || item.seq == seq + 1);
		seq = item.seq;
		data++;
	}
	assert_int_equal(data, SEND_WINDOW);
	p.a.hold = false;
	rig_cut(&p.a, p.a.n_links);
	rig_dial(&p.b, &p.a);
	assert_int_equal(rig_list(&p.b, p.a_at_b, text, NULL), 90);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_DELIVERED);
	part(&p);
}

/* Two links at once, as when both dial: the newer carries, and when it goes the older takes over. */
static void test_two_links(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	p.a.hold = true;
	rig_write(&p.a, p.b_at_a, 1, "on the first"); /* and lost */
	rig_shuttle(&p.a, &p.b);
	size_t mark = rig_mark(&p.a);
	u32 second = rig_dial(&p.a, &p.b);
	const struct ipc_msg *m = rig_last(&p.a, mark, ipc_t_record_out);
	assert_int_equal(m->record_out.type, RECORD_DATA);
	assert_int_equal(m->record_out.link, second); /* everything unacknowledged, on the newest */
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_SENT);
	mark = rig_mark(&p.a);
	p.a.hold = false;
	rig_cut(&p.a, second);
	m = rig_last(&p.a, mark, ipc_t_record_out);
	assert_int_equal(m->record_out.link, p.link);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_DELIVERED);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	struct ipc_contact row;
	rig_contact(&p.a, &p.b, &row);
	assert_int_equal(row.online, 1);
	rig_cut(&p.a, p.link);
	rig_contact(&p.a, &p.b, &row);
	assert_int_equal(row.online, 0);
	part(&p);
}

static void record(struct rig *r, u32 link, u64 contact, u8 type, struct slice payload)
{
	rig_say(r, ROLE_NET, IPC_MSG(0, record_in, .link = link, .contact = contact, .type = type, .payload = payload));
}

/* Bob writes once more, by that clock: the page can read when, wherever it is told. */
static void assert_time_told(struct pair *p, struct peer_item *item, u64 sent_ms, u64 told_ms)
{
	u8 room[PEER_MSG_MAX];
	struct ipc_contact row;
	item->id.b[0]++;
	item->time_ms = sent_ms;
	size_t n = peer_item_encode(item, room, sizeof room), mark = rig_mark(&p->a);
	record(&p->a, p->link, p->b_at_a, RECORD_DATA, slice_of(room, n));
	assert_int_equal(rig_last(&p->a, mark, ipc_t_message)->message.time_ms, told_ms);
	mark = rig_mark(&p->a);
	(void)rig_list(&p->a, p->b_at_a, NULL, NULL);
	assert_int_equal(rig_last(&p->a, mark, ipc_t_message)->message.time_ms, told_ms);
	rig_contact(&p->a, &p->b, &row);
	assert_int_equal(row.last_ms, told_ms);
}

/* What a peer sends wrongly changes nothing and is not answered. */
static void test_bad_records(void **state)
{
	struct pair p;
	u8 room[PEER_MSG_MAX];
	(void)state;
	befriend(&p);
	struct peer_item item = {.id = {{1}}, .seq = 1, .kind = ITEM_TEXT, .body = slice_str("text")};
	size_t n = peer_item_encode(&item, room, sizeof room);
	struct slice good = slice_of(room, n);
	size_t mark = rig_mark(&p.a);
	record(&p.a, p.link, p.b_at_a, RECORD_PING, good); /* net keeps those to itself */
	record(&p.a, p.link, p.b_at_a, 99, good);
	record(&p.a, p.link + 1, p.b_at_a, RECORD_DATA, good); /* no such link */
	record(&p.a, p.link, p.b_at_a + 1, RECORD_DATA, good); /* another contact's */
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 0);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 0);
	record(&p.a, p.link, p.b_at_a, RECORD_DATA, good);
	record(&p.a, p.link, p.b_at_a, RECORD_DATA, good);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 2); /* acknowledged again */
	/* A number that was used and a clock from nowhere are the peer's own business. */
	item.seq = ITEM_SEQ_MAX;
	assert_time_told(&p, &item, UINT64_MAX, rig_now_ms);
	assert_time_told(&p, &item, (u64)INT64_MAX + 1, rig_now_ms);
	assert_time_told(&p, &item, MAX_TIME_MS + 1, rig_now_ms);
	assert_time_told(&p, &item, MAX_TIME_MS, MAX_TIME_MS);
	assert_time_told(&p, &item, 0, 0);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 6);
	/* An acknowledgement of what was never sent. */
	struct peer_ack ack = {.count = 1, .ids = {{{9}}}};
	n = peer_ack_encode(&ack, room, sizeof room);
	record(&p.a, p.link, p.b_at_a, RECORD_ACK, slice_of(room, n));
	part(&p);
}

/* Whoever breaks the rules loses the link it was done on, at once, and nothing else. */
static void test_malformed_record_ends_link(void **state)
{
	static const u8 types[] = {RECORD_DATA, RECORD_ACK, RECORD_HELLO};
	struct pair p;
	u8 room[PEER_MSG_MAX];
	(void)state;
	befriend(&p);
	struct peer_item item = {.id = {{1}}, .seq = 1, .kind = ITEM_TEXT, .body = slice_str("text")};
	size_t n = peer_item_encode(&item, room, sizeof room);
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		rig_cut(&p.a, p.link);
		p.link = rig_dial(&p.a, &p.b); /* no HELLO has come on it yet */
		size_t mark = rig_mark(&p.a);
		record(&p.a, p.link, p.b_at_a, types[i], slice_of(room, n - 1)); /* truncated */
		assert_int_equal(rig_count(&p.a, mark, ipc_t_link_close), 1);
		assert_int_equal(rig_last(&p.a, mark, ipc_t_link_close)->link_close.link, p.link);
		assert_int_equal(rig_last(&p.a, mark, ipc_t_contact)->contact.online, false);
		record(&p.a, p.link, p.b_at_a, RECORD_DATA, slice_of(room, n)); /* was under way */
		assert_int_equal(rig_count(&p.a, mark, ipc_t_link_close), 1);
		assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 0);
	}
	rig_cut(&p.a, p.link);
	rig_dial(&p.a, &p.b);
	rig_write(&p.a, p.b_at_a, 7, "still friends");
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(last_state(&p.a, p.b_at_a), MESSAGE_DELIVERED);
	part(&p);
}

/* A kind of a later version is kept and acknowledged, and shown as nothing. */
static void test_unknown_kind(void **state)
{
	struct pair p;
	u8 room[PEER_MSG_MAX];
	char text[MAX_TEXT + 1] = "?";
	(void)state;
	befriend(&p);
	struct peer_item item = {.id = {{1}}, .seq = 1, .kind = 200, .body = slice_of("\xff\x00\x01", 3)};
	size_t n = peer_item_encode(&item, room, sizeof room);
	size_t mark = rig_mark(&p.a);
	record(&p.a, p.link, p.b_at_a, RECORD_DATA, slice_of(room, n));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 1);
	assert_int_equal(rig_list(&p.a, p.b_at_a, text, NULL), 1);
	assert_string_equal(text, "");
	struct ipc_contact row;
	rig_contact(&p.a, &p.b, &row);
	assert_int_equal(row.last_text.n, 0);
	part(&p);
}

/* Somebody who was not accepted can store no message here, whatever he sends. */
static void test_stranger_cannot_write(void **state)
{
	struct rig a, b;
	u8 room[PEER_MSG_MAX];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "");
	rig_dial(&a, &b);
	u64 at_b = rig_contact(&b, &a, NULL);
	struct peer_item item = {.id = {{1}}, .seq = 1, .kind = ITEM_TEXT, .body = slice_str("buy")};
	size_t n = peer_item_encode(&item, room, sizeof room);
	size_t mark = rig_mark(&b);
	record(&b, 1, at_b, RECORD_DATA, slice_of(room, n));
	assert_int_equal(rig_list(&b, at_b, NULL, NULL), 0);
	assert_int_equal(rig_count(&b, mark, ipc_t_record_out), 0);
	/* He introduces himself once on a link: what comes after costs no commit and no word to the page. */
	struct peer_hello hello = {.name = slice_str("Mallory")};
	n = peer_hello_encode(&hello, room, sizeof room);
	record(&b, 1, at_b, RECORD_HELLO, slice_of(room, n));
	assert_int_equal(rig_count(&b, mark, ipc_t_contact), 0);
	struct ipc_contact row;
	rig_contact(&b, &a, &row);
	assert_true(slice_eq(row.name, slice_str("Alice")));
	rig_close(&a);
	rig_close(&b);
}

/* Acknowledgements of one turn share a record, and it leaves only after the commit. */
static void test_group_commit(void **state)
{
	struct pair p;
	u8 room[PEER_MSG_MAX];
	struct ipc_msg out;
	enum role to;
	(void)state;
	befriend(&p);
	size_t mark = rig_mark(&p.b);
	for (u8 i = 1; i <= 70; i++) {
		struct peer_item item = {.id = {{i}}, .seq = i, .kind = ITEM_TEXT, .body = slice_str("x")};
		size_t n = peer_item_encode(&item, room, sizeof room);
		struct ipc_msg m = IPC_MSG(0, record_in, .link = 1, .contact = p.a_at_b, .type = RECORD_DATA,
		                           .payload = slice_of(room, n));
		assert_int_equal(vault_input(p.b.v, ROLE_NET, &m), OK);
	}
	/* Nothing of it is durable yet: a process that dies here has answered nobody. */
	assert_int_equal(vault_commit(p.b.v), OK);
	assert_true(vault_output(p.b.v, &to, &out));
	rig_collect(&p.b);
	assert_int_equal(rig_count(&p.b, mark, ipc_t_record_out), 2); /* 64 and 6 */
	assert_int_equal(rig_count(&p.b, mark, ipc_t_message), 70);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 70);
	/* The same without the commit: nothing is there. */
	mark = rig_mark(&p.b);
	struct ipc_msg m = IPC_MSG(9, message_send, .contact = p.a_at_b, .text = slice_str("lost"));
	assert_int_equal(vault_input(p.b.v, ROLE_WEB, &m), OK);
	rig_reopen(&p.b);
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 70);
	part(&p);
}

static void test_pages(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	for (u8 i = 1; i <= 120; i++)
		rig_write(&p.a, p.b_at_a, i, "x");
	static const struct {
		u64 before;
		u32 limit;
		u64 first, rows;
		bool more;
	} want[] = {
		{0, 50, 71, 50, true},    {71, 50, 21, 50, true}, {21, 50, 1, 20, false},
		{1, 50, 0, 0, false},     {0, 0, 21, 100, true},  {0, 500, 21, 100, true},
		{999, 10, 111, 10, true}, {51, 50, 1, 50, false}, {UINT64_MAX, 1, 120, 1, true},
	};
	for (size_t k = 0; k < ARRAY_LEN(want); k++) {
		size_t mark = rig_mark(&p.a);
		(void)rig_ask(&p.a, ROLE_WEB,
		              IPC_MSG(0, messages_list, .contact = p.b_at_a, .before = want[k].before,
		                      .limit = want[k].limit));
		assert_int_equal(rig_count(&p.a, mark, ipc_t_message), want[k].rows);
		assert_int_equal(rig_last(&p.a, mark, ipc_t_done)->done.more, want[k].more);
		if (want[k].rows)
			assert_int_equal(rig_last(&p.a, mark, ipc_t_message)->message.ordinal,
			                 want[k].first + want[k].rows - 1);
	}
	part(&p);
}

/* The preview of the last message ends between characters. */
static void test_preview(void **state)
{
	struct pair p;
	char text[301] = "";
	(void)state;
	befriend(&p);
	for (size_t i = 0; i < 100; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 4); /* three bytes each: 256 falls into one */
	rig_write(&p.a, p.b_at_a, 1, text);
	struct ipc_contact row;
	rig_contact(&p.a, &p.b, &row);
	assert_int_equal(row.last_text.n, 255);
	assert_int_equal(row.last_ms, rig_now_ms);
	part(&p);
}

static void test_removed_contact_takes_its_messages(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, "gone soon");
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.b_at_a, .decision = DECIDE_REMOVE));
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, messages_list, .contact = p.b_at_a)),
	                 ERR_LOCAL_MISSING);
	size_t mark = rig_mark(&p.a);
	rig_say(&p.a, ROLE_NET, IPC_MSG(0, link_up, .link = 9, .contact = p.b_at_a)); /* late */
	assert_int_equal(rig_last(&p.a, mark, ipc_t_peer_gone)->peer_gone.contact, p.b_at_a);
	u64 again = rig_add(&p.a, &p.b, "");
	assert_int_equal(rig_list(&p.a, again, NULL, NULL), 0);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_send_is_repeatable),
		cmocka_unit_test(test_lost_ack),
		cmocka_unit_test(test_waits_across_restart),
		cmocka_unit_test(test_written_before_accepted),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_two_links),
		cmocka_unit_test(test_bad_records),
		cmocka_unit_test(test_malformed_record_ends_link),
		cmocka_unit_test(test_unknown_kind),
		cmocka_unit_test(test_stranger_cannot_write),
		cmocka_unit_test(test_group_commit),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_preview),
		cmocka_unit_test(test_removed_contact_takes_its_messages),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
