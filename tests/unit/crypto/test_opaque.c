#include "vec.h"

#include "crypto/opaque.h"

static const struct opaque_ksf identity = {0};

static struct slice intern(u8 *buf, struct slice s)
{
	memcpy(buf, s.p, s.n);
	return slice_of(buf, s.n);
}

/* What a vector sets, copied out of the ring of vec_hex. */
struct setting {
	struct opaque_server_keys keys;
	struct opaque_app app;
	struct slice credential_id, password;
	u8 buf[5][64];
};

static void load(const json_t *v, struct setting *s)
{
	const json_t *in = json_object_get(v, "inputs");

	memcpy(s->keys.oprf_seed, vec_hex(in, "oprf_seed").p, 64);
	memcpy(s->keys.sk, vec_hex(in, "server_private_key").p, 32);
	memcpy(s->keys.pk, vec_hex(in, "server_public_key").p, 32);
	s->app.context = intern(s->buf[0], vec_hex(json_object_get(v, "config"), "Context"));
	s->app.client_id = intern(s->buf[1], vec_hex(in, "client_identity"));
	s->app.server_id = intern(s->buf[2], vec_hex(in, "server_identity"));
	s->credential_id = intern(s->buf[3], vec_hex(in, "credential_identifier"));
	s->password = intern(s->buf[4], vec_hex(in, "password"));
}

/* The concatenated randomness of named inputs; "0" stands for 32 zero bytes (the upper half of a wide scalar). */
static struct slice script_of(u8 *buf, const json_t *in, const char *const *names)
{
	size_t n = 0;

	for (; *names; names++, n += 32)
		if (strcmp(*names, "0") == 0)
			memset(buf + n, 0, 32);
		else
			memcpy(buf + n, vec_hex(in, *names).p, 32);
	return slice_of(buf, n);
}

#define SCRIPT(buf, in, ...) script_of(buf, in, (const char *const[]){__VA_ARGS__, NULL})

static void check_registration(const json_t *v, const struct setting *s, u8 ret_record[static OPAQUE_RECORD_LEN])
{
	const json_t *in = json_object_get(v, "inputs"), *out = json_object_get(v, "outputs");
	u8 rnd[128], request[32], response[64], export_key[64];
	struct slice script = SCRIPT(rnd, in, "blind_registration", "0", "envelope_nonce");
	struct env env = vec_env(&script);
	struct opaque_client_reg reg;

	assert_int_equal(opaque_client_reg_start(&env, s->password, &reg, request), OK);
	assert_bytes(slice_of(request, 32), vec_hex(out, "registration_request"));
	assert_int_equal(opaque_server_reg_response(&s->keys, s->credential_id, request, response), OK);
	assert_bytes(slice_of(response, 64), vec_hex(out, "registration_response"));
	assert_int_equal(
		opaque_client_reg_finish(&reg, &env, &s->app, identity, s->password, response, ret_record, export_key),
		OK);
	assert_bytes(slice_of(ret_record, OPAQUE_RECORD_LEN), vec_hex(out, "registration_upload"));
	assert_bytes(slice_of(export_key, 64), vec_hex(out, "export_key"));
	assert_true(opaque_record_is_valid(ret_record));
}

static void check_login(const json_t *v, const struct setting *s, const u8 record[static OPAQUE_RECORD_LEN])
{
	const json_t *in = json_object_get(v, "inputs"), *out = json_object_get(v, "outputs");
	u8 rnd[128], ke1[96], ke2[320], ke3[64], session[64], export_key[64], server_session[64];
	struct slice script = SCRIPT(rnd, in, "blind_login", "0", "client_nonce", "client_keyshare_seed");
	struct env env = vec_env(&script);
	struct opaque_client_login c;
	struct opaque_server_login l;

	assert_int_equal(opaque_client_login_start(&env, s->password, &c, ke1), OK);
	assert_bytes(slice_of(ke1, 96), vec_hex(out, "KE1"));
	script = SCRIPT(rnd, in, "masking_nonce", "server_nonce", "server_keyshare_seed");
	assert_int_equal(opaque_server_login_start(&s->keys, &env, &s->app, s->credential_id, record, ke1, ke2, &l),
	                 OK);
	assert_bytes(slice_of(ke2, 320), vec_hex(out, "KE2"));
	assert_int_equal(opaque_client_login_finish(&c, &s->app, identity, s->password, ke2, ke3, session, export_key),
	                 OK);
	assert_bytes(slice_of(ke3, 64), vec_hex(out, "KE3"));
	assert_bytes(slice_of(session, 64), vec_hex(out, "session_key"));
	assert_bytes(slice_of(export_key, 64), vec_hex(out, "export_key"));
	assert_int_equal(opaque_server_login_finish(&l, ke3, server_session), OK);
	assert_bytes(slice_of(server_session, 64), vec_hex(out, "session_key"));
}

