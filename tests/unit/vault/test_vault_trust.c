/* What two vaults believe of each other's keys (PROTO 5): rotations that were seen, missed, forged; other identities; what was
 * remembered and what not; how low one may negotiate. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "peer/link.h"
#include "peer/pq.h"
#include "rig.h"
#include "vault/state.h"

static void befriend(struct rig *a, struct rig *b)
{
	rig_new(a, "Alice");
	rig_new(b, "Bob");
	rig_add(a, b, "");
	rig_add(b, a, "");
	u32 link = rig_dial(a, b);
	assert_int_not_equal(link, 0);
	rig_cut(a, link);
	assert_int_equal(rig_state(a, b), CONTACT_ACCEPTED);
	assert_int_equal(rig_state(b, a), CONTACT_ACCEPTED);
}

static void part(struct rig *a, struct rig *b)
{
	rig_close(a);
	rig_close(b);
}

static void rotate(struct rig *r, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(rig_refused(r, ROLE_WEB, IPC_MSG(0, identity_rotate)), OK);
}

static struct ipc_contact seen(struct rig *a, const struct rig *b)
{
	struct ipc_contact c = {0};
	assert_int_not_equal(rig_contact(a, b, &c), 0);
	return c;
}

/* a's pin of b is what b shows now, or not. */
static bool is_pinned(struct rig *a, const struct rig *b)
{
	struct pq_identity pin;
	const struct pq_identity *shown = &b->pq;
	assert_true(contacts_pin(a->v->store, rig_contact(a, b, NULL), &pin));
	return pq_compare(&pin, shown) == PQ_SAME;
}

/* They are connected and what a writes arrives. */
static void assert_talk(struct rig *a, struct rig *b)
{
	static u8 id;
	char text[MAX_TEXT + 1];
	u32 link = rig_dial(a, b);
	assert_int_not_equal(link, 0);
	rig_write(a, rig_contact(a, b, NULL), ++id, "hello");
	rig_shuttle(a, b);
	enum message_state at_a;
	rig_list(a, rig_contact(a, b, NULL), text, &at_a);
	assert_int_equal(at_a, MESSAGE_DELIVERED);
	rig_cut(a, link);
}

/* ---- rotations ---- */

/* PROTO 5.2.2: "The new tuple becomes the pin, no question is asked, and the user is told." */
static void test_one_rotation(void **state)
{
	(void)state;
	for (int dials = 0; dials < 2; dials++) {
		struct rig a, b;
		befriend(&a, &b);
		const struct ipc_safety shown = rig_safety(&b, &a);
		assert_true(rig_verify(&b, &a, &shown));
		rotate(&a, 1);
		assert_false(is_pinned(&b, &a));
		assert_int_not_equal(dials ? rig_dial(&a, &b) : rig_dial(&b, &a), 0);
		assert_true(is_pinned(&b, &a));
		assert_int_equal(seen(&b, &a).rotated_ms, rig_now_ms);
		assert_int_equal(seen(&b, &a).trust, SHOWN_VERIFIED);
		part(&a, &b);
	}
}

/* PROTO 5.2.2: "every link and every handshake that was made with the former one ends": who has a copy of Alice's keys from
 * before she rotated keeps no link, whichever side of the new one Bob is. */
