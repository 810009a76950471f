/* tools/embed: the table, that it is the same each time, and what it refuses; and the table in this program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "web/page.h"

static char dir[64];

static void write_file(const char *name, const char *text)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static char *read_file(const char *name)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "r");
	if (!f)
		return NULL;
	char *text = calloc(1, 65536);
	text[fread(text, 1, 65535, f)] = 0;
	fclose(f);
	return text;
}

static int embed(const char *dist, const char *output)
{
	char tool[512], from[160], to[160];
	const char *root = getenv("BOC_SOURCE");
	snprintf(tool, sizeof tool, "%s/tools/embed", root ? root : ".");
	snprintf(from, sizeof from, "%s/%s", dir, dist);
	snprintf(to, sizeof to, "%s/%s", dir, output);
	pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(9);
		execl("/bin/sh", "sh", tool, from, to, (char *)NULL);
		_exit(9);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int set_up(void **state)
{
	(void)state;
	char path[160];
	snprintf(dir, sizeof dir, "/tmp/boc-embed-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/dist", dir);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/dist/assets", dir);
	return mkdir(path, 0700);
}

static int tear_down(void **state)
{
	(void)state;
	static const char *const names[] = {"dist/index.html",
	                                    "dist/assets/b-worker-12.js",
	                                    "dist/assets/a.css",
	                                    "dist/x.exe",
	                                    "a.c",
	                                    "b.c",
	                                    "c.c",
	                                    "dist/assets",
	                                    "dist",
	                                    ""};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[160];
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		remove(path);
	}
	return access(dir, F_OK) == 0 ? -1 : 0;
}

static void a_table_is_made(void **state)
{
	(void)state;
	assert_int_equal(embed("nothing", "c.c"), 0);
	char *c = read_file("c.c");
	assert_non_null(strstr(c, "\t{\"/\", \"text/html; charset=utf-8\", file_0, sizeof file_0, "));
	assert_non_null(strstr(c, "page_file_count = 1;"));
	free(c);
	write_file("dist/index.html", "<p>hi");
	write_file("dist/assets/b-worker-12.js", "0");
	write_file("dist/assets/a.css", "");
	assert_int_equal(embed("dist", "a.c"), 0);
	assert_int_equal(embed("dist", "b.c"), 0);
	char *a = read_file("a.c"), *b = read_file("b.c");
	assert_string_equal(a, b);
	assert_non_null(strstr(a, "{\"/\", \"text/html; charset=utf-8\", file_2, sizeof file_2, 5, false},"));
	assert_non_null(
		strstr(a, "{\"/assets/a.css\", \"text/css; charset=utf-8\", file_0, sizeof file_0, 0, false},"));
	assert_non_null(strstr(
		a,
		"{\"/assets/b-worker-12.js\", \"text/javascript; charset=utf-8\", file_1, sizeof file_1, 1, true},"));
	free(a);
	free(b);
}

static void strange_files_are_refused(void **state)
{
	(void)state;
	write_file("dist/x.exe", "MZ");
	assert_int_not_equal(embed("dist", "d.c"), 0);
	assert_null(read_file("d.c"));
}

static void the_page_of_this_program(void **state)
{
	(void)state;
	const struct page_file *index = page_find(slice_str("/"));
	assert_non_null(index);
	assert_null(page_find(slice_str("")));
	assert_null(page_find(slice_str("//")));
	assert_null(page_find(slice_str("/index.html")));
	assert_null(page_find(slice_str("/../")));
	for (size_t i = 0; i < page_file_count; i++) {
		const struct page_file *f = &page_files[i];
		const u8 *end = f->gzip + f->gzip_len;
		assert_true(f->gzip_len > 18 && f->gzip[0] == 0x1f && f->gzip[1] == 0x8b);
		assert_int_equal(f->gzip[3], 0); /* no name */
		assert_int_equal((u32)end[-4] | (u32)end[-3] << 8 | (u32)end[-2] << 16 | (u32)end[-1] << 24,
		                 f->raw_len);
		assert_ptr_equal(page_find(slice_str(f->path)), f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_made),
		cmocka_unit_test(strange_files_are_refused),
		cmocka_unit_test(the_page_of_this_program),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
