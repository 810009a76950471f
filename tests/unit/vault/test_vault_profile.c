/* How people are seen: a name and a picture, the last one that was said, and nothing left of the ones before. */
#include "pages.h"
#include "pair.h"
#include "vault/contacts.h"

static u8 pictures[8][PICTURE_LEN];

/* Different ones, none of which is found in another. */
static struct slice picture(u8 n)
{
	for (size_t i = 0; i < PICTURE_LEN; i++)
		pictures[n][i] = (u8)(i * (2u * n + 3) + i / 251 + n);
	return slice_of(pictures[n], PICTURE_LEN);
}

static void set_picture(struct rig *r, struct slice p)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, identity_set_picture, .identity = 1, .picture = p));
	assert_int_equal(m.type, ipc_t_own);
	assert_int_equal(m.own.picture != 0, p.n != 0);
}

static void rename_to(struct rig *r, const char *name)
{
	assert_int_equal(rig_ask(r, ROLE_WEB, IPC_MSG(0, identity_rename, .identity = 1, .name = slice_str(name))).type,
	                 ipc_t_own);
}

static u64 version(struct rig *r, const struct rig *of)
{
	struct ipc_contact row;
	assert_int_not_equal(rig_contact(r, of, &row), 0);
	return row.picture;
}

static void assert_seen(struct rig *r, const struct rig *of, const char *name, struct slice p)
{
	struct ipc_contact row;
	const u64 id = rig_contact(r, of, &row);
	assert_true(slice_eq(row.name, slice_str(name)));
	assert_int_equal(row.picture != 0, p.n != 0);
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, contact_picture, .contact = id));
	assert_int_equal(m.type, ipc_t_picture);
	assert_true(slice_eq(m.picture.points, p));
}

static struct slice none(void)
{
	return slice_of(NULL, 0);
}

/* How many items of this kind were put on a link since the mark. */
static size_t items_out(struct rig *r, size_t mark, u8 kind)
{
	size_t n = 0;
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		struct peer_item item;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		n += m.type == ipc_t_record_out && m.record_out.type == RECORD_DATA &&
		     peer_item_decode(m.record_out.payload, &item) == OK && item.kind == kind;
	}
	return n;
}

static void test_seen_as_said_last(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	assert_seen(&p.b, &p.a, "Alice", none());
	set_picture(&p.a, picture(1));
	rig_shuttle(&p.a, &p.b);
	assert_seen(&p.b, &p.a, "Alice", picture(1));
	const u64 first = version(&p.b, &p.a);
	rename_to(&p.a, "Alicia");
	rig_shuttle(&p.a, &p.b);
	assert_seen(&p.b, &p.a, "Alicia", picture(1));
	set_picture(&p.a, picture(2));
	rig_shuttle(&p.a, &p.b);
	assert_seen(&p.b, &p.a, "Alicia", picture(2));
	assert_int_not_equal(version(&p.b, &p.a), first);
	/* What was there before is on neither side. */
	assert_int_equal(pages_count(&p.a, pictures[1], 64), 0);
	assert_int_equal(pages_count(&p.b, pictures[1], 64), 0);
	assert_true(pages_count(&p.b, pictures[2], 64) > 0);
	struct ipc_msg m = rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, identity_picture, .identity = 1));
	assert_true(slice_eq(m.picture.points, picture(2)));
	set_picture(&p.a, none());
	rig_shuttle(&p.a, &p.b);
	assert_seen(&p.b, &p.a, "Alicia", none());
	assert_int_equal(pages_count(&p.a, pictures[2], 64), 0);
	assert_int_equal(pages_count(&p.b, pictures[2], 64), 0);
	/* None of it is a row of the conversation, or missing. */
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 0);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 0);
	part(&p);
}

