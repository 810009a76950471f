/* Numbers: what is missing shows, and whoever goes back in time loses nothing that the other still has, doubles nothing and
 * is told no lie. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pair.h"
#include "vault/state.h"

/* ---- a vault that goes back in time ---- */

struct backup {
	u8 *bytes[2];
	size_t n[2];
};

static const char *const kept[] = {"keys", "vault.db"};

static void path_in(const struct rig *r, const char *name, char ret[static 128])
{
	snprintf(ret, 128, "%s/%s", r->dir, name);
}

static void restart(struct rig *r)
{
	rig_reopen(r);
	assert_int_equal(rig_login(r, "correct horse", ""), OK);
}

/* The vault is closed for it, so that the journal is empty. */
static struct backup back_up(struct rig *r)
{
	struct backup b = {0};
	rig_kill(r);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		char path[128];
		path_in(r, kept[i], path);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		off_t end = lseek(fd, 0, SEEK_END);
		assert_true(end > 0);
		b.n[i] = (size_t)end;
		b.bytes[i] = malloc(b.n[i]);
		assert_int_equal(pread(fd, b.bytes[i], b.n[i], 0), b.n[i]);
		close(fd);
	}
	restart(r);
	return b;
}

static void restore(struct rig *r, struct backup *b)
{
	char path[128];
	rig_kill(r);
	path_in(r, "vault.db-wal", path);
	(void)unlink(path);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		path_in(r, kept[i], path);
		int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		assert_int_equal(write(fd, b->bytes[i], b->n[i]), b->n[i]);
		close(fd);
		free(b->bytes[i]);
	}
	restart(r);
}

/* ---- what they see ---- */

static void write_many(struct rig *r, u64 contact, u8 from, u8 to)
{
	for (u8 i = from; i <= to; i++) {
		char text[16];
		snprintf(text, sizeof text, "number %u", i);
		rig_write(r, contact, i, text);
	}
}

/* Reads a conversation of up to 100 rows: how often each of theirs or ours is there. */
static void assert_once(struct rig *r, u64 contact, bool mine, u8 from, u8 to)
{
	unsigned seen[256] = {0};
	size_t mark = rig_mark(r);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, messages_list, .contact = contact, .limit = 100));
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		char text[16] = "";
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		if (m.type != ipc_t_message || m.message.mine != mine || m.message.text.n >= sizeof text)
			continue;
		if (m.message.text.n)
			memcpy(text, m.message.text.p, m.message.text.n);
		unsigned n = 0;
		if (strncmp(text, "number ", 7) == 0)
			n = (unsigned)strtoul(text + 7, NULL, 10);
		seen[n & 255]++;
		if (mine)
			assert_int_equal(m.message.state, MESSAGE_DELIVERED);
	}
	for (unsigned i = from; i <= to; i++)
		assert_int_equal(seen[i], 1);
}

static struct ipc_contact shown(struct rig *r, const struct rig *other)
{
	struct ipc_contact row;
	rig_contact(r, other, &row);
	return row;
}

/* ---- gaps ---- */

static void item_in(struct pair *p, u8 id, u64 seq)
{
	u8 room[PEER_MSG_MAX];
	struct peer_item item = {.id = {{id}}, .seq = seq, .kind = ITEM_TEXT, .body = slice_str("x")};
	size_t n = peer_item_encode(&item, room, sizeof room);
	rig_say(&p->a, ROLE_NET,
	        IPC_MSG(0, record_in, .link = p->link, .contact = p->b_at_a, .type = RECORD_DATA,
	                .payload = slice_of(room, n)));
}

static struct peer_sync sync_after_redial(struct pair *p)
{
	struct peer_sync sync = {0};
	rig_cut(&p->a, p->link);
	p->a.hold = p->b.hold = true;
	size_t mark = rig_mark(&p->a);
	p->link = rig_dial(&p->a, &p->b);
	p->a.hold = p->b.hold = false;
	for (size_t i = mark; i < p->a.n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(p->a.outs[i].bytes, p->a.outs[i].n), &m), OK);
		if (m.type == ipc_t_record_out && m.record_out.type == RECORD_SYNC)
			assert_int_equal(peer_sync_decode(m.record_out.payload, &sync), OK);
	}
	return sync;
}

