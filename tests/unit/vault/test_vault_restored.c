/* A vault that went back in time by a backup: it does nothing twice, and both sides are told what is true. */
#include <signal.h>
#include <sys/resource.h>

#include "backups.h"
#include "base/limits.h"
#include "pair.h"
#include "vault/contacts.h"
#include "vault/state.h"
#include "wire/backup_file.h"

static struct ipc_contact shown(struct rig *r, const struct rig *other)
{
	struct ipc_contact row;
	rig_contact(r, other, &row);
	return row;
}

static void say(struct rig *r, u64 contact, u8 id)
{
	char text[16];
	snprintf(text, sizeof text, "%u", id);
	(void)rig_write(r, contact, id, text);
}

/* How often each of the messages that `say` wrote is there, by number. */
static void count(struct rig *r, u64 contact, bool mine, unsigned ret[static 256])
{
	size_t mark = rig_mark(r);
	memset(ret, 0, 256 * sizeof *ret);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, messages_list, .contact = contact, .limit = 100));
	for (size_t i = mark; i < r->n_outs; i++) {
		struct ipc_msg m;
		char text[8] = "";
		assert_int_equal(ipc_decode(slice_of(r->outs[i].bytes, r->outs[i].n), &m), OK);
		if (m.type != ipc_t_message || m.message.mine != mine)
			continue;
		assert_true(m.message.text.n && m.message.text.n < sizeof text);
		memcpy(text, m.message.text.p, m.message.text.n);
		ret[strtoul(text, NULL, 10) & 255]++;
	}
}

static void assert_has(struct rig *r, u64 contact, bool mine, const char *numbers)
{
	unsigned n[256];
	bool want[256] = {0};
	for (char *at = (char *)(uintptr_t)numbers; *at;)
		want[strtoul(at, &at, 10) & 255] = true;
	count(r, contact, mine, n);
	for (unsigned i = 0; i < 256; i++)
		if (n[i] != want[i])
			fail_msg("%s%u is there %u times", mine ? "mine: " : "theirs: ", i, n[i]);
}

/* ---- the tests ---- */

static void test_there_and_back(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	say(&p.a, p.b_at_a, 1);
	say(&p.b, p.a_at_b, 101);
	rig_shuttle(&p.a, &p.b);
	struct file f = back_up(&p.a);
	assert_int_equal(status(&p.a).restored_ms, 0); /* it is told by the copy, not by what was copied */
	struct onion_pub onion = p.a.onion;
	restore(&p.a, &f);
	assert_memory_equal(p.a.onion.b, onion.b, 32);
	struct ipc_status s = status(&p.a);
	assert_true(s.restored_from > 0 && s.restored_ms >= s.restored_from);
	p.b_at_a = rig_contact(&p.a, &p.b, NULL);
	assert_has(&p.a, p.b_at_a, true, "1");
	assert_has(&p.a, p.b_at_a, false, "101");
	assert_int_equal(restore_to(p.a.dir, &f), ERR_LOCAL_EXISTS); /* never over a vault */
	rig_reopen(&p.a);
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	assert_int_equal(status(&p.a).restored_ms, s.restored_ms); /* once */
	drop(&f);
	part(&p);
}

static void inbox_seed(struct rig *r, u8 ret[static 32])
{
	struct query q = store_query(r->v->store, sql_inbox_get);
	assert_true(query_row(&q));
	query_get_fixed(&q, 0, ret, 32);
	query_end(&q);
}

