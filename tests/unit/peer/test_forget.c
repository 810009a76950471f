/* What is over is gone (PROTO 4.2, 8.2.1): the memory of this process, in which both sides live, is searched for old
 * record keys, chains, roots, shared secrets and KEM seeds. What the protocol does not keep is computed in a child, which
 * hands over masked copies only. */
#include "cast.h"

#include <stdio.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "../memory.h"
#include "base/limits.h"
#include "crypto/aead.h"
#include "crypto/mlkem.h"
#include "crypto/ossl.h"
#include "crypto/x25519.h"

/* Secrets by name, in halves of 16 bytes, so that parts are found too. */
#define HALF 16
#define MAX_HALVES 96
static struct needle needle[MAX_HALVES];
static const char *name[MAX_HALVES];
static size_t count;
static size_t found[MAX_HALVES];

static void watch_at(struct needle *n, const char **who, size_t *at, const char *what, const u8 *secret, size_t len)
{
	for (size_t i = 0; i < len; i += HALF) {
		assert_true(*at < MAX_HALVES);
		who[*at] = what;
		n[(*at)++] = needle_of(secret + i, HALF);
	}
}

static void watch(const char *what, const u8 *secret, size_t len)
{
	watch_at(needle, name, &count, what, secret, len);
}

static void watch_nothing(void)
{
	count = 0;
}

/* What a child computes. */
struct work {
	struct needle needle[MAX_HALVES];
	const char *name[MAX_HALVES];
	size_t count;
};

static void found_out(struct work *w, const char *what, const u8 *secret, size_t len)
{
	watch_at(w->needle, w->name, &w->count, what, secret, len);
}