/* What is missing, or broken, is told when it happens. */
static void test_gap_is_told(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	const struct {
		u64 seq, missing;
		bool told, broken;
	} in[] = {{1, 0, false, false}, {4, 2, true, false}, {5, 2, false, false},
	          {2, 1, true, false},  {3, 0, true, false}, {3, 0, true, true}}; /* the number is taken */
	for (u8 i = 0; i < ARRAY_LEN(in); i++) {
		size_t mark = rig_mark(&p.a);
		item_in(&p, i + 1, in[i].seq);
		assert_int_equal(rig_count(&p.a, mark, ipc_t_contact), in[i].told);
		if (!in[i].told)
			continue;
		const struct ipc_contact *c = &rig_last(&p.a, mark, ipc_t_contact)->contact;
		assert_true(c->missing == in[i].missing && (c->broken_ms != 0) == in[i].broken);
	}
	part(&p);
}

static void test_gap_shows(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	assert_int_equal(shown(&p.a, &p.b).missing, 0);
	item_in(&p, 1, 1);
	item_in(&p, 2, 4);
	assert_int_equal(shown(&p.a, &p.b).missing, 2);
	item_in(&p, 3, 300);
	item_in(&p, 4, 300); /* two of one number */
	assert_int_equal(shown(&p.a, &p.b).missing, 297);
	assert_int_equal(sync_after_redial(&p).top, 1);
	item_in(&p, 5, 3);
	item_in(&p, 6, 2);
	assert_int_equal(shown(&p.a, &p.b).missing, 295);
	assert_int_equal(sync_after_redial(&p).top, 4);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 6);
	item_in(&p, 7, ITEM_SEQ_MAX);
	assert_int_equal(shown(&p.a, &p.b).missing, MAX_OUTBOX); /* whatever he says */
	part(&p);
}

/* Who was restored twice sends what waited in both backups under other numbers than before: nothing is missing there. */
static void test_another_number(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	item_in(&p, 1, 1);
	item_in(&p, 2, 2);
	size_t mark = rig_mark(&p.a);
	item_in(&p, 2, 4);
	assert_int_equal(rig_last(&p.a, mark, ipc_t_contact)->contact.missing, 1);
	item_in(&p, 1, 3);
	item_in(&p, 3, 5);
	assert_int_equal(shown(&p.a, &p.b).missing, 0);
	assert_int_equal(shown(&p.a, &p.b).broken_ms, 0);
	assert_int_equal(sync_after_redial(&p).top, 5);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 3);
	item_in(&p, 3, 2); /* not free */
	assert_int_equal(sync_after_redial(&p).top, 5);
	assert_int_equal(shown(&p.a, &p.b).broken_ms, 0);
	part(&p);
}

/* How many items r sends from the mark on. */
static size_t data_since(struct rig *r, size_t mark)
{
	size_t n = 0;
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		n += m.type == ipc_t_record_out && m.record_out.type == RECORD_DATA;
	}
	return n;
}

/* The reader was restored: what it lost is missing, and shown so. PROTO 4.5.9: "What was acknowledged once is not sent again
 * by itself, whatever SYNC says" */
static void test_reader_goes_back(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_many(&p.a, p.b_at_a, 1, 5);
	rig_shuttle(&p.a, &p.b);
	struct backup backup = back_up(&p.b);
	rig_cut(&p.a, p.link);
	rig_dial(&p.a, &p.b);
	write_many(&p.a, p.b_at_a, 6, 20);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.a.n_links);
	write_many(&p.a, p.b_at_a, 21, 22); /* waits */
	restore(&p.b, &backup);
	size_t mark = rig_mark(&p.a);
	rig_dial(&p.a, &p.b);
	assert_int_equal(data_since(&p.a, mark), 2);
	assert_once(&p.b, p.a_at_b, false, 1, 5);
	assert_once(&p.b, p.a_at_b, false, 21, 22);
	assert_once(&p.a, p.b_at_a, true, 1, 22);
	assert_int_equal(shown(&p.b, &p.a).missing, 15);
	part(&p);
}

