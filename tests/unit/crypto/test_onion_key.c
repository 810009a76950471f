#include "vec.h"

#include <dirent.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/onion_key.h"

extern char **environ;

/* RFC 8032 7.1 TEST 3, and its signature made from the expanded key. */
static void rfc8032(void **state)
{
	struct slice s = hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
	struct secret32 seed;
	struct onion_sec sec;
	struct onion_pub pub;
	u8 sig[ONION_SIG_LEN];

	(void)state;
	memcpy(seed.b, s.p, 32);
	onion_sec_from_seed(&seed, &sec);
	assert_int_equal(onion_pub_from_sec(&sec, &pub), OK);
	assert_bytes(slice_of(pub.b, 32), hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));
	assert_int_equal(onion_sign(&sec, slice_of("\xaf\x82", 2), sig), OK);
	assert_bytes(slice_of(sig, 64), hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	                                    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"));
	assert_int_equal(onion_verify(&pub, slice_of("\xaf\x82", 2), sig), OK);
}

static void ed25519_case(const json_t *group, const json_t *test)
{
	struct slice pk = vec_hex(json_object_get(group, "publicKey"), "pk"), sig = vec_hex(test, "sig");
	struct onion_pub pub;

	if (sig.n != ONION_SIG_LEN) { /* the type rules it out */
		assert_true(vec_is(test, "invalid"));
		return;
	}
	memcpy(pub.b, pk.p, 32);
	/* onion_verify is stricter than RFC 8032 (subgroup, small order); no valid case of this file falls under that. */
	assert_int_equal(onion_verify(&pub, vec_hex(test, "msg"), sig.p), vec_is(test, "valid") ? OK : ERR_PEER_CRYPTO);
}

static void wycheproof(void **state)
{
	(void)state;
	vec_each("wycheproof_ed25519_test.json", ed25519_case);
}

/* Public keys nobody may have: small order, in a coset of the subgroup, not canonical, not on the curve. */
static const char *const bad_keys[] = {
	"0100000000000000000000000000000000000000000000000000000000000000", /* identity */
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* order 2 */
	"0000000000000000000000000000000000000000000000000000000000000000", /* order 4 */
	"0000000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", /* order 8 */
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"0100000000000000000000000000000000000000000000000000000000000080", /* identity with the sign bit */
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* y = p + 1 */
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* y = p */
	"0200000000000000000000000000000000000000000000000000000000000000", /* no x */
	/* B + a point of order 8, 4 and 2: on the curve, eight times the order (made with RFC 8032's Python code) */
	"da99e28ba529cdde35a25fba9059e78ecaee239f99755b9b1aa4f65df00803e2",
	"5252cc0a7f208133b620acbd4537eba2a4123bf0a8c2e4f980c3b31bb69765ea",
	"9599999999999999999999999999999999999999999999999999999999999999",
};

static void bad_keys_are_refused(void **state)
{
	char text[ONION_ADDR_CAP];
	struct onion_pub pub, ret;
	u8 sig[64] = {1};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_keys); i++) {
		memcpy(pub.b, hex(bad_keys[i]).p, 32);
		assert_false(onion_pub_is_valid(&pub));
		/* R = identity, S = 0 satisfies the equation for a key of small order */
		assert_int_equal(onion_verify(&pub, slice_str("x"), sig), ERR_PEER_CRYPTO);
		onion_addr_encode(&pub, true, text);
		assert_int_equal(onion_addr_decode(slice_str(text), &ret), ERR_PEER_CRYPTO);
	}
}

static void s_not_reduced_is_refused(void **state)
{
	/* L, little-endian */
	struct slice l = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
	const struct secret32 seed = {{9}};
	struct onion_sec sec;
	struct onion_pub pub;
	u8 sig[64];

	(void)state;
	onion_sec_from_seed(&seed, &sec);
	assert_int_equal(onion_pub_from_sec(&sec, &pub), OK);
	assert_int_equal(onion_sign(&sec, slice_str("m"), sig), OK);
	for (unsigned i = 0, carry = 0; i < 32; i++) { /* S + L: the same point */
		carry += sig[32 + i] + l.p[i];
		sig[32 + i] = (u8)carry;
		carry >>= 8;
	}
	assert_int_equal(onion_verify(&pub, slice_str("m"), sig), ERR_PEER_CRYPTO);
}

static void every_bit_counts(void **state)
{
	const struct secret32 seed = {{9}};
	struct onion_sec sec;
	struct onion_pub pub;
	u8 sig[64];

	(void)state;
	onion_sec_from_seed(&seed, &sec);
	assert_int_equal(onion_pub_from_sec(&sec, &pub), OK);
	assert_int_equal(onion_sign(&sec, slice_str("message"), sig), OK);
	for (size_t bit = 0; bit < 512; bit++) {
		sig[bit / 8] ^= (u8)(1u << bit % 8);
		assert_int_equal(onion_verify(&pub, slice_str("message"), sig), ERR_PEER_CRYPTO);
		sig[bit / 8] ^= (u8)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 256; bit++) {
		pub.b[bit / 8] ^= (u8)(1u << bit % 8);
		assert_int_equal(onion_verify(&pub, slice_str("message"), sig), ERR_PEER_CRYPTO);
		pub.b[bit / 8] ^= (u8)(1u << bit % 8);
	}
	assert_int_equal(onion_verify(&pub, slice_str("messagf"), sig), ERR_PEER_CRYPTO);
	const struct onion_sec zero = {{0}};
	assert_int_equal(onion_sign(&zero, slice_str("x"), sig), ERR_LOCAL_CRYPTO);
}

