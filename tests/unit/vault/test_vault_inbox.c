/* A locked vault into which messages go on arriving that it cannot process: no login ends for ever over one of them, and
 * nothing that was set aside is called delivered. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "backups.h"
#include "base/limits.h"
#include "crypto/aead.h"
#include "receiving.h"
#include "vault/inbox.h"
#include "vault/state.h"
#include "wire/peer_msg.h"

/* From now on an item of this text breaks the database of whoever stores it; so does no other, and no place of one. */
static void plant(struct rig *r, const char *text)
{
	char sql[200];
	snprintf(sql, sizeof sql,
	         "CREATE TRIGGER planted BEFORE INSERT ON messages WHEN NEW.body = CAST('%s' AS BLOB)"
	         " BEGIN SELECT RAISE(ABORT, 'planted'); END",
	         text);
	assert_int_equal(sqlite3_exec(store_connection(r->v->store), sql, NULL, NULL, NULL), SQLITE_OK);
}

/* The login ends the process, and another one is there. */
static void login_that_dies(struct rig *r)
{
	static const u8 nonce[12];
	struct rig_login l;
	u8 k_unlock[32], plain[32], sealed[sizeof plain + 16];
	assert_int_equal(rig_login_start(r, PASS, &l), OK);
	rig_hkdf("boc ws 1", l.session_key, "unlock", k_unlock, 32);
	rig_unlock_key(&l, plain);
	assert_int_equal(aesgcm_seal(k_unlock, nonce, slice_str("boc unlock 1"), slice_of(plain, sizeof plain), sealed),
	                 OK);
	struct ipc_msg m = IPC_MSG(1, auth_finish, .login = l.login, .sealed = slice_of(sealed, sizeof sealed));
	memcpy(m.auth_finish.ke3, l.ke3, 64);
	assert_int_equal(vault_input(r->v, ROLE_WEB, &m), ERR_LOCAL_STORE);
	rig_kill(r);
	rig_reopen(r);
	assert_true(inbox_size(r) > HEADS);
}

/* Alice has message 2 only as one that cannot be read, and of the others 1 to n. */
static void expect_but_2(struct pair *p, u8 n)
{
	char text[20];
	assert_int_equal(rig_list(&p->a, p->b_at_a, NULL, NULL), n);
	for (u8 i = 1; i <= n; i++) {
		struct ipc_message m = pair_row(&p->a, p->b_at_a, i);
		snprintf(text, sizeof text, "message %u", i);
		if (i == 2)
			text[0] = 0;
		assert_int_equal(m.kind, i == 2 ? MESSAGE_SHOWN_ASIDE : MESSAGE_SHOWN_TEXT);
		assert_true(slice_eq(m.text, slice_str(text)));
	}
}

/* An item over which each login dies would lock the user out for ever. */
static void test_breaks_taking_in(void **state)
{
	struct pair p;
	struct ipc_contact c;
	(void)state;
	meet(&p);
	plant(&p.a, "message 2");
	write_some(&p, 1, 1);
	lock(&p.a);
	write_some(&p, 2, 4);
	for (u64 i = 1; i <= 4; i++)
		assert_int_equal(pair_row(&p.b, p.a_at_b, i).state, MESSAGE_DELIVERED);
	rig_kill(&p.a);
	rig_reopen(&p.a);
	for (unsigned i = 0; i < ASIDE_TRIES; i++)
		login_that_dies(&p.a);
	size_t mark = rig_mark(&p.a);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_int_equal(inbox_size(&p.a), -1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 0); /* it was acknowledged when it came */
	expect_but_2(&p, 4);
	(void)rig_contact(&p.a, &p.b, &c);
	assert_int_equal(c.missing, 0);
	assert_int_equal(c.broken_ms, 0);
	assert_int_equal(c.aside, 0);
	rig_cut(&p.b, p.a.links[p.link].peer_link);
	p.link = rig_dial(&p.a, &p.b);
	assert_true(p.link != 0);
	write_some(&p, 5, 5);
	expect_but_2(&p, 5);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 2).state, MESSAGE_DELIVERED);
	part(&p);
}

/* A death is not forgotten where the disk takes nothing, and nothing is tried then: the login goes on without. */
static void test_counts_with_a_full_disk(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	plant(&p.a, "message 2");
	lock(&p.a);
	write_some(&p, 1, 3);
	rig_kill(&p.a);
	rig_reopen(&p.a);
	for (unsigned i = 0; i < ASIDE_TRIES; i++) {
		login_that_dies(&p.a);
		if (i % 3 != 0)
			continue;
		limit_files(64);
		assert_int_equal(rig_login(&p.a, PASS, ""), OK);
		assert_true(vault_is_unlocked(p.a.v));
		assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 0);
		rig_kill(&p.a);
		limit_files(RLIM_INFINITY);
		rig_reopen(&p.a);
	}
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect_but_2(&p, 3);
	part(&p);
}