/* The author was restored, and gives the same numbers to other words: nothing is taken for delivered by its number, and the
 * reader is told. */
static void test_author_goes_back(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_many(&p.a, p.b_at_a, 1, 5);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	write_many(&p.a, p.b_at_a, 6, 6); /* waits in the backup, too */
	struct backup backup = back_up(&p.a);
	rig_dial(&p.a, &p.b);
	write_many(&p.a, p.b_at_a, 7, 10);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.a.n_links);
	restore(&p.a, &backup);
	write_many(&p.a, p.b_at_a, 11, 30);
	/* What B has by these numbers is something else. */
	p.a.hold = true;
	rig_dial(&p.a, &p.b);
	assert_int_not_equal(pair_row(&p.a, p.b_at_a, 7).state, MESSAGE_DELIVERED);
	p.a.hold = false;
	rig_cut(&p.a, p.a.n_links);
	rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_once(&p.b, p.a_at_b, false, 1, 30);
	assert_once(&p.a, p.b_at_a, true, 11, 30);
	assert_int_equal(shown(&p.b, &p.a).missing, 0);
	assert_true(shown(&p.b, &p.a).broken_ms != 0); /* and Bob is told */
	/* It is whole again: nothing goes twice. */
	size_t mark = rig_mark(&p.a);
	rig_cut(&p.a, p.a.n_links);
	rig_dial(&p.a, &p.b);
	assert_int_equal(data_since(&p.a, mark), 0);
	part(&p);
}

/* Both were. */
static void test_both_go_back(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_many(&p.a, p.b_at_a, 1, 3);
	rig_shuttle(&p.a, &p.b);
	struct backup a = back_up(&p.a), b = back_up(&p.b);
	rig_dial(&p.a, &p.b);
	write_many(&p.a, p.b_at_a, 4, 6);
	write_many(&p.b, p.a_at_b, 40, 42);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.a.n_links);
	restore(&p.a, &a);
	restore(&p.b, &b);
	write_many(&p.a, p.b_at_a, 7, 9);
	write_many(&p.b, p.a_at_b, 43, 45);
	rig_dial(&p.b, &p.a);
	rig_shuttle(&p.a, &p.b);
	assert_once(&p.b, p.a_at_b, false, 1, 3);
	assert_once(&p.b, p.a_at_b, false, 7, 9);
	assert_once(&p.a, p.b_at_a, false, 43, 45);
	assert_once(&p.a, p.b_at_a, true, 7, 9);
	part(&p);
}

/* The contact was removed there and asks again: it has nothing of ours, and gets nothing but what waits. */
static void test_forgotten_there(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_many(&p.a, p.b_at_a, 1, 3);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	(void)rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = p.a_at_b, .decision = DECIDE_REMOVE));
	write_many(&p.a, p.b_at_a, 4, 4);
	p.a_at_b = rig_add(&p.b, &p.a, "");
	rig_dial(&p.b, &p.a);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	assert_once(&p.b, p.a_at_b, false, 4, 4);
	assert_once(&p.a, p.b_at_a, true, 1, 4);
	part(&p);
}

