/* Text that is searched for, in a message that is any text: no search breaks the database, where a message is found its text
 * says where, and what is removed is found no more. The first byte is the length of the message. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "still.h"
#include "vault/contacts.h"
#include "vault/identity.h"
#include "vault/order.h"
#include "vault/search.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void must(bool x)
{
	if (!x)
		abort();
}

/* A database whose files have no names any more. */
static struct store *nameless(void)
{
	char dir[] = "/tmp/boc-fuzz-XXXXXX", path[64], wal[80];
	struct store *s = NULL;
	u32 id;
	store_prepare();
	must(mkdtemp(dir) != NULL);
	snprintf(path, sizeof path, "%s/db", dir);
	snprintf(wal, sizeof wal, "%s-wal", path);
	must(store_create(path, &(struct secret32){{1}}, &s) == OK);
	must(identity_create(s, &still, slice_str("Alice"), &id) == OK && store_commit(s) == OK);
	must(unlink(path) == 0 && unlink(wal) == 0 && rmdir(dir) == 0);
	return s;
}

static size_t search(struct store *s, struct slice text)
{
	struct search *f;
	struct message m;
	struct mark marks[MAX_MARKS];
	size_t found = 0;
	if (search_open(s, &(struct search_ask){.text = text, .limit = 2}, &f) != OK)
		return 0;
	for (; search_next(f, &m); found++) {
		size_t n = search_marks(f, messages_text(&m), marks);
		must(n > 0);
		for (size_t i = 0; i < n; i++)
			must(marks[i].from < marks[i].to && marks[i].to <= m.n &&
			     (i == 0 || marks[i - 1].to < marks[i].from));
	}
	search_close(f);
	must(!store_is_broken(s));
	return found;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct store *s;
	static unsigned runs;
	struct contact c = {.identity = 1, .state = CONTACT_ACCEPTED};
	u64 row;
	bool gap;
	if (size < 2)
		return 0;
	if (!s)
		s = nameless();
	const size_t n = MIN(data[0], size - 1);
	const struct slice text = slice_of(data + 1, n), asked = slice_of(data + 1 + n, size - 1 - n);
	const struct peer_item item = {.seq = 1, .kind = ITEM_TEXT, .body = text};
	if (!n || !utf8_is_text(text))
		return 0; /* no such item is ever stored */
	contacts_add(s, &c);
	must(order_came(s, c.id, &item, 1, &row, &gap));
	must(search(s, asked) <= 1);
	must(search(s, text) <= 1);
	contacts_remove(s, c.id);
	must(search(s, asked) == 0 && search(s, text) == 0);
	contacts_erase(s, ERASE_STEP);
	must(search(s, asked) == 0 && search(s, text) == 0);
	must(runs++ % 64 || store_commit(s) == OK); /* the disk is slow */
	return 0;
}
