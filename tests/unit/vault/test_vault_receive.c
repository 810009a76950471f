/* A locked vault into which messages go on arriving: what is acknowledged is there after the next login, once, whatever
 * becomes of the process, the disk and the file. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "receiving.h"

#define PASS "correct horse"

static u8 file[1 << 20];
static size_t file_n;

static size_t slurp(const char *dir, const char *name, u8 *ret, size_t cap)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t n = fread(ret, 1, cap, f);
	assert_true(n < cap);
	(void)fclose(f);
	return n;
}

static void spill(const char *dir, const char *name, const u8 *bytes, size_t n)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void read_inbox(const struct rig *r)
{
	file_n = slurp(r->dir, "inbox", file, sizeof file);
}

static void write_inbox(const struct rig *r, size_t n)
{
	spill(r->dir, "inbox", file, n);
}

static void test_arrives(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	write_some(&p, 1, 1);
	size_t mark = rig_mark(&p.a);
	lock(&p.a);
	assert_true(vault_is_receiving(p.a.v));
	assert_int_equal(inbox_size(&p.a), -1); /* nothing to say, nothing written */
	write_some(&p, 2, 20);
	for (u64 i = 1; i <= 20; i++)
		assert_int_equal(pair_row(&p.b, p.a_at_b, i).state, MESSAGE_DELIVERED);
	assert_true(inbox_size(&p.a) > HEADS);
	/* The address stays, and the link; pages hear that it is locked, and no more. */
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity_gone), 0);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_service_gone), 0);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_locked), 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 0);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_contact), 0);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, contacts_list)), ERR_LOCAL_LOCKED);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB, IPC_MSG(0, status_get)), ERR_LOCAL_LOCKED);
	assert_int_equal(rig_login(&p.a, "a guess", ""), ERR_LOCAL_SECRET);
	assert_true(vault_is_receiving(p.a.v));
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_false(vault_is_receiving(p.a.v));
	assert_int_equal(inbox_size(&p.a), -1);
	expect(&p, 20);
	write_some(&p, 21, 22); /* on the link that was there all the time */
	expect(&p, 22);
	assert_int_equal(damaged(&p.a), 0);
	part(&p);
}

/* What Alice wrote goes on waiting, and goes out after the login without a new link. */
static void test_nothing_goes_out(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	rig_cut(&p.a, p.link);
	rig_write(&p.a, p.b_at_a, 1, "later");
	lock(&p.a);
	assert_true(rig_dial(&p.b, &p.a) != 0);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 0);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_DELIVERED);
	part(&p);
}

/* An acknowledgement that came while locked was not looked at: the next SYNC, or the item again, says it. */
static void test_ack_while_locked(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	rig_write(&p.a, p.b_at_a, 1, "on its way");
	lock(&p.a);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 1).state, MESSAGE_DELIVERED);
	assert_int_equal(rig_list(&p.b, p.a_at_b, NULL, NULL), 1);
	part(&p);
}

/* Links that are made while locked change what both remember of each other. */
static void test_continuity(void **state)
{
	struct pair p;
	struct ipc_contact c;
	(void)state;
	meet(&p);
	for (int round = 0; round < 3; round++) {
		rig_cut(&p.a, p.link);
		assert_true(rig_dial(&p.a, &p.b) != 0);
		lock(&p.a);
		for (u32 link = p.a.n_links, i = 0; i < 3; i++) {
			rig_cut(&p.a, link);
			u32 there = rig_dial(&p.b, &p.a);
			assert_true(there != 0);
			link = p.b.links[there].peer_link;
		}
		if (round == 2) /* the process dies, and with it what was in memory */
			rig_reopen(&p.a);
		assert_int_equal(rig_login(&p.a, PASS, ""), OK);
		p.link = rig_dial(&p.a, &p.b);
		assert_true(p.link != 0);
		(void)rig_contact(&p.a, &p.b, &c);
		assert_int_equal(c.lost_times, 0);
		(void)rig_contact(&p.b, &p.a, &c);
		assert_int_equal(c.lost_times, 0);
	}
	part(&p);
}

