/* One record: as bytes of a stranger, and as what a peer with the keys may have sealed in it. */
#include <stdlib.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "peer/record.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const struct record_root root = {{1, 2, 3}};

/* What comes out of an opened record lies within it and says what was in it. */
static void check(const u8 *wire, size_t n, const u8 *inner, u8 type, struct slice payload)
{
	if (payload.p != wire + 4 || payload.n > record_capacity(wire[0]) || n != record_wire_size(wire[0]))
		abort();
	if (inner && (type != inner[0] || payload.n != ((size_t)inner[1] << 8 | inner[2]) ||
	              (payload.n && memcmp(payload.p, inner + 3, payload.n) != 0)))
		abort();
}

static void open_it(u8 *wire, size_t n, const u8 *inner)
{
	struct record_chain rx;
	u8 type;
	struct slice payload;
	record_chain_init(&rx, &root, 0, RECORD_A2B);
	if (record_open(&rx, wire, n, &type, &payload) == OK) {
		check(wire, n, inner, type, payload);
		if (!inner)
			abort(); /* nobody guesses a tag */
	}
}

/* Seals the inner part as it is. */
static void seal_as_peer(u8 class, const u8 *inner, u8 *wire)
{
	static const u8 nonce[AEAD_NONCE_LEN];
	struct record_chain tx;
	u8 prk[64] = {0}, keys[64], ad[14] = {class, RECORD_A2B};
	record_chain_init(&tx, &root, 0, RECORD_A2B);
	memcpy(prk, tx.key, 32);
	boc_expand(prk, "rec", slice_of(NULL, 0), keys, sizeof keys);
	wire[0] = class;
	if (aead_seal(keys, nonce, slice_of(ad, sizeof ad), slice_of(inner, record_capacity(class) + 3), wire + 1) !=
	    OK)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size == 0 || size > RECORD_MAX_WIRE)
		return 0;
	u8 *wire = malloc(RECORD_MAX_WIRE), *inner = calloc(1, RECORD_MAX_WIRE);
	if (!wire || !inner)
		abort();
	memcpy(wire, data, size);
	open_it(wire, size, NULL);

	u8 class = data[0] % RECORD_CLASSES;
	struct record_chain tx;
	record_chain_init(&tx, &root, 0, RECORD_A2B);
	struct slice large = slice_of(inner, record_capacity(class) + 1);
	if (record_class_for(large.n) != (class == RECORD_CLASSES - 1 ? -1 : class + 1) ||
	    record_seal(&tx, class, 1, large, wire) != ERR_BUG || tx.seq != 0)
		abort();
	memcpy(inner, data + 1, MIN(size - 1, record_capacity(class) + 3));
	seal_as_peer(class, inner, wire);
	open_it(wire, record_wire_size(class), inner);
	free(wire);
	free(inner);
	return 0;
}
