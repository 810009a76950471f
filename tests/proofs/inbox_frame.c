/* vault/inbox: any bytes as the frame of an entry. See inbox.c.
 *
 * How often a key is stepped on depends on the index in the frame: once stands for any number.
 *
 * SOURCES tests/proofs/stub_crypto.c tests/proofs/stub_cursor.c tests/proofs/stub_memory.c
 * UNWIND 9
 * REPLACE chain_step:any_step
 */
#include "vault/inbox.c"

#include "proof.h"

/* So often that the loop that asks for it has what it wants: any number of steps. */
void any_step(struct chain *c)
{
	fills(c->key, sizeof c->key);
	c->index = UINT32_MAX;
}

void hkdf_expand(const u8 prk[static SHA512_LEN], const struct slice *parts, size_t n_parts, u8 *out, size_t n)
{
	reads(prk, SHA512_LEN);
	for (size_t i = 0; i < n_parts; i++)
		reads_slice(parts[i]);
	fills(out, n);
}

void prove_frame(void)
{
	struct reading r;
	struct chain c;
	size_t n = any_size(), at = any_size(), sealed;
	assume(n > HEADS && n <= HEADS + 400);
	assume(at <= n - FRAME_LEN);
	r.file = slice_of(any_object(n), n);
	if (!read_frame(&r, at, &c, &sealed))
		return;
	prove(sealed >= AEAD_TAG_LEN && sealed <= UINT32_MAX);
	reached(sealed == AEAD_TAG_LEN && c.index == r.chain.index);
}
