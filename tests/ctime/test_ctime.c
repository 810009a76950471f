/* Our own code on secrets, under valgrind: see ctime.h. Each case fails by itself when valgrind reports something in it;
 * libraries.supp names the libraries' functions, whose insides are not ours to judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "crypto/mldsa.h"
#include "crypto/onion_key.h"
#include "crypto/opaque.h"
#include "crypto/xwing.h"
#include "ctime.h"
#include "test_ctime.h"
#include "tor/control.h"
#include "vault/keyfile.h"
#include "vault/store.h"
#include "web/seal.h"

static u8 room[8192];

static void fill(void *p, size_t n)
{
	struct env env = ctime_env();
	env_random(&env, p, n);
}

static void key_schedule(void)
{
	u8 prk[64], key[64], out[64], long_out[200], th[64], secret_text[100];
	fill(prk, sizeof prk);
	fill(key, sizeof key);
	fill(th, sizeof th);
	fill(secret_text, sizeof secret_text);
	boc_extract(slice_of(th, sizeof th), slice_of(key, 32), prk);
	boc_expand(prk, "m2", slice_of(th, sizeof th), out, 32);
	boc_expand(prk, "root", slice_of(th, sizeof th), out, 64);
	boc_mix(th, 3, slice_of(secret_text, sizeof secret_text));
	hkdf_extract(slice_of(NULL, 0), slice_of(secret_text, sizeof secret_text), prk);
	hkdf_expand(prk, PARTS(slice_str("label"), slice_of(key, sizeof key)), long_out, sizeof long_out);
	hmac_sha512(out, slice_of(secret_text, sizeof secret_text), PARTS(slice_of(key, sizeof key)));
}

static void comparing(void)
{
	u8 a[64], b[64];
	fill(a, sizeof a);
	memcpy(b, a, sizeof b);
	assert_true(ct_equal(a, b, sizeof a));
	b[63] ^= 1;
	assert_false(ct_equal(a, b, sizeof a));
}

static void ciphers(void)
{
	u8 key[32], nonce[12] = {0}, text[100], ad[10];
	fill(key, sizeof key);
	fill(text, sizeof text);
	fill(ad, sizeof ad);
	struct slice a = slice_of(ad, sizeof ad), t = slice_of(text, sizeof text);
	assert_int_equal(aead_seal(key, nonce, a, t, room), OK);
	publish(room, sizeof text + 16);
	assert_int_equal(aead_open(key, nonce, a, slice_of(room, sizeof text + 16), room), OK);
	assert_int_equal(aesgcm_seal(key, nonce, a, t, room), OK);
	publish(room, sizeof text + 16);
	assert_int_equal(aesgcm_open(key, nonce, a, slice_of(room, sizeof text + 16), room), OK);
	publish(room, sizeof room);
	assert_int_equal(aead_open(key, nonce, a, slice_of(room, sizeof text + 16), room), ERR_PEER_CRYPTO);
	assert_int_equal(aesgcm_open(key, nonce, a, slice_of(room, sizeof text + 16), room), ERR_PEER_CRYPTO);
}

static void signing(void)
{
	struct env env = ctime_env();
	struct secret32 seed;
	struct onion_sec sec;
	struct onion_pub pub;
	struct mldsa_key *key;
	u8 msg[96], sig[MLDSA_SIG_LEN], pk[MLDSA_PK_LEN];
	fill(seed.b, sizeof seed.b);
	fill(msg, sizeof msg);
	onion_sec_from_seed(&seed, &sec);
	assert_int_equal(onion_pub_from_sec(&sec, &pub), OK);
	assert_int_equal(onion_sign(&sec, slice_of(msg, sizeof msg), sig), OK);
	assert_int_equal(onion_verify(&pub, slice_of(msg, sizeof msg), sig), OK);

	assert_int_equal(mldsa_key_new(&seed, &key), OK);
	memcpy(pk, mldsa_key_pk(key), sizeof pk);
	publish(pk, sizeof pk);
	assert_int_equal(mldsa_sign(key, &env, slice_of(msg, sizeof msg), slice_str("ctx"), sig), OK);
	publish(sig, sizeof sig);
	assert_int_equal(mldsa_verify(pk, slice_of(msg, sizeof msg), slice_str("ctx"), sig), OK);
	mldsa_key_free(key);
}

static void key_exchange(void)
{
	struct secret32 seed, ss, back;
	u8 eseed[XWING_ESEED_LEN], ek[XWING_EK_LEN], ct[XWING_CT_LEN];
	fill(seed.b, sizeof seed.b);
	fill(eseed, sizeof eseed);
	assert_int_equal(xwing_keygen(&seed, ek), OK);
	publish(ek, sizeof ek);
	assert_int_equal(xwing_encaps(ek, eseed, ct, &ss), OK);
	publish(ct, sizeof ct);
	assert_int_equal(xwing_decaps(&seed, ct, &back), OK);
	assert_true(ct_equal(&ss, &back, sizeof ss));
	ct[0] ^= 1; /* implicit rejection: nobody may see that it happens */
	assert_int_equal(xwing_decaps(&seed, ct, &back), OK);
	assert_false(ct_equal(&ss, &back, sizeof ss));
}

