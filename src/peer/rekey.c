#include "peer/rekey.h"

#include "base/limits.h"

void rekey_start(struct rekey *r, bool initiator)
{
	*r = (struct rekey){.state = REKEY_IDLE, .initiator = initiator};
}

/* PROTO 4.3.5: "`epoch` is i+1, i being the epoch that ends." 24 hours are too short to use up 32 bits. */
static void put_next(u8 out[static 4], u32 epoch)
{
	u32 next = epoch + 1;
	for (unsigned i = 0; i < 4; i++)
		out[i] = (u8)(next >> (24 - 8 * i));
}

/* PROTO 4.3.13: "REKEY_EK or REKEY_CT of another length, or for another epoch than the one after that in which it was
 * received" */
static bool is_well_formed(struct slice payload, size_t n, u32 epoch)
{
	u8 next[4];
	put_next(next, epoch);
	return payload.n == n && memcmp(payload.p, next, sizeof next) == 0;
}

/* What was only needed to read the answer. */
static void forget_ek(struct rekey *r)
{
	secret32_wipe(&r->seed);
	wipe(r->ek, sizeof r->ek);
	r->crossed = false;
}

err_t rekey_ask(struct rekey *r, const struct env *env, u32 epoch, u64 now, u8 ret[static REKEY_EK_PAYLOAD])
{
	if (r->state != REKEY_IDLE)
		return ERR_BUG;
	/* PROTO 4.3.5: "`ek` comes from a fresh random seed" */
	env_random(env, r->seed.b, sizeof r->seed.b);
	err_t err = xwing_keygen(&r->seed, r->ek);
	if (err != OK) {
		forget_ek(r);
		return err;
	}
	put_next(ret, epoch);
	memcpy(ret + 4, r->ek, sizeof r->ek);
	r->state = REKEY_WAIT_CT;
	r->since_ms = now;
	return OK;
}

/* The new root, and ss is gone. */
static void mix(struct record_root *root, struct secret32 *ss, u32 epoch, const u8 ek[static XWING_EK_LEN],
                const u8 ct[static XWING_CT_LEN])
{
	/* PROTO 4.3.9: "with ss of X-Wing and with ek and ct as they were sent, without the epoch" */
	record_root_next(root, ss->b, epoch + 1, slice_of(ek, XWING_EK_LEN), slice_of(ct, XWING_CT_LEN));
	secret32_wipe(ss);
}

err_t rekey_on_ek(struct rekey *r, const struct env *env, u32 epoch, struct slice payload, struct record_root *root,
                  u8 ret[static REKEY_CT_PAYLOAD], bool *ret_answer)
{
	/* PROTO 4.3.13: "REKEY_EK in epoch 0, to a side that waits for REKEY_DONE, for the second time to an A that waits
	 * for REKEY_CT" */
	bool both = r->state == REKEY_WAIT_CT;
	if ((r->state != REKEY_IDLE && !both) || (both && r->crossed))
		return ERR_PEER_POLICY;
	if (!is_well_formed(payload, REKEY_EK_PAYLOAD, epoch))
		return ERR_PEER_FORMAT;
	/* PROTO 4.3.12: "When both have sent REKEY_EK, that of A counts." */
	if (both && r->initiator) {
		r->crossed = true;
		*ret_answer = false;
		return OK;
	}

	/* PROTO 4.3.6: "checks ek as B checks ek_A (3.5.2), encapsulates" */
	u8 eseed[XWING_ESEED_LEN];
	struct secret32 ss;
	env_random(env, eseed, sizeof eseed);
	err_t err = xwing_encaps(payload.p + 4, eseed, ret + 4, &ss);
	wipe(eseed, sizeof eseed);
	if (err != OK)
		return err;
	put_next(ret, epoch);
	mix(root, &ss, epoch, payload.p + 4, ret + 4);
	/* PROTO 4.3.12: "wipes the seed of its own and answers as Q" */
	forget_ek(r);
	r->state = REKEY_IDLE;
	*ret_answer = true;
	return OK;
}

void rekey_answered(struct rekey *r, const struct record_chain *next_rx, u64 now)
{
	r->state = REKEY_WAIT_DONE;
	r->since_ms = now;
	r->next_rx = *next_rx;
	r->sent = (struct rekey_use){0};
}

err_t rekey_on_ct(struct rekey *r, u32 epoch, struct slice payload, struct record_root *root)
{
	/* PROTO 4.3.13: "REKEY_CT to a side that does not wait for one, as B does not any more after 4.3.12" */
	if (r->state != REKEY_WAIT_CT)
		return ERR_PEER_POLICY;
	if (!is_well_formed(payload, REKEY_CT_PAYLOAD, epoch))
		return ERR_PEER_FORMAT;
	struct secret32 ss;
	TRY(xwing_decaps(&r->seed, payload.p + 4, &ss));
	mix(root, &ss, epoch, r->ek, payload.p + 4);
	forget_ek(r);
	r->state = REKEY_IDLE;
	r->sent = r->received = (struct rekey_use){0};
	return OK;
}

