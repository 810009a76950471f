/* RFC 9807 section 6.4: the key schedule of OPAQUE-3DH. */
#include <assert.h>

#include "crypto/kdf.h"
#include "crypto/opaque_parts.h"

/* "Expand-Label(Secret, Label, Context, Length)" with Length = 64: struct CustomLabel as info. */
static void derive_secret(const u8 secret[static HASH_LEN], const char *label, struct slice context,
                          u8 ret[static HASH_LEN])
{
	struct slice l = slice_str(label), prefix = slice_str("OPAQUE-");
	u8 head[3] = {0, HASH_LEN, (u8)(prefix.n + l.n)}, context_len = (u8)context.n;

	assert(context.n <= HASH_LEN);
	hkdf_expand(secret, PARTS(slice_of(head, 3), prefix, l, slice_of(&context_len, 1), context), ret, HASH_LEN);
}

/* Hash(preamble) and Hash(preamble || server_mac), server_mac being empty for the first. */
static void hash_preamble(const struct transcript *t, struct slice server_mac, u8 ret[static HASH_LEN])
{
	const struct opaque_app *a = t->app;
	struct slice cid = a->client_id.n ? a->client_id : slice_of(t->client_pk, ELEMENT_LEN);
	struct slice sid = a->server_id.n ? a->server_id : slice_of(t->server_pk, ELEMENT_LEN);
	u8 context_len[2] = {(u8)(a->context.n >> 8), (u8)a->context.n};
	u8 cid_len[2] = {(u8)(cid.n >> 8), (u8)cid.n}, sid_len[2] = {(u8)(sid.n >> 8), (u8)sid.n};

	/* "preamble = concat("OPAQUEv1-", I2OSP(len(context), 2), context, I2OSP(len(client_identity), 2), client_identity,
	 *  ke1, I2OSP(len(server_identity), 2), server_identity, credential_response, server_nonce, server_public_keyshare)":
	 * the last three are KE2 without its MAC. */
	sha512(ret, PARTS(slice_str("OPAQUEv1-"), slice_of(context_len, 2), a->context, slice_of(cid_len, 2), cid,
	                  slice_of(t->ke1, OPAQUE_KE1_LEN), slice_of(sid_len, 2), sid,
	                  slice_of(t->ke2, OPAQUE_KE2_LEN - MAC_LEN), server_mac));
}

void opaque_3dh(const u8 ikm[static IKM_LEN], const struct transcript *t, struct opaque_3dh_keys *ret)
{
	u8 prk[HASH_LEN], handshake[HASH_LEN], km2[HASH_LEN], km3[HASH_LEN], h[HASH_LEN];
	struct slice hash = slice_of(h, sizeof h), nothing = slice_of(NULL, 0);

	hkdf_extract(nothing, slice_of(ikm, IKM_LEN), prk);
	hash_preamble(t, nothing, h);
	derive_secret(prk, "HandshakeSecret", hash, handshake);
	derive_secret(prk, "SessionKey", hash, ret->session_key);
	derive_secret(handshake, "ServerMAC", nothing, km2);
	derive_secret(handshake, "ClientMAC", nothing, km3);
	hmac_sha512(ret->server_mac, slice_of(km2, sizeof km2), PARTS(hash));
	hash_preamble(t, slice_of(ret->server_mac, MAC_LEN), h);
	hmac_sha512(ret->client_mac, slice_of(km3, sizeof km3), PARTS(hash));
	wipe(prk, sizeof prk);
	wipe(handshake, sizeof handshake);
	wipe(km2, sizeof km2);
	wipe(km3, sizeof km3);
}
