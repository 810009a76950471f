/* Cover traffic: to whom it goes and when, who answers it and how often, and that it is off until somebody wants it. */
#include "pair.h"
#include "peer/link.h"
#include "receiving.h"
#include "vault/cover.h"

#define LONGEST (8ull * COVER_MEAN_MS) /* between two */

/* How many records of that type r has handed to net since the mark; each without a payload, on that link if it is not 0. */
static size_t said(struct rig *r, size_t mark, enum record_type type, u32 link)
{
	size_t n = 0;
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		if (m.type != ipc_t_record_out || m.record_out.type != type)
			continue;
		n++;
		if (type == RECORD_COVER || type == RECORD_COVERED)
			assert_int_equal(m.record_out.payload.n, 0);
		assert_true(link == 0 || m.record_out.link == link);
	}
	return n;
}

static bool set_cover(struct rig *r, u64 contact, bool on)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, contact_set_cover, .contact = contact, .on = on));
	assert_int_equal(m.type, ipc_t_contact);
	assert_int_equal(m.contact.cover, on);
	return on;
}

static bool has_cover(struct rig *r, const struct rig *other)
{
	struct ipc_contact row;
	assert_int_not_equal(rig_contact(r, other, &row), 0);
	return row.cover;
}

/* Lets that much time pass, as the process would: in turns when one is due. Gives the COVERs that went. */
static size_t pass(struct pair *p, u64 ms)
{
	size_t mark = rig_mark(&p->a);
	for (u64 end = rig_now_ms + ms;;) {
		u64 wait = MIN(vault_wait_ms(p->a.v), vault_wait_ms(p->b.v));
		if (wait == VAULT_NEVER || rig_now_ms + wait > end) {
			rig_now_ms = end;
			break;
		}
		rig_now_ms += wait;
		rig_tick(&p->a);
		rig_tick(&p->b);
		rig_shuttle(&p->a, &p->b);
	}
	return said(&p->a, mark, RECORD_COVER, 0);
}

static void came(struct rig *r, u32 link, u64 contact, struct slice payload)
{
	rig_say(r, ROLE_NET,
	        IPC_MSG(0, record_in, .link = link, .contact = contact, .type = RECORD_COVER, .payload = payload));
}

/* PROTO 4.5.18: "at moments drawn at random from an exponential distribution with a mean of 20 s" */
static void test_moments(void **state)
{
	enum { N = 40000 };
	u64 sum = 0, early = 0, late = 0;
	(void)state;
	assert_int_equal(COVER_MEAN_MS, 20000);
	for (int i = 0; i < N; i++) {
		u64 ms = cover_draw(rig_env(), COVER_MEAN_MS);
		assert_true(ms <= LONGEST);
		sum += ms;
		early += ms < 13863; /* half of them: 20 s times the logarithm of 2 */
		late += ms > 60000;  /* one in twenty */
	}
	assert_in_range(sum / N, 19500, 20500); /* five standard deviations */
	assert_in_range(early, N / 2 - 500, N / 2 + 500);
	assert_in_range(late, 1770, 2213); /* 1991 */
}

static void test_off_until_somebody_wants_it(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	assert_false(has_cover(&p.a, &p.b));
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, contact_set_cover, .contact = 99, .on = 1)),
	                 ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, contact_set_cover, .contact = p.b_at_a, .on = 2)),
	                 ERR_PEER_FORMAT);
	size_t mark = rig_mark(&p.a), mark_b = rig_mark(&p.b);
	set_cover(&p.a, p.b_at_a, true);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_contact), 2); /* the answer, and what every page hears */
	assert_false(has_cover(&p.b, &p.a));
	size_t n = pass(&p, 10 * LONGEST);
	assert_in_range(n, 40, 130); /* 80, five standard deviations */
	/* PROTO 4.5.18: "It is answered by everybody, whether he sends any or not" */
	assert_true(said(&p.b, mark_b, RECORD_COVERED, 0) >= n - 1);
	assert_int_equal(said(&p.b, mark_b, RECORD_COVER, 0), 0);
	/* PROTO 4.5.18: "Nothing else follows from either." */
	assert_int_equal(rig_count(&p.b, mark_b, ipc_t_contact), 1); /* has_cover() */
	assert_int_equal(rig_count(&p.b, mark_b, ipc_t_message), 0);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 0);
	set_cover(&p.a, p.b_at_a, false);
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	part(&p);
}

/* Neither moves the moment of the next nor is kept back by it. */
static void test_messages_change_nothing(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	set_cover(&p.a, p.b_at_a, true);
	for (u8 i = 1; i <= 20; i++) {
		u64 due = rig_now_ms + vault_wait_ms(p.a.v);
		rig_write(&p.a, p.b_at_a, i, "hello");
		rig_shuttle(&p.a, &p.b);
		assert_int_equal(rig_now_ms + vault_wait_ms(p.a.v), due);
		pass(&p, 7000);
	}
	part(&p);
}

/* PROTO 4.5.18: "only to accepted contacts for which the user chose it" */
static void test_only_accepted(void **state)
{
	struct pair p;
	(void)state;
	rig_new(&p.a, "Alice");
	rig_new(&p.b, "Bob");
	p.b_at_a = rig_add(&p.a, &p.b, "");
	set_cover(&p.a, p.b_at_a, true);
	p.link = rig_dial(&p.a, &p.b);
	p.a_at_b = rig_contact(&p.b, &p.a, NULL);
	set_cover(&p.b, p.a_at_b, true);
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	/* a stranger is not answered */
	size_t mark = rig_mark(&p.b);
	came(&p.b, p.a.links[p.link].peer_link, p.a_at_b, slice_of(NULL, 0));
	assert_int_equal(said(&p.b, mark, RECORD_COVERED, 0), 0);
	(void)rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.a_at_b, .decision = DECIDE_ACCEPT));
	rig_shuttle(&p.a, &p.b);
	assert_true(pass(&p, LONGEST) > 0);
	/* nor one who is blocked */
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.b_at_a, .decision = DECIDE_BLOCK));
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	part(&p);
}