static void test_no_link_outlives_its_identity(void **state)
{
	(void)state;
	for (int dials = 0; dials < 2; dials++) {
		struct rig a, b;
		enum message_state at_b;
		befriend(&a, &b);
		const u64 c = rig_contact(&b, &a, NULL);
		assert_int_not_equal(rig_dial(&a, &b), 0);
		const u32 old = b.n_links;
		b.links[old].peer = NULL; /* the thief's from here on: Alice knows nothing of it */
		a.links[a.n_links].up = false;
		rig_write(&b, c, 1, "who reads this?");
		rotate(&a, 1);
		const u32 link = dials ? rig_dial(&a, &b) : rig_dial(&b, &a);
		assert_int_not_equal(link, 0);
		assert_false(b.links[old].up);
		assert_true(b.links[b.n_links].up);
		rig_list(&b, c, NULL, &at_b);
		assert_int_equal(at_b, MESSAGE_DELIVERED);
		assert_int_equal(rig_list(&a, rig_contact(&a, &b, NULL), NULL, NULL), 1);
		/* what still comes on it is nobody's */
		u8 room[PEER_MSG_MAX];
		const struct peer_item item = {.id = {{7}}, .seq = 1, .kind = ITEM_TEXT, .body = slice_str("it is me")};
		size_t n = peer_item_encode(&item, room, sizeof room);
		rig_say(&b, ROLE_NET,
		        IPC_MSG(0, record_in, .link = old, .contact = c, .type = RECORD_DATA,
		                .payload = slice_of(room, n)));
		assert_int_equal(rig_list(&b, c, NULL, NULL), 1);
		part(&a, &b);
	}
}

/* PROTO 5.3.4: "If it does, B pins it as after a rotation and sends CLOSE(RENEW); A dials again at once." */
static void test_missed_rotations(void **state)
{
	(void)state;
	for (int missed = 2; missed <= PQ_CHAIN_MAX; missed++) {
		struct rig a, b;
		befriend(&a, &b);
		const struct ipc_safety shown = rig_safety(&b, &a);
		assert_true(rig_verify(&b, &a, &shown));
		rotate(&a, missed);
		assert_int_equal(rig_dial(&a, &b), 0);
		assert_int_equal(a.said, ACCEPT_KEY_CHANGED);
		assert_int_equal(b.closed, LINK_CLOSE_RENEW);
		assert_true(is_pinned(&b, &a));
		assert_int_equal(seen(&b, &a).rotated_ms, rig_now_ms);
		assert_int_equal(seen(&b, &a).trust, SHOWN_VERIFIED);
		assert_talk(&a, &b);
		part(&a, &b);
	}
}

/* Bob dials: what she shows is not announced, and only she can say how it came about. */
static void test_missed_rotations_seen_by_the_dialler(void **state)
{
	struct rig a, b;
	(void)state;
	befriend(&a, &b);
	rotate(&a, 2);
	assert_int_equal(rig_dial(&b, &a), 0);
	assert_int_equal(seen(&b, &a).trust, SHOWN_CHANGED);
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(b.closed, LINK_CLOSE_RENEW);
	assert_int_equal(seen(&b, &a).trust, SHOWN_UNVERIFIED);
	assert_talk(&b, &a);
	part(&a, &b);
}

/* PROTO 5.3.2: "at most the last five": beyond that only the user can decide. */
static void test_too_many_missed(void **state)
{
	struct rig a, b;
	(void)state;
	befriend(&a, &b);
	rotate(&a, PQ_CHAIN_MAX + 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_dial(&a, &b), 0);
		assert_int_equal(b.closed, LINK_CLOSE_KEY_CHANGED);
		assert_int_equal(seen(&b, &a).trust, SHOWN_CHANGED);
		assert_false(is_pinned(&b, &a));
	}
	const struct ipc_safety shown = rig_safety(&b, &a);
	assert_int_equal(rig_trust(&b, &a, &shown), OK);
	assert_true(is_pinned(&b, &a));
	assert_int_equal(seen(&b, &a).trust, SHOWN_UNVERIFIED);
	assert_talk(&a, &b);
	part(&a, &b);
}

/* A ROTCHAIN as a said it, held back. */
struct chain {
	u8 bytes[PQ_CHAIN_MAX * PQ_ENTRY_LEN];
	size_t n;
	u32 link; /* b's */
};

/* a dials b, and her ROTCHAIN does not arrive. */
static struct chain hold_chain(struct rig *a, struct rig *b)
{
	struct chain c = {.link = b->n_links + 1};
	a->hold = true;
	size_t mark = rig_mark(a);
	(void)rig_dial(a, b);
	a->hold = false;
	assert_int_equal(a->said, ACCEPT_KEY_CHANGED);
	const struct ipc_msg *m = rig_last(a, mark, ipc_t_record_out);
	assert_non_null(m);
	assert_int_equal(m->record_out.type, RECORD_ROTCHAIN);
	assert_true(m->record_out.payload.n <= sizeof c.bytes);
	c.n = m->record_out.payload.n;
	memcpy(c.bytes, m->record_out.payload.p, c.n);
	return c;
}