err_t rekey_on_done(struct rekey *r, struct slice payload, struct record_chain *ret_rx)
{
	/* PROTO 4.3.13: "REKEY_DONE to a side that does not wait for one, or with a payload" */
	if (r->state != REKEY_WAIT_DONE)
		return ERR_PEER_POLICY;
	if (payload.n != 0)
		return ERR_PEER_FORMAT;
	*ret_rx = r->next_rx;
	record_chain_wipe(&r->next_rx);
	r->state = REKEY_IDLE;
	r->received = (struct rekey_use){0};
	return OK;
}

/* ---- when ---- */

static void count(struct rekey_use *u, u64 now, u8 type, size_t wire)
{
	u->bytes += wire;
	if (record_is_data(type) && u->data++ == 0)
		u->first_ms = now;
}

void rekey_sent(struct rekey *r, u64 now, u8 type, size_t wire)
{
	count(&r->sent, now, type, wire);
}

err_t rekey_received(struct rekey *r, u64 now, u8 type, size_t wire)
{
	count(&r->received, now, type, wire);
	/* PROTO 4.3.16: "only the 257th DATA record of one direction and epoch, or one that comes 40 minutes or more after
	 * the first of its direction and epoch, ends the link" */
	if (record_is_data(type) &&
	    (r->received.data > REKEY_REFUSE_DATA || now - r->received.first_ms >= REKEY_REFUSE_MS))
		return ERR_PEER_LIMIT;
	return OK;
}

/* PROTO 4.3.14: "n counts the DATA records that it sent in the epoch in which it sends plus those that it received in
 * the epoch in which it receives" */
static u32 data_of(const struct rekey *r)
{
	return r->sent.data + r->received.data;
}

/* PROTO 4.3.14: "t is the time since the first DATA record that n counts": when that was. With data_of() > 0. */
static u64 first_ms(const struct rekey *r)
{
	if (r->sent.data == 0)
		return r->received.first_ms;
	return r->received.data == 0 ? r->sent.first_ms : MIN(r->sent.first_ms, r->received.first_ms);
}

/* PROTO 4.3.14: "at any time when n ≥ 1 and t ≥ 5 minutes (A) or 6 minutes (B)" */
static u64 due_ms(const struct rekey *r)
{
	if (data_of(r) == 0)
		return UINT64_MAX;
	return first_ms(r) + REKEY_MS + (r->initiator ? 0 : REKEY_TURN_MS);
}

bool rekey_is_due(const struct rekey *r, u64 now, enum rekey_cause cause)
{
	/* PROTO 4.3.11: "only while it sends and receives in one and the same epoch i ≥ 1 … and it waits for no REKEY_CT" */
	if (r->state != REKEY_IDLE)
		return false;
	u64 bytes = r->sent.bytes + r->received.bytes;
	switch (cause) {
	case REKEY_SENT_DATA:
		/* PROTO 4.3.14: "at once behind a DATA record that it sent, when n ≥ 32 or b ≥ 4 MiB" */
		if (data_of(r) >= REKEY_DATA || bytes >= REKEY_BYTES)
			return true;
		break;
	case REKEY_RECEIVED:
		/* PROTO 4.3.14: "after a record that it received, when n ≥ 64 or b ≥ 8 MiB" */
		if (data_of(r) >= REKEY_LATE * REKEY_DATA || bytes >= (u64)REKEY_LATE * REKEY_BYTES)
			return true;
		break;
	case REKEY_TIME: break;
	}
	return now >= due_ms(r);
}

bool rekey_is_stopped(const struct rekey *r, u64 now)
{
	/* PROTO 4.3.15: "a side sends no DATA while n ≥ 128, or n ≥ 1 and t ≥ 20 minutes" */
	u32 n = data_of(r);
	return n >= REKEY_STOP_DATA || (n > 0 && now - first_ms(r) >= REKEY_STOP_MS);
}

static bool is_waiting(const struct rekey *r)
{
	return r->state == REKEY_WAIT_CT || r->state == REKEY_WAIT_DONE;
}

bool rekey_is_overdue(const struct rekey *r, u64 now)
{
	/* PROTO 4.3.17: "A side that has waited 5 minutes for REKEY_CT or REKEY_DONE, in epoch 0 too, takes the link for
	 * broken." */
	return is_waiting(r) && now >= r->since_ms + REKEY_WAIT_MS;
}

u64 rekey_deadline(const struct rekey *r)
{
	if (is_waiting(r))
		return r->since_ms + REKEY_WAIT_MS;
	return r->state == REKEY_IDLE ? due_ms(r) : UINT64_MAX;
}
