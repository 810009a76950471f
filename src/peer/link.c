/* Bytes, time and answers of one link. These times matter: the deadline of the handshake, later of the link (limit_ms),
 * the silence after which we ask (PING_IDLE_MS), the silence after which the peer is gone (LINK_DEAD_MS), and those of
 * peer/rekey.h. */
#include "peer/link.h"

#include <stdlib.h>

#include "base/limits.h"
#include "peer/link_private.h"

static struct link *new_link(const struct env *env, bool initiator, u64 now, u64 limit_ms)
{
	struct link *l = calloc(1, sizeof *l);
	if (!l)
		abort();
	l->env = env;
	l->initiator = initiator;
	l->out = buf_with_max(LINK_OUT_MAX + LINK_OUT_RESERVE);
	l->limit_ms = now + limit_ms;
	l->last_received_ms = now;
	return l;
}

err_t link_end(struct link *l, err_t err, enum link_close_reason reason, bool by_peer, bool keep_pending)
{
	l->state = LINK_ENDED;
	l->end = (struct link_event){.type = LINK_CLOSED, .closed = {.reason = reason, .by_peer = by_peer, .err = err}};
	/* nobody needs to answer any more; what was received is still received */
	if (l->has_event && l->event.type != LINK_OPEN && l->event.type != LINK_RECORD)
		l->has_event = false;
	l->hs = hs_free(l->hs);
	record_chain_wipe(&l->tx);
	record_chain_wipe(&l->rx);
	wipe(&l->root, sizeof l->root);
	wipe(&l->rekey, sizeof l->rekey);
	wipe(&l->claim, sizeof l->claim);
	l->waits_for_root = false;
	/* PROTO 3.5.1: "anything wrong → wipe and close, no error message" */
	if (!keep_pending)
		buf_free(&l->out);
	return err;
}

static err_t fail(struct link *l, err_t err)
{
	return link_end(l, err, LINK_CLOSE_NONE, false, false);
}

void link_emit(struct link *l, const struct link_event *ev)
{
	l->event = *ev;
	l->has_event = true;
}

struct link *link_free(struct link *l)
{
	if (!l)
		return NULL;
	hs_free(l->hs);
	buf_free(&l->out);
	wipe(l, sizeof *l);
	free(l);
	return NULL;
}

/* Queues what the handshake made, if anything. */
static err_t take_output(struct link *l)
{
	if (buf_append(&l->out, hs_output(l->hs)) != OK)
		return fail(l, ERR_BUG);
	return OK;
}

struct link *link_new_initiator(const struct env *env, const struct hs_config *cfg, u64 now)
{
	struct link *l = new_link(env, true, now, DIAL_MS);
	l->peer = *cfg->dialled;
	err_t err = hs_new_initiator(env, cfg, &l->hs);
	if (err == OK) {
		l->state = LINK_DIALLING;
		err = take_output(l);
	}
	if (err != OK)
		fail(l, err);
	return l;
}

struct link *link_new_responder(const struct env *env, const struct hs_config *cfg, u64 now)
{
	/* PROTO 3.5.8: "30 s until M1 is whole" */
	struct link *l = new_link(env, false, now, HANDSHAKE_M1_MS);
	l->hs = hs_new_responder(env, cfg);
	l->state = LINK_HANDSHAKE;
	return l;
}

void link_connected(struct link *l, u64 now)
{
	if (l->state != LINK_DIALLING)
		return;
	/* PROTO 3.5.8: "A gives up 60 s after its stream was up without an ACCEPT." */
	l->limit_ms = now + HANDSHAKE_MS;
	l->state = LINK_HANDSHAKE;
}

/* Tells what the handshake waits for now. */
static void ask(struct link *l)
{
	struct link_event ev = {0};
	switch (hs_state(l->hs)) {
	case HS_A_WANT_SIGN:
	case HS_B_WANT_SIGN:
		ev.type = LINK_WANT_SIGN;
		ev.sign = *hs_auth_request(l->hs);
		break;
	case HS_A_WANT_PIN:
		ev.type = LINK_WANT_PIN;
		ev.pin.peer = *hs_peer(l->hs);
		ev.pin.pq = hs_peer_pq(l->hs);
		ev.pin.relation = hs_relation(l->hs);
		break;
	case HS_B_WANT_POLICY:
		ev.type = LINK_WANT_POLICY;
		ev.policy.peer = *hs_peer(l->hs);
		memcpy(ev.policy.inv_id, hs_inv_id(l->hs), sizeof ev.policy.inv_id);
		break;
	case HS_B_WANT_ACCEPT:
		ev.type = LINK_WANT_ACCEPT;
		ev.accept.peer = *hs_peer(l->hs);
		ev.accept.pq = hs_peer_pq(l->hs);
		ev.accept.relation = hs_relation(l->hs);
		memcpy(ev.accept.inv_id, hs_inv_id(l->hs), sizeof ev.accept.inv_id);
		ev.accept.claim = hs_claim(l->hs);
		break;
	case HS_INVALID:
	case HS_A_WAIT_M2:
	case HS_B_WAIT_M1:
	case HS_B_WAIT_M3:
	case HS_DONE:
	case HS_FAILED: return;
	}
	link_emit(l, &ev);
}

