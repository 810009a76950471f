/* What people paste as bridges: any bytes. What is read has nothing that could become another option of tor or another
 * command to it, and is read again as it was written. */
#include <stdlib.h>

#include "tor/bridge.h"
#include "tor/control.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

/* One line of tor's, whatever was in it. */
static void as_options(struct slice lines, size_t count)
{
	struct torctl_option options[MAX_BRIDGES];
	struct slice line;
	size_t n = 0;
	u32 id;
	while (bridges_next(&lines, &line)) {
		check(n < MAX_BRIDGES && line.n > 0);
		options[n++] = (struct torctl_option){"Bridge", line};
	}
	check(n == count);
	struct torctl *c = torctl_new();
	check(torctl_setconf(c, options, n, &id) == OK);
	struct slice out = torctl_pending(c);
	for (size_t i = 0, quotes = 0; i < out.n; i++) {
		quotes += out.p[i] == '"';
		check(out.p[i] != '\\' && out.p[i] != '#');
		check((out.p[i] >= 0x20 && out.p[i] < 0x7f) || i >= out.n - 2);
		check(i + 1 < out.n || quotes == 2 * n);
	}
	torctl_free(c);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct buf out = buf_with_max(MAX_BRIDGES_TEXT), again = buf_with_max(MAX_BRIDGES_TEXT);
	struct bridges b, same;
	struct bridge_fault f = {0};
	char words[BRIDGE_FAULT_TEXT];
	if (bridges_read(slice_of(data, size), &out, &b, &f) != OK) {
		check(f.line >= 1 && f.what > BRIDGE_FINE && f.what < BRIDGE_PROGRAM && buf_bytes(&out).n == 0);
		bridge_fault_text(&f, words);
		return 0;
	}
	check(b.count <= MAX_BRIDGES && (b.count == 0) == (buf_bytes(&out).n == 0) && (b.count == 0) == (b.used == 0));
	check(bridges_read(buf_bytes(&out), &again, &same, &f) == OK);
	check(slice_eq(buf_bytes(&out), buf_bytes(&again)) && same.count == b.count && same.used == b.used);
	as_options(buf_bytes(&out), b.count);
	buf_free(&out);
	buf_free(&again);
	return 0;
}
