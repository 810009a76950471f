#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "vault/safety.h"

/* Made with Python's hashlib. */
static void known_answer(void **state)
{
	static const char digits[] = "799964333361883473283082974834327525129137887779905331062115";
	static const char words[] = "banogbolabdoguprobofpahomsugondokapbojiv";
	static const u8 qr[] = {0x42, 0x4f, 0x43, 0x31, 0x56, 0x01, 0x5c, 0xa2, 0x12, 0x03, 0x3b, 0x43, 0x89, 0x73,
	                        0xec, 0xd9, 0x9e, 0x65, 0xa6, 0x85, 0xe8, 0xf1, 0x39, 0xec, 0x7f, 0x28, 0x9b, 0xd4,
	                        0xf6, 0x2b, 0x63, 0x6a, 0x7e, 0x2e, 0xcc, 0x30, 0x91, 0x85, 0xbb, 0xd7, 0x83, 0xa0,
	                        0xfa, 0x89, 0x3c, 0x05, 0xab, 0x77, 0x10, 0x27, 0x6e, 0xcd, 0x4d, 0x4d, 0xeb, 0x16,
	                        0x8c, 0x17, 0xbf, 0xad, 0xf1, 0xdc, 0x34, 0x29, 0xc0, 0x9c, 0xc7, 0x40, 0x57, 0x2d};
	struct onion_pub a, b;
	struct pq_identity pa, pb;
	struct safety s, t;
	(void)state;
	for (u8 i = 0; i < 32; i++)
		a.b[i] = i;
	memset(b.b, 9, sizeof b.b);
	memset(&pa, 1, sizeof pa);
	memset(&pb, 2, sizeof pb);
	memset(pa.next, 3, sizeof pa.next);
	memset(pb.next, 4, sizeof pb.next);
	safety_of(&a, &pa, &b, &pb, &s);
	assert_memory_equal(s.digits, digits, sizeof s.digits);
	assert_memory_equal(s.words, words, sizeof s.words);
	assert_int_equal(sizeof qr, sizeof s.qr);
	assert_memory_equal(s.qr, qr, sizeof s.qr);
	/* The same on both sides; another key shows in all three. */
	safety_of(&b, &pb, &a, &pa, &t);
	assert_memory_equal(&s, &t, sizeof s);
	pb.pk[7] ^= 1;
	safety_of(&a, &pa, &b, &pb, &t);
	assert_memory_not_equal(s.digits, t.digits, sizeof s.digits);
	assert_memory_not_equal(s.words, t.words, sizeof s.words);
	assert_memory_not_equal(s.qr, t.qr, sizeof s.qr);
	assert_memory_equal(s.digits, t.digits, 30); /* a's half */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
