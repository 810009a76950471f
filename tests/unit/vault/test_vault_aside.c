/* An item that cannot be processed: tried 8 times, then set aside, both sides are told, and the rest flows. */
#include "pair.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "vault/state.h"

static struct ipc_contact alice_at(struct pair *p)
{
	struct ipc_contact c;
	assert_int_not_equal(rig_contact(&p->b, &p->a, &c), 0);
	return c;
}

/* Until the link holds. Gives how many it took. */
static unsigned dial_until_it_holds(struct pair *p)
{
	unsigned n = 0;
	do {
		assert_true(++n <= 20);
		if (!vault_is_unlocked(p->b.v))
			assert_int_equal(rig_login(&p->b, "correct horse", ""), OK);
		p->link = rig_dial(&p->a, &p->b);
	} while (p->link == 0 || !vault_is_unlocked(p->b.v));
	return n;
}

static void assert_row(struct rig *r, u64 contact, u64 ordinal, u8 kind, u8 state, const char *text)
{
	struct ipc_message m = pair_row(r, contact, ordinal);
	assert_int_equal(m.kind, kind);
	assert_int_equal(m.state, state);
	assert_true(slice_eq(m.text, slice_str(text)));
}

/* One that is good, one that is poison, and two behind it. */
static void begin(struct pair *p)
{
	befriend(p);
	rig_write(&p->a, p->b_at_a, 1, "one");
	rig_shuttle(&p->a, &p->b);
	rig_cut(&p->a, p->link);
	p->a.poison = 2;
	rig_write(&p->a, p->b_at_a, 2, "two");
	rig_write(&p->a, p->b_at_a, 3, "three");
	rig_write(&p->a, p->b_at_a, 4, "four");
}

static void assert_author_knows(struct pair *p)
{
	assert_row(&p->a, p->b_at_a, 1, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "one");
	assert_row(&p->a, p->b_at_a, 2, MESSAGE_SHOWN_TEXT, MESSAGE_FAILED, "two");
	assert_row(&p->a, p->b_at_a, 3, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "three");
	assert_row(&p->a, p->b_at_a, 4, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "four");
}

static void assert_reader_has(struct pair *p)
{
	assert_int_equal(rig_list(&p->b, p->a_at_b, NULL, NULL), 4);
	assert_row(&p->b, p->a_at_b, 1, MESSAGE_SHOWN_TEXT, MESSAGE_RECEIVED, "one");
	assert_row(&p->b, p->a_at_b, 2, MESSAGE_SHOWN_ASIDE, MESSAGE_RECEIVED, "");
	assert_row(&p->b, p->a_at_b, 3, MESSAGE_SHOWN_TEXT, MESSAGE_RECEIVED, "three");
	assert_row(&p->b, p->a_at_b, 4, MESSAGE_SHOWN_TEXT, MESSAGE_RECEIVED, "four");
	struct ipc_contact c = alice_at(p);
	assert_int_equal(c.missing, 0);
	assert_int_equal(c.broken_ms, 0);
	assert_int_equal(c.aside, 0);
}

/* Nothing of it changes any more: with the next links, with the next processes, and it is not said to be delivered. */
static void assert_stays(struct pair *p)
{
	for (int i = 0; i < 3; i++) {
		if (i == 1) {
			rig_reopen(&p->a);
			rig_reopen(&p->b);
			assert_int_equal(rig_login(&p->a, "correct horse", ""), OK);
			assert_int_equal(rig_login(&p->b, "correct horse", ""), OK);
		} else {
			rig_cut(&p->a, p->link);
		}
		p->link = rig_dial(&p->b, &p->a) ? p->a.n_links : 0;
		assert_int_not_equal(p->link, 0);
		assert_author_knows(p);
		assert_reader_has(p);
	}
}

