#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "wire/invite_text.h"

static struct invite_text sample(void)
{
	struct invite_text t = {.expiry = 20000};
	for (u8 i = 0; i < 32; i++) {
		t.onion.b[i] = i;
		t.pqfp[i] = (u8)(0xff - i);
		t.secret.b[i] = (u8)(i * 7);
	}
	return t;
}

static void it_comes_back_as_it_went(void **state)
{
	(void)state;
	char text[INVITE_TEXT_CAP], link[256] = INVITE_LINK;
	struct invite_text t = sample(), got = {0};
	invite_text_encode(&t, text);
	assert_int_equal(strlen(text), 4 + INVITE_CHARS);
	assert_int_equal(invite_text_decode(slice_str(text), &got), OK);
	assert_memory_equal(&got, &t, sizeof t);
	memset(&got, 0, sizeof got);
	memcpy(link + strlen(link), text + 4, INVITE_CHARS + 1);
	assert_int_equal(invite_text_decode(slice_str(link), &got), OK);
	assert_memory_equal(&got, &t, sizeof t);
	/* The characters of QR codes in alphanumeric mode. */
	assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567:"), strlen(text));
}

/* PROTO 7: made by Python's base64 and zlib. */
static void known_answer(void **state)
{
	(void)state;
	char text[INVITE_TEXT_CAP];
	struct invite_text t = sample();
	invite_text_encode(&t, text);
	assert_string_equal(text,
	                    "BOC:"
	                    "AEAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H777367Z6727H4PP5XV6TZ7F4PQ57XO33HL5L"
	                    "U6RZ7G4XSOHYXB4AAAODQVDQRSUMJYH5DE2VC3MJUXA536QWGJHGVBVCX3NPOEZPJNSAAAJYQJEHKOYQ");
}

static void every_other_text_is_refused(void **state)
{
	(void)state;
	char good[INVITE_TEXT_CAP], text[INVITE_TEXT_CAP + 1] = "";
	struct invite_text t = sample(), got;
	invite_text_encode(&t, good);
	for (size_t n = 0; n < sizeof good - 1; n++)
		assert_int_equal(invite_text_decode(slice_of(good, n), &got), ERR_PEER_FORMAT);
	assert_int_equal(invite_text_decode(slice_of(good, sizeof good), &got), ERR_PEER_FORMAT); /* a NUL more */
	for (size_t i = 0; i < sizeof good - 1; i++) {
		for (int ch = 0; ch < 256; ch++) {
			memcpy(text, good, sizeof good);
			text[i] = (char)ch;
			err_t want = text[i] == good[i] ? OK : ERR_PEER_FORMAT;
			assert_int_equal(invite_text_decode(slice_of(text, sizeof good - 1), &got), want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_comes_back_as_it_went),
		cmocka_unit_test(known_answer),
		cmocka_unit_test(every_other_text_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
