/* wire/peer_msg: HELLO, SYNC, DATA, ACK (and NAK, of the same form), READ and TYPING from any
 * payload: what is taken is within its limits and lies in the payload.
 *
 * Payloads of up to 6110 bytes, one more than the longest that is good (PEER_MSG_MAX); no loop depends on the length. Where
 * the fields are read is cursor_read.c's to say, that text is UTF-8 utf8.c's.
 *
 * SOURCES src/wire/peer_msg.c src/wire/item_body.c tests/proofs/stub_cursor.c tests/proofs/stub_utf8.c
 * UNWIND 66
 */
#include "wire/peer_msg.h"

#include "proof.h"

void explicit_bzero(void *p, size_t n)
{
	memset(p, 0, n);
}

void prove_hello(void)
{
	struct slice in = any_slice(400);
	struct peer_hello m;
	if (peer_hello_decode(in, &m) != OK)
		return;
	prove(m.name.n >= 1 && m.name.n <= MAX_NAME && m.greeting.n <= MAX_GREETING);
	prove(is_part_of(m.name, in) && is_part_of(m.greeting, in));
	reached(m.name.n == MAX_NAME && m.greeting.n == MAX_GREETING);
}

void prove_item(void)
{
	struct slice in = any_slice(PEER_MSG_MAX + 1);
	struct peer_item m;
	if (peer_item_decode(in, &m) != OK)
		return;
	prove(m.body.n <= MAX_BODY && m.seq != 0 && m.seq <= ITEM_SEQ_MAX && m.kind != ITEM_NONE);
	prove(vanish_is_good(m.vanish));
	prove(is_part_of(m.body, in));
	reached(m.body.n == MAX_BODY && m.kind == ITEM_PROFILE);
	reached(m.vanish == VANISH_MAX && m.kind == ITEM_EDIT);
	reached(m.vanish == VANISH_MIN && !item_is_known(m.kind));
	prove(m.vanish == 0 || !item_is_known(m.kind) || m.kind == ITEM_TEXT || m.kind == ITEM_REPLY ||
	      m.kind == ITEM_EDIT);
}

/* Of what cannot be read, too, the id and the place are known. */
void prove_envelope(void)
{
	struct slice in = any_slice(PEER_MSG_MAX + 1);
	struct peer_item m;
	if (peer_item_envelope(in, &m) != OK)
		return;
	prove(m.body.n <= MAX_BODY && m.seq != 0 && m.seq <= ITEM_SEQ_MAX);
	prove(is_part_of(m.body, in));
	reached(m.kind == ITEM_NONE);
	reached(!vanish_is_good(m.vanish) && m.body.n == MAX_BODY);
}

void prove_body(void)
{
	struct slice in = any_slice(MAX_BODY + 1);
	struct item_body m;
	u8 kind = any_u8();
	if (item_body_decode(kind, in, &m) != OK)
		return;
	prove(vanish_is_good(m.vanish) && m.keep <= KEEP_MAX);
	prove(item_is_known(kind) && m.text.n <= MAX_TEXT && (m.text.n == 0 || is_part_of(m.text, in)));
	prove(m.name.n <= MAX_NAME && (m.name.n == 0 || is_part_of(m.name, in)));
	prove(m.picture.n == 0 || (m.picture.n == PICTURE_LEN && is_part_of(m.picture, in)));
	reached(kind == ITEM_REPLY && m.text.n == MAX_TEXT);
	reached(kind == ITEM_REACTION && m.text.n == 0);
	reached(kind == ITEM_EDIT && m.text.n == MAX_TEXT);
	reached(kind == ITEM_DELETE);
	reached(kind == ITEM_GONE);
	reached(kind == ITEM_PROFILE && m.name.n == MAX_NAME && m.picture.n == PICTURE_LEN);
	reached(kind == ITEM_PROFILE && m.picture.n == 0);
	reached(kind == ITEM_TERMS && m.keep == KEEP_MAX);
}

void prove_sync(void)
{
	struct slice in = any_slice(PEER_MSG_MAX + 1);
	struct peer_sync m;
	if (peer_sync_decode(in, &m) != OK)
		return;
	prove(in.n == 40 && m.top <= ITEM_SEQ_MAX);
	reached(m.top == ITEM_SEQ_MAX);
	reached(m.top == 0);
}

void prove_ack(void)
{
	struct slice in = any_slice(PEER_MSG_MAX + 1);
	struct peer_ack m;
	if (peer_ack_decode(in, &m) != OK)
		return;
	prove(m.count >= 1 && m.count <= ACK_MAX);
	reached(m.count == ACK_MAX);
}

void prove_read(void)
{
	struct slice in = any_slice(PEER_MSG_MAX + 1);
	struct peer_read m;
	if (peer_read_decode(in, &m) != OK)
		return;
	prove(m.count >= 1 && m.count <= READ_MAX && in.n == 1 + 16 * m.count);
	reached(m.count == READ_MAX);
}

void prove_typing(void)
{
	struct slice in = any_slice(PEER_MSG_MAX + 1);
	bool on;
	if (peer_typing_decode(in, &on) != OK)
		return;
	prove(in.n == 1);
	reached(on);
	reached(!on);
}

void prove_address(void)
{
	struct slice in = any_slice(PEER_MSG_MAX + 1);
	struct peer_address m;
	if (peer_address_decode(in, &m) != OK)
		return;
	prove(in.n == ADDRESS_LEN);
	reached(m.onion[0] == 1 && m.sig[63] == 2);
}
