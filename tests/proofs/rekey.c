/* peer/rekey: REKEY_EK, REKEY_CT and REKEY_DONE with any payload, in any state.
 *
 * SOURCES src/peer/rekey.c src/peer/record.c tests/proofs/stub_crypto.c tests/proofs/stub_memory.c
 * UNWIND 9
 * CUTS put_be put_next
 */
#include "peer/rekey.h"

#include "proof.h"

static void any_random(void *arg, void *out, size_t n)
{
	(void)arg;
	fills(out, n);
}

static const struct env env = {.random = any_random};

/* A link lives for 24 hours: it never comes to the last epoch. */
static u32 any_epoch(void)
{
	u32 epoch = any_u32();
	assume(epoch < UINT32_MAX);
	return epoch;
}

void prove_ek(void)
{
	struct rekey r;
	struct record_root root;
	u8 answer[REKEY_CT_PAYLOAD];
	bool has_answer;
	enum rekey_state before = (enum rekey_state)(any_u8() % 4);
	r.state = before;
	err_t e = rekey_on_ek(&r, &env, any_epoch(), any_slice(31212), &root, answer, &has_answer);
	prove(e != OK || before == REKEY_IDLE || before == REKEY_WAIT_CT);
	prove(e != OK || r.state == (has_answer ? REKEY_IDLE : REKEY_WAIT_CT));
	reached(e == OK && has_answer);
	reached(e == OK && !has_answer);
}

void prove_ct(void)
{
	struct rekey r;
	struct record_root root;
	enum rekey_state before = (enum rekey_state)(any_u8() % 4);
	r.state = before;
	err_t e = rekey_on_ct(&r, any_epoch(), any_slice(31212), &root);
	prove(e != OK || (before == REKEY_WAIT_CT && r.state == REKEY_IDLE));
	reached(e == OK);
}

void prove_done(void)
{
	struct rekey r;
	struct record_chain rx;
	enum rekey_state before = (enum rekey_state)(any_u8() % 4);
	r.state = before;
	err_t e = rekey_on_done(&r, any_slice(31212), &rx);
	prove(e != OK || (before == REKEY_WAIT_DONE && r.state == REKEY_IDLE));
	reached(e == OK);
}
