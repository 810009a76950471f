#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/recovery_text.h"

static void of(u8 seed, u8 ret[static RECOVERY_CHARS])
{
	u8 key[RECOVERY_BYTES];
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (u8)(seed + 37 * i);
	recovery_text_encode(key, ret);
}

static void test_printed(void **state)
{
	u8 text[RECOVERY_CHARS], back[RECOVERY_CHARS], zeros[RECOVERY_BYTES] = {0};
	char printed[RECOVERY_PRINTED_CAP];
	(void)state;
	recovery_text_encode(zeros, text);
	recovery_text_print(text, printed);
	assert_int_equal(strlen(printed), RECOVERY_PRINTED_CAP - 1);
	assert_int_equal(strncmp(printed, "0000-0000-", 10), 0);
	assert_int_equal(recovery_text_read(slice_str(printed), back), OK);
	assert_memory_equal(text, back, sizeof text);
	for (unsigned seed = 0; seed < 256; seed++) {
		of((u8)seed, text);
		recovery_text_print(text, printed);
		assert_int_equal(recovery_text_read(slice_str(printed), back), OK);
		assert_memory_equal(text, back, sizeof text);
		assert_null(strpbrk(printed, "ILOU"));
	}
}

/* What hands do to it. */
static void test_typed(void **state)
{
	u8 text[RECOVERY_CHARS], back[RECOVERY_CHARS];
	char typed[3 * RECOVERY_CHARS];
	size_t n = 0;
	(void)state;
	of(3, text);
	for (size_t i = 0; i < sizeof text; i++) {
		u8 ch = text[i];
		if (i % 3 == 0)
			typed[n++] = i % 2 ? ' ' : '\t';
		typed[n++] = ch == '0'   ? (i % 2 ? 'o' : 'O')
		             : ch == '1' ? (i % 2 ? 'l' : 'I')
		             : ch >= 'A' ? (char)(ch | 32)
		                         : (char)ch;
	}
	assert_int_equal(recovery_text_read(slice_of(typed, n), back), OK);
	assert_memory_equal(text, back, sizeof text);
}

static void test_slips(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	u8 text[RECOVERY_CHARS], bent[RECOVERY_CHARS + 1], back[RECOVERY_CHARS];
	(void)state;
	of(9, text);
	for (size_t i = 0; i < sizeof text; i++) {
		for (size_t k = 0; k < 32; k++) { /* a wrong character */
			memcpy(bent, text, sizeof text);
			bent[i] = (u8)alphabet[k];
			assert_int_equal(recovery_text_read(slice_of(bent, sizeof text), back),
			                 bent[i] == text[i] ? OK : ERR_PEER_FORMAT);
		}
		for (size_t k = i + 1; k < sizeof text; k++) { /* two that changed places */
			memcpy(bent, text, sizeof text);
			bent[i] = text[k];
			bent[k] = text[i];
			assert_int_equal(recovery_text_read(slice_of(bent, sizeof text), back),
			                 text[i] == text[k] ? OK : ERR_PEER_FORMAT);
		}
		memcpy(bent, text, i); /* one that is missing */
		memcpy(bent + i, text + i + 1, sizeof text - i - 1);
		assert_int_equal(recovery_text_read(slice_of(bent, sizeof text - 1), back), ERR_PEER_FORMAT);
		memcpy(bent, text, sizeof text);
		bent[i] = i % 2 ? 'U' : '_'; /* none of the alphabet */
		assert_int_equal(recovery_text_read(slice_of(bent, sizeof text), back), ERR_PEER_FORMAT);
	}
	memcpy(bent, text, sizeof text);
	bent[sizeof text] = '0';
	assert_int_equal(recovery_text_read(slice_of(bent, sizeof bent), back), ERR_PEER_FORMAT);
	assert_int_equal(recovery_text_read(slice_of(NULL, 0), back), ERR_PEER_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_slips),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