static void test_a_body_that_breaks_the_rules(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	p.a.harm = RIG_HARM_BODY;
	size_t mark = rig_mark(&p.b);
	for (unsigned i = 1; i < ASIDE_TRIES; i++) {
		assert_int_equal(rig_dial(&p.a, &p.b), 0);
		assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
		assert_row(&p.a, p.b_at_a, 2, MESSAGE_SHOWN_TEXT, MESSAGE_WAITING, "two");
		assert_row(&p.a, p.b_at_a, 3, MESSAGE_SHOWN_TEXT, MESSAGE_WAITING, "three");
	}
	assert_int_equal(rig_count(&p.b, mark, ipc_t_link_close), ASIDE_TRIES - 1);
	p.link = rig_dial(&p.a, &p.b);
	assert_int_not_equal(p.link, 0);
	assert_author_knows(&p);
	assert_reader_has(&p);
	/* The link goes on, and so does everything. */
	rig_write(&p.a, p.b_at_a, 5, "five");
	rig_shuttle(&p.a, &p.b);
	assert_row(&p.b, p.a_at_b, 5, MESSAGE_SHOWN_TEXT, MESSAGE_RECEIVED, "five");
	assert_row(&p.a, p.b_at_a, 5, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "five");
	part(&p);
}

static void test_states_stay(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	p.a.harm = RIG_HARM_BODY;
	assert_int_equal(dial_until_it_holds(&p), ASIDE_TRIES);
	assert_stays(&p);
	part(&p);
}

/* The count is not lost with a process of the reader's. */
static void test_tries_are_kept(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	p.a.harm = RIG_HARM_BODY;
	for (unsigned i = 1; i < ASIDE_TRIES; i++) {
		assert_int_equal(rig_dial(&p.a, &p.b), 0);
		rig_reopen(&p.b);
		assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	}
	assert_int_equal(dial_until_it_holds(&p), 1);
	assert_author_knows(&p);
	assert_reader_has(&p);
	part(&p);
}

/* Not even its number can be read: there is no row, the contact's shows how many; and its number is missing. */
static void test_an_envelope_that_breaks_the_rules(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	p.a.harm = RIG_HARM_ENVELOPE;
	assert_int_equal(dial_until_it_holds(&p), ASIDE_TRIES);
	assert_author_knows(&p);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 3);
	assert_row(&p.b, p.a_at_b, 2, MESSAGE_SHOWN_TEXT, MESSAGE_RECEIVED, "three");
	assert_int_equal(alice_at(&p).aside, 1);
	assert_int_equal(alice_at(&p).missing, 1);
	assert_int_equal(alice_at(&p).broken_ms, 0);
	rig_cut(&p.a, p.link);
	assert_int_not_equal(rig_dial(&p.a, &p.b), 0);
	assert_author_knows(&p);
	part(&p);
}

/* Every page would refuse to show such a row. */
static void test_a_lifetime_that_breaks_the_rules(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	p.a.harm = RIG_HARM_LIFE;
	assert_int_equal(dial_until_it_holds(&p), ASIDE_TRIES);
	assert_author_knows(&p);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 2).kind, MESSAGE_SHOWN_ASIDE);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 2).vanish, 0);
	part(&p);
}

/* So short that it has no name: its author cannot be told, but it blocks nothing. */
static void test_without_a_name(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	p.a.harm = RIG_HARM_NAME;
	assert_int_equal(dial_until_it_holds(&p), ASIDE_TRIES);
	assert_row(&p.a, p.b_at_a, 2, MESSAGE_SHOWN_TEXT, MESSAGE_SENT, "two");
	assert_row(&p.a, p.b_at_a, 3, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "three");
	assert_row(&p.a, p.b_at_a, 4, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "four");
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 3);
	assert_int_equal(alice_at(&p).aside, 1);
	rig_cut(&p.a, p.link);
	assert_int_not_equal(rig_dial(&p.a, &p.b), 0); /* and no link ends over it again */
	part(&p);
}

/* The vault dies over it each time. */
static void test_a_death_each_time(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	p.b.dies_of = 2;
	for (unsigned i = 0; i < ASIDE_TRIES; i++) {
		if (i > 0)
			assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
		(void)rig_dial(&p.a, &p.b);
		assert_int_equal(p.b.deaths, i + 1);
		rig_cut(&p.a, p.a.n_links);
	}
	p.b.dies_of = 0; /* it would not come to that: nothing of it is processed */
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	p.link = rig_dial(&p.a, &p.b);
	assert_int_not_equal(p.link, 0);
	assert_author_knows(&p);
	assert_reader_has(&p);
	assert_stays(&p);
	part(&p);
}

