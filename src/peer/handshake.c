/* The state machine: what may come when. The messages themselves are in hs_initiator.c and hs_responder.c. */
#include "peer/handshake.h"

#include <stdlib.h>

#include "crypto/kdf.h"
#include "crypto/onion_key.h"
#include "peer/hs_private.h"

static struct handshake *new_handshake(const struct env *env, const struct hs_config *cfg)
{
	struct handshake *h = calloc(1, sizeof *h);
	if (!h)
		abort();
	h->env = env;
	h->own = *cfg->own;
	h->own_pq = *cfg->own_pq;
	return h;
}

err_t hs_new_initiator(const struct env *env, const struct hs_config *cfg, struct handshake **ret)
{
	if (onion_pub_eq(cfg->own, cfg->dialled))
		return ERR_LOCAL_CONFIG;
	if (!onion_pub_is_valid(cfg->dialled))
		return ERR_PEER_CRYPTO;
	struct handshake *h = new_handshake(env, cfg);
	h->peer = *cfg->dialled;
	if (cfg->pin) {
		h->pinned = true;
		h->pin = *cfg->pin;
	} else if (cfg->pqfp) {
		h->expects_fp = true;
		memcpy(h->pqfp, cfg->pqfp, sizeof h->pqfp);
	}
	if (cfg->inv_id)
		memcpy(h->inv_id, cfg->inv_id, sizeof h->inv_id);
	err_t err = hs_create_m1(h, cfg->knock);
	if (err != OK) {
		hs_free(h);
		return err;
	}
	h->state = HS_A_WAIT_M2;
	*ret = h;
	return OK;
}

struct handshake *hs_new_responder(const struct env *env, const struct hs_config *cfg)
{
	struct handshake *h = new_handshake(env, cfg);
	h->state = HS_B_WAIT_M1;
	return h;
}

struct handshake *hs_free(struct handshake *h)
{
	if (h)
		wipe(h, sizeof *h);
	free(h);
	return NULL;
}

err_t hs_fail(struct handshake *h, err_t err)
{
	wipe(h, sizeof *h);
	h->state = HS_FAILED;
	return err;
}

enum hs_state hs_state(const struct handshake *h)
{
	return h->state;
}

size_t hs_expects(const struct handshake *h)
{
	switch (h->state) {
	case HS_A_WAIT_M2: return HS_M2_LEN;
	case HS_B_WAIT_M1: return HS_M1_LEN;
	case HS_B_WAIT_M3: return HS_M3_LEN;
	case HS_INVALID:
	case HS_A_WANT_PIN:
	case HS_A_WANT_SIGN:
	case HS_B_WANT_SIGN:
	case HS_B_WANT_POLICY:
	case HS_B_WANT_ACCEPT:
	case HS_DONE:
	case HS_FAILED: break;
	}
	return 0;
}

/* Moves h to `next` when err is OK, and ends it otherwise. */
static err_t step(struct handshake *h, err_t err, enum hs_state next)
{
	if (err != OK)
		return hs_fail(h, err);
	h->state = next;
	return OK;
}

err_t hs_input(struct handshake *h, struct slice in)
{
	size_t want = hs_expects(h);
	if (want == 0)
		return hs_fail(h, ERR_BUG);
	if (in.n != want)
		return hs_fail(h, ERR_PEER_FORMAT);
	h->out_n = 0;
	if (h->state == HS_B_WAIT_M1)
		return step(h, hs_consume_m1(h, (const struct hs_m1 *)in.p), HS_B_WANT_SIGN);
	if (h->state == HS_B_WAIT_M3)
		return step(h, hs_consume_m3(h, (const struct hs_m3 *)in.p), HS_B_WANT_POLICY);
	TRY(step(h, hs_consume_m2(h, (const struct hs_m2 *)in.p), HS_A_WANT_PIN));
	return h->relation == PQ_SAME ? hs_give_pinned(h) : OK;
}

struct slice hs_output(const struct handshake *h)
{
	return slice_of(&h->out, h->out_n);
}

const struct auth_request *hs_auth_request(const struct handshake *h)
{
	return &h->req;
}

err_t hs_give_signature(struct handshake *h, const struct auth_sigs *sigs, const struct hs_tags *tags)
{
	if (h->state == HS_A_WANT_SIGN)
		return step(h, hs_create_m3(h, sigs, tags), HS_DONE);
	if (h->state == HS_B_WANT_SIGN)
		return step(h, hs_create_m2(h, sigs), HS_B_WAIT_M3);
	return hs_fail(h, ERR_BUG);
}