/* The handshake is over: takes its result, frees it, starts epoch 0. */
static err_t finish_handshake(struct link *l)
{
	struct hs_result r;
	err_t err = hs_get_result(l->hs, &r);
	if (err != OK)
		return fail(l, err);
	l->peer = *hs_peer(l->hs);
	l->peer_pq = *hs_peer_pq(l->hs);
	l->status = r.status;
	l->hs = hs_free(l->hs);
	link_start_records(l, &r);
	if (l->initiator)
		l->claim = r;
	wipe(&r, sizeof r);
	return OK;
}

/* After every step of the handshake: passes on its error, its message, its question. */
static err_t after_step(struct link *l, err_t err)
{
	if (err != OK)
		return fail(l, err);
	TRY(take_output(l));
	ask(l);
	if (hs_state(l->hs) == HS_DONE && l->initiator) {
		TRY(finish_handshake(l));
		l->state = LINK_ACCEPTING;
	}
	return OK;
}

/* One whole handshake message is in l->in. */
static err_t on_message(struct link *l, u64 now)
{
	bool was_m1 = hs_state(l->hs) == HS_B_WAIT_M1;
	link_connected(l, now); /* M2 came, so the stream is up even if nobody said so */
	TRY(after_step(l, hs_input(l->hs, slice_of(l->in, l->in_n))));
	l->last_received_ms = now;
	/* PROTO 3.5.8: "then 60 s until A is accepted" */
	if (was_m1)
		l->limit_ms = now + HANDSHAKE_MS;
	return OK;
}

/* How many bytes the message that is coming has, as far as is known. 0: its class byte is none. */
static size_t message_size(const struct link *l)
{
	if (l->hs)
		return hs_expects(l->hs);
	return l->in_n == 0 ? 1 : record_wire_size(l->in[0]);
}

err_t link_feed(struct link *l, u64 now, struct slice *in)
{
	while (in->n > 0 && l->state != LINK_ENDED && !l->has_event && !l->waits_for_root &&
	       !(l->hs && hs_expects(l->hs) == 0)) {
		if (l->in_n == 0)
			wipe(l->in, l->plain_n);
		size_t take = MIN(message_size(l) - l->in_n, in->n);
		memcpy(l->in + l->in_n, in->p, take);
		l->in_n += take;
		*in = slice_of(in->p + take, in->n - take);

		size_t size = message_size(l);
		if (size == 0)
			return fail(l, ERR_PEER_FORMAT);
		if (l->in_n < size)
			continue;
		err_t err = l->hs ? on_message(l, now) : link_on_record(l, now);
		l->plain_n = l->in_n;
		l->in_n = 0;
		TRY(err);
	}
	if (l->state == LINK_ENDED)
		*in = slice_of(NULL, 0);
	return OK;
}

void link_eof(struct link *l)
{
	/* PROTO 4.4.1: "End of the stream without it means *broken*" */
	if (l->state != LINK_ENDED)
		link_end(l, ERR_AGAIN, LINK_CLOSE_NONE, false, false);
}

struct slice link_pending(const struct link *l)
{
	return buf_bytes(&l->out);
}

void link_sent(struct link *l, size_t n)
{
	buf_consume(&l->out, n);
}

bool link_next(struct link *l, struct link_event *ret)
{
	if (l->has_event) {
		*ret = l->event;
		l->has_event = false;
		return true;
	}
	if (l->state == LINK_ENDED && !l->end_told) {
		*ret = l->end;
		l->end_told = true;
		return true;
	}
	return false;
}

err_t link_give_signature(struct link *l, const struct auth_sigs *sigs, const struct hs_tags *tags)
{
	if (l->state == LINK_ENDED)
		return ERR_AGAIN;
	return l->hs ? after_step(l, hs_give_signature(l->hs, sigs, tags)) : fail(l, ERR_BUG);
}

err_t link_give_pinned(struct link *l)
{
	if (l->state == LINK_ENDED)
		return ERR_AGAIN;
	return l->hs ? after_step(l, hs_give_pinned(l->hs)) : fail(l, ERR_BUG);
}

