/* What a lock leaves behind in memory. */
#include "../memory.h"
#include "rig.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_leaves_no_key),
		cmocka_unit_test(test_lock_leaves_no_message),
		cmocka_unit_test(test_expiry_leaves_no_secret),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