/* What was bad luck is forgotten as soon as the item is processed. */
static void test_some_deaths(void **state)
{
	struct pair p;
	(void)state;
	begin(&p);
	for (int round = 0; round < 2; round++) {
		p.b.dies_of = 2;
		for (unsigned i = 1; i < ASIDE_TRIES; i++) {
			(void)rig_dial(&p.a, &p.b);
			rig_cut(&p.a, p.a.n_links);
			assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
		}
		p.b.dies_of = 0;
		if (round == 0)
			p.b.hold = true; /* the acknowledgement is lost */
		p.link = rig_dial(&p.a, &p.b);
		rig_cut(&p.a, p.a.n_links);
		p.b.hold = false;
		assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), round == 0 ? 1 : 4);
	}
	part(&p);
}

static void read_hand(const struct rig *r, u8 ret[static 40], size_t *ret_n)
{
	char path[128];
	snprintf(path, sizeof path, "%s/hand", r->dir);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t n = read(fd, ret, 40);
	assert_true(n >= 0);
	*ret_n = (size_t)n;
	close(fd);
}

/* Nothing is in hand when nothing is processed; and what is says nothing without the key. */
static void test_the_hand_is_empty(void **state)
{
	struct pair p;
	u8 bytes[40], zeros[40] = {0}, other[40];
	size_t n;
	(void)state;
	begin(&p);
	read_hand(&p.b, bytes, &n);
	assert_int_equal(n, sizeof bytes);
	assert_memory_equal(bytes, zeros, sizeof zeros);
	p.b.dies_of = 2;
	(void)rig_dial(&p.a, &p.b);
	read_hand(&p.b, bytes, &n);
	assert_memory_not_equal(bytes, zeros, sizeof zeros);
	for (size_t i = 0; i + 1 < sizeof bytes; i++) /* neither of its words nor of the contact's number */
		assert_true(bytes[i] != 0 || bytes[i + 1] != 0 || i < 32);
	p.b.dies_of = 0;
	assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
	read_hand(&p.b, other, &n);
	assert_memory_equal(other, bytes, sizeof bytes); /* who logs in may have a disk that takes nothing */
	rig_cut(&p.a, p.a.n_links);
	assert_int_not_equal(rig_dial(&p.a, &p.b), 0);
	read_hand(&p.b, other, &n);
	assert_memory_equal(other, zeros, sizeof zeros);
	part(&p);
}

/* What a stranger or a thief with another key sends is neither counted nor set aside. */
static void test_strangers(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "");
	for (unsigned i = 0; i < 2 * ASIDE_TRIES; i++) {
		u32 link = rig_dial(&a, &b);
		assert_int_not_equal(link, 0);
		u8 bad[40] = {7};
		size_t mark = rig_mark(&b);
		rig_say(&b, ROLE_NET,
		        IPC_MSG(0, record_in, .link = a.links[link].peer_link, .contact = rig_contact(&b, &a, NULL),
		                .type = RECORD_DATA, .payload = slice_of(bad, sizeof bad)));
		assert_int_equal(rig_count(&b, mark, ipc_t_link_close), 1);
		assert_int_equal(rig_count(&b, mark, ipc_t_record_out), 0);
		rig_shuttle(&a, &b);
	}
	struct ipc_contact c;
	rig_contact(&b, &a, &c);
	assert_int_equal(c.aside, 0);
	rig_close(&a);
	rig_close(&b);
}

/* Random garbage, each eight times: it fills the rows of who sends it, and no more than so many. */
static void test_garbage_is_bounded(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	for (unsigned i = 0; i < MAX_ASIDE + 5; i++) {
		u8 bad[60] = {9, (u8)i};
		for (unsigned t = 0; t < ASIDE_TRIES; t++) {
			if (!p.a.links[p.link].up) {
				p.a.n_links = p.b.n_links = 0; /* there are more than the rig has numbers for */
				p.link = rig_dial(&p.a, &p.b);
			}
			rig_say(&p.b, ROLE_NET,
			        IPC_MSG(0, record_in, .link = p.a.links[p.link].peer_link, .contact = p.a_at_b,
			                .type = RECORD_DATA, .payload = slice_of(bad, sizeof bad)));
			rig_shuttle(&p.a, &p.b);
		}
		assert_true(p.a.links[p.link].up);
	}
	assert_int_equal(alice_at(&p).aside, MAX_ASIDE);
	rig_write(&p.a, p.b_at_a, 1, "and now?");
	rig_shuttle(&p.a, &p.b);
	assert_row(&p.b, p.a_at_b, 1, MESSAGE_SHOWN_TEXT, MESSAGE_RECEIVED, "and now?");
	part(&p);
}