/* The Tor Project's own site, as published. */
static const char torproject[] = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid";

/* n characters of the address between two texts. */
static const struct {
	const char *before;
	int n;
	const char *after;
	err_t err;
} texts[] = {
	{"", 56, "", OK},
	{"", 56, ".onion", OK},
	{"  ", 56, "\n", OK},
	{"\t", 56, ".onion \r\n", OK},
	{"", 0, "", ERR_PEER_FORMAT},
	{"", 55, "", ERR_PEER_FORMAT},
	{"", 56, "a", ERR_PEER_FORMAT},
	{"", 56, ".oniom", ERR_PEER_FORMAT},
	{"", 56, ".onion.", ERR_PEER_FORMAT},
	{"", 56, ".onio", ERR_PEER_FORMAT},
	{"", 56, ".onion/", ERR_PEER_FORMAT},
	{"http://", 56, ".onion", ERR_PEER_FORMAT},
	{"x", 56, ".onion", ERR_PEER_FORMAT},
	{"", 55, "1", ERR_PEER_FORMAT},
	{"", 55, "=", ERR_PEER_FORMAT},
	{"", 54, " d", ERR_PEER_FORMAT},
};

static void address_text(void **state)
{
	struct onion_pub pub, again;
	char text[ONION_ADDR_CAP], t[200];

	(void)state;
	assert_int_equal(onion_addr_decode(slice_str(torproject), &pub), OK);
	onion_addr_encode(&pub, false, text);
	assert_string_equal(text, torproject);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		snprintf(t, sizeof t, "%s%.*s%s", texts[i].before, texts[i].n, torproject, texts[i].after);
		for (int upper = 0; upper < 2; upper++) {
			memset(&again, 0, sizeof again);
			assert_int_equal(onion_addr_decode(slice_str(t), &again), texts[i].err);
			assert_int_equal(onion_pub_eq(&pub, &again), texts[i].err == OK);
			for (char *c = t; *c; c++)
				*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
		}
	}
	/* any other character anywhere: checksum or version */
	for (size_t i = 0; i < ONION_ADDR_LEN; i++) {
		memcpy(text, torproject, sizeof torproject);
		text[i] = text[i] == 'a' ? 'b' : 'a';
		assert_int_equal(onion_addr_decode(slice_str(text), &again), ERR_PEER_FORMAT);
	}
}

static size_t read_all(const char *dir, const char *name, void *out, size_t cap)
{
	char path[300];

	snprintf(path, sizeof path, "%s/hs/%s", dir, name);
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(out, 1, cap, f) : 0;
	if (f)
		fclose(f);
	return n;
}

static void remove_tree(const char *dir)
{
	DIR *d = opendir(dir);

	for (struct dirent *e; d && (e = readdir(d));) {
		char path[600];
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && unlink(path) != 0)
			remove_tree(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

/* A real tor makes a key; our address, public key and signature must fit it. */
static void tor_agrees(void **state)
{
	char dir[] = "/tmp/boc-tor-XXXXXX", rc[64], hostname[80] = {0}, text[ONION_ADDR_CAP];
	u8 file[96], pub_file[64], sig[64];
	struct onion_sec sec;
	struct onion_pub pub;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(rc, sizeof rc, "%s/torrc", dir);
	FILE *f = fopen(rc, "w");
	fprintf(f,
	        "DisableNetwork 1\nDataDirectory %s\nHiddenServiceDir %s/hs\nHiddenServicePort 9999 "
	        "unix:/nonexistent\n",
	        dir, dir);
	fclose(f);
	char *argv[] = {
		(char[]){"tor"}, (char[]){"--quiet"}, (char[]){"--defaults-torrc"}, rc, (char[]){"-f"}, rc, NULL};
	if (posix_spawnp(&pid, "tor", NULL, NULL, argv, environ) != 0) {
		remove_tree(dir);
		print_message("SKIP: no tor\n");
		skip();
	}
	size_t n = 0;
	for (int i = 0; i < 200 && n != 63; i++) { /* "...onion\n" appears last */
		usleep(50000);
		n = read_all(dir, "hostname", hostname, sizeof hostname);
	}
	assert_int_equal(read_all(dir, "hs_ed25519_secret_key", file, sizeof file), 96);
	assert_int_equal(read_all(dir, "hs_ed25519_public_key", pub_file, sizeof pub_file), 64);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	remove_tree(dir);
	assert_int_equal(n, 63);
	memcpy(sec.b, file + 32, 64);
	assert_int_equal(onion_pub_from_sec(&sec, &pub), OK);
	assert_memory_equal(pub.b, pub_file + 32, 32);
	onion_addr_encode(&pub, true, text);
	hostname[62] = '\0';
	assert_string_equal(text, hostname);
	assert_int_equal(onion_sign(&sec, slice_str("boc1 responder auth"), sig), OK);
	assert_int_equal(onion_verify(&pub, slice_str("boc1 responder auth"), sig), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8032),
		cmocka_unit_test(wycheproof),
		cmocka_unit_test(bad_keys_are_refused),
		cmocka_unit_test(s_not_reduced_is_refused),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(address_text),
		cmocka_unit_test(tor_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
