/* peer/record: what is received as a record, and what is sealed into one. All four sizes, any bytes, crypto that says yes
 * to anything.
 *
 * That padding is zero is looked at by a loop of its own, which is taken for what it reads.
 *
 * SOURCES tests/proofs/stub_crypto.c tests/proofs/stub_memory.c
 * UNWIND 9
 * REPLACE is_zero:any_is_zero
 * CUTS put_be
 */
#include "peer/record.c"

#include "proof.h"

bool any_is_zero(const u8 *p, size_t n)
{
	reads(p, n);
	return any_bool();
}

void prove_open(void)
{
	struct record_chain c;
	u8 type;
	size_t n = any_size();
	assume(n <= RECORD_MAX_WIRE + 1);
	u8 *wire = any_object(n);
	struct slice payload;
	c.dir = any_bool() ? RECORD_A2B : RECORD_B2A;
	assume(c.seq < UINT64_MAX);
	if (record_open(&c, wire, n, &type, &payload) != OK)
		return;
	prove(payload.n <= RECORD_MAX_PAYLOAD && payload.n + RECORD_OVERHEAD <= n + AEAD_TAG_LEN);
	prove(is_part_of(payload, slice_of(wire, n - AEAD_TAG_LEN)));
	reached(payload.n == RECORD_MAX_PAYLOAD);
	reached(n == 488 && payload.n == 0);
}

void prove_seal(void)
{
	struct record_chain c;
	struct slice payload = any_slice(RECORD_MAX_PAYLOAD + 1);
	u8 class = any_u8();
	int least = record_class_for(payload.n);
	prove((least < 0) == (payload.n > RECORD_MAX_PAYLOAD));
	c.dir = any_bool() ? RECORD_A2B : RECORD_B2A;
	assume(c.seq < UINT64_MAX);
	u8 *out = any_object(record_wire_size(class));
	err_t e = record_seal(&c, class, any_u8(), payload, out);
	prove((e == ERR_BUG) == (least < 0 || class < least || class >= RECORD_CLASSES));
	reached(e == OK && class == 3 && payload.n == RECORD_MAX_PAYLOAD);
}