/* The key pair of the sealed inbox may have opened one since. */
static void test_another_inbox(void **state)
{
	struct pair p;
	u8 before[32], after[32];
	(void)state;
	befriend(&p);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, settings_set, .which = SETTING_RECEIVE_LOCKED, .receive_locked = 1));
	inbox_seed(&p.a, before);
	struct file f = back_up(&p.a);
	restore(&p.a, &f);
	assert_int_equal(rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, settings_get)).settings.receive_locked, 1);
	inbox_seed(&p.a, after);
	assert_memory_not_equal(before, after, sizeof before);
	/* Locked, it gives no number twice: what the contact says then is not used up. */
	say(&p.a, p.b_at_a, 1);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, lock));
	assert_true(vault_is_receiving(p.a.v));
	assert_int_not_equal(rig_dial(&p.b, &p.a), 0);
	say(&p.b, p.a_at_b, 101);
	rig_shuttle(&p.a, &p.b);
	rig_reopen(&p.a); /* and with this process the SYNC is forgotten */
	assert_int_equal(rig_login(&p.a, PASS, ""), OK);
	inbox_seed(&p.a, before);
	assert_memory_not_equal(before, after, sizeof before);
	p.b_at_a = rig_contact(&p.a, &p.b, NULL);
	struct query q = store_query(p.a.v->store, sql_contact_behind);
	query_int(&q, (i64)p.b_at_a);
	assert_int_equal(query_take_int(&q), 1);
	assert_has(&p.a, p.b_at_a, false, "101");
	p.link = rig_dial(&p.a, &p.b);
	rig_shuttle(&p.a, &p.b);
	assert_has(&p.b, p.a_at_b, false, "1");
	q = store_query(p.a.v->store, sql_contact_behind);
	query_int(&q, (i64)p.b_at_a);
	assert_int_equal(query_take_int(&q), 0);
	drop(&f);
	part(&p);
}

/* What was written after the backup is gone on one side; nothing is doubled, nothing is numbered twice, both are told. */
static void test_goes_on(void **state)
{
	struct pair p;
	(void)state;
	befriend(&p);
	for (int i = 0; i < 2; i++) { /* both remember a session: PROTO 5.5.5 */
		rig_cut(&p.a, p.link);
		p.link = rig_dial(&p.a, &p.b);
	}
	say(&p.a, p.b_at_a, 1);
	rig_shuttle(&p.a, &p.b);
	rig_cut(&p.a, p.link);
	say(&p.a, p.b_at_a, 2); /* waits in the backup; the vault that is lost delivers it */
	struct file f = back_up(&p.a);
	p.link = rig_dial(&p.a, &p.b);
	say(&p.a, p.b_at_a, 3);
	say(&p.a, p.b_at_a, 4);
	say(&p.b, p.a_at_b, 101);
	rig_shuttle(&p.a, &p.b);
	assert_has(&p.b, p.a_at_b, false, "1 2 3 4");
	rig_cut(&p.a, p.link);
	say(&p.b, p.a_at_b, 102); /* waits */
	assert_int_equal(shown(&p.b, &p.a).lost_times, 0);

	restore(&p.a, &f);
	say(&p.a, p.b_at_a, 5); /* before anybody said how far it is */
	say(&p.a, p.b_at_a, 6);
	p.link = rig_dial(&p.a, &p.b);
	assert_true(p.link);
	say(&p.a, p.b_at_a, 7);
	say(&p.b, p.a_at_b, 103);
	rig_shuttle(&p.a, &p.b);
	assert_has(&p.b, p.a_at_b, false, "1 2 3 4 5 6 7");
	assert_has(&p.a, p.b_at_a, true, "1 2 5 6 7");
	assert_has(&p.a, p.b_at_a, false, "102 103");
	assert_int_equal(shown(&p.b, &p.a).lost_times, 1);
	assert_int_equal(shown(&p.b, &p.a).broken_ms, 0);
	assert_int_equal(shown(&p.b, &p.a).missing, 0);
	assert_int_equal(shown(&p.a, &p.b).missing, 1); /* 101 */
	for (u64 i = 1; i <= 5; i++)
		assert_int_equal(pair_row(&p.a, p.b_at_a, i).state,
		                 pair_row(&p.a, p.b_at_a, i).mine ? MESSAGE_DELIVERED : MESSAGE_RECEIVED);

	rig_cut(&p.a, p.link); /* and from now on all is as ever */
	p.link = rig_dial(&p.a, &p.b);
	say(&p.a, p.b_at_a, 8);
	rig_shuttle(&p.a, &p.b);
	assert_has(&p.b, p.a_at_b, false, "1 2 3 4 5 6 7 8");
	assert_int_equal(shown(&p.b, &p.a).lost_times, 1);
	assert_int_equal(shown(&p.b, &p.a).broken_ms, 0);
	drop(&f);
	part(&p);
}