/* Both sides of registration and login, with a right and a wrong passphrase. */
static void login(void)
{
	static const struct opaque_app app;
	const struct opaque_ksf ksf = {.iterations = 1, .memory_kib = 32};
	struct env env = ctime_env();
	struct slice id = slice_str("vault");
	char password[] = "correct horse", wrong[] = "correct house";
	secret(password, sizeof password);
	secret(wrong, sizeof wrong);
	struct slice pass = slice_of(password, sizeof password - 1), other = slice_of(wrong, sizeof wrong - 1);

	struct opaque_server_keys keys;
	struct opaque_client_reg reg;
	u8 request[OPAQUE_REG_REQUEST_LEN], response[OPAQUE_REG_RESPONSE_LEN], record[OPAQUE_RECORD_LEN], export[64];
	assert_int_equal(opaque_server_keys_new(&env, &keys), OK);
	assert_int_equal(opaque_client_reg_start(&env, pass, &reg, request), OK);
	publish(request, sizeof request);
	assert_int_equal(opaque_server_reg_response(&keys, id, request, response), OK);
	publish(response, sizeof response);
	assert_int_equal(opaque_client_reg_finish(&reg, &env, &app, ksf, pass, response, record, export), OK);
	publish(record, 32); /* the client's public key; the masking key and the envelope stay secret */
	assert_true(opaque_record_is_valid(record));

	for (int try = 0; try < 2; try++) {
		struct opaque_client_login client;
		struct opaque_server_login server;
		u8 ke1[OPAQUE_KE1_LEN], ke2[OPAQUE_KE2_LEN], ke3[OPAQUE_KE3_LEN], key[64], server_key[64];
		struct slice p = try == 0 ? pass : other;
		assert_int_equal(opaque_client_login_start(&env, p, &client, ke1), OK);
		publish(ke1, sizeof ke1);
		assert_int_equal(opaque_server_login_start(&keys, &env, &app, id, record, ke1, ke2, &server), OK);
		publish(ke2, sizeof ke2);
		err_t e = opaque_client_login_finish(&client, &app, ksf, p, ke2, ke3, key, export);
		assert_int_equal(e, try == 0 ? OK : ERR_LOCAL_SECRET);
		if (e != OK)
			memset(ke3, 0, sizeof ke3);
		publish(ke3, sizeof ke3);
		e = opaque_server_login_finish(&server, ke3, server_key);
		assert_int_equal(e, try == 0 ? OK : ERR_PEER_CRYPTO);
	}
	assert_int_equal(opaque_fake_record(&keys, record), OK);
}

