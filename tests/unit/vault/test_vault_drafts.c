/* What was begun to be written: kept as it is, about what it is about, and gone when it is sent or what it is about goes. */
#include "pages.h"
#include "pair.h"
#include "vault/drafts.h"

static void write_and_carry(struct pair *p, u8 to)
{
	for (u8 i = 1; i <= to; i++)
		rig_write(&p->a, p->b_at_a, i, "hello");
	rig_shuttle(&p->a, &p->b);
}

static void draft(struct rig *r, u64 contact, const char *text)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, draft_set, .contact = contact, .text = slice_str(text)));
	assert_int_equal(m.type, ipc_t_done);
}

static void assert_draft(struct rig *r, u64 contact, const char *text)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, draft_get, .contact = contact));
	assert_int_equal(m.type, ipc_t_draft);
	assert_true(slice_eq(m.draft.text, slice_str(text)));
}

static void test_drafts(void **state)
{
	struct pair p;
	char longest[301] = "";
	(void)state;
	befriend(&p);
	assert_draft(&p.a, p.b_at_a, "");
	size_t mark = rig_mark(&p.a);
	draft(&p.a, p.b_at_a, "");
	assert_int_equal(rig_count(&p.a, mark, ipc_t_contact), 0);
	draft(&p.a, p.b_at_a, "Dear zanzibar");
	draft(&p.a, p.b_at_a, "Dear zanzibar");
	assert_int_equal(rig_count(&p.a, mark, ipc_t_contact), 1);
	assert_true(slice_eq(rig_last(&p.a, mark, ipc_t_contact)->contact.draft, slice_str("Dear zanzibar")));
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_draft(&p.a, p.b_at_a, "Dear zanzibar");
	assert_int_not_equal(pages_count(&p.a, "zanzibar", 8), 0);
	/* What it does not say any more is nowhere. */
	draft(&p.a, p.b_at_a, "Dear Bob");
	assert_int_equal(pages_count(&p.a, "zanzibar", 8), 0);
	draft(&p.a, p.b_at_a, "Dear Bob, quixotic");
	draft(&p.a, p.b_at_a, "");
	assert_draft(&p.a, p.b_at_a, "");
	assert_int_equal(pages_count(&p.a, "quixotic", 8), 0);
	for (size_t i = 0; i < 100; i++)
		memcpy(longest + 3 * i, "\xe2\x82\xac", 4);
	draft(&p.a, p.b_at_a, longest);
	struct ipc_contact row;
	assert_int_not_equal(rig_contact(&p.a, &p.b, &row), 0);
	assert_int_equal(row.draft.n, 255);
	assert_draft(&p.a, p.b_at_a, longest);
	struct ipc_msg m = IPC_MSG(0, draft_set, .contact = p.b_at_a, .text = slice_str("\xc3\x28"));
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, m), ERR_PEER_FORMAT);
	m = IPC_MSG(0, draft_set, .contact = 99, .text = slice_str("x"));
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, m), ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, draft_get, .contact = 99)), ERR_LOCAL_MISSING);
	part(&p);
}

static struct draft begun(struct rig *r, u64 contact)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, draft_get, .contact = contact));
	assert_int_equal(m.type, ipc_t_draft);
	return (struct draft){
		.reply = m.draft.reply, .text = m.draft.text, .edit = m.draft.edit, .edited = m.draft.edited};
}

static void begin(struct rig *r, struct ipc_msg set)
{
	assert_int_equal(rig_ask(r, ROLE_WEB, set).type, ipc_t_done);
}

