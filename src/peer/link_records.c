/* What records mean to the link itself (PROTO 3.4.9, 4.1 to 4.4); everything else goes up untouched. */
#include <stdlib.h>

#include "base/limits.h"
#include "crypto/kdf.h"
#include "peer/continuity.h"
#include "peer/link_private.h"

enum { PING_ASKS = 0, PING_ANSWERS = 1 };

void link_start_records(struct link *l, const struct hs_result *r)
{
	memcpy(l->root.b, r->root, sizeof l->root.b);
	record_chain_init(&l->tx, &l->root, 0, l->initiator ? RECORD_A2B : RECORD_B2A);
	record_chain_init(&l->rx, &l->root, 0, l->initiator ? RECORD_B2A : RECORD_A2B);
}

err_t link_queue(struct link *l, u8 type, struct slice payload)
{
	int class = record_class_for(payload.n);
	if (class < 0)
		return link_end(l, ERR_BUG, LINK_CLOSE_NONE, false, false);
	u8 wire[RECORD_MAX_WIRE];
	size_t n = record_wire_size((u8) class);
	err_t err = record_seal(&l->tx, (u8) class, type, payload, wire);
	if (err == OK && buf_append(&l->out, slice_of(wire, n)) != OK)
		err = ERR_BUG; /* LINK_OUT_RESERVE holds all that the link itself may say */
	return err == OK ? OK : link_end(l, err, LINK_CLOSE_NONE, false, false);
}

/* ---- epochs ---- */

/* l->root is that of the next epoch: its chains. */
static void next_epoch(struct link *l, struct record_chain *ret_tx, struct record_chain *ret_rx)
{
	record_epoch_start(&l->root, l->tx.epoch + 1, l->initiator ? ret_tx : ret_rx, l->initiator ? ret_rx : ret_tx);
}

/* As Q (B after ACCEPT): what we said last was the last of its epoch. */
static void change_sending(struct link *l, u64 now)
{
	struct record_chain rx;
	next_epoch(l, &l->tx, &rx);
	rekey_answered(&l->rekey, &rx, now);
	record_chain_wipe(&rx);
}

/* As P (A on ACCEPT): the peer sends in the next epoch from now on, and so do we behind REKEY_DONE. */
static err_t change_both(struct link *l)
{
	struct record_chain tx, rx;
	next_epoch(l, &tx, &rx);
	err_t err = link_queue(l, RECORD_REKEY_DONE, slice_of(NULL, 0));
	if (err == OK) {
		l->tx = tx;
		l->rx = rx;
	}
	record_chain_wipe(&tx);
	record_chain_wipe(&rx);
	return err;
}

void link_run(struct link *l, u64 now)
{
	/* PROTO 4.3.18: "A link lives for 24 hours, counted at each side from ACCEPT. … B does the same 5 minutes later if
	 * the link is still there." */
	l->state = LINK_RUNNING;
	l->limit_ms = now + LINK_RENEW_MS + (l->initiator ? 0 : LINK_RENEW_TURN_MS);
	if (!link_may_talk(l))
		l->limit_ms = now + (l->initiator ? HANDSHAKE_MS : QUARANTINE_MS);
}

err_t link_rekey_if_due(struct link *l, u64 now, enum rekey_cause cause)
{
	if (!link_may_talk(l) || !rekey_is_due(&l->rekey, now, cause))
		return OK;
	u8 payload[REKEY_EK_PAYLOAD];
	err_t err = rekey_ask(&l->rekey, l->env, l->tx.epoch, now, payload);
	if (err != OK)
		return link_end(l, err, LINK_CLOSE_NONE, false, false);
	return link_queue(l, RECORD_REKEY_EK, slice_of(payload, sizeof payload));
}

static err_t on_rekey_ek(struct link *l, u64 now, struct slice payload)
{
	u8 answer[REKEY_CT_PAYLOAD];
	bool has_answer;
	/* PROTO 4.3.13: "or where the status forbids data" */
	if (!link_may_talk(l))
		return ERR_PEER_POLICY;
	TRY(rekey_on_ek(&l->rekey, l->env, l->rx.epoch, payload, &l->root, answer, &has_answer));
	if (!has_answer)
		return OK;
	/* PROTO 4.3.6: "sends REKEY_CT as its last record of epoch i and sends in epoch i+1 from then on" */
	TRY(link_queue(l, RECORD_REKEY_CT, slice_of(answer, sizeof answer)));
	change_sending(l, now);
	return OK;
}

