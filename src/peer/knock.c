#include "peer/knock.h"

#include "crypto/kdf.h"

#define HALF 16

void knock_digest(const u8 m1[static KNOCK_COVERS], u8 ret[static 64])
{
	sha512(ret, PARTS(slice_of(m1, KNOCK_COVERS)));
}

static void half(const u8 key[static 32], const u8 digest[static 64], u8 ret[static HALF])
{
	u8 mac[64];
	hmac_sha512(mac, slice_of(key, 32), PARTS(slice_of(digest, 64)));
	memcpy(ret, mac, HALF);
	wipe(mac, sizeof mac);
}

void knock_make(const struct env *env, const struct knock_keys *k, const u8 digest[static 64], u8 ret[static KNOCK_LEN])
{
	/* PROTO 8.1.4: "random bytes where A has no such secret" */
	env_random(env, ret, KNOCK_LEN);
	/* PROTO 8.1.4: "`knock = HMAC(kk_cur, SHA-512(M1[0:1256]))[0:16] ‖ HMAC(kk_prev, SHA-512(M1[0:1256]))[0:16]`" */
	for (unsigned i = 0; k && i < k->has && i < 2; i++)
		half(k->key[i], digest, ret + HALF * i);
}

bool knock_fits(const struct knock_keys *k, const u8 digest[static 64], const u8 knock[static KNOCK_LEN])
{
	/* PROTO 8.1.4: "B tries both keys of each contact on both halves" */
	bool fits = false;
	for (unsigned i = 0; i < k->has && i < 2; i++) {
		u8 want[HALF];
		half(k->key[i], digest, want);
		bool first = ct_equal(want, knock, HALF);
		bool second = ct_equal(want, knock + HALF, HALF);
		fits |= first | second;
		wipe(want, sizeof want);
	}
	return fits;
}
