/* What can be said beside words: answers, reactions, edits, deletions; the same on both sides. */
#include "pages.h"
#include "pair.h"

static struct ipc_message react(struct rig *r, u64 contact, u64 ordinal, const char *emoji)
{
	struct ipc_msg m =
		rig_ask(r, ROLE_WEB,
	                IPC_MSG(0, message_react, .contact = contact, .ordinal = ordinal, .emoji = slice_str(emoji)));
	assert_int_equal(m.type, ipc_t_message);
	return m.message;
}

static struct ipc_msg edit_of(u64 contact, u64 ordinal, const char *text)
{
	return IPC_MSG(0, message_edit, .contact = contact, .ordinal = ordinal, .text = slice_str(text));
}

static struct ipc_msg deletion_of(u64 contact, u64 ordinal, bool for_all)
{
	return IPC_MSG(0, message_delete, .contact = contact, .ordinal = ordinal, .for_all = for_all);
}

static void assert_says(struct rig *r, u64 contact, u64 ordinal, enum message_shown kind, const char *text)
{
	struct ipc_message m = pair_row(r, contact, ordinal);
	assert_int_equal(m.kind, kind);
	assert_true(slice_eq(m.text, slice_str(text)));
}

static void test_answers(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, "tea?");
	rig_shuttle(&p.a, &p.b);
	struct ipc_msg m =
		IPC_MSG(0, message_send, .contact = p.a_at_b, .id = {2}, .reply = 1, .text = slice_str("yes"));
	(void)rig_ask(&p.b, ROLE_WEB, m);
	m = IPC_MSG(0, message_send, .contact = p.a_at_b, .id = {3}, .reply = 2, .text = slice_str("at five"));
	(void)rig_ask(&p.b, ROLE_WEB, m);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 1).reply, 0);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 2).reply, 1);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 3).reply, 2);
	assert_says(&p.a, p.b_at_a, 3, MESSAGE_SHOWN_TEXT, "at five");
	assert_says(&p.b, p.a_at_b, 3, MESSAGE_SHOWN_TEXT, "at five");
	m.message_send.reply = 99;
	m.message_send.id[0] = 4;
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, m), ERR_LOCAL_MISSING);
	part(&p);
}

static void test_reactions(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, "done");
	rig_shuttle(&p.a, &p.b);
	assert_true(slice_eq(react(&p.b, p.a_at_b, 1, "\xf0\x9f\x91\x8d").react_mine, slice_str("\xf0\x9f\x91\x8d")));
	react(&p.a, p.b_at_a, 1, "!");
	rig_shuttle(&p.a, &p.b);
	struct ipc_message m = pair_row(&p.a, p.b_at_a, 1);
	assert_true(slice_eq(m.react_theirs, slice_str("\xf0\x9f\x91\x8d")) && slice_eq(m.react_mine, slice_str("!")));
	/* Another takes its place, the same again says nothing, none takes it away. */
	react(&p.b, p.a_at_b, 1, "\xe2\x9d\xa4");
	size_t mark = rig_mark(&p.b);
	react(&p.b, p.a_at_b, 1, "\xe2\x9d\xa4");
	assert_int_equal(rig_count(&p.b, mark, ipc_t_record_out), 0);
	rig_shuttle(&p.a, &p.b);
	assert_true(slice_eq(pair_row(&p.a, p.b_at_a, 1).react_theirs, slice_str("\xe2\x9d\xa4")));
	react(&p.b, p.a_at_b, 1, "");
	rig_shuttle(&p.a, &p.b);
	m = pair_row(&p.a, p.b_at_a, 1);
	assert_true(m.react_theirs.n == 0 && slice_eq(m.react_mine, slice_str("!")));
	/* None of it is a row of the conversation. */
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 1);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	part(&p);
}

static void assert_versions(struct rig *r, u64 contact, u64 ordinal, const char *const *texts, size_t n)
{
	size_t mark = rig_mark(r), at = 0;
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, message_history, .contact = contact, .ordinal = ordinal));
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		if (m.type == ipc_t_message_words) {
			assert_true(at < n && slice_eq(m.message_words.text, slice_str(texts[at])));
			at++;
		}
	}
	assert_int_equal(at, n);
}