/* Bob is shown these bytes on this link. Gives the reason with which he closes it. */
static u8 show(struct rig *a, struct rig *b, u32 link, const u8 *bytes, size_t n)
{
	b->closed = LINK_CLOSE_NONE;
	rig_say(b, ROLE_NET,
	        IPC_MSG(0, record_in, .link = link, .contact = rig_contact(b, a, NULL), .type = RECORD_ROTCHAIN,
	                .payload = slice_of(bytes, n)));
	rig_shuttle(a, b);
	return b->closed;
}

/* PROTO 5.3.3: "from there on each carries a good signature of its own key and is followed by the identity to which it
 * commits" */
static void test_wrong_chain(void **state)
{
	struct rig a, b;
	(void)state;
	befriend(&a, &b);
	rotate(&a, 3);
	const size_t wrong[] = {0,                /* pk of the pin */
	                        PQ_ENTRY_LEN - 1, /* its signature */
	                        PQ_ENTRY_LEN + 5, /* the key after it */
	                        2 * PQ_ENTRY_LEN + MLDSA_PK_LEN /* what the last one commits to */};
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct chain c = hold_chain(&a, &b);
		assert_int_equal(c.n, 3 * PQ_ENTRY_LEN);
		c.bytes[wrong[i]] ^= 1;
		assert_int_equal(show(&a, &b, c.link, c.bytes, c.n), LINK_CLOSE_KEY_CHANGED);
		assert_int_equal(seen(&b, &a).trust, SHOWN_CHANGED);
	}
	/* without its beginning, its middle, its end; no whole entry; nothing */
	struct chain c = hold_chain(&a, &b);
	assert_int_equal(show(&a, &b, c.link, c.bytes + PQ_ENTRY_LEN, 2 * PQ_ENTRY_LEN), LINK_CLOSE_KEY_CHANGED);
	assert_int_equal(show(&a, &b, c.link, c.bytes, 2 * PQ_ENTRY_LEN), LINK_CLOSE_KEY_CHANGED);
	memmove(c.bytes + PQ_ENTRY_LEN, c.bytes + 2 * PQ_ENTRY_LEN, PQ_ENTRY_LEN);
	assert_int_equal(show(&a, &b, c.link, c.bytes, 2 * PQ_ENTRY_LEN), LINK_CLOSE_KEY_CHANGED);
	assert_int_equal(show(&a, &b, c.link, c.bytes, PQ_ENTRY_LEN + 1), LINK_CLOSE_KEY_CHANGED);
	assert_int_equal(show(&a, &b, c.link, c.bytes, 0), LINK_CLOSE_KEY_CHANGED);
	assert_false(is_pinned(&b, &a));
	/* and the true one is still good */
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(b.closed, LINK_CLOSE_RENEW);
	assert_talk(&a, &b);
	part(&a, &b);
}

/* A chain that was good once says nothing about another key, and changes nothing where nothing is to be bridged. */
static void test_replayed_chain(void **state)
{
	struct rig a, b;
	(void)state;
	befriend(&a, &b);
	rotate(&a, 2);
	const struct chain old = hold_chain(&a, &b);
	rotate(&a, 1);
	struct chain now = hold_chain(&a, &b);
	assert_int_equal(show(&a, &b, now.link, old.bytes, old.n), LINK_CLOSE_KEY_CHANGED);
	assert_false(is_pinned(&b, &a));
	now = hold_chain(&a, &b);
	assert_int_equal(show(&a, &b, now.link, now.bytes, now.n), LINK_CLOSE_RENEW);
	assert_true(is_pinned(&b, &a));
	/* both again: he goes no step back */
	assert_int_equal(show(&a, &b, now.link, now.bytes, now.n), LINK_CLOSE_KEY_CHANGED);
	assert_int_equal(show(&a, &b, now.link, old.bytes, old.n), LINK_CLOSE_KEY_CHANGED);
	assert_true(is_pinned(&b, &a));
	assert_int_equal(seen(&b, &a).trust, SHOWN_UNVERIFIED);
	assert_talk(&a, &b);
	part(&a, &b);
}