/* Of what waits only the last has a content. */
static void test_needless_ones_are_gone(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	rig_cut(&p.a, p.link);
	for (u8 i = 1; i <= 3; i++)
		set_picture(&p.a, picture(i));
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	size_t mark = rig_mark(&p.a);
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(items_out(&p.a, mark, ITEM_PROFILE), 1);
	assert_int_equal(items_out(&p.a, mark, ITEM_GONE), 2);
	assert_seen(&p.b, &p.a, "Alice", picture(3));
	struct ipc_contact row;
	rig_contact(&p.b, &p.a, &row);
	assert_true(row.missing == 0 && row.broken_ms == 0);
	/* Said once: not on the next link again. */
	rig_cut(&p.a, p.link);
	mark = rig_mark(&p.a);
	(void)rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(items_out(&p.a, mark, ITEM_PROFILE), 0);
	part(&p);
}

static void say_profile(struct pair *p, u8 id, u64 seq, const char *name, struct slice pic)
{
	static u8 body[MAX_BODY], room[PEER_MSG_MAX];
	const struct item_body b = {.name = slice_str(name), .picture = pic};
	struct peer_item item = {.id = {{id}}, .seq = seq, .kind = ITEM_PROFILE};
	item.body = slice_of(body, item_body_encode(ITEM_PROFILE, &b, body, sizeof body));
	rig_say(&p->a, ROLE_NET,
	        IPC_MSG(0, record_in, .link = p->link, .contact = p->b_at_a, .type = RECORD_DATA,
	                .payload = slice_of(room, peer_item_encode(&item, room, sizeof room))));
}

/* PROTO 4.5.14: "The one with the highest number takes the place of the others … one that comes late does nothing." */
static void test_late_one_does_nothing(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	say_profile(&p, 2, 2, "Robert", picture(2));
	assert_seen(&p.a, &p.b, "Robert", picture(2));
	say_profile(&p, 1, 1, "Bobby", picture(1));
	assert_seen(&p.a, &p.b, "Robert", picture(2));
	assert_int_equal(pages_count(&p.a, pictures[1], 64), 0);
	say_profile(&p, 3, 3, "Rob", none());
	assert_seen(&p.a, &p.b, "Rob", none());
	/* The name with the next link is said later still. */
	rig_cut(&p.a, p.link);
	(void)rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_seen(&p.a, &p.b, "Bob", none());
	part(&p);
}

/* Who is accepted later gets the picture; who was not is told nothing. */
static void test_new_contact_gets_it(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	set_picture(&a, picture(1));
	set_picture(&b, picture(2));
	const u64 b_at_a = rig_add(&a, &b, "");
	assert_int_not_equal(rig_dial(&a, &b), 0);
	rig_shuttle(&a, &b);
	const u64 a_at_b = rig_contact(&b, &a, NULL);
	assert_seen(&b, &a, "Alice", none());
	assert_int_equal(rig_state(&a, &b), CONTACT_REQUEST_SENT);
	(void)rig_ask(&b, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = a_at_b, .decision = DECIDE_ACCEPT));
	rig_shuttle(&a, &b);
	assert_seen(&b, &a, "Alice", picture(1));
	assert_seen(&a, &b, "Bob", picture(2));
	/* Who is blocked hears of no change, until he is taken back. */
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = b_at_a, .decision = DECIDE_BLOCK));
	set_picture(&a, picture(3));
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = b_at_a, .decision = DECIDE_ACCEPT));
	(void)rig_dial(&a, &b);
	rig_shuttle(&a, &b);
	assert_seen(&b, &a, "Alice", picture(3));
	rig_close(&a);
	rig_close(&b);
}

static void test_half_a_picture(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	struct ipc_msg m =
		IPC_MSG(0, identity_set_picture, .identity = 1, .picture = slice_of(picture(1).p, PICTURE_LEN - 1));
	assert_int_equal(rig_refused(&a, ROLE_WEB, m), ERR_PEER_FORMAT);
	m = IPC_MSG(0, identity_set_picture, .identity = 9, .picture = picture(1));
	assert_int_equal(rig_refused(&a, ROLE_WEB, m), ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, contact_picture, .contact = 9)), ERR_LOCAL_MISSING);
	rig_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seen_as_said_last),     cmocka_unit_test(test_needless_ones_are_gone),
		cmocka_unit_test(test_late_one_does_nothing), cmocka_unit_test(test_new_contact_gets_it),
		cmocka_unit_test(test_half_a_picture),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