static void check_fake(const json_t *v, const struct setting *s)
{
	const json_t *in = json_object_get(v, "inputs"), *out = json_object_get(v, "outputs");
	u8 rnd[128], record[OPAQUE_RECORD_LEN] = {0}, ke2[320];
	struct slice script = SCRIPT(rnd, in, "masking_nonce", "server_nonce", "server_keyshare_seed");
	struct env env = vec_env(&script);
	struct opaque_server_login l;

	memcpy(record, vec_hex(in, "client_public_key").p, 32);
	memcpy(record + 32, vec_hex(in, "masking_key").p, 64);
	assert_int_equal(opaque_server_login_start(&s->keys, &env, &s->app, s->credential_id, record,
	                                           vec_hex(in, "KE1").p, ke2, &l),
	                 OK);
	assert_bytes(slice_of(ke2, 320), vec_hex(out, "KE2"));
}

static void rfc9807_vectors(void **state)
{
	json_t *j = vec_load("opaque_cfrg_draft.json"), *v;
	size_t i, real = 0, fake = 0;

	(void)state;
	json_array_foreach(j, i, v)
	{
		const json_t *config = json_object_get(v, "config");
		struct setting s;
		u8 record[OPAQUE_RECORD_LEN];

		if (strcmp(json_string_value(json_object_get(config, "Group")), "ristretto255") != 0)
			continue;
		load(v, &s);
		if (strcmp(json_string_value(json_object_get(config, "Fake")), "True") == 0) {
			check_fake(v, &s);
			fake++;
		} else {
			check_registration(v, &s, record);
			check_login(v, &s, record);
			real++;
		}
	}
	json_decref(j);
	print_message("opaque_cfrg_draft.json: %zu real, %zu fake cases\n", real, fake);
	assert_int_equal(real, 2);
	assert_int_equal(fake, 1);
}

/* ---- both sides against each other ---- */

static void counting(void *arg, void *out, size_t n)
{
	u32 *x = arg;

	for (size_t i = 0; i < n; i++) {
		*x = *x * 1664525 + 1013904223;
		((u8 *)out)[i] = (u8)(*x >> 24);
	}
}

static u32 rng_state;
static const struct env rng = {.random = counting, .arg = &rng_state};
static struct opaque_app app;

struct world {
	struct opaque_server_keys keys;
	u8 record[OPAQUE_RECORD_LEN], export_key[64];
};

static void register_with(struct world *w, const char *password, struct opaque_ksf ksf)
{
	struct opaque_client_reg reg;
	u8 request[32], response[64];

	app = (struct opaque_app){0};
	rng_state = 1;
	assert_int_equal(opaque_server_keys_new(&rng, &w->keys), OK);
	assert_int_equal(opaque_client_reg_start(&rng, slice_str(password), &reg, request), OK);
	assert_int_equal(opaque_server_reg_response(&w->keys, slice_str("owner"), request, response), OK);
	assert_int_equal(opaque_client_reg_finish(&reg, &rng, &app, ksf, slice_str(password), response, w->record,
	                                          w->export_key),
	                 OK);
}

