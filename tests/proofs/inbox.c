/* vault/inbox: any file as a sealed inbox, with crypto that says yes to anything. Each step stays in the file, and goes on.
 *
 * A file of any length up to two heads and 400 bytes: an entry's frame is 28, and no step looks at more than one. The steps
 * are proved one by one; what one gives is what the one that calls it may expect, written as its model.
 *
 * SOURCES tests/proofs/stub_crypto.c tests/proofs/stub_cursor.c tests/proofs/stub_bounds.c
 * UNWIND 9
 * UNWIND find_next.0:17
 * REPLACE chain_step:any_step chain_mark:any_mark find:any_find read_frame:any_frame
 */
#include "vault/inbox.c"

#include "proof.h"

#define FILE_MAX (HEADS + 400)

/* Keys and marks are of any value before, and stay so. */
void any_step(struct chain *c)
{
	prove(__CPROVER_w_ok(c, sizeof *c));
}

void any_mark(const struct chain *c, u8 *ret)
{
	reads(c, sizeof *c);
	prove(__CPROVER_w_ok(ret, MARK_LEN));
}

void hkdf_extract(struct slice salt, struct slice ikm, u8 ret[static SHA512_LEN])
{
	boc_extract(salt, ikm, ret);
}

void hkdf_expand(const u8 prk[static SHA512_LEN], const struct slice *parts, size_t n_parts, u8 *out, size_t n)
{
	reads(prk, SHA512_LEN);
	for (size_t i = 0; i < n_parts; i++)
		reads_slice(parts[i]);
	fills(out, n);
}

/* Some place that has room for a mark, or none. */
const u8 *any_find(const u8 *in, size_t n, const u8 *mark)
{
	size_t at = any_size();
	reads(in, n);
	reads(mark, MARK_LEN);
	if (n < MARK_LEN || any_bool())
		return NULL;
	assume(at <= n - MARK_LEN);
	return in + at;
}

/* What prove_frame() says of read_frame(). */
bool any_frame(const struct reading *r, size_t at, struct chain *ret, size_t *ret_n)
{
	prove(at <= r->file.n && r->file.n - at >= FRAME_LEN);
	*ret_n = any_u32();
	fills(ret, sizeof *ret);
	return any_bool() && *ret_n >= AEAD_TAG_LEN;
}

static struct reading any_reading(void)
{
	struct reading r;
	size_t n = any_size();
	assume(n > HEADS && n <= FILE_MAX);
	r.file = slice_of(any_object(n), n);
	r.room = any_object(n);
	return r;
}

void prove_entry(void)
{
	struct reading r = any_reading();
	size_t at = any_size(), n = 0;
	assume(at >= HEADS && at < r.file.n);
	enum found found = open_entry(&r, at, &n);
	if (found != FOUND_ENTRY)
		prove(n == 0);
	else
		prove(n >= FRAME_LEN + AEAD_TAG_LEN && n <= r.file.n - at);
	reached(found == FOUND_ENTRY && at + n == r.file.n);
	reached(found == FOUND_TORN && at + FRAME_LEN > r.file.n);
	reached(found == FOUND_TORN && at + FRAME_LEN < r.file.n);
	reached(found == FOUND_DAMAGE);
}

/* The next one begins behind, or there is none: a damaged file comes to its end. */
void prove_next(void)
{
	struct reading r = any_reading();
	size_t at = any_size();
	assume(at >= HEADS && at < r.file.n);
	size_t next = find_next(&r, at);
	prove(next == 0 || (next > at && next < r.file.n));
	reached(next == at + 1);
	reached(next == 0);
}

void prove_is_of(void)
{
	struct slice file = any_slice(FILE_MAX);
	u8 id[INBOX_ID_LEN];
	bool is = inbox_is_of(file, id);
	prove(!is || file.n >= 8 + INBOX_ID_LEN);
	reached(is);
	reached(!is && file.p == NULL);
}