static void test_rotation(void **state)
{
	struct pair p;
	struct ipc_contact c;
	(void)state;
	meet(&p);
	lock(&p.a);
	(void)rig_ask(&p.b, ROLE_WEB, IPC_MSG(0, identity_rotate));
	rig_cut(&p.a, p.link);
	assert_true(rig_dial(&p.b, &p.a) != 0);
	write_some(&p, 1, 2);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 2);
	(void)rig_contact(&p.a, &p.b, &c);
	assert_int_equal(c.rotated_ms, rig_now_ms);
	assert_true(c.trust != SHOWN_CHANGED);
	assert_true(rig_dial(&p.a, &p.b) != 0);
	part(&p);
}

/* Another key at a contact's address: nothing of it is taken, and the user sees it after the login. */
static void test_other_key(void **state)
{
	struct pair p;
	struct ipc_contact c;
	struct rig thief;
	(void)state;
	meet(&p);
	rig_new(&thief, "Mallory");
	lock(&p.a);
	rig_cut(&p.a, p.link);
	struct ipc_msg m = IPC_MSG(0, peer_accept, .link = 100, .identity = p.a.identity, .relation = PQ_CHANGED,
	                           .seq = thief.pq.seq, .version = 1, .suite = 1);
	memcpy(m.peer_accept.onion, p.b.onion.b, 32);
	memcpy(m.peer_accept.pk, thief.pq.pk, sizeof thief.pq.pk);
	memcpy(m.peer_accept.next, thief.pq.next, 32);
	struct ipc_msg a = rig_ask(&p.a, ROLE_NET, m);
	assert_int_equal(a.type, ipc_t_accept_status);
	assert_int_equal(a.accept_status.status, ACCEPT_KEY_CHANGED);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	(void)rig_contact(&p.a, &p.b, &c);
	assert_int_equal(c.trust, SHOWN_CHANGED);
	lock(&p.a); /* of such a one nothing is kept while locked */
	m = IPC_MSG(0, peer_ask, .identity = p.a.identity, .version = 1, .suite = 1);
	memcpy(m.peer_ask.onion, p.b.onion.b, 32);
	assert_int_equal(rig_ask(&p.a, ROLE_NET, m).peer_verdict.allow, 0);
	rig_close(&thief);
	part(&p);
}

/* Who is no contact is turned away, with an invitation too, which stays good. */
static void test_strangers(void **state)
{
	struct pair p;
	struct rig c;
	char text[256];
	(void)state;
	meet(&p);
	rig_new(&c, "Carol");
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, identity_set, .identity = p.a.identity, .strangers = 1));
	struct ipc_msg i = rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 7));
	snprintf(text, sizeof text, "%.*s", (int)i.invite.text.n, (const char *)i.invite.text.p);
	assert_int_equal(rig_refused(&c, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(text))), OK);
	lock(&p.a);
	assert_int_equal(rig_dial(&c, &p.a), 0);
	/* asked before the lock */
	struct ipc_msg m = IPC_MSG(0, peer_accept, .link = 100, .identity = p.a.identity, .relation = PQ_NEW,
	                           .version = 1, .suite = 1);
	memcpy(m.peer_accept.onion, c.onion.b, 32);
	assert_int_equal(rig_refused(&p.a, ROLE_NET, m), ERR_PEER_POLICY);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_true(rig_dial(&c, &p.a) != 0);
	assert_int_equal(rig_state(&c, &p.a), CONTACT_ACCEPTED);
	rig_close(&c);
	part(&p);
}

/* The process dies at any moment while it receives; and between taking in and removing the file. */
static void test_dies(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	lock(&p.a);
	write_some(&p, 1, 5);
	read_inbox(&p.a);
	rig_reopen(&p.a);
	assert_false(vault_is_receiving(p.a.v));
	assert_true(inbox_size(&p.a) > HEADS);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 5);
	/* A message is deleted here, then the same file is there again: it is known, and not read. */
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, message_delete, .contact = p.b_at_a, .ordinal = 5));
	rig_kill(&p.a);
	write_inbox(&p.a, file_n);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_int_equal(inbox_size(&p.a), -1);
	assert_int_equal(damaged(&p.a), 0);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 5);
	assert_int_equal(pair_row(&p.a, p.b_at_a, 5).kind, MESSAGE_SHOWN_DELETED_HERE);
	assert_true(rig_dial(&p.b, &p.a) != 0);
	lock(&p.a);
	write_some(&p, 6, 7);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 7);
	part(&p);
}

/* What has come, with a vault that is locked and dead: for looking at copies of it. */
struct kept {
	char dir[64];
	u8 db[1 << 20], keys[4096];
	size_t db_n, keys_n;
};

static struct kept kept;