/* A contact that says it has what nobody wrote spoils nothing but a few numbers, once. */
static void test_lying_contact(void **state)
{
	static const u64 tops[] = {ITEM_SEQ_MAX, RESTORED_JUMP_MAX + 2, RESTORED_JUMP_MAX};
	struct pair p;
	(void)state;
	befriend(&p);
	say(&p.a, p.b_at_a, 1);
	rig_shuttle(&p.a, &p.b);
	struct file f = back_up(&p.a);
	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		u8 room[PEER_MSG_MAX];
		struct peer_sync sync = {.top = tops[i], .head = {1}};
		struct contact c;
		restore(&p.a, &f);
		p.a.hold = p.b.hold = true;
		u32 link = rig_dial(&p.a, &p.b);
		for (int again = 0; again < 2; again++) {
			size_t n = peer_sync_encode(&sync, room, sizeof room);
			rig_say(&p.a, ROLE_NET,
			        IPC_MSG(0, record_in, .link = link, .contact = p.b_at_a, .type = RECORD_SYNC,
			                .payload = slice_of(room, n)));
			sync.top += 10;
		}
		say(&p.a, p.b_at_a, 2);
		assert_true(contacts_get(p.a.v->store, p.b_at_a, &c));
		assert_int_equal(c.out_seq, tops[i] == RESTORED_JUMP_MAX ? tops[i] + 1 : 2);
		p.a.hold = p.b.hold = false;
		rig_cut(&p.a, link);
	}
	drop(&f);
	part(&p);
}

/* What serves once is not in a restored vault; what was given to us is, since the other side knows whether it served. */
static void test_invitations(void **state)
{
	struct rig a, b;
	char text[2][256];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	struct rig *both[] = {&a, &b};
	for (int i = 0; i < 2; i++) {
		struct ipc_msg m = rig_ask(both[i], ROLE_WEB, IPC_MSG(0, invite_create, .days = 7));
		assert_int_equal(m.type, ipc_t_invite);
		snprintf(text[i], sizeof text[i], "%.*s", (int)m.invite.text.n, (const char *)m.invite.text.p);
	}
	assert_int_equal(rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(text[1]))).type,
	                 ipc_t_contact);
	struct file f = back_up(&a);
	restore(&a, &f);
	size_t mark = rig_mark(&a);
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, invites_list));
	const struct ipc_msg *i = rig_last(&a, mark, ipc_t_invite);
	assert_int_equal(i->invite.state, INVITE_REVOKED);
	assert_int_equal(i->invite.text.n, 0);
	assert_true(rig_dial(&a, &b));
	assert_int_equal(rig_state(&a, &b), CONTACT_ACCEPTED);
	drop(&f);
	rig_close(&a);
	rig_close(&b);
}

struct chatter {
	struct pair *p;
	u8 said;
};

static void chat(void *arg)
{
	struct chatter *c = arg;
	say(&c->p->a, c->p->b_at_a, ++c->said);
	say(&c->p->b, c->p->a_at_b, (u8)(100 + c->said));
	rig_shuttle(&c->p->a, &c->p->b);
}