/* What is answered, and what a message is being edited to, are kept as what is written is. */
static void test_a_draft_is_about_something(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_and_carry(&p, 3);
	const u64 bob = p.b_at_a;
	begin(&p.a, IPC_MSG(0, draft_set, .contact = bob, .reply = 2));
	assert_int_equal(begun(&p.a, bob).reply, 2);
	begin(&p.a, IPC_MSG(0, draft_set, .contact = bob, .reply = 2, .text = slice_str("so"), .edit = 1,
	                    .edited = slice_str("hello zanzibar")));
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	struct draft d = begun(&p.a, bob);
	assert_true(d.reply == 2 && d.edit == 1 && slice_eq(d.text, slice_str("so")));
	assert_true(slice_eq(d.edited, slice_str("hello zanzibar")));
	/* An edit of another message is not this one; this one ends it, and the draft that waited is there. */
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, message_edit, .contact = bob, .ordinal = 3, .text = slice_str("x")));
	assert_int_equal(begun(&p.a, bob).edit, 1);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, message_edit, .contact = bob, .ordinal = 1, .text = slice_str("y")));
	d = begun(&p.a, bob);
	assert_true(d.reply == 2 && d.edit == 0 && d.edited.n == 0 && slice_eq(d.text, slice_str("so")));
	assert_int_equal(pages_count(&p.a, "zanzibar", 8), 0);
	/* What is sent ends it: by its words, or where there are none yet, by what it answers. */
	struct ipc_msg send = IPC_MSG(0, message_send, .contact = bob, .reply = 2, .text = slice_str("so be it"));
	memset(send.message_send.id, 9, sizeof send.message_send.id);
	(void)rig_ask(&p.a, ROLE_WEB, send);
	d = begun(&p.a, bob);
	assert_true(d.reply == 0 && d.text.n == 0);
	begin(&p.a, IPC_MSG(0, draft_set, .contact = bob, .reply = 3));
	rig_write(&p.a, bob, 10, "something else");
	assert_int_equal(begun(&p.a, bob).reply, 3);
	send.message_send.reply = 3;
	memset(send.message_send.id, 11, sizeof send.message_send.id);
	(void)rig_ask(&p.a, ROLE_WEB, send);
	assert_int_equal(begun(&p.a, bob).reply, 0);
	part(&p);
}

/* With a message goes what it was being edited to, and nothing can answer it. */
static void test_a_draft_is_about_nothing_that_is_gone(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_and_carry(&p, 2);
	const u64 bob = p.b_at_a;
	struct ipc_msg set = IPC_MSG(0, draft_set, .contact = bob, .reply = 1, .text = slice_str("so"), .edit = 1,
	                             .edited = slice_str("hello zanzibar"));
	begin(&p.a, set);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, message_delete, .contact = bob, .ordinal = 2));
	assert_int_equal(begun(&p.a, bob).edit, 1);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, message_delete, .contact = bob, .ordinal = 1));
	struct draft d = begun(&p.a, bob);
	assert_true(d.reply == 0 && d.edit == 0 && d.edited.n == 0 && slice_eq(d.text, slice_str("so")));
	assert_int_equal(pages_count(&p.a, "zanzibar", 8), 0);
	/* A page that does not know it yet is not refused: its text is kept, and nothing of what is gone. */
	begin(&p.a, set);
	set.draft_set.edit = 99;
	set.draft_set.reply = 99;
	begin(&p.a, set);
	d = begun(&p.a, bob);
	assert_true(d.reply == 0 && d.edit == 0 && d.edited.n == 0 && slice_eq(d.text, slice_str("so")));
	assert_int_equal(pages_count(&p.a, "zanzibar", 8), 0);
	set.draft_set.edited = slice_str("\xc3\x28");
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, set), ERR_PEER_FORMAT);
	part(&p);
}

static void test_a_draft_ends_when_it_is_sent(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	draft(&p.a, p.b_at_a, "at fi");
	rig_write(&p.a, p.b_at_a, 1, "something else"); /* a script's, say */
	assert_draft(&p.a, p.b_at_a, "at fi");
	size_t mark = rig_mark(&p.a);
	rig_write(&p.a, p.b_at_a, 2, "at five");
	assert_int_equal(rig_last(&p.a, mark, ipc_t_contact)->contact.draft.n, 0);
	assert_draft(&p.a, p.b_at_a, "");
	draft(&p.a, p.b_at_a, " at six \n");
	rig_write(&p.a, p.b_at_a, 3, "at six");
	assert_draft(&p.a, p.b_at_a, "");
	/* With the contact it goes, too. */
	draft(&p.a, p.b_at_a, "zanzibar");
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.b_at_a, .decision = DECIDE_REMOVE));
	assert_int_equal(pages_count(&p.a, "zanzibar", 8), 0);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drafts),
		cmocka_unit_test(test_a_draft_ends_when_it_is_sent),
		cmocka_unit_test(test_a_draft_is_about_something),
		cmocka_unit_test(test_a_draft_is_about_nothing_that_is_gone),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
