/* peer/handshake: M1, M2 and M3 from outside, with crypto that says yes to anything. Any bytes of any length in every state;
 * no loop depends on a length.
 *
 * SOURCES src/peer/hs_initiator.c src/peer/hs_responder.c src/peer/authmsg.c src/peer/pq.c src/peer/knock.c
 * SOURCES src/wire/cursor.c tests/proofs/stub_crypto.c tests/proofs/stub_memory.c
 * UNWIND 9
 * UNWIND strlen.0:60
 * CUTS hs_put_pq
 */
#include "peer/handshake.c"

#include "proof.h"

static void any_random(void *arg, void *out, size_t n)
{
	(void)arg;
	fills(out, n);
}

static u64 never(void *arg)
{
	(void)arg;
	return 0;
}

static const struct env env = {.wall_ms = never, .mono_ms = never, .random = any_random};

static struct handshake *any_handshake(enum hs_state state)
{
	struct handshake *h = (struct handshake *)any_object(sizeof *h);
	h->env = &env;
	h->state = state;
	h->pinned = any_bool();
	h->expects_fp = any_bool();
	return h;
}

static void is_over_if(struct handshake *h, err_t e)
{
	prove(e == OK || h->state == HS_FAILED);
	hs_free(h);
}

void prove_m1(void)
{
	struct handshake *h = any_handshake(HS_B_WAIT_M1);
	struct slice in = any_slice(HS_M1_LEN + 1);
	err_t e = hs_input(h, in);
	prove(e != OK || (h->state == HS_B_WANT_SIGN && in.n == HS_M1_LEN));
	reached(e == OK);
	is_over_if(h, e);
}

void prove_m2(void)
{
	struct handshake *h = any_handshake(HS_A_WAIT_M2);
	struct slice in = any_slice(HS_M2_LEN + 1);
	err_t e = hs_input(h, in);
	prove(e != OK || ((h->state == HS_A_WANT_PIN || h->state == HS_A_WANT_SIGN) && in.n == HS_M2_LEN));
	/* PROTO 3.5.3: "another identity than the pinned one ends it here: A has revealed nothing" */
	prove(e != OK || h->state != HS_A_WANT_SIGN || h->relation == PQ_SAME);
	reached(e == OK && h->state == HS_A_WANT_SIGN);
	is_over_if(h, e);
}

void prove_m3(void)
{
	struct handshake *h = any_handshake(HS_B_WAIT_M3);
	struct slice in = any_slice(HS_M3_LEN + 1);
	err_t e = hs_input(h, in);
	prove(e != OK || (h->state == HS_B_WANT_POLICY && in.n == HS_M3_LEN));
	reached(e == OK);
	is_over_if(h, e);
}

void prove_m3_proofs(void)
{
	struct handshake *h = any_handshake(HS_B_WANT_POLICY);
	struct pq_identity pin;
	bool allow = any_bool();
	err_t e = hs_give_policy(h, allow, any_bool() ? &pin : NULL);
	prove(e != OK || (allow && h->state == HS_B_WANT_ACCEPT));
	reached(e == OK && h->relation == PQ_ROTATED);
	is_over_if(h, e);
}

/* No message is taken where none is due. */
void prove_other_states(void)
{
	enum hs_state state = (enum hs_state)(any_u8() % (HS_FAILED + 1));
	struct handshake *h = any_handshake(state);
	assume(hs_expects(h) == 0);
	err_t e = hs_input(h, any_slice(HS_M2_LEN));
	prove(e != OK);
	reached(state == HS_DONE);
	is_over_if(h, e);
}