/* Logs in; flips bit `flip` of KE1 (0..767), KE2 (..3327) or KE3 (..3839) on the way, if not negative. */
static void login(const struct world *w, const char *id, const char *password, struct opaque_ksf ksf, int flip,
                  err_t *ret_client, err_t *ret_server)
{
	struct opaque_client_login c;
	struct opaque_server_login l;
	static const u8 zeros[sizeof c + sizeof l];
	u8 wire[96 + 320 + 64], session[64], export_key[64], server_session[64];
	u8 *ke1 = wire, *ke2 = wire + 96, *ke3 = wire + 416;

	*ret_client = ERR_AGAIN;
	*ret_server = ERR_AGAIN;
	assert_int_equal(opaque_client_login_start(&rng, slice_str(password), &c, ke1), OK);
	if (flip >= 0 && flip < 96 * 8)
		wire[flip / 8] ^= (u8)(1u << flip % 8);
	*ret_server = opaque_server_login_start(&w->keys, &rng, &app, slice_str(id), w->record, ke1, ke2, &l);
	if (*ret_server != OK)
		return;
	if (flip >= 96 * 8 && flip < 416 * 8)
		wire[flip / 8] ^= (u8)(1u << flip % 8);
	*ret_client = opaque_client_login_finish(&c, &app, ksf, slice_str(password), ke2, ke3, session, export_key);
	assert_memory_equal(&c, zeros, sizeof c);
	if (*ret_client != OK)
		memset(ke3, 0, 64);
	if (flip >= 416 * 8)
		wire[flip / 8] ^= (u8)(1u << flip % 8);
	*ret_server = opaque_server_login_finish(&l, ke3, server_session);
	assert_memory_equal(&l, zeros, sizeof l);
	if (*ret_server == OK) {
		assert_memory_equal(session, server_session, 64);
		assert_memory_equal(export_key, w->export_key, 64);
	}
}

static void right_and_wrong(void **state)
{
	struct world w, stranger;
	err_t client, server;

	(void)state;
	register_with(&w, "correct horse", identity);
	login(&w, "owner", "correct horse", identity, -1, &client, &server);
	assert_int_equal(client, OK);
	assert_int_equal(server, OK);
	login(&w, "owner", "correct horsf", identity, -1, &client, &server);
	assert_int_equal(client, ERR_LOCAL_SECRET);
	assert_int_equal(server, ERR_PEER_CRYPTO);
	login(&w, "other", "correct horse", identity, -1, &client, &server);
	assert_int_equal(client, ERR_LOCAL_SECRET);
	assert_int_equal(server, ERR_PEER_CRYPTO);
	/* a server that lost its keys */
	stranger = w;
	rng_state = 77;
	assert_int_equal(opaque_server_keys_new(&rng, &stranger.keys), OK);
	login(&stranger, "owner", "correct horse", identity, -1, &client, &server);
	assert_int_equal(client, ERR_LOCAL_SECRET);
	/* a server whose stored record is no record */
	memset(w.record, 0xff, 32);
	assert_false(opaque_record_is_valid(w.record));
	login(&w, "owner", "correct horse", identity, -1, &client, &server);
	assert_int_equal(server, ERR_LOCAL_CRYPTO);
	memset(w.record, 0, 32);
	assert_false(opaque_record_is_valid(w.record));
}

static void no_changed_bit_logs_in(void **state)
{
	struct world w;
	err_t client, server;

	(void)state;
	register_with(&w, "correct horse", identity);
	for (int bit = 0; bit < (96 + 320 + 64) * 8; bit += bit % 7 == 0 ? 5 : 2) {
		login(&w, "owner", "correct horse", identity, bit, &client, &server);
		assert_int_equal(server, ERR_PEER_CRYPTO);
		if (bit < 416 * 8)
			assert_true(client == ERR_AGAIN || client == ERR_LOCAL_SECRET || client == ERR_PEER_CRYPTO);
	}
}

static void identities_and_context_must_agree(void **state)
{
	struct world w;
	err_t client, server;

	(void)state;
	register_with(&w, "correct horse", identity);
	app.server_id = slice_str("blackedoutchat"); /* not what the envelope was made for */
	login(&w, "owner", "correct horse", identity, -1, &client, &server);
	assert_int_equal(client, ERR_LOCAL_SECRET);
	app = (struct opaque_app){.context = slice_str("v1")}; /* not part of the envelope */
	login(&w, "owner", "correct horse", identity, -1, &client, &server);
	assert_int_equal(client, OK);
	app = (struct opaque_app){0};
}