/* A NAK of what was delivered, of nothing, of theirs; one that breaks the rules ends the link. */
static void test_a_nak_erases_nothing(void **state)
{
	struct pair p;
	struct peer_ack nak = {.count = 3};
	u8 room[PEER_MSG_MAX];
	(void)state;
	befriend(&p);
	rig_write(&p.a, p.b_at_a, 1, "one");
	rig_write(&p.b, p.a_at_b, 2, "two");
	rig_shuttle(&p.a, &p.b);
	for (u8 i = 0; i < 3; i++)
		memset(nak.ids[i].b, i + 1, sizeof nak.ids[i].b);
	size_t n = peer_ack_encode(&nak, room, sizeof room);
	struct ipc_msg m = IPC_MSG(0, record_in, .link = p.link, .contact = p.b_at_a, .type = RECORD_NAK,
	                           .payload = slice_of(room, n));
	size_t mark = rig_mark(&p.a);
	rig_say(&p.a, ROLE_NET, m);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 0);
	assert_row(&p.a, p.b_at_a, 1, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "one");
	assert_row(&p.a, p.b_at_a, 2, MESSAGE_SHOWN_TEXT, MESSAGE_RECEIVED, "two");
	m.record_in.payload.n--;
	rig_say(&p.a, ROLE_NET, m);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_link_close), 1);
	part(&p);
}

/* An edit, a reaction, a deletion that cannot be read: what they are about shows it. */
static void test_what_is_said_about_a_message(void **state)
{
	struct pair p;
	struct peer_ack nak = {.count = 1};
	u8 room[PEER_MSG_MAX];
	(void)state;
	for (int what = 0; what < 3; what++) {
		befriend(&p);
		rig_write(&p.a, p.b_at_a, 1, "one");
		rig_shuttle(&p.a, &p.b);
		p.b.hold = true; /* so it stays on its way */
		size_t mark = rig_mark(&p.a);
		const struct ipc_msg asks[] = {
			IPC_MSG(0, message_edit, .contact = p.b_at_a, .ordinal = 1, .text = slice_str("uno")),
			IPC_MSG(0, message_react, .contact = p.b_at_a, .ordinal = 1, .emoji = slice_str("!")),
			IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 1, .for_all = 1),
		};
		(void)rig_ask(&p.a, ROLE_WEB, asks[what]);
		memcpy(nak.ids[0].b, rig_last(&p.a, mark, ipc_t_record_out)->record_out.payload.p, 16);
		mark = rig_mark(&p.a);
		rig_say(&p.a, ROLE_NET,
		        IPC_MSG(0, record_in, .link = p.link, .contact = p.b_at_a, .type = RECORD_NAK,
		                .payload = slice_of(room, peer_ack_encode(&nak, room, sizeof room))));
		assert_int_equal(rig_last(&p.a, mark, ipc_t_message)->message.state, MESSAGE_FAILED);
		assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_FAILED);
		/* What is said anew takes its place. */
		p.b.hold = false;
		if (what == 0) {
			(void)rig_ask(&p.a, ROLE_WEB, asks[0]);
			rig_shuttle(&p.a, &p.b);
			assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_DELIVERED);
		}
		part(&p);
	}
}

/* A notice can be removed here, and its author can delete what it stands for; it stays refused. */
static void test_deletions(void **state)
{
	struct pair p;
	(void)state;
	for (int by_author = 0; by_author < 2; by_author++) {
		begin(&p);
		p.a.harm = RIG_HARM_BODY;
		(void)dial_until_it_holds(&p);
		assert_int_equal(rig_refused(&p.b, ROLE_WEB,
		                             IPC_MSG(0, message_react, .contact = p.a_at_b, .ordinal = 2,
		                                     .emoji = slice_str("!"))),
		                 ERR_PEER_POLICY);
		(void)rig_ask(by_author ? &p.a : &p.b, ROLE_WEB,
		              IPC_MSG(0, message_delete, .contact = by_author ? p.b_at_a : p.a_at_b, .ordinal = 2,
		                      .for_all = (u8)by_author));
		rig_shuttle(&p.a, &p.b);
		assert_int_equal(pair_row(&p.b, p.a_at_b, 2).kind,
		                 by_author ? MESSAGE_SHOWN_DELETED : MESSAGE_SHOWN_DELETED_HERE);
		/* by the author: the deletion is all that it still needs */
		assert_int_equal(pair_row(&p.a, p.b_at_a, 2).state, by_author ? MESSAGE_DELIVERED : MESSAGE_FAILED);
		rig_cut(&p.a, p.link);
		assert_int_not_equal(rig_dial(&p.a, &p.b), 0);
		assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 4);
		part(&p);
	}
}

