#include "web/seal.h"

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "wire/cursor.h"

#define SEAL_TYPE 1
#define SEAL_HEAD (1 + 8)

enum seal_dir { FROM_PAGE, TO_PAGE };

/* HKDF(salt, key, info) with SHA-512. */
static void derive(const u8 salt[static SHA512_LEN], struct slice secret, const char *info, u8 ret[static 32])
{
	u8 prk[SHA512_LEN];
	hkdf_extract(slice_of(salt, SHA512_LEN), secret, prk);
	hkdf_expand(prk, PARTS(slice_str(info)), ret, 32);
	wipe(prk, sizeof prk);
}

void seal_init(struct seal *s, const u8 ws_secret[static SEAL_WS_SECRET_LEN], struct slice origin, struct slice ke1,
               struct slice ke2, struct slice ke3)
{
	u8 th[SHA512_LEN];
	sha512(th, PARTS(origin, slice_str("\n"), ke1, ke2, ke3));
	derive(th, slice_of(ws_secret, SEAL_WS_SECRET_LEN), "c2s", s->key_in);
	derive(th, slice_of(ws_secret, SEAL_WS_SECRET_LEN), "s2c", s->key_out);
	s->next_in = s->next_out = 0;
	wipe(th, sizeof th);
}

void seal_wipe(struct seal *s)
{
	wipe(s, sizeof *s);
}

/* Writes type and counter to head, direction and counter to nonce. */
static void heads(enum seal_dir dir, u64 counter, u8 head[static SEAL_HEAD], u8 nonce[static AEAD_NONCE_LEN])
{
	struct writer h = writer_of(head, SEAL_HEAD), n = writer_of(nonce, AEAD_NONCE_LEN);
	put_u8(&h, SEAL_TYPE);
	put_u64(&h, counter);
	put_u32(&n, dir);
	put_u64(&n, counter);
}

err_t seal_open(struct seal *s, struct slice frame, u8 *out)
{
	u8 head[SEAL_HEAD], nonce[AEAD_NONCE_LEN];
	heads(FROM_PAGE, s->next_in, head, nonce);
	if (frame.n < SEAL_OVERHEAD || memcmp(frame.p, head, sizeof head) != 0)
		return ERR_PEER_CRYPTO;
	struct slice sealed = slice_of(frame.p + SEAL_HEAD, frame.n - SEAL_HEAD);
	TRY(aesgcm_open(s->key_in, nonce, slice_of(head, sizeof head), sealed, out));
	s->next_in++;
	return OK;
}

err_t seal_close(struct seal *s, struct slice text, u8 *out)
{
	u8 nonce[AEAD_NONCE_LEN];
	heads(TO_PAGE, s->next_out, out, nonce);
	TRY(aesgcm_seal(s->key_out, nonce, slice_of(out, SEAL_HEAD), text, out + SEAL_HEAD));
	s->next_out++;
	return OK;
}