static void unknown_user_looks_alike(void **state)
{
	struct world w;
	u8 again[OPAQUE_RECORD_LEN];
	err_t client, server;

	(void)state;
	register_with(&w, "correct horse", identity);
	assert_int_equal(opaque_fake_record(&w.keys, w.record), OK);
	assert_int_equal(opaque_fake_record(&w.keys, again), OK);
	assert_memory_equal(w.record, again, sizeof again);
	assert_true(opaque_record_is_valid(w.record));
	login(&w, "nobody", "correct horse", identity, -1, &client, &server);
	assert_int_equal(client, ERR_LOCAL_SECRET);
	assert_int_equal(server, ERR_PEER_CRYPTO);
}

static void bad_elements_are_refused(void **state)
{
	/* RFC 9496 A.2: non-canonical, negative, non-square; and the identity */
	static const char *const bad[] = {
		"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
		"0000000000000000000000000000000000000000000000000000000000000000",
	};
	struct world w;
	struct opaque_server_login l;
	struct opaque_client_login c;
	struct opaque_client_reg reg;
	u8 request[32], response[64], ke1[96], ke2[320], record[192], k[64], k2[64], ke3[64];

	(void)state;
	register_with(&w, "correct horse", identity);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct slice b = hex(bad[i]), pw = slice_str("correct horse"), id = slice_str("owner");
		assert_int_equal(opaque_server_reg_response(&w.keys, id, b.p, response), ERR_PEER_CRYPTO);
		for (size_t at = 0; at <= 64; at += 64) { /* blinded element, key share */
			assert_int_equal(opaque_client_login_start(&rng, pw, &c, ke1), OK);
			memcpy(ke1 + at, b.p, 32);
			assert_int_equal(opaque_server_login_start(&w.keys, &rng, &app, id, w.record, ke1, ke2, &l),
			                 ERR_PEER_CRYPTO);
		}
		for (size_t at = 0; at <= 224; at += 224) { /* evaluated element, key share */
			assert_int_equal(opaque_client_login_start(&rng, pw, &c, ke1), OK);
			assert_int_equal(opaque_server_login_start(&w.keys, &rng, &app, id, w.record, ke1, ke2, &l),
			                 OK);
			memcpy(ke2 + at, b.p, 32);
			assert_int_equal(opaque_client_login_finish(&c, &app, identity, pw, ke2, ke3, k, k2),
			                 ERR_PEER_CRYPTO);
		}
		assert_int_equal(opaque_client_reg_start(&rng, pw, &reg, request), OK);
		assert_int_equal(opaque_server_reg_response(&w.keys, id, request, response), OK);
		memcpy(response, b.p, 32);
		assert_int_equal(opaque_client_reg_finish(&reg, &rng, &app, identity, pw, response, record, k),
		                 ERR_PEER_CRYPTO);
	}
}

static void stretched(void **state)
{
	struct world w;
	err_t client, server;

	(void)state;
	register_with(&w, "correct horse", OPAQUE_KSF_DEFAULT);
	login(&w, "owner", "correct horse", OPAQUE_KSF_DEFAULT, -1, &client, &server);
	assert_int_equal(client, OK);
	assert_int_equal(server, OK);
	login(&w, "owner", "correct horse", (struct opaque_ksf){.iterations = 1, .memory_kib = 8}, -1, &client,
	      &server);
	assert_int_equal(client, ERR_LOCAL_SECRET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc9807_vectors),
		cmocka_unit_test(right_and_wrong),
		cmocka_unit_test(no_changed_bit_logs_in),
		cmocka_unit_test(identities_and_context_must_agree),
		cmocka_unit_test(unknown_user_looks_alike),
		cmocka_unit_test(bad_elements_are_refused),
		cmocka_unit_test(stretched),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
