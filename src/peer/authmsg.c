#include "peer/authmsg.h"

#include "crypto/mldsa.h"
#include "crypto/onion_key.h"

_Static_assert(AUTH_ED_SIG_LEN == ONION_SIG_LEN, "one Ed25519");

struct slice authmsg_ctx(enum auth_role role)
{
	/* PROTO 3.4.5: "ctx="boc1 responder auth"", PROTO 3.4.8: "ctx="boc1 initiator auth"" */
	return slice_str(role == AUTH_RESPONDER ? "boc1 responder auth" : "boc1 initiator auth");
}

static void add(struct auth_msg *m, const void *p, size_t n)
{
	memcpy(m->b + m->n, p, n);
	m->n += n;
}

struct auth_msg authmsg_for_ed(const struct auth_request *r)
{
	struct auth_msg m = {.n = AUTH_LABEL_LEN}; /* the label is padded with zeros */
	struct slice label = authmsg_ctx(r->role);
	memcpy(m.b, label.p, label.n);
	/* PROTO 3.4.5: "s1[64]   = Ed25519(onion_B, "boc1 responder auth"~32 ‖ th3)"
	 * PROTO 3.4.8: "t1[64]   = Ed25519(onion_A, "boc1 initiator auth"~32 ‖ T_B ‖ th5)" */
	if (r->role == AUTH_INITIATOR)
		add(&m, r->token, sizeof r->token);
	add(&m, r->th, sizeof r->th);
	return m;
}

struct auth_msg authmsg_for_pq(const struct auth_request *r, const u8 ed_sig[static AUTH_ED_SIG_LEN])
{
	/* PROTO 3.4.5: "s2[3309] = ML-DSA-65(B, same ‖ s1, ctx="boc1 responder auth")"
	 * PROTO 3.4.8: "t2[3309] = ML-DSA-65(A, same ‖ t1, ctx="boc1 initiator auth")" */
	struct auth_msg m = authmsg_for_ed(r);
	add(&m, ed_sig, AUTH_ED_SIG_LEN);
	return m;
}

err_t authmsg_verify(const struct auth_request *r, const struct onion_pub *onion, const u8 pq_pk[static MLDSA_PK_LEN],
                     const struct auth_sigs *sigs)
{
	struct auth_msg ed = authmsg_for_ed(r);
	TRY(onion_verify(onion, auth_msg_slice(&ed), sigs->ed));
	struct auth_msg pq = authmsg_for_pq(r, sigs->ed);
	return mldsa_verify(pq_pk, auth_msg_slice(&pq), authmsg_ctx(r->role), sigs->pq);
}