err_t link_give_policy(struct link *l, bool allow, const struct pq_identity *pin)
{
	if (l->state == LINK_ENDED)
		return ERR_AGAIN;
	return l->hs ? after_step(l, hs_give_policy(l->hs, allow, pin)) : fail(l, ERR_BUG);
}

err_t link_give_accept(struct link *l, u64 now, enum accept_status status, u8 psk_sel, const struct record_root *root)
{
	if (l->state == LINK_ENDED)
		return ERR_AGAIN;
	if (!l->hs)
		return fail(l, ERR_BUG);
	TRY(after_step(l, hs_give_accept(l->hs, status)));
	TRY(finish_handshake(l));
	TRY(link_accept(l, now, psk_sel, root));
	l->last_received_ms = now; /* A waited for us, not we for A */
	link_run(l, now);
	if (status == ACCEPT_INVITE_BAD)
		return link_say_close(l, LINK_CLOSE_REFUSED, ERR_PEER_POLICY);
	link_emit(l, &(struct link_event){.type = LINK_OPEN,
	                                  .open = {.peer = l->peer, .pq = &l->peer_pq, .status = status}});
	return OK;
}

err_t link_give_root(struct link *l, u64 now, const struct record_root *root)
{
	if (l->state == LINK_ENDED)
		return ERR_AGAIN;
	if (!l->waits_for_root)
		return fail(l, ERR_BUG);
	TRY(link_enter(l, now, root));
	link_run(l, now);
	link_emit(l, &(struct link_event){
			     .type = LINK_OPEN,
			     .open = {.peer = l->peer, .pq = &l->peer_pq, .status = l->status, .initiator = true}});
	return OK;
}

bool link_is_confirmed(const struct link *l)
{
	return l->confirmed;
}

void link_probe(struct link *l, u64 now)
{
	/* a failure ends the link and is told by LINK_CLOSED */
	link_ping(l, now);
}

bool link_is_quiet(const struct link *l)
{
	return l->is_quiet;
}

u64 link_last_received_ms(const struct link *l)
{
	return l->last_received_ms;
}

void link_close(struct link *l, enum link_close_reason reason)
{
	if (l->state == LINK_ENDED)
		return;
	/* from M3 on both sides have keys, so that there can be a CLOSE */
	if (l->state == LINK_ACCEPTING || l->state == LINK_RUNNING)
		link_say_close(l, reason, OK);
	else
		link_end(l, OK, reason, false, false);
}

/* When to ask. */
static u64 ping_due(const struct link *l)
{
	u64 idle = l->last_received_ms + PING_IDLE_MS;
	/* PROTO 4.1.6: "A side asks as well when its DATA has had no ACK for 10 s." */
	return l->unacked_ms ? MIN(idle, l->unacked_ms + PING_ACK_MS) : idle;
}

static u64 silence_deadline(const struct link *l)
{
	u64 dead = l->last_received_ms + LINK_DEAD_MS;
	if (!l->pinged_ms)
		return MIN(ping_due(l), dead);
	return l->is_quiet ? dead : MIN(l->pinged_ms + LINK_QUIET_MS, dead);
}

u64 link_deadline(const struct link *l)
{
	if (l->state == LINK_ENDED)
		return LINK_NEVER;
	if (l->state != LINK_RUNNING)
		return l->limit_ms;
	return MIN(silence_deadline(l), MIN(l->limit_ms, rekey_deadline(&l->rekey)));
}

err_t link_tick(struct link *l, u64 now)
{
	if (l->state == LINK_ENDED)
		return OK;
	if (l->state != LINK_RUNNING)
		return now < l->limit_ms ? OK : fail(l, ERR_PEER_TIMEOUT);
	/* PROTO 4.1.6: "A side that received nothing for 25 s asks, one that received nothing for 70 s takes the link for
	 * broken." */
	if (now >= l->last_received_ms + LINK_DEAD_MS || rekey_is_overdue(&l->rekey, now))
		return fail(l, ERR_PEER_TIMEOUT);
	/* PROTO 5.3.4: "B waits 30 s for it, then CLOSE(KEY_CHANGED)." */
	if (now >= l->limit_ms && !link_may_talk(l))
		return link_say_close(l, l->initiator ? LINK_CLOSE_DONE : LINK_CLOSE_KEY_CHANGED, ERR_PEER_PIN);
	/* PROTO 4.3.18: "Then A sends CLOSE(RENEW) and dials again at once." */
	if (now >= l->limit_ms)
		return link_say_close(l, LINK_CLOSE_RENEW, OK);
	TRY(link_rekey_if_due(l, now, REKEY_TIME));
	if (l->pinged_ms)
		l->is_quiet = now >= l->pinged_ms + LINK_QUIET_MS;
	else if (now >= ping_due(l))
		return link_ping(l, now);
	return OK;
}