static void watch_computed(void (*compute)(struct work *w, const struct party *a, const struct party *b),
                           const struct party *a, const struct party *b)
{
	struct work *w = mmap(NULL, sizeof *w, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(w != MAP_FAILED);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		compute(w, a, b);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (size_t i = 0; i < w->count; i++) {
		assert_true(count < MAX_HALVES);
		name[count] = w->name[i];
		needle[count++] = w->needle[i];
	}
	assert_true(w->count > 0);
	munmap(w, sizeof *w);
}

/* Nothing of what is watched is there; a control that was planted is. */
static void assert_gone(void)
{
	u8 *control = malloc(HALF);
	size_t bad = 0;
	assert_non_null(control);
	assert_int_equal(getrandom(control, HALF, 0), HALF);
	size_t before = count;
	watch("control", control, HALF);
	memory_count_all(needle, count, found);
	for (size_t i = 0; i < before; i++) {
		if (found[i])
			fprintf(stderr, "%s[%zu]: still there, %zu times\n", name[i], i, found[i]);
		bad += found[i];
	}
	assert_true(found[before] > 0);
	count = before;
	wipe(control, HALF);
	free(control);
	assert_int_equal(bad, 0);
}

/* All of it is there. */
static void assert_there(void)
{
	memory_count_all(needle, count, found);
	for (size_t i = 0; i < count; i++)
		if (!found[i])
			fail_msg("%s is not there", name[i]);
}

/* ---- randomness that is watched and not kept ---- */

static const char *watch_random;
static bool in_handshake; /* what has 32 bytes then is sent to the peer */

static void watched_random(void *arg, void *out, size_t n)
{
	(void)arg;
	assert_int_equal(getrandom(out, n, 0), (ssize_t)n);
	if (watch_random && (n == XWING_ESEED_LEN || (n == 32 && !in_handshake)))
		watch(watch_random, out, n);
}

static void use_watched_random(struct party *p)
{
	p->env.random = watched_random;
}

/* ---- what a child finds out ---- */

static void record_key_of(struct work *w, const char *what, const struct record_chain *c)
{
	u8 prk[64] = {0}, both[64];
	memcpy(prk, c->key, 32);
	boc_expand(prk, "rec", slice_of(NULL, 0), both, sizeof both);
	found_out(w, what, both, 32);
}

static void next_record_keys(struct work *w, const struct party *a, const struct party *b)
{
	record_key_of(w, "record key of A", &a->link->tx);
	record_key_of(w, "record key of B", &b->link->tx);
}

/* All that X-Wing makes of a seed and a ciphertext. */
static void kem_of(struct work *w, const struct secret32 *seed, const u8 *ct, struct secret32 *ret_ss)
{
	u8 expanded[96], ss[32];
	shake256(expanded, sizeof expanded, slice_of(seed->b, 32));
	found_out(w, "ML-KEM seed", expanded, 64);
	found_out(w, "X25519 key", expanded + 64, 32);
	assert_int_equal(mlkem_decaps(expanded, ct, ss), OK);
	found_out(w, "ML-KEM secret", ss, 32);
	assert_int_equal(x25519(expanded + 64, ct + MLKEM_CT_LEN, ss), OK);
	found_out(w, "X25519 secret", ss, 32);
	assert_int_equal(xwing_decaps(seed, ct, ret_ss), OK);
	found_out(w, "ss", ret_ss->b, 32);
}

/* M2 is about to come to A. */
static void handshake_of(struct work *w, const struct party *a, const struct party *b)
{
	struct secret32 ss;
	u8 th[64], hs[64], k2[32];
	const struct hs_m2 *m2 = (const struct hs_m2 *)link_pending(b->link).p;
	kem_of(w, &a->link->hs->seed, m2->clear.ct, &ss);
	memcpy(th, a->link->hs->th, 64);
	boc_mix(th, 2, slice_of(&m2->clear, sizeof m2->clear));
	boc_extract(slice_of(th, 64), slice_of(ss.b, 32), hs);
	found_out(w, "HS", hs, 64);
	boc_expand(hs, "m2", slice_of(th, 64), k2, 32);
	found_out(w, "k2", k2, 32);
	/* what only the plain text of M2 has, and what follows from it */
	static const u8 nonce[AEAD_NONCE_LEN];
	struct hs_p2 p2;
	u8 k3[32];
	assert_int_equal(aead_open(k2, nonce, slice_of(th, 64), slice_of(m2->sealed, sizeof m2->sealed), (u8 *)&p2),
	                 OK);
	found_out(w, "T_B, in M2", p2.token, sizeof p2.token);
	found_out(w, "s1, in M2", p2.sigs.ed, sizeof p2.sigs.ed);
	found_out(w, "s2, in M2", p2.sigs.pq, 64);
	boc_mix(th, 3, slice_of(&p2, HS_P2_SIGNED));
	boc_mix(th, 4, slice_of(&p2.sigs, sizeof p2.sigs));
	boc_expand(hs, "m3", slice_of(th, 64), k3, 32);
	found_out(w, "k3", k3, 32);
}

/* A made M3, and ACCEPT(OK) is about to come. */
static void first_root_of(struct work *w, const struct party *a, const struct party *b)
{
	static const u8 psk[32], accept[6];
	const struct hs_result *claim = &a->link->claim;
	struct record_root r;
	(void)b;
	memcpy(r.b, claim->root, sizeof r.b);
	record_root_next(&r, psk, 1, slice_of(claim->th7, 64), slice_of(accept, 6));
	found_out(w, "R_1", r.b, 64);
}

/* A asked, and B's REKEY_CT is about to come. */
static void rekey_of(struct work *w, const struct party *a, const struct party *b)
{
	struct record_chain rx = a->link->rx;
	struct secret32 ss;
	u8 wire[1952], type;
	struct slice ct;
	memcpy(wire, link_pending(b->link).p, sizeof wire);
	assert_int_equal(record_open(&rx, wire, sizeof wire, &type, &ct), OK);
	kem_of(w, &a->link->rekey.seed, ct.p + 4, &ss);
	struct record_root r = a->link->root;
	record_root_next(&r, ss.b, a->link->tx.epoch + 1, slice_of(a->link->rekey.ek, XWING_EK_LEN),
	                 slice_of(ct.p + 4, XWING_CT_LEN));
	found_out(w, "R_i", r.b, 64);
	next_record_keys(w, a, b);
}

static void watch_state(const struct link *l, const char *root, const char *tx, const char *rx)
{
	watch(root, l->root.b, sizeof l->root.b);
	watch(tx, l->tx.key, sizeof l->tx.key);
	watch(rx, l->rx.key, sizeof l->rx.key);
}

/* ---- the life of a link ---- */

static void move(struct party *from, struct party *to, size_t n)
{
	static u8 room[RECORD_MAX_WIRE];
	n = party_take(from, room, n);
	assert_int_equal(party_feed(to, 0, slice_of(room, n), 0), OK);
}

static void open_link(struct party *a, struct party *b)
{
	watch_nothing();
	party_listen(b, &bob, 2, 0);
	party_dial(a, &alice, &bob.pub, NULL, 1, 0);
	use_watched_random(b);
	/* A's seed was drawn from the test's own generator, which anybody can run: a real one in its place */
	assert_int_equal(getrandom(a->link->hs->seed.b, 32, 0), 32);
	watch("seed of ek_A", a->link->hs->seed.b, 32);
	use_watched_random(a);
	u8 *m1 = (u8 *)(uintptr_t)link_pending(a->link).p;
	assert_int_equal(xwing_keygen(&a->link->hs->seed, m1 + 40), OK);
	hs_transcript_start(a->link->hs->th, &bob.pub);
	boc_mix(a->link->hs->th, 1, slice_of(m1, HS_M1_LEN));

	in_handshake = true;
	watch_random = "randomness of ct";
	move(a, b, HS_M1_LEN);
	watch_random = NULL;
	watch_computed(handshake_of, a, b);
	move(b, a, HS_M2_LEN);
	watch_state(a->link, "R_0", "chain of epoch 0", "chain of epoch 0, back");
	watch("a tag, in M3", a->link->claim.tags.cont_cur, sizeof a->link->claim.tags.cont_cur);
	watch_computed(first_root_of, a, b);
	move(a, b, HS_M3_LEN);
	move(b, a, 488); /* ACCEPT */
	move(a, b, 488); /* DONE */
	in_handshake = false;
	person_forget();
	assert_int_equal(a->opens + b->opens, 2);
}

static void a_handshake_leaves_nothing(void **state)
{
	(void)state;
	struct party a, b;
	open_link(&a, &b);
	assert_epoch(&a, &b, 1);
	assert_gone();
	/* what is in use is found */
	watch_nothing();
	watch_state(a.link, "S_1", "tx", "rx");
	assert_there();
	party_done(&a);
	party_done(&b);
	assert_gone();
}

static void a_record_leaves_nothing(void **state)
{
	(void)state;
	static u8 text[31212];
	struct party a, b;
	open_link(&a, &b);
	for (size_t n = 1; n <= sizeof text; n = n * 11 + 3) {
		watch_nothing();
		watch("chain of A", a.link->tx.key, 32);
		watch("chain of B", b.link->tx.key, 32);
		assert_there();
		watch_computed(next_record_keys, &a, &b);
		assert_int_equal(link_send(a.link, 0, RECORD_DATA, slice_of(text, n)), OK);
		assert_int_equal(link_send(b.link, 0, RECORD_DATA, slice_of(text, n)), OK);
		move(&a, &b, RECORD_MAX_WIRE);
		move(&b, &a, RECORD_MAX_WIRE);
		assert_int_equal(a.closes + b.closes, 0);
		assert_gone();
	}
	/* nor one that does not open */
	watch_nothing();
	watch_state(b.link, "S_1", "tx", "rx");
	watch_computed(next_record_keys, &a, &b);
	static u8 wrong[488];
	assert_int_equal(party_feed(&b, 0, slice_of(wrong, sizeof wrong), 0), ERR_PEER_CRYPTO);
	party_done(&a);
	assert_gone();
	party_done(&b);
}

static void a_rekey_leaves_nothing(void **state)
{
	(void)state;
	struct party a, b;
	open_link(&a, &b);
	for (u32 epoch = 2; epoch < 6; epoch++) {
		bool crossed = epoch % 2;
		watch_nothing();
		watch_state(a.link, "S_i", "A's chain", "B's chain");
		assert_there();
		watch_random = "seed of ek, or randomness of ct";
		asks_for_rekey(&a, 0);
		if (crossed)
			asks_for_rekey(&b, 0);
		move(&a, &b, 488 + 1952);
		if (crossed)
			move(&b, &a, 488 + 1952);
		watch_random = NULL;
		watch_computed(rekey_of, &a, &b);
		move(&b, &a, 1952);
		move(&a, &b, 488);
		assert_epoch(&a, &b, epoch);
		assert_gone();
	}
	party_done(&a);
	party_done(&b);
}

static void an_end_leaves_nothing(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		struct party a, b;
		open_link(&a, &b);
		watch_nothing();
		watch_random = "seed of ek, or randomness of ct";
		asks_for_rekey(&a, 0);
		move(&a, &b, 488);
		if (how & 1)
			move(&a, &b, 1952); /* B has answered */
		watch_random = NULL;
		watch_state(a.link, "root of A", "A's tx", "A's rx");
		watch_state(b.link, "root of B", "B's tx", "B's rx");
		if (how & 1)
			watch("B's next rx", b.link->rekey.next_rx.key, 32);
		if (how & 2) {
			link_close(a.link, LINK_CLOSE_DONE);
			move(&a, &b, RECORD_MAX_WIRE);
			link_eof(b.link);
		} else {
			link_eof(a.link);
			link_eof(b.link);
		}
		assert_gone();
		party_done(&a);
		party_done(&b);
		assert_gone();
	}
}

/* The same once more on processors that have less, on which OpenSSL runs other code (x86; without a meaning elsewhere).
 * Without vectors, its ChaCha20 leaves the key on the stack. */
static void on_other_processors(void **state)
{
	(void)state;
	static const char *const caps[] = {"0x0:0x0", ":0", ":~0x20"};
	for (size_t i = 0; i < ARRAY_LEN(caps) && !getenv("OPENSSL_ia32cap"); i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			setenv("OPENSSL_ia32cap", caps[i], 1);
			if (!freopen("/dev/null", "w", stdout))
				_exit(98);
			execl("/proc/self/exe", "test_forget", (char *)NULL);
			_exit(99);
		}
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake_leaves_nothing), cmocka_unit_test(a_record_leaves_nothing),
		cmocka_unit_test(a_rekey_leaves_nothing),     cmocka_unit_test(an_end_leaves_nothing),
		cmocka_unit_test(on_other_processors),
	};
	return cmocka_run_group_tests(tests, cast_set_up, cast_tear_down);
}
