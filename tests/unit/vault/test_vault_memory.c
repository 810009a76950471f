/* What a lock leaves behind in memory. */
#include "../memory.h"
#include "pair.h"
#include "vault/invites.h"
#include "vault/state.h"
#include "wire/invite_text.h"

enum { DB_KEY, ONION_SEED, PQ_SEED, PQ_NEXT_SEED, SECRETS };

/* Reads the secrets of an unlocked vault. */
static void take_secrets(struct rig *r, struct needle ret[static SECRETS])
{
	u8 seed[32];
	ret[DB_KEY] = needle_of(r->v->ids->db_key.b, 32);
	struct query q = store_query(r->v->store, sql_identity_get);
	query_int(&q, 1);
	assert_true(query_row(&q));
	for (int i = ONION_SEED; i < SECRETS; i++) {
		query_get_fixed(&q, i, seed, sizeof seed);
		ret[i] = needle_of(seed, sizeof seed);
	}
	query_end(&q);
	wipe(seed, sizeof seed);
}

static void test_lock_leaves_no_key(void **state)
{
	struct rig r;
	struct needle secrets[SECRETS];
	(void)state;
	rig_new(&r, "Alice");
	take_secrets(&r, secrets);
	assert_true(memory_count(&secrets[DB_KEY]) > 0);
	rig_say(&r, ROLE_WEB, IPC_MSG(0, lock));
	assert_false(vault_is_unlocked(r.v));
	for (int i = 0; i < SECRETS; i++)
		assert_int_equal(memory_count(&secrets[i]), 0);
	rig_close(&r);
}

/* One turn of which the test keeps no copy. */
static void pass_by(struct rig *r, const struct ipc_msg *m)
{
	struct ipc_msg out;
	enum role to;
	assert_int_equal(vault_input(r->v, ROLE_WEB, m), OK);
	assert_int_equal(vault_commit(r->v), OK);
	while (vault_output(r->v, &to, &out))
		vault_sent(r->v);
	wipe(&out, sizeof out);
}

static void test_lock_leaves_no_message(void **state)
{
	struct rig r, b;
	u8 text[40];
	(void)state;
	rig_new(&r, "Alice");
	rig_new(&b, "Bob");
	u64 contact = rig_add(&r, &b, "");
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (u8)('a' + i * i % 26);
	struct needle secret = needle_of(text, sizeof text);
	pass_by(&r, &IPC_MSG(1, message_send, .contact = contact, .text = slice_of(text, sizeof text)));
	wipe(text, sizeof text);
	assert_true(memory_count(&secret) > 0);
	pass_by(&r, &IPC_MSG(2, messages_list, .contact = contact));
	pass_by(&r, &IPC_MSG(3, contacts_list));
	pass_by(&r, &IPC_MSG(4, lock));
	assert_int_equal(memory_count(&secret), 0);
	rig_close(&r);
	rig_close(&b);
}

/* The secret of the open invitation, and the characters that stand for it in the text that the user gives away. */
static void take_secret(struct rig *r, struct needle ret[static 2])
{
	struct invite i = {0};
	struct invite_text t = {0};
	char text[INVITE_TEXT_CAP];
	assert_true(invites_after(r->v->store, 0, 0, &i));
	ret[0] = needle_of(i.secret.b, sizeof i.secret.b);
	t.onion = r->onion;
	t.secret = i.secret;
	t.expiry = (u32)(i.expires_ms / 86400000);
	memcpy(t.pqfp, i.pqfp, sizeof t.pqfp);
	invite_text_encode(&t, text);
	ret[1] = needle_of(text + sizeof INVITE_PREFIX - 1 + 106, 50);
	wipe(&i, sizeof i);
	wipe(&t, sizeof t);
	wipe(text, sizeof text);
}