/* The NAK is lost with its link, so it still waits, and the SYNC of the next one does not call it delivered. */
static void test_a_lost_nak(void **state)
{
	struct pair p;
	(void)state;
	for (int deletes = 0; deletes < 2; deletes++) {
		begin(&p);
		p.a.harm = RIG_HARM_BODY;
		p.b.no_naks = true;
		assert_int_equal(dial_until_it_holds(&p), ASIDE_TRIES);
		assert_row(&p.a, p.b_at_a, 2, MESSAGE_SHOWN_TEXT, MESSAGE_SENT, "two");
		assert_row(&p.a, p.b_at_a, 4, MESSAGE_SHOWN_TEXT, MESSAGE_DELIVERED, "four");
		rig_cut(&p.a, p.link);
		if (deletes) { /* it goes as one whose content is gone, which can be read */
			p.a.harm = RIG_HARM_NONE;
			(void)rig_ask(&p.a, ROLE_WEB,
			              IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 2, .for_all = 1));
		}
		size_t mark = rig_mark(&p.a);
		p.b.no_naks = false;
		p.link = rig_dial(&p.a, &p.b);
		assert_int_not_equal(p.link, 0);
		for (size_t i = mark; i < p.a.n_outs && !deletes; i++) {
			struct ipc_msg m;
			assert_int_equal(ipc_decode(slice_of(p.a.outs[i].bytes, p.a.outs[i].n), &m), OK);
			if (m.type == ipc_t_message && m.message.ordinal == 2)
				assert_int_not_equal(m.message.state, MESSAGE_DELIVERED);
		}
		if (!deletes) {
			assert_author_knows(&p);
			assert_reader_has(&p);
		} else {
			assert_row(&p.a, p.b_at_a, 2, MESSAGE_SHOWN_DELETED, MESSAGE_DELIVERED, "");
			assert_row(&p.b, p.a_at_b, 2, MESSAGE_SHOWN_DELETED, MESSAGE_RECEIVED, "");
			assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 4);
		}
		part(&p);
	}
}

static bool hand_is_empty(const struct rig *r)
{
	static const u8 nothing[40];
	u8 bytes[sizeof nothing];
	char path[128];
	snprintf(path, sizeof path, "%s/hand", r->dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
	close(fd);
	return memcmp(bytes, nothing, sizeof bytes) == 0;
}

/* A death is forgotten when its count is committed: one in between is no death less. */
static void test_counted_before_forgotten(void **state)
{
	struct pair p;
	u8 hash[HAND_HASH_LEN];
	(void)state;
	befriend(&p);
	rig_cut(&p.a, p.link);
	hand_take(&p.b.v->hand, p.a_at_b, slice_str("an item"), hash);
	for (int commits = 0; commits < 2; commits++) {
		struct ipc_msg m = IPC_MSG(0, link_up, .link = 77, .contact = p.a_at_b);
		rig_reopen(&p.b);
		assert_int_equal(rig_login(&p.b, "correct horse", ""), OK);
		assert_int_equal(vault_input(p.b.v, ROLE_NET, &m), OK);
		assert_false(hand_is_empty(&p.b));
		if (commits)
			assert_int_equal(vault_commit(p.b.v), OK);
		assert_int_equal(hand_is_empty(&p.b), commits);
	}
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted_before_forgotten),
		cmocka_unit_test(test_a_body_that_breaks_the_rules),
		cmocka_unit_test(test_states_stay),
		cmocka_unit_test(test_tries_are_kept),
		cmocka_unit_test(test_an_envelope_that_breaks_the_rules),
		cmocka_unit_test(test_a_lifetime_that_breaks_the_rules),
		cmocka_unit_test(test_without_a_name),
		cmocka_unit_test(test_a_death_each_time),
		cmocka_unit_test(test_some_deaths),
		cmocka_unit_test(test_the_hand_is_empty),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_garbage_is_bounded),
		cmocka_unit_test(test_a_nak_erases_nothing),
		cmocka_unit_test(test_what_is_said_about_a_message),
		cmocka_unit_test(test_deletions),
		cmocka_unit_test(test_a_lost_nak),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
