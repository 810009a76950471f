/* wire/item_body: there is one encoding. What is taken of a kind is written back as the same bytes, and what is written is
 * taken.
 *
 * Bodies of up to 40 bytes, with pictures of 3: longer ones differ in the number of bytes that are copied, not in what
 * decides. That a body of any length is read within its bounds is peer_msg.c's.
 *
 * SOURCES src/wire/cursor.c tests/proofs/stub_utf8.c
 * UNWIND 41
 * CUTS put_int
 */
#include "base/limits.h"

#undef PICTURE_LEN
#define PICTURE_LEN 3

#include "wire/item_body.c"

#include "proof.h"

#define ROOM 40

void *memcpy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

/* Whatever is taken as `kind` is written back as it was. */
static struct item_body same_again(u8 kind)
{
	u8 in[ROOM], out[ROOM];
	size_t n = any_size();
	struct item_body m;
	assume(n <= sizeof in);
	assume(item_body_decode(kind, slice_of(in, n), &m) == OK);
	prove(item_body_encode(kind, &m, out, sizeof out) == n);
	for (size_t i = 0; i < n; i++)
		prove(out[i] == in[i]);
	return m;
}

void prove_text(void)
{
	struct item_body m = same_again(ITEM_TEXT);
	reached(m.text.n == ROOM);
}

void prove_reply(void)
{
	struct item_body m = same_again(ITEM_REPLY);
	reached(m.of_reader && m.text.n == ROOM - 17);
	reached(!m.of_reader && m.text.n == 1);
}

void prove_reaction(void)
{
	struct item_body m = same_again(ITEM_REACTION);
	reached(m.text.n == 0);
	reached(m.of_reader && m.text.n == ROOM - 17);
}

void prove_edit(void)
{
	struct item_body m = same_again(ITEM_EDIT);
	reached(m.text.n == ROOM - 16);
}

void prove_delete(void)
{
	struct item_body m = same_again(ITEM_DELETE);
	reached(m.text.n == 0);
}

void prove_gone(void)
{
	struct item_body m = same_again(ITEM_GONE);
	prove(m.was != ITEM_NONE && m.was != ITEM_GONE);
	reached(m.was == ITEM_PROFILE);
	reached(!item_is_known(m.was));
}

void prove_terms(void)
{
	struct item_body m = same_again(ITEM_TERMS);
	reached(m.vanish == VANISH_MAX && m.keep == KEEP_MAX);
	reached(m.vanish == 0 && m.keep == 0);
}

void prove_profile(void)
{
	struct item_body m = same_again(ITEM_PROFILE);
	reached(m.name.n == ROOM - 1);
	reached(m.name.n == 1 && m.picture.n == PICTURE_LEN);
}

/* No other kind has a body that anybody reads. */
void prove_others(void)
{
	struct slice in = any_slice(ROOM);
	struct item_body m;
	u8 kind = any_u8();
	err_t e = item_body_decode(kind, in, &m);
	prove(item_is_known(kind) || e == ERR_PEER_FORMAT);
	reached(kind == ITEM_NONE && e != OK);
	reached(kind == ITEM_PROFILE + 1 && e != OK);
}

static struct slice any_part(size_t max)
{
	struct slice s = any_slice(max);
	assume(s.p != NULL);
	return s;
}

/* What the encoder lets through, whatever stands in the structure, every decoder takes. */
void prove_written_is_taken(void)
{
	struct item_body m, back;
	u8 out[ROOM], kind = any_u8();
	m.of_reader = any_bool();
	m.text = any_part(4);
	m.name = any_part(4);
	m.picture = any_part(4);
	size_t n = item_body_encode(kind, &m, out, sizeof out);
	if (n == 0 && (kind != ITEM_DELETE))
		return;
	prove(item_body_decode(kind, slice_of(out, n), &back) == OK);
	reached(kind == ITEM_PROFILE && back.picture.n == PICTURE_LEN);
	reached(kind == ITEM_REACTION && back.text.n == 0);
	reached(kind == ITEM_TERMS);
}