/* ---- another identity ---- */

/* PROTO 5.3.2: "An A that never rotated sends CLOSE(DONE) instead." PROTO 5.4.2: "nothing is sent to the contact and
 * nothing of it is taken; what the user writes waits" PROTO 5.4.4: "It ends by itself when the pinned identity shows itself again" */
static void test_quarantine_and_its_end(void **state)
{
	struct rig a, b, other;
	char text[MAX_TEXT + 1];
	enum message_state at_b;
	(void)state;
	befriend(&a, &b);
	rig_new(&other, "Alice?");
	const struct pq_identity own = a.pq;
	const u64 c = rig_contact(&b, &a, NULL);
	u32 before = rig_dial(&a, &b);
	assert_int_not_equal(before, 0);
	a.pq = other.pq;
	const u32 link = b.n_links + 1;
	size_t mark = rig_mark(&b);
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(a.said, ACCEPT_KEY_CHANGED);
	assert_int_equal(a.closed, LINK_CLOSE_DONE);
	assert_int_equal(rig_count(&b, mark, ipc_t_peer_gone), 1); /* the link from before ends too */
	assert_int_equal(seen(&b, &a).trust, SHOWN_CHANGED);
	assert_int_equal(seen(&b, &a).online, 0);
	/* whatever comes on it, as if it were a link */
	mark = rig_mark(&b);
	u8 room[PEER_MSG_MAX];
	const struct peer_item item = {.id = {{7}}, .seq = 1, .kind = ITEM_TEXT, .body = slice_str("it is me")};
	size_t n = peer_item_encode(&item, room, sizeof room);
	rig_say(&b, ROLE_NET,
	        IPC_MSG(0, record_in, .link = link, .contact = c, .type = RECORD_DATA, .payload = slice_of(room, n)));
	assert_int_equal(rig_list(&b, c, NULL, NULL), 0);
	rig_write(&b, c, 1, "is it you?");
	assert_int_equal(rig_count(&b, mark, ipc_t_record_out), 0);
	assert_int_equal(rig_list(&b, c, text, &at_b), 1);
	assert_int_equal(at_b, MESSAGE_WAITING);
	/* PROTO 5.4.1: "the newest replaces the one before" */
	rotate(&other, 1);
	a.pq = other.pq;
	assert_int_equal(rig_dial(&a, &b), 0);
	struct pq_identity candidate;
	assert_true(trust_candidate(b.v->store, c, &candidate));
	assert_memory_equal(candidate.pk, other.pq.pk, sizeof candidate.pk);
	a.pq = own;
	rig_cut(&a, before);
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_int_equal(seen(&b, &a).trust, SHOWN_UNVERIFIED);
	assert_false(trust_candidate(b.v->store, c, &candidate));
	assert_int_equal(rig_list(&b, c, text, &at_b), 1);
	assert_int_equal(at_b, MESSAGE_DELIVERED);
	part(&a, &b);
	rig_close(&other);
}