static void key_slot(void)
{
	struct env env = ctime_env();
	struct keyfile k = {.slots[SLOT_PASSPHRASE].ksf = {3, 65536}};
	struct secret32 unlock, other, db, back;
	struct keyslot *slot = &k.slots[SLOT_PASSPHRASE];
	fill(&slot->server, sizeof slot->server);
	fill(unlock.b, sizeof unlock.b);
	fill(other.b, sizeof other.b);
	fill(db.b, sizeof db.b);
	assert_int_equal(keyfile_wrap(&k, SLOT_PASSPHRASE, &env, &unlock, &db), OK);
	publish(slot->wrapped, sizeof slot->wrapped); /* in the file */
	publish(slot->nonce, sizeof slot->nonce);
	assert_int_equal(keyfile_unwrap(&k, SLOT_PASSPHRASE, &unlock, &back), OK);
	assert_true(ct_equal(&db, &back, sizeof db));
	assert_int_equal(keyfile_unwrap(&k, SLOT_PASSPHRASE, &other, &back), ERR_LOCAL_SECRET);
}

static void database_key(void)
{
	char dir[] = "/tmp/boc-ctime-XXXXXX", path[64];
	struct secret32 key;
	struct store *s;
	fill(key.b, sizeof key.b);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/vault.db", dir);
	store_prepare();
	assert_int_equal(store_create(path, &key, &s), OK);
	assert_int_equal(store_commit(s), OK);
	store_close(s);
	(void)unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

static void frames_of_the_page(void)
{
	struct seal s;
	u8 ws_secret[SEAL_WS_SECRET_LEN], text[50], ke[3][8] = {{0}};
	fill(ws_secret, sizeof ws_secret);
	fill(text, sizeof text);
	seal_init(&s, ws_secret, slice_str("http://127.0.0.1"), slice_of(ke[0], 8), slice_of(ke[1], 8),
	          slice_of(ke[2], 8));
	assert_int_equal(seal_close(&s, slice_of(text, sizeof text), room), OK);
	publish(room, sizeof room);
	memcpy(s.key_in, s.key_out, sizeof s.key_in); /* the page's half: another direction in the nonce, so refused */
	assert_int_equal(seal_open(&s, slice_of(room, sizeof text + SEAL_OVERHEAD), room), ERR_PEER_CRYPTO);
	seal_wipe(&s);
}

static void onion_key_for_tor(void)
{
	struct onion_sec sec;
	u8 cookie[TORCTL_COOKIE_LEN];
	fill(sec.b, sizeof sec.b);
	fill(cookie, sizeof cookie);
	struct torctl *c = torctl_new();
	assert_int_equal(torctl_authenticate(c, cookie, NULL), OK);
	assert_int_equal(torctl_add_onion(c, &sec, 9999, "/run/x", NULL), OK);
	torctl_sent(c, torctl_pending(c).n);
	torctl_free(c);
}

struct job {
	void (*work)(void);
};

/* Does the work and fails when valgrind had to report something that is not suppressed. */
static void unseen(void **state)
{
	const struct job *job = *state;
	unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;
	ctime_opened = NULL;
	job->work();
	assert_int_equal(VALGRIND_COUNT_ERRORS, before);
}

/* That valgrind sees what the cases rule out: a branch, an index, a comparison that stops early. */
static int leak(void)
{
	static const u8 table[256] = {1, 2, 3};
	volatile u8 sink = 0;
	u8 s[32];
	unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;
	fill(s, sizeof s);
	if (s[0] & 1)
		sink = 1;
	sink = table[s[1]];
	if (memcmp(s, table, sizeof s) == 0)
		sink = 2;
	(void)sink;
	return VALGRIND_COUNT_ERRORS >= before + 3 ? 0 : 1;
}

#define JOB(f)                                        \
	{                                             \
#f, unseen, NULL, NULL, &(struct job) \
		{                                     \
			f                             \
		}                                     \
	}

int main(int argc, char **argv)
{
	if (!RUNNING_ON_VALGRIND)
		return 1;
	if (argc > 1 && strcmp(argv[1], "leak") == 0)
		return leak();
	const struct CMUnitTest tests[] = {
		JOB(key_schedule),      JOB(comparing),    JOB(ciphers),
		JOB(signing),           JOB(key_exchange), JOB(login),
		JOB(key_slot),          JOB(database_key), JOB(frames_of_the_page),
		JOB(onion_key_for_tor), JOB(record_alone), JOB(handshake_and_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