static void keep(struct pair *p)
{
	rig_kill(&p->a);
	kept.db_n = slurp(p->a.dir, "vault.db", kept.db, sizeof kept.db);
	kept.keys_n = slurp(p->a.dir, "keys", kept.keys, sizeof kept.keys);
	read_inbox(&p->a);
}

/* As it was, with the inbox as it is in `file`. */
static void again(struct pair *p, size_t n)
{
	char path[128];
	if (p->a.v)
		rig_kill(&p->a);
	snprintf(path, sizeof path, "%s/vault.db-wal", p->a.dir);
	(void)unlink(path);
	spill(p->a.dir, "vault.db", kept.db, kept.db_n);
	write_inbox(&p->a, n);
	rig_reopen(&p->a);
	assert_int_equal(rig_login(&p->a, PASS, ""), OK);
	assert_int_equal(inbox_size(&p->a), -1);
}

/* A write that was not finished was never acknowledged. */
static void test_torn(void **state)
{
	struct pair p;
	long size[6];
	(void)state;
	meet(&p);
	lock(&p.a);
	for (u8 i = 1; i <= 5; i++) {
		write_some(&p, i, i);
		size[i] = inbox_size(&p.a);
	}
	keep(&p);
	assert_int_equal(file_n, size[5]);
	for (size_t n = (size_t)size[4] + 1; n < (size_t)size[5]; n += 7) {
		again(&p, n);
		expect(&p, 4);
		assert_int_equal(damaged(&p.a), 0);
	}
	memset(file + size[4], 0, (size_t)(size[5] - size[4])); /* the power went */
	again(&p, file_n);
	expect(&p, 4);
	assert_int_equal(damaged(&p.a), 0);
	again(&p, 100);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 0);
	part(&p);
}

/* One bent byte costs one entry at most, and is told. */
static void test_damaged(void **state)
{
	struct pair p;
	long size[6] = {HEADS};
	(void)state;
	meet(&p);
	lock(&p.a);
	for (u8 i = 1; i <= 5; i++) {
		write_some(&p, i, i);
		size[i] = inbox_size(&p.a);
	}
	keep(&p);
	for (size_t at = 0; at < file_n; at += at < HEADS ? 97 : 5) {
		file[at] ^= 0x10;
		again(&p, file_n);
		size_t n = rig_list(&p.a, p.b_at_a, NULL, NULL);
		assert_int_equal(n, at < HEADS ? 5 : 4);
		assert_int_equal(damaged(&p.a), at < HEADS ? 0 : 1);
		file[at] ^= 0x10;
	}
	memset(file + HEADS / 2, 0, HEADS / 2); /* a sector that cannot be read */
	memset(file + 8, 0, 16);
	again(&p, file_n);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 5);
	/* a gap; garbage behind; garbage instead of it */
	memset(file + size[1], 'x', (size_t)(size[3] - size[1]));
	again(&p, file_n);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 3);
	assert_int_equal(damaged(&p.a), 1);
	memset(file, 'y', sizeof file);
	again(&p, 100000);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 0);
	assert_int_equal(damaged(&p.a), 1);
	part(&p);
}

/* Nothing is acknowledged that is not kept; it comes again. */
static void test_full_disk(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	lock(&p.a);
	write_some(&p, 1, 2);
	long before = inbox_size(&p.a);
	rig_write(&p.b, p.a_at_b, 3, "message 3");
	size_t mark = rig_mark(&p.a);
	limit_files(64);
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 0);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity_gone), 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_storage), 0); /* pages hear nothing */
	rig_now_ms += DISK_TRY_MS;
	mark = rig_mark(&p.a);
	rig_tick(&p.a);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity), 0);
	limit_files(RLIM_INFINITY);
	assert_int_equal(inbox_size(&p.a), before);
	assert_true(pair_row(&p.b, p.a_at_b, 3).state != MESSAGE_DELIVERED);
	rig_now_ms += DISK_TRY_MS;
	rig_tick(&p.a);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity), 1);
	rig_cut(&p.b, p.a.links[p.link].peer_link);
	assert_true(rig_dial(&p.b, &p.a) != 0);
	assert_int_equal(pair_row(&p.b, p.a_at_b, 3).state, MESSAGE_DELIVERED);
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 3);
	assert_int_equal(damaged(&p.a), 0);
	part(&p);
}