/* Messages come and go between any two steps; the backup is the vault of one moment. */
static void test_made_while_used(void **state)
{
	struct pair p;
	struct chatter c = {.p = &p};
	u8 id[16] = {0};
	unsigned mine[256], theirs[256], n_mine = 0, n_theirs = 0;
	(void)state;
	befriend(&p);
	static char text[MAX_TEXT + 1];
	memset(text, 'x', MAX_TEXT);
	for (u8 i = 0; i < 90; i++) { /* enough for several steps */
		struct ipc_msg m = IPC_MSG(0, message_send, .contact = p.b_at_a, .text = slice_of(text, MAX_TEXT));
		m.message_send.id[0] = i;
		m.message_send.id[1] = 7;
		assert_int_equal(rig_ask(&p.a, ROLE_WEB, m).type, ipc_t_message);
	}
	rig_shuttle(&p.a, &p.b);
	assert_int_equal(begin(&p.a, SLOT_PASSPHRASE, PASS, id), OK);
	struct file f = fetch(&p.a, id, chat, &c);
	assert_true(c.said >= 3);
	end(&p.a, id);
	struct backup_head h;
	assert_int_equal(backup_head_decode(f.bytes, 1000, &h), OK);
	assert_int_equal(backup_file_len(&h), f.n);

	restore(&p.a, &f);
	/* ordinals are dense: rig_list asserts it; the long ones are 90 */
	size_t mark = rig_mark(&p.a);
	(void)rig_ask(&p.a, ROLE_WEB, IPC_MSG(0, messages_list, .contact = p.b_at_a, .before = 1000, .limit = 100));
	memset(mine, 0, sizeof mine);
	memset(theirs, 0, sizeof theirs);
	for (size_t i = mark; i < p.a.n_outs; i++) {
		struct ipc_msg m;
		assert_int_equal(ipc_decode(slice_of(p.a.outs[i].bytes, p.a.outs[i].n), &m), OK);
		if (m.type != ipc_t_message || m.message.ordinal <= 90)
			continue;
		char number[8] = "";
		assert_true(m.message.text.n < sizeof number);
		memcpy(number, m.message.text.p, m.message.text.n);
		(m.message.mine ? mine : theirs)[strtoul(number, NULL, 10) & 255]++;
	}
	while (mine[n_mine + 1] == 1)
		n_mine++;
	while (theirs[101 + n_theirs] == 1)
		n_theirs++;
	assert_true(n_mine >= 1 && n_mine <= c.said && n_mine - n_theirs <= 1);
	for (unsigned i = n_mine + 1; i < 100; i++)
		assert_int_equal(mine[i], 0);
	assert_true(rig_dial(&p.a, &p.b));
	chat(&c);
	assert_int_equal(shown(&p.b, &p.a).broken_ms, 0);
	assert_int_equal(shown(&p.b, &p.a).missing, 0);
	assert_int_equal(shown(&p.a, &p.b).missing, c.said - 1 - n_theirs);
	drop(&f);
	part(&p);
}

/* The first login after a restoring has to write. Where it cannot, nothing is unlocked, and nothing was used. */
static void test_first_login_on_a_full_disk(void **state)
{
	struct rig r;
	struct rlimit l;
	(void)state;
	rig_new(&r, "Alice");
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, invite_create, .days = 7));
	struct file f = back_up(&r);
	rig_kill(&r);
	empty(&r);
	assert_int_equal(restore_to(r.dir, &f), OK);
	rig_reopen(&r);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	rlim_t all = l.rlim_cur;
	for (int i = 0; i < 3; i++) {
		l.rlim_cur = 64;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
		err_t e = rig_login(&r, PASS, "");
		l.rlim_cur = all;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
		assert_int_equal(e, ERR_LOCAL_FULL);
		assert_false(vault_is_unlocked(r.v));
	}
	size_t mark = rig_mark(&r);
	assert_int_equal(rig_login(&r, PASS, ""), OK);
	assert_true(status(&r).restored_ms > 0);
	(void)rig_ask(&r, ROLE_WEB, IPC_MSG(0, invites_list));
	assert_int_equal(rig_last(&r, mark, ipc_t_invite)->invite.state, INVITE_REVOKED);
	drop(&f);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),  cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_lying_contact),   cmocka_unit_test(test_invitations),
		cmocka_unit_test(test_made_while_used), cmocka_unit_test(test_first_login_on_a_full_disk),
		cmocka_unit_test(test_another_inbox),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
