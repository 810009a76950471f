#include "peer/continuity.h"

#include "crypto/kdf.h"

enum { PSK_NONE = 0, PSK_INVITE = 1, PSK_CUR = 2, PSK_PREV = 3 };

void cont_th6(const u8 th5[static 64], const struct auth_sigs *sigs, u8 ret[static 64])
{
	/* PROTO 3.4.8: "th6 = Mix(th5,6,t1‖t2)" */
	memmove(ret, th5, 64);
	boc_mix(ret, 6, slice_of(sigs, sizeof *sigs));
}

static void tag(const struct secret32 *key, const char *label, const u8 th6[static 64], u8 ret[static 32])
{
	u8 mac[64];
	hmac_sha512(mac, slice_of(key->b, sizeof key->b), PARTS(slice_str(label), slice_of(th6, 64)));
	memcpy(ret, mac, 32);
	wipe(mac, sizeof mac);
}

/* PROTO 3.4.8: "cont_cur[32]  = HMAC(cs_cur,  "boc1 cont" ‖ th6)[0:32]", "cont_prev[32] = HMAC(cs_prev, "boc1 cont" ‖
 * th6)[0:32]" */
static void cont_tag(const struct secret32 *cs, const u8 th6[static 64], u8 ret[static 32])
{
	tag(cs, "boc1 cont", th6, ret);
}

/* PROTO 3.4.8: "inv_mac[32]   = HMAC(inv_key, "boc1 inv" ‖ th6)[0:32]" */
static void inv_tag(const struct secret32 *inv_key, const u8 th6[static 64], u8 ret[static 32])
{
	tag(inv_key, "boc1 inv", th6, ret);
}

void cont_tags(const struct env *env, const u8 th6[static 64], const struct cont_pair *pair,
               const struct secret32 *inv_key, struct hs_tags *ret)
{
	/* PROTO 3.4.8: "random bytes where A has no such secret" */
	env_random(env, ret, sizeof *ret);
	if (pair->has >= 1)
		cont_tag(&pair->cur, th6, ret->cont_cur);
	if (pair->has >= 2)
		cont_tag(&pair->prev, th6, ret->cont_prev);
	if (inv_key)
		inv_tag(inv_key, th6, ret->inv_mac);
}

bool cont_inv_fits(const u8 th6[static 64], const struct hs_tags *tags, const struct secret32 *inv_key)
{
	u8 want[32];
	inv_tag(inv_key, th6, want);
	return ct_equal(want, tags->inv_mac, sizeof want);
}

/* *to = *from if yes, in constant time. */
static void copy_if(bool yes, struct secret32 *to, const struct secret32 *from)
{
	u8 mask = (u8)(0u - (unsigned)yes);
	for (size_t i = 0; i < sizeof to->b; i++)
		to->b[i] = (u8)((to->b[i] & ~mask) | (from->b[i] & mask));
}

void cont_choose(const u8 th6[static 64], const struct hs_tags *tags, const struct cont_pair *pair,
                 const struct secret32 *inv_key, struct cont_choice *ret)
{
	const struct secret32 *mine[2] = {&pair->cur, &pair->prev};
	const u8 *theirs[2] = {tags->cont_cur, tags->cont_prev};
	*ret = (struct cont_choice){.psk_sel = PSK_NONE};
	if (inv_key) {
		ret->psk_sel = PSK_INVITE;
		ret->psk = *inv_key;
	}
	/* PROTO 3.4.9: "B tries its cs_cur and cs_prev against both tags", the best one last */
	bool any = false;
	for (unsigned k = 2; k-- > 0;) {
		for (unsigned i = pair->has; i-- > 0;) {
			u8 want[32];
			cont_tag(mine[i], th6, want);
			bool fits = ct_equal(want, theirs[k], sizeof want);
			copy_if(fits, &ret->psk, mine[i]);
			ret->psk_sel = fits ? (u8)(PSK_CUR + k) : ret->psk_sel;
			any |= fits;
			wipe(want, sizeof want);
		}
	}
	/* PROTO 5.5.4: "Continuity is lost for a side that has two values when neither was selected." */
	ret->lost = pair->has == 2 && !any;
}

/* Whether A's secret still makes the tag that it sent. */
static bool still_has(const struct secret32 *cs, const u8 th6[static 64], const u8 sent[static 32])
{
	u8 want[32];
	cont_tag(cs, th6, want);
	bool same = ct_equal(want, sent, sizeof want);
	wipe(want, sizeof want);
	return same;
}

