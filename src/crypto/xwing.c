/* draft-connolly-cfrg-xwing-kem section 5. */
#include "crypto/xwing.h"

#include "crypto/kdf.h"
#include "crypto/mlkem.h"
#include "crypto/ossl.h"
#include "crypto/x25519.h"

_Static_assert(XWING_EK_LEN == MLKEM_EK_LEN + X25519_LEN, "encapsulation key");
_Static_assert(XWING_CT_LEN == MLKEM_CT_LEN + X25519_LEN, "ciphertext");

/* "expandDecapsulationKey(sk)": the 32-byte seed as the two private keys. */
struct expanded {
	u8 mlkem_seed[MLKEM_SEED_LEN];
	u8 sk_x[X25519_LEN];
};

static void expand(const struct secret32 *seed, struct expanded *ret)
{
	_Static_assert(sizeof *ret == 96, "no padding");
	shake256(ret->mlkem_seed, sizeof *ret, slice_of(seed->b, sizeof seed->b));
}

/* "Combiner(ss_M, ss_X, ct_X, pk_X)": the fields have fixed lengths, so no length is encoded. */
static void combine(const u8 ss_m[static 32], const u8 ss_x[static 32], const u8 ct_x[static 32],
                    const u8 pk_x[static 32], struct secret32 *ret_ss)
{
	static const u8 label[6] = {0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c}; /* drawn as a wing: \./ over /^\ */

	sha3_256(ret_ss->b, PARTS(slice_of(ss_m, 32), slice_of(ss_x, 32), slice_of(ct_x, 32), slice_of(pk_x, 32),
	                          slice_of(label, sizeof label)));
}

err_t xwing_keygen(const struct secret32 *seed, u8 ret_ek[static XWING_EK_LEN])
{
	struct expanded e;
	u8 ek[XWING_EK_LEN];

	expand(seed, &e);
	err_t err = mlkem_keygen(e.mlkem_seed, ek);
	if (err == OK)
		err = x25519_pub(e.sk_x, ek + MLKEM_EK_LEN);
	if (err == OK)
		memcpy(ret_ek, ek, sizeof ek);
	wipe(&e, sizeof e);
	ossl_wipe_stack();
	return err;
}

err_t xwing_encaps(const u8 ek[static XWING_EK_LEN], const u8 eseed[static XWING_ESEED_LEN],
                   u8 ret_ct[static XWING_CT_LEN], struct secret32 *ret_ss)
{
	const u8 *pk_x = ek + MLKEM_EK_LEN, *ek_x = eseed + 32;
	u8 ct[XWING_CT_LEN], ss_m[MLKEM_SS_LEN], ss_x[X25519_LEN];

	/* "EncapsulateDerand(pk, eseed)": ML-KEM takes eseed[0:32], X25519 eseed[32:64]. The cheap check goes first. */
	err_t err = x25519(ek_x, pk_x, ss_x);
	if (err == OK)
		err = x25519_pub(ek_x, ct + MLKEM_CT_LEN);
	if (err == OK)
		err = mlkem_encaps(ek, eseed, ct, ss_m);
	if (err == OK) {
		combine(ss_m, ss_x, ct + MLKEM_CT_LEN, pk_x, ret_ss);
		memcpy(ret_ct, ct, sizeof ct);
	}
	wipe(ss_m, sizeof ss_m);
	wipe(ss_x, sizeof ss_x);
	ossl_wipe_stack();
	return err;
}

err_t xwing_decaps(const struct secret32 *seed, const u8 ct[static XWING_CT_LEN], struct secret32 *ret_ss)
{
	const u8 *ct_x = ct + MLKEM_CT_LEN;
	u8 ss_m[MLKEM_SS_LEN], ss_x[X25519_LEN], pk_x[X25519_LEN];
	struct expanded e;

	expand(seed, &e);
	err_t err = x25519(e.sk_x, ct_x, ss_x);
	if (err == OK)
		err = x25519_pub(e.sk_x, pk_x);
	if (err == OK)
		err = mlkem_decaps(e.mlkem_seed, ct, ss_m);
	if (err == OK)
		combine(ss_m, ss_x, ct_x, pk_x, ret_ss);
	wipe(&e, sizeof e);
	wipe(ss_m, sizeof ss_m);
	wipe(ss_x, sizeof ss_x);
	ossl_wipe_stack();
	return err;
}
