#include "vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

json_t *vec_load(const char *file)
{
	const char *dir = getenv("BOC_VECTORS");
	char path[4096];
	json_error_t e;

	snprintf(path, sizeof path, "%s/%s", dir ? dir : "", file);
	if (!dir || access(path, R_OK) != 0) {
		print_message("SKIP: no %s\n", path);
		skip();
	}
	json_t *j = json_load_file(path, 0, &e);
	if (!j)
		fail_msg("%s: %s", path, e.text);
	return j;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	fail_msg("not hex: %c", c);
	return 0;
}

struct slice hex(const char *text)
{
	static u8 *ring[16]; /* freed when reused; exact sizes, so that sanitizers see an overrun */
	static size_t next;
	size_t n = strlen(text) / 2;

	free(ring[next]);
	u8 *p = ring[next] = malloc(n ? n : 1);
	next = (next + 1) % ARRAY_LEN(ring);
	for (size_t i = 0; i < n; i++)
		p[i] = (u8)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
	return slice_of(p, n);
}

struct slice vec_hex(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return hex(s ? s : "");
}

bool vec_is(const json_t *test, const char *result)
{
	return strcmp(json_string_value(json_object_get(test, "result")), result) == 0;
}

bool vec_has_flag(const json_t *test, const char *flag)
{
	size_t i;
	json_t *f;

	json_array_foreach(json_object_get(test, "flags"), i,
	                   f) if (strcmp(json_string_value(f), flag) == 0) return true;
	return false;
}

int vec_id(const json_t *test)
{
	return (int)json_integer_value(json_object_get(test, "tcId"));
}

void vec_each(const char *file, void (*fn)(const json_t *group, const json_t *test))
{
	json_t *j = vec_load(file), *group, *test;
	size_t g, t, n = 0;

	json_array_foreach(json_object_get(j, "testGroups"), g, group)
		json_array_foreach(json_object_get(group, "tests"), t, test)
	{
		fn(group, test);
		n++;
	}
	print_message("%s: %zu cases\n", file, n);
	assert_int_equal(n, json_integer_value(json_object_get(j, "numberOfTests")));
	json_decref(j);
}

void assert_bytes(struct slice got, struct slice want)
{
	assert_int_equal(got.n, want.n);
	if (want.n)
		assert_memory_equal(got.p, want.p, want.n);
}

static void scripted(void *arg, void *out, size_t n)
{
	struct slice *script = arg;

	assert_true(script->n >= n);
	memcpy(out, script->p, n);
	*script = slice_of(script->p + n, script->n - n);
}

static u64 no_clock(void *arg)
{
	(void)arg;
	fail_msg("crypto/ has no clock");
	return 0;
}

struct env vec_env(struct slice *script)
{
	return (struct env){.wall_ms = no_clock, .mono_ms = no_clock, .random = scripted, .arg = script};
}
