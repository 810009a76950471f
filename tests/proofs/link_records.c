/* peer/link_records: what an authentic record may do to the link, for records of any type with any payload, in any state.
 *
 * SOURCES src/peer/rekey.c src/peer/record.c tests/proofs/stub_crypto.c tests/proofs/stub_memory.c
 * UNWIND 9
 * REPLACE link_queue:any_queue
 * CUTS put_be put_next
 */
#include "peer/link_records.c"

#include "proof.h"

static struct slice came;

err_t any_queue(struct link *l, u8 type, struct slice payload)
{
	(void)type;
	reads_slice(payload);
	prove(payload.n <= RECORD_MAX_PAYLOAD);
	return any_bool() ? OK : link_end(l, ERR_BUG, LINK_CLOSE_NONE, false, false);
}

err_t link_end(struct link *l, err_t err, enum link_close_reason reason, bool by_peer, bool keep_pending)
{
	(void)reason, (void)by_peer, (void)keep_pending;
	l->state = LINK_ENDED;
	return err;
}

void link_emit(struct link *l, const struct link_event *ev)
{
	prove(ev->type == LINK_RECORD || ev->type == LINK_WANT_ROOT);
	/* PROTO 5.3.1: "nothing but one ROTCHAIN of A and CLOSE has a meaning in it." */
	prove(ev->type != LINK_RECORD || l->status < ACCEPT_INVITE_BAD ||
	      (l->status == ACCEPT_KEY_CHANGED && ev->record.type == RECORD_ROTCHAIN));
	prove(ev->type != LINK_RECORD || is_part_of(ev->record.payload, came));
}

void buf_free(struct buf *b)
{
	(void)b;
}

static void any_random(void *arg, void *out, size_t n)
{
	(void)arg;
	fills(out, n);
}

static const struct env env = {.random = any_random};

static enum link_state some(enum link_state least)
{
	u8 state = any_u8();
	assume(state >= least && state <= LINK_RUNNING);
	return (enum link_state)state;
}

void prove_dispatch(void)
{
	struct link *l = (struct link *)any_object(sizeof *l);
	u8 status = any_u8(), rekey = any_u8(), type = any_u8();
	assume(status <= ACCEPT_KEY_CHANGED && rekey <= REKEY_WAIT_DONE);
	l->env = &env;
	l->state = some(LINK_ACCEPTING);
	l->status = (enum accept_status)status;
	l->rekey.state = (enum rekey_state)rekey;
	l->initiator = any_bool();
	l->rekey.crossed = any_bool();
	l->chain_came = any_bool();
	assume(l->rx.epoch < UINT32_MAX - 1 && l->tx.epoch < UINT32_MAX - 1); /* 24 hours */
	assume(l->rekey.received.bytes < UINT64_MAX / 2 && l->rekey.received.data <= REKEY_REFUSE_DATA);
	assume(l->out.p == NULL && l->out.head <= l->out.tail && l->in_n <= RECORD_MAX_WIRE);
	u64 now = any_u64();
	assume(now < UINT64_MAX / 2 && l->rekey.received.first_ms <= now);
	came = any_slice(RECORD_MAX_PAYLOAD);
	bool accepting = l->state == LINK_ACCEPTING;
	err_t e = dispatch(l, now, type, came);
	/* PROTO 3.4.9: "B's first record, and its only one of epoch 0, is ACCEPT" */
	prove(e != OK || accepting == (type == RECORD_ACCEPT));
	reached(e == OK && type == RECORD_ACCEPT);
	reached(e == OK && type == RECORD_REKEY_EK);
	reached(e == OK && type == RECORD_ROTCHAIN && l->chain_came);
	reached(e == OK && type == RECORD_CLOSE);
}
