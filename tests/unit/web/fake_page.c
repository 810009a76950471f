#include "fake_page.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "os/os_env.h"

/* Fast: what Argon2id costs is no matter here. */
static const struct opaque_ksf ksf = {.iterations = 1, .memory_kib = 64};
static const struct opaque_app app;

static void must(bool ok)
{
	if (!ok)
		abort();
}

static char *request(const char *method, const char *name1, const u8 *p1, size_t n1, const char *name2, const u8 *p2,
                     size_t n2)
{
	char a[512], b[512] = "";
	sodium_bin2base64(a, sizeof a, p1, n1, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	json_t *params = json_pack("{s:s}", name1, a);
	if (name2) {
		sodium_bin2base64(b, sizeof b, p2, n2, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
		json_object_set_new(params, name2, json_string(b));
	}
	json_t *r =
		json_pack("{s:s, s:s, s:s, s:o}", "jsonrpc", "2.0", "id", method, "method", method, "params", params);
	char *text = json_dumps(r, JSON_COMPACT);
	json_decref(r);
	return text;
}

static void read_bytes(const json_t *result, const char *name, u8 *ret, size_t n)
{
	const char *text = json_string_value(json_object_get(result, name));
	size_t got = 0;
	must(text &&
	     sodium_base642bin(ret, n, text, strlen(text), NULL, &got, NULL,
	                       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
	     got == n);
}

char *page_register(struct page *p, const char *passphrase)
{
	u8 out[32];
	must(opaque_client_reg_start(os_env(), slice_str(passphrase), &p->reg, out) == OK);
	return request("auth.register", "request", out, sizeof out, NULL, NULL, 0);
}

char *page_enroll(struct page *p, const char *passphrase, const json_t *result)
{
	u8 response[64], record[192], export_key[64];
	read_bytes(result, "response", response, sizeof response);
	must(opaque_client_reg_finish(&p->reg, os_env(), &app, ksf, slice_str(passphrase), response, record,
	                              export_key) == OK);
	return request("auth.enroll", "record", record, sizeof record, NULL, NULL, 0);
}

char *page_login(struct page *p, const char *passphrase)
{
	must(opaque_client_login_start(os_env(), slice_str(passphrase), &p->login, p->ke1) == OK);
	return request("auth.login", "ke1", p->ke1, sizeof p->ke1, NULL, NULL, 0);
}

static void hkdf(struct slice salt, struct slice key, const char *info, u8 *ret, size_t n)
{
	u8 prk[64];
	hkdf_extract(salt, key, prk);
	hkdf_expand(prk, PARTS(slice_str(info)), ret, n);
}

char *page_finish(struct page *p, const char *passphrase, const char *name, const json_t *result)
{
	static const u8 zero[12];
	u8 session[64], export_key[64], k[32], plain[32 + 64], sealed[sizeof plain + 16], ws[64], th[64];
	read_bytes(result, "ke2", p->ke2, sizeof p->ke2);
	if (opaque_client_login_finish(&p->login, &app, ksf, slice_str(passphrase), p->ke2, p->ke3, session,
	                               export_key) != OK)
		return NULL;
	hkdf(slice_str("boc vault 1"), slice_of(export_key, 64), "unlock", plain, 32);
	hkdf(slice_str("boc ws 1"), slice_of(session, 64), "unlock", k, 32);
	hkdf(slice_str("boc ws 1"), slice_of(session, 64), "ws", ws, 64);
	memcpy(plain + 32, name, strlen(name));
	size_t n = 32 + strlen(name);
	must(aesgcm_seal(k, zero, slice_str("boc unlock 1"), slice_of(plain, n), sealed) == OK);
	sha512(th, PARTS(slice_str(p->origin), slice_str("\n"), slice_of(p->ke1, 96), slice_of(p->ke2, 320),
	                 slice_of(p->ke3, 64)));
	hkdf(slice_of(th, 64), slice_of(ws, 64), "c2s", p->k_c2s, 32);
	hkdf(slice_of(th, 64), slice_of(ws, 64), "s2c", p->k_s2c, 32);
	p->sent = p->got = 0;
	return request("auth.finish", "ke3", p->ke3, 64, "sealed", sealed, n + 16);
}

static void put_u64(u8 *p, u64 v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (u8)v;
}

size_t page_seal(struct page *p, const char *text, u8 *out)
{
	u8 nonce[12] = {0, 0, 0, 0};
	put_u64(nonce + 4, p->sent);
	out[0] = 1;
	put_u64(out + 1, p->sent++);
	must(aesgcm_seal(p->k_c2s, nonce, slice_of(out, 9), slice_str(text), out + 9) == OK);
	return strlen(text) + 25;
}

json_t *page_open(struct page *p, struct slice frame)
{
	u8 nonce[12] = {0, 0, 0, 1}, head[9] = {1};
	put_u64(nonce + 4, p->got);
	put_u64(head + 1, p->got++);
	if (frame.n < 25 || memcmp(frame.p, head, 9) != 0)
		return NULL;
	u8 *text = malloc(frame.n);
	err_t e = aesgcm_open(p->k_s2c, nonce, slice_of(head, 9), slice_of(frame.p + 9, frame.n - 9), text);
	json_t *j = e == OK ? json_loadb((const char *)text, frame.n - 25, 0, NULL) : NULL;
	free(text);
	return j;
}
