/* What is kept of any line: printable, without an address or a long key, and the same when it is cleaned again. */
#include <stdlib.h>

#include "base/log_clean.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static bool is_base32(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static char out[1 << 17], again[1 << 17];
	static const struct log_clean known = {{"/srv/data", "/root"}};
	if (size > 4096)
		return 0;
	size_t n = log_clean(&known, slice_of(data, size), out, sizeof out);
	check(n == strlen(out) && n < sizeof out - 1);
	size_t base32 = 0, hex = 0;
	for (size_t i = 0; i < n; i++) {
		check(out[i] >= 0x20 && out[i] < 0x7f);
		base32 = is_base32(out[i]) ? base32 + 1 : 0;
		hex = is_hex(out[i]) ? hex + 1 : 0;
		check(base32 < 56 && hex < 32);
	}
	log_clean(&known, slice_str(out), again, sizeof again);
	check(strcmp(out, again) == 0);
	char little[16];
	check(log_clean(&known, slice_of(data, size), little, sizeof little) < sizeof little);
	return 0;
}
