/* The responder's half of the handshake: takes M1, makes M2, takes M3. */
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/onion_key.h"
#include "peer/hs_private.h"

static const u8 nonce0[AEAD_NONCE_LEN];

/* PROTO 3.5.2: "magic, version overlap, suite" */
static err_t m1_check(const struct hs_m1 *m1)
{
	unsigned suites = (unsigned)m1->suites[0] << 8 | m1->suites[1];
	if (memcmp(m1->magic, "BOC1", 4) != 0 || m1->ver_min > HS_VERSION || m1->ver_max < HS_VERSION ||
	    !(suites & HS_SUITE_BIT))
		return ERR_PEER_FORMAT;
	return OK;
}

err_t hs_consume_m1(struct handshake *h, const struct hs_m1 *m1)
{
	struct {
		u8 eseed[XWING_ESEED_LEN];
		struct secret32 ss;
		struct hs_m2c clear;
		u8 th[64];
	} w = {.clear = {.version = HS_VERSION, .suite = {0, HS_SUITE}}};
	err_t err = m1_check(m1);
	if (err != OK)
		goto out;

	/* PROTO 3.5.2: "X25519 share not of low order and ML-KEM modulus check → encapsulate → sign" */
	env_random(h->env, w.eseed, sizeof w.eseed);
	err = xwing_encaps(m1->ek, w.eseed, w.clear.ct, &w.ss);
	if (err != OK)
		goto out;

	/* PROTO 3.4.3: "th1 = Mix(th0,1,M1)"
	 * PROTO 3.4.4: "th2 = Mix(th1,2,M2c);  HS = Extract(th2, ss)" */
	hs_transcript_start(w.th, &h->own);
	boc_mix(w.th, 1, slice_of(m1, sizeof *m1));
	boc_mix(w.th, 2, slice_of(&w.clear, sizeof w.clear));
	memcpy(h->ad, w.th, sizeof h->ad);
	boc_extract(slice_of(w.th, sizeof w.th), slice_of(w.ss.b, sizeof w.ss.b), h->hs);
	h->out.m2.clear = w.clear;

	/* PROTO 3.4.6: "32 random bytes that B chooses for this link alone" */
	struct hs_p2 *p2 = &h->plain.p2;
	memset(p2, 0, sizeof *p2);
	env_random(h->env, p2->token, sizeof p2->token);
	hs_put_pq(&h->own_pq, p2->pk, p2->next, p2->seq);

	/* PROTO 3.4.5: "th3 = Mix(th2,3,p2[0:2032])" */
	boc_mix(w.th, 3, slice_of(p2, HS_P2_SIGNED));
	memcpy(h->th, w.th, sizeof h->th);
	h->req.role = AUTH_RESPONDER;
	memcpy(h->req.th, w.th, sizeof h->req.th);
out:
	wipe(&w, sizeof w);
	return err;
}

err_t hs_create_m2(struct handshake *h, const struct auth_sigs *sigs)
{
	struct hs_p2 *p2 = &h->plain.p2;
	p2->sigs = *sigs;

	/* PROTO 3.4.4: "k2 = Expand(HS,"m2",th2,32)"
	 * PROTO 3.4.5: "`AEAD(k2, nonce 0, ad = th2, p2[5688])` with its 16-byte tag" */
	u8 k2[32];
	boc_expand(h->hs, "m2", slice_of(h->ad, sizeof h->ad), k2, sizeof k2);
	err_t err = aead_seal(k2, nonce0, slice_of(h->ad, sizeof h->ad), slice_of(p2, sizeof *p2), h->out.m2.sealed);
	if (err == OK) {
		/* PROTO 3.4.5: "th4 = Mix(th3,4,s1‖s2)" */
		boc_mix(h->th, 4, slice_of(sigs, sizeof *sigs));
		h->out_n = sizeof h->out.m2;
	}
	/* T_B is what A has to sign: keep it, and only it, for M3 */
	memset(&h->req, 0, sizeof h->req);
	memcpy(h->req.token, p2->token, sizeof h->req.token);
	wipe(k2, sizeof k2);
	wipe(p2, sizeof *p2);
	return err;
}

err_t hs_consume_m3(struct handshake *h, const struct hs_m3 *m3)
{
	struct {
		u8 k3[32];
		struct hs_p3 p3;
		struct onion_pub a;
	} w;
	/* PROTO 3.4.8: "k3 = Expand(HS,"m3",th4,32)" */
	boc_expand(h->hs, "m3", slice_of(h->th, sizeof h->th), w.k3, sizeof w.k3);
	err_t err = aead_open(w.k3, nonce0, slice_of(h->th, sizeof h->th), slice_of(m3->sealed, sizeof m3->sealed),
	                      (u8 *)&w.p3);
	if (err != OK)
		goto out;

	/* PROTO 3.5.4: "AEAD → mode → A valid point, `A ≠ B`" */
	err = ERR_PEER_POLICY;
	if (w.p3.mode != HS_MODE_IDENTIFIED)
		goto out;
	memcpy(w.a.b, w.p3.onion, sizeof w.a.b);
	err = ERR_PEER_CRYPTO;
	if (!onion_pub_is_valid(&w.a) || onion_pub_eq(&w.a, &h->own))
		goto out;

	h->peer = w.a;
	h->plain.p3 = w.p3;
	memcpy(h->inv_id, w.p3.inv_id, sizeof h->inv_id);
	err = OK;
out:
	wipe(&w, sizeof w);
	return err;
}

err_t hs_verify_m3(struct handshake *h, const struct pq_identity *pin)
{
	const struct hs_p3 *p3 = &h->plain.p3;
	struct pq_identity pq = hs_get_pq(p3->pk, p3->next, p3->seq);

	/* PROTO 3.5.5: "At B another identity does not end it at once: the signatures are verified first, then the status is
	 * KEY_CHANGED" */
	enum pq_relation relation = pq_compare(pin, &pq);

	/* PROTO 3.4.8: "th5 = Mix(th4,5,p3[0:2048])" */
	struct auth_request proof = {.role = AUTH_INITIATOR};
	u8 th[64];
	memcpy(th, h->th, sizeof th);
	boc_mix(th, 5, slice_of(p3, HS_P3_SIGNED));
	memcpy(proof.token, h->req.token, sizeof proof.token);
	memcpy(proof.th, th, sizeof proof.th);
	err_t err = authmsg_verify(&proof, &h->peer, pq.pk, &p3->sigs);
	if (err != OK)
		goto out;

	hs_finish(&h->result, th, h->hs, p3);
	h->peer_pq = pq;
	h->relation = relation;
	wipe(h->hs, sizeof h->hs);
	wipe(&h->req, sizeof h->req);
	wipe(&h->plain, sizeof h->plain);
out:
	wipe(th, sizeof th);
	return err;
}
