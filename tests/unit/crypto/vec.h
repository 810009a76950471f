/* Test vectors: JSON files in the folder $BOC_VECTORS, values in hex. */
#ifndef BOC_TEST_VEC_H
#define BOC_TEST_VEC_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/env.h"
#include "base/slice.h"

/* Parses a vector file. Skips the running test when the folder or file is not there. Owned: json_decref. */
json_t *vec_load(const char *file);

/* The bytes of a hex string member; fails the test when it is no hex. Missing: empty. Valid until the next 16 calls. */
struct slice vec_hex(const json_t *obj, const char *key);

/* Bytes of a hex literal; as above. */
struct slice hex(const char *text);

/* Whether this Wycheproof test case must be accepted. "acceptable" counts as neither: see the callers. */
bool vec_is(const json_t *test, const char *result);
bool vec_has_flag(const json_t *test, const char *flag);
int vec_id(const json_t *test);

/* Calls fn for every test of every group of a Wycheproof file and prints how many were tried. */
void vec_each(const char *file, void (*fn)(const json_t *group, const json_t *test));

void assert_bytes(struct slice got, struct slice want);

/* An env whose randomness is the given bytes, once; running out fails the test. */
struct env vec_env(struct slice *script);

#endif