err_t hs_give_pinned(struct handshake *h)
{
	if (h->state != HS_A_WANT_PIN)
		return hs_fail(h, ERR_BUG);
	/* PROTO 3.5.3: "another identity than the pinned one ends it here: A has revealed nothing" */
	if (h->relation == PQ_CHANGED)
		return hs_fail(h, ERR_PEER_PIN);
	hs_prepare_m3(h);
	h->state = HS_A_WANT_SIGN;
	return OK;
}

err_t hs_give_policy(struct handshake *h, bool allow, const struct pq_identity *pin)
{
	if (h->state != HS_B_WANT_POLICY)
		return hs_fail(h, ERR_BUG);
	/* PROTO 3.5.4: "policy: may this address talk to us? else close" */
	if (!allow)
		return hs_fail(h, ERR_PEER_POLICY);
	return step(h, hs_verify_m3(h, pin), HS_B_WANT_ACCEPT);
}

err_t hs_give_accept(struct handshake *h, enum accept_status status)
{
	if (h->state != HS_B_WANT_ACCEPT || status > ACCEPT_KEY_CHANGED ||
	    (h->relation == PQ_CHANGED) != (status == ACCEPT_KEY_CHANGED))
		return hs_fail(h, ERR_BUG);
	h->result.status = status;
	h->state = HS_DONE;
	return OK;
}

const struct onion_pub *hs_peer(const struct handshake *h)
{
	return &h->peer;
}

const struct pq_identity *hs_peer_pq(const struct handshake *h)
{
	return &h->peer_pq;
}

enum pq_relation hs_relation(const struct handshake *h)
{
	return h->relation;
}

const u8 *hs_inv_id(const struct handshake *h)
{
	return h->inv_id;
}

const struct hs_result *hs_claim(const struct handshake *h)
{
	return &h->result;
}

err_t hs_get_result(struct handshake *h, struct hs_result *ret)
{
	if (h->state != HS_DONE)
		return hs_fail(h, ERR_BUG);
	*ret = h->result;
	return OK;
}

void hs_transcript_start(u8 th[static 64], const struct onion_pub *b)
{
	/* PROTO 3.4.2: "th0 = SHA-512("BOC1 link suite 1 xwing ed25519 mldsa65 sha512 cc20p1305" ‖ u8 port-class ‖ B)" */
	static const u8 port_class = HS_PORT_CLASS;
	sha512(th, PARTS(slice_str("BOC1 link suite 1 xwing ed25519 mldsa65 sha512 cc20p1305"),
	                 slice_of(&port_class, 1), slice_of(b->b, sizeof b->b)));
}

void hs_put_pq(const struct pq_identity *id, u8 pk[static MLDSA_PK_LEN], u8 next[static 32], u8 seq[static 4])
{
	memcpy(pk, id->pk, sizeof id->pk);
	memcpy(next, id->next, sizeof id->next);
	for (unsigned i = 0; i < 4; i++)
		seq[i] = (u8)(id->seq >> (24 - 8 * i));
}

struct pq_identity hs_get_pq(const u8 pk[static MLDSA_PK_LEN], const u8 next[static 32], const u8 seq[static 4])
{
	struct pq_identity id;
	memcpy(id.pk, pk, sizeof id.pk);
	memcpy(id.next, next, sizeof id.next);
	id.seq = (u32)seq[0] << 24 | (u32)seq[1] << 16 | (u32)seq[2] << 8 | seq[3];
	return id;
}

void hs_finish(struct hs_result *ret, const u8 th5[static 64], const u8 hs[static 64], const struct hs_p3 *p3)
{
	/* PROTO 3.4.8: "th6 = Mix(th5,6,t1‖t2)", "th7 = Mix(th6,7,cont_cur‖cont_prev‖inv_mac)",
	 * "R_0 = Expand(HS,"root",th7,64)" */
	ret->tags = p3->tags;
	memcpy(ret->th6, th5, sizeof ret->th6);
	boc_mix(ret->th6, 6, slice_of(&p3->sigs, sizeof p3->sigs));
	memcpy(ret->th7, ret->th6, sizeof ret->th7);
	boc_mix(ret->th7, 7, slice_of(&p3->tags, sizeof p3->tags));
	boc_expand(hs, "root", slice_of(ret->th7, 64), ret->root, sizeof ret->root);
}