/* What was good at last is there, and its tries are forgotten. */
static void test_is_good_at_last(void **state)
{
	struct pair p;
	struct query q;
	(void)state;
	meet(&p);
	lock(&p.a);
	write_some(&p, 1, 3);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	plant(&p.a, "message 5");
	struct secret32 key = p.a.v->ids->db_key;
	lock(&p.a);
	write_some(&p, 4, 6);
	rig_kill(&p.a);
	rig_reopen(&p.a);
	for (unsigned i = 1; i < ASIDE_TRIES; i++)
		login_that_dies(&p.a);
	sqlite3 *db = NULL;
	char path[128];
	snprintf(path, sizeof path, "%s/vault.db", p.a.dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_true(store_set_key(db, &key));
	assert_int_equal(sqlite3_exec(db, "DROP TRIGGER planted", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 6);
	q = store_query(p.a.v->store, sql_aside_hidden);
	query_int(&q, (i64)p.b_at_a);
	assert_int_equal(query_take_int(&q), 0);
	part(&p);
}

/* One that is no item ends the link, as ever, and is neither acknowledged nor kept. */
static void test_no_item(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	lock(&p.a);
	u8 bad[60] = {7};
	for (unsigned i = 0; i <= ASIDE_TRIES; i++) {
		size_t mark = rig_mark(&p.a);
		rig_say(&p.a, ROLE_NET,
		        IPC_MSG(0, record_in, .link = p.link, .contact = p.b_at_a, .type = RECORD_DATA,
		                .payload = slice_of(bad, sizeof bad)));
		assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 0);
		assert_int_equal(rig_count(&p.a, mark, ipc_t_link_close), 1);
		rig_shuttle(&p.a, &p.b);
		u32 there = rig_dial(&p.b, &p.a);
		assert_true(there != 0);
		p.link = p.b.links[there].peer_link;
	}
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 0);
	part(&p);
}

/* As if nothing had been said to it of what it wrote: it goes again. */
static void forget_answers(struct rig *r)
{
	char sql[200];
	snprintf(sql, sizeof sql,
	         "UPDATE messages SET state = %d WHERE mine = 1;"
	         "INSERT INTO outbox SELECT contact, seq, id FROM messages WHERE mine = 1",
	         MESSAGE_WAITING);
	assert_int_equal(sqlite3_exec(store_connection(r->v->store), sql, NULL, NULL, NULL), SQLITE_OK);
}

/* What was set aside before the lock comes again, since the NAK was lost: a locked vault does not call it delivered either,
 * by its SYNC or by an ACK. */
static void test_aside_before(enum rig_harm harm)
{
	struct pair p;
	meet(&p);
	write_some(&p, 1, 1);
	rig_cut(&p.a, p.link);
	if (harm == RIG_HARM_NONE) {
		p.a.dies_of = 2;
	} else {
		p.b.harm = harm;
		p.b.poison = 2;
	}
	rig_write(&p.b, p.a_at_b, 2, "message 2");
	rig_write(&p.b, p.a_at_b, 3, "message 3");
	for (unsigned i = 0; i < ASIDE_TRIES; i++) {
		(void)rig_dial(&p.b, &p.a);
		rig_cut(&p.b, p.b.n_links);
		if (!vault_is_unlocked(p.a.v))
			assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	}
	p.a.dies_of = 0;
	if (harm == RIG_HARM_NONE)
		rig_cut(&p.b, rig_dial(&p.b, &p.a));
	expect_but_2(&p, 3);
	forget_answers(&p.b);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 2).state, MESSAGE_WAITING);
	lock(&p.a);
	assert_true(vault_is_receiving(p.a.v));
	assert_true(rig_dial(&p.b, &p.a) != 0);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 1).state, MESSAGE_DELIVERED);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 2).state, MESSAGE_FAILED);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 3).state, MESSAGE_DELIVERED);
	write_some(&p, 4, 4);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect_but_2(&p, 4);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 2).state, MESSAGE_FAILED);
	part(&p);
}

static void test_was_set_aside(void **state)
{
	(void)state;
	test_aside_before(RIG_HARM_BODY);
	test_aside_before(RIG_HARM_NONE);
}

/* A backup that is being made ends with the lock, and leaves nothing behind. */
static void test_ends_a_backup(void **state)
{
	struct pair p;
	u8 id[16];
	(void)state;
	meet(&p);
	assert_int_equal(begin(&p.a, SLOT_PASSPHRASE, PASS, id), OK);
	assert_true(has(&p.a, "backup.new"));
	lock(&p.a);
	assert_true(vault_is_receiving(p.a.v));
	assert_false(has(&p.a, "backup.new"));
	write_some(&p, 1, 3);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 3);
	struct file f = back_up(&p.a);
	drop(&f);
	part(&p);
}

