#include "crypto/onion_key.h"

#include <sodium.h>

#include "crypto/kdf.h"

/* SHA-512 of parts, reduced mod L. */
static void hash_to_scalar(u8 ret[static 32], const struct slice *parts, size_t n)
{
	u8 h[64];

	sha512(h, parts, n);
	crypto_core_ed25519_scalar_reduce(ret, h);
	wipe(h, sizeof h);
}

void onion_sec_from_seed(const struct secret32 *seed, struct onion_sec *ret)
{
	sha512(ret->b, PARTS(slice_of(seed->b, sizeof seed->b)));
	ret->b[0] &= 248;
	ret->b[31] &= 127;
	ret->b[31] |= 64;
}

err_t onion_pub_from_sec(const struct onion_sec *sec, struct onion_pub *ret_pub)
{
	struct onion_pub pub;

	if (crypto_scalarmult_ed25519_base_noclamp(pub.b, sec->b) != 0)
		return ERR_LOCAL_CRYPTO;
	*ret_pub = pub;
	return OK;
}

err_t onion_sign(const struct onion_sec *sec, struct slice msg, u8 ret_sig[static ONION_SIG_LEN])
{
	/* PROTO 3.2.1: "Tor's expanded secret `a(32) ‖ RH(32)` with public key `A`" */
	const u8 *a = sec->b, *rh = sec->b + 32;
	u8 r[32], k[32], ka[32], sig[ONION_SIG_LEN];
	struct onion_pub pub;

	/* PROTO 3.2.3: "**A is recomputed from `a` at load, never taken from a caller** (wrong-A leaks `a`)" */
	err_t err = onion_pub_from_sec(sec, &pub);
	if (err != OK)
		goto out;
	/* PROTO 3.2.3: "`r = SHA-512(RH‖m) mod L; R = rB; k = SHA-512(R‖A‖m) mod L; S = r + k·a mod L`" */
	hash_to_scalar(r, PARTS(slice_of(rh, 32), msg));
	err = ERR_LOCAL_CRYPTO;
	if (crypto_scalarmult_ed25519_base_noclamp(sig, r) != 0)
		goto out;
	hash_to_scalar(k, PARTS(slice_of(sig, 32), slice_of(pub.b, 32), msg));
	crypto_core_ed25519_scalar_mul(ka, k, a);
	crypto_core_ed25519_scalar_add(sig + 32, r, ka);
	/* PROTO 3.2.3: "verify the result before sending (fault check)" */
	if (onion_verify(&pub, msg, sig) != OK)
		goto out;
	memcpy(ret_sig, sig, sizeof sig);
	err = OK;
out:
	wipe(r, sizeof r);
	wipe(k, sizeof k);
	wipe(ka, sizeof ka);
	wipe(sig, sizeof sig); /* a faulty one would give a away */
	return err;
}

err_t onion_verify(const struct onion_pub *pub, struct slice msg, const u8 sig[static ONION_SIG_LEN])
{
	/* PROTO 3.2.4: "Verification refuses `S ≥ L` and keys that 3.2.2 refuses. It computes `S·B - k·A`,
	 * without cofactor, and compares its encoding with the bytes of R, which must not be of small order."
	 * libsodium does all of it but the subgroup check of the key, which is ours. */
	if (!onion_pub_is_valid(pub) || crypto_sign_verify_detached(sig, msg.p, msg.n, pub->b) != 0)
		return ERR_PEER_CRYPTO;
	return OK;
}

bool onion_pub_is_valid(const struct onion_pub *pub)
{
	/* PROTO 3.2.2: "canonical encoding, on curve, prime-order subgroup, not small order
	 * (`crypto_core_ed25519_is_valid_point`)" */
	return crypto_core_ed25519_is_valid_point(pub->b) == 1;
}