/* While the numbers are compared, a thief of the address dials: what is said of one key holds for no other. */
static void test_what_was_shown_is_what_is_taken(void **state)
{
	struct rig a, b, thief;
	struct pq_identity candidate;
	(void)state;
	befriend(&a, &b);
	rig_new(&thief, "Alice?");
	const struct pq_identity own = a.pq;
	const struct ipc_safety pinned = rig_safety(&b, &a);
	rotate(&a, PQ_CHAIN_MAX + 1);
	const struct pq_identity later = a.pq;
	assert_int_equal(rig_dial(&a, &b), 0);
	const struct ipc_safety shown = rig_safety(&b, &a);
	a.pq = thief.pq;
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_int_equal(rig_trust(&b, &a, &shown), ERR_PEER_POLICY);
	assert_int_equal(rig_trust(&b, &a, &pinned), ERR_PEER_POLICY);
	assert_false(rig_verify(&b, &a, &shown));
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, contact_unverify, .contact = rig_contact(&b, &a, NULL))),
	                 ERR_PEER_POLICY);
	assert_int_equal(seen(&b, &a).trust, SHOWN_CHANGED);
	assert_true(trust_candidate(b.v->store, rig_contact(&b, &a, NULL), &candidate));
	assert_memory_equal(candidate.pk, thief.pq.pk, sizeof candidate.pk);
	a.pq = own;
	assert_true(is_pinned(&b, &a));
	/* her own again: what was compared is verified and taken in one */
	a.pq = later;
	assert_int_equal(rig_dial(&a, &b), 0);
	assert_true(rig_verify(&b, &a, &shown));
	assert_true(is_pinned(&b, &a));
	assert_int_equal(seen(&b, &a).trust, SHOWN_VERIFIED);
	assert_int_equal(rig_trust(&b, &a, &shown), ERR_PEER_POLICY); /* there is nothing to take */
	assert_int_equal(rig_refused(&b, ROLE_WEB, IPC_MSG(0, contact_unverify, .contact = rig_contact(&b, &a, NULL))),
	                 OK);
	assert_int_equal(seen(&b, &a).trust, SHOWN_UNVERIFIED);
	part(&a, &b);
	rig_close(&thief);
}

/* ---- what comes before a request was accepted ---- */

/* PROTO 3.5.6: "the user of B has to approve first": a link from before carries everything from then on, and nothing before. */
static void test_link_from_before_the_request_was_accepted(void **state)
{
	struct rig a, b;
	char text[MAX_TEXT + 1];
	(void)state;
	rig_new(&a, "Alice");
	rig_new(&b, "Bob");
	u64 at_a = rig_add(&a, &b, "It is me");
	rig_write(&a, at_a, 1, "can you read this?");
	assert_int_not_equal(rig_dial(&a, &b), 0);
	assert_int_equal(a.said, ACCEPT_PENDING);
	u64 at_b = rig_contact(&b, &a, NULL);
	assert_int_equal(rig_list(&b, at_b, NULL, NULL), 0);
	/* she sends it all the same: not taken, and so not acknowledged */
	u8 room[PEER_MSG_MAX];
	const struct peer_item item = {.id = {{1}}, .seq = 1, .kind = ITEM_TEXT, .body = slice_str("read me")};
	size_t n = peer_item_encode(&item, room, sizeof room), mark = rig_mark(&b);
	rig_say(&b, ROLE_NET,
	        IPC_MSG(0, record_in, .link = b.n_links, .contact = at_b, .type = RECORD_DATA,
	                .payload = slice_of(room, n)));
	assert_int_equal(rig_list(&b, at_b, NULL, NULL), 0);
	assert_int_equal(rig_count(&b, mark, ipc_t_record_out), 0);
	struct ipc_msg yes = IPC_MSG(0, contact_decide, .contact = at_b, .decision = DECIDE_ACCEPT);
	assert_int_equal(rig_refused(&b, ROLE_WEB, yes), OK);
	rig_shuttle(&a, &b);
	assert_int_equal(rig_list(&b, at_b, text, NULL), 1);
	assert_string_equal(text, "can you read this?");
	part(&a, &b);
}

/* ---- continuity ---- */

static void copy_file(const char *from_dir, const char *to_dir, const char *name)
{
	char path[128];
	static u8 bytes[1 << 22];
	snprintf(path, sizeof path, "%s/%s", from_dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t n = read(fd, bytes, sizeof bytes);
	assert_true(n > 0 && (size_t)n < sizeof bytes);
	close(fd);
	snprintf(path, sizeof path, "%s/%s", to_dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, bytes, (size_t)n), n);
	close(fd);
}

