/* The initiator's half of the handshake: makes M1, takes M2, makes M3. */
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "peer/hs_private.h"

static const u8 nonce0[AEAD_NONCE_LEN];

err_t hs_create_m1(struct handshake *h, const struct knock_keys *knock)
{
	struct hs_m1 *m1 = &h->out.m1;
	memset(m1, 0, sizeof *m1);
	memcpy(m1->magic, "BOC1", 4);
	m1->ver_min = m1->ver_max = HS_VERSION;
	m1->suites[1] = HS_SUITE_BIT;
	env_random(h->env, m1->n_a, sizeof m1->n_a);
	/* PROTO 3.4.3: "`ek_A` comes from a fresh random seed." */
	env_random(h->env, h->seed.b, sizeof h->seed.b);
	TRY(xwing_keygen(&h->seed, m1->ek));
	u8 digest[64];
	knock_digest((const u8 *)m1, digest);
	knock_make(h->env, knock, digest, m1->knock);
	h->out_n = sizeof *m1;

	/* PROTO 3.4.3: "th1 = Mix(th0,1,M1)" */
	hs_transcript_start(h->th, &h->peer);
	boc_mix(h->th, 1, slice_of(m1, sizeof *m1));
	return OK;
}

/* What M2 yields, before it is believed. */
struct m2_work {
	u8 th2[64];
	u8 th3[64];
	struct secret32 ss;
	u8 hs[64];
	u8 k2[32];
	struct hs_p2 p2;
};

/* Decapsulates and opens; nothing in w->p2 is authenticated but by "whoever had ek_A". */
static err_t m2_open(const struct handshake *h, const struct hs_m2 *m2, struct m2_work *w)
{
	/* PROTO 3.5.3: "version and suite among the offered" */
	if (m2->clear.version != HS_VERSION || m2->clear.suite[0] != 0 || m2->clear.suite[1] != HS_SUITE)
		return ERR_PEER_FORMAT;
	TRY(xwing_decaps(&h->seed, m2->clear.ct, &w->ss));

	/* PROTO 3.4.4: "th2 = Mix(th1,2,M2c);  HS = Extract(th2, ss);  k2 = Expand(HS,"m2",th2,32)" */
	memcpy(w->th2, h->th, sizeof w->th2);
	boc_mix(w->th2, 2, slice_of(&m2->clear, sizeof m2->clear));
	boc_extract(slice_of(w->th2, 64), slice_of(w->ss.b, sizeof w->ss.b), w->hs);
	boc_expand(w->hs, "m2", slice_of(w->th2, 64), w->k2, sizeof w->k2);
	return aead_open(w->k2, nonce0, slice_of(w->th2, 64), slice_of(m2->sealed, sizeof m2->sealed), (u8 *)&w->p2);
}

/* What B shows, by what A knows of it. */
static enum pq_relation relation_of(const struct handshake *h, const struct pq_identity *pq)
{
	u8 fp[PQ_FP_LEN];
	if (!h->expects_fp)
		return pq_compare(h->pinned ? &h->pin : NULL, pq);
	/* PROTO 7.5: "Another identity than the fingerprint's is one that changed (5.4)." */
	pq_fingerprint(&h->peer, pq, fp);
	return ct_equal(fp, h->pqfp, sizeof fp) ? PQ_NEW : PQ_CHANGED;
}

err_t hs_consume_m2(struct handshake *h, const struct hs_m2 *m2)
{
	struct m2_work w;
	struct auth_request proof = {.role = AUTH_RESPONDER};
	err_t err = m2_open(h, m2, &w);
	if (err != OK)
		goto out;

	/* PROTO 3.5.3: "pin compare → Ed25519 under the *dialled* address → ML-DSA" */
	struct pq_identity pq = hs_get_pq(w.p2.pk, w.p2.next, w.p2.seq);
	enum pq_relation relation = relation_of(h, &pq);
	memcpy(w.th3, w.th2, sizeof w.th3);
	boc_mix(w.th3, 3, slice_of(&w.p2, HS_P2_SIGNED));
	memcpy(proof.th, w.th3, sizeof proof.th);
	err = authmsg_verify(&proof, &h->peer, pq.pk, &w.p2.sigs);
	if (err != OK)
		goto out;

	h->peer_pq = pq;
	h->relation = relation;
	memcpy(h->hs, w.hs, sizeof h->hs);
	memcpy(h->req.token, w.p2.token, sizeof h->req.token);
	/* PROTO 3.4.5: "th4 = Mix(th3,4,s1‖s2)" */
	memcpy(h->th, w.th3, sizeof h->th);
	boc_mix(h->th, 4, slice_of(&w.p2.sigs, sizeof w.p2.sigs));
	secret32_wipe(&h->seed);
out:
	wipe(&w, sizeof w);
	return err;
}

void hs_prepare_m3(struct handshake *h)
{
	struct hs_p3 *p3 = &h->plain.p3;
	memset(p3, 0, sizeof *p3);
	memcpy(p3->onion, h->own.b, sizeof p3->onion);
	hs_put_pq(&h->own_pq, p3->pk, p3->next, p3->seq);
	p3->mode = HS_MODE_IDENTIFIED;
	memcpy(p3->inv_id, h->inv_id, sizeof p3->inv_id);

	/* PROTO 3.4.8: "th5 = Mix(th4,5,p3[0:2048])" */
	memcpy(h->ad, h->th, sizeof h->ad);
	boc_mix(h->th, 5, slice_of(p3, HS_P3_SIGNED));
	h->req.role = AUTH_INITIATOR;
	memcpy(h->req.th, h->th, sizeof h->req.th);
}

err_t hs_create_m3(struct handshake *h, const struct auth_sigs *sigs, const struct hs_tags *tags)
{
	struct hs_p3 *p3 = &h->plain.p3;
	p3->sigs = *sigs;
	if (tags)
		p3->tags = *tags;
	else
		env_random(h->env, &p3->tags, sizeof p3->tags);

	/* PROTO 3.4.8: "`AEAD(k3, nonce 0, ad = th4, p3[5840])` with its 16-byte tag, `k3 = Expand(HS,"m3",th4,32)`" */
	u8 k3[32];
	boc_expand(h->hs, "m3", slice_of(h->ad, sizeof h->ad), k3, sizeof k3);
	err_t err = aead_seal(k3, nonce0, slice_of(h->ad, sizeof h->ad), slice_of(p3, sizeof *p3), h->out.m3.sealed);
	if (err == OK) {
		hs_finish(&h->result, h->th, h->hs, p3);
		h->out_n = sizeof h->out.m3;
	}
	wipe(k3, sizeof k3);
	wipe(p3, sizeof *p3);
	wipe(h->hs, sizeof h->hs);
	wipe(&h->req, sizeof h->req);
	return err;
}
