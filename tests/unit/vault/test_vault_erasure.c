/* What is erased is gone (PROTO 8.2): from the database, from its journal, and, where it is due by time, without anybody asking. */
#include "crypto/onion_key.h"
#include "pages.h"
#include "vault/invites.h"
#include "vault/messages.h"
#include "wire/invite_text.h"

struct made {
	u64 id, expires_ms;
	struct secret32 secret;
	char text[INVITE_TEXT_CAP];
};

static struct made invite(struct rig *b, u32 days)
{
	struct made made = {0};
	struct invite_text t;
	struct ipc_msg m = rig_ask(b, ROLE_WEB, IPC_MSG(0, invite_create, .days = days));
	assert_int_equal(m.type, ipc_t_invite);
	made.id = m.invite.invite;
	made.expires_ms = m.invite.expires_ms;
	memcpy(made.text, m.invite.text.p, m.invite.text.n);
	assert_int_equal(invite_text_decode(m.invite.text, &t), OK);
	made.secret = t.secret;
	return made;
}

static size_t stored(const struct rig *r, const struct made *made)
{
	return pages_count(r, made->secret.b, sizeof made->secret.b);
}

/* PROTO 8.2.3: "when it is used, when it is revoked" */
static void test_secret_of_an_invitation(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	struct made used = invite(&b, 1), revoked = invite(&b, 1), open = invite(&b, 1);
	assert_true(stored(&b, &used) > 0 && stored(&b, &revoked) > 0);
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, invite_revoke, .invite = revoked.id)), OK);
	assert_int_equal(stored(&b, &revoked), 0);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(used.text))), OK);
	assert_true(stored(&a, &used) > 0);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_int_equal(stored(&b, &used), 0);
	assert_int_equal(stored(&a, &used), 0);
	assert_true(stored(&b, &open) > 0);
	rig_close(&a);
	rig_close(&b);
}

/* Refused where it is held. */
static void test_secret_that_was_refused(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	struct made made = invite(&b, 1);
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, invite_revoke, .invite = made.id)), OK);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(made.text))), OK);
	assert_true(stored(&a, &made) > 0);
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(a.said, ACCEPT_INVITE_BAD);
	assert_int_equal(stored(&a, &made), 0);
	rig_close(&a);
	rig_close(&b);
}

/* PROTO 8.2.3: "and when it expires": at that time, not when somebody looks next. */
static void test_secret_that_expires(void **state)
{
	struct rig b;
	const u64 began = rig_now_ms;
	(void)state;
	rig_new(&b, "Bob");
	assert_int_equal(vault_wait_ms(b.v), VAULT_NEVER);
	struct made later = invite(&b, 2), sooner = invite(&b, 1);
	assert_int_equal(vault_wait_ms(b.v), sooner.expires_ms - rig_now_ms);
	rig_now_ms = sooner.expires_ms - 1;
	rig_tick(&b);
	assert_true(stored(&b, &sooner) > 0);
	rig_now_ms = sooner.expires_ms;
	size_t mark = rig_mark(&b);
	rig_tick(&b);
	assert_int_equal(stored(&b, &sooner), 0);
	assert_int_equal(rig_last(&b, mark, ipc_t_invite)->invite.state, INVITE_EXPIRED);
	assert_true(stored(&b, &later) > 0);
	assert_int_equal(vault_wait_ms(b.v), later.expires_ms - rig_now_ms);
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, lock)), OK);
	assert_int_equal(vault_wait_ms(b.v), VAULT_NEVER);
	rig_tick(&b);
	rig_now_ms = began;
	rig_close(&b);
}

/* PROTO 8.2.2: "are never stored": no signature of a handshake, neither ours nor theirs. */
static void test_signatures(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	rig_add(&a, &b, "");
	size_t mark = rig_mark(&a);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	const struct ipc_signature s = rig_last(&a, mark, ipc_t_signature)->signature;
	assert_int_equal(pages_count(&a, s.ed25519, 16), 0);
	assert_int_equal(pages_count(&a, s.mldsa, 16), 0);
	assert_int_equal(pages_count(&b, s.ed25519, 16), 0);
	assert_int_equal(pages_count(&b, s.mldsa, 16), 0);
	assert_true(pages_count(&b, a.onion.b, 32) > 0); /* it would be found */
	rig_close(&a);
	rig_close(&b);
}

static void seed_of(struct rig *r, int column, u8 ret[static 32])
{
	struct query q = store_query(r->v->store, sql_identity_get);
	query_int(&q, 1);
	assert_true(query_row(&q));
	query_get_fixed(&q, column, ret, 32);
	query_end(&q);
}