/* The process ends, its folder is copied, it comes back. */
static void copy_folder(struct rig *r, const char *from_dir, const char *to_dir)
{
	assert_int_equal(rig_refused(r, ROLE_WEB, IPC_MSG(0, lock)), OK);
	rig_kill(r);
	copy_file(from_dir, to_dir, "keys");
	copy_file(from_dir, to_dir, "vault.db");
	rig_reopen(r);
	assert_int_equal(rig_login(r, "correct horse", ""), OK);
}

/* PROTO 5.5.4: "Continuity is lost for a side that has two values when neither was selected. B tells A by status 2; A also sees
 * it by itself. … It does not block" */
static void test_continuity_is_lost_and_heals(void **state)
{
	(void)state;
	for (int who = 0; who < 4; who++) {
		struct rig a, b;
		char backup[] = "/tmp/boc-backup-XXXXXX";
		befriend(&a, &b);
		assert_non_null(mkdtemp(backup));
		struct rig *restored = who & 1 ? &b : &a, *other = who & 1 ? &a : &b;
		struct rig *dials = who & 2 ? &a : &b, *answers = who & 2 ? &b : &a;
		assert_talk(&a, &b);
		copy_folder(restored, restored->dir, backup);
		for (int i = 0; i < 3; i++)
			assert_talk(&a, &b);
		assert_int_equal(seen(other, restored).lost_times, 0);
		copy_folder(restored, backup, restored->dir);
		copy_folder(other, other->dir, backup); /* the other one only starts again */
		size_t mark = rig_mark(other);
		u32 link = rig_dial(dials, answers);
		assert_int_not_equal(link, 0);
		assert_int_equal(dials->said, ACCEPT_CONT_LOST);
		assert_int_equal(rig_last(other, mark, ipc_t_contact)->contact.lost_times, 1); /* the user is told */
		assert_int_equal(seen(other, restored).lost_times, 1);
		assert_int_equal(seen(other, restored).lost_ms, rig_now_ms);
		rig_cut(dials, link);
		for (int i = 0; i < 3; i++) {
			assert_talk(&a, &b);
			assert_int_equal(a.said, ACCEPT_OK);
			assert_talk(&b, &a);
			assert_int_equal(a.said, ACCEPT_OK);
		}
		assert_int_equal(seen(other, restored).lost_times, 1);
		char path[64];
		snprintf(path, sizeof path, "%s/keys", backup);
		unlink(path);
		snprintf(path, sizeof path, "%s/vault.db", backup);
		unlink(path);
		assert_int_equal(rmdir(backup), 0);
		part(&a, &b);
	}
}

/* PROTO 5.5.3: "Wherever links are cut, and if two run at once, both keep a common value." */
static void test_continuity_survives_cuts(void **state)
{
	static const enum rig_breaks cuts[] = {RIG_CUT_NEVER, RIG_CUT_ACCEPT, RIG_CUT_CONFIRM};
	struct rig a, b;
	(void)state;
	befriend(&a, &b);
	assert_talk(&b, &a);
	/* three dials in a row, each of any end and by either side, then one that is whole */
	for (unsigned n = 0; n < 24; n++) {
		struct rig *dials = n & 1 ? &a : &b, *answers = n & 1 ? &b : &a;
		for (unsigned k = n; k; k /= 3) {
			answers->cut = cuts[k % 3];
			u32 link = rig_dial(dials, answers);
			answers->cut = RIG_CUT_NEVER;
			assert_int_equal(dials->said, ACCEPT_OK);
			if (link)
				rig_cut(dials, link);
		}
		u32 link = rig_dial(answers, dials);
		assert_int_not_equal(link, 0);
		assert_int_equal(dials->said, ACCEPT_OK);
		rig_cut(answers, link);
	}
	assert_int_equal(seen(&a, &b).lost_times + seen(&b, &a).lost_times, 0);
	part(&a, &b);
}

/* ---- the floor ---- */

