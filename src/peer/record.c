#include "peer/record.h"

#include "crypto/aead.h"
#include "crypto/kdf.h"

#define HEAD 1  /* class */
#define INNER 3 /* type, length */
#define AD_LEN 14
_Static_assert(HEAD + INNER + AEAD_TAG_LEN == RECORD_OVERHEAD, "record layout");

size_t record_wire_size(u8 class)
{
	/* PROTO 4.1.1: "Wire sizes (class byte 0..3): 488, 1952, 7808, 31232" */
	static const size_t size[RECORD_CLASSES] = {488, 1952, 7808, RECORD_MAX_WIRE};
	return class < RECORD_CLASSES ? size[class] : 0;
}

size_t record_capacity(u8 class)
{
	return record_wire_size(class) ? record_wire_size(class) - RECORD_OVERHEAD : 0;
}

int record_class_for(size_t n)
{
	for (u8 class = 0; class < RECORD_CLASSES; class ++)
		if (n <= record_capacity(class))
			return class;
	return -1;
}

static void put_be(u8 *out, u64 v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (u8)(v >> (8 * (bytes - 1 - i)));
}

void record_chain_init(struct record_chain *c, const struct record_root *root, u32 epoch, enum record_dir dir)
{
	/* PROTO 4.2.1: "C = Expand(R_i, dir == A→B ? "chain a2b" : "chain b2a", u32be i, 32)" */
	u8 ctx[4];
	put_be(ctx, epoch, 4);
	*c = (struct record_chain){.dir = dir, .epoch = epoch};
	boc_expand(root->b, dir == RECORD_A2B ? "chain a2b" : "chain b2a", slice_of(ctx, 4), c->key, sizeof c->key);
}

void record_epoch_start(struct record_root *root, u32 epoch, struct record_chain *ret_a2b, struct record_chain *ret_b2a)
{
	record_chain_init(ret_a2b, root, epoch, RECORD_A2B);
	record_chain_init(ret_b2a, root, epoch, RECORD_B2A);
	/* PROTO 4.2.4: "`S_i = Expand(R_i, "next", u32be i, 64)`, from which the next root comes (4.3.9). Then R_i is
	 * wiped, even if a chain is not used yet" */
	u8 ctx[4];
	put_be(ctx, epoch, 4);
	boc_expand(root->b, "next", slice_of(ctx, 4), root->b, sizeof root->b);
}

void record_chain_wipe(struct record_chain *c)
{
	wipe(c, sizeof *c);
}

void record_root_next(struct record_root *root, const u8 secret[static 32], u32 epoch, struct slice ctx1,
                      struct slice ctx2)
{
	/* PROTO 3.4.10: "Expand( Extract(R_0, psk), "root", u32be 1 ‖ SHA-512(th7 ‖ ACCEPT payload), 64)"
	 * PROTO 4.3.9: "Expand( Extract(S_i, ss), "root", u32be (i+1) ‖ SHA-512(ek ‖ ct), 64)" */
	u8 prk[64], ctx[4 + 64];
	boc_extract(slice_of(root->b, sizeof root->b), slice_of(secret, 32), prk);
	put_be(ctx, epoch, 4);
	sha512(ctx + 4, PARTS(ctx1, ctx2));
	boc_expand(prk, "root", slice_of(ctx, sizeof ctx), root->b, sizeof root->b);
	wipe(prk, sizeof prk);
}

/* The key, nonce and associated data of the next record of c. */
struct record_key {
	u8 mk[32];
	u8 next[32]; /* C' */
	u8 nonce[AEAD_NONCE_LEN];
	u8 ad[AD_LEN];
};

static void derive(const struct record_chain *c, u8 class, struct record_key *k)
{
	/* PROTO 4.2.2: "`mk ‖ C' = Expand(C,"rec","",64)`". HMAC pads a key with zeros to its block, so C may stand in
	 * the 64 bytes that boc_expand() takes. */
	u8 prk[64] = {0}, both[64];
	memcpy(prk, c->key, sizeof c->key);
	boc_expand(prk, "rec", slice_of(NULL, 0), both, sizeof both);
	memcpy(k->mk, both, sizeof k->mk);
	memcpy(k->next, both + sizeof k->mk, sizeof k->next);
	wipe(prk, sizeof prk);
	wipe(both, sizeof both);

	/* PROTO 4.1.2: "nonce = 0^4‖u64be seq, ad = class ‖ dir u8 ‖ u32be epoch ‖ u64be seq" */
	aead_nonce_of(c->seq, k->nonce);
	k->ad[0] = class;
	k->ad[1] = (u8)c->dir;
	put_be(k->ad + 2, c->epoch, 4);
	put_be(k->ad + 6, c->seq, 8);
}

/* Moves the chain behind the record that k was for. */
static void commit(struct record_chain *c, const struct record_key *k)
{
	memcpy(c->key, k->next, sizeof c->key);
	c->seq++;
}

err_t record_seal(struct record_chain *c, u8 class, u8 type, struct slice payload, u8 *out)
{
	if (class >= RECORD_CLASSES || payload.n > record_capacity(class))
		return ERR_BUG;
	size_t inner = INNER + record_capacity(class);
	out[0] = class;
	out[1] = type;
	put_be(out + 2, payload.n, 2);
	if (payload.n)
		memcpy(out + HEAD + INNER, payload.p, payload.n);
	memset(out + HEAD + INNER + payload.n, 0, inner - INNER - payload.n);

	struct record_key k;
	derive(c, class, &k);
	err_t err = aead_seal(k.mk, k.nonce, slice_of(k.ad, sizeof k.ad), slice_of(out + HEAD, inner), out + HEAD);
	if (err == OK)
		commit(c, &k);
	wipe(&k, sizeof k);
	return err;
}

static bool is_zero(const u8 *p, size_t n)
{
	u8 any = 0;
	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

err_t record_open(struct record_chain *c, u8 *wire, size_t n, u8 *ret_type, struct slice *ret_payload)
{
	struct record_key k = {0};
	err_t err = ERR_PEER_FORMAT;
	if (n == 0 || n != record_wire_size(wire[0]))
		goto out;
	size_t room = record_capacity(wire[0]);
	derive(c, wire[0], &k);
	err = aead_open(k.mk, k.nonce, slice_of(k.ad, sizeof k.ad), slice_of(wire + HEAD, n - HEAD), wire + HEAD);
	if (err != OK)
		goto out;

	/* PROTO 4.1.2: "inner  = type u8 ‖ u16be len ‖ payload ‖ zeros"
	 * PROTO 4.1.3: "Padding is checked to be zero." */
	size_t len = (size_t)wire[HEAD + 1] << 8 | wire[HEAD + 2];
	u8 *payload = wire + HEAD + INNER;
	err = ERR_PEER_FORMAT;
	if (len > room || !is_zero(payload + len, room - len))
		goto out;

	commit(c, &k);
	*ret_type = wire[HEAD];
	*ret_payload = slice_of(payload, len);
	err = OK;
out:
	if (err != OK) {
		record_chain_wipe(c);
		wipe(wire, n);
	}
	wipe(&k, sizeof k);
	return err;
}
