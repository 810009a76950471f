/* Several identities and their invitations, through the vault. */
#include "crypto/onion_key.h"
#include "peer/pq.h"
#include "rig.h"
#include "vault/slots.h"
#include "wire/invite_text.h"

static struct ipc_own create(struct rig *r, const char *name)
{
	struct ipc_msg m = rig_ask(r, ROLE_WEB, IPC_MSG(0, identity_create, .name = slice_str(name)));
	assert_int_equal(m.type, ipc_t_own);
	return m.own;
}

static void test_identities_have_nothing_in_common(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	struct onion_pub onion = a.onion;
	struct pq_identity pq = a.pq;
	size_t mark = rig_mark(&a);
	u32 id = create(&a, "Alicia").identity;
	assert_int_not_equal(id, 1);
	assert_int_equal(rig_count(&a, mark, ipc_t_service), 1);
	const struct ipc_msg *told = rig_last(&a, mark, ipc_t_identity);
	assert_int_equal(told->identity.identity, id);
	assert_memory_not_equal(told->identity.onion, onion.b, 32);
	assert_memory_not_equal(told->identity.pk, pq.pk, sizeof pq.pk);
	assert_memory_not_equal(told->identity.next, pq.next, 32);
	/* Nobody may do without any, and there is room for so many. */
	for (int i = 2; i < MAX_IDENTITIES; i++)
		create(&a, "More");
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_create, .name = slice_str("x"))),
	                 ERR_PEER_LIMIT);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_create, .name = slice_str(""))),
	                 ERR_PEER_FORMAT);
	mark = rig_mark(&a);
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, lock));
	assert_int_equal(rig_count(&a, mark, ipc_t_identity_gone), MAX_IDENTITIES);
	assert_int_equal(rig_count(&a, mark, ipc_t_service_gone), MAX_IDENTITIES);
	mark = rig_mark(&a);
	assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	assert_int_equal(rig_count(&a, mark, ipc_t_identity), MAX_IDENTITIES);
	rig_close(&a);
}

static void test_removed_identity(void **state)
{
	struct rig a, b;
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, identity_remove, .identity = 1)), ERR_PEER_POLICY);
	u32 id = create(&a, "Alicia").identity;
	char address[ONION_ADDR_CAP];
	onion_addr_encode(&b.onion, true, address);
	struct ipc_msg first = rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_add, .address = slice_str(address)));
	struct ipc_msg second =
		rig_ask(&a, ROLE_WEB, IPC_MSG(0, contact_add, .identity = id, .address = slice_str(address)));
	assert_int_equal(second.type, ipc_t_contact); /* one contact of each */
	assert_int_not_equal(first.contact.contact, second.contact.contact);
	assert_int_equal(second.contact.identity, id);
	assert_int_equal(rig_ask(&a, ROLE_WEB, IPC_MSG(0, invite_create, .identity = id, .days = 7)).type,
	                 ipc_t_invite);
	rig_write(&a, second.contact.contact, 1, "hello");
	size_t mark = rig_mark(&a);
	assert_int_equal(rig_ask(&a, ROLE_WEB, IPC_MSG(0, identity_remove, .identity = id)).type, ipc_t_own_gone);
	assert_int_equal(rig_count(&a, mark, ipc_t_identity_gone), 1);
	assert_int_equal(rig_count(&a, mark, ipc_t_service_gone), 1);
	assert_int_equal(rig_count(&a, mark, ipc_t_contact_gone), 1);
	assert_int_equal(
		rig_refused(&a, ROLE_WEB, IPC_MSG(0, messages_list, .contact = second.contact.contact, .limit = 1)),
		ERR_LOCAL_MISSING);
	mark = rig_mark(&a);
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, invites_list));
	assert_int_equal(rig_count(&a, mark, ipc_t_invite), 0);
	/* Its number does not come back: a late request is not answered with another's keys. */
	assert_true(create(&a, "Again").identity > id);
	assert_int_equal(rig_refused(&a, ROLE_NET, IPC_MSG(0, sign_responder, .identity = id)), ERR_LOCAL_MISSING);
	rig_close(&a);
	rig_close(&b);
}

static void test_a_place_is_not_given_again_soon(void **state)
{
	struct identity room[MAX_IDENTITIES] = {0};
	struct identities ids = {.n = MAX_IDENTITIES};
	struct slots s = {0};
	u32 left[LINK_SLOTS] = {0}; /* which identity came when the last one went from it */
	(void)state;
	for (u32 i = 0; i < MAX_IDENTITIES; i++) {
		ids.all[i] = &room[i];
		room[i].id = i + 1;
		assert_int_equal(slots_of(&s, &ids, i + 1), i);
	}
	for (u32 id = MAX_IDENTITIES + 1; id < 200; id++) {
		struct identity *other = &room[id * 5 % MAX_IDENTITIES];
		left[slots_of(&s, &ids, other->id)] = id;
		other->id = id;
		u8 slot = slots_of(&s, &ids, id);
		assert_true(slot < LINK_SLOTS);
		assert_true(left[slot] == 0 || id - left[slot] >= LINK_SLOTS - MAX_IDENTITIES);
		for (size_t i = 0; i < MAX_IDENTITIES; i++)
			assert_true(room[i].id == id || slots_of(&s, &ids, room[i].id) != slot);
	}
}