/* A disk that is full at the login: the history can be read, what came waits and is taken in when there is room. */
static void test_full_at_login(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	write_some(&p, 1, 1);
	lock(&p.a);
	write_some(&p, 2, 4);
	limit_files(64);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_true(vault_is_unlocked(p.a.v));
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 1);
	assert_true(inbox_size(&p.a) > HEADS);
	limit_files(RLIM_INFINITY);
	size_t mark = rig_mark(&p.a);
	rig_now_ms += DISK_TRY_MS;
	rig_tick(&p.a);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_message), 3); /* pages are there */
	assert_int_equal(inbox_size(&p.a), -1);
	expect(&p, 4);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity), 1);
	part(&p);
}

static void feed(struct pair *p, u32 from, u32 to)
{
	u8 room[PEER_MSG_MAX];
	for (u32 i = from; i <= to; i++) {
		struct peer_item item = {.seq = i, .time_ms = 1, .kind = ITEM_TEXT, .body = slice_str("one of many")};
		memcpy(item.id.b, &i, sizeof i);
		struct ipc_msg m = IPC_MSG(0, record_in, .link = p->link, .contact = p->b_at_a, .type = RECORD_DATA);
		m.record_in.payload = slice_of(room, peer_item_encode(&item, room, sizeof room));
		assert_int_equal(vault_input(p->a.v, ROLE_NET, &m), OK);
		if (i % 250 == 0) {
			assert_int_equal(vault_commit(p->a.v), OK);
			rig_collect(&p->a);
		}
	}
}

/* More than there is room for waits where it is. */
static void test_bound(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	lock(&p.a);
	feed(&p, 1, MAX_INBOX_ITEMS - 250);
	assert_true(vault_is_receiving(p.a.v));
	size_t mark = rig_mark(&p.a);
	feed(&p, MAX_INBOX_ITEMS - 249, MAX_INBOX_ITEMS);
	assert_false(vault_is_receiving(p.a.v));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_record_out), 4); /* what is kept is acknowledged */
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity_gone), 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_service_gone), 1);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	struct ipc_msg m = rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, messages_list, .contact = p.b_at_a, .limit = 1));
	assert_int_equal(m.message.ordinal, MAX_INBOX_ITEMS);
	part(&p);
}

/* Off is off. */
static void test_off(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	struct ipc_settings s = rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, settings_get)).settings;
	assert_int_equal(s.receive_locked, 0);
	assert_int_equal(rig_refused(&p.a, ROLE_WEB,
	                             IPC_MSG(0, settings_set, .which = SETTING_RECEIVE_LOCKED, .receive_locked = 2)),
	                 ERR_PEER_FORMAT);
	receive(&p.a, true);
	s = rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, settings_set, .which = SETTING_LOCK_AFTER, .lock_after = 5)).settings;
	assert_int_equal(s.receive_locked, 1); /* as it is */
	receive(&p.a, false);
	size_t mark = rig_mark(&p.a);
	lock(&p.a);
	assert_false(vault_is_receiving(p.a.v));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity_gone), 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_service_gone), 1);
	assert_int_equal(inbox_size(&p.a), -1);
	part(&p);
}

static void test_erase(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	lock(&p.a);
	write_some(&p, 1, 2);
	assert_true(inbox_size(&p.a) > HEADS);
	size_t mark = rig_mark(&p.a);
	assert_int_equal(rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, erase)).type, ipc_t_done);
	assert_int_equal(inbox_size(&p.a), -1);
	assert_false(vault_is_receiving(p.a.v));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity_gone), 1);
	part(&p);
}

/* The end of the process is the end of it all. */
static void test_end(void **state)
{
	struct pair p;
	(void)state;
	meet(&p);
	lock(&p.a);
	write_some(&p, 1, 2);
	size_t mark = rig_mark(&p.a);
	assert_int_equal(vault_end(p.a.v), OK);
	rig_collect(&p.a);
	assert_false(vault_is_receiving(p.a.v));
	assert_int_equal(rig_count(&p.a, mark, ipc_t_identity_gone), 1);
	assert_int_equal(rig_count(&p.a, mark, ipc_t_locked), 0); /* it was */
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	expect(&p, 2);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrives),
		cmocka_unit_test(test_nothing_goes_out),
		cmocka_unit_test(test_ack_while_locked),
		cmocka_unit_test(test_continuity),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_other_key),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_dies),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_full_at_login),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_erase),
		cmocka_unit_test(test_end),
	};
	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
