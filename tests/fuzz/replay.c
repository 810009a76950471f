/* Runs a fuzz target over files without libFuzzer: every argument is a file or a folder of files.
 * Each input lies in a heap block of just its size, so that a sanitizer sees any byte read past it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/def.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int run_file(FILE *f, const char *path)
{
	static u8 room[1 << 20];
	size_t n = fread(room, 1, sizeof room, f);
	bool bad = ferror(f) != 0;
	fclose(f);
	if (bad)
		return 0; /* a folder: its files are run one by one */
	u8 *copy = malloc(n ? n : 1);
	if (!copy)
		abort();
	memcpy(copy, room, n);
	printf("%s, %zu bytes\n", path, n);
	fflush(stdout);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	return 1;
}

static int run_path(const char *path)
{
	int runs = 0;
	DIR *dir = opendir(path);
	if (!dir) {
		FILE *f = fopen(path, "rb");
		return f ? run_file(f, path) : 0;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		char file[4096];
		if (e->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", path, e->d_name);
		runs += run_path(file);
	}
	closedir(dir);
	return runs;
}

int main(int argc, char **argv)
{
	int runs = 0;
	LLVMFuzzerTestOneInput((const u8 *)"", 0);
	for (int i = 1; i < argc; i++)
		runs += run_path(argv[i]);
	printf("%d inputs\n", runs);
	return runs == 0; /* an empty corpus is a mistake */
}