static bool find_sent(const u8 th6[static 64], const u8 sent[static 32], const struct cont_pair *pair,
                      struct secret32 *ret)
{
	const struct secret32 *mine[2] = {&pair->cur, &pair->prev};
	for (unsigned i = 0; i < ARRAY_LEN(mine) && i < pair->has; i++) {
		if (!still_has(mine[i], th6, sent))
			continue;
		*ret = *mine[i];
		return true;
	}
	return false;
}

err_t cont_follow(const u8 th6[static 64], const struct hs_tags *tags, const struct cont_pair *pair,
                  const struct secret32 *inv_key, enum accept_status status, u8 psk_sel, struct cont_choice *ret)
{
	struct cont_choice c = {.psk_sel = psk_sel};
	bool cs = psk_sel == PSK_CUR || psk_sel == PSK_PREV;
	/* PROTO 3.4.9: "What selects a secret that A does not have, or has not any more, ends the link; so does `psk_sel` other
	 * than 0 with status 3 or 4, and 2 or 3 with status 2." */
	if (psk_sel > PSK_PREV || (status >= ACCEPT_INVITE_BAD && psk_sel != PSK_NONE) ||
	    (status == ACCEPT_CONT_LOST && cs))
		return ERR_PEER_POLICY;
	if (psk_sel == PSK_INVITE && !inv_key)
		return ERR_PEER_POLICY;
	if (cs && !find_sent(th6, psk_sel == PSK_CUR ? tags->cont_cur : tags->cont_prev, pair, &c.psk))
		return ERR_PEER_POLICY;
	if (psk_sel == PSK_INVITE)
		c.psk = *inv_key;
	/* PROTO 5.5.4: "B tells A by status 2; A also sees it by itself." */
	c.lost = status < ACCEPT_INVITE_BAD && (status == ACCEPT_CONT_LOST || (pair->has == 2 && !cs));
	*ret = c;
	wipe(&c, sizeof c);
	return OK;
}

void accept_payload(enum accept_status status, u8 psk_sel, u8 ret[static ACCEPT_LEN])
{
	/* PROTO 3.4.9: "`status u8 ‖ psk_sel u8 ‖ batch u32be`" */
	memset(ret, 0, ACCEPT_LEN);
	ret[0] = (u8)status;
	ret[1] = psk_sel;
}

void cont_root(struct record_root *root, const struct secret32 *psk, const u8 accept_hash[static 64])
{
	/* PROTO 3.4.10: "R_1 = Expand( Extract(R_0, psk), "root", u32be 1 ‖ SHA-512(th7 ‖ ACCEPT payload), 64)" */
	u8 prk[64], ctx[4 + 64] = {0, 0, 0, 1};
	memcpy(ctx + 4, accept_hash, 64);
	boc_extract(slice_of(root->b, sizeof root->b), slice_of(psk->b, sizeof psk->b), prk);
	boc_expand(prk, "root", slice_of(ctx, sizeof ctx), root->b, sizeof root->b);
	wipe(prk, sizeof prk);
}

void cont_next(struct cont_pair *pair, const struct cont_choice *c, const struct record_root *root,
               const u8 th7[static 64])
{
	struct secret32 fresh;
	/* PROTO 5.5.2: "`cs_new = Expand(R_1, "continuity", th7, 32)`" */
	boc_expand(root->b, "continuity", slice_of(th7, 64), fresh.b, sizeof fresh.b);
	/* PROTO 5.5.3: "`cs_cur` becomes cs_new; `cs_prev` becomes the value that was selected, cs_new too where continuity was
	 * lost, and nothing where there was no value to select." */
	bool cs = c->psk_sel == PSK_CUR || c->psk_sel == PSK_PREV;
	pair->has = cs || c->lost ? 2 : 1;
	pair->cur = fresh;
	pair->prev = cs ? c->psk : c->lost ? fresh : (struct secret32){0};
	secret32_wipe(&fresh);
}

void cont_knock(const struct cont_pair *pair, struct knock_keys *ret)
{
	const struct secret32 *mine[2] = {&pair->cur, &pair->prev};
	/* PROTO 8.1.4: "`kk = HMAC(cs, "boc1 knock")[0:32]`" */
	*ret = (struct knock_keys){.has = pair->has};
	for (unsigned i = 0; i < pair->has && i < 2; i++) {
		u8 mac[64];
		hmac_sha512(mac, slice_of(mine[i]->b, sizeof mine[i]->b), PARTS(slice_str("boc1 knock")));
		memcpy(ret->key[i], mac, sizeof ret->key[i]);
		wipe(mac, sizeof mac);
	}
}
