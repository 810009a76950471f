#include "peer/pq.h"

#include "crypto/kdf.h"
#include "crypto/mldsa.h"
#include "wire/cursor.h"

void pq_commit(const u8 pk[static MLDSA_PK_LEN], u8 ret[static 32])
{
	u8 h[SHA512_LEN];
	/* PROTO 3.2.5: "`next = SHA-512("boc1 next" ‖ pk')[0:32]` commits to the key that comes after it" */
	sha512(h, PARTS(slice_str("boc1 next"), slice_of(pk, MLDSA_PK_LEN)));
	memcpy(ret, h, 32);
}

void pq_fingerprint(const struct onion_pub *onion, const struct pq_identity *id, u8 ret[static PQ_FP_LEN])
{
	u8 h[SHA512_LEN];
	/* PROTO 7.3: "`pqfp = SHA-512("boc1 id" ‖ onion ‖ pk ‖ next)[0:32]`" */
	sha512(h, PARTS(slice_str("boc1 id"), slice_of(onion->b, sizeof onion->b), slice_of(id->pk, sizeof id->pk),
	                slice_of(id->next, sizeof id->next)));
	memcpy(ret, h, PQ_FP_LEN);
}

static bool is_same(const struct pq_identity *a, const struct pq_identity *b)
{
	/* PROTO 3.5.5: "The pin is the whole tuple (pk, next, seq)" */
	bool pk = ct_equal(a->pk, b->pk, sizeof a->pk);
	bool next = ct_equal(a->next, b->next, sizeof a->next);
	return pk & next & (a->seq == b->seq);
}

/* PROTO 5.2.2: "`seq' = seq + 1` and `SHA-512("boc1 next" ‖ pk')[0:32]` is the pinned `next`" */
static bool is_successor(const struct pq_identity *old, const struct pq_identity *id)
{
	u8 c[32];
	pq_commit(id->pk, c);
	return old->seq != UINT32_MAX && id->seq == old->seq + 1 && ct_equal(c, old->next, sizeof c);
}

enum pq_relation pq_compare(const struct pq_identity *pin, const struct pq_identity *shown)
{
	if (!pin)
		return PQ_NEW;
	if (is_same(pin, shown))
		return PQ_SAME;
	return is_successor(pin, shown) ? PQ_ROTATED : PQ_CHANGED;
}

struct slice pq_rotate_ctx(void)
{
	return slice_str("boc1 rotate");
}

void pq_rotate_msg(const struct onion_pub *onion, const struct pq_identity *id, u8 ret[static PQ_ROTATE_MSG_LEN])
{
	/* PROTO 5.3.2: "ML-DSA-65(pk, "boc1 rotate" ‖ onion ‖ seq ‖ next, ctx="boc1 rotate")" */
	struct writer w = writer_of(ret, PQ_ROTATE_MSG_LEN);
	put_bytes(&w, "boc1 rotate", 11);
	put_bytes(&w, onion->b, sizeof onion->b);
	put_u32(&w, id->seq);
	put_bytes(&w, id->next, sizeof id->next);
}

void pq_entry_encode(const struct pq_entry *e, u8 ret[static PQ_ENTRY_LEN])
{
	/* PROTO 5.3.2: "`pk[1952] ‖ next[32] ‖ seq u32be ‖ sig[3309]`" */
	struct writer w = writer_of(ret, PQ_ENTRY_LEN);
	put_bytes(&w, e->id.pk, sizeof e->id.pk);
	put_bytes(&w, e->id.next, sizeof e->id.next);
	put_u32(&w, e->id.seq);
	put_bytes(&w, e->sig, sizeof e->sig);
}

void pq_entry_decode(const u8 in[static PQ_ENTRY_LEN], struct pq_entry *ret)
{
	struct reader r = reader_of(slice_of(in, PQ_ENTRY_LEN));
	get_bytes(&r, ret->id.pk, sizeof ret->id.pk);
	get_bytes(&r, ret->id.next, sizeof ret->id.next);
	ret->id.seq = get_u32(&r);
	get_bytes(&r, ret->sig, sizeof ret->sig);
}

static err_t entry_verify(const struct onion_pub *onion, const struct pq_entry *e)
{
	u8 msg[PQ_ROTATE_MSG_LEN];
	pq_rotate_msg(onion, &e->id, msg);
	return mldsa_verify(e->id.pk, slice_of(msg, sizeof msg), pq_rotate_ctx(), e->sig);
}

err_t pq_chain_verify(const struct onion_pub *onion, const struct pq_identity *pin, const struct pq_identity *shown,
                      struct slice chain)
{
	size_t n = chain.n / PQ_ENTRY_LEN;
	if (chain.n % PQ_ENTRY_LEN != 0 || n == 0 || n > PQ_CHAIN_MAX)
		return ERR_PEER_FORMAT;
	/* PROTO 5.3.3: "one of the entries is the pin itself; from there on each carries a good signature of its own key and
	 * is followed by the identity to which it commits (5.2.2), the last one by the identity that A has shown." */
	struct pq_entry e[2];
	bool found = false;
	for (size_t i = 0; i < n; i++) {
		struct pq_entry *at = &e[i % 2];
		pq_entry_decode(chain.p + i * PQ_ENTRY_LEN, at);
		if (found && !is_successor(&e[(i + 1) % 2].id, &at->id))
			return ERR_PEER_PIN;
		found = found || is_same(pin, &at->id);
		if (found)
			TRY(entry_verify(onion, at));
	}
	return found && is_successor(&e[(n - 1) % 2].id, shown) ? OK : ERR_PEER_PIN;
}