/* Whether r goes on with a handshake of this version: as B, and as A. */
static void assert_goes_on(struct rig *r, const struct rig *other, u8 version, u32 suite, bool goes)
{
	const u64 c = rig_contact(r, other, NULL);
	struct ipc_msg ask = IPC_MSG(0, peer_ask, .identity = r->identity, .version = version, .suite = suite);
	memcpy(ask.peer_ask.onion, other->onion.b, 32);
	assert_int_equal(rig_ask(r, ROLE_NET, ask).peer_verdict.allow, goes);
	struct ipc_msg sign =
		IPC_MSG(0, sign_initiator, .identity = r->identity, .contact = c, .version = version, .suite = suite);
	assert_int_equal(rig_refused(r, ROLE_NET, sign), goes ? OK : ERR_PEER_POLICY);
}

/* A handshake of b's in this version that comes to a; it is completed, or breaks off after ACCEPT. */
static void handshake(struct rig *a, const struct rig *b, u8 version, u32 suite, bool completed)
{
	struct ipc_msg m = IPC_MSG(0, peer_accept, .link = 100, .identity = a->identity, .relation = PQ_SAME,
	                           .seq = b->pq.seq, .version = version, .suite = suite);
	memcpy(m.peer_accept.onion, b->onion.b, 32);
	memcpy(m.peer_accept.pk, b->pq.pk, sizeof b->pq.pk);
	memcpy(m.peer_accept.next, b->pq.next, 32);
	assert_int_equal(rig_ask(a, ROLE_NET, m).type, ipc_t_accept_status);
	const u64 c = rig_contact(a, b, NULL);
	if (completed)
		rig_say(a, ROLE_NET, IPC_MSG(0, link_confirmed, .link = 100, .contact = c));
	rig_say(a, ROLE_NET, IPC_MSG(0, link_down, .link = 100, .contact = c));
}

/* PROTO 3.6.3: "the highest version and suite that a link to it ever had, at A from ACCEPT, at B from A's first record of
 * epoch 1. It never sinks" */
static void test_floor_never_sinks(void **state)
{
	struct rig a, b;
	(void)state;
	befriend(&a, &b);
	assert_goes_on(&a, &b, 1, 1, true);
	assert_goes_on(&b, &a, 1, 1, true);
	assert_goes_on(&a, &b, 0, 1, false);
	assert_goes_on(&b, &a, 1, 0, false);
	handshake(&a, &b, 3, 2, false); /* offered, never completed */
	assert_goes_on(&a, &b, 1, 1, true);
	handshake(&a, &b, 3, 2, true);
	handshake(&a, &b, 2, 4, true);
	assert_goes_on(&a, &b, 3, 4, true);
	assert_goes_on(&a, &b, 2, 4, false);
	assert_goes_on(&a, &b, 3, 3, false);
	assert_goes_on(&b, &a, 1, 1, true); /* each keeps its own */
	assert_int_equal(rig_refused(&a, ROLE_WEB, IPC_MSG(0, lock)), OK);
	rig_reopen(&a);
	assert_int_equal(rig_login(&a, "correct horse", ""), OK);
	assert_goes_on(&a, &b, 2, 4, false);
	/* nor does another key of the contact lower it */
	rotate(&b, 1);
	handshake(&a, &b, 3, 4, true);
	assert_goes_on(&a, &b, 2, 4, false);
	assert_int_equal(rig_dial(&a, &b), 0); /* the rig speaks version 1 */
	part(&a, &b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_rotation),
		cmocka_unit_test(test_no_link_outlives_its_identity),
		cmocka_unit_test(test_missed_rotations),
		cmocka_unit_test(test_missed_rotations_seen_by_the_dialler),
		cmocka_unit_test(test_too_many_missed),
		cmocka_unit_test(test_wrong_chain),
		cmocka_unit_test(test_replayed_chain),
		cmocka_unit_test(test_quarantine_and_its_end),
		cmocka_unit_test(test_what_was_shown_is_what_is_taken),
		cmocka_unit_test(test_link_from_before_the_request_was_accepted),
		cmocka_unit_test(test_continuity_is_lost_and_heals),
		cmocka_unit_test(test_continuity_survives_cuts),
		cmocka_unit_test(test_floor_never_sinks),
	};
	return cmocka_run_group_tests(tests, rig_setup, NULL);
}