/* The seed of a former key, and what it said of its successor: the last five. */
static void test_rotations(void **state)
{
	struct rig b;
	u8 seed[32];
	(void)state;
	rig_new(&b, "Bob");
	seed_of(&b, 2, seed);
	assert_true(pages_count(&b, seed, sizeof seed) > 0);
	for (u32 i = 0; i <= PQ_CHAIN_MAX + 1; i++) {
		struct pq_entry e;
		for (u32 seq = 0; seq < i; seq++)
			assert_int_equal(identity_former(b.v->store, 1, seq, &e), seq + PQ_CHAIN_MAX >= i);
		assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, identity_rotate)), OK);
		assert_int_equal(pages_count(&b, seed, sizeof seed), 0);
	}
	rig_close(&b);
}

/* A contact with its messages, an identity with its keys. */
static void test_removed(void **state)
{
	static const char text[] = "what nobody shall read any more";
	struct rig a, b;
	u8 seed[32];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	u64 c = rig_add(&a, &b, "");
	rig_write(&a, c, 1, text);
	assert_true(pages_count(&a, text, sizeof text - 1) > 0);
	assert_int_equal(
		rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = c, .decision = DECIDE_REMOVE)).type,
		ipc_t_contact_gone);
	assert_int_equal(pages_count(&a, text, sizeof text - 1), 0);
	assert_int_equal(pages_count(&a, b.onion.b, 32), 0);
	seed_of(&a, 1, seed);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_create, .name = slice_str("Alicia"))), OK);
	assert_true(pages_count(&a, seed, sizeof seed) > 0);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_remove, .identity = 1)), OK);
	assert_int_equal(pages_count(&a, seed, sizeof seed), 0);
	rig_close(&a);
	rig_close(&b);
}

static void search_for(struct rig *r, const char *text, size_t found)
{
	size_t mark = rig_mark(r);
	(void)rig_ask(r, ROLE_WEB, IPC_MSG(0, messages_search, .limit = 10, .text = slice_str(text)));
	assert_int_equal(rig_count(r, mark, ipc_t_found), found);
}

/* How many rows of a conversation of n are there, of which the oldest go first. */
static u64 rows_left(struct rig *r, u64 contact, u64 n)
{
	struct message first = {.ordinal = n + 1};
	struct query q = messages_page(r->v->store, contact, 1, n + 1);
	if (messages_next(&q, &first))
		query_end(&q);
	return n + 1 - first.ordinal;
}

/* So much in a turn, however long the conversation was; meanwhile nobody sees it, and its address is free. */
static void test_removed_in_steps(void **state)
{
	enum { LONG = 10000 };
	static const char text[] = "quicksilver and more";
	struct rig a, b;
	struct ipc_contact row;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_create, .name = slice_str("Alicia"))), OK);
	const u64 c = rig_add(&a, &b, "");
	for (u32 i = 1; i <= LONG; i++) {
		struct peer_item item = {.seq = i, .kind = ITEM_TEXT, .body = slice_str(text)};
		const u8 hash[ITEM_HASH_LEN] = {1};
		u64 at;
		memcpy(item.id.b, &i, sizeof i);
		assert_true(messages_add(a.v->store, c, false, &item, hash, 1, &at));
	}
	rig_tick(&a);
	search_for(&a, "quicksilver", 10);
	assert_int_equal(
		rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_decide, .contact = c, .decision = DECIDE_REMOVE)).type,
		ipc_t_contact_gone);
	assert_int_equal(pages_count(&a, b.onion.b, 32), 0);
	u64 left = rows_left(&a, c, LONG);
	assert_true(left > 0 && left + 3 * ERASE_STEP > LONG);
	assert_int_equal(rig_contact(&a, &b, &row), 0);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, messages_list, .contact = c)), ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, message_history, .contact = c, .ordinal = 1)),
	                 ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, message_delete, .contact = c, .ordinal = 1)),
	                 ERR_LOCAL_MISSING);
	search_for(&a, "quicksilver", 0);
	const u64 again = rig_add(&a, &b, "");
	assert_true(again != c);
	rig_write(&a, again, 1, "mercury");
	/* Not even the identity holds it up, nor a new process. */
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_remove, .identity = 1)), OK);
	rig_reopen(&a);
	assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	while ((left = rows_left(&a, c, LONG)) > 0) {
		assert_int_equal(vault_wait_ms(a.v), 0);
		rig_tick(&a);
		const u64 now = rows_left(&a, c, LONG);
		assert_true(now < left && left - now <= ERASE_STEP);
	}
	rig_tick(&a);
	assert_int_equal(vault_wait_ms(a.v), VAULT_NEVER);
	assert_int_equal(pages_count(&a, "quicksilver", 6), 0);
	assert_int_equal(pages_count(&a, "mercury", 6), 0);
	rig_close(&a);
	rig_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secret_of_an_invitation),
		cmocka_unit_test(test_secret_that_was_refused),
		cmocka_unit_test(test_secret_that_expires),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_rotations),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_removed_in_steps),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