/* PROTO 4.5.18: "as DATA is acknowledged: at the same time, one record for all that came together, and none where an ACK or NAK
 * goes; but of each contact no more than 5 at once, and one in 2 s" */
static void test_answers(void **state)
{
	struct pair p;
	struct ipc_msg data;
	(void)state;
	befriend(&p);
	u32 link = p.a.links[p.link].peer_link;
	pass(&p, 60000);
	size_t mark = rig_mark(&p.b);
	for (int i = 0; i < 100; i++)
		came(&p.b, link, p.a_at_b, i % 2 ? slice_str("of a later version") : slice_of(NULL, 0));
	assert_int_equal(said(&p.b, mark, RECORD_COVERED, link), COVER_ANSWER_BURST);
	for (int i = 0; i < 20; i++) {
		rig_now_ms += COVER_ANSWER_MS / 2;
		came(&p.b, link, p.a_at_b, slice_of(NULL, 0));
	}
	assert_int_equal(said(&p.b, mark, RECORD_COVERED, link), COVER_ANSWER_BURST + 10);
	assert_int_equal(p.b.closed, 0);

	/* in one turn with a message, and with another */
	pass(&p, 60000);
	p.a.hold = true;
	rig_write(&p.a, p.b_at_a, 1, "hello");
	assert_true(rig_last(&p.a, 0, ipc_t_record_out)->record_out.type == RECORD_DATA);
	data = *rig_last(&p.a, 0, ipc_t_record_out);
	const struct ipc_msg in = IPC_MSG(0, record_in, .link = link, .contact = p.a_at_b, .type = RECORD_DATA,
	                                  .payload = data.record_out.payload),
			     cover = IPC_MSG(0, record_in, .link = link, .contact = p.a_at_b, .type = RECORD_COVER);
	mark = rig_mark(&p.b);
	assert_int_equal(vault_input(p.b.v, ROLE_NET, &cover), OK);
	assert_int_equal(vault_input(p.b.v, ROLE_NET, &in), OK);
	rig_tick(&p.b);
	assert_int_equal(said(&p.b, mark, RECORD_ACK, link), 1);
	assert_int_equal(said(&p.b, mark, RECORD_COVERED, link), 0);
	mark = rig_mark(&p.b);
	assert_int_equal(vault_input(p.b.v, ROLE_NET, &cover), OK);
	assert_int_equal(vault_input(p.b.v, ROLE_NET, &cover), OK);
	assert_int_equal(said(&p.b, mark, RECORD_COVERED, link), 0); /* at the end of the turn */
	rig_tick(&p.b);
	assert_int_equal(said(&p.b, mark, RECORD_COVERED, link), 1);
	part(&p);
}

/* With the link it ends, and goes on; on the one that carries the messages. */
static void test_links(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	set_cover(&p.a, p.b_at_a, true);
	assert_true(pass(&p, LONGEST) > 0);
	rig_cut(&p.a, p.link);
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	u32 first = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_true(pass(&p, LONGEST) > 0);
	u32 second = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_int_not_equal(first, second);
	size_t mark = rig_mark(&p.a);
	assert_true(pass(&p, LONGEST) > 0);
	assert_int_equal(said(&p.a, mark, RECORD_COVER, second), said(&p.a, mark, RECORD_COVER, 0));
	/* PROTO 5.4.2: "From then on nothing is sent to the contact" */
	struct contact c;
	assert_true(contacts_get(p.a.v->store, p.b_at_a, &c));
	contacts_set_key_changed(p.a.v->store, &c, true);
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	part(&p);
}

/* It is a wish that stays. A locked vault sends none. */
static void test_lock_and_restart(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	set_cover(&p.a, p.b_at_a, true);
	assert_true(pass(&p, LONGEST) > 0);
	lock(&p.a);
	assert_int_equal(vault_wait_ms(p.a.v), VAULT_NEVER);
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	rig_kill(&p.a);
	rig_reopen(&p.a);
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_true(has_cover(&p.a, &p.b));
	assert_int_equal(pass(&p, 10 * LONGEST), 0); /* no link */
	(void)rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_true(pass(&p, LONGEST) > 0);
	part(&p);
}

/* One that receives while it is locked sends none either, but answers, as it acknowledges messages. */
static void test_receiving(void **state)
{
	struct pair p;
	(void)state;
	meet(&p); /* a receives */
	set_cover(&p.a, p.b_at_a, true);
	lock(&p.a);
	assert_true(vault_is_receiving(p.a.v));
	size_t mark = rig_mark(&p.a);
	assert_int_equal(pass(&p, 10 * LONGEST), 0);
	set_cover(&p.b, p.a_at_b, true);
	(void)pass(&p, LONGEST);
	assert_true(said(&p.a, mark, RECORD_COVERED, p.link) > 0);
	assert_int_equal(inbox_size(&p.a), -1);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_true(pass(&p, LONGEST) > 0); /* on the link that was there all the time */
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments),       cmocka_unit_test(test_off_until_somebody_wants_it),
		cmocka_unit_test(test_only_accepted), cmocka_unit_test(test_messages_change_nothing),
		cmocka_unit_test(test_answers),       cmocka_unit_test(test_links),
		cmocka_unit_test(test_receiving),     cmocka_unit_test(test_lock_and_restart),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