static err_t on_rekey_ct(struct link *l, struct slice payload)
{
	TRY(rekey_on_ct(&l->rekey, l->rx.epoch, payload, &l->root));
	/* PROTO 4.3.7: "receives in epoch i+1 from the next record on, sends REKEY_DONE as its last record of epoch i, then
	 * sends in epoch i+1" */
	return change_both(l);
}

err_t link_accept(struct link *l, u64 now, u8 psk_sel, const struct record_root *root)
{
	u8 accept[ACCEPT_LEN];
	accept_payload(l->status, psk_sel, accept);
	TRY(link_queue(l, RECORD_ACCEPT, slice_of(accept, sizeof accept)));
	/* PROTO 4.3.1: "ACCEPT is B's last record of epoch 0; B sends in epoch 1 from then on." */
	l->root = *root;
	rekey_start(&l->rekey, false);
	change_sending(l, now);
	return OK;
}

err_t link_enter(struct link *l, u64 now, const struct record_root *root)
{
	(void)now;
	/* PROTO 4.3.1: "A on ACCEPT: receives in epoch 1 from the next record on, sends REKEY_DONE as its last record of
	 * epoch 0, then sends in epoch 1." */
	l->waits_for_root = false;
	l->root = *root;
	wipe(&l->claim, sizeof l->claim);
	rekey_start(&l->rekey, true);
	return change_both(l);
}

err_t link_say_close(struct link *l, enum link_close_reason reason, err_t err)
{
	/* PROTO 4.4.1: "`CLOSE(reason u8)` is the only clean end." */
	u8 r = (u8)reason;
	TRY(link_queue(l, RECORD_CLOSE, slice_of(&r, 1)));
	return link_end(l, err, reason, false, true);
}

err_t link_ping(struct link *l, u64 now)
{
	static const u8 kind = PING_ASKS;
	if (!l->pinged_ms)
		l->pinged_ms = MAX(now, 1);
	l->unacked_ms = 0;
	if (!link_may_talk(l) || buf_bytes(&l->out).n > LINK_OUT_MAX)
		return OK;
	return link_queue(l, RECORD_PING, slice_of(&kind, 1));
}

err_t link_send(struct link *l, u64 now, u8 type, struct slice payload)
{
	int class = record_class_for(payload.n);
	bool ours = type == RECORD_PING || (type >= RECORD_REKEY_EK && type <= RECORD_ACCEPT) || type == RECORD_CLOSE;
	if (class < 0 || ours)
		return ERR_BUG;
	/* PROTO 5.3.1: "nothing but one ROTCHAIN of A and CLOSE has a meaning in it." */
	bool chain = type == RECORD_ROTCHAIN && l->initiator && l->status == ACCEPT_KEY_CHANGED;
	if (l->state == LINK_ENDED || (l->state == LINK_RUNNING && !link_may_talk(l) && !chain))
		return ERR_PEER_POLICY;
	size_t wire = record_wire_size((u8) class);
	if (l->state != LINK_RUNNING || buf_bytes(&l->out).n + wire > LINK_OUT_MAX)
		return ERR_AGAIN;
	bool data = record_is_data(type);
	if (data && rekey_is_stopped(&l->rekey, now)) {
		/* PROTO 4.3.15: "It asks, if 4.3.11 allows it, and its DATA waits." */
		TRY(link_rekey_if_due(l, now, REKEY_SENT_DATA));
		return ERR_AGAIN;
	}
	TRY(link_queue(l, type, payload));
	rekey_sent(&l->rekey, now, type, wire);
	if (data && !l->unacked_ms)
		l->unacked_ms = MAX(now, 1);
	return data ? link_rekey_if_due(l, now, REKEY_SENT_DATA) : OK;
}

/* A: B answered. What follows in the stream waits for R_1. */
static err_t on_accept(struct link *l, struct slice payload)
{
	/* PROTO 3.4.9: "More bytes may follow; they are hashed and otherwise ignored." */
	if (payload.n < ACCEPT_LEN)
		return ERR_PEER_FORMAT;
	/* PROTO 3.5.6: "Any other status is malformed." */
	if (payload.p[0] > ACCEPT_KEY_CHANGED || payload.p[1] > 3)
		return ERR_PEER_FORMAT;
	l->status = (enum accept_status)payload.p[0];
	l->waits_for_root = true;
	struct link_event ev = {.type = LINK_WANT_ROOT,
	                        .root = {.status = l->status, .psk_sel = payload.p[1], .claim = &l->claim}};
	/* PROTO 3.4.10: "SHA-512(th7 ‖ ACCEPT payload)" */
	sha512(ev.root.accept_hash, PARTS(slice_of(l->claim.th7, sizeof l->claim.th7), payload));
	link_emit(l, &ev);
	return OK;
}