/* Net and onion are told the same place, also of a role that comes back, and after a lock. */
static void test_both_roles_hear_of_one_place(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	u32 id = create(&a, "Second").identity;
	for (int round = 0; round < 2; round++) {
		size_t mark = rig_mark(&a);
		vault_disconnected(a.v, ROLE_NET);
		vault_connected(a.v, ROLE_NET);
		vault_disconnected(a.v, ROLE_ONION);
		vault_connected(a.v, ROLE_ONION);
		rig_tick(&a);
		const struct ipc_msg *at_net = rig_last(&a, mark, ipc_t_identity),
				     *at_onion = rig_last(&a, mark, ipc_t_service);
		assert_int_equal(at_net->identity.identity, id);
		assert_int_equal(at_onion->service.identity, id);
		assert_int_equal(at_net->identity.slot, 1);
		assert_int_equal(at_onion->service.slot, 1);
		rig_say(&a, ROLE_WEB, IPC_MSG(1, lock));
		assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	}
	rig_close(&a);
}

static void test_rotation(void **state)
{
	struct rig a;
	u8 h[32];
	(void)state;
	rig_new(&a, "Alice");
	struct pq_identity old = a.pq;
	struct ipc_msg inv = rig_ask(&a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 7));
	assert_int_equal(inv.invite.state, INVITE_OPEN);
	size_t mark = rig_mark(&a);
	struct ipc_msg own = rig_ask(&a, ROLE_WEB, IPC_MSG(0, identity_rotate, .identity = 1));
	assert_int_equal(own.own.seq, 1);
	assert_int_equal(a.pq.seq, 1); /* net was told */
	pq_commit(a.pq.pk, h);
	assert_memory_equal(h, old.next, 32);
	assert_memory_not_equal(a.pq.next, old.next, 32);
	assert_int_equal(rig_last(&a, mark, ipc_t_invite)->invite.state, INVITE_REVOKED);
	struct pq_identity now = a.pq;
	rig_reopen(&a);
	assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	assert_memory_equal(a.pq.pk, now.pk, sizeof now.pk);
	assert_memory_equal(a.pq.next, now.next, sizeof now.next);
	rig_close(&a);
}

static void test_invitations_close(void **state)
{
	struct rig a;
	struct invite_text t;
	(void)state;
	rig_new(&a, "Alice");
	struct ipc_msg m = rig_ask(&a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 2, .label = slice_str("for Bob")));
	u64 id = m.invite.invite;
	assert_int_equal(invite_text_decode(m.invite.text, &t), OK);
	assert_memory_equal(t.onion.b, a.onion.b, 32);
	assert_true(m.invite.expires_ms - rig_now_ms >= 2 * 86400000ull);
	assert_true(m.invite.expires_ms - rig_now_ms < 3 * 86400000ull);
	assert_int_equal(t.expiry, m.invite.expires_ms / 86400000);
	u64 began = rig_now_ms;
	rig_now_ms = m.invite.expires_ms;
	size_t mark = rig_mark(&a);
	(void)rig_ask(&a, ROLE_WEB, IPC_MSG(0, invites_list));
	m = *rig_last(&a, mark, ipc_t_invite);
	assert_int_equal(m.invite.state, INVITE_EXPIRED);
	assert_int_equal(m.invite.text.n, 0);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, invite_revoke, .invite = id)), ERR_PEER_POLICY);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, invite_revoke, .invite = id + 1)), ERR_LOCAL_MISSING);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 91)), ERR_PEER_FORMAT);
	m = rig_ask(&a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 1));
	char text[INVITE_TEXT_CAP] = "";
	memcpy(text, m.invite.text.p, m.invite.text.n);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, contact_add, .invitation = slice_str(text))),
	                 ERR_PEER_POLICY); /* our own */
	u32 other = create(&a, "Alicia").identity;
	rig_now_ms = m.invite.expires_ms;
	assert_int_equal(
		rig_refused(&a, ROLE_WEB, IPC_MSG(0, contact_add, .identity = other, .invitation = slice_str(text))),
		ERR_PEER_POLICY); /* expired */
	for (int i = 0; i < MAX_INVITES; i++)
		assert_int_equal(rig_ask(&a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 1)).type, ipc_t_invite);
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, invite_create, .days = 1)), ERR_PEER_LIMIT);
	rig_now_ms = began;
	rig_close(&a);
}

static void test_strangers_are_off_at_first(void **state)
{
	struct rig a;
	(void)state;
	rig_new(&a, "Alice");
	u32 id = create(&a, "Alicia").identity;
	struct ipc_msg m = rig_ask(&a, ROLE_NET, IPC_MSG(0, peer_ask, .identity = id, .onion = {5}));
	assert_int_equal(m.peer_verdict.allow, 0);
	assert_int_equal(rig_ask(&a, ROLE_WEB, IPC_MSG(0, identity_set, .identity = id, .strangers = 1)).own.strangers,
	                 1);
	m = rig_ask(&a, ROLE_NET, IPC_MSG(0, peer_ask, .identity = id, .onion = {5}));
	assert_int_equal(m.peer_verdict.allow, 1);
	rig_close(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identities_have_nothing_in_common),
		cmocka_unit_test(test_removed_identity),
		cmocka_unit_test(test_a_place_is_not_given_again_soon),
		cmocka_unit_test(test_both_roles_hear_of_one_place),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_invitations_close),
		cmocka_unit_test(test_strangers_are_off_at_first),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