static void test_edits(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, "at fife");
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	struct ipc_msg m = rig_ask(&p.a, ROLE_WEB, edit_of(p.b_at_a, 1, "at five"));
	assert_true(slice_eq(m.message.text, slice_str("at five")) && m.message.edited_ms != 0);
	/* What Bob sees is still the old one, and Alice is told so. */
	assert_int_equal(m.message.state, MESSAGE_WAITING);
	assert_says(&p.b, p.a_at_b, 1, MESSAGE_SHOWN_TEXT, "at fife");
	rig_dial(&p.a, &p.b);
	assert_says(&p.b, p.a_at_b, 1, MESSAGE_SHOWN_TEXT, "at five");
	assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_DELIVERED);
	(void)rig_ask(&p.a, ROLE_WEB, edit_of(p.b_at_a, 1, "at six"));
	rig_shuttle(&p.a, &p.b);
	static const char *const texts[] = {"at six", "at five", "at fife"};
	assert_versions(&p.a, p.b_at_a, 1, texts, 3);
	assert_versions(&p.b, p.a_at_b, 1, texts, 3);
	struct ipc_contact row;
	rig_contact(&p.b, &p.a, &row);
	assert_true(slice_eq(row.last_text, slice_str("at six")));
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, edit_of(p.a_at_b, 1, "mine")), ERR_PEER_POLICY);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, edit_of(p.b_at_a, 1, "")), ERR_PEER_FORMAT);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, edit_of(p.b_at_a, 2, "x")), ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, edit_of(p.b_at_a, 0, "x")), ERR_LOCAL_MISSING);
	part(&p);
}

#define SECRET "nobody may read these words again"
#define FORMER "nor the words that were there before"

static void test_deleted_for_all(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, FORMER);
	(void)rig_ask(&p.a, ROLE_WEB, edit_of(p.b_at_a, 1, SECRET));
	rig_shuttle(&p.a, &p.b);
	react(&p.b, p.a_at_b, 1, "!");
	rig_shuttle(&p.a, &p.b);
	assert_says(&p.b, p.a_at_b, 1, MESSAGE_SHOWN_TEXT, SECRET);
	assert_int_equal(rig_refused(&p.b, ROLE_WEB, deletion_of(p.a_at_b, 1, true)), ERR_PEER_POLICY); /* not Bob's */
	(void)rig_ask(&p.a, ROLE_WEB, deletion_of(p.b_at_a, 1, true));
	rig_shuttle(&p.a, &p.b);
	struct rig *const both[] = {&p.a, &p.b};
	const u64 contact[] = {p.b_at_a, p.a_at_b};
	for (size_t i = 0; i < 2; i++) {
		assert_says(both[i], contact[i], 1, MESSAGE_SHOWN_DELETED, "");
		assert_int_equal(pair_row(both[i], contact[i], 1).react_theirs.n, 0);
		assert_versions(both[i], contact[i], 1, NULL, 0);
		assert_int_equal(pages_count(both[i], SECRET, strlen(SECRET)), 0);
		assert_int_equal(pages_count(both[i], FORMER, strlen(FORMER)), 0);
	}
	assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_DELIVERED);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, edit_of(p.b_at_a, 1, "again")), ERR_PEER_POLICY);
	/* The preview says what became of it, not nothing. */
	struct ipc_contact row;
	rig_contact(&p.b, &p.a, &row);
	assert_true(row.last_ordinal == 1 && row.last_kind == MESSAGE_SHOWN_DELETED && row.last_text.n == 0);
	assert_true(!row.last_mine && row.last_state == MESSAGE_RECEIVED);
	rig_contact(&p.a, &p.b, &row);
	assert_true(row.last_mine && row.last_state == MESSAGE_DELIVERED);
	part(&p);
}

