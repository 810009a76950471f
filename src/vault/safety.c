#include "vault/safety.h"

#include "crypto/kdf.h"
#include "peer/pq.h"
#include "wire/cursor.h"

#define ROUNDS 5200 /* 12 bits more for whoever searches a second identity with the same digits */

void safety_fingerprint(const struct onion_pub *onion, const u8 pk[static MLDSA_PK_LEN], u8 ret[static SAFETY_FP_LEN])
{
	u8 h[SHA512_LEN];
	sha512(h, PARTS(slice_str("boc1 fp"), slice_of(onion->b, sizeof onion->b), slice_of(pk, MLDSA_PK_LEN)));
	for (int i = 1; i < ROUNDS; i++)
		sha512(h, PARTS(slice_of(h, sizeof h)));
	memcpy(ret, h, SAFETY_FP_LEN);
}

/* 6 groups: 5 bytes each, mod 100000, in 5 digits. */
static void write_digits(const u8 fp[static SAFETY_FP_LEN], char out[static 30])
{
	struct reader r = reader_of(slice_of(fp, SAFETY_FP_LEN));
	for (int group = 0; group < 6; group++) {
		u64 v = (u64)get_u8(&r) << 32;
		v = (v | get_u32(&r)) % 100000;
		for (int i = 4; i >= 0; i--) {
			out[5 * group + i] = (char)('0' + v % 10);
			v /= 10;
		}
	}
}

/* A proquint: 16 bits as consonant, vowel, consonant, vowel, consonant; 4, 2, 4, 2 and 4 bits. */
static void write_word(unsigned v, char out[static 5])
{
	static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";
	out[0] = consonants[v >> 12 & 15];
	out[1] = vowels[v >> 10 & 3];
	out[2] = consonants[v >> 6 & 15];
	out[3] = vowels[v >> 4 & 3];
	out[4] = consonants[v & 15];
}

void safety_of(const struct onion_pub *a, const struct pq_identity *a_pq, const struct onion_pub *b,
               const struct pq_identity *b_pq, struct safety *ret)
{
	u8 fps[2][SAFETY_FP_LEN], h[SHA512_LEN];
	if (memcmp(a->b, b->b, sizeof a->b) > 0) {
		const struct onion_pub *onion = a;
		const struct pq_identity *pq = a_pq;
		a = b;
		a_pq = b_pq;
		b = onion;
		b_pq = pq;
	}
	safety_fingerprint(a, a_pq->pk, fps[0]);
	safety_fingerprint(b, b_pq->pk, fps[1]);
	write_digits(fps[0], ret->digits);
	write_digits(fps[1], ret->digits + 30);
	sha512(h, PARTS(slice_str("boc1 words"), slice_of(fps, sizeof fps)));
	for (size_t i = 0; i < 8; i++)
		write_word((unsigned)h[2 * i] << 8 | h[2 * i + 1], ret->words + 5 * i);
	memcpy(ret->qr, "BOC1V\1", 6);
	pq_fingerprint(a, a_pq, ret->qr + 6);
	pq_fingerprint(b, b_pq, ret->qr + 6 + PQ_FP_LEN);
}
