/* What a link costs: a handshake for each side, records, a rekey. One core, in memory; the numbers are CPU time, the best
 * of some rounds, so that what else runs on the machine disturbs little. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/aead.h"
#include "party.h"
#include "peer/link_private.h"

#define ROUNDS 7
#define HANDSHAKES 40
#define REKEYS 60
#define RECORDS 600

static struct person alice, bob;
static u8 wire[1 << 20], text[RECORD_MAX_PAYLOAD];

static void must(bool x)
{
	if (!x)
		abort();
}

static double cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The CPU time of one side, summed. */
struct meter {
	double ms;
	size_t bytes; /* it said */
};

/* Moves all that `from` has to say; what `to` does with it is its time. */
static void pass(struct party *from, struct meter *f, struct party *to, struct meter *t)
{
	size_t n = party_take(from, wire, sizeof wire);
	f->bytes += n;
	double start = cpu_ms();
	must(party_feed(to, 0, slice_of(wire, n), 0) == OK);
	t->ms += cpu_ms() - start;
}

static void handshakes(void)
{
	struct meter best_a = {.ms = 1e9}, best_b = {.ms = 1e9};
	double best_m2 = 1e9; /* B, until M2: what a stranger can cost it */
	for (u64 round = 0; round < ROUNDS; round++) {
		struct meter a = {0}, b = {0};
		double m2 = 0;
		for (u64 i = 0; i < HANDSHAKES; i++) {
			struct party pa, pb;
			u64 seed = 10 + 2 * (round * HANDSHAKES + i); /* another one each time: nothing is remembered */
			double start = cpu_ms();
			party_dial(&pa, &alice, &bob.pub, NULL, seed, 0);
			a.ms += cpu_ms() - start;
			party_listen(&pb, &bob, seed + 1, 0);
			double before = b.ms;
			pass(&pa, &a, &pb, &b);
			m2 += b.ms - before;
			pass(&pb, &b, &pa, &a);
			pass(&pa, &a, &pb, &b);
			pass(&pb, &b, &pa, &a);
			pass(&pa, &a, &pb, &b);
			must(pa.opens == 1 && pb.opens == 1);
			party_done(&pa);
			party_done(&pb);
		}
		a.ms /= HANDSHAKES;
		b.ms /= HANDSHAKES;
		best_m2 = MIN(best_m2, m2 / HANDSHAKES);
		a.bytes /= HANDSHAKES;
		b.bytes /= HANDSHAKES;
		best_a = a.ms < best_a.ms ? a : best_a;
		best_b = b.ms < best_b.ms ? b : best_b;
	}
	printf("link: handshake: A %.2f ms, B %.2f ms CPU (%.2f before it knows who A is); A says %zu bytes, B %zu\n",
	       best_a.ms, best_b.ms, best_m2, best_a.bytes, best_b.bytes);
}

static double mb_per_s(double ms)
{
	return (double)RECORDS * RECORD_MAX_WIRE / 1e6 / (ms / 1e3);
}

/* The cipher alone, on as many bytes, with a key for each record. */
static double plain_cipher(void)
{
	static const u8 key[32], nonce[12], ad[14];
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	double start = cpu_ms();
	int n;
	for (int i = 0; i < RECORDS; i++) {
		must(EVP_EncryptInit_ex2(c, cipher, key, nonce, NULL) && EVP_EncryptUpdate(c, NULL, &n, ad, sizeof ad));
		must(EVP_EncryptUpdate(c, wire, &n, wire, RECORD_MAX_WIRE - 1 - AEAD_TAG_LEN));
		must(EVP_EncryptFinal_ex(c, wire, &n) && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, wire));
	}
	double ms = cpu_ms() - start;
	EVP_CIPHER_CTX_free(c);
	EVP_CIPHER_free(cipher);
	return ms;
}

static void records(void)
{
	double send = 1e9, receive = 1e9, plain = 1e9;
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	for (int round = 0; round < ROUNDS; round++) {
		double s = 0, r = 0;
		for (int i = 0; i < RECORDS; i++) {
			/* the rekey is measured by itself */
			a.link->rekey.sent = b.link->rekey.received = (struct rekey_use){0};
			double t0 = cpu_ms();
			must(link_send(a.link, 0, RECORD_DATA, slice_of(text, sizeof text)) == OK);
			double t1 = cpu_ms();
			struct slice out = link_pending(a.link);
			must(link_feed(b.link, 0, &out) == OK && out.n == 0);
			r += cpu_ms() - t1;
			party_work(&b, 0);
			b.records = 0;
			double t2 = cpu_ms();
			link_sent(a.link, RECORD_MAX_WIRE);
			s += cpu_ms() - t2 + t1 - t0;
		}
		send = MIN(send, s);
		receive = MIN(receive, r);
		plain = MIN(plain, plain_cipher());
	}
	printf("link: records of 31232 bytes: send %.0f MB/s, receive %.0f MB/s; the cipher alone %.0f MB/s (%.0f%%, "
	       "%.0f%% of it)\n",
	       mb_per_s(send), mb_per_s(receive), mb_per_s(plain), 100 * plain / send, 100 * plain / receive);
	party_done(&a);
	party_done(&b);
}

static void rekeys(void)
{
	struct meter best_p = {.ms = 1e9}, best_q = {.ms = 1e9};
	struct party a, b;
	party_connect(&a, &b, &alice, &bob, 0);
	for (int round = 0; round < ROUNDS; round++) {
		struct meter p = {0}, q = {0};
		for (int i = 0; i < REKEYS; i++) {
			a.link->rekey.sent.data = 32;
			double start = cpu_ms();
			must(link_rekey_if_due(a.link, 0, REKEY_SENT_DATA) == OK);
			p.ms += cpu_ms() - start;
			pass(&a, &p, &b, &q);
			pass(&b, &q, &a, &p);
			pass(&a, &p, &b, &q);
		}
		must(a.link->rx.epoch == b.link->rx.epoch && a.link->rekey.state == REKEY_IDLE);
		best_p = p.ms < best_p.ms ? p : best_p;
		best_q = q.ms < best_q.ms ? q : best_q;
	}
	printf("link: rekey: who asks %.2f ms, who answers %.2f ms CPU; %zu bytes\n", best_p.ms / REKEYS,
	       best_q.ms / REKEYS, (best_p.bytes + best_q.bytes) / REKEYS);
	party_done(&a);
	party_done(&b);
}

int main(void)
{
	person_init(&alice, 1);
	person_init(&bob, 2);
	handshakes();
	records();
	rekeys();
	person_done(&alice);
	person_done(&bob);
	return 0;
}
