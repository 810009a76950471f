#include "demo/consensus.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>

#define RELAYS_MAX 16
#define INTERVAL_S 3600 /* as on the public network: onion services derive their time periods from it */
#define VALID_S ((i64)30 * 86400)

/* What relays of tor 0.4.8 and 0.4.9 can do. */
#define PROTOCOLS                                                                                                 \
	"Conflux=1 Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2 Link=3-5 LinkAuth=3 " \
	"Microdesc=1-3 Padding=2 Relay=2-6"

static err_t sha256(struct slice in, u8 ret[static SHA256_DIGEST_LENGTH])
{
	return EVP_Digest(in.p, in.n, ret, NULL, EVP_sha256(), NULL) == 1 ? OK : ERR_LOCAL_CRYPTO;
}

/* Appends one relay's microdescriptor to out, and its digest to ret. */
static err_t microdesc(const struct relay_keys *r, i64 now_s, struct text *out, u8 ret[static SHA256_DIGEST_LENGTH])
{
	text_time(out, "@last-listed", now_s);
	size_t start = buf_bytes(&out->b).n;
	text_add(out, "onion-key\n");
	text_pem(out, "RSA PUBLIC KEY", slice_of(r->onion_key_der, r->onion_key_len));
	text_add(out, "ntor-onion-key ");
	text_base64(out, slice_of(r->ntor, sizeof r->ntor));
	text_add(out, "\nid ed25519 ");
	text_base64(out, slice_of(r->ed25519, sizeof r->ed25519));
	text_add(out, "\n");
	TRY(out->err);
	struct slice all = buf_bytes(&out->b);
	return sha256(slice_of(all.p + start, all.n - start), ret);
}

static void head(struct text *t, const struct relay_keys *first, const struct authority *a, i64 now_s)
{
	text_add(t, "network-status-version 3 microdesc\nvote-status consensus\nconsensus-method 34\n");
	text_time(t, "valid-after", now_s - 60);
	text_time(t, "fresh-until", now_s - 60 + INTERVAL_S);
	text_time(t, "valid-until", now_s - 60 + VALID_S);
	text_add(t, "voting-delay 2 2\nclient-versions \nserver-versions \n"
	            "known-flags Authority Exit Fast Guard HSDir NoEdConsensus Running Stable V2Dir Valid\n");
	static const char common[] = "Cons=2 Desc=2 DirCache=2 FlowCtrl=1-2 HSDir=2 ";
	text_add(t, "recommended-client-protocols %sHSIntro=4 HSRend=2 Link=4-5 Microdesc=2 Relay=2-4\n", common);
	text_add(t, "recommended-relay-protocols %sHSIntro=4-5 HSRend=2 Link=4-5 LinkAuth=3 Microdesc=2 Relay=2-4\n",
	         common);
	text_add(t, "required-client-protocols Cons=2 Desc=2 FlowCtrl=1 Link=4 Microdesc=2 Relay=2\n");
	text_add(t, "required-relay-protocols %sHSIntro=4-5 HSRend=2 Link=4-5 LinkAuth=3 Microdesc=2 Relay=2-4\n",
	         common);
	/* any two values: they spread descriptors over the HSDirs */
	text_add(t, "shared-rand-previous-value 9 eDTKyA8kxcjOl2MS5JQNtZREpcTYhInDI8P7lRvCsFE=\n"
	            "shared-rand-current-value 9 rQk5Bz2yEzRJXCgHHYWLZYC20wNCM6BzDLpmjyqjIBo=\n");
	text_add(t, "dir-source r0 %s 127.0.0.1 127.0.0.1 1 %u\ncontact none\nvote-digest %040d\n",
	         authority_identity(a), (unsigned)first->or_port, 0);
}

static void entry(struct text *t, const struct relay_keys *r, const u8 digest[static SHA256_DIGEST_LENGTH])
{
	text_add(t, "r %s ", r->nick);
	text_base64(t, slice_of(r->fingerprint, sizeof r->fingerprint));
	text_add(t, " 2038-01-01 00:00:00 127.0.0.1 %u 0\nm ", (unsigned)r->or_port);
	text_base64(t, slice_of(digest, SHA256_DIGEST_LENGTH));
	text_add(t,
	         "\ns Fast %sHSDir Running Stable V2Dir Valid\nv Tor 0.4.9.11\npr " PROTOCOLS "\nw Bandwidth=10000\n",
	         r->guard ? "Guard " : "");
}

/* Signs what is written so far: up to and including the space behind the keyword (dir-spec, directory-signature). */
static err_t seal(struct text *t, const struct authority *a)
{
	/* guards only at the front: a client's circuit never needs one relay twice */
	text_add(t, "directory-footer\nbandwidth-weights Wbd=0 Wbe=0 Wbg=0 Wbm=10000 Wdb=10000 Web=10000 Wed=10000 "
	            "Wee=10000 Weg=10000 Wem=10000 Wgb=10000 Wgd=0 Wgg=10000 Wgm=10000 Wmb=10000 Wmd=0 Wme=0 Wmg=0 "
	            "Wmm=10000\ndirectory-signature ");
	TRY(t->err);
	u8 digest[SHA256_DIGEST_LENGTH];
	TRY(sha256(buf_bytes(&t->b), digest));
	text_add(t, "sha256 %s %s\n", authority_identity(a), authority_signer(a));
	TRY(authority_sign(a, slice_of(digest, sizeof digest), t));
	return t->err;
}

static int by_fingerprint(const void *a, const void *b)
{
	const struct relay_keys *x = a, *y = b;
	return memcmp(x->fingerprint, y->fingerprint, sizeof x->fingerprint);
}

err_t consensus_write(const struct relay_keys *relays, size_t n, const struct authority *a, i64 now_s,
                      struct text *ret_consensus, struct text *ret_microdescs)
{
	struct relay_keys sorted[RELAYS_MAX];
	if (n < 1 || n > RELAYS_MAX)
		return ERR_BUG;
	memcpy(sorted, relays, n * sizeof sorted[0]);
	qsort(sorted, n, sizeof sorted[0], by_fingerprint);
	head(ret_consensus, &relays[0], a, now_s);
	for (size_t i = 0; i < n; i++) {
		u8 digest[SHA256_DIGEST_LENGTH];
		TRY(microdesc(&sorted[i], now_s, ret_microdescs, digest));
		entry(ret_consensus, &sorted[i], digest);
	}
	return seal(ret_consensus, a);
}