/* PROTO 8.2.3: "and when it expires", in memory too. */
static void test_expiry_leaves_no_secret(void **state)
{
	struct rig r;
	struct needle secret[2];
	(void)state;
	rig_new(&r, "Bob");
	pass_by(&r, &IPC_MSG(1, invite_create, .days = 1));
	take_secret(&r, secret);
	assert_true(memory_count(&secret[0]) > 0);
	u64 wait = vault_wait_ms(r.v);
	rig_now_ms += wait;
	rig_tick(&r);
	rig_now_ms -= wait;
	assert_true(vault_is_unlocked(r.v));
	assert_int_equal(memory_count(&secret[0]), 0);
	assert_int_equal(memory_count(&secret[1]), 0);
	rig_close(&r);
}

/* One message from net, of which the test keeps no copy. */
static void comes_by(struct rig *r, const struct ipc_msg *m)
{
	struct ipc_msg out;
	enum role to;
	assert_int_equal(vault_input(r->v, ROLE_NET, m), OK);
	assert_int_equal(vault_commit(r->v), OK);
	while (vault_output(r->v, &to, &out))
		vault_sent(r->v);
	wipe(&out, sizeof out);
}

static void secret_text(u8 *ret, size_t n, unsigned k)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = (u8)('a' + (i * i + k * i) % 26);
}

/* An item of Bob's with that text; gives how long the room is. */
static size_t item_of(struct slice text, u8 id, u8 room[static PEER_MSG_MAX])
{
	struct peer_item item = {.seq = id, .kind = ITEM_TEXT, .body = text};
	item.id.b[0] = id;
	return peer_item_encode(&item, room, PEER_MSG_MAX);
}

/* Where messages go on arriving, the keys of the addresses stay, and what is to be known of accepted contacts. Not the key of
 * the database, nor the next key of an address, no name of anybody's, no text: neither of before nor of what has come. */
static void test_receiving_keeps_little(void **state)
{
	enum { BEFORE = SECRETS, AFTER, NAME, ALL };
	struct pair p;
	struct needle x[ALL];
	u8 text[40], room[PEER_MSG_MAX];
	(void)state;
	befriend(&p);
	take_secrets(&p.a, x);
	pass_by(&p.a, &IPC_MSG(1, settings_set, .which = SETTING_RECEIVE_LOCKED, .receive_locked = 1));
	secret_text(text, 30, 3);
	x[NAME] = needle_of(text, 30);
	pass_by(&p.a, &IPC_MSG(2, contact_rename, .contact = p.b_at_a, .name = slice_of(text, 30)));
	secret_text(text, sizeof text, 1);
	x[BEFORE] = needle_of(text, sizeof text);
	size_t n = item_of(slice_of(text, sizeof text), 1, room);
	wipe(text, sizeof text);
	struct ipc_msg in = IPC_MSG(0, record_in, .link = p.link, .contact = p.b_at_a, .type = RECORD_DATA);
	in.record_in.payload = slice_of(room, n);
	comes_by(&p.a, &in);
	pass_by(&p.a, &IPC_MSG(3, contacts_list));
	wipe(room, sizeof room);
	assert_true(memory_count(&x[BEFORE]) > 0);
	assert_true(memory_count(&x[NAME]) > 0);
	assert_true(memory_count(&x[DB_KEY]) > 0);
	pass_by(&p.a, &IPC_MSG(4, lock));
	assert_true(vault_is_receiving(p.a.v));
	secret_text(text, sizeof text, 2);
	x[AFTER] = needle_of(text, sizeof text);
	n = item_of(slice_of(text, sizeof text), 2, room);
	wipe(text, sizeof text);
	in.record_in.payload = slice_of(room, n);
	comes_by(&p.a, &in);
	wipe(room, sizeof room);
	for (int i = 0; i < ALL; i++)
		if (i != PQ_SEED) /* of the key that answers handshakes */
			assert_int_equal(memory_count(&x[i]), 0);
	assert_int_equal(rig_login(&p.a, "correct horse", ""), OK);
	assert_int_equal(rig_list(&p.a, p.b_at_a, NULL, NULL), 2);
	part(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_leaves_no_key),
		cmocka_unit_test(test_lock_leaves_no_message),
		cmocka_unit_test(test_expiry_leaves_no_secret),
		cmocka_unit_test(test_receiving_keeps_little),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
