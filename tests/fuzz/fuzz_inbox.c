/* The file of the sealed inbox, whose bytes anybody with the disk may change: nothing comes out that was not put in, nor twice,
 * nor in another order. And what an entry may hold, as bytes. The first byte says which:
 *
 *	0  entries behind a good head        1  changes of a good file: position u16be, xor u8; xor 0 cuts it there
 *	2  the whole file                    3  an entry of parts, of which each is an image of a row */
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "vault/identity.h"
#include "vault/inbox.h"
#include "vault/rows.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define ENTRIES 6

static u64 clock_ms(void *arg)
{
	(void)arg;
	return 1000000;
}

static void same_random(void *arg, void *out, size_t n)
{
	(void)arg;
	memset(out, 7, n);
}

static const struct env env = {.wall_ms = clock_ms, .mono_ms = clock_ms, .random = same_random};
static const struct secret32 seed = {{1, 2, 3}};

static struct good {
	u8 *bytes;
	size_t n, head_n;
} good;

static struct store *store;

static void must(bool x)
{
	if (!x)
		abort();
}

/* Entry k, which says so. */
static struct slice entry(u8 k)
{
	static u8 room[1 + 40 * ENTRIES];
	memset(room, k, sizeof room);
	return slice_of(room, 1 + (size_t)40 * k);
}

static void prepare(void)
{
	char dir[] = "/tmp/boc-fuzz-XXXXXX";
	u8 ek[XWING_EK_LEN], id[INBOX_ID_LEN];
	struct inbox *i = NULL;
	u32 own = 0;
	if (good.bytes)
		return;
	must(sodium_init() >= 0);
	must(mkdtemp(dir) != NULL);
	must(inbox_public(&seed, ek, id) == OK && inbox_new(dir, &env, ek, &i) == OK);
	for (u8 k = 0; k < ENTRIES; k++)
		must(inbox_append(i, entry(k), 1) == OK);
	inbox_free(i);
	must(inbox_load(dir, &good.bytes, &good.n) == OK);
	must(inbox_is_of(slice_of(good.bytes, good.n), id));
	good.head_n = 2 * (8 + INBOX_ID_LEN + XWING_CT_LEN);
	inbox_remove(dir);
	must(rmdir(dir) == 0);
	store_prepare();
	must(store_open_memory(&store) == OK && identity_create(store, &env, slice_str("Alice"), &own) == OK);
	struct query q = store_query(store, sql_contact_keep);
	query_int(&q, 1);
	query_int(&q, own);
	query_bytes(&q, slice_of(seed.b, sizeof seed.b));
	query_run(&q);
	must(store_commit(store) == OK);
}

/* They come in their order, each once and whole. */
static void came(void *arg, struct slice plain)
{
	int *last = arg;
	must(plain.n > 0 && plain.p[0] < ENTRIES && plain.p[0] > *last);
	must(slice_eq(plain, entry(plain.p[0])));
	*last = plain.p[0];
}

static void read_it(struct slice file)
{
	int last = -1;
	u32 bad = inbox_read(file, &seed, came, &last);
	must(bad <= file.n);
}

static void change(const u8 *data, size_t n)
{
	u8 *bytes = malloc(good.n);
	size_t left = good.n;
	must(bytes != NULL);
	memcpy(bytes, good.bytes, good.n);
	for (; n >= 3; data += 3, n -= 3) {
		size_t at = ((size_t)data[0] << 8 | data[1]) % good.n;
		if (data[2] == 0)
			left = MIN(left, at);
		bytes[at] ^= data[2];
	}
	u8 *exact = malloc(left + 1);
	must(exact != NULL);
	memcpy(exact, bytes, left);
	read_it(slice_of(exact, left));
	free(exact);
	free(bytes);
}

static void behind_head(const u8 *data, size_t n)
{
	u8 *bytes = malloc(good.head_n + n);
	must(bytes != NULL);
	memcpy(bytes, good.bytes, good.head_n);
	if (n)
		memcpy(bytes + good.head_n, data, n);
	read_it(slice_of(bytes, good.head_n + n));
	free(bytes);
}

static void rows(const u8 *data, size_t n)
{
	struct reader r = reader_of(slice_of(data, n));
	struct slice part;
	size_t seen = 0;
	while (inbox_next_part(&r, &part)) {
		struct reader in = reader_of(part);
		(void)rows_take(store, &in); /* what it does not know costs nothing but itself */
		seen += 4 + part.n;
	}
	must(r.bad ? seen < n : seen == n);
	must(!store_is_broken(store));
	must(store_rollback(store) == OK);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size == 0 || size > 1 << 16)
		return 0;
	prepare();
	switch (data[0] % 4) {
	case 0: behind_head(data + 1, size - 1); break;
	case 1: change(data + 1, size - 1); break;
	case 2: read_it(slice_of(data + 1, size - 1)); break;
	case 3: rows(data + 1, size - 1); break;
	}
	return 0;
}