/* What waits and is deleted never leaves. */
static void test_deleted_before_it_went(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_cut(&p.a, p.link);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_write(&p.a, p.b_at_a, 2, "this one stays");
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, deletion_of(p.b_at_a, 1, false)), ERR_PEER_POLICY);
	(void)rig_ask(&p.a, ROLE_WEB, deletion_of(p.b_at_a, 1, true));
	assert_int_equal(pages_count(&p.a, SECRET, strlen(SECRET)), 0);
	size_t mark = rig_mark(&p.a);
	rig_dial(&p.a, &p.b);
	for (size_t i = mark; i < p.a.n_outs; i++)
		assert_null(memmem(p.a.outs[i].bytes, p.a.outs[i].n, SECRET, strlen(SECRET)));
	assert_says(&p.b, p.a_at_b, 1, MESSAGE_SHOWN_DELETED, "");
	assert_says(&p.b, p.a_at_b, 2, MESSAGE_SHOWN_TEXT, "this one stays");
	assert_int_equal(
		rig_refused(&p.b, ROLE_WEB,
	                    IPC_MSG(0, message_react, .contact = p.a_at_b, .ordinal = 1, .emoji = slice_str("!"))),
		ERR_PEER_POLICY);
	struct ipc_contact row;
	rig_contact(&p.b, &p.a, &row);
	assert_true(row.missing == 0 && row.broken_ms == 0);
	part(&p);
}

static void test_deleted_here(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, SECRET);
	rig_shuttle(&p.a, &p.b);
	size_t mark = rig_mark(&p.b);
	(void)rig_ask(&p.b, ROLE_WEB, deletion_of(p.a_at_b, 1, false));
	assert_int_equal(rig_count(&p.b, mark, ipc_t_record_out), 0); /* Alice is not told */
	assert_says(&p.b, p.a_at_b, 1, MESSAGE_SHOWN_DELETED_HERE, "");
	assert_int_equal(pages_count(&p.b, SECRET, strlen(SECRET)), 0);
	assert_says(&p.a, p.b_at_a, 1, MESSAGE_SHOWN_TEXT, SECRET);
	/* An edit that comes later brings nothing back. */
	(void)rig_ask(&p.a, ROLE_WEB, edit_of(p.b_at_a, 1, FORMER));
	rig_shuttle(&p.a, &p.b);
	assert_says(&p.b, p.a_at_b, 1, MESSAGE_SHOWN_DELETED_HERE, "");
	assert_int_equal(pages_count(&p.b, FORMER, strlen(FORMER)), 0);
	part(&p);
}

/* A peer names what is not his, or is nothing. */
static void test_foreign_targets(void **state)
{
	struct pair p;
	u8 room[PEER_MSG_MAX], body[MAX_BODY];
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, "Alice's");
	rig_shuttle(&p.a, &p.b);
	for (u8 kind = ITEM_REPLY; kind <= ITEM_DELETE; kind++) {
		for (u8 target = 1; target <= 2; target++) { /* one of Alice's own, and none at all */
			const struct item_body of = {.target = {{target}},
			                             .text = slice_str(kind == ITEM_DELETE ? "" : "x")};
			struct peer_item item = {.id = {{kind, target}}, .seq = 2u * kind + target - 4, .kind = kind};
			item.body = slice_of(body, item_body_encode(kind, &of, body, sizeof body));
			size_t n = peer_item_encode(&item, room, sizeof room);
			assert_true(n > 0);
			rig_say(&p.a, ROLE_NET,
			        IPC_MSG(0, record_in, .link = p.link, .contact = p.b_at_a, .type = RECORD_DATA,
			                .payload = slice_of(room, n)));
		}
	}
	struct ipc_message m = pair_row(&p.a, p.b_at_a, 1);
	assert_true(slice_eq(m.text, slice_str("Alice's")) && m.edited_ms == 0 && m.react_theirs.n == 0);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 3); /* and two answers to what is not here */
	assert_int_equal(pair_row(&p.a, p.b_at_a, 2).reply, 0);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_reactions),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_deleted_for_all),
		cmocka_unit_test(test_deleted_before_it_went),
		cmocka_unit_test(test_deleted_here),
		cmocka_unit_test(test_foreign_targets),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