/* One turn's worth of what came, as anybody with the secret of nothing makes it: the public half is enough. */
static void put_entry(struct rig *r, const struct slice *parts, size_t n)
{
	struct secret32 seed;
	u8 ek[XWING_EK_LEN], id[INBOX_ID_LEN];
	struct inbox *i = NULL;
	struct buf entry = buf_with_max(1 << 20);
	struct query q = store_query(r->v->store, sql_inbox_get);
	assert_true(query_row(&q));
	query_get_fixed(&q, 0, seed.b, sizeof seed.b);
	query_end(&q);
	rig_kill(r);
	assert_int_equal(inbox_public(&seed, ek, id), OK);
	assert_int_equal(inbox_new(r->dir, rig_env(), ek, &i), OK);
	for (size_t k = 0; k < n; k++)
		assert_int_equal(inbox_put_part(&entry, parts[k]), OK);
	assert_int_equal(inbox_append(i, buf_bytes(&entry), (u32)n), OK);
	inbox_free(i);
	buf_free(&entry);
	rig_reopen(r);
}

static struct slice record_part(struct pair *p, u8 number, u8 *room, size_t cap)
{
	u8 payload[PEER_MSG_MAX], text[20];
	int n = snprintf((char *)text, sizeof text, "message %u", number);
	struct peer_item item = {.seq = number, .time_ms = 1, .kind = ITEM_TEXT, .body = slice_of(text, (size_t)n)};
	item.id.b[0] = number;
	struct writer w = writer_of(room, cap);
	put_u8(&w, 1);
	put_u64(&w, 1000);
	put_u64(&w, p->b_at_a);
	put_u8(&w, RECORD_DATA);
	put_var(&w, slice_of(payload, peer_item_encode(&item, payload, sizeof payload)), PEER_MSG_MAX);
	assert_false(w.bad);
	return writer_bytes(&w);
}

/* One part that nobody can make sense of costs itself, and is told; those before and behind it come. */
static void test_one_bad_part(void **state)
{
	struct pair p;
	u8 room[4][PEER_MSG_MAX + 64];
	(void)state;
	meet(&p);
	rig_cut(&p.a, p.link);
	struct slice last = record_part(&p, 3, room[2], sizeof room[2]);
	room[3][0] = 2; /* a row of no kind */
	memset(room[3] + 1, 0xff, 30);
	struct slice parts[] = {
		record_part(&p, 1, room[0], sizeof room[0]),
		slice_str("\x09 of a later version"),
		slice_of(room[3], 31),
		slice_of(last.p, last.n - 3), /* cut short */
		slice_of(NULL, 0),
		record_part(&p, 2, room[1], sizeof room[1]),
		last,
	};
	put_entry(&p.a, parts, ARRAY_LEN(parts));
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 3);
	assert_int_equal(damaged(&p.a), 4);
	assert_int_equal(inbox_size(&p.a), -1);
	assert_false(has(&p.a, "inbox.damaged"));
	part(&p);
}

static void put_file(struct rig *r, const char *name, const u8 *bytes, size_t n)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

static u8 first_byte(struct rig *r, const char *name)
{
	char path[128];
	u8 b = 0;
	snprintf(path, sizeof path, "%s/%s", r->dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, &b, 1), 1);
	close(fd);
	return b;
}

/* Of another vault, or with nothing that opens: it is told and kept, and none that was kept before is touched. */
static void test_nothing_opens(void **state)
{
	static u8 junk[HEADS + 5000];
	struct pair p;
	(void)state;
	meet(&p);
	for (u8 k = 1; k <= INBOX_ASIDE + 1; k++) {
		memset(junk, k, sizeof junk);
		rig_kill(&p.a);
		put_file(&p.a, "inbox", junk, sizeof junk);
		rig_reopen(&p.a);
		assert_int_equal(rig_login(&p.a, PASS, ""), OK);
		assert_int_equal(inbox_size(&p.a), -1);
		assert_int_equal(damaged(&p.a), k);
	}
	assert_int_equal(first_byte(&p.a, "inbox.damaged"), 1);
	assert_int_equal(first_byte(&p.a, "inbox.damaged.2"), 2);
	assert_int_equal(first_byte(&p.a, "inbox.damaged.3"), 3);
	assert_true(rig_dial(&p.b, &p.a) != 0);
	lock(&p.a); /* and it goes on as ever */
	write_some(&p, 1, 2);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 2);
	assert_int_equal(damaged(&p.a), INBOX_ASIDE + 1);
	assert_int_equal(rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, erase)).type, ipc_t_done);
	assert_false(has(&p.a, "inbox.damaged") || has(&p.a, "inbox.damaged.2") || has(&p.a, "inbox.damaged.3"));
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_bad_part),     cmocka_unit_test(test_nothing_opens),
		cmocka_unit_test(test_breaks_taking_in), cmocka_unit_test(test_counts_with_a_full_disk),
		cmocka_unit_test(test_is_good_at_last),  cmocka_unit_test(test_no_item),
		cmocka_unit_test(test_was_set_aside),    cmocka_unit_test(test_ends_a_backup),
	};
	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