static err_t on_ping(struct link *l, struct slice payload)
{
	/* PROTO 4.1.6: "Whoever is asked answers at once; another kind is ignored." */
	static const u8 kind = PING_ANSWERS;
	if (payload.n == 0)
		return ERR_PEER_FORMAT;
	if (!link_may_talk(l))
		return OK;
	/* a peer that asks and never reads gets no more than the queue holds */
	if (payload.p[0] != PING_ASKS || buf_bytes(&l->out).n > LINK_OUT_MAX)
		return OK;
	return link_queue(l, RECORD_PING, slice_of(&kind, 1));
}

static err_t on_close(struct link *l, struct slice payload)
{
	if (payload.n == 0)
		return ERR_PEER_FORMAT;
	/* PROTO 4.4.2: "An unknown reason counts as DONE." */
	u8 r = payload.p[0];
	enum link_close_reason reason =
		r >= LINK_CLOSE_DONE && r <= LINK_CLOSE_RENEW ? (enum link_close_reason)r : LINK_CLOSE_DONE;
	return link_end(l, OK, reason, true, false);
}

/* A record for the layers above. */
static void on_other(struct link *l, u8 type, struct slice payload)
{
	/* PROTO 3.5.7: "Records that A sent in epoch 0 are delivered only when the status is 0 or 2" */
	bool early = !l->initiator && l->rx.epoch == 0;
	/* PROTO 5.3.1: "nothing but one ROTCHAIN of A and CLOSE has a meaning in it", and a ROTCHAIN nowhere else */
	bool chain = type == RECORD_ROTCHAIN && !l->initiator && !early && l->status == ACCEPT_KEY_CHANGED;
	if (type == RECORD_ROTCHAIN && (!chain || l->chain_came))
		return;
	l->chain_came |= chain;
	if ((!link_may_talk(l) && !chain) || (early && l->status != ACCEPT_OK && l->status != ACCEPT_CONT_LOST))
		return;
	link_emit(l, &(struct link_event){.type = LINK_RECORD, .record = {.type = type, .payload = payload}});
}

static err_t dispatch(struct link *l, u64 now, u8 type, struct slice payload)
{
	/* PROTO 3.4.9: "B's first record, and its only one of epoch 0, is ACCEPT"
	 * PROTO 4.1.5: "ACCEPT, REKEY_EK, REKEY_CT or REKEY_DONE where none is due ends the link." */
	if ((l->state == LINK_ACCEPTING) != (type == RECORD_ACCEPT))
		return ERR_PEER_POLICY;
	switch (type) {
	case RECORD_ACCEPT: return on_accept(l, payload);
	case RECORD_REKEY_EK: return on_rekey_ek(l, now, payload);
	case RECORD_REKEY_CT: return on_rekey_ct(l, payload);
	/* PROTO 4.3.1: "B on REKEY_DONE switches reception and wipes epoch 0."
	 * PROTO 4.3.8: "receives in epoch i+1 from the next record on" */
	case RECORD_REKEY_DONE: return rekey_on_done(&l->rekey, payload, &l->rx);
	case RECORD_PING: return on_ping(l, payload);
	case RECORD_CLOSE: return on_close(l, payload);
	/* PROTO 4.5.18: "and COVERED as an ACK" */
	case RECORD_ACK:
	case RECORD_COVERED: l->unacked_ms = 0; break;
	default: break;
	}
	if (link_may_talk(l))
		TRY(rekey_received(&l->rekey, now, type, l->in_n));
	/* PROTO 4.1.4: "An unknown type is ignored" — by the layer above, which knows what is unknown. */
	on_other(l, type, payload);
	return OK;
}

err_t link_on_record(struct link *l, u64 now)
{
	u8 type;
	struct slice payload;
	bool epoch_one = l->rx.epoch > 0;
	err_t err = record_open(&l->rx, l->in, l->in_n, &type, &payload);
	if (err == OK) {
		/* PROTO 5.5.3: "B does so on the first record of A in epoch 1" */
		l->confirmed |= epoch_one && !l->initiator;
		l->last_received_ms = now;
		l->pinged_ms = 0;
		l->is_quiet = false;
		err = dispatch(l, now, type, payload);
	}
	if (err == OK && l->state != LINK_ENDED)
		err = link_rekey_if_due(l, now, REKEY_RECEIVED);
	if (err != OK && l->state != LINK_ENDED)
		return link_end(l, err, LINK_CLOSE_NONE, false, false);
	return err;
}