/* A peer that says anything about what it has: nothing is delivered by it. */
static void test_sync_that_lies(void **state)
{
	struct pair p;
	u8 room[PEER_MSG_MAX];
	(void)state;
	befriend(&p);
	static const struct peer_sync lies[] = {{.top = ITEM_SEQ_MAX, .head = {1}},
	                                        {.top = 1, .head = {1}},
	                                        {.top = 2},
	                                        {.top = 0},
	                                        {.top = 3, .head = {9}}};
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		rig_cut(&p.a, p.a.n_links);
		rig_write(&p.a, p.b_at_a, (u8)(i + 1), "kept");
		p.b.hold = p.a.hold = true;
		rig_dial(&p.a, &p.b);
		size_t n = peer_sync_encode(&lies[i], room, sizeof room), mark = rig_mark(&p.a);
		assert_true(n > 0);
		rig_say(&p.a, ROLE_NET,
		        IPC_MSG(0, record_in, .link = p.a.n_links, .contact = p.b_at_a, .type = RECORD_SYNC,
		                .payload = slice_of(room, n)));
		assert_int_equal(data_since(&p.a, mark), i + 1);
		assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_SENT);
		mark = rig_mark(&p.a);
		rig_say(&p.a, ROLE_NET, /* a second one */
		        IPC_MSG(0, record_in, .link = p.a.n_links, .contact = p.b_at_a, .type = RECORD_SYNC,
		                .payload = slice_of(room, n)));
		assert_int_equal(data_since(&p.a, mark), 0);
		p.b.hold = p.a.hold = false;
	}
	rig_cut(&p.a, p.a.n_links);
	rig_dial(&p.b, &p.a);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 5).state, MESSAGE_DELIVERED);
	part(&p);
}

/* Hashes of a time without them agree with nothing: what waits goes out, and gets one. */
static void test_from_a_time_without_hashes(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	write_many(&p.a, p.b_at_a, 1, 3);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	write_many(&p.a, p.b_at_a, 4, 6);
	struct rig *const both[] = {&p.a, &p.b};
	for (size_t i = 0; i < 2; i++) {
		struct query q = store_query(both[i]->v->store, sql_message_set_state); /* opens the transaction */
		query_run(&q);
		q = store_query(both[i]->v->store, sql_message_max);
		sqlite3 *db = sqlite3_db_handle(q.st);
		query_end(&q);
		assert_int_equal(sqlite3_exec(db,
		                              "UPDATE messages SET hash = zeroblob(32), salt = x'';"
		                              "UPDATE heard SET head = zeroblob(32);",
		                              NULL, NULL, NULL),
		                 SQLITE_OK);
		assert_int_equal(store_commit(both[i]->v->store), OK);
	}
	rig_dial(&p.a, &p.b);
	write_many(&p.a, p.b_at_a, 7, 8);
	rig_shuttle(&p.a, &p.b);
	assert_once(&p.b, p.a_at_b, false, 1, 8);
	assert_once(&p.a, p.b_at_a, true, 1, 8);
	assert_true(shown(&p.b, &p.a).missing == 0 && shown(&p.b, &p.a).broken_ms == 0);
	part(&p);
}

/* Accepted on two links at once: when the one ends on which it was said, the other knows, too. */
static void test_said_on_the_other_link(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	u64 c = rig_add(&a, &b, "");
	rig_write(&a, c, 1, "number 1");
	rig_dial(&a, &b);
	u32 second = rig_dial(&a, &b);
	b.hold = true; /* what is said on the second one is lost */
	(void)rig_ask(&b, ROLE_WEB,
	              IPC_MSG(0, contact_decide, .contact = rig_contact(&b, &a, NULL), .decision = DECIDE_ACCEPT));
	rig_shuttle(&a, &b);
	b.hold = false;
	rig_cut(&a, second);
	rig_shuttle(&a, &b);
	assert_int_equal(pair_row(&a, c, 1).state, MESSAGE_DELIVERED);
	rig_close(&a);
	rig_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gap_is_told),
		cmocka_unit_test(test_gap_shows),
		cmocka_unit_test(test_another_number),
		cmocka_unit_test(test_reader_goes_back),
		cmocka_unit_test(test_author_goes_back),
		cmocka_unit_test(test_both_go_back),
		cmocka_unit_test(test_forgotten_there),
		cmocka_unit_test(test_sync_that_lies),
		cmocka_unit_test(test_from_a_time_without_hashes),
		cmocka_unit_test(test_said_on_the_other_link),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
